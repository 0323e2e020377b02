package packhorse.console.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import packhorse.core.state.DesiredState;
import packhorse.core.topology.EndpointId;

/**
 * What each endpoint should have: at most one item for each release line, the newest order's. An endpoint's revision grows with each change of its
 * items; a number over all of them grows too, so that another console learns of whom something was changed.
 */
public interface Desired {
    /** A change of an endpoint's items. */
    record Change(long number, EndpointId endpoint) {}

    /** Puts items in place of whatever their release lines had, behind all others of their endpoints. */
    void put(List<DesiredRow> rows);

    /** Takes the items of these actions away. */
    void drop(Collection<String> actions);

    /**
     * Where an endpoint's revision is lower than this one, which it acts on, its revision is the next one now, and it counts as changed.
     * Endpoints of which nobody ordered anything have none.
     */
    void raise(Map<EndpointId, Long> acted);

    /** What an endpoint should have, in the order in which it was ordered. */
    DesiredState of(EndpointId endpoint);

    /** What they should have. */
    Map<EndpointId, DesiredState> of(Collection<EndpointId> endpoints);

    /** Endpoints whose items changed, each with its newest change, behind this number, in the changes' order. */
    List<Change> changedAfter(long number, int limit);
}
