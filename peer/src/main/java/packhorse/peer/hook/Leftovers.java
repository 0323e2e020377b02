package packhorse.peer.hook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a run's processes without a control group: by the session that its first one opened, and by the run's name in the
 * environment that children inherit. A program that leaves both behind is not found; only a control group or a process namespace
 * holds such a one.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private static final Path PROC = Path.of("/proc");
    private static final Duration ENDING_MAX = Duration.ofSeconds(5);
    private static final Duration PACE = Duration.ofMillis(5);

    private Leftovers() {}

    /** Ends what is left of a run whose first process was {@code first}. */
    static void end(RunName name, long first) {
        Optional<RunName> wanted = Optional.of(name);
        end(pid -> session(pid) == first || mark(pid).equals(wanted));
    }

    /** Ends what is left of runs that nobody waits for. */
    static void sweep() {
        end(pid -> mark(pid).filter(RunName::orphaned).isPresent());
    }

    private static void end(Predicate<Long> mine) {
        long until = System.nanoTime() + ENDING_MAX.toNanos();
        for (List<Long> found = find(mine); !found.isEmpty(); found = find(mine)) {
            if (System.nanoTime() >= until) {
                LOG.warn("processes {} do not end", found);
                return;
            }
            found.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            LockSupport.parkNanos(PACE.toNanos());
        }
    }

    private static List<Long> find(Predicate<Long> mine) {
        long self = ProcessHandle.current().pid();
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path one : all) {
                long pid = Long.parseLong(one.getFileName().toString());
                if (pid != self && mine.test(pid) && !dead(pid)) {
                    found.add(pid);
                }
            }
        } catch (IOException e) {
            LOG.debug("{} cannot be read: {}", PROC, e.toString());
        }
        return found;
    }

    private static boolean dead(long pid) {
        Optional<ProcessLine> line = ProcessLine.of(pid);
        return line.isEmpty() || line.get().dead();
    }

    private static long session(long pid) {
        return ProcessLine.of(pid).map(ProcessLine::session).orElse(-1L);
    }

    private static Optional<RunName> mark(long pid) {
        try {
            String prefix = RunName.VARIABLE + "=";
            String all =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("environ"), StandardCharsets.ISO_8859_1);
            for (String one : all.split("\0", -1)) {
                if (one.startsWith(prefix)) {
                    return RunName.parse(one.substring(prefix.length()));
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
