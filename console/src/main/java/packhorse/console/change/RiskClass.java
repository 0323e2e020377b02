package packhorse.console.change;

import java.time.Duration;
import java.util.Optional;

/**
 * How much may go wrong, and so how many have to agree.
 *
 * <pre>
 * class      request approvals         plan signatures: client  board   later review
 * STANDARD   0, a template has them    0                        1       –
 * NORMAL     1                         1                        1       –
 * MAJOR      2                         1                        2       –
 * EMERGENCY  2                         1                        1       within 7 days
 * </pre>
 *
 * <p>Each approval and each signature is another person's.
 */
public enum RiskClass {
    /** Done often, by a template that was approved once for all. */
    STANDARD(0, 0, 1, Optional.empty()),
    NORMAL(1, 1, 1, Optional.empty()),
    MAJOR(2, 1, 2, Optional.empty()),
    /** Cannot wait for what the others wait for; looked at again when it is over. */
    EMERGENCY(2, 1, 1, Optional.of(Duration.ofDays(7)));

    private final int approvals;
    private final int clientSignatures;
    private final int boardSignatures;
    private final Optional<Duration> reviewWithin;

    RiskClass(int approvals, int clientSignatures, int boardSignatures, Optional<Duration> reviewWithin) {
        this.approvals = approvals;
        this.clientSignatures = clientSignatures;
        this.boardSignatures = boardSignatures;
        this.reviewWithin = reviewWithin;
    }

    /** How many have to say yes to a request. */
    public int approvals() {
        return approvals;
    }

    /** How many have to sign a plan in this capacity. */
    public int signatures(PlanApproval.Capacity capacity) {
        return switch (capacity) {
            case CLIENT -> clientSignatures;
            case BOARD -> boardSignatures;
        };
    }

    /** How long after its approval a request has to be looked at again, where it has to. */
    public Optional<Duration> reviewWithin() {
        return reviewWithin;
    }
}
