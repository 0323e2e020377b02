package packhorse.peer.swarm;

import java.time.Duration;

/**
 * Notices that a download stands still. With bans in the book a short silence is starvation; without any, a long one while
 * somebody connected has what is missing counts too: libtorrent was seen to hang on a last piece. Each alarm without progress in
 * between doubles the patience, so that a swarm that simply has no more to give is not taken up anew all the time.
 */
final class ProgressWatch {
    /** Silence without bans is suspicious only after several request timeouts. */
    private static final int PATIENCE_WITHOUT_BANS = 6;
    /** 2^5 of the starvation time, about two minutes: the longest patience. */
    private static final int DOUBLINGS_MAX = 5;

    private final long starvationNanos;
    private long lastProgressNanos;
    private long mark = -1;
    private int idleAlarms;

    ProgressWatch(Duration starvation, long nowNanos) {
        this.starvationNanos = starvation.toNanos();
        this.lastProgressNanos = nowNanos;
    }

    /**
     * Whether it stands still; if so, time starts anew.
     *
     * @param progress anything that grows while the download lives
     * @param bans whether peers were banned
     * @param source whether a connected peer has what is missing
     */
    boolean standsStill(long nowNanos, long progress, boolean bans, boolean source) {
        if (progress != mark) {
            mark = progress;
            lastProgressNanos = nowNanos;
            idleAlarms = 0;
            return false;
        }
        if (!bans && !source) {
            return false;
        }
        long patience = bans
                ? starvationNanos << Math.max(0, Math.min(DOUBLINGS_MAX, idleAlarms - 8))
                : (starvationNanos * PATIENCE_WITHOUT_BANS) << Math.min(DOUBLINGS_MAX, idleAlarms);
        if (nowNanos - lastProgressNanos < patience) {
            return false;
        }
        lastProgressNanos = nowNanos;
        idleAlarms++;
        return true;
    }
}
