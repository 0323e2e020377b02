package packhorse.peer.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import packhorse.core.durable.Durably;

/** The changes a store makes to a file system, one method each, so that tests can fail or stop at every one of them. */
class Disk {
    static final Disk REAL = new Disk();

    /** Writes a file anew and brings it to the disk; nobody may look at it before its directory is renamed into place. */
    void write(Path file, byte[] bytes) throws IOException {
        Durably.write(file, bytes);
    }

    /** Replaces a file in one step. */
    final void replace(Path file, byte[] bytes) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        write(fresh, bytes);
        rename(fresh, file);
        force(Durably.directoryOf(file));
    }

    void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    void link(Path link, Path existing) throws IOException {
        Files.createLink(link, existing);
    }

    void rename(Path from, Path to) throws IOException {
        Durably.rename(from, to);
    }

    /** Brings a file or a directory's entries to the disk. */
    void force(Path fileOrDirectory) throws IOException {
        Durably.flush(fileOrDirectory);
    }

    /** Deletes a file or a whole directory; links in it are deleted, not followed. Fine when it is not there. */
    void delete(Path fileOrDirectory) throws IOException {
        if (!Files.exists(fileOrDirectory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(fileOrDirectory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            try {
                Files.delete(path);
            } catch (NoSuchFileException e) {
                // Somebody else was quicker; gone is gone.
            }
        }
    }

    /** Bytes that may still be written below {@code directory}. */
    long usableBytes(Path directory) throws IOException {
        FileStore fileStore = Files.getFileStore(directory);
        return fileStore.getUsableSpace();
    }
}
