package packhorse.seeder.build;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.CollisionGuard;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Manifest;
import packhorse.core.content.SafePath;
import packhorse.core.content.Sha256;

/**
 * Walks a source and plans how to read it; opens no file's content. Everything that could not be put onto every endpoint's
 * disk just so is refused here, before a byte is read: special files, unsafe or colliding names, links out of the tree.
 *
 * <p>Links are judged by their text, not by where they lead on this machine: a target may climb with {@code ..} only at its
 * start. Climbing then passes through real directories of the tree, and descending passes only through links that were judged
 * the same way, so by induction no link leaves the tree.
 */
public final class SourceScanner {
    /** The plan is in memory, some 350 bytes an entry: a larger tree would not fit the process's bound. */
    static final int ENTRIES_MAX = 200_000;

    private static final int TYPE_BITS = 0170000;
    private static final int FIFO = 0010000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final int DIRECTORY = 0040000;
    private static final int BLOCK_DEVICE = 0060000;
    private static final int REGULAR = 0100000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int SOCKET = 0140000;
    private static final int PERMISSION_BITS = 07777;

    /** Stands for digests in checks of names alone. */
    private static final Sha256 NOT_YET_KNOWN = Sha256.of(new byte[0]);

    private final Path root;
    private final boolean keepOwner;
    private final List<SourceEntry> entries = new ArrayList<>();

    private SourceScanner(Path root, boolean keepOwner) {
        this.root = root;
        this.keepOwner = keepOwner;
    }

    /**
     * Plans the file or tree at {@code source}.
     *
     * @param keepOwner whether owners and groups go along by number; otherwise everything belongs to 0:0
     * @throws UsageException in one line, when the source cannot be published
     */
    public static SourcePlan scan(Path source, boolean keepOwner) {
        Path absolute = source.toAbsolutePath().normalize();
        Path name = absolute.getFileName();
        if (name == null) {
            throw new UsageException(
                    "cannot publish " + source + ": it has no name of its own; name a directory below it");
        }
        try {
            Path real = absolute.toRealPath();
            SafePath.requireElement(name.toString());
            return new SourceScanner(real, keepOwner).plan(name.toString());
        } catch (NoSuchFileException e) {
            throw new UsageException("cannot publish " + source + ": no such file or directory; check the path", e);
        } catch (IOException e) {
            throw unreadable(source, e);
        } catch (IllegalArgumentException e) {
            throw new UsageException("cannot publish " + source + ": " + e.getMessage() + "; rename it", e);
        }
    }

    private SourcePlan plan(String contentName) throws IOException {
        FileStatus status = status(root);
        int mode = status.mode();
        return switch (mode & TYPE_BITS) {
            case REGULAR -> planFile(contentName, status);
            case DIRECTORY -> planTree(contentName, status);
            default -> throw special(root, mode);
        };
    }

    private SourcePlan planFile(String contentName, FileStatus status) throws IOException {
        Fingerprint fingerprint = status.fingerprint();
        if (fingerprint.size() == 0) {
            throw new UsageException("cannot publish " + root + ": the file is empty; publish a file with content");
        }
        requireReadable(root);
        SourceEntry.File file =
                new SourceEntry.File(contentName, status.mode() & PERMISSION_BITS, owner(status), root, fingerprint);
        return new SourcePlan(Manifest.Form.FILE, root, contentName, fingerprint, List.of(file), fingerprint.size());
    }

    private SourcePlan planTree(String contentName, FileStatus status) {
        walk(root, "");
        if (entries.stream().allMatch(SourceEntry.Directory.class::isInstance)) {
            throw new UsageException(
                    "cannot publish " + root + ": there is no file in the tree; publish a tree with at least one");
        }
        entries.sort(SourceEntry.ORDER);
        refuseCollisions();
        return new SourcePlan(
                Manifest.Form.TREE,
                root,
                contentName,
                status.fingerprint(),
                entries,
                TreeArchiveReader.lengthOf(entries));
    }

