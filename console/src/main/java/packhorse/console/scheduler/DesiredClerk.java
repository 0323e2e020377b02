package packhorse.console.scheduler;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    /**
     * What they should have, with revisions no lower than those that they act on. The ledger's own grow with each change; an endpoint that
     * knows a higher one had it from a ledger that is no more, or a file. Then the ledger goes on above that, so that all consoles say the
     * same number.
     *
     * @param acted revisions that endpoints act on, as far as they are known
     */
    public Map<EndpointId, DesiredState> above(Collection<EndpointId> endpoints, Map<EndpointId, Long> acted) {
        Map<EndpointId, DesiredState> states = of(endpoints);
        Map<EndpointId, Long> higher = new TreeMap<>();
        states.forEach((endpoint, state) -> {
            long known = acted.getOrDefault(endpoint, 0L);
            if (known > state.revision()) {
                higher.put(endpoint, known);
            }
        });
        if (higher.isEmpty()) {
            return states;
        }
        Map<EndpointId, DesiredState> all = new HashMap<>(states);
        all.putAll(transactions.write(pages -> {
            pages.desired().raise(higher);
            return pages.desired().of(higher.keySet());
        }));
        return all;
    }

    /** Endpoints whose desired state was changed by what came after the change with this number, in the order of the changes. */
    public List<Desired.Change> changedAfter(long number, int limit) {
        return transactions.read(pages -> pages.desired().changedAfter(number, limit));
    }
}
