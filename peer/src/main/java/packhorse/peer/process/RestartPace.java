package packhorse.peer.process;

import java.time.Duration;

/**
 * How long to wait before a process that died is started again. One that lived well is replaced almost at once; with those that
 * die young the pause doubles, to an amount that still leaves a hang, its discovery and the start within ten seconds. A
 * row of early deaths is no accident any more: from then on one a minute is tried, which costs the machine nothing.
 */
public final class RestartPace {
    private static final Duration FIRST = Duration.ofMillis(500);
    /** With 5 s to notice a hang and a second or two to start, ten seconds are kept. */
    private static final Duration LONGEST = Duration.ofSeconds(2);
    /** One that got so old did not die of its start. */
    private static final Duration LIVED_WELL = Duration.ofMinutes(1);
    /** So many early deaths in a row end the haste. */
    private static final int ROW_MAX = 20;

    private static final Duration RESIGNED = Duration.ofMinutes(1);

    private int earlyDeaths;

    /** Takes a death in and says how long to wait. */
    public Duration died(long livedNanos) {
        earlyDeaths = livedNanos >= LIVED_WELL.toNanos() ? 0 : Math.min(earlyDeaths + 1, ROW_MAX + 1);
        if (earlyDeaths > ROW_MAX) {
            return RESIGNED;
        }
        Duration pause = FIRST.multipliedBy(1L << Math.min(Math.max(0, earlyDeaths - 1), 10));
        return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
    }
}
