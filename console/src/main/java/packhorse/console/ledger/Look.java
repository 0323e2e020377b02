package packhorse.console.ledger;

import java.util.Optional;

/**
 * Which records of a kind are wanted, in the order of their ids.
 *
 * @param state only those in it
 * @param parent only those that belong to it
 * @param after only those behind this id; empty: from the first on
 * @param limit at most so many, 1 to {@value #LIMIT_MAX}
 */
public record Look(Optional<String> state, Optional<String> parent, String after, int limit) {
    /** What one answer may hold; whoever wants more asks again behind the last. */
    public static final int LIMIT_MAX = 1_000;

    public Look {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new Refusal(Refusal.Why.INVALID, limit + " at once; ask for 1 to " + LIMIT_MAX);
        }
    }

    /** From the first on. */
    public static Look all() {
        return new Look(Optional.empty(), Optional.empty(), "", LIMIT_MAX);
    }

    /** Those in a state. */
    public static Look in(String state) {
        return all().withState(state);
    }

    /** Those that belong to something. */
    public static Look of(String parent) {
        return all().withParent(parent);
    }

    /** The same, only those in this state. */
    public Look withState(String wanted) {
        return new Look(Optional.of(wanted), parent, after, limit);
    }

    /** The same, only those that belong to it. */
    public Look withParent(String wanted) {
        return new Look(state, Optional.of(wanted), after, limit);
    }

    /** The same, behind this id. */
    public Look behind(String id) {
        return new Look(state, parent, id, limit);
    }

    /** The same, at most so many. */
    public Look atMost(int count) {
        return new Look(state, parent, after, count);
    }
}
