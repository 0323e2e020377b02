package packhorse.seeder.origin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.unit.ByteCount;

/**
 * Where blobs wait until they are whole and part of a publication: one directory each, named by who brings what, so that a
 * publish that died finds its bytes again. A directory is open in one place at a time (a file lock says so, also between
 * processes). What nobody touched for {@link Limits#keep} is swept away, and what is unfinished may fill neither more than
 * {@link Limits#total} nor the disk.
 */
public final class Staging {
    /** The content file of a staged blob. */
    private static final String CONTENT = "content";

    private static final String LOCK = "lock";
    /** Who announced the blob, and its length. */
    private static final String OWNER = "owner";

    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);

    private final Path directory;
    private final Limits limits;

    /**
     * How much may wait, and how long.
     *
     * @param total bytes of all unfinished blobs together
     * @param free bytes that stay free on the disk whatever is announced
     * @param count unfinished blobs
     * @param keep how long one may lie untouched
     */
    public record Limits(ByteCount total, ByteCount free, int count, Duration keep) {
        /** Two of the largest images; a week is longer than any outage that somebody still wants to resume from. */
        public static final Limits DEFAULT =
                new Limits(new ByteCount(512L << 30), new ByteCount(1L << 30), 256, Duration.ofDays(7));
    }

    public Staging(Path directory, Limits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    Duration keep() {
        return limits.keep();
    }

    /** The name of the directory for a blob: who brings it, what it is to be, how long it is. */
    public static String idOf(String owner, String purpose, long length) {
        return Sha256.of((owner + "\n" + purpose + "\n" + length).getBytes(StandardCharsets.UTF_8))
                .hex();
    }

    /**
     * Opens the blob {@code id}, new or as it was left.
     *
     * @throws OperationException when it is open elsewhere or does not fit the limits
     */
    public Staged open(String id, long length) {
        try {
            Path own = directory.resolve(id);
            if (!Files.exists(own)) {
                requireRoom(length);
            }
            Files.createDirectories(own);
            FileChannel lockFile =
                    FileChannel.open(own.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(lockFile)) {
                lockFile.close();
                throw new OperationException(
                        "another publish of the same release is under way; wait until it is done, then try again");
            }
            return new Staged(id, own, length, lockFile);
        } catch (IOException e) {
            throw new OperationException(
                    "cannot use " + directory + ": " + e.getMessage() + "; check space and permissions", e);
        }
    }

    /** Opens the blob {@code id} if {@code owner} has announced it. */
    Optional<Staged> find(String id, String owner) {
        if (!id.matches("[0-9a-f]{64}") || !Files.exists(directory.resolve(id).resolve(OWNER))) {
            return Optional.empty();
        }
        Staged staged = open(id, 0);
        try {
            String[] about = new String(staged.note(OWNER).orElse(new byte[0]), StandardCharsets.UTF_8).split(" ", -1);
            if (about.length == 2 && about[0].equals(owner)) {
                return Optional.of(new Staged(id, staged.own, Long.parseLong(about[1]), staged.lockFile));
            }
        } catch (IOException | NumberFormatException e) {
            LOG.warn("the unfinished upload {} is unreadable: {}", id, e.getMessage());
        }
        staged.close();
        return Optional.empty();
    }

    private static boolean locked(FileChannel lockFile) throws IOException {
        try {
            FileLock lock = lockFile.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private void requireRoom(long length) throws IOException {
        List<Path> waiting = list();
        if (waiting.size() >= limits.count()) {
            throw new OperationException("the origin already holds " + waiting.size()
                    + " unfinished uploads; finish them or wait until they expire");
        }
        long sum = 0;
        for (Path each : waiting) {
            sum += sizeOf(each.resolve(CONTENT));
        }
        if (sum + length > limits.total().bytes()) {
            throw new OperationException("an upload of " + new ByteCount(length) + " beside " + new ByteCount(sum)
                    + " of unfinished ones is more than the " + limits.total()
                    + " the origin keeps; finish those or raise uploads.total");
        }
        Files.createDirectories(directory);
        FileStore disk = Files.getFileStore(directory);
        if (disk.getUsableSpace() - length < limits.free().bytes()) {
            throw new OperationException("an upload of " + new ByteCount(length) + " does not fit the origin's disk, "
                    + new ByteCount(disk.getUsableSpace()) + " are free and " + limits.free()
                    + " stay free; make space");
        }
    }

    private List<Path> list() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            children.forEach(found::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return found;
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Removes what was left untouched too long and is not open. */
    public void sweep(Instant now) {
        try {
            for (Path each : list()) {
                Instant touched = Files.getLastModifiedTime(each).toInstant();
                if (Duration.between(touched, now).compareTo(limits.keep()) > 0) {
                    sweep(String.valueOf(each.getFileName()), touched);
                }
            }
        } catch (IOException e) {
            LOG.warn("could not sweep unfinished uploads in {}: {}", directory, e.getMessage());
        }
    }

    private void sweep(String id, Instant touched) {
        try (Staged staged = open(id, 0)) {
            staged.remove();
            LOG.info("removed the unfinished upload {}, untouched since {}", id, touched);
        } catch (IOException | OperationException e) {
            LOG.warn("could not sweep the unfinished upload {}: {}", id, e.getMessage());
        }
    }

    /** One open blob. */
    public static final class Staged implements AutoCloseable {
        private final String id;
        private final Path own;
        private final long length;
        private final FileChannel lockFile;

        private Staged(String id, Path own, long length, FileChannel lockFile) {
            this.id = id;
            this.own = own;
            this.length = length;
            this.lockFile = lockFile;
        }

        String id() {
            return id;
        }

        /** Writes down who brings it. */
        void describe(String owner, long bytes, Instant now) throws IOException {
            Files.writeString(beside(OWNER), owner + " " + bytes);
            touch(now);
        }

        /** How long it will be. */
        public long length() {
            return length;
        }

        /** The blob's bytes so far. */
        public Path content() {
            return own.resolve(CONTENT);
        }

        /** A place beside the bytes. */
        public Path beside(String name) {
            return own.resolve(name);
        }

        /** Bytes so far. */
        public long size() throws IOException {
            return sizeOf(content());
        }

        /** Opens the bytes for writing from {@code offset} on; what was there beyond it goes. */
        private FileChannel write(long offset) throws IOException {
            FileChannel channel = FileChannel.open(content(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.truncate(offset);
            channel.position(offset);
            return channel;
        }

        /** Writes the bytes anew from the beginning. */
        public StagedWriter writer() throws IOException {
            return new StagedWriter(content());
        }

        /** Appends {@code bytes} at {@code offset}, the present size, and says that somebody was here. */
        public void append(long offset, byte[] bytes, Instant now) throws IOException {
            try (FileChannel channel = write(offset)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
            touch(now);
        }

        void touch(Instant now) throws IOException {
            Files.setLastModifiedTime(own, FileTime.from(now));
        }

        /** Reads a small file beside the bytes. */
        public Optional<byte[]> note(String name) throws IOException {
            try {
                return Optional.of(Files.readAllBytes(beside(name)));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }

        /** Removes the blob and everything beside it. */
        public void remove() throws IOException {
            try (var paths = Files.walk(own)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }

        @Override
        public void close() {
            try {
                lockFile.close();
            } catch (IOException e) {
                LOG.warn("could not unlock {}: {}", own, e.getMessage());
            }
        }
    }
}
