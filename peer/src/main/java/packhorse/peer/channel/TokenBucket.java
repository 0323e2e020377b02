package packhorse.peer.channel;

import packhorse.core.unit.ByteRate;

/**
 * The arithmetic of one rate: when the next batch may go, and what it costs. Kept as the moment at which everything that went so far
 * is paid for (the virtual scheduling form of the generic cell rate algorithm, ITU-T I.371 annex A): no timer refills
 * anything, and no rounding adds up.
 *
 * <p>A batch may go as soon as the past is paid for and is paid for afterwards, so that a batch larger than the allowance goes
 * too. A line that was idle may send {@link #BURST_NANOS} worth of bytes at once.
 */
final class TokenBucket {
    /** A tenth of a second: enough to fill the gaps between batches, little for whoever waits behind. */
    static final long BURST_NANOS = 100_000_000;

    private ByteRate rate;
    private long paidUntilNanos;

    TokenBucket(ByteRate rate, long nowNanos) {
        this.rate = rate;
        this.paidUntilNanos = nowNanos - BURST_NANOS;
    }

    ByteRate rate() {
        return rate;
    }

    /** What is owed stays owed in bytes, not in time. */
    void rate(ByteRate now, long nowNanos) {
        long owedNanos = paidUntilNanos - nowNanos;
        if (owedNanos > 0) {
            paidUntilNanos = nowNanos + Math.round((double) owedNanos * rate.bytesPerSecond() / now.bytesPerSecond());
        }
        rate = now;
    }

    /** How long from now until a batch may go; 0 at once. */
    long waitNanos(long nowNanos) {
        return Math.max(0, paidUntilNanos - nowNanos);
    }

    /** A batch goes. */
    void take(long bytes, long nowNanos) {
        long from = paidUntilNanos - nowNanos < -BURST_NANOS ? nowNanos - BURST_NANOS : paidUntilNanos;
        paidUntilNanos = from + Math.round(bytes * 1e9 / rate.bytesPerSecond());
    }
}
