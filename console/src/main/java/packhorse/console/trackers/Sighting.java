package packhorse.console.trackers;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.topology.EndpointId;

/**
 * An endpoint that has a session with a tracker.
 *
 * @param site whose rights it has; empty: none's
 * @param since its session began, by the tracker's clock
 * @param desiredRevision the highest of a desired state that the endpoint or its tracker knows; what is said next is said with a higher
 *     one, or is the same state
 */
public record Sighting(EndpointId endpoint, Optional<String> site, Instant since, long desiredRevision) {}
