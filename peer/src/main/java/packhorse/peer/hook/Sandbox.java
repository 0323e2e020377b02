package packhorse.peer.hook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Programs.Frame;

/**
 * Bubblewrap's command line: namespaces of its own for everything, a root directory of nothing but what is named, no privilege.
 *
 * <p>Started by root, the program becomes the machine's real nobody ({@code setpriv} inside the sandbox, whose three capabilities
 * for it are dropped with the same stroke), and there is no user namespace. Bubblewrap's own {@code --uid} would only call root
 * by another name: outside the sandbox the program were root still, read root's files where they are shown to it, and could
 * leave a set-user-id shell of root's in a directory that it may write. Started by anybody else, the user namespace is the only
 * way, and the program is who started it.
 */
final class Sandbox {
    /** Below {@code /etc}: what programs from {@code /usr} cannot do without. Whom the machine knows is not among it. */
    private static final List<String> ETC =
            List.of("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "debian_version");

    /** Directories of the system beside {@code /usr}: links into it on merged systems. */
    private static final List<String> SYSTEM = List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32");

    /** What a sandbox has anyway. */
    private static final List<Path> ALWAYS = List.of(
            Path.of("/usr"), Path.of("/bin"), Path.of("/sbin"), Path.of("/lib"), Path.of("/proc"), Path.of("/dev"));

    private static final Comparator<Path> SHALLOW_FIRST =
            Comparator.comparingInt(Path::getNameCount).thenComparing(Comparator.naturalOrder());

    /** Of nobody's on the whole machine, while one runs that no control group bounds. */
    private static final int NOBODYS_PROCESSES_MAX = 512;

    private static final long SHARED_MEMORY_BYTES = 16L << 20;

    private final Path bwrap;
    private final Path setpriv;
    private final Path prlimit;
    private final boolean root;
    private final RunLimits limits;

    Sandbox(Path bwrap, Path setpriv, Path prlimit, boolean root, RunLimits limits) {
        this.bwrap = bwrap;
        this.setpriv = setpriv;
        this.prlimit = prlimit;
        this.root = root;
        this.limits = limits;
    }

    /**
     * The whole command line.
     *
     * @param bounded whether a control group bounds its processes
     */
    List<String> around(List<String> command, Frame frame, boolean bounded) throws IOException {
        if (command.getFirst().contains("=")) {
            throw new IllegalArgumentException("a program's path has no =: " + command.getFirst());
        }
        List<String> words = new ArrayList<>(List.of(
                bwrap.toString(),
                "--unshare-ipc",
                "--unshare-pid",
                "--unshare-net",
                "--unshare-uts",
                "--unshare-cgroup-try",
                "--die-with-parent",
                "--new-session",
                "--hostname",
                "sandbox",
                "--clearenv",
                "--cap-drop",
                "ALL"));
        String nobody = Integer.toString(Programs.NOBODY);
        if (root) {
            for (String needed : List.of("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")) {
                words.addAll(List.of("--cap-add", needed));
            }
        } else {
            words.addAll(List.of("--unshare-user", "--uid", nobody, "--gid", nobody));
        }
        words.addAll(List.of("--ro-bind", "/usr", "/usr"));
        for (String one : SYSTEM) {
            Path path = Path.of(one);
            if (Files.isSymbolicLink(path)) {
                words.addAll(List.of("--symlink", Files.readSymbolicLink(path).toString(), one));
            } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                words.addAll(List.of("--ro-bind", one, one));
            }
        }
        for (String one : ETC) {
            words.addAll(List.of("--ro-bind-try", "/etc/" + one, "/etc/" + one));
        }
        words.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
        scratch(words, "/dev/shm", SHARED_MEMORY_BYTES);
        scratch(words, "/tmp", limits.temporaryBytesMax());
        SortedMap<Path, Boolean> binds = binds(command, frame);
        for (Path above : above(binds.keySet())) {
            words.addAll(List.of("--perms", "0755", "--dir", above.toString()));
        }
        binds.forEach((path, writable) ->
                words.addAll(List.of(writable ? "--bind" : "--ro-bind", path.toString(), path.toString())));
        words.addAll(List.of("--remount-ro", "/dev", "--remount-ro", "/"));
        words.addAll(List.of("--chdir", plain(frame.directory()).toString(), "--"));
        words.addAll(inside(bounded));
        words.addAll(List.of("/usr/bin/env", "-i"));
        frame.environment().forEach((name, value) -> words.add(name + "=" + value));
        words.addAll(command);
        return words;
    }

    /**
     * The way from bubblewrap to the program. All of it runs with an empty environment: what the release says of the loader
     * ({@code LD_PRELOAD}) is for a process that is nobody already.
     *
     * <p>Who is not root has a user namespace, and the kernel counts the processes in one from nothing: there the limit is exact
     * without a control group. Nobody's are counted on the whole machine, so that limit is wide and for want of a better only.
     */
    private List<String> inside(boolean bounded) {
        List<String> words = new ArrayList<>();
        if (!root || !bounded) {
            int processes = root ? NOBODYS_PROCESSES_MAX : limits.processesMax();
            words.addAll(List.of(prlimit.toString(), "--nproc=" + processes));
        }
        words.addAll(List.of(setpriv.toString(), "--no-new-privs"));
        if (root) {
            String nobody = Integer.toString(Programs.NOBODY);
            words.addAll(List.of("--reuid", nobody, "--regid", nobody, "--clear-groups"));
            words.addAll(List.of("--inh-caps=-all", "--bounding-set=-all"));
        }
        words.add("--");
        return words;
    }

    private static void scratch(List<String> words, String where, long bytes) {
        words.addAll(List.of("--perms", "1777", "--size", Long.toString(bytes), "--tmpfs", where));
    }

    /** What is shown beside the system, those above before those below, so that what is said of one below holds. */
    private static SortedMap<Path, Boolean> binds(List<String> command, Frame frame) {
        SortedMap<Path, Boolean> binds = new TreeMap<>(SHALLOW_FIRST);
        Path directory = plain(frame.directory());
        frame.readable().stream()
                .map(Sandbox::plain)
                .sorted(Comparator.comparingInt(Path::getNameCount))
                .filter(path -> binds.keySet().stream().noneMatch(path::startsWith))
                .forEach(path -> binds.put(path, false));
        if (binds.keySet().stream().noneMatch(directory::startsWith)) {
            binds.put(directory, false);
        }
        Path program = Path.of(command.getFirst());
        if (program.isAbsolute()
                && ALWAYS.stream().noneMatch(program::startsWith)
                && binds.keySet().stream().noneMatch(program::startsWith)) {
            binds.put(program, false);
        }
        frame.writable().forEach(path -> binds.put(plain(path), true));
        binds.keySet().forEach(path -> {
            if (path.getNameCount() == 0) {
                throw new IllegalArgumentException("a sandbox that shows the whole machine is none");
            }
        });
        return binds;
    }

    /**
     * Directories on the way to what is shown. Bubblewrap would make them itself, as closed as they are outside, and what lies in
     * a directory of root's own were out of nobody's reach.
     */
    private static SortedSet<Path> above(Set<Path> shown) {
        SortedSet<Path> above = new TreeSet<>(SHALLOW_FIRST);
        for (Path path : shown) {
            for (Path parent = path.getParent();
                    parent != null && parent.getNameCount() > 0;
                    parent = parent.getParent()) {
                Path one = parent;
                if (ALWAYS.stream().noneMatch(one::startsWith) && shown.stream().noneMatch(one::startsWith)) {
                    above.add(one);
                }
            }
        }
        return above;
    }

    private static Path plain(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
