package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;

/** A folder of its own under the system's temporary one, removed with all that is in it. */
final class ScratchFolder implements AutoCloseable {
    /** A process that just ended may have left a file half made while we walked: walk again, a few times. */
    private static final int REMOVALS_MAX = 5;

    private final Path path;

    /** Takes a folder that is there, or may come to be. */
    ScratchFolder(Path path) {
        this.path = path;
    }

    static ScratchFolder create(String prefix) {
        try {
            return new ScratchFolder(Files.createTempDirectory(prefix).toRealPath());
        } catch (IOException e) {
            throw new OperationException(
                    "cannot make a folder in " + System.getProperty("java.io.tmpdir") + ": " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    /** Makes a folder in it. */
    Path folder(String name) {
        try {
            return Files.createDirectories(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a text file in it. */
    Path write(String name, String text) {
        try {
            return Files.writeString(path.resolve(name), text);
        } catch (IOException e) {
            throw new OperationException("cannot write " + path.resolve(name) + ": " + e.getMessage(), e);
        }
    }

    long usableBytes() {
        try {
            return Files.getFileStore(path).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < REMOVALS_MAX && Files.exists(path); i++) {
            try {
                Files.walkFileTree(path, new Removal());
            } catch (IOException e) {
                // Tried again; what is left after the last time is the system's to clean, as all of its temporary
                // folder.
            }
        }
    }

    /** Depth first, each file where it is met, each folder after what it holds. */
    private static final class Removal extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
