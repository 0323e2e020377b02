package packhorse.console.fleet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import packhorse.console.gate.Stratum;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Targets;
import packhorse.core.topology.EndpointId;

/**
 * Whom an order's targets are at one moment, with what waves are cut by. Division and freezing are the waves' own; whoever joins later is in
 * the selection of that later moment.
 *
 * <p>Cost: O(endpoints × comparisons).
 *
 * @param candidates in order of their ids, each once
 * @param unknown endpoints that the list names and the fleet has not: they have left, or never were
 * @param findings what somebody should know before the selection is used, one line each
 */
public record TargetSelection(List<Candidate> candidates, List<EndpointId> unknown, List<String> findings) {
    /** The site of an endpoint whose address is in none. */
    public static final String NO_SITE = "(no site)";

    private static final int NAMED_MAX = 3;

    public TargetSelection {
        candidates = List.copyOf(candidates);
        unknown = List.copyOf(unknown);
        findings = List.copyOf(findings);
    }

    /**
     * Who came and who went between two selections.
     *
     * @param joined sorted
     * @param left sorted
     */
    public record Change(List<EndpointId> joined, List<EndpointId> left) {
        public Change {
            joined = List.copyOf(joined);
            left = List.copyOf(left);
        }
    }

    /**
     * Selects now.
     *
     * @throws BadQueryException when the query cannot be read
     */
    public static TargetSelection of(Targets targets, Roster roster, Collection<EndpointFacts> fleet, Instant now) {
        Optional<Query<EndpointFacts>> query =
                targets.query().isEmpty() ? Optional.empty() : Optional.of(roster.read(targets.query()));
        List<Candidate> candidates = new ArrayList<>();
        Set<EndpointId> seen = new HashSet<>();
        Set<EndpointId> listed = new HashSet<>(targets.listed());
        List<EndpointId> homeless = new ArrayList<>();
        List<EndpointId> silent = new ArrayList<>();
        int found = 0;
        for (EndpointFacts facts : fleet) {
            boolean asked = query.isPresent() && query.get().matches(facts, now);
            found += asked ? 1 : 0;
            if (!asked && !listed.contains(facts.endpoint())) {
                continue;
            }
            if (!seen.add(facts.endpoint())) {
                throw new IllegalArgumentException("the fleet has the endpoint " + facts.endpoint() + " twice");
            }
            candidates.add(candidate(facts));
            if (facts.site().isEmpty()) {
                homeless.add(facts.endpoint());
            }
            if (facts.lastSeen().isEmpty()) {
                silent.add(facts.endpoint());
            }
        }
        candidates.sort((one, other) -> one.endpoint().compareTo(other.endpoint()));
        List<EndpointId> unknown = targets.listed().stream()
                .filter(endpoint -> !seen.contains(endpoint))
                .toList();
        List<String> findings = new ArrayList<>();
        if (query.isPresent() && found == 0) {
            findings.add("the query finds nobody: " + query.get().text());
        }
        note(findings, unknown, "of the list are not in the fleet");
        note(findings, homeless, "are in no site; windows and limits of sites do not hold for them");
        note(findings, silent, "were never heard of since they joined");
        return new TargetSelection(candidates, unknown, findings);
    }

    /**
     * Whom targets take, for whoever looks at one endpoint after the other.
     *
     * @throws BadQueryException when the query cannot be read
     */
    public static Predicate<EndpointFacts> taking(Targets targets, Roster roster, Instant now) {
        Set<EndpointId> listed = new HashSet<>(targets.listed());
        Predicate<EndpointFacts> named = facts -> listed.contains(facts.endpoint());
        if (targets.query().isEmpty()) {
            return named;
        }
        Query<EndpointFacts> query = roster.read(targets.query());
        return named.or(facts -> query.matches(facts, now));
    }

    /** Whom targets can be at most. */
    public static Narrowing narrowing(Targets targets, Roster roster) {
        List<Narrowing> parts = new ArrayList<>();
        if (!targets.listed().isEmpty()) {
            parts.add(new Narrowing.Listed(targets.listed()));
        }
        if (!targets.query().isEmpty()) {
            parts.add(Narrowing.of(roster.read(targets.query()), roster));
        }
        return Narrowing.anyOf(parts);
    }

    private static void note(List<String> findings, List<EndpointId> whom, String what) {
        if (!whom.isEmpty()) {
            List<String> first = whom.stream()
                    .sorted()
                    .limit(NAMED_MAX)
                    .map(EndpointId::toString)
                    .toList();
            findings.add(whom.size()
                    + (whom.size() == 1 ? " endpoint: " : " endpoints: ")
                    + String.join(", ", first)
                    + (whom.size() > NAMED_MAX ? " … " : " ")
                    + what);
        }
    }

    /** An endpoint as waves take it: a label by its name and by {@code label.name}, and what is known of the machine. */
    public static Candidate candidate(EndpointFacts facts) {
        SortedMap<String, String> attributes = new TreeMap<>(facts.labels());
        facts.labels().forEach((name, value) -> attributes.put("label." + name, value));
        known(attributes, facts);
        return candidate(facts, attributes);
    }

    /** The same with no other attributes than these: of a large fleet nobody keeps what no wave is cut by. */
    public static Candidate candidate(EndpointFacts facts, Set<String> wanted) {
        SortedMap<String, String> attributes = new TreeMap<>();
        if (!wanted.isEmpty()) {
            attributes.putAll(candidate(facts).attributes());
            attributes.keySet().retainAll(wanted);
        }
        return candidate(facts, attributes);
    }

    private static void known(SortedMap<String, String> attributes, EndpointFacts facts) {
        put(attributes, "site", facts.site());
        put(attributes, "kind", facts.machineKind());
        put(
                attributes,
                "os",
                facts.os().words().isEmpty() ? "" : facts.os().words().getFirst());
        put(attributes, "os.version", facts.os().version().map(Object::toString).orElse(""));
        put(attributes, "vendor", facts.hardware().vendor());
        put(attributes, "product", facts.hardware().product());
        put(attributes, "architecture", facts.hardware().architecture());
        put(attributes, "hypervisor", facts.hardware().hypervisor());
    }

    private static Candidate candidate(EndpointFacts facts, SortedMap<String, String> attributes) {
        return new Candidate(
                facts.endpoint(),
                new Stratum(facts.machineKind(), site(facts)),
                attributes,
                facts.redundantPair(),
                facts.vmHost());
    }

    /** Where waves take an endpoint to be. */
    public static String site(EndpointFacts facts) {
        return facts.site().isEmpty() ? NO_SITE : facts.site();
    }

    /** What is known stands under its own name, whatever a label of that name says. */
    private static void put(SortedMap<String, String> attributes, String name, String value) {
        if (value.isEmpty()) {
            attributes.remove(name);
        } else {
            attributes.put(name, value);
        }
    }

    /** Everybody in it, sorted. */
    public List<EndpointId> endpoints() {
        return candidates.stream().map(Candidate::endpoint).toList();
    }

    /** Who came and who went since {@code before}, which is sorted. */
    public Change since(List<EndpointId> before) {
        List<EndpointId> here = endpoints();
        return new Change(
                here.stream()
                        .filter(one -> Collections.binarySearch(before, one) < 0)
                        .toList(),
                before.stream()
                        .filter(one -> Collections.binarySearch(here, one) < 0)
                        .toList());
    }
}
