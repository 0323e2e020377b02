package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.ClearingFails;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.Machine;
import packhorse.peer.install.TaskStatus;

/** Errors in steps, each {@code live} a process of its own: none is begun again for ever, and the machine is the old one or the new one. */
@Timeout(60)
final class StepErrorTest {
    /** More processes than any task may take. */
    private static final int LIVES_MAX = 40;

    @TempDir(factory = InMemory.class)
    Path dir;

    private final Bench bench = new Bench();
    private TreePicture before;
    private int lives;

    @BeforeEach
    void aMachineWithAnOlderRelease() throws Exception {
        before = bench.older(dir);
    }

    /** Lets one process follow another until the task comes to its end. */
    private TaskStatus lives(InstallDisk disk, InstallTask task) throws IOException {
        while (true) {
            lives++;
            assertTrue(lives < LIVES_MAX, "there is no end");
            try {
                return bench.live(dir, disk, task);
            } catch (OutOfMemoryError died) {
                assertEquals("played", died.getMessage());
            }
        }
    }

    private InstallTask update(String step, boolean fatal) {
        Bench.Release two = bench.release("acme/app", "2").set("error", step);
        return task("u", Operation.UPDATE, Bench.AT_ONCE, (fatal ? two.set("fatal", "yes") : two).listed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"precheck", "prepare", "capture", "apply", "activate", "verify"})
    void aClassThatIsMissingIsAFailureLikeAnyOther(String step) throws Exception {
        TaskStatus failed = lives(InstallDisk.real(), update(step, false));
        assertEquals(ActionState.FAILED, failed.state());
        assertTrue(failed.detail().contains("NoClassDefFoundError: acme/Missing"), failed.detail());
        assertEquals(1, lives);
        assertEquals(List.of(), TreePicture.of(dir.resolve("root")).differences(before));
    }

    @ParameterizedTest
    @ValueSource(strings = {"precheck", "prepare", "capture", "apply", "activate", "verify"})
    void whatEndsTheProcessEachTimeIsTakenBackAfterSoManyTimes(String step) throws Exception {
        TaskStatus failed = lives(InstallDisk.real(), update(step, true));
        assertEquals(ActionState.FAILED, failed.state());
        assertTrue(failed.detail().contains("was cut off " + Machine.BEGINS_MAX + " times"), failed.detail());
        assertEquals(Machine.BEGINS_MAX + 1, lives);
        assertEquals(List.of(), TreePicture.of(dir.resolve("root")).differences(before));
    }

    @Test
    void aBackupWhoseFreeingEndsTheProcessIsLeft() throws Exception {
        TaskStatus done = lives(InstallDisk.real(), update("commit", true));
        assertEquals(ActionState.COMMITTED, done.state());
        assertTrue(done.detail().contains("not everything was cleared up"), done.detail());
        assertEquals(Machine.BEGINS_MAX + 1, lives);
    }

    @Test
    void aTransactionWhoseClearingEndsTheProcessIsOverAllTheSame() throws Exception {
        Path work = dir.resolve("data/work");
        InstallDisk disk = new ClearingFails(InstallDisk.real(), work, Machine.BEGINS_MAX);
        TaskStatus done = lives(disk, update("", true));
        assertEquals(ActionState.COMMITTED, done.state());
        assertTrue(done.detail().contains("\"clear up\""), done.detail());
        assertEquals(Machine.BEGINS_MAX + 1, lives);
        try (var left = Files.list(work)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void aWayBackThatEndsTheProcessIsLeftForARollback() throws Exception {
        InstallTask.Member two = bench.release("acme/app", "2")
                .set("error", "undo")
                .set("fatal", "yes")
                .listed();
        assertEquals(
                ActionState.COMMITTABLE,
                lives(InstallDisk.real(), task("u", Operation.UPDATE, two)).state());
        lives = 0;
        TaskStatus stuck = lives(InstallDisk.real(), task("b", Operation.ROLLBACK, two));
        assertEquals(ActionState.UNDO_FAILED, stuck.state());
        assertTrue(stuck.detail().contains("it was cut off again and again"), stuck.detail());
        assertTrue(stuck.detail().endsWith("mend that and order a rollback"), stuck.detail());
    }
}
