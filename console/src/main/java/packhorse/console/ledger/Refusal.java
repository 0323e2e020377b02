package packhorse.console.ledger;

import packhorse.console.change.Outcome;

/** Why something was not done, in one line for whoever asked. Nothing was changed. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of reason it is. */
    public enum Why {
        /** It is not there. */
        NOT_THERE,
        /** It is there already. */
        EXISTS,
        /** Somebody changed it since it was looked at. */
        STALE,
        /** Another process has taken over. */
        FENCED,
        /** A rule of the domain says no. */
        REFUSED,
        /** Who asked has not the role. */
        FORBIDDEN,
        /** What was said makes no sense. */
        INVALID
    }

    private final Why why;

    public Refusal(Why why, String line) {
        super(line);
        this.why = why;
    }

    /** The value, where it was done. */
    public static <T> T unless(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Moved<T>(T now) -> now;
            case Outcome.Rejected<T>(String reason) -> throw new Refusal(Why.REFUSED, reason);
        };
    }

    /** What kind of reason it is. */
    public Why why() {
        return why;
    }

    /** The line. */
    public String line() {
        return String.valueOf(getMessage());
    }
}
