package packhorse.console.wave;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long each phase may take.
 *
 * @param pickup until an endpoint has said that it knows
 * @param fetch until its content is there
 * @param apply from the first change to the last
 * @param activate until it is the active one
 * @param verify until it is found good
 * @param wave from the wave's first start until it is over for whoever has not ended
 * @param drain after that, for those that have begun
 */
public record Timeouts(
        Duration pickup,
        Duration fetch,
        Duration apply,
        Duration activate,
        Duration verify,
        Duration wave,
        Duration drain) {
    /** A wave that runs longer has no end. */
    public static final Duration MAX = Duration.ofDays(90);

    public static final Timeouts DEFAULT = new Timeouts(
            Duration.ofHours(4),
            Duration.ofHours(12),
            Duration.ofMinutes(30),
            Duration.ofMinutes(15),
            Duration.ofMinutes(10),
            Duration.ofDays(3),
            Duration.ofHours(1));

    public Timeouts {
        new TreeMap<>(Map.of(
                        "pickup",
                        pickup,
                        "fetch",
                        fetch,
                        "apply",
                        apply,
                        "activate",
                        activate,
                        "verify",
                        verify,
                        "wave",
                        wave,
                        "drain",
                        drain))
                .forEach((name, time) -> {
                    if (time.isNegative() || time.isZero() || time.compareTo(MAX) > 0) {
                        throw new IllegalArgumentException("the timeout " + name + " of " + time
                                + " is none; write more than nothing and at most " + MAX.toDays() + " days");
                    }
                });
    }

    /** From the irreversible step to the verdict of the machine's own checks: what has to fit into a window. */
    public Duration run() {
        return apply.plus(activate).plus(verify);
    }
}
