package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.core.state.Operation;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.deb.Debs;
import packhorse.peer.adapter.rpm.Rpms;
import packhorse.peer.adapter.testing.CutFileSystem;
import packhorse.peer.adapter.testing.StoppingDisk;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/**
 * Real packages below the whole engine, cut off at its changes and inside the runs of dpkg and rpm.
 *
 * <p>An operation is run once to count: the engine's changes, those into its journal among them, and the system calls of each run of
 * the program that change something. Then it is cut off before each record of the journal and at a sample of the rest, half of the
 * times with the power: each machine is a file system of its own ({@link CutFileSystem}), and what neither the engine nor dpkg or rpm
 * synced is lost. The next process has the journal alone, and has to come to the old or the new machine; the next attempt comes to
 * the new one.
 *
 * <p>{@code -Dpackhorse.packages.cuts=N} cuts at N of the engine's other changes and 2 N system calls of each run, {@code
 * -Dpackhorse.seed=} elsewhere. One, for want of time, leaves every other record of an operation to the other package system.
 */
@Timeout(3600)
final class EveryPackageTest {
    private static final int CUTS = Integer.getInteger("packhorse.packages.cuts", 1);
    private static final long SEED = Long.getLong("packhorse.seed", 11);

    private static final String JOURNAL = "/data/journal";

    @TempDir
    static Path built;

    private static Path scratch;
    private static Path[] debs;
    private static Path[] rpms;

    /** An operation and what went before it. */
    enum Way {
        INSTALL(Operation.INSTALL, 1),
        UPDATE(Operation.UPDATE, 2),
        ROLLBACK(Operation.ROLLBACK, 2),
        ROLLBACK_OF_COMMITTED(Operation.ROLLBACK, 2),
        COMMIT(Operation.COMMIT, 2),
        REMOVE(Operation.REMOVE, 1);

        private final Operation operation;
        private final int version;

        Way(Operation operation, int version) {
            this.operation = operation;
            this.version = version;
        }
    }

    @BeforeAll
    static void packages() throws Exception {
        OnlyAs.root();
        OutsideProgram.requireLoopDevices();
        Path memory = Path.of("/dev/shm");
        scratch = Files.createTempDirectory(Files.isWritable(memory) ? memory : built, "packhorse-packages");
        OutsideProgram.require("dpkg");
        Debs deb = new Debs(built);
        debs = new Path[] {
            deb.build(Debs.of("acme-app", "1.0-1")
                    .file("/opt/acme/bin/app", "one\n")
                    .mode("/opt/acme/bin/app", 04755)
                    .file("/opt/acme/only-one", "gone with two\n")
                    .file("/opt/acme/kind/file", "a directory in one\n")
                    .link("/opt/acme/current", "bin/app")
                    .configuration("/etc/acme/app.conf", "color=red\n")
                    .script("postinst", "echo one >\"$DPKG_ROOT/opt/acme/state\"")
                    .script("postrm", "rm -f \"$DPKG_ROOT/opt/acme/state\"")),
            deb.build(Debs.of("acme-app", "2.0-1")
                    .file("/opt/acme/bin/app", "two two\n")
                    .file("/opt/acme/only-two/deep/file", "new\n")
                    .link("/opt/acme/current", "only-two")
                    .configuration("/etc/acme/app.conf", "color=blue\n")
                    .script("preinst", ": >\"$DPKG_ROOT/opt/acme/state\"")
                    .script("postinst", "echo two >\"$DPKG_ROOT/opt/acme/state\"")
                    .script("postrm", "rm -f \"$DPKG_ROOT/opt/acme/state\""))
        };
        OutsideProgram.require("rpm");
        Rpms rpm = new Rpms(built);
        rpms = new Path[] {
            rpm.build(
                    "acme-app",
                    "1.0",
                    "",
                    "/opt/acme/app",
                    "one",
                    "/opt/acme/only-one/deep/file",
                    "x",
                    "/opt/acme/current",
                    "->app",
                    "/etc/acme.conf",
                    "color=red"),
            rpm.build(
                    "acme-app",
                    "2.0",
                    "",
                    "/opt/acme/app",
                    "two two",
                    "/opt/acme/only-two/deep/file",
                    "y",
                    "/opt/acme/current",
                    "->only-two",
                    "/etc/acme.conf",
                    "color=blue")
        };
    }

