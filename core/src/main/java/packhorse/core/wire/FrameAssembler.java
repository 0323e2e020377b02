package packhorse.core.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.FrameException;

/**
 * Cuts a stream of bytes into frames. A frame's length is looked at as soon as its four bytes are here, and room is made for
 * what has arrived, never for what a length promises: it doubles as the bytes come. Between frames it holds nothing.
 */
final class FrameAssembler {
    private static final int ROOM_LEAST = 64;

    private int bodyBytesMax;
    private byte @Nullable [] kept;
    private int have;

    FrameAssembler(int bodyBytesMax) {
        this.bodyBytesMax = bodyBytesMax;
    }

    /** From now on bodies may have this length. */
    void allow(int newBodyBytesMax) {
        bodyBytesMax = newBodyBytesMax;
    }

    /** Bytes of a frame that is not whole yet. */
    int keptBytes() {
        return have;
    }

    /**
     * Takes bytes until a frame is whole; empty when all were taken before that.
     *
     * @throws FrameException when the frame is longer than allowed
     */
    Optional<byte[]> next(ByteBuffer in) throws FrameException {
        while (in.hasRemaining()) {
            int wanted = have < Integer.BYTES ? Integer.BYTES : FrameCodec.HEADER_BYTES + length();
            byte[] room = room(Math.min(wanted, have + in.remaining()), wanted);
            int take = Math.min(wanted - have, in.remaining());
            in.get(room, have, take);
            have += take;
            if (have == Integer.BYTES && wanted == Integer.BYTES) {
                requireAllowed(length());
            } else if (have == wanted && wanted > Integer.BYTES) {
                kept = null;
                have = 0;
                return Optional.of(room.length == wanted ? room : Arrays.copyOf(room, wanted));
            }
        }
        return Optional.empty();
    }

    private int length() {
        return kept == null ? 0 : ByteBuffer.wrap(kept).getInt();
    }

    private void requireAllowed(int length) throws FrameException {
        if (length < 1 || length > bodyBytesMax) {
            throw FrameCodec.tooLong(length, bodyBytesMax);
        }
    }

    private byte[] room(int needed, int most) {
        byte[] now = kept;
        if (now == null) {
            now = new byte[Math.max(needed, ROOM_LEAST)];
        } else if (now.length < needed) {
            now = Arrays.copyOf(now, Math.max(needed, Math.min(most, 2 * now.length)));
        }
        kept = now;
        return now;
    }
}
