package packhorse.console.trackers;

import java.util.Optional;
import packhorse.core.topology.EndpointId;

/**
 * May this endpoint do the irreversible step of that action now?
 *
 * @param site whose rights it has, as its tracker sees it; empty: none's
 * @param action as in its desired state
 */
public record LeaseQuestion(EndpointId endpoint, Optional<String> site, String action) {}
