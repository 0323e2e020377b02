package packhorse.tracker.desired;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.topology.EndpointId;

/**
 * What the sheet says of endpoints: their groups and labels.
 *
 * @param groups members by name
 * @param labels by endpoint
 */
public record Roster(Map<String, Set<EndpointId>> groups, Map<EndpointId, Map<String, String>> labels) {
    public static final Roster EMPTY = new Roster(Map.of(), Map.of());

    public Roster {
        groups = Map.copyOf(groups);
        labels = Map.copyOf(labels);
    }

    /** The groups of every endpoint that is in one. */
    Map<EndpointId, Set<String>> groupsOf() {
        Map<EndpointId, Set<String>> of = new HashMap<>();
        groups.forEach((group, members) -> members.forEach(
                member -> of.computeIfAbsent(member, m -> new HashSet<>()).add(group)));
        return of;
    }

    Map<String, String> labelsOf(Optional<EndpointId> endpoint) {
        return endpoint.map(labels::get).orElse(Map.of());
    }
}