    /** Recursion is bounded by {@link SafePath#DEPTH_MAX}. */
    private void walk(Path directory, String prefix) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                add(child, prefix + child.getFileName());
            }
        } catch (DirectoryIteratorException e) {
            throw unreadable(directory, new IOException(e.getMessage(), e));
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    private void add(Path location, String path) throws IOException {
        try {
            SafePath.require(path);
        } catch (IllegalArgumentException e) {
            throw new UsageException("cannot publish " + root + ": " + e.getMessage() + "; rename it", e);
        }
        if (entries.size() >= ENTRIES_MAX) {
            throw new UsageException("cannot publish " + root + ": more than " + ENTRIES_MAX
                    + " files; publish parts of it as releases of their own");
        }
        FileStatus status = status(location);
        int mode = status.mode();
        int permissions = mode & PERMISSION_BITS;
        Fingerprint fingerprint = status.fingerprint();
        switch (mode & TYPE_BITS) {
            case REGULAR -> {
                requireReadable(location);
                entries.add(new SourceEntry.File(path, permissions, owner(status), location, fingerprint));
            }
            case DIRECTORY -> {
                entries.add(new SourceEntry.Directory(path, permissions, owner(status), location, fingerprint));
                walk(location, path + "/");
            }
            case SYMBOLIC_LINK -> {
                String target = Files.readSymbolicLink(location).toString();
                requireInside(location, path, target);
                entries.add(new SourceEntry.Link(path, permissions, owner(status), location, fingerprint, target));
            }
            default -> throw special(location, mode);
        }
    }

    private void requireInside(Path location, String path, String target) {
        try {
            SafePath.requireLink(path, target);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "cannot publish " + location + ": " + e.getMessage() + "; remove the link or make it relative", e);
        }
        boolean descended = false;
        for (String element : target.split("/", -1)) {
            if (element.equals("..") && descended) {
                throw new UsageException("cannot publish " + location + ": it links to \"" + target
                        + "\", which climbs with \"..\" after descending; write the target without the detour");
            }
            descended |= !element.equals("..") && !element.equals(".") && !element.isEmpty();
        }
    }

    private void refuseCollisions() {
        CollisionGuard guard = new CollisionGuard();
        try {
            for (SourceEntry entry : entries) {
                guard.accept(entry.listed(NOT_YET_KNOWN));
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException("cannot publish " + root + ": " + e.getMessage() + "; rename one of them", e);
        }
    }

    private FileEntry.Owner owner(FileStatus status) {
        return keepOwner ? new FileEntry.Owner(status.uid(), status.gid()) : FileEntry.Owner.ROOT;
    }

    private static FileStatus status(Path path) throws IOException {
        try {
            return FileStatus.of(path);
        } catch (NoSuchFileException e) {
            throw new OperationException(
                    path + " vanished while the source was listed; publish again when nobody writes to it", e);
        }
    }

    private static void requireReadable(Path path) throws IOException {
        if (!Files.isReadable(path)) {
            throw new AccessDeniedException(path.toString());
        }
    }

    private static UsageException special(Path path, int mode) {
        String what = switch (mode & TYPE_BITS) {
            case FIFO -> "a fifo";
            case SOCKET -> "a socket";
            case CHARACTER_DEVICE, BLOCK_DEVICE -> "a device";
            default -> "a special file";
        };
        return new UsageException("cannot publish " + path + ": it is " + what
                + "; only files, directories and symbolic links travel, remove it from the tree");
    }

    private static UsageException unreadable(Path path, IOException e) {
        Path named = e instanceof FileSystemException f && f.getFile() != null ? Path.of(f.getFile()) : path;
        return new UsageException("cannot read " + named + ": " + reason(e) + "; make it readable for this user", e);
    }

    /** The short reason in an I/O failure, without the path that the message around it names. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
