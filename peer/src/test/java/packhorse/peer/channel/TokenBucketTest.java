package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;
import packhorse.core.unit.ByteRate;

final class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void whatWentIsTheRateTimesTheTimePlusOneBurst() {
        TokenBucket bucket = new TokenBucket(new ByteRate(1_000_000), 0);
        long now = 0;
        long went = 0;
        while (now < 10 * SECOND) {
            now += bucket.waitNanos(now);
            bucket.take(10_000, now);
            went += 10_000;
        }
        long burst = 1_000_000 * TokenBucket.BURST_NANOS / SECOND;
        assertTrue(went >= 10_000_000 && went <= 10_000_000 + burst + 20_000, went + " bytes");
    }

    @Test
    void aBatchLargerThanTheBurstGoesAndIsPaidForAfterwards() {
        TokenBucket bucket = new TokenBucket(new ByteRate(1_000), 0);
        assertEquals(0, bucket.waitNanos(0));
        bucket.take(60_000, 0);
        assertEquals(60 * SECOND - TokenBucket.BURST_NANOS, bucket.waitNanos(0));
    }

    @Test
    void anIdleLineSavesNoMoreThanOneBurst() {
        TokenBucket bucket = new TokenBucket(new ByteRate(1_000), 0);
        bucket.take(1_000, 3600 * SECOND);
        assertEquals(SECOND - TokenBucket.BURST_NANOS, bucket.waitNanos(3600 * SECOND));
    }

    @Test
    void anotherRateKeepsTheDebtInBytes() {
        TokenBucket bucket = new TokenBucket(new ByteRate(1_000), 0);
        bucket.take(10_100, 0);
        bucket.rate(new ByteRate(10_000), 0);
        assertEquals(SECOND, bucket.waitNanos(0));
    }

    @Test
    void whateverTheBatchesAndPausesTheRateHolds() {
        Cases.run(200, (RandomGenerator random) -> {
            long rate = random.nextLong(1_000, 100_000_000);
            TokenBucket bucket = new TokenBucket(new ByteRate(rate), 0);
            long now = 0;
            long went = 0;
            long last = 0;
            for (int i = 0; i < 500; i++) {
                now += random.nextBoolean() ? random.nextLong(SECOND / 50) : 0;
                now += bucket.waitNanos(now);
                last = random.nextLong(1, 65_536);
                bucket.take(last, now);
                went += last;
            }
            double most = rate * ((now + TokenBucket.BURST_NANOS) / 1e9) + last + 1;
            assertTrue(went <= most + 500, went + " bytes, at most " + most);
        });
    }
}
