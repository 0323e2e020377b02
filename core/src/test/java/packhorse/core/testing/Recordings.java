package packhorse.core.testing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import packhorse.core.message.FrameCodec;

/**
 * Frames as programs of each version of the session protocol sent them, byte for byte, in files of this package that are never
 * written again: {@code recordings/v1/agent.frames} and so on. Version 3 does not exist yet: its frames are those of version 2
 * with fields and messages that nobody knows. {@code RecordingsTest} makes the files of a new version.
 */
public final class Recordings {
    /** Every version there is a recording of. */
    public static final List<Integer> VERSIONS = List.of(1, 2, 3);

    private Recordings() {}

    /** What an agent of that version said, Hello first. */
    public static List<byte[]> ofAgent(int version) {
        return frames(version, "agent");
    }

    /** What a tracker of that version said, Welcome first. */
    public static List<byte[]> ofTracker(int version) {
        return frames(version, "tracker");
    }

    /** What version 2 learned to ask and to answer later: what a tracker has of a journal. */
    public static List<byte[]> ofRecollection() {
        return frames(2, "recollection");
    }

    private static List<byte[]> frames(int version, String who) {
        String name = "recordings/v" + version + "/" + who + ".frames";
        try (InputStream file = Recordings.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("there is no " + name);
            }
            DataInputStream in = new DataInputStream(file);
            List<byte[]> frames = new ArrayList<>();
            while (true) {
                byte[] header = in.readNBytes(FrameCodec.HEADER_BYTES);
                if (header.length == 0) {
                    return frames;
                }
                int length = ByteBuffer.wrap(header).getInt();
                byte[] body = in.readNBytes(length);
                if (body.length < length) {
                    throw new EOFException(name + " is cut");
                }
                frames.add(ByteBuffer.allocate(header.length + length)
                        .put(header)
                        .put(body)
                        .array());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
