package packhorse.console.scheduler;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import packhorse.console.ledger.Desired;
import packhorse.core.state.DesiredState;
import packhorse.core.topology.EndpointId;

/** Knows what each endpoint should have, and of whom that has changed: what the ledger says, whichever console wrote it. */
public final class DesiredClerk {
    private final Transactions transactions;

    public DesiredClerk(Transactions transactions) {
        this.transactions = transactions;
    }

    /** What an endpoint should have; {@link DesiredState#NONE} where nobody has ordered anything of it. */
    public DesiredState of(EndpointId endpoint) {
        return transactions.read(pages -> pages.desired().of(endpoint));
    }

    /** What they should have. */
    public Map<EndpointId, DesiredState> of(Collection<EndpointId> endpoints) {
        return transactions.read(pages -> pages.desired().of(endpoints));
    }

    /** Endpoints whose desired state was changed by what came after the change with this number, in the order of the changes. */
    public List<Desired.Change> changedAfter(long number, int limit) {
        return transactions.read(pages -> pages.desired().changedAfter(number, limit));
    }
}
