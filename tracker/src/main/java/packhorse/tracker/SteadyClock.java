package packhorse.tracker;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The machine's time when the process started, and from then on only forward: a clock that is set does not make every agent
 * seem gone.
 */
final class SteadyClock implements InstantSource {
    private final LongSupplier nanoTime;
    private final Instant started;
    private final long startedNanos;

    SteadyClock(InstantSource system, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.started = system.instant();
        this.startedNanos = nanoTime.getAsLong();
    }

    @Override
    public Instant instant() {
        return started.plusNanos(nanoTime.getAsLong() - startedNanos);
    }
}
