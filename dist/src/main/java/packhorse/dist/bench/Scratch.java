package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.unit.ByteCount;

/**
 * A folder for one benchmark and the programs that work in it. Closing it ends the programs, last started first, and deletes the
 * folder; that also happens when this program is interrupted.
 *
 * <p>It lies in memory ({@code /dev/shm}) where there is room, so that programs are compared and not a disk.
 */
final class Scratch implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path folder;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Thread atInterrupt = new Thread(this::clear, "clear " + Scratch.class.getSimpleName());
    private boolean cleared;

    private Scratch(Path folder) {
        this.folder = folder;
    }

    /**
     * A fresh folder with room for {@code needed} bytes.
     *
     * @param wanted where; empty: memory where there is room, else the folder for temporary files
     */
    static Scratch with(ByteCount needed, Optional<Path> wanted) {
        List<Path> places = wanted.map(List::of).orElse(List.of(MEMORY, Path.of(System.getProperty("java.io.tmpdir"))));
        for (Path place : places) {
            if (free(place) >= needed.bytes()) {
                return in(place);
            }
        }
        throw new UsageException(
                "no room for " + needed + " in " + places + ": name a folder with --dir, or a smaller --size");
    }

    private static long free(Path place) {
        try {
            FileStore store = Files.getFileStore(place);
            return store.getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    private static Scratch in(Path place) {
        try {
            Scratch scratch = new Scratch(Files.createTempDirectory(place, "packhorse-bench-"));
            Runtime.getRuntime().addShutdownHook(scratch.atInterrupt);
            return scratch;
        } catch (IOException e) {
            throw new OperationException("cannot make a folder in " + place + ": " + e.getMessage(), e);
        }
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path write(String name, String text) {
        return write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    Path write(String name, byte[] bytes) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(Optional.ofNullable(file.getParent()).orElse(folder));
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void onClose(AutoCloseable part) {
        if (cleared) {
            throw new OperationException("interrupted");
        }
        open.push(part);
    }

    /** Deletes a file or a tree that is needed no longer. */
    void delete(String name) {
        deleteTree(folder.resolve(name));
    }

    @Override
    public void close() {
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(atInterrupt);
        } catch (IllegalStateException e) {
            // The program is ending and the hook has run or is running: nothing is left to be done.
        }
    }

    private synchronized void clear() {
        if (cleared) {
            return;
        }
        cleared = true;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                System.err.println("packhorse: while clearing up: " + e.getMessage());
            }
        }
        deleteTree(folder);
    }

    private static void deleteTree(Path top) {
        if (!Files.exists(top)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(top)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("packhorse: cannot delete " + top + ": " + e.getMessage());
        }
    }
}
