package packhorse.peer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A two-way stream of plain bytes over a blocking socket to another machine. One thread receives ({@link #fill}, {@link #next}), one
 * sends ({@link #send}); {@link #finish} may come from any.
 */
sealed interface Line permits TlsLine, PlainLine {
    SocketChannel socket();

    /**
     * Waits until something comes off the wire.
     *
     * @return how many bytes, or -1 at the end
     */
    int fill(int atMost) throws IOException;

    /**
     * What came in, piece by piece: the same buffer as long as it has bytes left, and null when there is nothing without another
     * {@link #fill}.
     */
    @org.jspecify.annotations.Nullable
    ByteBuffer next() throws IOException;

    /** Writes everything. */
    void send(ByteBuffer plain) throws IOException;

    /** Ends the sending direction in order; the other one goes on. Doing it again changes nothing. */
    void finish() throws IOException;

    /** Gives the receiver's buffers back; called by the receiving thread when it is done. */
    void release();
}