    @AfterAll
    static void gone() throws IOException {
        if (scratch != null) {
            InstallDisk.real().delete(scratch);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeb(Way way) throws Exception {
        new Cuts("deb", "{'also':['/opt/acme/state'],'packages':['acme-app'],'scripts':'chrootless'}", debs, way).all();
    }

    @ParameterizedTest
    @EnumSource
    void anRpm(Way way) throws Exception {
        new Cuts("rpm", "{'packages':['acme-app']}", rpms, way).all();
    }

    /** What is done to one machine, over and over. */
    private static final class Cuts {
        private final String adapter;
        private final Way way;
        private final Path place;
        private final TracedPrograms programs;
        private final Bench bench;
        private final InstallTask.Member one;
        private final InstallTask.Member two;
        private final Random random = new Random(SEED);
        private int attempt;

        Cuts(String adapter, String settings, Path[] packages, Way way) throws IOException {
            this.adapter = adapter;
            this.way = way;
            this.place = Files.createTempDirectory(scratch, adapter);
            this.programs = new TracedPrograms(new MachinePrograms(RunLimits.DEFAULT), place.resolve("calls"));
            this.bench = new Bench(programs);
            this.one = member("1", settings, packages[0]);
            this.two = member("2", settings, packages[1]);
        }

        private InstallTask.Member member(String version, String settings, Path file) throws IOException {
            return bench.release("acme/app", version)
                    .of(adapter, settings, String.valueOf(file.getFileName()), Files.readAllBytes(file))
                    .listed();
        }

        private void before(Path machine) throws IOException {
            Files.createDirectories(machine.resolve("root/etc"));
            programs.leave();
            if (way == Way.INSTALL) {
                return;
            }
            good(bench.live(machine, task("i", Operation.INSTALL, Bench.AT_ONCE, one)));
            Files.writeString(machine.resolve("root/etc/others"), "stays");
            switch (way) {
                case ROLLBACK, COMMIT -> good(bench.live(machine, task("u", Operation.UPDATE, two)));
                case ROLLBACK_OF_COMMITTED ->
                    good(bench.live(machine, task("u", Operation.UPDATE, Bench.AT_ONCE, two)));
                case INSTALL, UPDATE, REMOVE -> {}
            }
        }

        private static void good(TaskStatus status) {
            assertTrue(status.ended() && status.codeClass().isEmpty(), status.toString());
        }

        private void operate(Path machine, InstallDisk disk) throws IOException {
            attempt++;
            InstallTask task = task("attempt-" + attempt, way.operation, way.version == 1 ? one : two);
            assertTrue(bench.live(machine, disk, task).ended());
        }

        /** What became of it. */
        private List<TaskStatus> recover(Path machine) throws IOException {
            return bench.live(
                            machine,
                            InstallDisk.real(),
                            List.of(),
                            report -> report.tasks().stream().allMatch(TaskStatus::ended))
                    .tasks();
        }

        /** What has to be old or new; what a package system remembers of its own runs aside. */
        private TreePicture looks(Path machine) throws Exception {
            Path root = machine.resolve("root");
            if (way == Way.COMMIT) {
                return TreePicture.of(machine.resolve("data/work"));
            }
            if (adapter.equals("deb")) {
                return TreePicture.of(root).without("var/lib/dpkg/status-old");
            }
            SortedMap<String, String> entries =
                    new TreeMap<>(TreePicture.of(root).without("var/lib/rpm").entries());
            if (Files.exists(root.resolve("var/lib/rpm/rpmdb.sqlite"))) {
                entries.put(
                        "rpm -qa",
                        OutsideProgram.said(
                                "rpm",
                                "--root",
                                root.toString(),
                                "--dbpath",
                                "/var/lib/rpm",
                                "-qa",
                                "--qf",
                                "%{NAME} %{VERSION} %{FILESTATES}\n"));
            }
            return new TreePicture(entries);
        }

        /** Where it is cut off. */
        private sealed interface Cut {
            /** Before a change of the engine's. */
            record Change(long before) implements Cut {}

            /** Before a system call of a run that changes something. */
            record Call(int run, long before) implements Cut {}
        }

        void all() throws Exception {
            Path first = Files.createDirectory(place.resolve("template"));
            try (CutFileSystem template = CutFileSystem.fresh(first)) {
                before(template.place());
                TreePicture before = looks(template.place());
                TreePicture after;
                List<Cut> cuts = new ArrayList<>();
                try (CutFileSystem whole = template.copy(Files.createDirectory(place.resolve("whole")))) {
                    StoppingDisk counting = new StoppingDisk(InstallDisk.real(), Long.MAX_VALUE);
                    programs.count();
                    operate(whole.place(), counting);
                    after = looks(whole.place());
                    assertTrue(!after.equals(before), "the operation changes nothing");
                    cuts.addAll(records(counting.asked()));
                    cuts.addAll(sampled(others(counting.asked()), CUTS));
                    for (int run = 0; run < programs.counts().size(); run++) {
                        List<Cut> calls = new ArrayList<>();
                        for (long call = 1; call <= programs.counts().get(run); call++) {
                            calls.add(new Cut.Call(run, call));
                        }
                        assertTrue(calls.size() > 20, "too few calls are seen: " + calls.size());
                        cuts.addAll(sampled(calls, 2 * CUTS));
                    }
                }
                int number = 0;
                for (Cut cut : cuts) {
                    number++;
                    one(template, number, cut, before, after);
                }
                System.out.println(adapter + " " + way + ": cut off at " + cuts.size() + " places (seed " + SEED + ")");
            }
        }

        /** Before each record of the journal: every step is begun and not known to be done, or done and not known to be. */
        private List<Cut> records(List<String> changes) {
            List<Cut> cuts = new ArrayList<>();
            for (int i = 0; i < changes.size(); i++) {
                if (changes.get(i).startsWith("write into ") && changes.get(i).endsWith(JOURNAL)) {
                    cuts.add(new Cut.Change(i));
                }
            }
            assertTrue(cuts.size() > 3, "too few records are seen: " + cuts.size());
            List<Cut> all = List.copyOf(cuts);
            // Where time is short, dpkg has every other one and rpm the rest.
            cuts.removeIf(cut -> CUTS == 1 && all.indexOf(cut) % 2 == (adapter.equals("deb") ? 0 : 1));
            return cuts;
        }

        private static List<Cut> others(List<String> changes) {
            List<Cut> cuts = new ArrayList<>();
            for (int i = 0; i < changes.size(); i++) {
                if (!(changes.get(i).startsWith("write into ") && changes.get(i).endsWith(JOURNAL))) {
                    cuts.add(new Cut.Change(i));
                }
            }
            return cuts;
        }

        private List<Cut> sampled(List<Cut> cuts, int most) {
            List<Cut> some = new ArrayList<>(cuts);
            Collections.shuffle(some, random);
            return some.subList(0, Math.min(some.size(), most));
        }

        private void one(CutFileSystem template, int number, Cut cut, TreePicture before, TreePicture after)
                throws Exception {
            boolean power = random.nextBoolean();
            Path own = Files.createDirectory(place.resolve("cut-" + number));
            try (CutFileSystem machine = template.copy(own)) {
                String what;
                try {
                    switch (cut) {
                        case Cut.Change change -> {
                            programs.leave();
                            operate(machine.place(), new StoppingDisk(InstallDisk.real(), change.before()));
                        }
                        case Cut.Call call -> {
                            programs.kill(call.run(), call.before());
                            operate(machine.place(), InstallDisk.real());
                        }
                    }
                    what = "not cut off at " + cut + ", it took another course";
                } catch (StoppingDisk.Stopped | TracedPrograms.Killed stopped) {
                    what = String.valueOf(stopped.getMessage());
                }
                what += (power ? ", and the power with it" : "") + " (seed " + SEED + ")";
                programs.leave();
                if (power) {
                    machine.cut();
                }
                settle(machine.place(), what, before, after);
            }
        }

        private void settle(Path machine, String what, TreePicture before, TreePicture after) throws Exception {
            try {
                what += "; then " + recover(machine);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(what + ": the next process cannot recover: " + e, e);
            }
            TreePicture found = looks(machine);
            if (!found.equals(before) && !found.equals(after)) {
                fail(what + ": neither old nor new\n  against the old: "
                        + String.join("\n    ", found.differences(before)) + "\n  against the new: "
                        + String.join("\n    ", found.differences(after)));
            }
            try {
                operate(machine, InstallDisk.real());
            } catch (Exception | AssertionError e) {
                throw new AssertionError(what + ": the next attempt fails: " + e, e);
            }
            assertEquals(List.of(), looks(machine).differences(after), what + ": the next attempt ends elsewhere");
        }
    }
}
