package packhorse.peer.swarm;

import com.google.protobuf.Message;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.libtorrent4j.LibTorrent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.peer.process.ChildProgram;

/** Starts the swarm process, in the store as its directory and as whom {@link SwarmUser} says. */
final class ProcessLauncher {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessLauncher.class);

    private final SwarmProcessConfig config;
    private final SwarmUser user;
    private final ChildProgram program;

    ProcessLauncher(SwarmProcessConfig config) {
        this(config, SwarmProcess.class.getName());
    }

    /** @param main the program's class */
    ProcessLauncher(SwarmProcessConfig config, String main) {
        this.config = config;
        List<Path> classPath = config.classPath().isEmpty() ? ownClassPath() : config.classPath();
        this.user = user(config.user(), classPath);
        user.whyNotApart().ifPresent(why -> LOG.warn("the swarm process runs as the same user as the agent: {}", why));
        this.program = new ChildProgram(
                "the swarm process",
                user.prefix(),
                classPath,
                main,
                ChildProgram.Work.STEERS,
                config.heapBytes(),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    private static SwarmUser user(Optional<String> wanted, List<Path> classPath) {
        List<Path> needed = new ArrayList<>(classPath);
        needed.add(ChildProgram.java());
        return SwarmUser.choose(wanted, needed);
    }

    /** As whom a process of this program's own class path would run. */
    static SwarmUser user(Optional<String> wanted) {
        return user(wanted, ownClassPath());
    }

    /** Where the classes that the process uses come from, in this program. */
    static List<Path> ownClassPath() {
        List<Path> places = new ArrayList<>(ChildProgram.places(
                List.of(SwarmProcess.class, Sha256.class, Message.class, LoggerFactory.class, LibTorrent.class)));
        URL library = ProcessLauncher.class.getClassLoader().getResource(NativeLibrary.resource());
        if (library != null) {
            // lib/MACHINE/FILE below its place.
            places.add(ChildProgram.placeOfEntry(library, "../../.."));
        }
        return places.stream().distinct().toList();
    }

    SwarmUser user() {
        return user;
    }

    /** Starts one. */
    Process start() {
        try {
            Files.createDirectories(config.store());
            user.admit(config.store());
        } catch (IOException e) {
            throw new OperationException("cannot start the swarm process: " + e.getMessage(), e);
        }
        return program.start(config.store());
    }
}
