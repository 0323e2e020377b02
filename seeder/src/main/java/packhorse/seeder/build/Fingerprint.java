package packhorse.seeder.build;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What a file looked like at one moment; two that differ prove a change between them.
 *
 * @param device which file system
 * @param inode which file on it
 * @param size in bytes
 * @param modifiedNanos time of the last change, since 1970
 */
public record Fingerprint(long device, long inode, long size, long modifiedNanos) {
    static Fingerprint of(Path path) throws IOException {
        return FileStatus.of(path).fingerprint();
    }
}
