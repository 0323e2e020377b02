package packhorse.console.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

final class StrataTest {
    @Test
    void placesGoByProportionAndTheLargestRemainders() {
        assertEquals(
                Map.of(at("laptop", "berlin"), 5, at("desktop", "berlin"), 3, at("laptop", "oslo"), 2),
                Strata.allocate(
                                10,
                                Map.of(
                                        at("laptop", "berlin"),
                                        47,
                                        at("desktop", "berlin"),
                                        30,
                                        at("laptop", "oslo"),
                                        23),
                                1)
                        .places());
    }

    @Test
    void whoeverIsThereIsSeenAndTheOthersShareTheRest() {
        assertEquals(
                Map.of(at("laptop", "berlin"), 8, at("till", "berlin"), 1, at("kiosk", "oslo"), 1),
                Strata.allocate(
                                10,
                                Map.of(at("laptop", "berlin"), 9_000, at("till", "berlin"), 3, at("kiosk", "oslo"), 1),
                                1)
                        .places());
    }

    @Test
    void withFewerPlacesThanStrataKindsAreSeenFirstThenSites() {
        Map<Stratum, Integer> counts = new HashMap<>();
        counts.put(at("laptop", "berlin"), 900);
        counts.put(at("laptop", "oslo"), 800);
        counts.put(at("laptop", "rome"), 700);
        counts.put(at("till", "berlin"), 5);
        counts.put(at("till", "rome"), 4);
        assertEquals(
                Set.of(at("laptop", "berlin"), at("till", "rome")),
                Strata.allocate(2, counts, 1).places().keySet());
        Strata.Allocation three = Strata.allocate(3, counts, 1);
        assertEquals(
                Set.of(at("laptop", "berlin"), at("till", "rome"), at("laptop", "oslo")),
                three.places().keySet());
        assertEquals(List.of(at("laptop", "rome"), at("till", "berlin")), three.uncovered());
    }

    @Test
    void everyAllocationKeepsItsPromises() {
        Cases.run(500, random -> {
            Map<Stratum, Integer> counts = counts(random);
            int size = random.nextInt(0, 200);
            Strata.Allocation allocation = Strata.allocate(size, counts, random.nextLong());
            int people = counts.values().stream().mapToInt(Integer::intValue).sum();
            long present = counts.values().stream().filter(count -> count > 0).count();
            assertEquals(Math.min(size, people), allocation.size());
            allocation.places().forEach((stratum, places) -> {
                assertTrue(places >= 1 && places <= counts.getOrDefault(stratum, 0), stratum + ": " + places);
                double quota = (double) size * counts.getOrDefault(stratum, 0) / people;
                assertTrue(places == 1 || places < quota + 1, stratum + " has " + places + " of a share of " + quota);
            });
            if (size >= present) {
                assertEquals(List.of(), allocation.uncovered());
            } else {
                assertEquals(present - size, allocation.uncovered().size());
                assertTrue(allocation.places().values().stream().allMatch(places -> places == 1));
                assertEquals(
                        Math.min(
                                size,
                                kinds(counts.keySet().stream()
                                                .filter(s -> counts.getOrDefault(s, 0) > 0)
                                                .collect(Collectors.toSet()))
                                        .size()),
                        kinds(allocation.places().keySet()).size(),
                        "as many kinds of machines as there are places for");
            }
        });
    }

    private static Set<String> kinds(Set<Stratum> strata) {
        return strata.stream().map(Stratum::machineKind).collect(Collectors.toSet());
    }

    private static Map<Stratum, Integer> counts(RandomGenerator random) {
        Map<Stratum, Integer> counts = new HashMap<>();
        int strata = random.nextInt(1, 60);
        for (int i = 0; i < strata; i++) {
            counts.put(
                    at("kind" + random.nextInt(0, 8), "site" + random.nextInt(0, 12)),
                    random.nextInt(0, 3) == 0 ? random.nextInt(0, 3) : random.nextInt(0, 500));
        }
        return counts;
    }

