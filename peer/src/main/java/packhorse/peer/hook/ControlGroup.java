package packhorse.peer.hook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group of one run, a directory in each tree.
 *
 * @param unbounded limits that were wanted and could not be set
 * @param why not, one half line
 */
record ControlGroup(List<Path> directories, Set<String> unbounded, String why) {
    private static final Logger LOG = LoggerFactory.getLogger(ControlGroup.class);

    /** A killed process is gone within milliseconds unless a disk or a device holds it. */
    private static final Duration ENDING_MAX = Duration.ofSeconds(10);

    private static final Duration PACE = Duration.ofMillis(2);

    ControlGroup {
        directories = List.copyOf(directories);
    }

    /** Files that take the number of a process to let it in. */
    List<Path> doors() {
        return directories.stream().map(one -> one.resolve("cgroup.procs")).toList();
    }

    /** Its processes' numbers. */
    Set<Long> processes() {
        Set<Long> found = new LinkedHashSet<>();
        for (Path door : doors()) {
            for (String word : ControlGroups.words(door)) {
                found.add(Long.parseLong(word));
            }
        }
        found.remove(ProcessHandle.current().pid());
        return found;
    }

    /**
     * Kills all that is in it and removes it.
     *
     * @return whether nothing is left
     */
    boolean end() {
        long until = System.nanoTime() + ENDING_MAX.toNanos();
        for (Path one : directories) {
            tell(one.resolve("cgroup.kill"), "1");
            // Who is killed one by one must not have children faster than that.
            tell(one.resolve("pids.max"), "0");
        }
        Set<Long> left = processes();
        while (!left.isEmpty() && System.nanoTime() < until) {
            left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            LockSupport.parkNanos(PACE.toNanos());
            left = processes();
        }
        boolean removed = true;
        for (Path one : directories) {
            while (!removed(one)) {
                if (System.nanoTime() >= until) {
                    LOG.warn("the control group {} cannot be removed, {} is in it", one, left);
                    removed = false;
                    break;
                }
                LockSupport.parkNanos(PACE.toNanos());
            }
        }
        return removed;
    }

    private static boolean removed(Path directory) {
        try {
            Files.deleteIfExists(directory);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void tell(Path file, String what) {
        try {
            if (Files.exists(file)) {
                ControlGroups.write(file, what);
            }
        } catch (IOException e) {
            LOG.debug("{} does not take {}: {}", file, what, e.toString());
        }
    }

    /** Which of its limits it met, one line for people; asked before {@link #end}. */
    Optional<String> met(RunLimits limits) {
        List<String> met = new ArrayList<>();
        for (Path one : directories) {
            if (counted(one.resolve("pids.events"), "max") > 0) {
                met.add("it was refused more than " + limits.processesMax() + " processes");
            }
            if (counted(one.resolve("memory.events"), "oom_kill") > 0
                    || counted(one.resolve("memory.oom_control"), "oom_kill") > 0) {
                met.add("it was ended for more than " + (limits.memoryBytesMax() >> 20) + " MiB of memory");
            }
        }
        return met.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", met));
    }

    private static long counted(Path file, String what) {
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                if (line.startsWith(what + " ")) {
                    return Long.parseLong(line.substring(what.length() + 1).strip());
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }
}
