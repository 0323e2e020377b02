package packhorse.tracker.session;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that runs, and that a test turns forward. */
final class TurnedClock implements InstantSource {
    private final AtomicLong aheadNanos = new AtomicLong();

    @Override
    public Instant instant() {
        return Instant.now().plusNanos(aheadNanos.get());
    }

    void forward(Duration time) {
        aheadNanos.addAndGet(time.toNanos());
    }
}
