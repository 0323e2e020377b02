package packhorse.tracker.desired;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.topology.EndpointId;

/**
 * An endpoint as selectors see it.
 *
 * @param id empty for somebody of a site of whom nothing else is known
 * @param site where it is now, by its address
 * @param groups that name it
 * @param labels it carries
 */
public record Target(Optional<EndpointId> id, Optional<String> site, Set<String> groups, Map<String, String> labels) {
    /** Anybody of that site. */
    public static Target anybodyOf(String site) {
        return new Target(Optional.empty(), Optional.of(site), Set.of(), Map.of());
    }
}
