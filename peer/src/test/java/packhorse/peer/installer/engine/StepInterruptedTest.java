package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.at;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.OperationException;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Stage;
import packhorse.peer.install.TaskStatus;

/** Steps that take too long, and tasks that are given up while a step runs: the machine is the old one or the new one. */
@Timeout(60)
final class StepInterruptedTest {
    /** Beyond any limit, and beyond the time that a step gets to end. */
    private static final long LONG_NANOS = Duration.ofHours(3).toNanos();

    @TempDir(factory = InMemory.class)
    Path dir;

    private final Bench bench = new Bench();
    private final List<String> held = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch never = new CountDownLatch(1);
    private InstallTask.Member two;
    private TreePicture before;

    @BeforeEach
    void aMachineWithAnOlderRelease() throws Exception {
        before = bench.older(dir);
        two = bench.release("acme/app", "2").hook(HookMoment.PRE, true).listed();
        bench.hooks.clear();
    }

    private void unchanged() throws Exception {
        assertEquals(List.of(), TreePicture.of(dir.resolve("root")).differences(before));
    }

    /** In the middle of a step something happens, and the step waits until it is told to end. */
    private void hold(String step, Runnable happens) {
        bench.hold = now -> {
            if (now.equals(step)) {
                held.add(now);
                happens.run();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException("told to end");
                }
            }
        };
    }

    /** The same with a step that does not end when told to, before it is let go. */
    private void holdDeaf(String step, Runnable happens) {
        bench.hold = now -> {
            if (now.equals(step) && held.isEmpty()) {
                held.add(now);
                happens.run();
                boolean let = false;
                while (!let) {
                    try {
                        let = never.await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException e) {
                        bench.ahead.addAndGet(LONG_NANOS);
                    }
                }
                throw new InterruptedIOException("too late");
            }
        };
    }

    private void putForward() {
        bench.ahead.addAndGet(LONG_NANOS);
    }

    /** Its task is wanted no more while that step runs, which goes on. */
    private void giveUpAt(String step, InstallTask task) {
        bench.hold = now -> {
            if (now.equals(step)) {
                giveUp(task);
            }
        };
    }

    private void giveUp(InstallTask task) {
        java.util.Objects.requireNonNull(bench.alive.get())
                .tasks(2, List.of(at(task, Stage.ABANDON, Optional.empty())));
    }

    // ---- a look that is in the way ----

    @Test
    void aLookAtWhatIsInPlaceGivesWayToAnOrder() throws Exception {
        InstallTask other = task(
                "o",
                Operation.INSTALL,
                Bench.AT_ONCE,
                bench.release("acme/other", "1").listed());
        bench.hold = now -> {
            if (now.equals("verify") && held.isEmpty()) {
                held.add(now);
                java.util.Objects.requireNonNull(bench.alive.get()).tasks(2, List.of(other));
                try {
                    never.await();
                } catch (InterruptedException e) {
                    // As what reads a file leaves it.
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("told to end");
                }
            }
        };
        bench.drift = Duration.ofMillis(1);
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        InstallerReport report = bench.live(dir, InstallDisk.real(), List.of(), now -> {
            now.lines().forEach(line -> said.add(line.detail()));
            return Bench.settled(now, other.action());
        });
        assertEquals(List.of("verify"), held, "a look was under way");
        assertEquals(ActionState.COMMITTED, Bench.status(report, other.action()).state());
        assertTrue(said.stream().noneMatch(detail -> detail.contains("told to end")), "the interruption is no finding");
    }

    // ---- too long ----

    @ParameterizedTest
    @ValueSource(strings = {"precheck", "prepare", "capture", "apply", "activate", "verify"})
    void aStepOverItsTimeIsEndedAndTakenBack(String step) throws Exception {
        hold(step, this::putForward);
        TaskStatus late = bench.live(dir, task("u", Operation.UPDATE, Bench.AT_ONCE, two));
        assertEquals(ActionState.TIMED_OUT, late.state());
        String limit = step.equals("apply") ? "its limit, 1 min for" : " min for ";
        assertTrue(late.detail().contains("took longer than its limit"), late.detail());
        assertTrue(late.detail().contains(limit), late.detail());
        assertEquals(Optional.of(CodeClass.TRANSIENT), late.codeClass());
        assertEquals(List.of(step), held);
        unchanged();
        assertEquals(
                List.of("apply", "activate", "verify").contains(step) ? List.of("pre", "undo-pre") : List.of(),
                bench.hooks);
        bench.hold = now -> {};
        assertEquals(
                ActionState.COMMITTED,
                bench.live(dir, task("again", Operation.UPDATE, Bench.AT_ONCE, two))
                        .state());
    }

    @Test
    void aStepThatDoesNotEndWhenToldToEndsTheProcessAndTheNextGoesBack() throws Exception {
        InstallTask update = task("u", Operation.UPDATE, Bench.AT_ONCE, two);
        holdDeaf("apply", this::putForward);
        OperationException ended = assertThrows(OperationException.class, () -> bench.live(dir, update));
        assertTrue(String.valueOf(ended.getMessage()).contains("does not end when told to"), ended.getMessage());
        TaskStatus late = bench.live(dir, update);
        assertEquals(ActionState.TIMED_OUT, late.state());
        unchanged();
        never.countDown();
    }

    @Test
    void aWayBackThatTakesTooLongIsTriedAgainAndThenLeftForARollback() throws Exception {
        assertEquals(
                ActionState.COMMITTABLE,
                bench.live(dir, task("u", Operation.UPDATE, two)).state());
        hold("undo", this::putForward);
        TaskStatus stuck = bench.live(dir, task("b", Operation.ROLLBACK, two));
        assertEquals(ActionState.UNDO_FAILED, stuck.state());
        assertEquals(4, held.size());
        bench.hold = now -> {};
        assertEquals(
                ActionState.UNDONE,
                bench.live(dir, task("c", Operation.ROLLBACK, two)).state());
        unchanged();
    }

    @Test
    void aBackupThatTakesTooLongToFreeIsLeft() throws Exception {
        hold("commit", this::putForward);
        TaskStatus done = bench.live(dir, task("u", Operation.UPDATE, Bench.AT_ONCE, two));
        assertEquals(ActionState.COMMITTED, done.state());
        assertTrue(done.detail().contains("not everything was cleared up"), done.detail());
        assertEquals(3, held.size());
    }

    // ---- given up ----

    @ParameterizedTest
    @ValueSource(strings = {"precheck", "prepare", "capture"})
    void aTaskGivenUpInAStepBeforeTheFirstChangeIsCancelled(String step) throws Exception {
        InstallTask update = task("u", Operation.UPDATE, Bench.AT_ONCE, two);
        hold(step, () -> giveUp(update));
        assertEquals(ActionState.CANCELLED, bench.live(dir, update).state());
        assertEquals(List.of(step), held);
        assertEquals(List.of(), bench.hooks);
        unchanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"apply", "activate", "verify"})
    void aTaskGivenUpInAStepAfterTheFirstChangeIsUndone(String step) throws Exception {
        InstallTask update = task("u", Operation.UPDATE, Bench.AT_ONCE, two);
        hold(step, () -> giveUp(update));
        TaskStatus back = bench.live(dir, update);
        assertEquals(ActionState.UNDONE, back.state());
        assertEquals("nobody wants it any more", back.detail());
        assertEquals(List.of(step), held);
        assertEquals(List.of("pre", "undo-pre"), bench.hooks);
        unchanged();
    }

    @Test
    void aStepThatIsDoneAllTheSameIsTakenBackToo() throws Exception {
        InstallTask update = task("u", Operation.UPDATE, Bench.AT_ONCE, two);
        giveUpAt("apply", update);
        assertEquals(ActionState.UNDONE, bench.live(dir, update).state());
        unchanged();
    }

    @Test
    void whatIsCommittingGoesOn() throws Exception {
        InstallTask update = task("u", Operation.UPDATE, Bench.AT_ONCE, two);
        giveUpAt("commit", update);
        assertEquals(ActionState.COMMITTED, bench.live(dir, update).state());
        assertFalse(TreePicture.of(dir.resolve("root")).equals(before));
    }

    @Test
    void whatGoesBackGoesOn() throws Exception {
        InstallTask.Member bad =
                bench.release("acme/app", "3").set("fail", "verify").listed();
        InstallTask update = task("u", Operation.UPDATE, Bench.AT_ONCE, bad);
        giveUpAt("undo", update);
        assertEquals(ActionState.FAILED, bench.live(dir, update).state());
        unchanged();
    }

    @Test
    void aStepThatDoesNotEndWhenItsTaskIsGivenUpEndsTheProcessAndIsNotBegunAgain() throws Exception {
        InstallTask update = task("u", Operation.UPDATE, Bench.AT_ONCE, two);
        holdDeaf("apply", () -> giveUp(update));
        OperationException ended = assertThrows(OperationException.class, () -> bench.live(dir, update));
        assertTrue(String.valueOf(ended.getMessage()).contains("which nobody wants any more"), ended.getMessage());
        TaskStatus back = Bench.status(
                bench.live(
                        dir,
                        packhorse.peer.adapter.InstallDisk.real(),
                        List.of(at(update, Stage.ABANDON, Optional.empty())),
                        report -> Bench.settled(report, "u")),
                "u");
        assertEquals(ActionState.UNDONE, back.state());
        assertEquals("nobody wants it any more", back.detail());
        assertEquals(List.of("apply"), held);
        unchanged();
        never.countDown();
    }
}
