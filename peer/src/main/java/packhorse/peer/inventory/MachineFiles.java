package packhorse.peer.inventory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's and the system's files below one root: the machine's own, or a recording of another one's. Reads are bounded, and what
 * cannot be read is not there.
 *
 * @param root {@code /}, or where the recording lies
 */
record MachineFiles(Path root) {
    /** /proc/cpuinfo of a machine with 512 processors has about 1 MiB. */
    static final int BYTES_MAX = 2 << 20;

    /** Disks, interfaces and such: more are a mistake. */
    static final int ENTRIES_MAX = 256;

    /** The file's text, empty when there is none. */
    String text(String path) {
        return text(path, BYTES_MAX);
    }

    String text(String path, int bytesMax) {
        try (InputStream in = Files.newInputStream(root.resolve(relative(path)))) {
            return new String(in.readNBytes(bytesMax), StandardCharsets.UTF_8);
        } catch (IOException | InvalidPathException e) {
            return "";
        }
    }

    byte[] bytes(String path) {
        try (InputStream in = Files.newInputStream(root.resolve(relative(path)))) {
            return in.readNBytes(BYTES_MAX);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    /** The file's text as one clean line. */
    String line(String path) {
        return Texts.clean(text(path, 64 << 10));
    }

    /** A number in a file, or -1. */
    long number(String path) {
        return Texts.number(line(path));
    }

    boolean exists(String path) {
        return Files.exists(root.resolve(relative(path)));
    }

    /** Names in a directory, in order. */
    List<String> names(String path) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(relative(path)))) {
            for (Path entry : entries) {
                if (names.size() < ENTRIES_MAX) {
                    names.add(String.valueOf(entry.getFileName()));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        names.sort(String::compareTo);
        return names;
    }

    /** What tells that a file changed. */
    Optional<String> stamp(String path) {
        Path file = root.resolve(relative(path));
        try {
            return Optional.of(Files.getLastModifiedTime(file) + "/" + Files.size(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String relative(String path) {
        return path.startsWith("/") ? path.substring(1) : path;
    }
}