    @Test
    void theSameSeedDrawsTheSameAndAnotherSeedOthers() {
        Cases.run(30, random -> {
            Map<Stratum, List<EndpointId>> members = members(random, counts(random));
            long seed = random.nextLong();
            Strata.Sample sample = Strata.draw(40, members, seed);
            Map<Stratum, List<EndpointId>> shuffled = new LinkedHashMap<>();
            new TreeMap<>(members)
                    .descendingMap()
                    .forEach((stratum, endpoints) -> shuffled.put(stratum, new ArrayList<>(endpoints).reversed()));
            assertEquals(sample, Strata.draw(40, shuffled, seed), "whatever order they come in");
            assertEquals(sample.endpoints().stream().sorted().distinct().toList(), sample.endpoints());
            members.forEach((stratum, endpoints) ->
                    assertEquals(sample.allocation().places().getOrDefault(stratum, 0), (int) endpoints.stream()
                            .filter(sample.endpoints()::contains)
                            .count()));
        });
    }

    @Test
    void everybodyIsDrawnAboutEquallyOften() {
        Map<Stratum, List<EndpointId>> members =
                members(RandomGenerator.of("Xoshiro256PlusPlus"), Map.of(at("laptop", "berlin"), 50));
        Map<EndpointId, Integer> drawn = new HashMap<>();
        for (long seed = 0; seed < 2_000; seed++) {
            Strata.draw(10, members, seed).endpoints().forEach(endpoint -> drawn.merge(endpoint, 1, Integer::sum));
        }
        assertEquals(50, drawn.size());
        // 2 000 draws of one in five: 400 with a standard deviation of 18.
        assertTrue(drawn.values().stream().allMatch(times -> times > 400 - 100 && times < 400 + 100), drawn.toString());
        assertNotEquals(
                Strata.draw(10, members, 1).endpoints(),
                Strata.draw(10, members, 2).endpoints());
    }

    @Test
    void whoComesLaterMovesAtMostOneOther() {
        Cases.run(50, random -> {
            Stratum stratum = at("laptop", "berlin");
            Map<Stratum, List<EndpointId>> members = members(random, Map.of(stratum, 200));
            Set<EndpointId> before = new HashSet<>(Strata.draw(20, members, 7).endpoints());
            List<EndpointId> more = new ArrayList<>(members.getOrDefault(stratum, List.of()));
            more.add(EndpointId.ofBytes(Cases.bytes(random, 16)));
            before.removeAll(Strata.draw(20, Map.of(stratum, more), 7).endpoints());
            assertTrue(before.size() <= 1, before.toString());
        });
    }

    @Test
    void nonsenseIsRefused() {
        EndpointId twice = EndpointId.parse("00".repeat(16));
        ConfidenceBoundsTest.assertRefused("is none", () -> Strata.allocate(-1, Map.of(), 1));
        ConfidenceBoundsTest.assertRefused("-3 endpoints", () -> Strata.allocate(1, Map.of(at("a", "b"), -3), 1));
        ConfidenceBoundsTest.assertRefused(
                "is in two strata",
                () -> Strata.draw(1, Map.of(at("a", "b"), List.of(twice), at("a", "c"), List.of(twice)), 1));
        ConfidenceBoundsTest.assertRefused("a kind of machine and a site", () -> at(" ", "b"));
        assertEquals(0, Strata.allocate(5, Map.of(), 1).size());
    }

    private static Stratum at(String kind, String site) {
        return new Stratum(kind, site);
    }

    private static Map<Stratum, List<EndpointId>> members(RandomGenerator random, Map<Stratum, Integer> counts) {
        Map<Stratum, List<EndpointId>> members = new HashMap<>();
        counts.forEach((stratum, count) -> {
            List<EndpointId> endpoints = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                endpoints.add(EndpointId.ofBytes(Cases.bytes(random, 16)));
            }
            members.put(stratum, endpoints);
        });
        return members;
    }
}
