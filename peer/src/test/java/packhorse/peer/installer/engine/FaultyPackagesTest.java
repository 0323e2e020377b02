package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import packhorse.core.OperationException;
import packhorse.core.state.ActionState;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.CutFileSystem;
import packhorse.peer.adapter.testing.MomentDisk;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.engine.PackageLife.Way;
import packhorse.peer.installer.engine.TracedPrograms.Fault;

/**
 * Real packages below the whole engine on disks that fill up, cannot flush, and refuse a write, while dpkg or rpm write to them and
 * while we do: the machine is the old or the new one, and once the disk is well the next attempt succeeds.
 *
 * <p>A full disk is one: a file system of its own ({@link CutFileSystem}) with so much room left and no more, from a moment on. Flushes
 * and writes fail by strace, the nth of a run alone or all from it on, in dpkg or rpm and all that they start.
 *
 * <p>{@code -Dpackhorse.packages.faults=N} tries N places of each kind (a large number: all of them), {@code -Dpackhorse.seed=} others.
 */
@Timeout(7200)
final class FaultyPackagesTest {
    private static final int FAULTS = Integer.getInteger("packhorse.packages.faults", 1);
    private static final long SEED = Long.getLong("packhorse.seed", 12);

    private static final String WRITES = "write,pwrite64,writev,pwritev,ftruncate,fallocate";
    private static final int BLOCK = 4096;
    /** More than any of these operations needs. */
    private static final int ROOM = 160 * BLOCK;

