package packhorse.peer.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a group is made on machines of other kinds than this one, drawn as directories. */
final class ControlGroupsTest {
    private static final RunLimits LIMITS = RunLimits.DEFAULT;

    @TempDir
    Path dir;

    private static String mount(String root, Path point, String type, String options) {
        return "30 23 0:26 " + root + " " + point + " rw,nosuid,nodev,noexec,relatime shared:4 - " + type + " cgroup rw"
                + (options.isEmpty() ? "" : "," + options);
    }

    private Path unified(String controllers) throws IOException {
        Path point = Files.createDirectories(dir.resolve("cgroup"));
        Files.writeString(point.resolve("cgroup.controllers"), controllers + "\n");
        Files.writeString(point.resolve("cgroup.subtree_control"), "memory\n");
        return point;
    }

    @Test
    void aServiceOfAUnifiedMachineHasItsRunsBesideTheServices() throws Exception {
        Path point = unified("cpuset cpu io memory hugetlb pids");
        Path service = Files.createDirectories(point.resolve("system.slice/packhorse.service"));
        // A group with processes of its own refuses controllers for those below.
        Files.createDirectory(service.resolve("cgroup.subtree_control"));
        List<ControlGroups.Tree> trees = ControlGroups.read(
                List.of(mount("/", point, "cgroup2", "nsdelegate")), List.of("0::/system.slice/packhorse.service"));
        assertEquals(
                List.of(new ControlGroups.Tree(
                        true, Set.of("memory", "pids"), List.of(service, point.resolve("packhorse"), point))),
                trees);
        RunName name = RunName.next();
        ControlGroup group = new ControlGroups(trees).open(name, LIMITS);
        assertEquals(List.of(point.resolve("packhorse").resolve(name.toString())), group.directories());
        assertEquals(Set.of(), group.unbounded());
        Path made = group.directories().getFirst();
        assertEquals("64", Files.readString(made.resolve("pids.max")));
        assertEquals(Long.toString(512L << 20), Files.readString(made.resolve("memory.max")));
        assertTrue(Files.readString(point.resolve("cgroup.subtree_control")).startsWith("+pids"));
        assertEquals(
                Set.of("+memory", "+pids"),
                Set.copyOf(ControlGroups.words(point.resolve("packhorse/cgroup.subtree_control"))));
    }

    @Test
    void aContainerAtItsOwnRootHasThemThere() throws Exception {
        Path point = unified("memory pids");
        List<ControlGroups.Tree> trees =
                ControlGroups.read(List.of(mount("/docker/7", point, "cgroup2", "")), List.of("0::/docker/7"));
        assertEquals(List.of(point), trees.getFirst().places());
        assertEquals(
                point,
                new ControlGroups(trees)
                        .open(RunName.next(), LIMITS)
                        .directories()
                        .getFirst()
                        .getParent());
    }

    @Test
    void aGroupThatTakesNoProcessesIsNone() throws Exception {
        Path point = unified("memory pids");
        RunName name = RunName.next();
        ControlGroups groups =
                new ControlGroups(ControlGroups.read(List.of(mount("/", point, "cgroup2", "")), List.of("0::/")));
        Files.writeString(point.resolve(name.toString()), "the name is taken");
        ControlGroup group = groups.open(name, LIMITS);
        assertEquals(List.of(), group.directories());
        assertEquals(Set.of("pids", "memory"), group.unbounded());
        assertTrue(group.why().startsWith(point + " takes none: "), group.why());
    }

    @Test
    void anOlderMachineHasATreeForEachControllerAndAHybridOneMore() throws Exception {
        Path pids = Files.createDirectories(dir.resolve("pids"));
        Path memory = Files.createDirectories(dir.resolve("cpu,memory"));
        Path own = Files.createDirectories(memory.resolve("user/1"));
        Path both = unified("hugetlb");
        List<ControlGroups.Tree> trees = ControlGroups.read(
                List.of(
                        "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
                        mount("/", pids, "cgroup", "pids"),
                        mount("/", memory, "cgroup", "cpu,memory"),
                        mount("/", dir.resolve("blkio"), "cgroup", "blkio"),
                        mount("/", both, "cgroup2", "")),
                List.of("9:pids:/../..", "8:cpu,memory:/user/1", "7:blkio:/", "0::/"));
        assertEquals(
                List.of(
                        new ControlGroups.Tree(false, Set.of("pids"), List.of(pids)),
                        new ControlGroups.Tree(false, Set.of("memory"), List.of(own, memory)),
                        new ControlGroups.Tree(true, Set.of(), List.of(both))),
                trees);
        ControlGroup group = new ControlGroups(trees).open(RunName.next(), LIMITS);
        assertEquals(Set.of(), group.unbounded());
        assertEquals(3, group.doors().size());
        assertEquals(
                Long.toString(512L << 20),
                Files.readString(group.directories().get(1).resolve("memory.limit_in_bytes")));
    }

    @Test
    void aMachineThatShowsNoneSaysSo() {
        ControlGroup group = new ControlGroups(List.of()).open(RunName.next(), LIMITS);
        assertEquals(Set.of("pids", "memory"), group.unbounded());
        assertEquals("this system shows no control groups", group.why());
        assertEquals(
                Set.of(),
                new ControlGroups(List.of()).open(RunName.next(), null).unbounded());
    }

    @Test
    void aRunsNameTellsWhoseItIs() {
        RunName ours = RunName.next();
        assertEquals(ours, RunName.parse(ours.toString()).orElseThrow());
        assertTrue(!ours.orphaned());
        assertTrue(new RunName(ours.pid(), ours.started() + 1, 1).orphaned(), "another process with our number");
        assertTrue(RunName.parse("packhorse-run-1-2").isEmpty());
        assertTrue(RunName.parse("packhorse-run-99999999999-2-3").isEmpty());
    }
}
