package packhorse.peer.process;

import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import packhorse.core.OperationException;

/**
 * A program of our own that is started as a process: this program's own Java, only the parts of the class path that it needs,
 * options for a small process that starts fast, an empty environment but for the language (file names depend on it). Java closes
 * every descriptor but the three pipes.
 *
 * @param name for people: {@code the swarm process}
 * @param prefix what the command begins with, to give it other rights; has to replace itself by what follows
 * @param classPath what it is made of
 * @param main its class, which gets this process's id as the first argument
 * @param work what its Java does
 * @param heapBytes of its Java heap
 * @param scratch for its temporary files
 */
public record ChildProgram(
        String name, List<String> prefix, List<Path> classPath, String main, Work work, long heapBytes, Path scratch) {
    /** What the Java of a process does, by which its compiler is chosen. */
    public enum Work {
        /** Bytes pass in native code: the quick compiler alone starts in half the processor time and needs less memory. */
        STEERS,
        /** Content passes through it: only the full compiler uses the processor's SHA instructions, 1.4 GB/s instead of 0.12. */
        HASHES
    }

    /** Languages decide how file names are encoded; everything else of an environment can only do harm. */
    private static final Set<String> ENVIRONMENT = Set.of("LANG", "LC_ALL", "LC_CTYPE", "TZ");

    /** What an idle process needs; Java would begin with several times as much and touch it all. */
    private static final long HEAP_FIRST_BYTES = 8L << 20;

    private static final int QUICK_COMPILER = 1;
    private static final int FULL_COMPILER = 4;

    public ChildProgram {
        prefix = List.copyOf(prefix);
        classPath = List.copyOf(classPath);
    }

    /** The Java that runs this program. */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** Where these classes come from, in this program. */
    public static List<Path> places(Collection<Class<?>> parts) {
        Set<Path> places = new LinkedHashSet<>();
        for (Class<?> part : parts) {
            places.add(place(part.getProtectionDomain().getCodeSource().getLocation()));
        }
        return List.copyOf(places);
    }

    private static Path place(URL location) {
        try {
            return Path.of(location.toURI());
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new OperationException("cannot tell where " + location + " is on this disk", e);
        }
    }

    /**
     * Where a resource comes from.
     *
     * @param up leads from a file's directory to the class path's, where it is not in an archive
     */
    public static Path placeOfEntry(URL entry, String up) {
        try {
            if (entry.openConnection() instanceof JarURLConnection jar) {
                return place(jar.getJarFileURL());
            }
            return place(entry).resolve(up).normalize();
        } catch (IOException e) {
            throw new OperationException("cannot tell where " + entry + " is on this disk", e);
        }
    }

    private List<String> options() {
        return List.of(
                "-Xmx" + heapBytes,
                "-Xms" + HEAP_FIRST_BYTES,
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel="
                        + switch (work) {
                            case STEERS -> QUICK_COMPILER;
                            case HASHES -> FULL_COMPILER;
                        },
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                // Standard output is for frames, and no file is left behind by a crash.
                "-XX:+DisplayVMOutputToStderr",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-XX:+ErrorFileToStderr",
                "-XX:-CreateCoredumpOnCrash",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + scratch,
                "-Dslf4j.provider=" + StderrLog.class.getName(),
                "-Dslf4j.internal.verbosity=ERROR");
    }

    /** The whole command. */
    List<String> command() {
        List<String> command = new ArrayList<>(prefix);
        command.add(java().toString());
        command.addAll(options());
        command.addAll(List.of(
                "-cp",
                classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                main,
                Long.toString(ProcessHandle.current().pid())));
        return command;
    }

    /**
     * Starts one.
     *
     * @param directory that it works in
     */
    public Process start(Path directory) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command()).directory(directory.toFile());
            Map<String, String> environment = builder.environment();
            environment.keySet().retainAll(ENVIRONMENT);
            return builder.start();
        } catch (IOException e) {
            throw new OperationException("cannot start " + name + ": " + e.getMessage(), e);
        }
    }
}
