package packhorse.peer.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import packhorse.peer.process.Heartbeat.Verdict;

/** A silence counts by what the one who asks lived through. */
final class HeartbeatTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Heartbeat heartbeat = new Heartbeat(Duration.ofSeconds(1), Duration.ofSeconds(5), 0);

    @Test
    void whoAnswersIsAskedAgainAndWhoDoesNotIsLostAfterFiveSeconds() {
        assertEquals(Verdict.ASK, heartbeat.tick(SECOND));
        assertEquals(1, heartbeat.number());
        heartbeat.answered(1);
        assertEquals(Verdict.ASK, heartbeat.tick(2 * SECOND));
        for (int second = 3; second <= 6; second++) {
            assertEquals(Verdict.WAIT, heartbeat.tick(second * SECOND));
        }
        assertEquals(Verdict.LOST, heartbeat.tick(7 * SECOND));
    }

    @Test
    void anOldAnswerIsNone() {
        assertEquals(Verdict.ASK, heartbeat.tick(SECOND));
        heartbeat.answered(0);
        assertEquals(Verdict.WAIT, heartbeat.tick(2 * SECOND));
    }

    @Test
    void aGapInItsOwnTicksIsNotTheOthersSilence() {
        assertEquals(Verdict.ASK, heartbeat.tick(SECOND));
        assertEquals(Verdict.WAIT, heartbeat.tick(1000 * SECOND));
        assertEquals(Verdict.WAIT, heartbeat.tick(2000 * SECOND));
        heartbeat.answered(1);
        assertEquals(Verdict.ASK, heartbeat.tick(3000 * SECOND));
    }

    @Test
    void whatItCouldNotHearIsExcused() {
        assertEquals(Verdict.ASK, heartbeat.tick(SECOND));
        for (int second = 2; second < 100; second++) {
            heartbeat.excuse(second * SECOND);
        }
        assertEquals(Verdict.WAIT, heartbeat.tick(100 * SECOND));
    }
}
