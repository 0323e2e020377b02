package packhorse.core.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import org.apache.mina.core.buffer.IoBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one connection: frames, bounded in bytes and number. One write is under way at a time, of as many small
 * frames as fit a TLS record. An idle session, of which a tracker has thousands, keeps no queue at all.
 *
 * <p>Not thread-safe: its channel's lock guards it.
 */
final class Outgoing {
    /** Frames that go into one write: a TLS record holds 16 KiB. */
    private static final int WRITE_BYTES = 16 << 10;

    /** Frames that wait for one session at most; a queue of pings has no bytes to speak of. */
    private static final int FRAMES_MAX = 4_096;

    private @Nullable ArrayDeque<byte[]> waiting;
    private int waitingBytes;
    private boolean writing;
    private long movedNanos;
    private long movedBytes;

    Outgoing(long nowNanos) {
        this.movedNanos = nowNanos;
    }

    /** Whether there is room for a frame; one that is longer than {@code bytesMax} alone finds some when nothing else waits. */
    boolean hasRoomFor(int length, int bytesMax) {
        return waitingBytes + length <= Math.max(bytesMax, length) && (waiting == null || waiting.size() < FRAMES_MAX);
    }

    void add(byte[] frame) {
        if (waiting == null) {
            waiting = new ArrayDeque<>(4);
        }
        waiting.add(frame);
        waitingBytes += frame.length;
    }

    /** Drops what waits where it is more than that. */
    void dropAbove(int bytesMax) {
        if (waitingBytes > bytesMax) {
            drop();
        }
    }

    void drop() {
        waiting = null;
        waitingBytes = 0;
    }

    /** What to write now: nothing while a write is under way. */
    Optional<IoBuffer> begin(long nowNanos) {
        if (writing || waiting == null) {
            return Optional.empty();
        }
        writing = true;
        movedNanos = nowNanos;
        return Optional.of(batch(waiting));
    }

    /** What to write once the kernel has what was written last. */
    Optional<IoBuffer> next() {
        if (waiting == null) {
            writing = false;
            return Optional.empty();
        }
        return Optional.of(batch(waiting));
    }

    private IoBuffer batch(ArrayDeque<byte[]> frames) {
        byte[] first = frames.remove();
        int bytes = first.length;
        if (frames.isEmpty()) {
            waiting = null;
            waitingBytes -= bytes;
            return IoBuffer.wrap(first);
        }
        int count = 0;
        for (byte[] frame : frames) {
            if (bytes + frame.length > WRITE_BYTES) {
                break;
            }
            bytes += frame.length;
            count++;
        }
        ByteBuffer joined = ByteBuffer.allocate(bytes).put(first);
        for (int i = 0; i < count; i++) {
            joined.put(frames.remove());
        }
        if (frames.isEmpty()) {
            waiting = null;
        }
        waitingBytes -= bytes;
        return IoBuffer.wrap(joined.flip());
    }

    /**
     * How long the other end has taken nothing of what is being written.
     *
     * @param writtenBytes on this connection so far
     */
    long stuckNanos(long writtenBytes, long nowNanos) {
        if (!writing || writtenBytes != movedBytes) {
            movedBytes = writtenBytes;
            movedNanos = nowNanos;
        }
        return nowNanos - movedNanos;
    }
}
