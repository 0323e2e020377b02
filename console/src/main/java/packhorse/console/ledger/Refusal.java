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

    /** The value, where it was done; thrown with the domain's reason where it was not. */
    public static <T> T unless(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Moved<T>(T now) -> now;
            case Outcome.Rejected<T>(Outcome.Why kind, String reason) ->
                throw new Refusal(
                        switch (kind) {
                            case RULE -> Why.REFUSED;
                            case ROLE -> Why.FORBIDDEN;
                        },
                        reason);
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
