package packhorse.tracker;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The machine's time when the process started, and from then on only forward: a clock that is set does not make every agent
 * seem gone.
 */
final class SteadyClock implements InstantSource {
    private final Instant started = Instant.now();
    private final long startedNanos = System.nanoTime();

    @Override
    public Instant instant() {
        return started.plusNanos(System.nanoTime() - startedNanos);
    }
}
