package packhorse.peer.swarm;

import com.google.protobuf.Message;
import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.libtorrent4j.LibTorrent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;

/**
 * Starts the swarm process: this program's own Java, only the parts of the class path that it needs, options for a small
 * process that starts fast, an empty environment but for the language (file names depend on it), the store as its directory,
 * and as whom {@link SwarmUser} says. Java closes every descriptor but the three pipes.
 */
final class ProcessLauncher {
    /** Languages decide how file names are encoded; everything else of an environment can only do harm. */
    private static final Set<String> ENVIRONMENT = Set.of("LANG", "LC_ALL", "LC_CTYPE", "TZ");

    /** What an idle engine needs; Java would begin with several times as much and touch it all. */
    private static final long HEAP_FIRST_BYTES = 8L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ProcessLauncher.class);

    private final SwarmProcessConfig config;
    private final SwarmUser user;
    private final List<String> command;

    ProcessLauncher(SwarmProcessConfig config) {
        this(config, SwarmProcess.class.getName());
    }

    /** @param main the program's class */
    ProcessLauncher(SwarmProcessConfig config, String main) {
        this.config = config;
        Path program = program();
        List<Path> classPath = config.classPath().isEmpty() ? ownClassPath() : config.classPath();
        this.user = user(config.user(), classPath);
        user.whyNotApart().ifPresent(why -> LOG.warn("the swarm process runs as the same user as the agent: {}", why));
        this.command = new ArrayList<>(user.prefix());
        command.add(program.toString());
        command.addAll(options(config));
        command.addAll(List.of(
                "-cp",
                classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                main,
                Long.toString(ProcessHandle.current().pid())));
    }

    private static Path program() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private static SwarmUser user(Optional<String> wanted, List<Path> classPath) {
        List<Path> needed = new ArrayList<>(classPath);
        needed.add(program());
        return SwarmUser.choose(wanted, needed);
    }

    /** As whom a process of this program's own class path would run. */
    static SwarmUser user(Optional<String> wanted) {
        return user(wanted, ownClassPath());
    }

    private static List<String> options(SwarmProcessConfig config) {
        return List.of(
                "-Xmx" + config.heapBytes(),
                "-Xms" + HEAP_FIRST_BYTES,
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                // Standard output is for frames, and no file is left behind by a crash.
                "-XX:+DisplayVMOutputToStderr",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-XX:+ErrorFileToStderr",
                "-XX:-CreateCoredumpOnCrash",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-Dslf4j.provider=" + StderrLog.class.getName(),
                "-Dslf4j.internal.verbosity=ERROR");
    }

    /** Where the classes that the process uses come from, in this program. */
    static List<Path> ownClassPath() {
        Set<Path> places = new LinkedHashSet<>();
        for (Class<?> part :
                List.of(SwarmProcess.class, Sha256.class, Message.class, LoggerFactory.class, LibTorrent.class)) {
            places.add(place(part.getProtectionDomain().getCodeSource().getLocation()));
        }
        URL library = ProcessLauncher.class.getClassLoader().getResource(NativeLibrary.resource());
        if (library != null) {
            places.add(placeOfEntry(library));
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

    private static Path placeOfEntry(URL entry) {
        try {
            if (entry.openConnection() instanceof JarURLConnection jar) {
                return place(jar.getJarFileURL());
            }
            // lib/MACHINE/FILE below its place.
            return place(entry).resolve("../../..").normalize();
        } catch (IOException e) {
            throw new OperationException("cannot tell where " + entry + " is on this disk", e);
        }
    }

    SwarmUser user() {
        return user;
    }

    /** Starts one. */
    Process start() {
        try {
            Files.createDirectories(config.store());
            user.admit(config.store());
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(config.store().toFile());
            Map<String, String> environment = builder.environment();
            environment.keySet().retainAll(ENVIRONMENT);
            return builder.start();
        } catch (IOException e) {
            throw new OperationException("cannot start the swarm process: " + e.getMessage(), e);
        }
    }
}
