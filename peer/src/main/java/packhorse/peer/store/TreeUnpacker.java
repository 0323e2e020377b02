package packhorse.peer.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BadContentException;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.process.Surroundings;
import packhorse.peer.tree.TreeArchive;

/**
 * Makes the published tree from its archive, which {@link TreeArchive} holds against the signed file list.
 *
 * <p>Two passes over both: the first only compares and writes nothing, so a hostile archive leaves no trace; the second writes into a
 * directory beside the target, checks each file's size and SHA-256 on the way, brings it to the disk, and renames the whole into place
 * at the end. A crash leaves at most that directory, which the next attempt removes.
 */
public final class TreeUnpacker {
    private static final int BUFFER_BYTES = 256 << 10;

    private final Manifest manifest;
    private final Disk disk;

    public TreeUnpacker(VerifiedManifest manifest) {
        this(manifest.manifest(), Disk.REAL);
    }

    TreeUnpacker(Manifest manifest, Disk disk) {
        if (manifest.form() != Manifest.Form.TREE) {
            throw new IllegalArgumentException(manifest.id() + " is one file, there is nothing to unpack");
        }
        this.manifest = manifest;
        this.disk = disk;
    }

    /**
     * Unpacks.
     *
     * @param archive the verified content
     * @param fileList the manifest's file list
     * @param target the directory to make; must not exist
     * @param progress told the bytes of files written so far
     * @throws BadContentException when archive or list are not what the manifest says; nothing was written
     * @throws UsageException when the target exists
     * @throws OperationException when the disk fails
     */
    public void unpack(Path archive, Path fileList, Path target, LongConsumer progress) {
        TreeArchive tree = new TreeArchive(manifest, archive, fileList);
        Path whole = target.toAbsolutePath().normalize();
        if (Files.exists(whole, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException(target + " exists; name a new directory");
        }
        Path making = whole.resolveSibling("." + whole.getFileName() + ".unpacking");
        try {
            tree.walk((entry, data) -> {});
            disk.delete(making);
            disk.createDirectories(making);
            try {
                Writing writing = new Writing(making, progress);
                tree.walk(writing);
                writing.finish();
                disk.rename(making, whole);
                disk.force(Durably.directoryOf(whole));
            } catch (IOException | RuntimeException e) {
                removeQuietly(making, e);
                throw e;
            }
        } catch (IOException e) {
            throw new OperationException(
                    "cannot unpack " + manifest.id() + " into " + target + ": " + Store.reason(e)
                            + "; mend it and unpack again",
                    e);
        }
    }

    private void removeQuietly(Path making, Exception cause) {
        try {
            disk.delete(making);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** The second pass. */
    private final class Writing implements TreeArchive.Visitor {
        private final Path root;
        private final LongConsumer progress;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private final boolean mayChown = Surroundings.isRoot();
        /** Directories get their modes last: a read-only one could not be filled. */
        private final Deque<FileEntry.Directory> directories = new ArrayDeque<>();

        private long written;

        Writing(Path root, LongConsumer progress) {
            this.root = root;
            this.progress = progress;
        }

        @Override
        public void visit(FileEntry entry, InputStream data) throws IOException {
            Path path = root.resolve(entry.path());
            switch (entry) {
                case FileEntry.Directory directory -> {
                    Files.createDirectory(path);
                    directories.push(directory);
                }
                case FileEntry.Link link -> {
                    Files.createSymbolicLink(path, Path.of(link.target()));
                    own(path, link);
                }
                case FileEntry.File file -> {
                    write(path, file, data);
                    own(path, file);
                    Files.setAttribute(path, "unix:mode", file.mode(), LinkOption.NOFOLLOW_LINKS);
                }
            }
        }

        private void write(Path path, FileEntry.File file, InputStream data) throws IOException {
            MessageDigest digest = Sha256.newDigest();
            long left = file.size();
            try (FileChannel out = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (left > 0) {
                    int count = data.read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (count < 0) {
                        throw new BadContentException("the archive ends within " + file.path());
                    }
                    digest.update(buffer, 0, count);
                    ByteBuffer portion = ByteBuffer.wrap(buffer, 0, count);
                    while (portion.hasRemaining()) {
                        out.write(portion);
                    }
                    left -= count;
                    written += count;
                    progress.accept(written);
                }
                out.force(true);
            }
            Sha256 actual = Sha256.ofDigest(digest.digest());
            if (!actual.equals(file.sha256())) {
                throw new BadContentException(
                        "the file " + file.path() + " has SHA-256 " + actual + ", not " + file.sha256());
            }
        }

        void finish() throws IOException {
            for (FileEntry.Directory directory : directories) {
                Path path = root.resolve(directory.path());
                disk.force(path);
                own(path, directory);
                Files.setAttribute(path, "unix:mode", directory.mode(), LinkOption.NOFOLLOW_LINKS);
            }
            disk.force(root);
        }

        /** Only root may give files away; others own what they unpack. Before the mode: a change of owner clears setuid. */
        private void own(Path path, FileEntry entry) throws IOException {
            if (mayChown) {
                Files.setAttribute(path, "unix:uid", entry.owner().uid(), LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", entry.owner().gid(), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
