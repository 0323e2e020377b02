package packhorse.peer.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Engines that die are replaced at once, unless they do nothing else. */
final class RestartPaceTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void pausesGrowWithEarlyDeathsAndAreForgottenAfterALongLife() {
        RestartPace pace = new RestartPace();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            pauses.add(pace.died(SECOND).toMillis());
        }
        assertEquals(List.of(500L, 1000L, 2000L, 2000L), pauses);
        assertEquals(500, pace.died(3600 * SECOND).toMillis());
        assertEquals(500, pace.died(SECOND).toMillis());
    }

    @Test
    void anEngineThatCannotLiveIsTriedOnceAMinute() {
        RestartPace pace = new RestartPace();
        for (int i = 0; i < 20; i++) {
            assertTrue(pace.died(0).compareTo(Duration.ofSeconds(2)) <= 0);
        }
        for (int i = 0; i < 100; i++) {
            assertEquals(Duration.ofMinutes(1), pace.died(0));
        }
    }
}
