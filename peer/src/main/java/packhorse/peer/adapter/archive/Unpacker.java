package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import packhorse.core.content.BadContentException;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.InstallDisk;

/**
 * Writes an archive's entries, each of which was judged before it comes here, into an empty directory, and hashes what it writes.
 *
 * <p>Files come first, in the archive's order; hard links after all files, symbolic links after those, so that at no time a file is
 * written through a link. Directories get their modes and times last and from the inside out: a read-only one could not be
 * filled. Nothing is brought to the disk here; whoever calls does that once for the whole, which costs a journal commit or two
 * where a force for each file costs one each.
 */
final class Unpacker implements Source.Visitor {
    /** Nobody else's while it is being filled. */
    private static final int MAKING_MODE = 0700;

    private static final int IMPLIED_MODE = 0755;

    private final Path root;
    private final InstallDisk disk;
    private final LongConsumer progress;
    private final Owner born;
    private final List<FileEntry> written = new ArrayList<>();
    private final Map<String, Item.Directory> directories = new HashMap<>();
    private final List<Item.Link> links = new ArrayList<>();
    private final List<Item.HardLink> hardLinks = new ArrayList<>();
    private boolean listed;
    private long bytes;

    private Unpacker(Path root, InstallDisk disk, LongConsumer progress, Owner born) {
        this.root = root;
        this.disk = disk;
        this.progress = progress;
        this.born = born;
    }

    /**
     * Begins.
     *
     * @param root a directory to make
     * @param progress told the bytes written so far
     */
    static Unpacker into(Path root, InstallDisk disk, LongConsumer progress) throws IOException {
        disk.createDirectory(root, MAKING_MODE);
        return new Unpacker(root, disk, progress, UnixFile.of(root).owner());
    }

    @Override
    public void visit(Item item, InputStream data) throws IOException {
        int slash = item.path().lastIndexOf('/');
        if (slash > 0) {
            imply(item.path().substring(0, slash));
        }
        switch (item) {
            case Item.File file -> write(file, data);
            case Item.Directory directory -> {
                if (directories.put(directory.path(), directory) == null) {
                    disk.createDirectory(root.resolve(directory.path()), MAKING_MODE);
                }
            }
            case Item.Link link -> links.add(link);
            case Item.HardLink link -> hardLinks.add(link);
        }
    }

    private void imply(String path) throws IOException {
        if (directories.containsKey(path)) {
            return;
        }
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            imply(path.substring(0, slash));
        }
        disk.createDirectory(root.resolve(path), MAKING_MODE);
        directories.put(path, new Item.Directory(path, IMPLIED_MODE, Owner.ROOT, Instant.EPOCH));
    }

    private void write(Item.File file, InputStream data) throws IOException {
        Path path = root.resolve(file.path());
        HashedFile hashed = new HashedFile(file, data);
        long before = bytes;
        disk.create(path, hashed, file.mode(), done -> progress.accept(before + done));
        bytes += file.size();
        Sha256 sha256 = hashed.finish();
        if (file.sha256().isPresent() && !file.sha256().get().equals(sha256)) {
            throw new BadContentException("the file " + file.path() + " has SHA-256 " + sha256 + ", not "
                    + file.sha256().get());
        }
        if (!file.owner().equals(born)) {
            disk.owner(path, file.owner().uid(), file.owner().gid());
        }
        disk.modified(path, file.modified());
        add(new FileEntry.File(file.path(), file.mode(), file.owner(), file.size(), sha256), file.sha256());
    }

    /** What a signed list says need not be kept a second time. */
    private void add(FileEntry entry, Optional<Sha256> known) {
        listed |= known.isPresent();
        if (!listed) {
            written.add(entry);
        }
    }

    /**
     * Writes what has to wait for all files, once the whole archive was judged.
     *
     * @return what was written, in the order of file lists; empty where a signed list said it all before
     */
    List<FileEntry> finish() throws IOException {
        Map<String, FileEntry.File> files = new HashMap<>();
        if (!hardLinks.isEmpty()) {
            written.forEach(entry -> {
                if (entry instanceof FileEntry.File file) {
                    files.put(file.path(), file);
                }
            });
        }
        for (Item.HardLink link : hardLinks) {
            FileEntry.File same = Optional.ofNullable(files.get(link.existing()))
                    .orElseThrow(() -> new BadContentException("\"" + link.path() + "\" is a link to nothing"));
            disk.hardlink(root.resolve(link.path()), root.resolve(link.existing()));
            FileEntry.File entry =
                    new FileEntry.File(link.path(), same.mode(), same.owner(), same.size(), same.sha256());
            files.put(link.path(), entry);
            add(entry, Optional.empty());
        }
        for (Item.Link link : links) {
            Path path = root.resolve(link.path());
            disk.symlink(path, link.target());
            if (!link.owner().equals(born)) {
                disk.owner(path, link.owner().uid(), link.owner().gid());
            }
            add(new FileEntry.Link(link.path(), 0777, link.owner(), link.target()), Optional.empty());
        }
        requireInside();
        List<Item.Directory> inner = directories.values().stream()
                .sorted(Comparator.comparing(Item.Directory::path).reversed())
                .toList();
        for (Item.Directory directory : inner) {
            Path path = root.resolve(directory.path());
            if (!directory.owner().equals(born)) {
                disk.owner(path, directory.owner().uid(), directory.owner().gid());
            }
            disk.modified(path, directory.modified());
            disk.mode(path, directory.mode());
            add(new FileEntry.Directory(directory.path(), directory.mode(), directory.owner()), Optional.empty());
        }
        disk.mode(root, IMPLIED_MODE);
        written.sort(Comparator.comparing(FileEntry::path, Survey.BY_BYTES));
        return listed ? List.of() : Collections.unmodifiableList(written);
    }

    /** By their words all links stay inside; here the file system is asked too. A link to what is not there yet leads nowhere. */
    private void requireInside() throws IOException {
        Path real = root.toRealPath();
        for (Item.Link link : links) {
            try {
                Path end = root.resolve(link.path()).toRealPath();
                if (!end.startsWith(real)) {
                    throw new BadContentException(
                            "the link \"" + link.path() + "\" to \"" + link.target() + "\" leads out of the tree");
                }
            } catch (NoSuchFileException e) {
                // It may lead to what the program itself will make.
            } catch (java.nio.file.FileSystemException e) {
                throw new BadContentException(
                        "the link \"" + link.path() + "\" to \"" + link.target() + "\" leads in a circle", e);
            }
        }
    }

    /** A file's bytes on their way to the disk: exactly as many as were announced, and hashed. */
    private static final class HashedFile extends InputStream {
        private final Item.File file;
        private final InputStream in;
        private final MessageDigest digest = Sha256.newDigest();
        private long left;

        HashedFile(Item.File file, InputStream in) {
            this.file = file;
            this.in = in;
            this.left = file.size();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(buffer, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new BadContentException("the archive ends within \"" + file.path() + "\"");
            }
            digest.update(buffer, offset, count);
            left -= count;
            return count;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, left);
        }

        Sha256 finish() {
            if (left != 0) {
                throw new IllegalStateException(left + " bytes of " + file.path() + " were not asked for");
            }
            return Sha256.ofDigest(digest.digest());
        }
    }
}
