package packhorse.seeder.build;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import packhorse.core.OperationException;
import packhorse.core.content.Manifest;

/**
 * What will be read, in which order, and how long the content will be.
 *
 * @param form a file as it is, or the archive of a tree
 * @param root the published path
 * @param contentName its own name
 * @param rootFingerprint what the root looked like
 * @param entries in archive order; a single one for a file
 * @param contentLength exact length of the content in bytes, at least 1
 */
public record SourcePlan(
        Manifest.Form form,
        Path root,
        String contentName,
        Fingerprint rootFingerprint,
        List<SourceEntry> entries,
        long contentLength) {
    public SourcePlan {
        entries = List.copyOf(entries);
    }

    /** Number of entries of the file list. */
    public long fileCount() {
        return entries.size();
    }

    /** Opens the content for reading, once, front to back. */
    ContentReader open(FileListSink files) {
        return switch (form) {
            case FILE -> new SingleFileReader((SourceEntry.File) entries.getFirst());
            case TREE -> new TreeArchiveReader(entries, files);
        };
    }

    /** Fails unless everything still looks as the scan saw it. */
    void requireUnchanged() {
        requireUnchanged(root, rootFingerprint);
        for (SourceEntry entry : entries) {
            requireUnchanged(entry.location(), entry.fingerprint());
        }
    }

    static void requireUnchanged(Path location, Fingerprint then) {
        try {
            if (!Fingerprint.of(location).equals(then)) {
                throw changed(location, "changed");
            }
        } catch (NoSuchFileException e) {
            throw changed(location, "vanished");
        } catch (IOException e) {
            throw new OperationException(
                    "cannot read " + location + ": " + SourceScanner.reason(e) + "; make it readable and publish again",
                    e);
        }
    }

    static OperationException changed(Path location, String what) {
        return new OperationException(location + " " + what
                + " while it was read, nothing was published; publish again when nobody writes to it");
    }
}
