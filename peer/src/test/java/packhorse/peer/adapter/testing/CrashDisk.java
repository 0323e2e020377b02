package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import packhorse.peer.adapter.InstallDisk;

/**
 * Remembers what of a directory tree was brought to the disk, and on {@link #crash} leaves exactly that behind, as a power cut may.
 *
 * <p><b>Model</b> (POSIX at its strictest). A file keeps content, mode and owner of its last force; one that was never forced has half of
 * its content. A directory keeps the names of its last force: a rename between two directories is two changes of names, and stands
 * only where both were forced. What stood there when this disk was made is durable. The other extreme, that everything reached the
 * disk though nobody asked, is a process that was killed; {@link #crash(RandomGenerator)} takes something in between.
 *
 * <p>Contents are held in memory: for small trees. One thread at a time.
 */
public final class CrashDisk extends WatchedDisk {
    private final Path root;
    /** What a device and inode number stands for now; numbers come back after a deletion, these do not. */
    private final Map<String, Long> identities = new HashMap<>();

    private final Map<Long, Durable> durable = new HashMap<>();
    private long next = 1;

    private sealed interface Durable {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
        record File(byte[] content, Rights rights) implements Durable {}

        record Directory(Map<String, Long> names, Rights rights) implements Durable {}

        record Link(String target) implements Durable {}
    }

    private record Rights(int mode, int uid, int gid) {}

    /** @param root everything below it is modelled; it stays itself */
    public CrashDisk(InstallDisk inner, Path root) throws IOException {
        super(inner);
        this.root = root;
        keepTree(root);
    }

    // ---- what is durable ----

    private void keepTree(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                keep(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                keep(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void keep(Path path) throws IOException {
        if (!path.startsWith(root)) {
            return;
        }
        if (Files.isSymbolicLink(path)) {
            durable.put(
                    identity(path),
                    new Durable.Link(Files.readSymbolicLink(path).toString()));
        } else if (Files.isDirectory(path)) {
            Map<String, Long> names = new TreeMap<>();
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    long id = identity(child);
                    names.put(child.getFileName().toString(), id);
                    if (!durable.containsKey(id)) {
                        durable.put(id, unforced(child));
                    }
                }
            }
            durable.put(identity(path), new Durable.Directory(names, rights(path)));
        } else if (Files.isRegularFile(path)) {
            durable.put(identity(path), new Durable.File(Files.readAllBytes(path), rights(path)));
        }
    }

    /** What is left of something whose name is durable and nothing else. */
    private static Durable unforced(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return new Durable.Link(Files.readSymbolicLink(path).toString());
        }
        if (Files.isDirectory(path)) {
            return new Durable.Directory(new TreeMap<>(), rights(path));
        }
        byte[] content = Files.isRegularFile(path) ? Files.readAllBytes(path) : new byte[0];
        return new Durable.File(Arrays.copyOf(content, content.length / 2), rights(path));
    }

    private static Rights rights(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
        return new Rights(
                java.util.Objects.requireNonNull((Integer) all.get("mode")) & 07777,
                java.util.Objects.requireNonNull((Integer) all.get("uid")),
                java.util.Objects.requireNonNull((Integer) all.get("gid")));
    }

    private static String number(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(path, "unix:dev,ino,mode", LinkOption.NOFOLLOW_LINKS);
        return all.get("dev") + ":" + all.get("ino") + ":"
                + (java.util.Objects.requireNonNull((Integer) all.get("mode")) >> 12);
    }

    private long identity(Path path) throws IOException {
        return identities.computeIfAbsent(number(path), number -> next++);
    }

    private void forget(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (Integer.valueOf(1).equals(Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS))) {
                    identities.remove(number(file));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                identities.remove(number(directory));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    // ---- changes ----

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        return new WatchedWriter(inner.open(fileOrDevice)) {
            @Override
            public void force() throws IOException {
                inner.force();
                keep(fileOrDevice);
            }
        };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        if (Files.exists(to, LinkOption.NOFOLLOW_LINKS) && !number(from).equals(number(to))) {
            forget(to);
        }
        super.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        forget(path);
        super.delete(path);
    }

    @Override
    public void force(Path fileOrDirectory) throws IOException {
        super.force(fileOrDirectory);
        keep(Files.isDirectory(fileOrDirectory) ? fileOrDirectory.toRealPath() : fileOrDirectory);
    }

    @Override
    public void forceTree(Path directory) throws IOException {
        super.forceTree(directory);
        keepTree(directory);
    }

    // ---- the power cut ----

    /** Leaves behind what was durable. This disk is dead afterwards. */
    public void crash() throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(root)) {
            for (Path child : children) {
                InstallDisk.real().delete(child);
            }
        }
        if (durable.get(identity(root)) instanceof Durable.Directory directory) {
            Map<Long, Path> written = new HashMap<>();
            for (Map.Entry<String, Long> name : directory.names().entrySet()) {
                restore(root.resolve(name.getKey()), name.getValue(), written);
            }
        }
    }

    /** The same, and by chance some of what nobody forced reached the disk too. */
    public void crash(RandomGenerator random) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (random.nextBoolean()) {
                    keep(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (random.nextBoolean()) {
                    keep(directory);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        crash();
    }

    private void restore(Path path, long id, Map<Long, Path> written) throws IOException {
        switch (durable.get(id)) {
            case Durable.Link link -> Files.createSymbolicLink(path, Path.of(link.target()));
            case Durable.File file -> {
                Path first = written.putIfAbsent(id, path);
                if (first != null) {
                    Files.createLink(path, first);
                    return;
                }
                Files.write(path, file.content());
                rights(path, file.rights());
            }
            case Durable.Directory directory -> {
                if (written.putIfAbsent(id, path) != null) {
                    return; // A directory that was moved has one of its two names, like after the check of a file
                    // system.
                }
                Files.createDirectory(path);
                for (Map.Entry<String, Long> name : directory.names().entrySet()) {
                    restore(path.resolve(name.getKey()), name.getValue(), written);
                }
                rights(path, directory.rights());
            }
            case null -> throw new AssertionError(path + " has a durable name and nothing behind it");
        }
    }

    private static void rights(Path path, Rights rights) throws IOException {
        InstallDisk.real().owner(path, rights.uid(), rights.gid());
        InstallDisk.real().mode(path, rights.mode());
    }
}
