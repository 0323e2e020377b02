package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.state.ActionState;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.install.Entry;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/**
 * The whole engine, journal and all, cut off before every change of every operation, with an adapter that has states between of its
 * own. What the next process leaves is the old machine or the new one.
 */
@Timeout(300)
final class EveryStepTest {
    /** Pairs of cuts tried for each operation. */
    private static final int TWICE = 60;

    @TempDir(factory = InMemory.class)
    Path dir;

    private final Bench bench = new Bench();
    private Path template;
    private Path scratch;

    @BeforeEach
    void places() throws IOException {
        template = dir.resolve("template");
        Files.createDirectories(template.resolve("root/opt"));
        scratch = Files.createDirectories(dir.resolve("runs"));
    }

    /** A life in which one order is given; each attempt is another. */
    private final class Order implements EveryStep.Life {
        private final Function<String, InstallTask> order;
        private int attempt;

        Order(Function<String, InstallTask> order) {
            this.order = order;
        }

        @Override
        public void operate(Path place, InstallDisk disk) throws Exception {
            attempt++;
            bench.live(place, disk, order.apply("attempt-" + attempt));
        }

        /** Nobody gives the order again: what was begun is finished, or taken back, from the journal alone. */
        @Override
        public void recover(Path place, InstallDisk disk) throws Exception {
            bench.live(place, disk, List.of(), report -> report.tasks().stream().allMatch(TaskStatus::ended));
        }
    }

    private EveryStep steps(Function<String, InstallTask> order) throws IOException {
        return EveryStep.in(Files.createTempDirectory(scratch, "run"))
                .world(place -> Trees.copy(template, place))
                .life(new Order(order))
                .looksAt(place -> TreePicture.of(place.resolve("root")));
    }

    private void everywhere(Function<String, InstallTask> order) throws Exception {
        long cuts = steps(order).check();
        assertTrue(cuts > 40, cuts + " cuts are too few to be all");
        steps(order).powerCut().check();
        steps(order).powerCut(cuts).check();
        assertTrue(steps(order).twice(cuts, TWICE) > TWICE / 4);
    }

    private InstallTask.Member hooked(String name, String version) {
        return bench.release(name, version)
                .hook(HookMoment.PRE, true)
                .hook(HookMoment.HEALTH, false)
                .hook(HookMoment.POST, true)
                .hook(HookMoment.PRE_REMOVE, true)
                .listed();
    }

    @Test
    void aFirstInstallation() throws Exception {
        InstallTask.Member app = hooked("acme/app", "1");
        everywhere(action -> Bench.task(action, Operation.INSTALL, app));
    }

    @Test
    void anUpdateThatIsCommittedAtOnce() throws Exception {
        InstallTask.Member two = hooked("acme/app", "2");
        bench.carryOut(template, Bench.task("i", Operation.INSTALL, Bench.AT_ONCE, hooked("acme/app", "1")));
        everywhere(action -> Bench.task(action, Operation.UPDATE, Bench.AT_ONCE, two));
    }

    @Test
    void anUpdateWhoseStepMayNotBeBegunTwice() throws Exception {
        InstallTask.Member two =
                bench.release("acme/app", "2").set("once", "yes").listed();
        bench.carryOut(template, Bench.task("i", Operation.INSTALL, Bench.AT_ONCE, hooked("acme/app", "1")));
        everywhere(action -> Bench.task(action, Operation.UPDATE, two));
    }

    @Test
    void aRollbackOfWhatIsNotCommitted() throws Exception {
        InstallTask.Member two = hooked("acme/app", "2");
        bench.carryOut(
                template,
                Bench.task("i", Operation.INSTALL, Bench.AT_ONCE, hooked("acme/app", "1")),
                Bench.task("u", Operation.UPDATE, two));
        everywhere(action -> Bench.task(action, Operation.ROLLBACK, two));
    }

    @Test
    void aRollbackOfWhatIsCommitted() throws Exception {
        InstallTask.Member two = hooked("acme/app", "2");
        bench.carryOut(
                template,
                Bench.task("i", Operation.INSTALL, Bench.AT_ONCE, hooked("acme/app", "1")),
                Bench.task("u", Operation.UPDATE, Bench.AT_ONCE, two));
        everywhere(action -> Bench.task(action, Operation.ROLLBACK, two));
    }

