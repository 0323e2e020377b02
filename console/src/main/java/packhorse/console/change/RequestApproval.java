package packhorse.console.change;

import java.time.Instant;

/**
 * What one member of the change control board says of a request.
 *
 * @param round which submission of the request it is about; what was said of an earlier one does not count
 * @param remarks may be empty where it is approved
 */
public record RequestApproval(PersonId person, Verdict verdict, int round, String remarks, Instant at) {
    /** Yes, no, or not like this. */
    public enum Verdict {
        APPROVE,
        REJECT,
        RETURN
    }

    public RequestApproval {
        remarks = verdict == Verdict.APPROVE
                ? Words.prose("the remarks", remarks)
                : Words.said("the remarks of a request that is not approved", remarks);
    }
}
