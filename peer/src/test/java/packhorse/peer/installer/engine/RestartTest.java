package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.install.Next;
import packhorse.peer.install.TaskStatus.Gate;

/** When the machine is started again, and what is said where it does not. */
final class RestartTest {
    private static final Next.Wait BEGUN = new Next.Wait(Gate.REBOOT, "the machine is about to start again");

    private final Restart restart =
            new Restart(List.of("systemctl", "reboot"), Path.of("/"), new MachinePrograms(RunLimits.DEFAULT));

    private static long after(int minutes) {
        return Duration.ofMinutes(minutes).toNanos();
    }

    private void attempt(int minute) {
        assertTrue(restart.isDue(after(minute)));
        assertTrue(restart.is(restart.begin()));
        assertFalse(restart.isDue(after(minute)), "one at a time");
    }

    @Test
    void aMachineThatGoesDownIsNotToldToAgain() {
        attempt(0);
        restart.ended(null, after(0));
        assertFalse(restart.isDue(after(9)));
        assertEquals(BEGUN, restart.told(BEGUN));
    }

    @Test
    void aMachineThatRunsOnIsToldAgainAndItsUserWhy() {
        attempt(0);
        restart.ended(null, after(0));
        attempt(10);
        restart.ended(null, after(10));
        assertEquals(
                "the machine has to start again, and systemctl reboot ended well before, but the machine ran on; start"
                        + " it by hand",
                restart.told(BEGUN).detail());
        assertFalse(restart.isDue(after(19)));
        attempt(20);
    }

    @Test
    void aCommandThatFailsIsTriedAgainSoonAndToldUntilItWorks() {
        attempt(0);
        restart.ended(new IOException("no such program"), after(0));
        assertTrue(
                restart.told(BEGUN).detail().contains("systemctl reboot cannot do it: "), restart.told(BEGUN)::detail);
        assertFalse(restart.isDue(after(4)));
        attempt(5);
        restart.ended(null, after(5));
        assertEquals(BEGUN, restart.told(BEGUN));
    }
}