    /**
     * What the disk does to the program.
     *
     * @param mayLast whether it may do so to all calls from one on; a program that goes on where it stood would never end else
     */
    private record Kind(String name, Fault fault, boolean mayLast) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("no flush", new Fault("fsync,fdatasync,sync_file_range,syncfs", "error=EIO"), true),
            new Kind("no write", new Fault(WRITES, "error=EIO"), true),
            new Kind("no room", new Fault(WRITES, "error=ENOSPC"), true),
            new Kind("nothing written", new Fault("write,pwrite64", "retval=0"), false));

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
    @EnumSource(names = {"INSTALL", "UPDATE", "ROLLBACK", "REMOVE"})
    void aDeb(Way way) throws Exception {
        new Faults(ground.debs(), way).all();
    }

    @ParameterizedTest
    @EnumSource(names = {"INSTALL", "UPDATE", "ROLLBACK", "REMOVE"})
    void anRpm(Way way) throws Exception {
        new Faults(ground.rpms(), way).all();
    }

    /** One operation, and all that its disk does to it. */
    private static final class Faults {
        private final String name;
        private final Path place;
        private final PackageLife life;
        private final TracedPrograms programs;
        private final Random random = new Random(SEED);
        private final int turn;
        private int tried;
        private int failed;

        Faults(AcmePackages packages, Way way) throws IOException {
            this.name = packages.adapter() + " " + way;
            boolean even = way == Way.INSTALL || way == Way.ROLLBACK;
            this.turn = even == packages.adapter().equals("deb") ? 0 : 1;
            this.place = Files.createTempDirectory(ground.scratch(), packages.adapter());
            this.life = new PackageLife(place, packages, way);
            this.programs = life.programs();
        }

        /** A disk that is about to fail. */
        private sealed interface Trouble {
            record InProgram(int run, Kind kind, long call, boolean forGood) implements Trouble {}

            /** So much room is left when a run begins. */
            record FullBeforeRun(int run, long room) implements Trouble {}

            /** So much room is left when the engine is about to write something. */
            record FullBeforeChange(long change, long room) implements Trouble {}
        }

        void all() throws Exception {
            try (CutFileSystem template = CutFileSystem.fresh(Files.createDirectory(place.resolve("template")))) {
                life.before(template.place());
                TreePicture before = life.looks(template.place());
                List<Trouble> troubles = new ArrayList<>();
                TreePicture after;
                try (CutFileSystem whole = template.copy(Files.createDirectory(place.resolve("whole")))) {
                    MomentDisk counting = new MomentDisk(InstallDisk.real(), Long.MAX_VALUE, () -> {});
                    programs.watch(KINDS.stream().map(Kind::fault).toList());
                    life.operate(whole.place(), counting);
                    after = life.looks(whole.place());
                    for (Kind kind : KINDS) {
                        troubles.addAll(inPrograms(kind));
                    }
                    troubles.addAll(fullDisks(counting.count()));
                }
                if (FAULTS == 1) {
                    // Where time is short, the other package system and the next operation have the rest.
                    List<Trouble> all = List.copyOf(troubles);
                    troubles.removeIf(trouble -> all.indexOf(trouble) % 2 != turn);
                }
                assertFalse(after.equals(before), "the operation changes nothing");
                for (Trouble trouble : troubles) {
                    tried++;
                    one(template, trouble, before, after);
                }
                System.out.println(name + ": " + tried + " faults of the disk, of which " + failed
                        + " kept it from its end (seed " + SEED + ")");
            }
        }

        private List<Trouble> inPrograms(Kind kind) {
            List<Trouble> all = new ArrayList<>();
            List<Long> counts = programs.watched(kind.fault());
            for (int run = 0; run < counts.size(); run++) {
                assertTrue(counts.get(run) > 2, "too few calls are seen in run " + run + ": " + counts);
                for (long call = 1; call <= counts.get(run); call++) {
                    all.add(new Trouble.InProgram(run, kind, call, false));
                    if (kind.mayLast()) {
                        all.add(new Trouble.InProgram(run, kind, call, true));
                    }
                }
            }
            return sampled(all);
        }

        private List<Trouble> fullDisks(long changes) {
            List<Trouble> inPrograms = new ArrayList<>();
            for (int run = 0; run < programs.watched(KINDS.getFirst().fault()).size(); run++) {
                for (long room = 0; room < ROOM; room += BLOCK) {
                    inPrograms.add(new Trouble.FullBeforeRun(run, room));
                }
            }
            List<Trouble> inEngine = new ArrayList<>();
            for (long change = 0; change < changes; change++) {
                inEngine.add(new Trouble.FullBeforeChange(change, random.nextInt(8) * (long) BLOCK));
            }
            List<Trouble> some = new ArrayList<>(sampled(inPrograms));
            some.addAll(sampled(inEngine));
            return some;
        }

        private List<Trouble> sampled(List<Trouble> all) {
            List<Trouble> some = new ArrayList<>(all);
            Collections.shuffle(some, random);
            return some.subList(0, Math.min(some.size(), FAULTS));
        }

        private void one(CutFileSystem template, Trouble trouble, TreePicture before, TreePicture after)
                throws Exception {
            Path own = Files.createDirectory(place.resolve("fault-" + tried));
            try (CutFileSystem machine = template.copy(own)) {
                Path at = machine.place();
                Path filler = at.resolve("filler");
                InstallDisk disk = InstallDisk.real();
                switch (trouble) {
                    case Trouble.InProgram in ->
                        programs.fail(in.run(), in.kind().fault(), in.call(), in.forGood());
                    case Trouble.FullBeforeRun full ->
                        programs.before(full.run(), () -> machine.fill(filler, full.room()));
                    case Trouble.FullBeforeChange full -> {
                        programs.leave();
                        disk = new MomentDisk(disk, full.change(), () -> machine.fill(filler, full.room()));
                    }
                }
                String what = trouble + " (seed " + SEED + ")";
                boolean done = false;
                try {
                    TaskStatus status = life.operate(at, disk);
                    what += ": " + status;
                    done = status.codeClass().isEmpty();
                    assertTrue(done || !status.detail().isEmpty(), what);
                    well(filler);
                    if (status.state() == ActionState.UNDO_FAILED) {
                        what += "; then " + life.back(at);
                    }
                } catch (OperationException ended) {
                    assertFalse(String.valueOf(ended.getMessage()).contains("\n"), String.valueOf(ended.getMessage()));
                    well(filler);
                    what += ": " + ended.getMessage() + "; then " + life.recover(at);
                }
                failed += done ? 0 : 1;
                settled(at, what, done, before, after);
            }
        }

        private void well(Path filler) throws IOException {
            programs.leave();
            Files.deleteIfExists(filler);
        }

        private void settled(Path machine, String what, boolean done, TreePicture before, TreePicture after)
                throws Exception {
            TreePicture found = life.looks(machine);
            if (!found.equals(after) && (done || !found.equals(before))) {
                fail(what + ": neither old nor new\n  against the old: "
                        + String.join("\n    ", found.differences(before)) + "\n  against the new: "
                        + String.join("\n    ", found.differences(after)));
            }
            try {
                TaskStatus next = life.operate(machine, InstallDisk.real());
                what += "; the next attempt: " + next;
            } catch (Exception | AssertionError e) {
                throw new AssertionError(what + ": the next attempt fails: " + e, e);
            }
            assertEquals(List.of(), life.looks(machine).differences(after), what + ": the next attempt ends elsewhere");
        }
    }
}
