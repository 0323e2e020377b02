package packhorse.peer.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BadContentException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentVerifier;
import packhorse.core.content.Sha256;
import packhorse.core.content.VerifiedContent;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.trust.VerifiedManifest;
import packhorse.core.unit.ByteCount;

/**
 * Packs under one root directory; see the package for the layout. One process at a time has it open. Methods may be called from any
 * thread; calls about one pack must not overlap.
 *
 * <p>A pack arrives in {@code partial/SHA}. {@link #promote} makes a directory beside the packs, links the content into it (same inode:
 * whoever serves the partial file goes on serving), adds what belongs to it, brings all to the disk and renames the directory
 * into place; the partial directory stays until {@link #discard}, so that the swarm can be told in between. Opening the store
 * removes what a crash left: half-made directories, and partial ones whose pack is there.
 */
public final class Store implements AutoCloseable {
    /** The layout this program reads and writes. */
    static final int FORMAT = 1;

    private static final String FORMAT_WORDS = "packhorse store ";
    private static final String UNFINISHED = ".new";
    /** Space to leave to others: a disk filled to the last byte takes logs and databases down with us. */
    private static final long RESERVE_BYTES = 64L << 20;

    private static final int READ_BYTES = 1 << 20;

    private final Path root;
    private final Path packs;
    private final Path partials;
    private final Disk disk;
    private final FileChannel lockFile;

    private Store(Path root, Disk disk, FileChannel lockFile) {
        this.root = root;
        this.packs = root.resolve("packs");
        this.partials = root.resolve("partial");
        this.disk = disk;
        this.lockFile = lockFile;
    }

    /**
     * Opens the store, or makes one where nothing is.
     *
     * @throws UsageException when the directory is something else or was written by a newer version
     * @throws OperationException when another process has it, or it cannot be read or written
     */
    public static Store open(Path root) {
        return open(root, Disk.REAL);
    }

    static Store open(Path root, Disk disk) {
        try {
            disk.createDirectories(root);
            requireStoreOrNothing(root);
            Store store = new Store(root, disk, lock(root));
            try {
                store.requireFormat();
                store.clearAway();
            } catch (IOException | RuntimeException e) {
                store.close();
                throw e;
            }
            return store;
        } catch (IOException e) {
            throw new OperationException(
                    "cannot open the store " + root + ": " + reason(e) + "; check the path and its permissions", e);
        }
    }

    private static void requireStoreOrNothing(Path root) throws IOException {
        if (Files.exists(root.resolve("format"))) {
            return;
        }
        // A store whose making was interrupted has these and no format yet.
        for (Path entry : entries(root)) {
            String name = String.valueOf(entry.getFileName());
            boolean ours = name.equals("lock")
                    || name.startsWith("format")
                    || ((name.equals("packs") || name.equals("partial"))
                            && entries(entry).isEmpty());
            if (!ours) {
                throw new UsageException("the directory " + root + " holds " + name
                        + " and is no Packhorse store; name an empty or a new directory");
            }
        }
    }

    private static FileChannel lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw inUse(root, e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw inUse(root, null);
    }

    private static OperationException inUse(
            Path root, @org.jspecify.annotations.Nullable OverlappingFileLockException cause) {
        return new OperationException(
                "the store " + root + " is in use by another process; stop it or name another directory", cause);
    }

    private void requireFormat() throws IOException {
        Path file = root.resolve("format");
        if (!Files.exists(file)) {
            disk.createDirectories(packs);
            disk.createDirectories(partials);
            disk.replace(file, (FORMAT_WORDS + FORMAT + "\n").getBytes(StandardCharsets.UTF_8));
            return;
        }
        String words = Files.readString(file).strip();
        int format;
        try {
            format = Integer.parseInt(words.substring(Math.min(words.length(), FORMAT_WORDS.length())));
        } catch (NumberFormatException e) {
            throw new UsageException(file + " does not say which format the store has; is " + root + " a store?", e);
        }
        if (!words.startsWith(FORMAT_WORDS) || format < 1) {
            throw new UsageException(file + " does not say which format the store has; is " + root + " a store?");
        }
        if (format > FORMAT) {
            throw new UsageException(
                    "the store " + root + " has format " + format + ", written by a newer Packhorse; this one"
                            + " reads up to " + FORMAT + ": install the newer one, or name another directory");
        }
    }

