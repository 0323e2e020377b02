package packhorse.tracker.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import packhorse.tracker.session.SilenceWatch.Verdict;

final class SilenceWatchTest {
    private static final Instant START = Instant.parse("2026-03-01T20:00:00Z");

    private final SilenceWatch watch = new SilenceWatch(Duration.ofSeconds(2));
    private Instant now = START;

    /** Half a second later. */
    private Verdict look(long silenceMillis) {
        now = now.plusMillis(500);
        return watch.look(Duration.ofMillis(silenceMillis), now);
    }

    @Test
    void whoSpeaksIsNeverAsked() {
        for (int i = 0; i < 100; i++) {
            assertEquals(Verdict.WAIT, look(i % 4 * 500 + 500));
        }
    }

    @Test
    void whoFallsSilentIsAskedTwiceAndGivenUpAfterSixSeconds() {
        StringBuilder verdicts = new StringBuilder();
        for (int silence = 500; silence <= 6_500; silence += 500) {
            verdicts.append(look(silence).name().charAt(0));
        }
        assertEquals("WWWWAWWWAWWWG", verdicts.toString());
    }

    @Test
    void aSilenceFromBeforeItWasAskedDoesNotCount() {
        assertEquals(Verdict.ASK, look(29_000));
        for (int later = 500; later < 4_000; later += 500) {
            assertEquals(later % 2_000 == 0 ? Verdict.ASK : Verdict.WAIT, look(29_000 + later));
        }
        assertEquals(Verdict.GONE, look(33_000));
    }

    @Test
    void anAnswerStartsItAnew() {
        assertEquals(Verdict.ASK, look(29_000));
        assertEquals(Verdict.WAIT, look(400));
        assertEquals(Verdict.ASK, look(29_000));
    }

    /** It answered at once and is silent since; the looks were too far apart to see it. */
    @Test
    void anAnswerBetweenTwoLooksIsOne() {
        assertEquals(Verdict.ASK, look(29_000));
        now = now.plusSeconds(20);
        assertEquals(Verdict.ASK, watch.look(Duration.ofSeconds(19), now));
    }

    /** A tracker that stood still has not read yet what was said to it meanwhile. */
    @Test
    void timeWithoutLooksIsNobodysSilence() {
        assertEquals(Verdict.ASK, look(2_500));
        now = now.plusSeconds(30);
        assertEquals(Verdict.ASK, watch.look(Duration.ofMillis(32_500), now));
        assertEquals(Verdict.WAIT, look(600), "it had answered");
    }

    @Test
    void aClockThatIsSetBackGivesNobodyUp() {
        assertEquals(Verdict.ASK, look(2_500));
        now = now.minusSeconds(3_600);
        for (int i = 0; i < 8; i++) {
            assertNotEquals(Verdict.GONE, look(3_000 + 500 * i));
        }
        assertEquals(Verdict.GONE, look(7_000));
    }
}
