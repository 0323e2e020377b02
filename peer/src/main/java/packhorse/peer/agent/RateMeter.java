package packhorse.peer.agent;

/** How fast a count grows: the average since the first sample for the first seconds, then one that forgets. */
final class RateMeter {
    /** Half of what is shown is younger than this: steady enough to read, quick enough to trust. */
    private static final double HALF_LIFE_NANOS = 2e9;

    private long lastCount = -1;
    private long lastNanos;
    private long firstNanos;
    private double bytesPerSecond;

    void sample(long count, long nowNanos) {
        if (lastCount < 0) {
            lastCount = count;
            firstNanos = nowNanos;
            lastNanos = nowNanos;
            return;
        }
        long passed = nowNanos - lastNanos;
        if (passed <= 0) {
            return;
        }
        double now = (count - lastCount) * 1e9 / passed;
        double age = Math.max(passed, nowNanos - firstNanos);
        double weight = Math.max(passed / age, 1 - Math.pow(0.5, passed / HALF_LIFE_NANOS));
        bytesPerSecond += weight * (now - bytesPerSecond);
        lastCount = count;
        lastNanos = nowNanos;
    }

    long bytesPerSecond() {
        return Math.max(0, Math.round(bytesPerSecond));
    }
}
