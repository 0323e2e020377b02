package packhorse.console.rest;

import java.time.Duration;
import java.util.Optional;

/** A request that the door itself turns away. */
final class Turned extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Problem.Kind kind;
    private final transient Optional<Duration> wait;

    Turned(Problem.Kind kind, String detail) {
        this(kind, detail, Optional.empty());
    }

    /** @param wait before which asking again is of no use */
    Turned(Problem.Kind kind, String detail, Optional<Duration> wait) {
        super(detail, null, false, false);
        this.kind = kind;
        this.wait = wait;
    }

    Problem.Kind kind() {
        return kind;
    }

    Optional<Duration> waiting() {
        return wait;
    }
}
