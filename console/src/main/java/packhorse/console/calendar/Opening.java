package packhorse.console.calendar;

import java.time.Duration;
import java.time.Instant;

/** A time in which something may run: from {@code from} up to, but not including, {@code to}. */
public record Opening(Instant from, Instant to) {
    public Opening {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("an opening from " + from + " to " + to + " is none");
        }
    }

    public boolean contains(Instant instant) {
        return !instant.isBefore(from) && instant.isBefore(to);
    }

    public Duration length() {
        return Duration.between(from, to);
    }

    /** Whether something that takes so long, started at {@code now} or else at the beginning, is done before it ends. */
    public boolean fits(Instant now, Duration run) {
        if (run.isNegative()) {
            throw new IllegalArgumentException("a run of " + run);
        }
        Instant start = Spans.later(now, from);
        return start.isBefore(to) && run.compareTo(Duration.between(start, to)) <= 0;
    }
}
