package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import packhorse.core.content.FileEntry.Owner;

/**
 * What the system knows of a path, links not followed, asked once.
 *
 * @param permissions {@code 0…07777}
 * @param inode names the file on its file system
 * @param names how many the file has
 */
record UnixFile(Type type, int permissions, Owner owner, long size, long inode, int names, Instant modified) {
    private static final int TYPE = 0170000;
    private static final int TYPE_FILE = 0100000;
    private static final int TYPE_DIRECTORY = 0040000;
    private static final int TYPE_LINK = 0120000;

    /** What it is. */
    enum Type {
        FILE,
        DIRECTORY,
        LINK,
        OTHER
    }

    static UnixFile of(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(
                path, "unix:mode,uid,gid,size,ino,nlink,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        int mode = (int) number(all, "mode");
        Type type = switch (mode & TYPE) {
            case TYPE_FILE -> Type.FILE;
            case TYPE_DIRECTORY -> Type.DIRECTORY;
            case TYPE_LINK -> Type.LINK;
            default -> Type.OTHER;
        };
        return new UnixFile(
                type,
                mode & 07777,
                new Owner((int) number(all, "uid"), (int) number(all, "gid")),
                number(all, "size"),
                number(all, "ino"),
                (int) number(all, "nlink"),
                ((FileTime) Objects.requireNonNull(all.get("lastModifiedTime"))).toInstant());
    }

    private static long number(Map<String, Object> all, String name) {
        return ((Number) Objects.requireNonNull(all.get(name))).longValue();
    }

    /** Who runs this process, by number. */
    static int self() throws IOException {
        return of(Path.of("/proc/self/stat")).owner().uid();
    }
}
