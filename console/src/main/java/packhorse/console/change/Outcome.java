package packhorse.console.change;

import java.util.Optional;

/** What became of a wish: the value as it is now, or one line that says why not and what to do instead. */
public sealed interface Outcome<T> {
    /** It was done. */
    record Moved<T>(T now) implements Outcome<T> {}

    /** What kind of reason it is. */
    enum Why {
        /** Nobody may, as things are. */
        RULE,
        /** Somebody with another role may. */
        ROLE
    }

    /** It was not; nothing changed. */
    record Rejected<T>(Why why, String reason) implements Outcome<T> {
        /** The same of another value. */
        public <R> Outcome<R> as() {
            return new Rejected<>(why, reason);
        }

        /** The same of another value, with what it is part of. */
        public <R> Outcome<R> in(Object whole) {
            return new Rejected<>(why, whole + ": " + reason);
        }
    }

    static <T> Outcome<T> moved(T now) {
        return new Moved<>(now);
    }

    static <T> Outcome<T> rejected(String reason) {
        return new Rejected<>(Why.RULE, reason);
    }

    /** Not for whoever wishes it: the reason says for whom. */
    static <T> Outcome<T> forbidden(String reason) {
        return new Rejected<>(Why.ROLE, reason);
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
            case Rejected<T> rejected -> Optional.of(rejected.reason());
        };
    }
}
