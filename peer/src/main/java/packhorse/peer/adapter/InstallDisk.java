package packhorse.peer.adapter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.LongConsumer;

/**
 * Every change that an installation makes to a file system, one method each; reading needs none of them. The real one is
 * {@link #real()}. Tests put others in its place that lose all that was not forced, fill up, tear a write, or stop at the nth
 * change.
 *
 * <p>Nothing here follows a symbolic link at the last element of a path, unless it says so, nor one on the way that others than root
 * could have put there ({@link Way} has the rule); a path through such a link is refused with an {@link AdapterException} of one line.
 * Nothing is durable before
 * {@link #force} of the file (content, mode, owner) and of its directory (name).
 */
public interface InstallDisk {
    /** The machine's own file systems. */
    static InstallDisk real() {
        return RealDisk.INSTANCE;
    }

    /**
     * Does something that comes to few directories many times, which are held open for that meanwhile. It changes nothing of what is
     * promised, nor what is on the disk. For this thread alone.
     */
    default <T> T staying(Stay<T> work) throws IOException {
        return work.run();
    }

    /** See {@link #staying}. */
    interface Stay<T> {
        T run() throws IOException;
    }

    /** A new regular file that takes {@code bytes}; fails where the name is taken. Mode before umask has no say. */
    void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException;

    /** The same for what is small. */
    default void create(Path file, byte[] bytes, int mode) throws IOException {
        create(file, new java.io.ByteArrayInputStream(bytes), mode, done -> {});
    }

    /** Opens an existing file or block device to write into it. */
    Writer open(Path fileOrDevice) throws IOException;

    /** Writes at places; see {@link #open}. */
    interface Writer extends AutoCloseable {
        void write(ByteBuffer bytes, long at) throws IOException;

        /** Makes a range read as zeros, without writing them where the file system can. */
        void zero(long at, long length) throws IOException;

        /** Only for regular files. */
        void truncate(long length) throws IOException;

        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** One directory, its parent is there. */
    void createDirectory(Path directory, int mode) throws IOException;

    /** All that is missing, with mode 0755. */
    void createDirectories(Path directory) throws IOException;

    void symlink(Path link, String target) throws IOException;

    /** A second name of the same file, on the same file system. */
    void hardlink(Path link, Path existing) throws IOException;

    /** In one step; replaces what has the name {@code to} (a file or link, or an empty directory by a directory). */
    void rename(Path from, Path to) throws IOException;

    /**
     * {@code 0…07777}. In a directory that others than root may change, a set-user-id, set-group-id and sticky bit stays away; what is to
     * have it there is made at {@link #freshFor} and renamed.
     */
    void mode(Path path, int mode) throws IOException;

    /** Owner and group by number; nothing where this process is not root. */
    void owner(Path path, int uid, int gid) throws IOException;

    /** Modification time. */
    void modified(Path path, java.time.Instant time) throws IOException;

    /** A file, link or whole tree; fine when it is not there. Links are deleted, not followed. */
    void delete(Path path) throws IOException;

    /** Brings a file, or a directory's names, to the disk. */
    void force(Path fileOrDirectory) throws IOException;

    /** Brings several to the disk, in any order: a journalling file system takes many for little more than the price of one. */
    default void forceAll(Collection<Path> filesAndDirectories) throws IOException {
        for (Path each : filesAndDirectories) {
            force(each);
        }
    }

    /** Brings a whole tree to the disk, what other programs wrote into it included. */
    void forceTree(Path directory) throws IOException;

    /** Bytes that may still be written on the file system of the nearest existing parent. */
    long usableBytes(Path path) throws IOException;

    /**
     * Where {@link #replace} and {@link #switchLink} make what they put in place; all that a crash leaves of them. Mostly
     * {@link #freshBeside}; for a directory that others than root may change it is one before it, see {@link Way}.
     */
    static Path freshFor(Path path) throws IOException {
        return Way.fresh(path);
    }

    /** A name beside another for something that is not in place yet. */
    static Path freshBeside(Path path) {
        return path.resolveSibling("." + path.getFileName() + FRESH);
    }

    /** How names of {@link #freshBeside} end. */
    String FRESH = ".packhorse-new";

    /**
     * Refuses what a release may not call anything on the machine: names of {@link #freshBeside}, which are cleared away.
     *
     * @param path of a release, with {@code /} between its elements
     * @throws IllegalArgumentException with one line
     */
    static void requireFree(String path) {
        for (String element : path.split("/", -1)) {
            if (element.startsWith(".") && element.endsWith(FRESH)) {
                throw new IllegalArgumentException("the path \"" + path + "\" has the element \"" + element
                        + "\", a name that Packhorse gives what is not in place yet, and clears away; take another");
            }
        }
    }

    /** Replaces a small file in one step, read back before and durable when it returns. */
    default void replace(Path file, byte[] bytes, int mode) throws IOException {
        Path fresh = freshFor(file);
        delete(fresh);
        create(fresh, bytes, mode);
        force(fresh);
        if (!Arrays.equals(Files.readAllBytes(fresh), bytes)) {
            delete(fresh);
            throw new IOException("the disk gives back something else than was written into " + fresh);
        }
        rename(fresh, file);
        Path parent = file.getParent();
        if (parent != null) {
            force(parent);
        }
    }

    /** Puts a symbolic link in the place of another or of nothing, in one step, durable when it returns. */
    default void switchLink(Path link, String target) throws IOException {
        Path fresh = freshFor(link);
        delete(fresh);
        symlink(fresh, target);
        rename(fresh, link);
        Path parent = link.getParent();
        if (parent != null) {
            force(parent);
        }
    }
}
