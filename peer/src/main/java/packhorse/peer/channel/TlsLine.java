package packhorse.peer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 by an {@link SSLEngine} on a blocking socket, made for bulk: a batch becomes records in one buffer and leaves by one write;
 * all complete records of a read are opened before the next read. Sending and receiving run in two threads; the engine itself
 * puts wrap and unwrap in a row, record by record.
 *
 * <p>The receiver never sends. Where the protocol makes it owe an answer (RFC 8446 §4.6.3, KeyUpdate), the answer waits in the engine
 * and leaves with the sender's next record; should the sender be silent, an errand on another thread sends it. Were the
 * receiver to write itself, two ends with full sockets could wait for each other for ever.
 *
 * <p>Rejected: JSSE's sockets, a fifth slower with a quarter more processor time (one record a write, heap buffers), and virtual
 * threads, slower by a tenth. TLS in the kernel and native TLS are out of reach of a plain JDK.
 */
final class TlsLine implements Line {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel socket;
    private final SSLEngine engine;
    private final Buffers buffers;
    private final Executor errands;
    private final Intake intake;

    /** Guards wrapping together with writing what was wrapped: records must leave in the order they were made. */
    private final ReentrantLock sending = new ReentrantLock();
    /** Guards the engine's tasks: the second who is told of one waits until the first has done it. */
    private final ReentrantLock tasks = new ReentrantLock();

    private final AtomicBoolean owing = new AtomicBoolean();

    // The receiver's.
    private @Nullable ByteBuffer opened;
    private boolean ended;

    /** @param errands runs the rare answer that the receiver owes */
    TlsLine(SocketChannel socket, SSLEngine engine, Buffers buffers, Executor errands) {
        this.socket = socket;
        this.engine = engine;
        this.buffers = buffers;
        this.errands = errands;
        this.intake = new Intake(socket, buffers);
    }

    @Override
    public SocketChannel socket() {
        return socket;
    }

