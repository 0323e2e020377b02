package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.FailingForceDisk;
import packhorse.peer.adapter.testing.FullDisk;
import packhorse.peer.adapter.testing.TornDisk;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/** The engine on disks that fill up, cannot flush, and tear writes: the machine is the old or the new one, and the next attempt succeeds. */
@Timeout(120)
final class FaultyDiskTest {
    @TempDir(factory = InMemory.class)
    Path dir;

    private final Bench bench = new Bench();
    private InstallTask.Member two;
    private TreePicture before;
    private TreePicture after;
    private int attempts;

    @BeforeEach
    void aMachineWithAnOlderRelease() throws Exception {
        InstallTask.Member one = bench.release("acme/app", "1").listed();
        two = bench.release("acme/app", "2").listed();
        bench.live(dir.resolve("new"), Bench.task("i", Operation.INSTALL, Bench.AT_ONCE, one));
        bench.live(dir.resolve("new"), Bench.task("u", Operation.UPDATE, Bench.AT_ONCE, two));
        after = TreePicture.of(dir.resolve("new/root"));
        bench.live(dir.resolve("old"), Bench.task("i", Operation.INSTALL, Bench.AT_ONCE, one));
        before = TreePicture.of(dir.resolve("old/root"));
    }

    private InstallTask update() {
        return Bench.task("attempt-" + attempts++, Operation.UPDATE, Bench.AT_ONCE, two);
    }

    /** One update on a faulty disk; what its process cannot finish, the next one on a good disk does. */
    private ActionState oldOrNew(String what, InstallDisk faulty) throws Exception {
        Path place = dir.resolve("try-" + attempts);
        Trees.copy(dir.resolve("old"), place);
        InstallTask task = update();
        TaskStatus status;
        try {
            status = bench.live(place, faulty, task);
        } catch (OperationException ended) {
            assertFalse(String.valueOf(ended.getMessage()).contains("\n"), String.valueOf(ended.getMessage()));
            status = bench.live(place, task);
        }
        if (status.state() == ActionState.UNDO_FAILED) {
            // A disk without room for the way back: it is ordered once there is.
            bench.live(place, Bench.task("back-" + attempts, Operation.ROLLBACK, two));
        }
        TreePicture found = TreePicture.of(place.resolve("root"));
        boolean good = status.state() == ActionState.COMMITTED;
        assertEquals(List.of(), found.differences(good ? after : before), what + ": " + status);
        assertTrue(good || !status.detail().isEmpty(), what + ": " + status);
        bench.live(place, update());
        assertEquals(List.of(), TreePicture.of(place.resolve("root")).differences(after), what + ": the next attempt");
        InstallDisk.real().delete(place);
        return status.state();
    }

    @Test
    void aFlushThatFailsAnywhereLeavesTheOldOrTheNew() throws Exception {
        FailingForceDisk counting = new FailingForceDisk(InstallDisk.real(), Long.MAX_VALUE);
        oldOrNew("no fault", counting);
        assertTrue(counting.count() > 40, "flushes: " + counting.count());
        for (long good = 0; good < counting.count(); good++) {
            oldOrNew("flush " + good + " fails", new FailingForceDisk(InstallDisk.real(), good));
        }
    }

    @Test
    void aDiskThatFillsUpAnywhereLeavesTheOldOrTheNew() throws Exception {
        boolean failed = false;
        boolean done = false;
        for (long room = 0; room < 400 && !done; room += 9) {
            ActionState state = oldOrNew("room for " + room + " bytes", new FullDisk(InstallDisk.real(), room, false));
            failed |= state == ActionState.FAILED;
            done = state == ActionState.COMMITTED;
        }
        assertTrue(failed && done);
    }

    @Test
    void aWriteThatIsTornAnywhereLeavesTheOldOrTheNew() throws Exception {
        TornDisk counting = new TornDisk(InstallDisk.real(), Long.MAX_VALUE, true);
        oldOrNew("no fault", counting);
        for (long good = 0; good < counting.count(); good++) {
            oldOrNew("write " + good + " fails", new TornDisk(InstallDisk.real(), good, false));
        }
    }
}
