package packhorse.console.scheduler;

import java.time.Instant;
import packhorse.console.change.ChangeOrder;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Plan;

/**
 * A deployment with its order and plan, as one transaction sees them.
 *
 * @param signed whether it may be carried out: the order is in production, and its signatures hold for this plan with these releases
 */
record Sight(Stored<Deployment> stored, ChangeOrder order, Plan plan, boolean signed, Instant now) {
    Deployment deployment() {
        return stored.value();
    }

    DeploymentId id() {
        return stored.value().id();
    }
}
