package packhorse.peer.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import packhorse.core.content.SafePath;
import packhorse.peer.process.Surroundings;

/** What holds for every program that a release names, be it a hook or what an adapter runs: how it is named, what it is told and sees. */
public final class ReleaseProgram {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final String OURS = "PACKHORSE_";
    private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

    private static final List<Path> RUNNING =
            List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"), Path.of("/run"));

    /** A package may claim thousands of files; a command line has an end. */
    private static final int SHOWN_MAX = 256;

    private ReleaseProgram() {}

    /**
     * Checks an argument vector.
     *
     * @throws IllegalArgumentException with one line
     */
    public static void requireCommand(String what, List<String> command) {
        String program = command.isEmpty() ? "" : command.getFirst();
        if (!program.startsWith("/")) {
            try {
                SafePath.require(program);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        what + " runs \"" + program
                                + "\"; name a path inside the release, or an absolute one of the machine",
                        e);
            }
        }
        if (program.contains("=")) {
            throw new IllegalArgumentException(
                    what + " runs \"" + program + "\"; name a program without \"=\" in its path");
        }
        if (command.stream().anyMatch(one -> one.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException(what + " has an argument with a zero byte; take it out");
        }
    }

    /**
     * Checks variables that a release sets.
     *
     * @throws IllegalArgumentException with one line
     */
    public static void requireEnvironment(String what, SortedMap<String, String> environment) {
        environment.forEach((name, value) -> {
            if (!VARIABLE.matcher(name).matches() || name.startsWith(OURS) || value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(what + " sets the variable \"" + name
                        + "\"; take letters, digits and _ that do not begin with " + OURS);
            }
        });
    }

    /** The fixed part of what a release's program is told, the same for hooks and for an exec release's own. */
    public static SortedMap<String, String> environment(Workplace here) {
        SortedMap<String, String> environment = new TreeMap<>();
        environment.put("PATH", PATH);
        environment.put("LANG", "C.UTF-8");
        environment.put("PACKHORSE_RELEASE", here.manifest().id().name().toString());
        environment.put("PACKHORSE_VERSION", here.manifest().id().version().toString());
        environment.put(
                "PACKHORSE_PREVIOUS_VERSION",
                here.previous()
                        .map(previous -> previous.manifest().id().version().toString())
                        .orElse(""));
        environment.put("PACKHORSE_ROOT", here.root().toString());
        return environment;
    }

    /**
     * Whether it is the running system's and no file: processes, devices, and sockets, which lead out of a sandbox without network to whoever
     * listens on them.
     */
    private static boolean isRunning(Path path) {
        try {
            Path real = path.toRealPath();
            return RUNNING.stream().anyMatch(real::startsWith);
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * Whether what a release asks for may be shown to its programs. Where the installer is root, a confined program is nobody, and reads
     * what everybody may. Where it is not, the program is still this installer's own user outside its sandbox: all of that user's files
     * would be in reach, below a directory those that nobody else can get to.
     */
    static boolean mayBeShown(Path path, boolean root) {
        if (root) {
            return true;
        }
        try {
            Path real = path.toRealPath();
            for (Path above = real.getParent(); above != null; above = above.getParent()) {
                if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    return false;
                }
            }
            return real.startsWith("/usr")
                    || (Files.isRegularFile(real)
                            && Files.getPosixFilePermissions(real).contains(PosixFilePermission.OTHERS_READ));
        } catch (IOException e) {
            return false;
        }
    }

    /** What a program of a release sees beside the system: the given, the release's places, what its section requires. */
    public static List<Path> readable(Workplace here, Placement placement, Path... given) throws IOException {
        return readable(here, placement, Surroundings.isRoot(), given);
    }

    /** @param root whether the installer is the machine's root, and confined programs nobody */
    static List<Path> readable(Workplace here, Placement placement, boolean root, Path... given) throws IOException {
        Stream<Path> claimed = placement.claims().stream().map(claim -> here.at(claim.toString()));
        Stream<Path> required = here.section().requires().stream().map(here::at);
        Stream<Path> wished = Stream.concat(claimed, required)
                .filter(path -> path.getNameCount() > 1)
                .filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                        || Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                .filter(path -> !isRunning(path))
                .filter(path -> mayBeShown(path, root))
                .limit(SHOWN_MAX);
        // What root claims is shown whole.
        List<Path> brought = root ? List.of() : placement.brought(here);
        return Stream.of(Stream.of(given), brought.stream(), wished)
                .flatMap(some -> some)
                .distinct()
                .toList();
    }
}
