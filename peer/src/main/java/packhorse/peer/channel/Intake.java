package packhorse.peer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The reading side of a blocking socket. It waits with a small buffer of its own and borrows a large one once more comes than fits;
 * when the stream thins out it gives the large one back. One thread uses it.
 */
final class Intake {
    /** Most BitTorrent messages but blocks are smaller, several of them together too. */
    private static final int SMALL = 4 << 10;

    private final SocketChannel socket;
    private final Buffers buffers;
    private final ByteBuffer small = ByteBuffer.allocateDirect(SMALL);
    /** Position to limit is what was read and not yet used. */
    private ByteBuffer held = small.limit(0);

    private boolean large;
    private int last;

    Intake(SocketChannel socket, Buffers buffers) {
        this.socket = socket;
        this.buffers = buffers;
    }

    /** What was read and not yet used; use it by moving the position. */
    ByteBuffer unused() {
        return held;
    }

    /**
     * Waits for more and puts it behind what is unused.
     *
     * @param atMost not more bytes than this, but for one
     * @return how many came, or -1 at the end
     */
    int read(int atMost) throws IOException {
        makeRoom();
        int unused = held.position();
        held.limit(Math.min(held.capacity(), unused + Math.max(1, Math.min(atMost, Buffers.BATCH))));
        try {
            last = socket.read(held);
        } finally {
            held.flip();
        }
        return last;
    }

    /** Leaves the buffer ready for putting. */
    private void makeRoom() throws IOException {
        boolean empty = !held.hasRemaining();
        held.compact();
        if (large) {
            if (empty && last < SMALL) {
                giveBack();
            }
        } else if (!held.hasRemaining() || (empty && last == SMALL)) {
            held = buffers.take().put(small.flip());
            large = true;
        }
        if (!held.hasRemaining()) {
            throw new IOException(held.capacity() + " bytes came that make no whole record");
        }
    }

    private void giveBack() {
        buffers.give(held);
        held = small.clear();
        large = false;
    }

    /** Gives everything back; nothing is read any more. */
    void release() {
        if (large) {
            giveBack();
        }
        held.limit(0);
    }
}
