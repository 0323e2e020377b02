package packhorse.peer.adapter.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Placement.Deed;
import packhorse.peer.adapter.Placement.Running;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;

/** Releases that install themselves, with real scripts in the real sandbox, cut off at every change. */
final class ExecAdapterTest {
    private static final MachinePrograms PROGRAMS = new MachinePrograms(RunLimits.DEFAULT);

    private static final String INSTALL = """
        #!/bin/sh
        set -e
        echo "$PACKHORSE_RELEASE $PACKHORSE_VERSION $WHERE" >"$PACKHORSE_ROOT/opt/acme/own/installed"
        mkdir "$PACKHORSE_ROOT/opt/acme/own/data"
        echo state >"$PACKHORSE_HOME/state"
        """;
    private static final String UNDO = """
        #!/bin/sh
        rm -rf "$PACKHORSE_ROOT/opt/acme/own/installed" "$PACKHORSE_ROOT/opt/acme/own/data"
        """;
    private static final String VERIFY = """
        #!/bin/sh
        grep -q "^acme/own $PACKHORSE_VERSION here$" "$PACKHORSE_ROOT/opt/acme/own/installed" || {
          echo "installed says something else"
          exit 1
        }
        """;
    private static final Map<String, String> SCRIPTS =
            Map.of("bin/install", INSTALL, "bin/undo", UNDO, "bin/remove", UNDO, "bin/verify", VERIFY);
    private static final String SETTINGS = "{'install': ['bin/install', 'argument'], 'undo': ['bin/undo'],"
            + " 'remove': ['bin/remove'], 'verify': ['bin/verify'], 'environment': {'WHERE': 'here'},"
            + " 'writes': ['/opt/acme/own']}";

    @TempDir
    Path dir;

    private final Published release = Published.tree("1", SCRIPTS, Published.section(SETTINGS, Map.of()));

    @BeforeEach
    void sandbox() {
        OutsideProgram.require("bwrap");
    }

    private static Placement placement(Published release) {
        return new ExecAdapter()
                .read(release.manifest(), release.manifest().install().orElseThrow());
    }

    private Workplace here(Published published) throws IOException {
        return published.at(dir.resolve("place"), InstallDisk.real(), PROGRAMS);
    }

    private static Placement install(Published release, Workplace here) throws IOException {
        Placement placement = placement(release);
        assertEquals(List.of(), placement.precheck(here));
        placement.prepare(here);
        placement.capture(here);
        assertEquals(CodeClass.SUCCESS, placement.apply(here).codeClass());
        placement.activate(here);
        return placement;
    }

    @Test
    void aReleaseInstallsVerifiesAndRemovesItself() throws Exception {
        Workplace here = here(release);
        Placement placement = install(release, here);
        assertEquals(List.of(), placement.verify(here));
        placement.commit(here);
        assertEquals("acme/own 1 here\n", Files.readString(here.at("/opt/acme/own/installed")));
        assertEquals("state\n", Files.readString(here.home().resolve("own/state")));

        placement.capture(here);
        placement.remove(here);
        assertFalse(Files.exists(here.at("/opt/acme/own/installed")));
        placement.commit(here);
        assertEquals(new TreeMap<>(), TreePicture.of(here.home()).entries());
        assertTrue(Files.exists(here.at("/opt/acme/own")), "data outlives its program");
    }

    @Test
    void aRecordOfWhatWasBegunThatADiskDamagedIsToldAndNothingIsCalledTakenBack() throws Exception {
        Workplace here = here(release);
        Placement placement = install(release, here);
        Path begun = here.undo().resolve("begun");
        String right = Files.readString(begun);
        for (String wrong : List.of("", "inst", "Install")) {
            Files.writeString(begun, wrong);
            AdapterException told = assertThrows(AdapterException.class, () -> placement.undo(here));
            assertTrue(
                    String.valueOf(told.getMessage()).startsWith(begun + " is not what was written there ("),
                    told.getMessage());
        }
        Files.writeString(begun, right);
        placement.undo(here);
        assertFalse(Files.exists(here.at("/opt/acme/own")));
    }

    @Test
    void whatItSaysOfItself() {
        Placement placement = placement(release);
        assertEquals(Set.of(Path.of("/opt/acme/own")), placement.claims());
        assertEquals(Set.of(Deed.APPLY, Deed.REMOVE), placement.once());
        assertEquals(Running.CONFINED, placement.running());
        assertTrue(placement.undoable());
        Placement forGood = placement(Published.tree(
                "1", SCRIPTS, Published.section("{'install': ['bin/install'], 'privileged': true}", Map.of())));
        assertFalse(forGood.undoable());
        assertEquals(Running.PRIVILEGED, forGood.running());
    }

