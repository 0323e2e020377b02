package packhorse.peer.adapter;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.CodeClass;
import packhorse.core.durable.Durably;
import packhorse.peer.process.Surroundings;

/**
 * The way to a name, so gone that nobody can lead root elsewhere between a look and the change that follows it.
 *
 * <p>The problem: a release puts a file into a directory that an ordinary user owns. Root looks at the directory, the user exchanges it
 * for a link to {@code /etc}, and root writes there by the same path.
 *
 * <p>The rule. A directory is root's where root owns it and nobody else may write to it (its group may where that is root's, and all may
 * where it is sticky: there nobody exchanges what is root's). As long as the way leads through such directories, nobody can change
 * it, and names are used as they are; a link on it is followed where root owns it, and refused where not. From the first directory
 * that is not root's, each one is held open and the next opened in it ({@code openat}) without following any link, and the name is
 * used in the last one held. Who exchanges one of them then has root work in what he took away, which is his own; what he put there
 * instead is not touched, and a link is refused in one line.
 *
 * <p>What is made for a name in such a directory, could be exchanged for something else before it has its owner and mode, by whom the
 * directory is. So it is made in the last directory on the way that is root's ({@link #fresh}) and renamed from there.
 *
 * <p>The limit: where a file system begins with a directory that is not root's, there is no such place. It is made beside the name then, and
 * gets no set-user-id, set-group-id and sticky bit. Who may write there could hand its owner a second name of another's file, if
 * the kernel lets him make one ({@code fs.protected_hardlinks} does not).
 *
 * <p>Only root is led anywhere that others could not go themselves; for any other user every way is gone by its path.
 *
 * <p>Cost: one look at each directory on the way, O(depth) for each change. Nothing is remembered: a directory may get another owner.
 * Who changes much in few directories {@link HeldDirectories holds} them open.
 *
 * @see <a href="https://cwe.mitre.org/data/definitions/367.html">CWE-367</a>
 */
public final class Way implements AutoCloseable {
    private static final boolean ROOT = Surroundings.isRoot();

    /** As Linux has it. */
    private static final int LINKS_MAX = 40;

    private static final String ALL_PERMISSIONS = "rwxrwxrwx";
    private static final int WRITABLE_BY_GROUP = 0020;
    private static final int WRITABLE_BY_ALL = 0002;
    private static final int STICKY = 01000;
    private static final int SPECIAL = 07000;
    private static final int TYPE = 0170000;
    private static final int LINK = 0120000;

    private final Path path;
    private final Path name;
    private final @Nullable SecureDirectoryStream<Path> held;
    /** Whether somebody else closes it. */
    private final boolean lent;

    private Way(Path path, Path name, @Nullable SecureDirectoryStream<Path> held) {
        this(path, name, held, false);
    }

    private Way(Path path, Path name, @Nullable SecureDirectoryStream<Path> held, boolean lent) {
        this.path = path;
        this.name = name;
        this.held = held;
        this.lent = lent;
    }

    /**
     * Goes as far as the directory of {@code path}; the last name need not be there, and is not followed where it is a link.
     *
     * @throws NoSuchFileException where a directory is missing
     * @throws AdapterException with one line where somebody else's link is on the way
     */
    static Way to(Path path) throws IOException {
        Path name = path.getFileName();
        if (!ROOT || name == null) {
            return new Way(path, name == null ? path : name, null);
        }
        Walk walk = walk(path, false);
        return walk.others().isEmpty() ? new Way(path, name, null) : new Way(path, name, hold(path, walk));
    }

