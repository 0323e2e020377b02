package packhorse.seeder.build;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the content's bytes in order while they are hashed. Called by one thread at a time. */
public interface ContentSink {
    /** Takes all remaining bytes of {@code bytes}; the buffer is reused after the call. */
    void write(ByteBuffer bytes) throws IOException;

    /** A sink that keeps nothing, for hashing alone. */
    static ContentSink none() {
        return bytes -> bytes.position(bytes.limit());
    }
}
