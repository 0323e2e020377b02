package packhorse.peer.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Programs.Ended;
import packhorse.peer.adapter.Programs.Frame;

/** Real programs, the worst among them: what they reach, what they leave, what is told of them. */
final class MachineProgramsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(1);

    /**
     * Doubles itself ten times, a thousand processes in all: many times what a run may have, and still nothing that takes the machine
     * down with it on the day that a limit is broken.
     */
    private static final String BOMB =
            "bomb() { if [ $1 -lt 10 ]; then bomb $(($1 + 1)) & bomb $(($1 + 1)) & fi; sleep 1000; };"
                    + " (bomb 0) 2>/dev/null; while :; do :; done";

    @TempDir
    Path dir;

    /** Found again in the command line of everything that a test starts. */
    private final String mark = "mark-" + UUID.randomUUID();

    private final MachinePrograms programs = new MachinePrograms(RunLimits.DEFAULT);
    private Path own;

    @BeforeEach
    void ground() throws IOException {
        OutsideProgram.require("bwrap");
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        own = Files.createDirectory(dir.resolve("own"));
        InstallDisk.real().owner(own, Programs.NOBODY, Programs.NOBODY);
    }

    @AfterEach
    void nothingOfItIsLeft() throws IOException {
        assertEquals(List.of(), living(), "processes that a run left");
        assertEquals(List.of(), groups(), "control groups that a run left");
    }

    private Ended confined(String script, Duration timeout) throws Exception {
        return programs.run(
                List.of("/bin/sh", "-c", script, mark),
                new Frame(dir, List.of(own), List.of(), new TreeMap<>(Map.of("PATH", "/usr/bin:/bin")), true, timeout));
    }

    private Ended plain(String script, Duration timeout) throws Exception {
        return programs.run(
                List.of("/bin/sh", "-c", script, mark),
                new Frame(dir, List.of(), List.of(), new TreeMap<>(Map.of("PATH", "/usr/bin:/bin")), false, timeout));
    }

    private List<String> living() throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path one : all) {
                try {
                    String line = Files.readString(one.resolve("cmdline"), StandardCharsets.ISO_8859_1);
                    if (line.contains(mark)) {
                        found.add(one.getFileName() + " " + line.replace('\0', ' '));
                    }
                } catch (IOException e) {
                    // It ended meanwhile.
                }
            }
        }
        return found;
    }

    /** Groups of this JVM. */
    private static List<Path> groups() throws IOException {
        List<Path> found = new ArrayList<>();
        for (ControlGroups.Tree tree : ControlGroups.read(
                Files.readAllLines(Path.of("/proc/self/mountinfo")),
                Files.readAllLines(Path.of("/proc/self/cgroup")))) {
            for (Path place : tree.places()) {
                if (Files.isDirectory(place)) {
                    try (DirectoryStream<Path> all = Files.newDirectoryStream(
                            place, "packhorse-run-" + ProcessHandle.current().pid() + "-*")) {
                        all.forEach(found::add);
                    }
                }
            }
        }
        return found;
    }

    @Test
    void aConfinedProgramHasNoPrivilegeAndSaysWhatItHasToSay() throws Exception {
        Ended ended = confined("grep -E '^(Cap|NoNew)' /proc/self/status; id -u; echo to stderr >&2; exit 7", LONG);
        assertEquals(7, ended.code(), ended.output());
        assertFalse(ended.timedOut());
        for (String none : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertTrue(ended.output().contains(none + ":\t0000000000000000"), ended.output());
        }
        assertTrue(ended.output().contains("NoNewPrivs:\t1"), ended.output());
        assertTrue(ended.output().contains("\n65534\n"), ended.output());
        assertEquals("to stderr", ended.lastLine());
    }

    @Test
    void aConfinedProgramIsNobodyOutsideTooAndLeavesNoRootsProgramBehind() throws Exception {
        OnlyAs.root();
        Ended ended = confined("cp /bin/sh own/sh && chmod 4755 own/sh; ls -l own", LONG);
        assertEquals(0, ended.code(), ended.output());
        assertEquals(Programs.NOBODY, Files.getAttribute(own.resolve("sh"), "unix:uid"));
        Ended shadow = programs.run(
                List.of("/bin/cat", "/etc/shadow"),
                new Frame(dir, List.of(), List.of(Path.of("/etc/shadow")), new TreeMap<>(), true, LONG));
        assertEquals(1, shadow.code(), shadow.output());
        assertTrue(shadow.output().contains("Permission denied"), shadow.output());
    }

    @Test
    void aConfinedProgramSeesTheSystemAndWhatItWasShownOnly() throws Exception {
        Path secret = Files.writeString(
                Files.createDirectory(dir.resolveSibling(mark)).resolve("secret"), "secret");
        try {
            Ended ended =
                    confined("cat " + secret + "; ls / /etc /home /root; ls -1 /proc | grep -c '^[0-9]'; env", LONG);
            assertFalse(ended.output().contains("secret\n"), ended.output());
            assertFalse(ended.output().contains("passwd"), ended.output());
            assertTrue(ended.output().contains("cannot access '/root'"), ended.output());
            assertFalse(ended.output().contains("PACKHORSE"), ended.output());
        } finally {
            InstallDisk.real().delete(secret.resolveSibling(".").normalize());
        }
    }

    @Test
    void aConfinedProgramWritesWhereItMayAndNowhereElse() throws Exception {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
        Ended ended = confined(
                "echo in >own/in && echo in >/tmp/in || echo BAD; for place in / /usr /etc /dev /proc/sys/vm . /bin"
                        + " /home; do echo x >$place/" + mark + " && echo BAD; done; exit 0",
                LONG);
        assertEquals(0, ended.code(), ended.output());
        assertFalse(ended.output().contains("BAD"), ended.output());
        assertEquals("in\n", Files.readString(own.resolve("in")));
        assertFalse(Files.exists(dir.resolve(mark)));
        assertFalse(Files.exists(Path.of("/tmp/in")));
    }

    @Test
    void aConfinedProgramReachesNoNetwork() throws Exception {
        OutsideProgram.require("curl");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.30.9.1"))) {
            String url = "http://127.30.9.1:" + server.getLocalPort() + "/";
            Ended ended = confined("curl -sS -m 5 " + url, LONG);
            assertEquals(7, ended.code(), ended.output());
            assertTrue(ended.output().contains("connect"), ended.output());
        }
    }

    @Test
    void aProgramThatNeverEndsIsEnded() throws Exception {
        Ended ended = confined("echo begun; trap '' TERM HUP INT; while :; do sleep 1000; done", SHORT);
        assertTrue(ended.timedOut());
        assertEquals("begun", ended.lastLine());
        assertTrue(plain("trap '' TERM HUP INT; while :; do sleep 1000; done", SHORT)
                .timedOut());
    }

    @Test
    void aForkBombIsBoundedAndEnded() throws Exception {
        Ended ended = confined(BOMB, SHORT);
        assertTrue(ended.timedOut());
        if (programs.whyNotBounded().isEmpty()) {
            assertTrue(ended.output().contains("more than 64 processes"), ended.output());
        }
    }

    @Test
    void aDaemonIsEndedWithItsProgram() throws Exception {
        String daemon = "setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 1000; done' " + mark
                + " >/dev/null 2>&1 </dev/null & sleep 0.2; echo left";
        assertEquals("left", confined(daemon, LONG).lastLine());
        assertEquals("left", plain(daemon, LONG).lastLine());
    }

    @Test
    void aDaemonThatHoldsTheOutputDoesNotHoldTheRun() throws Exception {
        long before = System.nanoTime();
        Ended ended = plain("setsid sh -c 'sleep 1000' " + mark + " & echo left", LONG);
        assertEquals("left", ended.lastLine());
        assertTrue(System.nanoTime() - before < LONG.toNanos() / 2);
    }

    @Test
    void aDaemonIsFoundWithoutControlGroupsToo() throws Exception {
        MachinePrograms bare = new MachinePrograms(
                RunLimits.DEFAULT, new ControlGroups(List.of()), List.of(Path.of("/usr/bin"), Path.of("/usr/sbin")));
        String daemon =
                "setsid sh -c 'while :; do sleep 1000; done' " + mark + " >/dev/null 2>&1 & sleep 0.2; echo left";
        for (boolean confined : List.of(true, false)) {
            Ended ended = bare.run(
                    List.of("/bin/sh", "-c", daemon, mark),
                    new Frame(dir, List.of(), List.of(), new TreeMap<>(Map.of("PATH", "/usr/bin")), confined, LONG));
            assertEquals("left", ended.lastLine(), ended.output());
            assertEquals(List.of(), living());
        }
        Ended bomb = bare.run(
                List.of("/bin/sh", "-c", BOMB, mark),
                new Frame(dir, List.of(), List.of(), new TreeMap<>(Map.of("PATH", "/usr/bin")), true, SHORT));
        assertTrue(bomb.timedOut());
    }

    @Test
    void ofEndlessWordsTheFirstAndTheLastAreKept() throws Exception {
        Ended ended = confined("echo first; yes | head -c 50000000; echo last", LONG);
        assertEquals(0, ended.code());
        assertTrue(ended.output().startsWith("first\ny\n"), ended.output().substring(0, 20));
        assertTrue(ended.output().endsWith("y\nlast\n"));
        assertTrue(ended.output().contains("bytes left out"));
        assertTrue(ended.output().length() < 70_000);
        assertTrue(confined("yes", SHORT).timedOut());
    }

    @Test
    void memoryAndTemporaryFilesAreBounded() throws Exception {
        Ended disk = confined("cat /dev/zero >/tmp/full; echo $?; df -k /tmp | tail -1", LONG);
        assertTrue(disk.output().contains("No space left"), disk.output());
        Ended shared = confined("head -c 100M /dev/zero >/dev/shm/full; echo $?", LONG);
        assertTrue(shared.output().contains("No space left"), shared.output());
        Ended memory = confined("exec tail /dev/zero", LONG);
        if (programs.whyNotBounded().isEmpty()) {
            assertEquals(137, memory.code(), memory.output());
            assertTrue(memory.output().contains("MiB of memory"), memory.output());
        } else {
            assertEquals(1, memory.code(), memory.output());
        }
    }

    @Test
    void whoFillsTheDiskIsEndedBeforeItIsFull() throws Exception {
        long free = Files.getFileStore(own).getUsableSpace();
        MachinePrograms careful = new MachinePrograms(new RunLimits(64, 512L << 20, 64L << 20, free - (8L << 20)));
        AdapterException ended = assertThrows(
                AdapterException.class,
                () -> careful.run(
                        List.of("/bin/sh", "-c", "head -c 64M /dev/zero >own/big; sync own/big; sleep 1000", mark),
                        new Frame(
                                dir, List.of(own), List.of(), new TreeMap<>(Map.of("PATH", "/usr/bin")), true, LONG)));
        assertEquals(CodeClass.ENVIRONMENT, ended.codeClass());
        assertTrue(String.valueOf(ended.getMessage()).contains("make room"), ended.getMessage());
    }

    @Test
    void whatIsNotThereOrNoProgramIsTheMachinesFault() throws Exception {
        Frame frame = new Frame(dir, List.of(), List.of(), new TreeMap<>(), true, LONG);
        Files.writeString(dir.resolve("text"), "text");
        for (String program :
                List.of("/usr/bin/no-such-program", dir.resolve("text").toString(), "no-such")) {
            AdapterException refused =
                    assertThrows(AdapterException.class, () -> programs.run(List.of(program), frame));
            assertEquals(CodeClass.ENVIRONMENT, refused.codeClass());
            assertTrue(String.valueOf(refused.getMessage()).contains(program), refused.getMessage());
        }
        Path script = Files.writeString(dir.resolve("script"), "#!/no/such/interpreter\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals(127, programs.run(List.of(script.toString()), frame).code());
    }

    @Test
    void aSignalIsToldAsEveryShellTellsIt() throws Exception {
        assertEquals(128 + 11, confined("kill -SEGV $$", LONG).code());
        assertEquals(128 + 11, plain("kill -SEGV $$", LONG).code());
    }

    @Test
    void argumentsAreNotReadByAShell() throws Exception {
        String evil = "$(touch " + own + "/evil); `id`\n-- \"'";
        for (boolean confined : List.of(true, false)) {
            Ended ended = programs.run(
                    List.of("/usr/bin/printf", "%s", evil),
                    new Frame(dir, List.of(own), List.of(), new TreeMap<>(Map.of("A", evil)), confined, LONG));
            assertEquals(evil, ended.output());
        }
        assertFalse(Files.exists(own.resolve("evil")));
    }

    @Test
    void aLibraryOfTheReleaseIsNotLoadedOutsideTheSandbox() throws Exception {
        Ended ended = programs.run(
                List.of("/usr/bin/env"),
                new Frame(dir, List.of(), List.of(), new TreeMap<>(Map.of("LD_PRELOAD", "/nowhere.so")), true, LONG));
        // Each program that were told of it would complain once: only the last one is, when it is nobody.
        assertEquals(1, ended.output().split("LD_PRELOAD=/nowhere.so", -1).length - 1, ended.output());
        assertEquals(1, ended.output().split("cannot be preloaded", -1).length - 1, ended.output());
    }

    @Test
    void anInterruptionEndsTheProgram() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Thread runner = Thread.ofVirtual().start(() -> {
            try {
                confined("echo >own/begun; sleep 1000", LONG);
            } catch (InterruptedException e) {
                over.countDown();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        org.awaitility.Awaitility.await().atMost(LONG).until(() -> Files.exists(own.resolve("begun")));
        runner.interrupt();
        assertTrue(over.await(60, TimeUnit.SECONDS));
    }

    @Test
    void whatAKilledInstallerLeftIsEndedByTheNext() throws Exception {
        // A stranger's run: a group with the name of a process that is no more, and a process in it.
        RunName gone = new RunName(4_194_305, 1, 1);
        ControlGroup group = ControlGroups.ofMachine().open(gone, null);
        ProcessBuilder grouped = new ProcessBuilder("/bin/sh", "-c", "sleep 1000; exit 0", mark);
        if (group.directories().isEmpty()) {
            grouped.environment().put(RunName.VARIABLE, gone.toString());
        }
        Process left = grouped.start();
        for (Path door : group.doors()) {
            ControlGroups.write(door, Long.toString(left.pid()));
        }
        ProcessBuilder marked = new ProcessBuilder("/bin/sh", "-c", "sleep 1000; exit 0", mark);
        marked.environment().put(RunName.VARIABLE, gone.toString());
        Process other = marked.start();
        new MachinePrograms(RunLimits.DEFAULT);
        assertTrue(left.waitFor(60, TimeUnit.SECONDS));
        assertTrue(other.waitFor(60, TimeUnit.SECONDS));
        group.directories().forEach(one -> assertFalse(Files.exists(one)));
    }

    @Test
    void whatALivingInstallerRunsIsLeftAlone() throws Exception {
        RunName ours = RunName.next();
        ControlGroup group = ControlGroups.ofMachine().open(ours, null);
        new MachinePrograms(RunLimits.DEFAULT);
        group.directories().forEach(one -> assertTrue(Files.exists(one)));
        assertTrue(group.end());
    }

    @Test
    void aMachineWithoutBubblewrapSaysWhatToInstall() {
        MachinePrograms bare = new MachinePrograms(RunLimits.DEFAULT, new ControlGroups(List.of()), List.of(dir));
        assertTrue(bare.whyNotConfined().orElseThrow().contains("install bubblewrap"));
        AdapterException refused = assertThrows(
                AdapterException.class,
                () -> bare.run(
                        List.of("/usr/bin/true"), new Frame(dir, List.of(), List.of(), new TreeMap<>(), true, LONG)));
        assertEquals(CodeClass.ENVIRONMENT, refused.codeClass());
    }

    @Test
    void aMachineThatMayMakeNoNamespacesSaysWhy() throws Exception {
        Path broken = dir.resolve("bwrap");
        Files.writeString(
                broken, "#!/bin/sh\necho 'bwrap: Creating new namespace failed: Operation not permitted'; exit 1\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
        MachinePrograms bare = new MachinePrograms(
                RunLimits.DEFAULT, ControlGroups.ofMachine(), List.of(dir, Path.of("/usr/bin"), Path.of("/usr/sbin")));
        assertTrue(bare.whyNotConfined().orElseThrow().contains("Operation not permitted"));
    }
}
