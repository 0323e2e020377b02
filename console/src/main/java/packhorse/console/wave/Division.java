package packhorse.console.wave;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import packhorse.console.gate.BetaSize;
import packhorse.console.gate.Strata;
import packhorse.console.gate.Stratum;
import packhorse.core.topology.EndpointId;

/**
 * Who is in which wave. The beta group is drawn first, stratified over kinds of machines and sites, as large as its guarantee asks. Then
 * each wave takes its slice of whoever is left: by site or attribute all that match, by percentage or count the first ones in an order that
 * the seed gives. A percentage is one of all whom the waves are for, not of those left. The last wave takes the rest.
 *
 * <p>The division is made when the first wave is frozen and kept. Whoever joins the targets later goes to the last wave, and only while that is not
 * frozen itself; whoever leaves them before is left out there. So no wave that was judged has ever other members than those that it was
 * judged by.
 *
 * <p>Cost: O(n log n) for n endpoints and each wave.
 *
 * @param waves by their number
 * @param uncovered strata that nobody in the beta group stands for
 * @param findings what the division could not give, one line each
 */
public record Division(SortedMap<Integer, List<EndpointId>> waves, List<Stratum> uncovered, List<String> findings) {
    public Division {
        SortedMap<Integer, List<EndpointId>> sorted = new TreeMap<>();
        waves.forEach((number, members) -> sorted.put(number, List.copyOf(members)));
        waves = Collections.unmodifiableSortedMap(sorted);
        uncovered = List.copyOf(uncovered);
        findings = List.copyOf(findings);
    }

    /** Divides whoever the targets name now. */
    public static Division of(Plan plan, Collection<Candidate> candidates) {
        Map<EndpointId, Candidate> left = new LinkedHashMap<>();
        Strata.drawn(candidates, Candidate::endpoint, plan.seed())
                .forEach(candidate -> left.putIfAbsent(candidate.endpoint(), candidate));
        SortedMap<Integer, List<EndpointId>> waves = new TreeMap<>();
        List<String> findings = new ArrayList<>();
        List<Stratum> uncovered = new ArrayList<>();
        plan.beta().ifPresent(beta -> {
            BetaSize size = BetaSize.of(beta.guarantee());
            size.shortfall(left.size()).ifPresent(findings::add);
            Map<Stratum, List<EndpointId>> strata = new HashMap<>();
            left.values()
                    .forEach(candidate -> strata.computeIfAbsent(candidate.stratum(), unused -> new ArrayList<>())
                            .add(candidate.endpoint()));
            Strata.Sample sample = Strata.draw((int) Math.min(left.size(), size.endpoints()), strata, plan.seed());
            uncovered.addAll(sample.allocation().uncovered());
            waves.put(WaveId.BETA, sample.endpoints());
            sample.endpoints().forEach(left::remove);
        });
        long all = left.size();
        int number = 1;
        for (WavePlan wave : plan.waves()) {
            List<EndpointId> taken = take(wave.slice(), left, all);
            waves.put(number, taken);
            taken.forEach(left::remove);
            if (taken.isEmpty()) {
                findings.add("wave " + number + " (" + wave.name() + "): "
                        + wave.slice().line() + " is nobody; it will be passed over");
            }
            number++;
        }
        return new Division(waves, uncovered, findings);
    }

    private static List<EndpointId> take(Slice slice, Map<EndpointId, Candidate> left, long all) {
        return switch (slice) {
            case Slice.Percent(int percent) -> first(left, Math.max(1, all * percent / 100));
            case Slice.Count(int count) -> first(left, count);
            case Slice.Sites sites ->
                matching(
                        left,
                        candidate -> sites.names().contains(candidate.stratum().site()));
            case Slice.Attribute(String key, String value) ->
                matching(left, candidate -> value.equals(candidate.attributes().get(key)));
            case Slice.Rest rest -> matching(left, candidate -> true);
        };
    }

    private static List<EndpointId> first(Map<EndpointId, Candidate> left, long count) {
        return left.keySet().stream().limit(count).toList();
    }

    private static List<EndpointId> matching(Map<EndpointId, Candidate> left, Predicate<Candidate> wanted) {
        return left.values().stream().filter(wanted).map(Candidate::endpoint).toList();
    }

    /** The number of the wave that takes the rest. */
    public int tail() {
        return waves.lastKey();
    }

    /**
     * Freezes one wave.
     *
     * @param now all whom the targets name now; only the tail wave looks at them
     */
    public FrozenMembership freeze(int wave, Collection<EndpointId> now) {
        List<EndpointId> members = waves.get(wave);
        if (members == null) {
            throw new IllegalArgumentException("the division has no wave " + wave);
        }
        return FrozenMembership.of(wave == tail() ? late(now) : members);
    }

    private List<EndpointId> late(Collection<EndpointId> now) {
        List<EndpointId> earlier = new ArrayList<>();
        waves.headMap(tail()).values().forEach(earlier::addAll);
        Collections.sort(earlier);
        return now.stream()
                .filter(endpoint -> Collections.binarySearch(earlier, endpoint) < 0)
                .toList();
    }
}
