package packhorse.console.calendar;

import java.time.Instant;

/** Instants from {@code from} up to, but not including, {@code to}. */
record Span(Instant from, Instant to) implements Comparable<Span> {
    Span {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("no time lies between " + from + " and " + to);
        }
    }

    @Override
    public int compareTo(Span other) {
        int byFrom = from.compareTo(other.from);
        return byFrom != 0 ? byFrom : to.compareTo(other.to);
    }
}
