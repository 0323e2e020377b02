package packhorse.peer.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.state.Operation;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.ReleaseProgram;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.exec.ExecAdapter;
import packhorse.peer.adapter.exec.Published;
import packhorse.peer.adapter.testing.CutFileSystem;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.TreePicture;

/** Hooks of a release, from its tree to their ends. */
final class HookRunnerTest {
    private static final MachinePrograms PROGRAMS = new MachinePrograms(RunLimits.DEFAULT);
    private static final HookRunner RUNNER = new HookRunner();

    private static final Map<String, String> TREE = Map.of(
            "install", "#!/bin/sh\n",
            "app/big", "not kept",
            "hooks/pre", """
            #!/bin/sh
            . hooks/words
            echo "$WORD $1" >"$PACKHORSE_HOME/said"
            env | grep ^PACKHORSE >"$PACKHORSE_HOME/env"
            grep CapEff /proc/self/status >"$PACKHORSE_HOME/cap"
            """,
            "hooks/words", "WORD=hello\n",
            "hooks/undo", "#!/bin/sh\nmv \"$PACKHORSE_HOME/said\" \"$PACKHORSE_HOME/unsaid\"\n",
            "hooks/fail", "#!/bin/sh\necho this is why\nexit $1\n",
            "hooks/hang", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1000; done\n");

    @TempDir
    Path dir;

    @BeforeEach
    void sandbox() {
        OutsideProgram.require("bwrap");
    }

    private static Hook hook(boolean privileged, List<String> run, String... undo) {
        return new Hook(
                run,
                undo.length == 0 ? Optional.empty() : Optional.of(List.of(undo)),
                true,
                Duration.ofSeconds(30),
                new TreeMap<>(Map.of("MORE", "more")),
                privileged);
    }

    private static Published release(Map<HookMoment, Hook> hooks) {
        return Published.tree("2", TREE, Published.section("{'install': ['install']}", hooks));
    }

    private static Placement placement(Published release) {
        return new ExecAdapter().read(release.manifest(), section(release));
    }

    private static InstallSection section(Published release) {
        return release.manifest().install().orElseThrow();
    }

    private static HookCall call(HookMoment moment, boolean back, boolean sandbox) {
        return new HookCall(moment, back, Operation.UPDATE, "action-7", sandbox);
    }

    private Workplace prepared(Published release, Programs programs) throws IOException {
        Workplace here = release.at(dir.resolve("place"), InstallDisk.real(), programs);
        placement(release).prepare(here);
        RUNNER.keep(here, placement(release));
        return here;
    }

    /** Whoever listens on a socket there could be asked to do what the sandbox does not let it. */
    @Test
    void whatASectionRequiresShowsItNeitherProcessesNorSockets() throws Exception {
        Path way = Files.createSymbolicLink(dir.resolve("way"), Path.of("/proc"));
        Published release = release(Map.of());
        InstallSection plain = section(release);
        InstallSection greedy = new InstallSection(
                plain.adapter(),
                plain.settings(),
                plain.hooks(),
                plain.returnCodes(),
                plain.timeouts(),
                plain.conflicts(),
                plain.diskBytes(),
                plain.activation(),
                plain.drift(),
                List.of("/proc/1", "/run/lock", "/dev/shm", "/sys/kernel", way + "/1", "/usr/bin"));
        Workplace here = release.at(dir.resolve("place"), InstallDisk.real(), PROGRAMS);
        Workplace asked = new Workplace(
                here.manifest(),
                greedy,
                here.content(),
                here.fileList(),
                here.staging(),
                here.undo(),
                here.home(),
                here.previous(),
                Path.of("/"),
                here.disk(),
                here.programs(),
                here.variables(),
                here.progress());
        assertEquals(List.of(Path.of("/usr/bin")), ReleaseProgram.readable(asked, placement(release)));
    }

    @Test
    void aHookRunsConfinedAndItsUndoFindsWhatItLeftWhenTheReleaseIsGone() throws Exception {
        Published release = release(Map.of(HookMoment.PRE, hook(false, List.of("hooks/pre", "$(id)"), "hooks/undo")));
        Workplace here = prepared(release, PROGRAMS);
        assertEquals(List.of(), RUNNER.precheck(here, placement(release), true));
        assertEquals(Outcome.DONE, RUNNER.run(call(HookMoment.PRE, false, true), here, placement(release)));
        Path own = here.home().resolve(".hooks/own");
        assertEquals("hello $(id)\n", Files.readString(own.resolve("said")));
        assertEquals("CapEff:\t0000000000000000\n", Files.readString(own.resolve("cap")));
        String environment = Files.readString(own.resolve("env"));
        for (String variable : List.of(
                "PACKHORSE_RELEASE=acme/own",
                "PACKHORSE_VERSION=2",
                "PACKHORSE_PREVIOUS_VERSION=",
                "PACKHORSE_OPERATION=update",
                "PACKHORSE_ACTION=action-7",
                "PACKHORSE_HOOK=pre",
                "PACKHORSE_ROOT=" + here.root(),
                "PACKHORSE_HOME=" + own)) {
            assertTrue(environment.contains(variable + "\n"), environment);
        }
        assertFalse(environment.contains("PACKHORSE_RUN"), environment);

        here.disk().delete(here.staging());
        RUNNER.run(call(HookMoment.PRE, true, true), here, placement(release));
        assertEquals("hello $(id)\n", Files.readString(own.resolve("unsaid")));
    }

    @Test
    void onlyWhatHooksNameIsKept() throws Exception {
        Published release =
                release(Map.of(HookMoment.POST, hook(true, List.of("/bin/sh", "hooks/pre", "app", "/app/big", "-x"))));
        Workplace here = prepared(release, PROGRAMS);
        TreePicture kept = TreePicture.of(here.home().resolve(".hooks/files"));
        assertTrue(kept.entries().containsKey("hooks/words"), kept.toString());
        assertFalse(kept.entries().containsKey("app"), kept.toString());
        RUNNER.run(call(HookMoment.POST, false, false), here, placement(release));
        assertEquals("hello app\n", Files.readString(here.home().resolve(".hooks/own/said")));
    }

    @Test
    void momentsWithoutAHookAreDoneAtOnce() throws Exception {
        Published release = release(Map.of(HookMoment.PRE, hook(false, List.of("hooks/pre"))));
        Workplace here = prepared(release, PROGRAMS);
        assertEquals(Outcome.DONE, RUNNER.run(call(HookMoment.POST, false, true), here, placement(release)));
        assertEquals(Outcome.DONE, RUNNER.run(call(HookMoment.PRE, true, true), here, placement(release)));
        assertFalse(Files.exists(here.home().resolve(".hooks/own/said")));
    }

    @Test
    void aPolicyThatAsksForASandboxRefusesPrivilege() throws Exception {
        Published release = release(Map.of(HookMoment.PRE, hook(true, List.of("hooks/pre"))));
        Workplace here = prepared(release, PROGRAMS);
        assertTrue(RUNNER.precheck(here, placement(release), true).getFirst().contains("lets nothing run outside"));
        assertEquals(List.of(), RUNNER.precheck(here, placement(release), false));
        AdapterException refused = assertThrows(
                AdapterException.class, () -> RUNNER.run(call(HookMoment.PRE, false, true), here, placement(release)));
        assertEquals(CodeClass.ENVIRONMENT, refused.codeClass());
        assertFalse(Files.exists(here.home().resolve(".hooks/own/said")));
    }

    @Test
    void aMachineThatCannotConfineRefusesWhereAskedAndRunsElse() throws Exception {
        List<Boolean> confined = new ArrayList<>();
        Programs bare = new Programs() {
            @Override
            public Ended run(List<String> command, Frame frame) {
                confined.add(frame.confined());
                return new Ended(0, Optional.empty(), "");
            }

            @Override
            public Optional<String> whyNotConfined() {
                return Optional.of("programs cannot be confined here: bwrap is not installed; install bubblewrap");
            }

            @Override
            public Optional<Path> find(String name) {
                return Optional.of(Path.of("/bin", name));
            }
        };
        Published release = release(Map.of(HookMoment.PRE, hook(false, List.of("hooks/pre"))));
        Workplace here = prepared(release, bare);
        assertTrue(RUNNER.precheck(here, placement(release), true).getFirst().contains("install bubblewrap"));
        assertThrows(
                AdapterException.class, () -> RUNNER.run(call(HookMoment.PRE, false, true), here, placement(release)));
        assertEquals(List.of(), confined);
        RUNNER.run(call(HookMoment.PRE, false, false), here, placement(release));
        assertEquals(List.of(false, false), confined, "it, and the flush of all it may have written");
    }

    @Test
    void itsEndIsToldByTheReleasesTableAndTheTrades() throws Exception {
        for (Map.Entry<String, CodeClass> code : Map.of(
                        "1", CodeClass.PERMANENT, "75", CodeClass.TRANSIENT, "78", CodeClass.ENVIRONMENT)
                .entrySet()) {
            Published release = release(Map.of(HookMoment.HEALTH, hook(false, List.of("hooks/fail", code.getKey()))));
            Workplace here = prepared(release, PROGRAMS);
            AdapterException failed = assertThrows(
                    AdapterException.class,
                    () -> RUNNER.run(call(HookMoment.HEALTH, false, true), here, placement(release)));
            assertEquals(code.getValue(), failed.codeClass());
            assertEquals(Integer.parseInt(code.getKey()), failed.code());
            assertTrue(
                    String.valueOf(failed.getMessage()).contains("the hook health of acme/own")
                            && String.valueOf(failed.getMessage()).contains("this is why"),
                    failed.getMessage());
        }
        Published reboot = release(Map.of(HookMoment.POST, hook(false, List.of("hooks/fail", "194"))));
        InstallSection said = section(reboot);
        InstallSection tabled = new InstallSection(
                said.adapter(),
                said.settings(),
                said.hooks(),
                new TreeMap<>(Map.of(194, CodeClass.SUCCESS_REBOOT)),
                said.timeouts(),
                said.conflicts(),
                said.diskBytes(),
                said.activation(),
                said.drift(),
                said.requires());
        Published release = Published.tree("2", TREE, tabled);
        Workplace here = prepared(release, PROGRAMS);
        assertEquals(
                new Outcome(CodeClass.SUCCESS_REBOOT, 194),
                RUNNER.run(call(HookMoment.POST, false, true), here, placement(release)));
    }

    @Test
    void aHookThatNeverEndsIsEndedAndMayBeTriedAgain() throws Exception {
        Hook hanging =
                new Hook(List.of("hooks/hang"), Optional.empty(), true, Duration.ofSeconds(1), new TreeMap<>(), false);
        Published release = release(Map.of(HookMoment.PRE, hanging));
        Workplace here = prepared(release, PROGRAMS);
        AdapterException ended = assertThrows(
                AdapterException.class, () -> RUNNER.run(call(HookMoment.PRE, false, true), here, placement(release)));
        assertEquals(CodeClass.TRANSIENT, ended.codeClass());
        assertTrue(
                String.valueOf(ended.getMessage()).contains("did not end within 1 s and was ended"),
                ended.getMessage());
    }

    @Test
    void aHookThatTheReleaseDoesNotHoldIsFoundWhenItIsPrepared() {
        Published release = release(Map.of(HookMoment.PRE, hook(false, List.of("hooks/wrong"))));
        AdapterException refused = assertThrows(AdapterException.class, () -> prepared(release, PROGRAMS));
        assertEquals(CodeClass.PERMANENT, refused.codeClass());
        assertTrue(String.valueOf(refused.getMessage()).contains("hooks/wrong"), refused.getMessage());
    }

    @Test
    void aProgramThatTheMachineDoesNotHaveIsFoundBefore() throws Exception {
        Published release = release(Map.of(HookMoment.PRE, hook(true, List.of("/usr/bin/no-such"))));
        Workplace here = release.at(dir.resolve("place"), InstallDisk.real(), PROGRAMS);
        assertTrue(RUNNER.precheck(here, placement(release), false)
                .getFirst()
                .contains("/usr/bin/no-such, which is no program of this machine"));
    }

    @Test
    void hooksThatCannotWorkAreRefusedAtPublishing() {
        for (Hook bad : List.of(
                hook(false, List.of("../hooks/pre")),
                hook(false, List.of("hooks//pre")),
                hook(false, List.of("hooks/A=b")),
                hook(false, List.of("hooks/pre"), "/usr/bin/x", "zero\0byte"),
                new Hook(
                        List.of("hooks/pre"),
                        Optional.empty(),
                        true,
                        Duration.ofSeconds(1),
                        new TreeMap<>(Map.of("PACKHORSE_ROOT", "/")),
                        false))) {
            Published release = release(Map.of(HookMoment.PRE, bad));
            String message = String.valueOf(assertThrows(
                            IllegalArgumentException.class,
                            () -> HookRunner.check(section(release), placement(release)))
                    .getMessage());
            assertTrue(message.startsWith("the hook pre ") && !message.contains("\n"), message);
        }
        Published good = release(Map.of(HookMoment.PRE, hook(false, List.of("hooks/pre"))));
        HookRunner.check(section(good), placement(good));
    }

    /** By a process that is ended right after, and the power with it. */
    @Test
    void whatAHookChangedIsOnTheDiskWhenItIsDone() throws Exception {
        OutsideProgram.requireLoopDevices();
        try (CutFileSystem machine = CutFileSystem.fresh(Files.createDirectory(dir.resolve("machine")))) {
            String elsewhere = machine.place().resolve("elsewhere").toString();
            Published release = release(Map.of(
                    HookMoment.PRE, hook(false, List.of("hooks/pre", "word"), "hooks/undo"),
                    HookMoment.POST, hook(true, List.of("/bin/sh", "-c", "echo word >" + elsewhere))));
            Workplace here = release.at(machine.place().resolve("place"), InstallDisk.real(), PROGRAMS);
            placement(release).prepare(here);
            RUNNER.keep(here, placement(release));
            RUNNER.run(call(HookMoment.PRE, false, false), here, placement(release));
            RUNNER.run(call(HookMoment.PRE, true, false), here, placement(release));
            try (CutFileSystem left = machine.left(Files.createDirectory(dir.resolve("confined")))) {
                Path own = left.place().resolve("place/home/.hooks/own");
                assertEquals("hello word\n", Files.readString(own.resolve("unsaid")));
            }
            RUNNER.run(call(HookMoment.POST, false, false), here, placement(release));
            try (CutFileSystem left = machine.left(Files.createDirectory(dir.resolve("privileged")))) {
                assertEquals("word\n", Files.readString(left.place().resolve("elsewhere")));
            }
        }
    }

    @Test
    void keepingIsWholeOrNothingWhereverThePowerIsCut() throws Exception {
        Published release = release(Map.of(HookMoment.PRE, hook(false, List.of("hooks/pre"), "hooks/undo")));
        EveryStep.in(dir)
                .world(place -> release.at(place, InstallDisk.real(), PROGRAMS))
                .life((place, disk) -> {
                    Workplace here = release.at(place, disk, PROGRAMS);
                    placement(release).prepare(here);
                    RUNNER.keep(here, placement(release));
                })
                .looksAt(place -> TreePicture.of(place.resolve("home")).without(".hooks.making"))
                .powerCut()
                .check();
    }
}
