package packhorse.peer.hook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Linux's control groups, where a group can be made for one run: what bounds the number of processes even of root (a limit of
 * the process's own, RLIMIT_NPROC, does not), and what finds every process of it however it hid.
 *
 * <p>There are two kinds, and machines with both. In the unified one (cgroup2) a group has processes of its own or groups below
 * it that are limited, not both, so the place is this process's own group only where that is the root or was handed over with nobody
 * in it; else a group of ours below the root. In the older one every controller has a tree of its own, and a group may be made
 * below one's own in each. A unified tree without controllers still ends all of a group's processes in one stroke
 * ({@code cgroup.kill}), so it is used beside older ones.
 */
final class ControlGroups {
    private static final Logger LOG = LoggerFactory.getLogger(ControlGroups.class);

    private static final String OWN_PLACE = "packhorse";
    private static final List<String> WANTED = List.of("pids", "memory");

    /**
     * A mounted tree.
     *
     * @param controllers what it limits, of those that are wanted
     * @param places directories to try to make a group in, best first
     */
    record Tree(boolean unified, Set<String> controllers, List<Path> places) {}

    private final List<Tree> trees;

    ControlGroups(List<Tree> trees) {
        this.trees = List.copyOf(trees);
    }

    /** Those of this machine; none where it shows none. */
    static ControlGroups ofMachine() {
        try {
            return new ControlGroups(read(
                    Files.readAllLines(Path.of("/proc/self/mountinfo")),
                    Files.readAllLines(Path.of("/proc/self/cgroup"))));
        } catch (IOException e) {
            LOG.debug("no control groups: {}", e.toString());
            return new ControlGroups(List.of());
        }
    }

    static List<Tree> read(List<String> mounts, List<String> own) {
        List<Tree> trees = new ArrayList<>();
        for (String mount : mounts) {
            String[] halves = mount.split(" - ", 2);
            String[] fields = halves[0].split(" ", -1);
            String[] type = halves.length < 2 ? new String[0] : halves[1].split(" ", -1);
            if (fields.length < 5 || type.length < 3 || !type[0].startsWith("cgroup")) {
                continue;
            }
            Path point = Path.of(fields[4]);
            if (type[0].equals("cgroup2")) {
                Set<String> there = words(point.resolve("cgroup.controllers"));
                there.retainAll(WANTED);
                Path self = below(point, fields[3], ownPath(own, ""));
                List<Path> places =
                        self.equals(point) ? List.of(point) : List.of(self, point.resolve(OWN_PLACE), point);
                trees.add(new Tree(true, there, places));
            } else {
                Set<String> options = new LinkedHashSet<>(Arrays.asList(type[2].split(",")));
                options.retainAll(WANTED);
                if (!options.isEmpty()) {
                    Path self = below(
                            point, fields[3], ownPath(own, options.iterator().next()));
                    trees.add(new Tree(false, options, self.equals(point) ? List.of(point) : List.of(self, point)));
                }
            }
        }
        return trees;
    }

