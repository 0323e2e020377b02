package packhorse.core.content;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A release's file list while it streams by, in either direction: one canonical line per entry, in the order of the paths'
 * UTF-8 bytes, every entry checked against those before it by a {@link CollisionGuard}. A list is an object of its own, named
 * by its digest in the manifest; this class never holds the whole.
 */
public final class FileList {
    private final CollisionGuard guard = new CollisionGuard();
    private long count;

    /**
     * Writes the next entry.
     *
     * @return its line
     * @throws BadContentException when it collides or comes out of order
     */
    public byte[] encode(FileEntry entry) {
        guard.accept(entry);
        count++;
        return FileEntryCodec.encode(entry);
    }

    /**
     * Reads the next line, with its newline.
     *
     * @throws BadContentException when it is not canonical, collides or comes out of order
     */
    public FileEntry decode(byte[] line) {
        FileEntry entry = FileEntryCodec.decode(line);
        guard.accept(entry);
        count++;
        return entry;
    }

    /** Entries so far. */
    public long count() {
        return count;
    }

    /** @throws BadContentException unless that many entries came */
    public void requireCount(long expected) {
        if (count != expected) {
            throw new BadContentException("the file list has " + count + " entries, its manifest says " + expected);
        }
    }

    /** Reads a whole list that is in memory, as the one a manifest with {@code expectedCount} files names. */
    public static List<FileEntry> decodeAll(byte[] bytes, long expectedCount) {
        FileList list = new FileList();
        List<FileEntry> entries = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                entries.add(list.decode(Arrays.copyOfRange(bytes, start, i + 1)));
                start = i + 1;
            }
        }
        if (start < bytes.length) {
            throw new BadContentException("the file list ends within a line");
        }
        list.requireCount(expectedCount);
        return List.copyOf(entries);
    }
}
