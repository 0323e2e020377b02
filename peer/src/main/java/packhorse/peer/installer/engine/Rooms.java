package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.install.Ledger;

/**
 * The installer's directories for releases, below its own one:
 *
 * <pre>
 *   work/TRANSACTION/MEMBER/staging   for prepare         homes/TRANSACTION-MEMBER   as long as that release is in place
 *   work/TRANSACTION/MEMBER/undo      for the way back    look                       for looks at what is in place
 * </pre>
 */
final class Rooms {
    private static final int PRIVATE = 0700;

    private final Path data;
    private final List<Path> own;
    private final InstallDisk disk;
    /** Directories whose names this process brought to the disk. */
    private final Set<Path> sure = ConcurrentHashMap.newKeySet();

    Rooms(InstallerSettings settings, InstallDisk disk) {
        this.data = settings.data();
        this.own = Stream.of(settings.data(), settings.store(), settings.metadata(), agents(settings))
                .distinct()
                .toList();
        this.disk = disk;
    }

    /** Where the agent has its key, where these are all in one. */
    private static Path agents(InstallerSettings settings) {
        Optional<Path> above = Optional.ofNullable(settings.data().getParent());
        return above.filter(one -> one.equals(settings.metadata().getParent())).orElse(settings.data());
    }

    /** This agent's own directories, in which nothing else has a place. */
    List<Path> own() {
        return own;
    }

    Path data() {
        return data;
    }

    private Path work() {
        return data.resolve("work");
    }

    private Path homes() {
        return data.resolve("homes");
    }

    Path staging(long transaction, int member) {
        return work().resolve(Long.toString(transaction))
                .resolve(Integer.toString(member))
                .resolve("staging");
    }

    Path undo(long transaction, int member) {
        return work().resolve(Long.toString(transaction))
                .resolve(Integer.toString(member))
                .resolve("undo");
    }

    Path home(String name) {
        return homes().resolve(name);
    }

    /** For a look; emptied before each. */
    Path look(String name) {
        return data.resolve("look").resolve(name);
    }

    /**
     * Makes a directory and all that is missing above it, all of it on the disk; also what is there, once, for a process that was ended
     * may have made it and not have come to that.
     */
    Path made(Path directory) throws IOException {
        boolean there = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
        if (there && (sure.contains(directory) || !directory.startsWith(data))) {
            return directory;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            made(parent);
        }
        if (!there) {
            disk.createDirectory(directory, PRIVATE);
            disk.force(directory);
        }
        if (parent != null) {
            flushed(parent);
        }
        sure.add(directory);
        return directory;
    }

    private void flushed(Path parent) throws IOException {
        try {
            disk.force(parent);
        } catch (AccessDeniedException e) {
            // Where the installer is not root, the directory that its own lies in may be closed to it.
            if (parent.startsWith(data)) {
                throw e;
            }
        }
    }

    /** Deletes what a transaction worked with. */
    void clear(long transaction) throws IOException {
        Path place = work().resolve(Long.toString(transaction));
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            disk.delete(place);
            disk.force(work());
        }
    }

    void clearLook() throws IOException {
        disk.delete(data.resolve("look"));
    }

    /** Whether anything that a release needs lies there. */
    boolean hold() throws IOException {
        if (!Files.isDirectory(homes(), LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> found = Files.list(homes())) {
            return found.findAny().isPresent();
        }
    }

    /** Deletes what belongs to nothing any more. */
    void sweep(Ledger ledger) throws IOException {
        sweep(homes(), ledger.homes());
        sweep(
                work(),
                ledger.open().stream()
                        .map(progress -> Long.toString(progress.transaction()))
                        .collect(java.util.stream.Collectors.toSet()));
    }

    private void sweep(Path directory, Set<String> kept) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            for (Path one : found) {
                if (!kept.contains(String.valueOf(one.getFileName()))) {
                    disk.delete(one);
                }
            }
        }
    }
}
