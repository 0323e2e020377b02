package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.gate.Guarantee;
import packhorse.console.gate.Stratum;
import packhorse.core.content.Sha256;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

final class DivisionTest {
    @Test
    @Proves("PROCESS 1 beta group")
    void theBetaGroupIsAsLargeAsItsGuaranteeAsksAndStandsForEveryKindAndSite() {
        Plan plan = Scene.plan(
                Optional.of(new BetaPlan(Guarantee.of(0.05, 0.95), Duration.ZERO)),
                List.of(new WavePlan("rest", new Slice.Rest(), Duration.ZERO)));
        Division division = Division.of(plan, fleet(600));
        List<EndpointId> beta = division.waves().get(WaveId.BETA);
        assertEquals(59, beta == null ? 0 : beta.size());
        assertEquals(List.of(), division.uncovered());
        assertEquals(541, division.freeze(1, ids(600)).size());
        assertEquals(List.of(), division.findings());
        assertTrue(Division.of(plan, fleet(20)).findings().getFirst().contains("59 endpoints"));
    }

    @Test
    void everyoneIsInOneWaveAndTheSameSeedGivesTheSameWaves() {
        Cases.run(60, random -> {
            int count = random.nextInt(1, 200);
            Plan plan = Scene.plan(
                    random.nextBoolean()
                            ? Optional.of(new BetaPlan(Guarantee.of(0.3, 0.8), Duration.ZERO))
                            : Optional.empty(),
                    List.of(
                            new WavePlan("site", new Slice.Sites(Set.of("rome")), Duration.ZERO),
                            new WavePlan("ring", new Slice.Attribute("ring", "1"), Duration.ZERO),
                            new WavePlan("some", new Slice.Count(random.nextInt(1, 30)), Duration.ZERO),
                            new WavePlan("part", new Slice.Percent(random.nextInt(1, 100)), Duration.ZERO),
                            new WavePlan("rest", new Slice.Rest(), Duration.ZERO)));
            List<Candidate> fleet = new ArrayList<>(fleet(count));
            Division division = Division.of(plan, fleet);
            Collections.reverse(fleet);
            assertEquals(division, Division.of(plan, fleet));
            List<EndpointId> all = new ArrayList<>();
            division.waves()
                    .keySet()
                    .forEach(
                            wave -> all.addAll(division.freeze(wave, ids(count)).members()));
            assertEquals(count, all.size());
            assertEquals(new HashSet<>(ids(count)), new HashSet<>(all));
        });
    }

    @Test
    void whoJoinsLateGoesToTheTailWaveAndWhoLeftIsNotInIt() {
        Plan plan = Scene.plan(
                Optional.empty(),
                List.of(
                        new WavePlan("first", new Slice.Count(10), Duration.ZERO),
                        new WavePlan("rest", new Slice.Rest(), Duration.ZERO)));
        Division division = Division.of(plan, fleet(30));
        EndpointId left = division.freeze(2, ids(30)).members().getFirst();
        List<EndpointId> now = new ArrayList<>(ids(35));
        now.remove(left);
        FrozenMembership first = division.freeze(1, now);
        FrozenMembership tail = division.freeze(2, now);
        assertEquals(division.freeze(1, ids(30)), first);
        assertEquals(24, tail.size());
        assertFalse(tail.contains(left));
        assertTrue(tail.contains(Scene.endpoint(33)));
        assertTrue(first.members().stream().noneMatch(tail::contains));
    }

    @Test
    void aMembershipIsWhatItsDigestSays() {
        FrozenMembership frozen = FrozenMembership.of(List.of(Scene.endpoint(2), Scene.endpoint(1), Scene.endpoint(2)));
        assertEquals(List.of(Scene.endpoint(1), Scene.endpoint(2)), frozen.members());
        assertEquals(2, frozen.numberOf(Scene.endpoint(2)));
        assertThrows(IllegalArgumentException.class, () -> frozen.numberOf(Scene.endpoint(3)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new FrozenMembership(List.of(Scene.endpoint(1)), frozen.digest()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new FrozenMembership(List.of(Scene.endpoint(2), Scene.endpoint(1)), Sha256.of(new byte[] {1})));
    }

    private static List<EndpointId> ids(int count) {
        return fleet(count).stream().map(Candidate::endpoint).toList();
    }

    private static List<Candidate> fleet(int count) {
        List<Candidate> fleet = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TreeMap<String, String> attributes = new TreeMap<>();
            attributes.put("ring", String.valueOf(i % 5));
            fleet.add(new Candidate(
                    Scene.endpoint(i),
                    new Stratum(i % 3 == 0 ? "laptop" : "desk", i % 7 == 0 ? "rome" : "berlin"),
                    attributes,
                    Optional.empty(),
                    Optional.empty()));
        }
        return fleet;
    }
}
