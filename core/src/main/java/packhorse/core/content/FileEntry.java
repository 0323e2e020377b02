package packhorse.core.content;

/**
 * One entry of a release's file list. Paths are relative, {@code /}-separated, checked by {@link SafePath}.
 */
public sealed interface FileEntry {
    /** Where it stands in the tree; for a single published file, its name. */
    String path();

    /** Permission bits only, {@code 0…07777}. */
    int mode();

    /** Owner and group by number, 0 and 0 unless the publisher kept them. */
    Owner owner();

    /**
     * Owner and group by number.
     *
     * @param uid at least 0
     * @param gid at least 0
     */
    record Owner(int uid, int gid) {
        public static final Owner ROOT = new Owner(0, 0);

        public Owner {
            if (uid < 0 || gid < 0) {
                throw new IllegalArgumentException("owner and group are at least 0, not " + uid + ":" + gid);
            }
        }
    }

    /** A regular file. */
    record File(String path, int mode, Owner owner, long size, Sha256 sha256) implements FileEntry {
        public File {
            SafePath.require(path);
            requireMode(path, mode);
            if (size < 0) {
                throw new IllegalArgumentException(path + ": a size is at least 0, not " + size);
            }
        }
    }

    /** A directory. */
    record Directory(String path, int mode, Owner owner) implements FileEntry {
        public Directory {
            SafePath.require(path);
            requireMode(path, mode);
        }
    }

    /** A symbolic link whose target stays inside the tree. */
    record Link(String path, int mode, Owner owner, String target) implements FileEntry {
        public Link {
            SafePath.require(path);
            requireMode(path, mode);
            SafePath.requireLink(path, target);
        }
    }

    private static void requireMode(String path, int mode) {
        if (mode < 0 || mode > 07777) {
            throw new IllegalArgumentException(
                    path + ": a mode is 0 to 7777 (octal), not " + Integer.toOctalString(mode));
        }
    }
}