    /**
     * Shakes hands; both ends have shown their certificates afterwards, as far as this end can know: a server's word that it refuses ours
     * comes with the first read.
     */
    SSLSession handshake() throws IOException {
        engine.beginHandshake();
        ByteBuffer out = buffers.take();
        ByteBuffer in = buffers.take();
        try {
            HandshakeStatus status = engine.getHandshakeStatus();
            while (status != HandshakeStatus.FINISHED && status != HandshakeStatus.NOT_HANDSHAKING) {
                status = switch (status) {
                    case NEED_WRAP -> {
                        SSLEngineResult result = engine.wrap(NOTHING, out);
                        write(out);
                        if (result.getStatus() == Status.CLOSED) {
                            throw new SSLException("closed while shaking hands");
                        }
                        yield result.getHandshakeStatus();
                    }
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        SSLEngineResult result = engine.unwrap(intake.unused(), in);
                        switch (result.getStatus()) {
                            case BUFFER_UNDERFLOW -> {
                                if (intake.read(Buffers.BATCH) < 0) {
                                    throw new SSLException("it hung up while shaking hands");
                                }
                            }
                            case CLOSED -> throw new SSLException("closed while shaking hands");
                            case BUFFER_OVERFLOW -> throw new SSLException("content before the handshake's end");
                            case OK -> {
                                // The status says what comes next.
                            }
                        }
                        yield result.getHandshakeStatus();
                    }
                    case NEED_TASK -> {
                        runTasks();
                        yield engine.getHandshakeStatus();
                    }
                    case FINISHED, NOT_HANDSHAKING -> status;
                };
            }
        } catch (SSLException e) {
            tellAlert(out);
            throw e;
        } finally {
            buffers.give(out);
            buffers.give(in);
        }
        if (!"TLSv1.3".equals(engine.getSession().getProtocol())) {
            throw new SSLException("not TLS 1.3 but " + engine.getSession().getProtocol());
        }
        return engine.getSession();
    }

    /** The engine has an alert ready that says why; the other end should hear it. */
    private void tellAlert(ByteBuffer out) {
        try {
            out.clear();
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                engine.wrap(NOTHING, out);
                write(out);
            }
        } catch (IOException e) {
            // It is gone; nobody is there to be told.
        }
    }

    private void write(ByteBuffer out) throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            int written = socket.write(out);
            assert written >= 0;
        }
        out.clear();
    }

    private void runTasks() {
        tasks.lock();
        try {
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
        } finally {
            tasks.unlock();
        }
    }

    @Override
    public int fill(int atMost) throws IOException {
        if (ended) {
            return -1;
        }
        int came = intake.read(atMost);
        ended = came < 0;
        return came;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        if (opened != null && opened.hasRemaining()) {
            return opened;
        }
        if (ended || !intake.unused().hasRemaining()) {
            giveOpened();
            return null;
        }
        ByteBuffer into = opened == null ? buffers.take() : opened;
        opened = into.clear();
        open(into);
        into.flip();
        if (into.hasRemaining()) {
            return into;
        }
        giveOpened();
        return null;
    }

    /** Opens every complete record that there is and room for. */
    private void open(ByteBuffer into) throws IOException {
        boolean more = true;
        while (more) {
            SSLEngineResult result = engine.unwrap(intake.unused(), into);
            HandshakeStatus status = result.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                runTasks();
                status = engine.getHandshakeStatus();
            }
            if (status == HandshakeStatus.NEED_WRAP) {
                owe();
            }
            switch (result.getStatus()) {
                case OK -> more = intake.unused().hasRemaining();
                case BUFFER_UNDERFLOW, BUFFER_OVERFLOW -> more = false;
                case CLOSED -> {
                    ended = true;
                    more = false;
                }
            }
        }
    }

    private void giveOpened() {
        if (opened != null) {
            buffers.give(opened);
            opened = null;
        }
    }

    private void owe() {
        if (owing.compareAndSet(false, true)) {
            errands.execute(() -> {
                try {
                    flush();
                } catch (IOException e) {
                    // The sender or the receiver meets the same failure and ends the connection.
                }
            });
        }
    }

    private void flush() throws IOException {
        sending.lock();
        // Only now: while somebody waits here for a sender that is stuck, nobody else has to.
        owing.set(false);
        ByteBuffer out = buffers.take();
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                SSLEngineResult result = engine.wrap(NOTHING, out);
                write(out);
                if (result.getStatus() == Status.CLOSED) {
                    return;
                }
            }
        } finally {
            buffers.give(out);
            sending.unlock();
        }
    }

    @Override
    public void send(ByteBuffer plain) throws IOException {
        sending.lock();
        ByteBuffer out = buffers.take();
        try {
            while (plain.hasRemaining()) {
                SSLEngineResult result = engine.wrap(plain, out);
                switch (result.getStatus()) {
                    case OK -> {
                        if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                            runTasks();
                        }
                    }
                    case BUFFER_OVERFLOW -> write(out);
                    case CLOSED -> throw new SSLException("nothing is sent after the end");
                    case BUFFER_UNDERFLOW -> throw new AssertionError("wrapping needs no more than it is given");
                }
            }
            write(out);
        } finally {
            buffers.give(out);
            sending.unlock();
        }
    }

    @Override
    public void finish() throws IOException {
        closeNotify();
        socket.shutdownOutput();
    }

    private void closeNotify() throws IOException {
        sending.lock();
        ByteBuffer out = buffers.take();
        try {
            engine.closeOutbound();
            while (!engine.isOutboundDone()) {
                SSLEngineResult result = engine.wrap(NOTHING, out);
                write(out);
                if (result.getStatus() == Status.CLOSED) {
                    return;
                }
            }
        } finally {
            buffers.give(out);
            sending.unlock();
        }
    }

    /**
     * Ends TLS in both directions and leaves the connection open for plain bytes. Each end's close_notify is its last encrypted record:
     * it is authenticated, in order and cannot be made by anybody else, so both ends know where the plain bytes begin, and
     * nobody between them can bring that moment about or forward. What is sent after it is protected by nothing.
     */
    PlainLine continuePlain() throws IOException {
        closeNotify();
        while (!ended) {
            ByteBuffer more = next();
            if (more != null) {
                throw new SSLException("content between the greeting and the end of encryption");
            }
            if (!ended && fill(Buffers.BATCH) < 0) {
                throw new SSLException("it hung up instead of going on unencrypted");
            }
        }
        giveOpened();
        return new PlainLine(socket, intake);
    }

    @Override
    public void release() {
        giveOpened();
        intake.release();
    }
}
