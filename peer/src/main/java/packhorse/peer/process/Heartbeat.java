package packhorse.peer.process;

import java.time.Duration;

/**
 * Whether somebody who is asked now and then still answers, judged by time that the one who asks was awake for.
 *
 * <p>Every {@link #tick} either asks the next number, when the last was answered, or adds the time since the tick before to the
 * silence. A single tick adds little, whatever the clock says: an agent that was itself stopped, or whose machine was starved, finds
 * a long gap between two of its own ticks and an answer it had no time to read. So a silence is only believed after several
 * ticks, between which answers are read.
 *
 * <p>Not thread-safe but for {@link #answered}: one thread ticks.
 */
final class Heartbeat {
    /** What to do now. */
    enum Verdict {
        /** Ask with {@link #number()}. */
        ASK,
        WAIT,
        /** Silent for too long. */
        LOST
    }

    private final long intervalNanos;
    private final long patienceNanos;
    private long lastTickNanos;
    private long silenceNanos;
    private long asked;
    private volatile long answered;

    /**
     * Starts with nothing asked.
     *
     * @param interval between ticks, when all is well
     * @param patience how long an answer may take
     */
    Heartbeat(Duration interval, Duration patience, long nowNanos) {
        this.intervalNanos = interval.toNanos();
        this.patienceNanos = patience.toNanos();
        this.lastTickNanos = nowNanos;
    }

    Verdict tick(long nowNanos) {
        long awake = Math.min(nowNanos - lastTickNanos, intervalNanos + intervalNanos / 2);
        lastTickNanos = nowNanos;
        if (answered == asked) {
            silenceNanos = 0;
            asked++;
            return Verdict.ASK;
        }
        silenceNanos += awake;
        return silenceNanos >= patienceNanos ? Verdict.LOST : Verdict.WAIT;
    }

    /** This end was not able to take an answer just now: nothing of this is silence. */
    void excuse(long nowNanos) {
        lastTickNanos = nowNanos;
        silenceNanos = 0;
    }

    /** What was asked last. */
    long number() {
        return asked;
    }

    /** Takes an answer; from any thread. Old ones count for nothing. */
    void answered(long number) {
        answered = Math.max(answered, number);
    }
}
