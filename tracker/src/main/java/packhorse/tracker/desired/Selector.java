package packhorse.tracker.desired;

import java.util.Map;
import java.util.Set;
import packhorse.core.topology.EndpointId;

/**
 * Names endpoints. Values of one kind widen, kinds narrow: {@code sites: [berlin, paris]} with {@code labels: {role: till}} are the
 * tills of both. Of labels, each that is named has to fit. A selector without any kind names nobody; all is said on purpose.
 *
 * @param all everybody; then nothing else is named
 * @param endpoints by id; empty: not asked
 * @param sites where they are now; empty: not asked
 * @param groups of the sheet; empty: not asked
 * @param labels values that fit, by key; empty: not asked
 */
public record Selector(
        boolean all,
        Set<EndpointId> endpoints,
        Set<String> sites,
        Set<String> groups,
        Map<String, Set<String>> labels) {
    public static final Selector ALL = new Selector(true, Set.of(), Set.of(), Set.of(), Map.of());

    public Selector {
        endpoints = Set.copyOf(endpoints);
        sites = Set.copyOf(sites);
        groups = Set.copyOf(groups);
        labels = Map.copyOf(labels);
        boolean some = !(endpoints.isEmpty() && sites.isEmpty() && groups.isEmpty() && labels.isEmpty());
        if (all == some) {
            throw new IllegalArgumentException(
                    "whom it is for is said once: endpoints, sites, groups or labels, or all: true and none of them");
        }
    }

    public boolean matches(Target target) {
        return all
                || ((endpoints.isEmpty() || target.id().map(endpoints::contains).orElse(false))
                        && (sites.isEmpty()
                                || target.site().map(sites::contains).orElse(false))
                        && (groups.isEmpty() || groups.stream().anyMatch(target.groups()::contains))
                        && labels.entrySet().stream().allMatch(wanted -> fits(wanted, target)));
    }

    /** How exactly it says whom: everybody, sites, groups or labels, endpoints by name. */
    int exactness() {
        if (!endpoints.isEmpty()) {
            return 3;
        }
        return groups.isEmpty() && labels.isEmpty() ? (sites.isEmpty() ? 0 : 1) : 2;
    }

    private static boolean fits(Map.Entry<String, Set<String>> wanted, Target target) {
        String value = target.labels().get(wanted.getKey());
        return value != null && wanted.getValue().contains(value);
    }
}
