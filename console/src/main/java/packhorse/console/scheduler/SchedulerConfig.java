package packhorse.console.scheduler;

import java.time.Duration;

/**
 * How often the scheduler looks.
 *
 * @param tick between two looks where nothing happens; windows open and timeouts end by the second
 * @param leaseTime how long the right to decide lasts; another console takes over that long after this one was killed
 */
public record SchedulerConfig(Duration tick, Duration leaseTime) {
    /** A second, and over to another console within fifteen. */
    public static final SchedulerConfig DEFAULT = new SchedulerConfig(Duration.ofSeconds(1), Duration.ofSeconds(15));

    public SchedulerConfig {
        if (tick.isNegative() || tick.isZero() || tick.multipliedBy(3).compareTo(leaseTime) > 0) {
            throw new IllegalArgumentException("a tick of " + tick + " with a lease of " + leaseTime
                    + ": the right has to be kept three times in its time; shorten the tick");
        }
    }
}