    private void clearAway() throws IOException {
        disk.createDirectories(packs);
        disk.createDirectories(partials);
        for (Path entry : entries(packs)) {
            if (String.valueOf(entry.getFileName()).endsWith(UNFINISHED)) {
                disk.delete(entry);
            }
        }
        for (Holding partial : holdings(partials)) {
            if (Files.exists(packs.resolve(partial.id().hex()))) {
                disk.delete(partial.directory());
            }
        }
    }

    /**
     * The place where a pack arrives; what is there from before stays.
     *
     * @throws OperationException when the disk has no room for it, or cannot be written
     */
    public Partial partial(VerifiedManifest manifest, VerifiedTorrent torrent) {
        BlobRef data = torrent.pack().data();
        if (!manifest.manifest().pack().equals(torrent.pack())) {
            throw new IllegalArgumentException("the torrent of " + data.sha256() + " is not of " + manifest);
        }
        Path directory = partials.resolve(data.sha256().hex());
        Holding holding = new Holding(data.sha256(), directory);
        try {
            if (!Files.exists(holding.content())) {
                requireRoom(data.length(), "the pack " + data.sha256());
            }
            disk.createDirectories(directory.resolve(Holding.MANIFESTS));
            keep(holding, manifest);
            disk.replace(directory.resolve(Holding.TORRENT), torrent.bytes());
            disk.force(partials);
        } catch (IOException e) {
            throw unwritable(directory, e);
        }
        return new Partial(holding, torrent);
    }

    private void keep(Holding holding, VerifiedManifest manifest) throws IOException {
        disk.replace(
                holding.directory().resolve(Holding.MANIFESTS).resolve(manifest.digest() + ".json"), manifest.bytes());
    }

    /** Keeps one more manifest with a pack that is here already: another release with the same content. */
    public void keepManifest(VerifiedManifest manifest) {
        Holding holding = complete(manifest.manifest().content().sha256())
                .orElseThrow(() -> new IllegalArgumentException("there is no pack of " + manifest));
        try {
            keep(holding, manifest);
        } catch (IOException e) {
            throw unwritable(holding.directory(), e);
        }
    }

    /** Drops one of several manifests of a pack that is held; the content stays for the others. */
    public void forgetManifest(Sha256 id, Sha256 manifest) {
        Path manifests = packs.resolve(id.hex()).resolve(Holding.MANIFESTS);
        try {
            disk.delete(manifests.resolve(manifest + ".json"));
            disk.force(manifests);
        } catch (IOException e) {
            throw unwritable(manifests, e);
        }
    }

    /** Keeps the verified file list with a pack that is arriving. */
    public void keepFileList(Partial partial, byte[] fileList) {
        try {
            disk.replace(partial.directory().resolve(Holding.FILES), fileList);
        } catch (IOException e) {
            throw unwritable(partial.directory(), e);
        }
    }

