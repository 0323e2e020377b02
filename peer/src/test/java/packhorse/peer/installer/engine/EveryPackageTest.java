package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.CutFileSystem;
import packhorse.peer.adapter.testing.StoppingDisk;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.installer.engine.PackageLife.Way;

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

    private static PackageGround ground;

    @BeforeAll
    static void packages() throws Exception {
        ground = PackageGround.in(built);
    }

    @AfterAll
    static void gone() throws IOException {
        if (ground != null) {
            ground.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeb(Way way) throws Exception {
        new Cuts(ground.debs(), way).all();
    }

    @ParameterizedTest
    @EnumSource
    void anRpm(Way way) throws Exception {
        new Cuts(ground.rpms(), way).all();
    }

    /** What is done to one machine, over and over. */
    private static final class Cuts {
        private final String adapter;
        private final Way way;
        private final Path place;
        private final PackageLife life;
        private final TracedPrograms programs;
        private final Random random = new Random(SEED);

        Cuts(AcmePackages packages, Way way) throws IOException {
            this.adapter = packages.adapter();
            this.way = way;
            this.place = Files.createTempDirectory(ground.scratch(), adapter);
            this.life = new PackageLife(place, packages, way);
            this.programs = life.programs();
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
                life.before(template.place());
                TreePicture before = life.looks(template.place());
                TreePicture after;
                List<Cut> cuts = new ArrayList<>();
                try (CutFileSystem whole = template.copy(Files.createDirectory(place.resolve("whole")))) {
                    StoppingDisk counting = new StoppingDisk(InstallDisk.real(), Long.MAX_VALUE);
                    programs.count();
                    life.operate(whole.place(), counting);
                    after = life.looks(whole.place());
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
                            life.operate(machine.place(), new StoppingDisk(InstallDisk.real(), change.before()));
                        }
                        case Cut.Call call -> {
                            programs.kill(call.run(), call.before());
                            life.operate(machine.place(), InstallDisk.real());
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
                what += "; then " + life.recover(machine);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(what + ": the next process cannot recover: " + e, e);
            }
            TreePicture found = life.looks(machine);
            if (!found.equals(before) && !found.equals(after)) {
                fail(what + ": neither old nor new\n  against the old: "
                        + String.join("\n    ", found.differences(before)) + "\n  against the new: "
                        + String.join("\n    ", found.differences(after)));
            }
            try {
                life.operate(machine, InstallDisk.real());
            } catch (Exception | AssertionError e) {
                throw new AssertionError(what + ": the next attempt fails: " + e, e);
            }
            assertEquals(List.of(), life.looks(machine).differences(after), what + ": the next attempt ends elsewhere");
        }
    }
}
