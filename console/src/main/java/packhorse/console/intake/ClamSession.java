package packhorse.console.intake;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One connection to ClamAV's daemon, one command on it (clamd(8)). Commands begin with {@code z} and end with a zero byte, and so does
 * the answer. A file is sent as chunks, each behind its length in four bytes, the last one empty. Nothing waits longer than its timeout.
 */
final class ClamSession implements Closeable {
    /** The daemon's own buffer is not larger. */
    static final int CHUNK_BYTES = 64 * 1024;

    /** The name of a signature and a few words. */
    static final int ANSWER_BYTES_MAX = 8 * 1024;

    private final SocketChannel channel;
    private final Selector selector;

    private ClamSession(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    static ClamSession open(SocketAddress address, Duration timeout) throws IOException {
        SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        Selector selector = Selector.open();
        ClamSession session = new ClamSession(channel, selector);
        try {
            channel.configureBlocking(false);
            channel.register(selector, 0);
            if (!channel.connect(address)) {
                long end = System.nanoTime() + timeout.toNanos();
                while (!channel.finishConnect()) {
                    session.await(SelectionKey.OP_CONNECT, end, "it did not take the connection within " + timeout);
                }
            }
            return session;
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** Asks something that takes no file. */
    String ask(String command, Duration timeout) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        write(ByteBuffer.wrap(("z" + command + "\0").getBytes(StandardCharsets.US_ASCII)), end, timeout);
        return answer(end, timeout);
    }

    /** Has the daemon look at everything in {@code content}. */
    String scan(InputStream content, Duration timeout) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        try {
            write(ByteBuffer.wrap("zINSTREAM\0".getBytes(StandardCharsets.US_ASCII)), end, timeout);
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int n = content.read(chunk); n >= 0; n = content.read(chunk)) {
                if (n > 0) {
                    ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + n);
                    write(out.putInt(n).put(chunk, 0, n).flip(), end, timeout);
                }
            }
            write(ByteBuffer.allocate(Integer.BYTES), end, timeout);
        } catch (DaemonException e) {
            // It closes the connection on what is too long for it, and may have said so before.
            String said = e.isTimeout() ? "" : said(end, timeout);
            if (said.isEmpty()) {
                throw e;
            }
            return said;
        }
        return answer(end, timeout);
    }

    private String said(long end, Duration timeout) throws IOException {
        try {
            return answer(end, timeout);
        } catch (DaemonException e) {
            return "";
        }
    }

    /** What went wrong with the daemon, as against with the file. */
    static final class DaemonException extends IOException {
        private static final long serialVersionUID = 1L;
        private final boolean timeout;

        DaemonException(String message, boolean timeout) {
            super(message);
            this.timeout = timeout;
        }

        boolean isTimeout() {
            return timeout;
        }
    }

    private void write(ByteBuffer bytes, long end, Duration timeout) throws IOException {
        while (bytes.hasRemaining()) {
            int written;
            try {
                written = channel.write(bytes);
            } catch (IOException e) {
                throw new DaemonException("it closed the connection (" + e.getMessage() + ")", false);
            }
            if (written == 0) {
                await(SelectionKey.OP_WRITE, end, "it took nothing more within " + timeout);
            }
        }
    }

    private String answer(long end, Duration timeout) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.allocate(ANSWER_BYTES_MAX);
        while (said.size() <= ANSWER_BYTES_MAX) {
            int read;
            try {
                read = channel.read(in.clear());
            } catch (IOException e) {
                throw new DaemonException("it closed the connection (" + e.getMessage() + ")", false);
            }
            if (read < 0) {
                throw new DaemonException("it closed the connection without an answer", false);
            }
            if (read == 0) {
                await(SelectionKey.OP_READ, end, "it did not answer within " + timeout);
            }
            for (int i = 0; i < read; i++) {
                if (in.get(i) == 0) {
                    return said.toString(StandardCharsets.UTF_8);
                }
                said.write(in.get(i));
            }
        }
        throw new DaemonException("its answer has more than " + ANSWER_BYTES_MAX + " bytes", false);
    }

    private void await(int operation, long end, String late) throws IOException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new DaemonException(late, true);
        }
        channel.keyFor(selector).interestOps(operation);
        selector.select(millis);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while the scanner worked");
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            selector.close();
        }
    }
}
