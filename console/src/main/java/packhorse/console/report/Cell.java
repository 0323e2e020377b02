package packhorse.console.report;

import java.time.Duration;
import java.time.Instant;

/** A value in a table or beside a name. */
public sealed interface Cell {
    /** Words. */
    record Text(String text) implements Cell {}

    /** So many. */
    record Count(long count) implements Cell {}

    /** So many bytes. */
    record Bytes(long bytes) implements Cell {}

    /** So many of so many. */
    record Share(long count, long of) implements Cell {}

    /** A moment. */
    record Time(Instant at) implements Cell {}

    /** A length of time. */
    record Length(Duration duration) implements Cell {}

    /** Not known, and never shown as zero. */
    record Unknown() implements Cell {}

    /** Words. */
    static Cell of(String text) {
        return new Text(text);
    }

    /** So many. */
    static Cell of(long count) {
        return new Count(count);
    }

    /** A moment. */
    static Cell of(Instant at) {
        return new Time(at);
    }

    /** A moment, where it is known. */
    static Cell of(java.util.Optional<Instant> at) {
        return at.<Cell>map(Time::new).orElseGet(Unknown::new);
    }
}
