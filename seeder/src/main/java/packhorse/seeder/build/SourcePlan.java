package packhorse.seeder.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.OptionalInt;
import packhorse.core.OperationException;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;

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

    /** The permission bits of the file at {@code path} in the content; empty where there is none, or something else. */
    public OptionalInt modeOf(String path) {
        return entries.stream()
                .filter(entry ->
                        entry instanceof SourceEntry.File && entry.path().equals(path))
                .mapToInt(SourceEntry::mode)
                .findFirst();
    }

    /** A digest of what the source looked like: another one means that something changed. */
    public Sha256 digest() {
        MessageDigest digest = Sha256.newDigest();
        digest.update((form + " " + contentName + " " + contentLength + "\n").getBytes(StandardCharsets.UTF_8));
        for (SourceEntry entry : entries) {
            digest.update((entry + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return Sha256.ofDigest(digest.digest());
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
