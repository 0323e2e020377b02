package packhorse.seeder.build;

import java.nio.file.Path;
import java.util.Comparator;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Sha256;

/** One thing of the source as the scan saw it. */
sealed interface SourceEntry {
    /** Entries in the order of their paths' UTF-8 bytes, which is the order of their code points. */
    Comparator<SourceEntry> ORDER = (a, b) -> compareCodePoints(a.path(), b.path());

    /** Where it stands in the tree, {@code /}-separated; for a single file, its name. */
    String path();

    int mode();

    FileEntry.Owner owner();

    /** Where it is on this machine. */
    Path location();

    /** What it looked like. */
    Fingerprint fingerprint();

    /** Its line in the file list; {@code sha256} is a file's digest, and means nothing for others. */
    default FileEntry listed(Sha256 sha256) {
        return switch (this) {
            case File f -> new FileEntry.File(f.path(), f.mode(), f.owner(), f.size(), sha256);
            case Directory d -> new FileEntry.Directory(d.path(), d.mode(), d.owner());
            case Link l -> new FileEntry.Link(l.path(), l.mode(), l.owner(), l.target());
        };
    }

    /** A regular file, also one of several hard links to the same bytes. */
    record File(String path, int mode, FileEntry.Owner owner, Path location, Fingerprint fingerprint)
            implements SourceEntry {
        long size() {
            return fingerprint.size();
        }
    }

    /** A directory. */
    record Directory(String path, int mode, FileEntry.Owner owner, Path location, Fingerprint fingerprint)
            implements SourceEntry {}

    /** A symbolic link. */
    record Link(String path, int mode, FileEntry.Owner owner, Path location, Fingerprint fingerprint, String target)
            implements SourceEntry {}

    private static int compareCodePoints(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // Surrogates stand for code points above all others: UTF-16 order differs from UTF-8 order only there.
                return Character.isSurrogate(x) != Character.isSurrogate(y)
                        ? Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y))
                        : Character.compare(x, y);
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
