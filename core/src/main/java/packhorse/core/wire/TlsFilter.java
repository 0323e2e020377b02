package packhorse.core.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.filterchain.IoFilterAdapter;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.core.write.DefaultWriteRequest;
import org.apache.mina.core.write.WriteRequest;
import org.jspecify.annotations.Nullable;

/**
 * TLS on one connection.
 *
 * <p><b>Problem.</b> MINA 2.2.10 brings an SSL filter, but it hands the handshake's computations to two threads that race with
 * the one that reads: under TLS 1.3 every second cold virtual machine lost its first message for good [1]. It also sends an
 * unflipped buffer when the engine has something to say before the application's bytes, and asks the name service who calls.
 *
 * <p><b>Algorithm.</b> One loop over the engine's wishes (compute, wrap, unwrap), run by whoever brings bytes and always to its
 * end; computations run in it. So there is no moment at which something waits for another thread, and nothing to lose. The
 * price: a handshake's milliseconds are taken from the thread that also reads other connections, which is why
 * {@link WireServer} bounds how many there are at once.
 *
 * <p>Memory: what an engine produces goes through one scratch buffer per thread and is copied out to size; between records a
 * connection holds an engine and nothing else. Bytes of an incomplete record are kept, at most one record (RFC 8446 §5.1).
 *
 * <p>Whole writes are wrapped under the lock and queued in that order. {@code close_notify} is not sent: frames and Goodbye say
 * where a stream ends, and a cut is an end like any other.
 *
 * <p>[1] docs/decisions/0016-sessions.md.
 */
final class TlsFilter extends IoFilterAdapter {
    /** What JSSE asks for: 16 KiB of a record and what surrounds it. */
    private static final int RECORD_BYTES_MAX = 17 << 10;