    /**
     * The same, from a directory that is {@link HeldDirectories held open} already, where this thread stays anywhere.
     *
     * @param mode that something is given there; a set-user-id, set-group-id and sticky bit is given by a path only, see {@link #mode}
     */
    static Way near(Path path, int mode) throws IOException {
        Optional<HeldDirectories> open = HeldDirectories.current();
        Path name = path.getFileName();
        Path directory = path.getParent();
        if (!ROOT || open.isEmpty() || name == null || directory == null || (mode & SPECIAL) != 0) {
            return to(path);
        }
        Optional<SecureDirectoryStream<Path>> found = open.get().find(directory);
        if (found.isPresent()) {
            return new Way(path, name, found.get(), true);
        }
        Way gone = to(path);
        SecureDirectoryStream<Path> fresh = gone.held == null ? open(directory) : gone.held;
        return new Way(path, name, open.get().hold(directory, fresh), true);
    }

    // ---- going ----

    /**
     * How far it leads through directories that are root's.
     *
     * @param root the last of them, without links on its way
     * @param others the directories after that
     */
    private record Walk(Path root, List<Path> others) {}

    /** @param whole whether the last name is gone through too */
    private static Walk walk(Path path, boolean whole) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        Path at = absolute.getRoot();
        Deque<Path> left = new ArrayDeque<>();
        push(left, absolute);
        int links = 0;
        while (left.size() > (whole ? 0 : 1)) {
            Path element = left.pop();
            String word = element.toString();
            if (word.isEmpty() || word.equals(".")) {
                continue;
            }
            if (word.equals("..")) {
                at = at.getParent() == null ? at : at.getParent();
                continue;
            }
            Path next = at.resolve(element);
            Map<String, Object> found = Files.readAttributes(next, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) Objects.requireNonNull(found.get("mode"));
            if ((mode & TYPE) == LINK) {
                int owner = (Integer) Objects.requireNonNull(found.get("uid"));
                if (owner != 0) {
                    throw refused(path, next + " is a link of user " + owner);
                }
                if (++links > LINKS_MAX) {
                    throw new FileSystemException(
                            path.toString(), null, "more than " + LINKS_MAX + " links on the way");
                }
                Path target = Files.readSymbolicLink(next);
                push(left, target);
                at = target.isAbsolute() ? target.getRoot() : at;
                continue;
            }
            if (!left.isEmpty() && !isRoots(found, mode)) {
                List<Path> others = new ArrayList<>(List.of(element));
                others.addAll(left);
                if (!whole) {
                    others.removeLast();
                }
                return new Walk(at, others);
            }
            at = next;
        }
        return new Walk(at, List.of());
    }

    private static void push(Deque<Path> left, Path path) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            left.push(path.getName(i));
        }
    }

    private static boolean isRoots(Map<String, Object> directory, int mode) {
        boolean byGroup = (mode & WRITABLE_BY_GROUP) != 0 && !Integer.valueOf(0).equals(directory.get("gid"));
        boolean byOthers = byGroup || (mode & WRITABLE_BY_ALL) != 0;
        return Integer.valueOf(0).equals(directory.get("uid")) && (!byOthers || (mode & STICKY) != 0);
    }

    private static SecureDirectoryStream<Path> hold(Path path, Walk walk) throws IOException {
        SecureDirectoryStream<Path> held = open(walk.root());
        Path at = walk.root();
        try {
            for (Path element : walk.others()) {
                at = at.resolve(element);
                if (!attributes(held, element).isDirectory()) {
                    throw refused(path, at + " is no directory (any more)");
                }
                SecureDirectoryStream<Path> next = held.newDirectoryStream(element, LinkOption.NOFOLLOW_LINKS);
                held.close();
                held = next;
            }
            return held;
        } catch (NoSuchFileException e) {
            held.close();
            throw gone(at, e);
        } catch (IOException | RuntimeException e) {
            held.close();
            throw e;
        }
    }

    @SuppressWarnings("StreamResourceLeak") // Whom it is returned to, closes it.
    private static SecureDirectoryStream<Path> open(Path directory) throws IOException {
        DirectoryStream<Path> opened = Files.newDirectoryStream(directory);
        if (opened instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        opened.close();
        throw new IOException("this system cannot hold " + directory + " open; run on Linux");
    }

    private static AdapterException refused(Path path, String why) {
        return new AdapterException(
                CodeClass.ENVIRONMENT,
                path + ": " + why + ", in a directory that others than root may change, who could lead it elsewhere;"
                        + " make it a directory, or give what is before it to root");
    }

    private static NoSuchFileException gone(Path path, IOException cause) {
        NoSuchFileException gone = new NoSuchFileException(path.toString());
        gone.initCause(cause);
        return gone;
    }

    // ---- looking, for those who change nothing ----

    /** Opens a file for reading, itself and no link. */
    public static FileChannel read(Path file) throws IOException {
        try (Way way = to(file)) {
            return way.open(Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        }
    }

    /**
     * Attributes of what has the name, itself and no link; {@code unix:} ones.
     *
     * @throws FileSystemException where somebody changes it meanwhile
     */
    public static Map<String, Object> attributes(Path path, String names) throws IOException {
        try (Way way = to(path)) {
            Map<String, Object> found = Files.readAttributes(path, "unix:fileKey," + names, LinkOption.NOFOLLOW_LINKS);
            if (way.held != null
                    && !Objects.equals(
                            found.get("fileKey"), attributes(way.held, way.name).fileKey())) {
                throw new FileSystemException(path.toString(), null, "somebody exchanged it while it was looked at");
            }
            return found;
        }
    }

    /**
     * The path without links.
     *
     * @throws AdapterException with one line where one of the links, the last name too, is somebody else's
     */
    public static Path real(Path path) throws IOException {
        if (!ROOT) {
            return path.toRealPath();
        }
        Walk walk = walk(path, true);
        if (walk.others().isEmpty()) {
            return walk.root();
        }
        Path real = walk.root();
        for (Path element : walk.others()) {
            real = real.resolve(element);
        }
        if (Files.isSymbolicLink(real)) {
            throw refused(path, real + " is a link");
        }
        to(real).close();
        return real;
    }

    /**
     * Where something for {@code path} is made before it is renamed to it: beside it where that is root's directory, else in the last one
     * on the way that is and lies on the same file system.
     */
    static Path fresh(Path path) throws IOException {
        Path beside = InstallDisk.freshBeside(path);
        if (!ROOT) {
            return beside;
        }
        Walk walk;
        try {
            walk = walk(path, false);
        } catch (NoSuchFileException e) {
            // Nothing can be made there yet in any case.
            return beside;
        }
        Path other = walk.root();
        for (Path element : walk.others()) {
            other = other.resolve(element);
        }
        boolean apart = !walk.others().isEmpty()
                && Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)
                && device(other).equals(device(walk.root()));
        return apart ? walk.root().resolve(beside.getFileName()) : beside;
    }

    private static Object device(Path path) throws IOException {
        return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    // ---- changing ----

    /** In directories of root's the name is used by its path, which nobody can lead elsewhere. */
    private interface Held<T> {
        T use(SecureDirectoryStream<Path> directory) throws IOException;
    }

    /** Says the whole path where the system says the name only. */
    private <T> T in(SecureDirectoryStream<Path> directory, Held<T> use) throws IOException {
        try {
            return use.use(directory);
        } catch (NoSuchFileException e) {
            throw gone(path, e);
        } catch (FileAlreadyExistsException e) {
            FileAlreadyExistsException taken = new FileAlreadyExistsException(path.toString());
            taken.initCause(e);
            throw taken;
        } catch (FileSystemException e) {
            FileSystemException told = new FileSystemException(path.toString(), null, e.getReason());
            told.initCause(e);
            throw told;
        }
    }

    FileChannel open(Set<OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        if (held == null) {
            return FileChannel.open(path, options, attributes);
        }
        return in(held, directory -> {
            SeekableByteChannel opened = directory.newByteChannel(name, options, attributes);
            if (opened instanceof FileChannel channel) {
                return channel;
            }
            opened.close();
            throw new IOException("this system cannot flush " + path + "; run on Linux");
        });
    }

    void force() throws IOException {
        if (held == null) {
            Durably.flush(path);
            return;
        }
        requirePlain(held);
        try (FileChannel channel = open(Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            channel.force(true);
        }
    }

    void mode(int mode) throws IOException {
        if (held == null) {
            Files.setAttribute(path, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
            return;
        }
        requirePlain(held);
        in(held, directory -> {
            view(directory).setPermissions(permissions(mode));
            return name;
        });
    }

    /** As ls writes them. */
    private static Set<PosixFilePermission> permissions(int mode) {
        StringBuilder letters = new StringBuilder(ALL_PERMISSIONS);
        for (int bit = 0; bit < ALL_PERMISSIONS.length(); bit++) {
            if ((mode & (0400 >> bit)) == 0) {
                letters.setCharAt(bit, '-');
            }
        }
        return PosixFilePermissions.fromString(letters.toString());
    }

    void owner(int uid, int gid) throws IOException {
        if (held == null) {
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            return;
        }
        if (in(held, directory -> attributes(directory, name)).isSymbolicLink()) {
            // Nobody asks whose a link is but this class, which follows none here.
            return;
        }
        requirePlain(held);
        UserPrincipalLookupService numbers = path.getFileSystem().getUserPrincipalLookupService();
        in(held, directory -> {
            view(directory).setOwner(numbers.lookupPrincipalByName(Integer.toString(uid)));
            view(directory).setGroup(numbers.lookupPrincipalByGroupName(Integer.toString(gid)));
            return name;
        });
    }

    void modified(Instant time) throws IOException {
        if (held == null) {
            Files.setAttribute(path, "lastModifiedTime", FileTime.from(time), LinkOption.NOFOLLOW_LINKS);
            return;
        }
        requirePlain(held);
        in(held, directory -> {
            view(directory).setTimes(FileTime.from(time), null, null);
            return name;
        });
    }

    private PosixFileAttributeView view(SecureDirectoryStream<Path> directory) {
        return directory.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** To open a pipe would take until somebody writes into it. */
    private void requirePlain(SecureDirectoryStream<Path> directory) throws IOException {
        BasicFileAttributes found = in(directory, one -> attributes(one, name));
        if (!found.isRegularFile() && !found.isDirectory()) {
            throw new FileSystemException(path.toString(), null, "somebody put something else than a file there");
        }
    }

    /** Gives what has the name another one, in one step. */
    void rename(Way to) throws IOException {
        if (held == null && to.held == null) {
            Durably.rename(path, to.path);
            return;
        }
        try (SecureDirectoryStream<Path> here = held == null ? open(Durably.directoryOf(path)) : null;
                SecureDirectoryStream<Path> there = to.held == null ? open(Durably.directoryOf(to.path)) : null) {
            SecureDirectoryStream<Path> from = Objects.requireNonNull(here == null ? held : here);
            SecureDirectoryStream<Path> into = Objects.requireNonNull(there == null ? to.held : there);
            in(from, directory -> {
                directory.move(name, into, to.name);
                return name;
            });
        }
    }

    /** Deletes what has the name, whole. */
    void delete() throws IOException {
        if (held != null) {
            new Deletion(held, name).run();
            return;
        }
        try (SecureDirectoryStream<Path> above = open(Durably.directoryOf(path))) {
            new Deletion(above, name).run();
        }
    }

    /** Makes something at a path. */
    interface Making {
        void at(Path path) throws IOException;
    }

    /** Has something made, which the system makes by paths only, where nobody else can lead it, and gives it the name. */
    void make(Making making) throws IOException {
        if (held == null) {
            making.at(path);
            return;
        }
        if (isThere()) {
            throw new FileAlreadyExistsException(path.toString());
        }
        Path fresh = fresh(path);
        if (fresh.equals(InstallDisk.freshBeside(path))) {
            making.at(path);
            return;
        }
        try (Way made = to(fresh)) {
            made.delete();
            making.at(fresh);
            made.rename(this);
        }
    }

    private boolean isThere() throws IOException {
        try {
            attributes(Objects.requireNonNull(held), name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (held != null && !lent) {
            held.close();
        }
    }
}