    @Test
    void wherverItIsKilledItIsOldOrNewAndTheNextAttemptWorks() throws Exception {
        life(EveryStep.in(dir)).check();
    }

    @Test
    void whereverThePowerIsCutItIsOldOrNewAndTheNextAttemptWorks() throws Exception {
        life(EveryStep.in(dir)).powerCut().check();
    }

    /** What an engine does with it: goes through with it, or takes it back where a change had begun. */
    private EveryStep life(EveryStep steps) {
        return steps.world(place -> Files.createDirectories(place.resolve("root/opt")))
                .life(new EveryStep.Life() {
                    @Override
                    public void operate(Path place, InstallDisk disk) throws Exception {
                        Workplace here = release.at(place, disk, new Bare());
                        Placement placement = placement(release);
                        if (Files.exists(here.home().resolve("committed"))) {
                            return;
                        }
                        placement.prepare(here);
                        placement.capture(here);
                        disk.replace(place.resolve("journal"), new byte[] {1}, 0600);
                        placement.apply(here);
                        assertEquals(List.of(), placement.verify(here));
                        disk.replace(here.home().resolve("committed"), new byte[] {1}, 0600);
                        recover(place, disk);
                    }

                    @Override
                    public void recover(Path place, InstallDisk disk) throws Exception {
                        Workplace here = release.at(place, disk, new Bare());
                        if (Files.exists(here.home().resolve("committed"))) {
                            placement(release).commit(here);
                        } else if (Files.exists(place.resolve("journal"))) {
                            placement(release).undo(here);
                            placement(release).undo(here);
                        }
                        disk.delete(place.resolve("journal"));
                        for (String one : List.of("staging", "undo")) {
                            disk.delete(place.resolve(one));
                        }
                        disk.force(place);
                    }
                })
                .looksAt(place -> TreePicture.of(place)
                        .without("staging")
                        .without("undo")
                        .without("home/.committed.packhorse-new")
                        .without(".journal.packhorse-new")
                        .without("home/.hooks")
                        .without("journal")
                        .without("home"));
    }

