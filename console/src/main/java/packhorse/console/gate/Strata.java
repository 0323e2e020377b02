package packhorse.console.gate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import packhorse.core.topology.EndpointId;

/**
 * Whom a sample is drawn from: how many endpoints of each stratum, and which.
 *
 * <p><b>How many.</b> In proportion, by the method of the largest remainder, and at least one of each stratum where the size
 * allows: a stratum whose share is below one gets one, and the others share what is left in proportion. Where there are more strata than
 * places, each place goes to another stratum: first so that every kind of machine is seen, then every site, then the largest. What
 * nobody stands for is named in {@link Allocation#uncovered}, for the yellow flags at go and no-go.
 *
 * <p><b>Which.</b> Endpoints are ordered by a number that mixes their id with the seed, and the first ones are taken. So the choice has nothing to
 * do with who they are, can be repeated by whoever knows the seed, and hardly changes when an endpoint comes or goes.
 *
 * <p>Cost: O(S log S) for S strata, O(n log n) for n endpoints.
 */
public final class Strata {
    /** Keeps the order of drawing apart from other orders made with the same seed, such as that of starts inside a window. */
    private static final long DRAWING = 0x5ca1ab1e0ddba11L;

    private Strata() {}

    /**
     * How many of each.
     *
     * @param places endpoints of each stratum that has any; together the size asked for, or all where there are fewer
     * @param uncovered strata with endpoints, but none in the sample
     */
    public record Allocation(SortedMap<Stratum, Integer> places, List<Stratum> uncovered) {
        public Allocation {
            places = Collections.unmodifiableSortedMap(new TreeMap<>(places));
            uncovered = List.copyOf(uncovered);
        }

