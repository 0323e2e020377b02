package packhorse.core.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds which process listens on a TCP port, from proc(5); only root sees those of other users. */
final class Listeners {
    private static final String LISTENING = "0A";
    private static final int STATE = 3;
    private static final int INODE = 9;

    private Listeners() {}

    /** The program and its process number, where they can be seen. */
    static Optional<String> of(int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            MachineChecks.text(Path.of(table))
                    .lines()
                    .skip(1)
                    .forEach(line -> inode(line, port).ifPresent(inode -> sockets.add("socket:[" + inode + "]")));
        }
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, sockets)) {
                    String name = MachineChecks.text(process.resolve("comm")).strip();
                    return Optional.of(name + " (process " + process.getFileName() + ")");
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    static Optional<String> inode(String line, int port) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length <= INODE || !words[STATE].equals(LISTENING) || words[1].indexOf(':') < 0) {
            return Optional.empty();
        }
        String hex = words[1].substring(words[1].indexOf(':') + 1);
        return hex.equalsIgnoreCase(String.format("%04X", port)) ? Optional.of(words[INODE]) : Optional.empty();
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            // Gone meanwhile, or somebody else's.
            return false;
        }
        return false;
    }
}