    /** Real processes without a sandbox, of which this many would take minutes. */
    private static final class Bare implements Programs {
        @Override
        public Ended run(List<String> command, Frame frame) throws IOException, InterruptedException {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(frame.directory().toFile())
                    .redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(frame.environment());
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), Optional.empty(), output);
        }

        @Override
        public Optional<String> whyNotConfined() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> find(String name) {
            return Optional.empty();
        }
    }

    @Test
    void aScriptThatFailsIsToldAndTakenBack() throws Exception {
        Published broken = Published.tree(
                "1",
                Map.of("bin/install", INSTALL + "echo no good; exit 75\n", "bin/undo", UNDO),
                Published.section(
                        "{'install': ['bin/install'], 'undo': ['bin/undo'], 'writes': ['/opt/acme/own']}", Map.of()));
        Workplace here = here(broken);
        Files.createDirectories(here.at("/opt"));
        TreePicture before = TreePicture.of(here.root());
        Placement placement = placement(broken);
        placement.prepare(here);
        placement.capture(here);
        AdapterException failed = assertThrows(AdapterException.class, () -> placement.apply(here));
        assertEquals(CodeClass.TRANSIENT, failed.codeClass());
        assertEquals(75, failed.code());
        assertTrue(String.valueOf(failed.getMessage()).contains("no good"), failed.getMessage());
        assertTrue(Files.exists(here.at("/opt/acme/own/data")));
        placement.undo(here);
        assertEquals(List.of(), TreePicture.of(here.root()).differences(before));
    }

    @Test
    void aRemovalIsTakenBackByInstallingAgain() throws Exception {
        Workplace here = here(release);
        Placement placement = install(release, here);
        placement.commit(here);
        TreePicture before = TreePicture.of(here.root());
        placement.capture(here);
        placement.remove(here);
        placement.undo(here);
        assertEquals(List.of(), TreePicture.of(here.root()).differences(before));
        assertEquals(List.of(), placement.verify(here));
    }

    @Test
    void onlyWhatIsDeclaredCanBeWrittenAndNothingElseIsSeen() throws Exception {
        Published curious = Published.tree(
                "1",
                Map.of("bin/install", """
                    #!/bin/sh
                    echo x >bin/install && echo BAD own files
                    echo x >"$PACKHORSE_ROOT/opt/other" && echo BAD other files
                    ls "$PACKHORSE_ROOT/secret" && echo BAD seen
                    exit 3
                    """),
                Published.section("{'install': ['bin/install'], 'writes': ['/opt/acme/own']}", Map.of()));
        Workplace here = here(curious);
        Files.createDirectories(here.at("/secret"));
        Placement placement = placement(curious);
        placement.prepare(here);
        placement.capture(here);
        AdapterException failed = assertThrows(AdapterException.class, () -> placement.apply(here));
        assertEquals(3, failed.code());
        assertFalse(String.valueOf(failed.getMessage()).contains("BAD"), failed.getMessage());
        assertEquals(
                CodeClass.PERMANENT,
                assertThrows(AdapterException.class, () -> placement.undo(here)).codeClass());
    }

    @Test
    void driftOfItsFilesIsFoundAndMendedAndThatOfItsEffectsIsTold() throws Exception {
        Workplace here = here(release);
        Placement placement = install(release, here);
        Files.writeString(here.home().resolve("files/bin/undo"), "#!/bin/sh\n");
        Files.writeString(here.home().resolve("files/bin/more"), "");
        assertEquals(2, placement.verify(here).size());
        placement.mend(here);
        assertEquals(List.of(), placement.verify(here));
        Files.writeString(here.at("/opt/acme/own/installed"), "something else\n");
        assertTrue(placement.verify(here).getFirst().contains("installed says something else"));
        AdapterException failed = assertThrows(AdapterException.class, () -> placement.mend(here));
        assertTrue(String.valueOf(failed.getMessage()).contains("install it anew"), failed.getMessage());
    }

    @Test
    void aSingleProgramIsAReleaseToo() throws Exception {
        Published one = Published.file(
                "setup.run",
                INSTALL,
                Published.section(
                        "{'install': ['setup.run'], 'environment': {'WHERE': 'here'}, 'writes': ['/opt/acme/own']}",
                        Map.of()));
        Workplace here = here(one);
        install(one, here);
        assertEquals("acme/own 1 here\n", Files.readString(here.at("/opt/acme/own/installed")));
    }

    @Test
    void aPrivilegedScriptIsNotConfined() throws Exception {
        Published free = Published.tree(
                "1",
                Map.of("install", "#!/bin/sh\necho \"$PACKHORSE_OPERATION\" >\"$PACKHORSE_ROOT/anywhere\"\n"),
                Published.section("{'install': ['install'], 'privileged': true}", Map.of()));
        Workplace here = here(free);
        install(free, here);
        assertEquals("install\n", Files.readString(here.at("/anywhere")));
    }

    @Test
    void contentThatIsNotWhatWasSignedRunsNothing() throws Exception {
        Workplace here = here(release);
        Path content = here.content().orElseThrow();
        byte[] bytes = Files.readAllBytes(content);
        int place = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("set -e");
        bytes[place] = 'S';
        Files.write(content, bytes);
        AdapterException failed =
                assertThrows(AdapterException.class, () -> placement(release).prepare(here));
        assertEquals(CodeClass.PERMANENT, failed.codeClass());
        assertTrue(String.valueOf(failed.getMessage()).contains("SHA-256"), failed.getMessage());
        assertFalse(Files.exists(here.staging().resolve("tree")));
    }

    @Test
    void settingsThatContradictThemselvesAreRefusedInOneLine() {
        for (Map.Entry<String, String> bad : Map.of(
                        "{}", "settings.install is missing",
                        "{'install': []}", "settings.install runs \"\"",
                        "{'install': ['../x']}", "name a path inside the release",
                        "{'install': ['x'], 'undo': 'x'}", "settings.undo",
                        "{'install': ['x'], 'wrong': 1}", "wrong",
                        "{'install': ['x'], 'environment': {'PACKHORSE_HOME': 'x'}}", "begin with PACKHORSE_",
                        "{'install': ['x'], 'writes': ['/']}", "\"/\"",
                        "{'install': ['x'], 'writes': ['/opt/../etc']}", "absolute path",
                        "{'install': ['x'], 'writes': ['/tmp/own']}", "release's own",
                        "{'install': ['x'], 'privileged': true, 'writes': ['/opt/own']}", "take one line out")
                .entrySet()) {
            RuntimeException refused = assertThrows(
                    RuntimeException.class,
                    () -> placement(Published.tree("1", SCRIPTS, Published.section(bad.getKey(), Map.of()))),
                    bad.getKey());
            assertTrue(
                    String.valueOf(refused.getMessage()).contains(bad.getValue()),
                    bad.getKey() + ": " + refused.getMessage());
            assertFalse(String.valueOf(refused.getMessage()).contains("\n"));
        }
    }

    @Test
    void aScriptThatTheReleaseDoesNotHoldIsFoundBeforeAnythingIsChanged() throws Exception {
        Published missing = Published.tree(
                "1", Map.of("install", "#!/bin/sh\n"), Published.section("{'install': ['instal']}", Map.of()));
        AdapterException failed =
                assertThrows(AdapterException.class, () -> placement(missing).prepare(here(missing)));
        assertTrue(
                String.valueOf(failed.getMessage()).contains("no executable file of the release"), failed.getMessage());
    }
}