        public int size() {
            return places.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /** Endpoints in the order of their ids, and how they are spread. */
    public record Sample(List<EndpointId> endpoints, Allocation allocation) {
        public Sample {
            endpoints = List.copyOf(endpoints);
        }
    }

    /** Shares {@code size} places out. Ties are broken by the seed. */
    public static Allocation allocate(int size, Map<Stratum, Integer> counts, long seed) {
        if (size < 0) {
            throw new IllegalArgumentException("a sample of " + size + " endpoints is none; write 0 or more");
        }
        Map<Stratum, Integer> present = new HashMap<>();
        counts.forEach((stratum, count) -> {
            if (count < 0) {
                throw new IllegalArgumentException(stratum + ": " + count + " endpoints");
            }
            if (count > 0) {
                present.put(stratum, count);
            }
        });
        long total = present.values().stream().mapToLong(Integer::longValue).sum();
        SortedMap<Stratum, Integer> places = total <= size
                ? new TreeMap<>(present)
                : size < present.size() ? oneEach(size, present, seed) : proportional(size, present, seed);
        return new Allocation(
                places,
                present.keySet().stream()
                        .filter(stratum -> !places.containsKey(stratum))
                        .sorted()
                        .toList());
    }

    /** Draws them. An endpoint belongs to one stratum. */
    public static Sample draw(int size, Map<Stratum, ? extends Collection<EndpointId>> members, long seed) {
        Map<Stratum, Integer> counts = new HashMap<>();
        Set<EndpointId> seen = new HashSet<>();
        members.forEach((stratum, endpoints) -> {
            counts.put(stratum, endpoints.size());
            endpoints.forEach(endpoint -> {
                if (!seen.add(endpoint)) {
                    throw new IllegalArgumentException(
                            "the endpoint " + endpoint + " is in two strata, or twice in " + stratum);
                }
            });
        });
        Allocation allocation = allocate(size, counts, seed);
        List<EndpointId> drawn = new ArrayList<>();
        members.forEach((stratum, endpoints) -> drawn(endpoints, Function.identity(), seed).stream()
                .limit(allocation.places().getOrDefault(stratum, 0))
                .forEach(drawn::add));
        Collections.sort(drawn);
        return new Sample(drawn, allocation);
    }

    /** In the order in which they are drawn with this seed; where each stands is reckoned once, not at every comparison. */
    public static <T> List<T> drawn(Collection<T> all, Function<T, EndpointId> endpoint, long seed) {
        return all.stream()
                .map(one -> new Placed<>(endpoint.apply(one).spread(seed ^ DRAWING), endpoint.apply(one), one))
                .sorted(Comparator.<Placed<T>>comparingLong(Placed::place).thenComparing(Placed::endpoint))
                .map(Placed::one)
                .toList();
    }

    private record Placed<T>(long place, EndpointId endpoint, T one) {}

    private static SortedMap<Stratum, Integer> proportional(int size, Map<Stratum, Integer> counts, long seed) {
        SortedMap<Stratum, Integer> places = new TreeMap<>();
        Map<Stratum, Integer> rest = new HashMap<>(counts);
        long left = size;
        long people = sum(rest);
        for (boolean raised = true; raised; ) {
            raised = false;
            List<Stratum> small = new ArrayList<>();
            for (Map.Entry<Stratum, Integer> entry : rest.entrySet()) {
                if (left * entry.getValue() < people) {
                    small.add(entry.getKey());
                }
            }
            for (Stratum stratum : small) {
                places.put(stratum, 1);
                rest.remove(stratum);
                raised = true;
            }
            left -= small.size();
            people = sum(rest);
        }
        long given = 0;
        for (Map.Entry<Stratum, Integer> entry : rest.entrySet()) {
            int whole = Math.toIntExact(left * entry.getValue() / people);
            places.put(entry.getKey(), whole);
            given += whole;
        }
        long share = left;
        long among = people;
        rest.keySet().stream()
                .sorted(Comparator.<Stratum>comparingLong(stratum -> -(share * counts.getOrDefault(stratum, 0) % among))
                        .thenComparing(byChance(seed)))
                .limit(left - given)
                .forEach(stratum -> places.merge(stratum, 1, Integer::sum));
        return places;
    }

    private static SortedMap<Stratum, Integer> oneEach(int size, Map<Stratum, Integer> counts, long seed) {
        List<Stratum> largestFirst = counts.keySet().stream()
                .sorted(Comparator.<Stratum>comparingInt(stratum -> -counts.getOrDefault(stratum, 0))
                        .thenComparing(byChance(seed)))
                .toList();
        Set<Stratum> chosen = new LinkedHashSet<>();
        Set<String> kinds = new HashSet<>();
        Set<String> sites = new HashSet<>();
        for (int round = 0; round < 4; round++) {
            for (Stratum stratum : largestFirst) {
                boolean newKind = !kinds.contains(stratum.machineKind());
                boolean newSite = !sites.contains(stratum.site());
                boolean now = switch (round) {
                    case 0 -> newKind && newSite;
                    case 1 -> newKind;
                    case 2 -> newSite;
                    default -> true;
                };
                if (now && chosen.size() < size && chosen.add(stratum)) {
                    kinds.add(stratum.machineKind());
                    sites.add(stratum.site());
                }
            }
        }
        SortedMap<Stratum, Integer> places = new TreeMap<>();
        chosen.forEach(stratum -> places.put(stratum, 1));
        return places;
    }

    private static long sum(Map<Stratum, Integer> counts) {
        return counts.values().stream().mapToLong(Integer::longValue).sum();
    }

    private static Comparator<Stratum> byChance(long seed) {
        return Comparator.<Stratum>comparingLong(stratum -> mixed(stratum, seed))
                .thenComparing(Comparator.naturalOrder());
    }

    /** FNV-1a over both names, finished with the mixer of SplitMix64. */
    private static long mixed(Stratum stratum, long seed) {
        long mixed = seed ^ DRAWING ^ 0xcbf29ce484222325L;
        String text = stratum.machineKind() + '\0' + stratum.site();
        for (int i = 0; i < text.length(); i++) {
            mixed = (mixed ^ text.charAt(i)) * 0x100000001b3L;
        }
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
