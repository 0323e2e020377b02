package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.content.FileEntry;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.tree.FileListReader;

/**
 * Puts a version's directory right again, entry by entry, each by one rename, so that a program that runs from there never sees half a
 * file. What is as it should be is not touched. All is on the disk when it returns; cut off and called again it goes on.
 *
 * <p>A release may bring directories that are a user's, or that everybody may write to. What such a user put in their place while this
 * writes below them, root would write to. So nothing is changed in a directory that anybody else could have taken away: that is
 * reported, and left to people.
 */
final class Mending {
    private static final int WRITABLE_BY_OTHERS = 0002;
    private static final int WRITABLE_BY_GROUP_OR_OTHERS = 0022;

    private final Path directory;
    private final Path fresh;
    private final InstallDisk disk;
    private final int self;

    /**
     * Of one directory.
     *
     * @param fresh a name beside the directory, for what is being made
     */
    Mending(Path directory, Path fresh, InstallDisk disk) throws IOException {
        this.directory = directory;
        this.fresh = fresh;
        this.disk = disk;
        this.self = UnixFile.self();
    }

    /** Where good bytes are. */
    interface Bytes {
        Path of(FileEntry.File file) throws IOException;
    }

    void mend(FileListReader list, Bytes bytes) throws IOException {
        Comparison comparison = new Comparison(done -> {});
        disk.delete(fresh);
        for (Optional<FileEntry> next = list.next(); next.isPresent(); next = list.next()) {
            FileEntry entry = next.get();
            // Its directory was mended before it, so a difference is its own.
            Optional<Comparison.Difference> difference = comparison.of(entry, directory);
            if (difference.isPresent()) {
                requireOurs(entry);
                mend(entry, difference.get().rightsOnly(), bytes);
                comparison.mended(entry);
            }
        }
        disk.force(Durably.directoryOf(fresh));
    }

    /** From the outside in, so that nobody can exchange one that was looked at. */
    private void requireOurs(FileEntry entry) throws IOException {
        Path path = directory;
        Path relative = Durably.directoryOf(directory.resolve(entry.path()));
        for (Path element : relative.equals(directory) ? List.<Path>of() : directory.relativize(relative)) {
            path = path.resolve(element);
            UnixFile found = UnixFile.of(path);
            int owner = found.owner().uid();
            boolean groupToo = self == 0 && found.owner().gid() != 0;
            boolean theirs = found.type() != UnixFile.Type.DIRECTORY
                    || (owner != 0 && owner != self)
                    || (found.permissions() & (groupToo ? WRITABLE_BY_GROUP_OR_OTHERS : WRITABLE_BY_OTHERS)) != 0;
            if (theirs) {
                throw new AdapterException(
                        CodeClass.ENVIRONMENT,
                        entry.path() + " is not as it was put there, and lies in " + path
                                + ", which others than root may change and lead elsewhere; put it right by hand, or"
                                + " remove the release and install it again");
            }
        }
    }

    private void mend(FileEntry entry, boolean rightsOnly, Bytes bytes) throws IOException {
        Path path = directory.resolve(entry.path());
        if (rightsOnly) {
            rights(path, entry);
            disk.force(path);
            return;
        }
        switch (entry) {
            case FileEntry.Directory d -> {
                disk.delete(path);
                disk.createDirectory(path, entry.mode());
                rights(path, entry);
                disk.force(path);
            }
            case FileEntry.File file -> {
                try (InputStream in = Files.newInputStream(bytes.of(file))) {
                    disk.create(fresh, in, file.mode(), done -> {});
                }
                rights(fresh, file);
                disk.force(fresh);
                into(path);
            }
            case FileEntry.Link link -> {
                disk.symlink(fresh, link.target());
                disk.owner(fresh, link.owner().uid(), link.owner().gid());
                into(path);
            }
        }
        disk.force(Durably.directoryOf(path));
    }

    private void into(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            disk.delete(path);
        }
        disk.rename(fresh, path);
    }

    /** The owner first: a change of owner may clear bits of the mode. */
    private void rights(Path path, FileEntry entry) throws IOException {
        disk.owner(path, entry.owner().uid(), entry.owner().gid());
        disk.mode(path, entry.mode());
    }
}
