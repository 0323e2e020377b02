package packhorse.peer.adapter;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import packhorse.core.durable.Durably;
import packhorse.peer.process.Surroundings;

/** Changes the machine's file systems; gone to by a {@link Way} each time. */
final class RealDisk implements InstallDisk {
    static final RealDisk INSTANCE = new RealDisk();

    private static final int BUFFER_BYTES = 256 << 10;

    private static final int SMALL_BUFFER_BYTES = 8 << 10;
    /** Forces at once: a journalling file system commits those of several together. */
    private static final int FORCES_AT_ONCE = 8;
    /** A tree may have more files than there is memory for their names. */
    private static final int FORCED_TOGETHER = 10_000;
    /** Zeros are written in portions of this size where no hole can be made. */
    private static final int ZERO_BYTES = 1 << 20;

    /** Whatever this process's umask is. */
    private static final int EVERYBODYS_DIRECTORY = 0755;

    private static final Set<OpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private static final Set<OpenOption> EXISTING_FILE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    /** Until it has the mode it is to have: what is written into it may be a secret, and who opened it once may read on. */
    private static final FileAttribute<?> NOBODY_ELSES_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final FileAttribute<?> NOBODY_ELSES_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final boolean ROOT = Surroundings.isRoot();

    private RealDisk() {}

    @Override
    public <T> T staying(Stay<T> work) throws IOException {
        return HeldDirectories.during(work);
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        // Most files are small, and a buffer for each costs more than they do.
        byte[] buffer = new byte[Math.clamp(bytes.available(), SMALL_BUFFER_BYTES, BUFFER_BYTES)];
        long written = 0;
        try (Way way = Way.near(file, mode)) {
            try (FileChannel out = way.open(NEW_FILE, NOBODY_ELSES_FILE);
                    WriteBehind behind = WriteBehind.of(out)) {
                for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
                    Durably.writeAll(out, ByteBuffer.wrap(buffer, 0, count));
                    behind.wrote(count);
                    written += count;
                    progress.accept(written);
                }
                behind.finish();
            }
            way.mode(mode);
        }
    }

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        try (Way way = Way.to(fileOrDevice)) {
            FileChannel channel = way.open(EXISTING_FILE);
            return new ChannelWriter(channel, WriteBehind.of(channel));
        }
    }

    private record ChannelWriter(FileChannel channel, WriteBehind behind) implements Writer {
        @Override
        public void write(ByteBuffer bytes, long at) throws IOException {
            long position = at;
            while (bytes.hasRemaining()) {
                position += channel.write(bytes, position);
            }
            behind.wrote(position - at);
        }

        @Override
        public void zero(long at, long length) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(ZERO_BYTES, length));
            for (long position = at; position < at + length; ) {
                zeros.clear();
                zeros.limit((int) Math.min(zeros.capacity(), at + length - position));
                position += channel.write(zeros, position);
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            channel.truncate(length);
        }

        @Override
        public void force() throws IOException {
            behind.finish();
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            behind.close();
            channel.close();
        }
    }

    @Override
    public void createDirectory(Path directory, int mode) throws IOException {
        try (Way way = Way.to(directory)) {
            way.make(place -> {
                Files.createDirectory(place, NOBODY_ELSES_DIRECTORY);
                mode(place, mode);
            });
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        createDirectory(directory, EVERYBODYS_DIRECTORY);
    }

    @Override
    public void symlink(Path link, String target) throws IOException {
        try (Way way = Way.to(link)) {
            way.make(place -> Files.createSymbolicLink(place, Path.of(target)));
        }
    }

    @Override
    public void hardlink(Path link, Path existing) throws IOException {
        try (Way way = Way.to(link)) {
            way.make(place -> Files.createLink(place, existing));
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        try (Way here = Way.to(from);
                Way there = Way.to(to)) {
            here.rename(there);
        }
    }

    @Override
    public void mode(Path path, int mode) throws IOException {
        try (Way way = Way.near(path, mode)) {
            way.mode(mode);
        }
    }

    @Override
    public void owner(Path path, int uid, int gid) throws IOException {
        if (ROOT) {
            try (Way way = Way.to(path)) {
                way.owner(uid, gid);
            }
        }
    }

    @Override
    public void modified(Path path, Instant time) throws IOException {
        try (Way way = Way.near(path, 0)) {
            way.modified(time);
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        Path whole = path.toAbsolutePath();
        if (whole.getFileName() == null) {
            throw new IOException(path + " is the root directory; nobody deletes that");
        }
        if (!Files.exists(whole, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Way way = Way.to(whole)) {
            way.delete();
        }
    }

    @Override
    public void force(Path fileOrDirectory) throws IOException {
        try (Way way = Way.near(fileOrDirectory, 0)) {
            way.force();
        }
    }

    @Override
    public void forceTree(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        List<Path> directories = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    add(files, file);
                }
                return FileVisitResult.CONTINUE;
            }

            private void add(List<Path> some, Path one) throws IOException {
                some.add(one);
                if (some.size() == FORCED_TOGETHER) {
                    forceAll(some);
                    some.clear();
                }
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                add(directories, visited);
                return FileVisitResult.CONTINUE;
            }
        });
        forceAll(files);
        forceAll(directories);
    }

    @Override
    public void forceAll(Collection<Path> filesAndDirectories) throws IOException {
        List<Path> paths = List.copyOf(filesAndDirectories);
        AtomicInteger next = new AtomicInteger();
        Callable<Boolean> some = () -> staying(() -> {
            for (int i = next.getAndIncrement(); i < paths.size(); i = next.getAndIncrement()) {
                force(paths.get(i));
            }
            return true;
        });
        try (ExecutorService forces = Executors.newFixedThreadPool(FORCES_AT_ONCE)) {
            for (Future<Boolean> each : forces.invokeAll(Collections.nCopies(FORCES_AT_ONCE, some))) {
                each.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before all was on the disk");
        }
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        Path existing = path.toAbsolutePath();
        while (!Files.exists(existing)) {
            Path parent = existing.getParent();
            if (parent == null) {
                throw new NoSuchFileException(path.toString());
            }
            existing = parent;
        }
        return Files.getFileStore(existing).getUsableSpace();
    }
}
