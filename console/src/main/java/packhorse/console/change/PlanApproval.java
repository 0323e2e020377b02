package packhorse.console.change;

import java.time.Instant;
import packhorse.core.content.Sha256;

/**
 * A signature under a plan: scope, schedule and cost, as the digest over releases, targets, waves, windows and thresholds names them. It
 * says nothing of any other plan.
 */
public record PlanApproval(PersonId person, Capacity capacity, Sha256 digest, String remarks, Instant at) {
    /** For whom somebody signs. */
    public enum Capacity {
        /** For the client, who pays and is disturbed. */
        CLIENT,
        /** For the change control board. */
        BOARD
    }

    public PlanApproval {
        remarks = Words.prose("the remarks", remarks);
    }
}
