package packhorse.console.change;

import java.time.Instant;

/**
 * What the requester says of what was done.
 *
 * @param accepted whether it is what was wanted
 * @param satisfaction 1, not at all, to {@value #BEST}, fully
 */
public record Acceptance(PersonId person, boolean accepted, int satisfaction, String remarks, Instant at) {
    public static final int BEST = 5;
    /** From here on a requester counts as satisfied. */
    public static final int SATISFIED = 4;

    public Acceptance {
        remarks = accepted ? Words.prose("the remarks", remarks) : Words.said("why it is not accepted", remarks);
        if (satisfaction < 1 || satisfaction > BEST) {
            throw new IllegalArgumentException("satisfaction is 1 to " + BEST + ", not " + satisfaction);
        }
    }
}
