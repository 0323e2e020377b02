package packhorse.console.wave;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.PlainText;

/**
 * Something that keeps new work from beginning. Neither a state nor a verdict: what has begun goes on, and when the last
 * hold is lifted everything goes on where it was.
 *
 * @param who placed it
 * @param since what was leased before may still begin until {@link LeaseDesk#HALT_WITHIN} later
 * @param lifted when it ended; absent: it holds
 */
public record Hold(Kind kind, String who, String why, Instant since, Optional<Instant> lifted) {
    static final int WHY_CHARS_MAX = 1_000;

    /** Why there is a hold. */
    public enum Kind {
        /** A person said stop. */
        OPERATOR,
        /** The order's own rules say so: the plan is not what was signed, a budget is spent. */
        POLICY,
        /** A change freeze. */
        BLACKOUT,
        /** A law was broken. */
        LAW
    }

    public Hold {
        who = PlainText.line(who);
        why = PlainText.line(why);
        if (why.isEmpty() || why.length() > WHY_CHARS_MAX) {
            throw new IllegalArgumentException("a hold needs a reason of 1 to " + WHY_CHARS_MAX + " characters");
        }
        if (lifted.isPresent() && lifted.get().isBefore(since)) {
            throw new IllegalArgumentException("a hold of " + since + " was lifted before, at " + lifted.get());
        }
    }

    public static Hold of(Kind kind, String who, String why, Instant since) {
        return new Hold(kind, who, why, since, Optional.empty());
    }

    public boolean holds() {
        return lifted.isEmpty();
    }

    /** Whether it held then. */
    public boolean heldAt(Instant at) {
        return !since.isAfter(at) && lifted.filter(end -> !end.isAfter(at)).isEmpty();
    }

    Hold lift(Instant now) {
        return new Hold(kind, who, why, since, Optional.of(now));
    }

    /** For people. */
    public String line() {
        return "held by " + who + " since " + since + " (" + kind + "): " + why;
    }
}
