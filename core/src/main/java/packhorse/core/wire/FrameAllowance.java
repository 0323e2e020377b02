package packhorse.core.wire;

/**
 * What a session may still send: a bucket of tokens that fills at a steady rate up to a brim (a "leaky bucket" read as a
 * meter, ITU-T I.371). Each frame takes one token and one more per {@value WireConfig#BYTES_PER_TOKEN} bytes. Not safe for
 * threads; its owner brings the time.
 */
final class FrameAllowance {
    private final int perSecond;
    private final int brim;
    private double tokens;
    private long lastNanos;

    FrameAllowance(int perSecond, int brim, long nowNanos) {
        this.perSecond = perSecond;
        this.brim = brim;
        this.tokens = brim;
        this.lastNanos = nowNanos;
    }

    /** Takes a frame's tokens; false when there are not enough, and then none are taken. */
    boolean take(int bytes, long nowNanos) {
        tokens = Math.min(brim, tokens + (nowNanos - lastNanos) / 1e9 * perSecond);
        lastNanos = nowNanos;
        long cost = 1L + bytes / WireConfig.BYTES_PER_TOKEN;
        if (tokens < cost) {
            return false;
        }
        tokens -= cost;
        return true;
    }
}
