package packhorse.core.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The steps by which bytes get a name that a loss of power does not take away again, and all of them in their order. A step that
 * fails says so as the system does.
 */
public final class Durably {
    private Durably() {}

    /**
     * Makes {@code file} hold {@code bytes}, whether or not it was there: written to its {@link #neighbour}, flushed, renamed, the
     * directory flushed. One writer per file.
     */
    public static void replace(Path file, byte[] bytes) throws IOException {
        Path fresh = neighbour(file);
        write(fresh, bytes);
        rename(fresh, file);
        flush(directoryOf(file));
    }

    /** Writes a file anew and flushes it; a crash before may leave a part of it, so nobody may look for it under this name. */
    public static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel out = openNew(file)) {
            writeAll(out, ByteBuffer.wrap(bytes));
            out.force(true);
        }
    }

    /** Adds all of {@code bytes}, in as many portions as the system takes. */
    public static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Gives a file another name in one step; whatever had it is gone. Flushes nothing. */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Returns when a file's bytes, or the names in a directory, are on the disk. */
    public static void flush(Path fileOrDirectory) throws IOException {
        try (FileChannel channel = FileChannel.open(fileOrDirectory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Where {@code file} is made before it gets its name; what a crash leaves there is overwritten by the next writing. */
    static Path neighbour(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    static FileChannel openNew(Path file) throws IOException {
        return FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    /**
     * The directory that has a path's last name.
     *
     * @throws IllegalArgumentException for the root directory, which lies in none
     */
    public static Path directoryOf(Path path) {
        Path directory = path.getParent() != null
                ? path.getParent()
                : path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IllegalArgumentException(path + " lies in no directory");
        }
        return directory;
    }
}
