package packhorse.console.wave;

import java.time.Duration;
import packhorse.console.gate.BetaSize;
import packhorse.console.gate.Guarantee;

/**
 * The beta group that is wanted: not how large it is, but what it has to guarantee.
 *
 * @param soak how long it is watched after the last one ended, before it is judged
 */
public record BetaPlan(Guarantee guarantee, Duration soak) {
    public BetaPlan {
        WavePlan.requireSoak(soak);
    }

    /** How many that takes. */
    public long size() {
        return BetaSize.of(guarantee).endpoints();
    }
}
