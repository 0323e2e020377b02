package packhorse.core.message;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.zip.CRC32C;
import packhorse.core.message.v1.Envelope;

/**
 * Puts messages into frames and takes them out: a 4-byte big-endian length, a 4-byte CRC-32C (RFC 3720, Castagnoli) over the
 * length and the body, then the body, one protobuf {@code Envelope}. A length is checked before anything is allocated for it,
 * so nobody can make a reader reserve more than arrives. The sum is there because protobuf reads many damaged bodies as other
 * messages, and TCP's own sum is weak: any flipped bit is refused. It protects from accidents, not from forgers.
 */
public final class FrameCodec {
    /** The version of the schema that this code speaks, the {@code version} of every envelope it makes. */
    public static final int VERSION = 2;

    /** The oldest version that is still spoken: it reports and takes assignments, and knows nothing of desired states. */
    public static final int VERSION_LEAST = 1;

    /** Longer bodies are refused: a report of 10,000 packs has about 1 MiB; a list of releases is the longest there is. */
    public static final int FRAME_BYTES_MAX = 4 << 20;

    /** Length and check sum. */
    public static final int HEADER_BYTES = 8;

    /** The longest frame there is, header and all. */
    public static final int WHOLE_BYTES_MAX = HEADER_BYTES + FRAME_BYTES_MAX;

    private FrameCodec() {}

    /**
     * The whole frame of a message, header and all.
     *
     * @throws IllegalArgumentException when the message is longer than {@link #FRAME_BYTES_MAX} or has no version
     */
    public static byte[] encode(Envelope envelope) {
        if (envelope.getVersion() == 0) {
            throw new IllegalArgumentException("an envelope says its version");
        }
        int length = envelope.getSerializedSize();
        if (length > FRAME_BYTES_MAX) {
            throw new IllegalArgumentException("a message of " + length + " bytes is longer than " + FRAME_BYTES_MAX);
        }
        byte[] body = envelope.toByteArray();
        return ByteBuffer.allocate(HEADER_BYTES + length)
                .putInt(length)
                .putInt(checkSum(body, 0, length))
                .put(body)
                .array();
    }

    /**
     * Reads exactly one frame.
     *
     * @throws FrameException when the bytes are anything else
     */
    public static Envelope decode(byte[] frame) throws FrameException {
        if (frame.length < HEADER_BYTES) {
            throw truncated(frame.length, HEADER_BYTES);
        }
        int length = requireLength(ByteBuffer.wrap(frame).getInt());
        if (frame.length < HEADER_BYTES + length) {
            throw truncated(frame.length, HEADER_BYTES + length);
        }
        if (frame.length > HEADER_BYTES + length) {
            throw new FrameException("a frame of " + (HEADER_BYTES + length) + " bytes is followed by "
                    + (frame.length - HEADER_BYTES - length) + " that do not belong to it");
        }
        return body(ByteBuffer.wrap(frame).getInt(Integer.BYTES), frame, HEADER_BYTES, length);
    }

    /**
     * Reads exactly one frame of an end that may be newer; empty when it holds a message that this version does not know.
     *
     * @throws FrameException when the bytes are anything else
     */
    public static Optional<Envelope> decodeKnown(byte[] frame) throws FrameException {
        int length = frame.length - HEADER_BYTES;
        if (length < 1 || ByteBuffer.wrap(frame).getInt() != length) {
            throw truncated(frame.length, HEADER_BYTES + 1);
        }
        Envelope envelope = envelope(ByteBuffer.wrap(frame).getInt(Integer.BYTES), frame, HEADER_BYTES, length);
        return envelope.getBodyCase() == Envelope.BodyCase.BODY_NOT_SET ? Optional.empty() : Optional.of(envelope);
    }

    /** What to say of a frame that is longer than its reader allows. */
    public static FrameException tooLong(int length, int most) {
        return new FrameException("a frame says it has " + Integer.toUnsignedString(length) + " bytes, the most is "
                + most + "; is this a Packhorse program?");
    }

    /** Writes one frame and flushes. */
    public static void write(OutputStream out, Envelope envelope) throws IOException {
        out.write(encode(envelope));
        out.flush();
    }

    /** Writes one frame, all of it, to a blocking channel. */
    public static void write(WritableByteChannel out, Envelope envelope) throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(encode(envelope));
        while (frame.hasRemaining()) {
            out.write(frame);
        }
    }

    /**
     * Reads the next frame; empty where the stream ends between frames.
     *
     * @throws FrameException when the stream ends inside a frame, or the frame is too long or no message
     */
    public static Optional<Envelope> read(InputStream in) throws IOException {
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length == 0) {
            return Optional.empty();
        }
        if (header.length < HEADER_BYTES) {
            throw truncated(header.length, HEADER_BYTES);
        }
        int length = requireLength(ByteBuffer.wrap(header).getInt());
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw truncated(HEADER_BYTES + body.length, HEADER_BYTES + length);
        }
        return Optional.of(body(ByteBuffer.wrap(header).getInt(Integer.BYTES), body, 0, length));
    }

    private static int requireLength(int length) throws FrameException {
        if (length < 1 || length > FRAME_BYTES_MAX) {
            throw tooLong(length, FRAME_BYTES_MAX);
        }
        return length;
    }

    private static FrameException truncated(int have, int wanted) {
        return new FrameException("a frame ends after " + have + " of " + wanted + " bytes");
    }

    private static int checkSum(byte[] bytes, int offset, int length) {
        CRC32C sum = new CRC32C();
        sum.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
        sum.update(bytes, offset, length);
        return (int) sum.getValue();
    }

    private static Envelope body(int expectedSum, byte[] bytes, int offset, int length) throws FrameException {
        Envelope envelope = envelope(expectedSum, bytes, offset, length);
        if (envelope.getBodyCase() == Envelope.BodyCase.BODY_NOT_SET) {
            throw new FrameException("a frame of version " + Integer.toUnsignedString(envelope.getVersion())
                    + " holds no message that version " + VERSION + " knows");
        }
        return envelope;
    }

    private static Envelope envelope(int expectedSum, byte[] bytes, int offset, int length) throws FrameException {
        if (checkSum(bytes, offset, length) != expectedSum) {
            throw new FrameException("a frame of " + length + " bytes was damaged on its way: its check sum is wrong");
        }
        Envelope envelope;
        try {
            envelope = Envelope.parser().parseFrom(bytes, offset, length);
        } catch (InvalidProtocolBufferException e) {
            throw new FrameException("a frame holds no message: " + e.getMessage(), e);
        }
        if (envelope.getVersion() == 0) {
            throw new FrameException("a frame does not say its version");
        }
        return envelope;
    }
}
