package packhorse.peer.adapter.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes through two places side by side and finds the ranges in which one has to be changed to become the other.
 *
 * <p>A portion of {@link #PORTION_BYTES} is in memory at a time, judged in blocks of {@link #BLOCK_BYTES}: small enough that a changed
 * byte costs little, large enough that devices take it in one go. Neighbouring blocks of a kind are one range, within a portion, so
 * nobody needs more memory than a portion. Each byte is read once: O(n).
 */
final class Ranges {
    static final int PORTION_BYTES = 1 << 20;
    static final int BLOCK_BYTES = 64 << 10;

    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(BLOCK_BYTES).asReadOnlyBuffer();

    /** What is there is not read, but for where the wanted bytes are zeros, which most files and new devices have as holes. */
    static final boolean UNSEEN = false;

    /** Ranges that are as wanted are passed over. */
    static final boolean COMPARED = true;

    private enum Kind {
        SAME,
        ZERO,
        DATA
    }

    /** Told each range that has to change. */
    interface Visitor {
        /**
         * Bytes to be there.
         *
         * @param wanted the range's bytes
         * @param present what is there now, with its place in the portion; only meaningful where it was compared
         */
        void data(long at, ByteBuffer wanted, ByteBuffer present) throws IOException;

        /** Zeros to be there. */
        void zeros(long at, int length, ByteBuffer present) throws IOException;

        /** Everything before this was seen. */
        default void passed(long at) {}
    }

    private Ranges() {}

    /** A portion of each of two places. Memory outside the heap is given back late: who walks often keeps one. */
    static final class Portions {
        private final ByteBuffer want = ByteBuffer.allocateDirect(PORTION_BYTES);
        private final ByteBuffer have = ByteBuffer.allocateDirect(PORTION_BYTES);
    }

    /**
     * Goes through {@code [from, to)}.
     *
     * @param compared whether what is there is read and compared
     */
    static void walk(Bytes wanted, Bytes present, long from, long to, boolean compared, Visitor visitor)
            throws IOException {
        walk(wanted, present, from, to, compared, new Portions(), visitor);
    }

    /** The same with portions that are there already. */
    static void walk(
            Bytes wanted, Bytes present, long from, long to, boolean compared, Portions portions, Visitor visitor)
            throws IOException {
        ByteBuffer want = portions.want;
        ByteBuffer have = portions.have;
        for (long at = from; at < to; ) {
            int length = (int) Math.min(PORTION_BYTES, to - at);
            want.clear().limit(length);
            wanted.read(want, at);
            have.clear().limit(length);
            boolean seen = compared || anyZero(want, length);
            if (seen) {
                present.read(have, at);
            }
            portion(at, want, have, length, compared, visitor);
            at += length;
            visitor.passed(at);
        }
    }

    private static boolean anyZero(ByteBuffer want, int length) {
        for (int block = 0; block < length; block += BLOCK_BYTES) {
            if (isZero(want.slice(block, Math.min(BLOCK_BYTES, length - block)))) {
                return true;
            }
        }
        return false;
    }

    static boolean isZero(ByteBuffer bytes) {
        for (int at = bytes.position(); at < bytes.limit(); at += BLOCK_BYTES) {
            int length = Math.min(BLOCK_BYTES, bytes.limit() - at);
            if (bytes.slice(at, length).mismatch(ZEROS.slice(0, length)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static Kind kind(ByteBuffer want, ByteBuffer have, boolean compared) {
        boolean zero = isZero(want);
        if ((compared || zero) && want.mismatch(have) < 0) {
            return Kind.SAME;
        }
        return zero ? Kind.ZERO : Kind.DATA;
    }

    private static void portion(
            long at, ByteBuffer want, ByteBuffer have, int length, boolean compared, Visitor visitor)
            throws IOException {
        int begun = 0;
        Kind kind = Kind.SAME;
        for (int block = 0; block <= length; block += BLOCK_BYTES) {
            int size = Math.min(BLOCK_BYTES, length - block);
            Kind next = size <= 0 ? Kind.SAME : kind(want.slice(block, size), have.slice(block, size), compared);
            if (next != kind || size <= 0) {
                range(at, want, have, begun, Math.min(block, length), kind, visitor);
                begun = block;
                kind = next;
            }
        }
        if (begun < length) {
            range(at, want, have, begun, length, kind, visitor);
        }
    }

    private static void range(long at, ByteBuffer want, ByteBuffer have, int from, int to, Kind kind, Visitor visitor)
            throws IOException {
        if (to <= from) {
            return;
        }
        switch (kind) {
            case SAME -> {}
            case ZERO -> visitor.zeros(at + from, to - from, have.slice(from, to - from));
            case DATA -> visitor.data(at + from, want.slice(from, to - from), have.slice(from, to - from));
        }
    }
}
