package packhorse.peer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Bytes as they are. Java moves bytes from socket to socket only through a buffer (transferTo needs a file), so "without copying" is
 * here one direct buffer, read into and written from.
 */
final class PlainLine implements Line {
    private final SocketChannel socket;
    private final Intake intake;

    /** Goes on where {@code intake} stands: what it holds already is plain. */
    PlainLine(SocketChannel socket, Intake intake) {
        this.socket = socket;
        this.intake = intake;
    }

    @Override
    public SocketChannel socket() {
        return socket;
    }

    @Override
    public int fill(int atMost) throws IOException {
        return intake.read(atMost);
    }

    @Override
    public @Nullable ByteBuffer next() {
        return intake.unused().hasRemaining() ? intake.unused() : null;
    }

    @Override
    public void send(ByteBuffer plain) throws IOException {
        while (plain.hasRemaining()) {
            int written = socket.write(plain);
            assert written >= 0;
        }
    }

    @Override
    public void finish() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void release() {
        intake.release();
    }
}
