package packhorse.core.config;

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

/**
 * Says when a file that people edit is to be read again. Its stamp (time, size, file) says when to look; its digest says whether there
 * is something new: a file that is only touched, or replaced by the same, is not read again. One that could not be read is looked
 * at until it can, since who mends its permissions changes neither its time nor its size, and then counts as new. Polled,
 * because editors and configuration tools replace files in ways that a directory watch sees as anything. Not for several threads at once.
 */
public final class FileWatch {
    /** Reads a file whole. */
    @FunctionalInterface
    interface Contents {
        byte[] of(Path file) throws IOException;
    }

    private record Stamp(
            FileTime modified, long size, @Nullable Object key) {}

    private final Path file;
    private final Contents contents;
    private @Nullable Stamp stamp;
    private @Nullable Sha256 content;

    public FileWatch(Path file) {
        this(file, Files::readAllBytes);
    }

    FileWatch(Path file, Contents contents) {
        this.file = file;
        this.contents = contents;
    }

    public Path file() {
        return file;
    }

    /**
     * When the file was edited, where its content is another than the last time.
     *
     * @throws UsageException when there is no file or it cannot be read, each time
     */
    public Optional<Instant> look() {
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
        return Optional.of(Instant.ofEpochMilli(now.modified().toMillis()));
    }

    private Sha256 digest() {
        try {
            return Sha256.of(contents.of(file));
        } catch (IOException e) {
            stamp = null;
            content = null;
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