    /**
     * Records of the engine's own that wait to be sent: a handshake has ten at most. Each KeyUpdate that arrives makes
     * one (RFC 8446 §4.6.3), and whoever sends those without reading would fill the memory past every bound of ours.
     */
    private static final int OWN_WAITING_MAX = 64;

    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(RECORD_BYTES_MAX));

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final Consumer<SSLSession> secured;
    private final AtomicInteger ownWaiting = new AtomicInteger();

    // Guarded by this.
    private boolean isSecured;

    // Only the thread that reads this connection.
    private byte @Nullable [] incomplete;

    /** The application's bytes as they travel. */
    private static final class Sealed extends DefaultWriteRequest {
        private final WriteRequest plain;

        Sealed(WriteRequest plain, IoBuffer bytes) {
            super(bytes);
            this.plain = plain;
        }
    }

    /** Bytes of the engine's own. */
    private static final class Handshake extends DefaultWriteRequest {
        Handshake(IoBuffer bytes) {
            super(bytes);
        }
    }

    /**
     * Around an engine in its mode.
     *
     * @param secured told once, before the first message is passed on
     */
    TlsFilter(SSLEngine engine, Consumer<SSLSession> secured) {
        this.engine = engine;
        this.secured = secured;
    }

    @Override
    public void sessionOpened(NextFilter next, IoSession session) throws SSLException {
        next.sessionOpened(session);
        begin(next, session);
    }

    /** Starts the handshake of whoever connects. */
    void begin(NextFilter next, IoSession session) throws SSLException {
        if (engine.getUseClientMode()) {
            pump(next, session, NOTHING, new ArrayList<>());
        }
    }

    @Override
    public void messageReceived(NextFilter next, IoSession session, Object message) throws SSLException {
        ByteBuffer in = joined(((IoBuffer) message).buf());
        List<IoBuffer> plain = new ArrayList<>(1);
        try {
            if (pump(next, session, in, plain)) {
                secured.accept(engine.getSession());
            }
        } finally {
            incomplete = in.hasRemaining() ? remaining(in) : null;
        }
        for (IoBuffer each : plain) {
            next.messageReceived(session, each);
        }
    }

    private ByteBuffer joined(ByteBuffer arrived) {
        byte[] before = incomplete;
        if (before == null) {
            return arrived;
        }
        return ByteBuffer.allocate(before.length + arrived.remaining())
                .put(before)
                .put(arrived)
                .flip();
    }

    private static byte[] remaining(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Does all that can be done with these bytes; true when that finished the first handshake. */
    private synchronized boolean pump(NextFilter next, IoSession session, ByteBuffer in, List<IoBuffer> plain)
            throws SSLException {
        boolean before = isSecured;
        try {
            if (engine.getUseClientMode()
                    && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                    && !before) {
                engine.beginHandshake();
            }
            while (step(next, session, in, plain)) {
                // As long as there is something to do.
            }
        } catch (SSLException e) {
            sayWhy(next, session);
            throw e;
        }
        return isSecured && !before;
    }

    private boolean step(NextFilter next, IoSession session, ByteBuffer in, List<IoBuffer> plain) throws SSLException {
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                compute();
                yield true;
            }
            case NEED_WRAP -> wrapHandshake(next, session);
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING, FINISHED -> unwrap(in, plain);
        };
    }

    private void compute() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private boolean wrapHandshake(NextFilter next, IoSession session) throws SSLException {
        ByteBuffer out = scratch();
        SSLEngineResult result = engine.wrap(NOTHING.duplicate(), out);
        note(result);
        if (out.position() > 0) {
            if (ownWaiting.incrementAndGet() > OWN_WAITING_MAX) {
                throw new SSLException("the other end asks for more of TLS than it reads");
            }
            next.filterWrite(session, new Handshake(copy(out)));
        }
        return result.getStatus() == SSLEngineResult.Status.OK;
    }

    private boolean unwrap(ByteBuffer in, List<IoBuffer> plain) throws SSLException {
        if (!in.hasRemaining() || engine.isInboundDone()) {
            in.position(engine.isInboundDone() ? in.limit() : in.position());
            return false;
        }
        ByteBuffer out = scratch();
        SSLEngineResult result = engine.unwrap(in, out);
        note(result);
        if (out.position() > 0) {
            plain.add(copy(out));
        }
        return switch (result.getStatus()) {
            case OK -> true;
            case BUFFER_UNDERFLOW, CLOSED -> false;
            case BUFFER_OVERFLOW -> throw new SSLException("a record is longer than TLS allows");
        };
    }

    private void note(SSLEngineResult result) {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            isSecured = true;
        }
    }

    /** Lets the alert out that the engine has ready after a failure, so that the other end knows as well. */
    private void sayWhy(NextFilter next, IoSession session) {
        try {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                wrapHandshake(next, session);
            }
        } catch (SSLException e) {
            // The failure itself is on its way to the caller.
        }
    }

    private static ByteBuffer scratch() {
        return SCRATCH.get().clear();
    }

    private static IoBuffer copy(ByteBuffer written) {
        byte[] bytes = new byte[written.position()];
        written.flip().get(bytes);
        return IoBuffer.wrap(bytes);
    }

    @Override
    public synchronized void filterWrite(NextFilter next, IoSession session, WriteRequest request) throws SSLException {
        if (!isSecured) {
            throw new SSLException("nothing is sent before the handshake is done");
        }
        ByteBuffer source = ((IoBuffer) request.getMessage()).buf();
        int records = source.remaining() / (RECORD_BYTES_MAX / 2) + 1;
        IoBuffer out = IoBuffer.allocate(source.remaining() + records * (RECORD_BYTES_MAX - (16 << 10)))
                .setAutoExpand(true);
        while (source.hasRemaining()) {
            ByteBuffer record = scratch();
            SSLEngineResult result = engine.wrap(source, record);
            if (result.getStatus() != SSLEngineResult.Status.OK) {
                throw new SSLException("the session is closed");
            }
            out.put(record.flip());
        }
        next.filterWrite(session, new Sealed(request, out.flip()));
    }

    @Override
    public void messageSent(NextFilter next, IoSession session, WriteRequest request) {
        switch (request) {
            case Sealed whole -> next.messageSent(session, whole.plain);
            case Handshake own -> ownWaiting.decrementAndGet();
            default -> next.messageSent(session, request);
        }
    }
}