    /** Takes a file of this machine as the partial pack's file: moved where that is one step, else copied. */
    public void adopt(Partial partial, Path file) {
        try {
            try {
                disk.rename(file, partial.file());
            } catch (FileSystemException e) {
                Files.copy(file, partial.file(), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw unwritable(partial.directory(), e);
        }
    }

    /**
     * Reads the whole file of an arriving pack and proves it.
     *
     * @param progress told the bytes read so far
     * @throws OperationException when it cannot be read
     * @throws BadContentException when it is not the pack's content
     */
    public VerifiedContent verify(Partial partial, LongConsumer progress) {
        ContentVerifier verifier = new ContentVerifier(partial.pack().data());
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        long read = 0;
        try (FileChannel channel = FileChannel.open(partial.file(), StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                read += buffer.remaining();
                verifier.update(buffer);
                buffer.clear();
                progress.accept(read);
            }
        } catch (IOException e) {
            throw new OperationException("cannot read " + partial.file() + ": " + reason(e), e);
        }
        return verifier.finish();
    }

    /**
     * Makes an arrived pack one that is held. Doing it again changes nothing.
     *
     * @param proof of the partial pack's file
     */
    public Holding promote(Partial partial, VerifiedContent proof) {
        if (!proof.ref().equals(partial.pack().data())) {
            throw new IllegalArgumentException("proof of " + proof.ref() + " for " + partial.id());
        }
        String name = partial.id().hex();
        Path finished = packs.resolve(name);
        Holding holding = new Holding(partial.id(), finished);
        if (Files.exists(finished)) {
            return holding;
        }
        Path unfinished = packs.resolve(name + UNFINISHED);
        try {
            disk.delete(unfinished);
            disk.force(partial.file());
            disk.createDirectories(unfinished.resolve(Holding.MANIFESTS));
            for (byte[] manifest : partial.holding().manifests()) {
                disk.write(unfinished.resolve(Holding.MANIFESTS).resolve(Sha256.of(manifest) + ".json"), manifest);
            }
            disk.force(unfinished.resolve(Holding.MANIFESTS));
            disk.write(unfinished.resolve(Holding.TORRENT), partial.torrent().bytes());
            Optional<Path> fileList = partial.holding().fileList();
            if (fileList.isPresent()) {
                disk.write(unfinished.resolve(Holding.FILES), Files.readAllBytes(fileList.get()));
            }
            placeContent(partial.file(), unfinished.resolve(name));
            disk.force(unfinished);
            disk.rename(unfinished, finished);
            disk.force(packs);
        } catch (IOException e) {
            throw unwritable(finished, e);
        }
        return holding;
    }

    /** The same inode under a second name; a file system without links gets a copy. */
    private void placeContent(Path from, Path to) throws IOException {
        try {
            disk.link(to, from);
        } catch (UnsupportedOperationException | FileAlreadyExistsException e) {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
            disk.force(to);
        }
    }

    /** Forgets a partial pack: after its promotion, or because nobody wants it any more. */
    public void discard(Sha256 id) {
        deleteDirectory(partials.resolve(id.hex()), partials);
    }

    /** Removes a pack that is held. */
    public void remove(Sha256 id) {
        Path directory = packs.resolve(id.hex());
        if (!Files.exists(directory)) {
            return;
        }
        Path doomed = packs.resolve(id.hex() + UNFINISHED);
        try {
            disk.delete(doomed);
            // One step out of sight: a crash while deleting must not leave half a pack.
            disk.rename(directory, doomed);
        } catch (IOException e) {
            throw unwritable(directory, e);
        }
        deleteDirectory(doomed, packs);
    }

    private void deleteDirectory(Path directory, Path parent) {
        try {
            disk.delete(directory);
            disk.force(parent);
        } catch (IOException e) {
            throw unwritable(directory, e);
        }
    }

    /** A held pack, when it is here. */
    public Optional<Holding> complete(Sha256 id) {
        Path directory = packs.resolve(id.hex());
        return Files.isDirectory(directory) ? Optional.of(new Holding(id, directory)) : Optional.empty();
    }

    /** All held packs. */
    public List<Holding> packs() {
        return list(packs);
    }

    /** All packs that are arriving. */
    public List<Holding> partials() {
        return list(partials);
    }

    /** Where trees and other things of the same disk may be made; the store itself does not look there. */
    public Path root() {
        return root;
    }

    private static List<Holding> list(Path directory) {
        try {
            return holdings(directory);
        } catch (IOException e) {
            throw new OperationException("cannot list " + directory + ": " + reason(e), e);
        }
    }

    private static List<Holding> holdings(Path directory) throws IOException {
        List<Holding> holdings = new ArrayList<>();
        for (Path entry : entries(directory)) {
            String name = String.valueOf(entry.getFileName());
            if (name.length() == 2 * Sha256.LENGTH_BYTES && Files.exists(entry.resolve(Holding.TORRENT))) {
                holdings.add(new Holding(Sha256.parse(name), entry));
            }
        }
        return holdings;
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    /**
     * Makes sure that there is room before the first byte is written.
     *
     * @throws OperationException with what it needs and what there is
     */
    public void requireRoom(long bytes, String what) {
        long usable;
        try {
            usable = disk.usableBytes(root);
        } catch (IOException e) {
            throw new OperationException("cannot tell how much room " + root + " has: " + reason(e), e);
        }
        if (usable < bytes + RESERVE_BYTES) {
            throw new OperationException(what + " needs " + new ByteCount(bytes) + " (and "
                    + new ByteCount(RESERVE_BYTES) + " to spare) in " + root + ", which has "
                    + new ByteCount(Math.max(0, usable)) + "; free some or use another directory");
        }
    }

    private static OperationException unwritable(Path path, IOException e) {
        return new OperationException(
                "cannot write " + path + ": " + reason(e) + "; nothing that was there is lost, mend it and try again",
                e);
    }

    /** What an I/O failure means, for people: the operating system's words rather than a path or a class. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NotDirectoryException notDirectory -> notDirectory.getFile() + " is not a directory";
            case FileAlreadyExistsException exists -> exists.getFile() + " is in the way";
            case FileSystemException other when other.getReason() != null -> String.valueOf(other.getReason());
            default -> String.valueOf(e.getMessage());
        };
    }

    /** Lets another process have it. */
    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new OperationException("cannot close the store " + root + ": " + reason(e), e);
        }
    }
}