    private static String ownPath(List<String> own, String controller) {
        for (String line : own) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && Arrays.asList(parts[1].split(",", -1)).contains(controller)) {
                return parts[2];
            }
        }
        return "/";
    }

    /** Where a group is in a mount that shows only what is below {@code root}. */
    private static Path below(Path point, String root, String group) {
        String inside = root.equals("/") ? group : group.startsWith(root) ? group.substring(root.length()) : "/";
        Path path = point.resolve(inside.replaceFirst("^/+", "")).normalize();
        return path.startsWith(point) && Files.isDirectory(path) ? path : point;
    }

    /**
     * Makes a group in every tree.
     *
     * @param limits of processes and memory; null: none
     */
    ControlGroup open(RunName name, @org.jspecify.annotations.Nullable RunLimits limits) {
        List<Path> made = new ArrayList<>();
        Set<String> missing = new LinkedHashSet<>(WANTED);
        String why = trees.isEmpty() ? "this system shows no control groups" : "no tree of control groups has them";
        for (Tree tree : trees) {
            for (Path place : tree.places()) {
                Path group = place.resolve(name.toString());
                try {
                    make(tree, place, group, limits);
                    made.add(group);
                    missing.removeAll(tree.controllers());
                    break;
                } catch (IOException e) {
                    why = place + " takes none: " + e.getMessage();
                    removeQuietly(group);
                }
            }
        }
        return new ControlGroup(made, limits == null ? Set.of() : missing, why);
    }

    private static void make(Tree tree, Path place, Path group, @org.jspecify.annotations.Nullable RunLimits limits)
            throws IOException {
        if (tree.unified() && limits != null) {
            if (!Files.isDirectory(place)) {
                enable(place.resolveSibling("cgroup.subtree_control"), tree.controllers());
                Files.createDirectory(place);
            }
            enable(place.resolve("cgroup.subtree_control"), tree.controllers());
        } else if (tree.unified() && !Files.isDirectory(place)) {
            Files.createDirectory(place);
        }
        Files.createDirectory(group);
        if (words(group.resolve("cgroup.type")).contains("invalid")) {
            throw new IOException("a group in it takes no processes");
        }
        if (limits == null) {
            return;
        }
        if (tree.controllers().contains("pids")) {
            write(group.resolve("pids.max"), Integer.toString(limits.processesMax()));
        }
        if (tree.controllers().contains("memory")) {
            String bytes = Long.toString(limits.memoryBytesMax());
            if (tree.unified()) {
                write(group.resolve("memory.max"), bytes);
                writeWhereIs(group.resolve("memory.swap.max"), "0");
                writeWhereIs(group.resolve("memory.oom.group"), "1");
            } else {
                write(group.resolve("memory.limit_in_bytes"), bytes);
                writeWhereIs(group.resolve("memory.memsw.limit_in_bytes"), bytes);
            }
        }
    }

    /**
     * All in one stroke: where the place has processes of its own, memory is refused, while the others alone would turn it into a
     * tree of threads, in which no process could be let.
     */
    private static void enable(Path control, Collection<String> controllers) throws IOException {
        Set<String> missing = new LinkedHashSet<>(controllers);
        missing.removeAll(words(control));
        if (!missing.isEmpty()) {
            write(control, "+" + String.join(" +", missing));
        }
    }

    /** Ends what runs are left of processes that are no more. */
    void sweep() {
        Set<String> left = new HashSet<>();
        List<Path> groups = new ArrayList<>();
        for (Tree tree : trees) {
            for (Path place : tree.places()) {
                if (!Files.isDirectory(place)) {
                    continue;
                }
                try (DirectoryStream<Path> found = Files.newDirectoryStream(place, "packhorse-run-*")) {
                    for (Path group : found) {
                        String name = group.getFileName().toString();
                        if (RunName.parse(name).filter(RunName::orphaned).isPresent()) {
                            left.add(name);
                            groups.add(group);
                        }
                    }
                } catch (IOException e) {
                    LOG.debug("{} cannot be looked through: {}", place, e.toString());
                }
            }
        }
        for (String name : left) {
            LOG.info("ending what is left of {}, which nobody waits for any more", name);
            new ControlGroup(
                            groups.stream()
                                    .filter(group ->
                                            group.getFileName().toString().equals(name))
                                    .toList(),
                            Set.of(),
                            "")
                    .end();
        }
    }

    /** Where the kernel has no such file, it lets nobody make one. */
    static void write(Path file, String value) throws IOException {
        Files.write(
                file, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void writeWhereIs(Path file, String value) {
        try {
            if (Files.exists(file)) {
                write(file, value);
            }
        } catch (IOException e) {
            LOG.debug("{} does not take {}: {}", file, value, e.toString());
        }
    }

    static Set<String> words(Path file) {
        try {
            Set<String> words = new LinkedHashSet<>(Arrays.asList(
                    Files.readString(file, StandardCharsets.US_ASCII).strip().split("\\s+")));
            words.remove("");
            return words;
        } catch (IOException e) {
            return new LinkedHashSet<>();
        }
    }

    private static void removeQuietly(Path group) {
        try {
            Files.deleteIfExists(group);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", group, e.toString());
        }
    }
}