    @Test
    void whatComesIntoUseByOrder() throws Exception {
        InstallTask.Member app = bench.release("acme/app", "1")
                .byOrder()
                .hook(HookMoment.HEALTH, false)
                .listed();
        bench.carryOut(template, Bench.task("i", Operation.INSTALL, app));
        Function<String, InstallTask> order = action -> Bench.task(action, Operation.ACTIVATE, app);
        assertTrue(steps(order).check() > 10);
        steps(order).powerCut().check();
    }

    /** On the machine nothing changes; what the way back needed is there whole, or gone and never asked for again. */
    @Test
    void aCommitment() throws Exception {
        InstallTask.Member two = hooked("acme/app", "2");
        bench.carryOut(
                template,
                Bench.task("i", Operation.INSTALL, Bench.AT_ONCE, hooked("acme/app", "1")),
                Bench.task("u", Operation.UPDATE, two));
        Function<String, InstallTask> order = action -> Bench.task(action, Operation.COMMIT, two);
        assertTrue(steps(order)
                        .looksAt(place -> TreePicture.of(place.resolve("data/work")))
                        .check()
                > 5);
        steps(order)
                .powerCut()
                .looksAt(place -> TreePicture.of(place.resolve("data/work")))
                .check();
    }

    @Test
    void aRemoval() throws Exception {
        InstallTask.Member app = hooked("acme/app", "1");
        bench.carryOut(template, Bench.task("i", Operation.INSTALL, Bench.AT_ONCE, app));
        everywhere(action -> Bench.task(action, Operation.REMOVE, app));
    }

    @Test
    void aBundleAsOne() throws Exception {
        InstallTask.Member lib = bench.release("acme/lib", "2").listed();
        InstallTask.Member app =
                bench.release("acme/app", "2").needs("acme/lib").listed();
        bench.carryOut(
                template,
                Bench.task(
                        "i",
                        Operation.INSTALL,
                        Bench.AT_ONCE,
                        bench.release("acme/lib", "1").listed()));
        everywhere(action -> Bench.task(action, Operation.INSTALL, lib, app));
    }

    @Test
    void anUpdateAfterWhichTheJournalIsWrittenAnew() throws Exception {
        InstallTask.Member app = bench.release("acme/app", "2").listed();
        bench.carryOut(
                template,
                Bench.task(
                        "a",
                        Operation.INSTALL,
                        Bench.AT_ONCE,
                        bench.release("acme/app", "1").listed()),
                Bench.task(
                        "b", Operation.INSTALL, bench.release("acme/lib", "1").listed()));
        try (InstallJournal journal = InstallJournal.open(template.resolve("data/journal"), InstallDisk.real())) {
            for (int i = 0; i < 200; i++) {
                journal.append(new Entry.Settled(
                        Bench.NOW,
                        new TaskStatus(
                                "old-" + i,
                                List.of(ActionState.CANCELLED),
                                "x".repeat(3000),
                                0,
                                Optional.empty(),
                                Optional.empty(),
                                true)));
            }
        }
        Function<String, InstallTask> order = action -> Bench.task(action, Operation.UPDATE, Bench.AT_ONCE, app);
        Path once = Files.createTempDirectory(scratch, "once");
        Trees.copy(template, once);
        bench.live(once, order.apply("once"));
        long shorter = Files.size(once.resolve("data/journal"));
        assertTrue(shorter < 100_000, shorter + " bytes");
        assertTrue(grown(order).last(20).check() > 40);
        assertTrue(grown(order).last(20).powerCut().check() > 40);
    }

    /** Whose recovery finds the line that stands uncommitted beside it, with its way back. */
    private EveryStep grown(Function<String, InstallTask> order) throws IOException {
        Order life = new Order(order);
        return steps(order).life(new EveryStep.Life() {
            @Override
            public void operate(Path place, InstallDisk disk) throws Exception {
                life.operate(place, disk);
            }

            @Override
            public void recover(Path place, InstallDisk disk) throws Exception {
                List<LineState> lines = bench.live(
                                place,
                                disk,
                                List.of(),
                                report -> report.tasks().stream().allMatch(TaskStatus::ended))
                        .lines();
                assertTrue(
                        lines.size() == 2
                                && lines.stream()
                                        .anyMatch(line -> line.transaction() == LineState.TransactionState.UNDOABLE),
                        lines.toString());
            }
        });
    }
}
