package packhorse.console.change;

import java.util.Optional;

/** What became of a wish: the value as it is now, or one line that says why not and what to do instead. */
public sealed interface Outcome<T> {
    /** It was done. */
    record Moved<T>(T now) implements Outcome<T> {}

    /** It was not; nothing changed. */
    record Rejected<T>(String reason) implements Outcome<T> {}

    static <T> Outcome<T> moved(T now) {
        return new Moved<>(now);
    }

    static <T> Outcome<T> rejected(String reason) {
        return new Rejected<>(reason);
    }

    /** The new value, where it was done. */
    default Optional<T> result() {
        return switch (this) {
            case Moved<T>(T now) -> Optional.of(now);
            case Rejected<T> rejected -> Optional.empty();
        };
    }

    /** Why not, where it was refused. */
    default Optional<String> refusal() {
        return switch (this) {
            case Moved<T> moved -> Optional.empty();
            case Rejected<T>(String reason) -> Optional.of(reason);
        };
    }
}
