package packhorse.tracker.governance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.tracker.desired.Sheet;

/**
 * Reads the file of desired states when its content changed. Its stamp (time, size, file) says when to look; its digest says whether there is
 * something new: a file that is only touched, or replaced by the same, is not read again. Polled, because editors and
 * configuration tools replace files in ways that a directory watch sees as anything. Not for several threads at once.
 */
final class FileWatch {
    private record Stamp(
            FileTime modified, long size, @Nullable Object key) {}

    private final Path file;
    private @Nullable Stamp stamp;
    private @Nullable Sha256 content;

    FileWatch(Path file) {
        this.file = file;
    }

    /**
     * The sheet, where its content is another than the last time.
     *
     * @throws UsageException when it is, and cannot be read, which is said once; or when there is no file, each time
     */
    Optional<Sheet> look() {
        Stamp now = stamp();
        if (now != null && now.equals(stamp)) {
            return Optional.empty();
        }
        stamp = now;
        if (now == null) {
            content = null;
            throw new UsageException(file + ": there is no such file");
        }
        Sha256 digest = digest();
        if (content != null && digest.equals(content)) {
            return Optional.empty();
        }
        content = digest;
        return Optional.of(
                DesiredFile.read(file, Instant.ofEpochMilli(now.modified().toMillis())));
    }

    private Sha256 digest() {
        try {
            return Sha256.of(Files.readAllBytes(file));
        } catch (IOException e) {
            // Who mends its permissions changes neither its time nor its size: it is looked at again.
            stamp = null;
            throw new UsageException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private @Nullable Stamp stamp() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return null;
        }
    }
}
