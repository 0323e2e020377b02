package packhorse.console.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Stands until it is moved on. */
final class MovableClock implements InstantSource {
    private Instant now;

    MovableClock(Instant now) {
        this.now = now;
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    synchronized void pass(Duration time) {
        now = now.plus(time);
    }
}
