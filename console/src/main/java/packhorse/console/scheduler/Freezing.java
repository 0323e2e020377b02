package packhorse.console.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import packhorse.console.ledger.MemberRow;
import packhorse.console.ledger.Pages;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Division;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.core.topology.EndpointId;

/**
 * Fixes who is in a wave. The first time all targets are divided, and the division is kept as the members of every wave: those of the last
 * one are looked at again when its turn comes, since late joiners belong there.
 */
final class Freezing {
    private final Surroundings surroundings;

    Freezing(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Whoever is in the wave from now on; {@code found} takes what the division could not give. */
    FrozenMembership freeze(Pages pages, Sight sight, WaveId id, Map<String, String> found) {
        List<Wave> waves = sight.deployment().waves();
        boolean tail = waves.getLast().id().equals(id);
        Optional<FrozenMembership> kept = pages.waves().membership(id);
        if (kept.isPresent() && !tail) {
            return kept.get();
        }
        List<Candidate> candidates = surroundings.candidates(pages, sight.plan());
        if (kept.isEmpty()) {
            return divide(pages, sight, id, candidates, found);
        }
        Set<EndpointId> earlier = new HashSet<>();
        for (Wave wave : waves.subList(0, waves.size() - 1)) {
            pages.waves().membership(wave.id()).ifPresent(membership -> earlier.addAll(membership.members()));
        }
        FrozenMembership now = FrozenMembership.of(candidates.stream()
                .map(Candidate::endpoint)
                .filter(endpoint -> !earlier.contains(endpoint))
                .toList());
        if (!now.equals(kept.get())) {
            pages.waves().thaw(id);
            pages.waves()
                    .freeze(
                            id,
                            now,
                            rows(now, byEndpoint(candidates)),
                            sight.plan().subjects().size());
        }
        return now;
    }

    private static FrozenMembership divide(
            Pages pages, Sight sight, WaveId id, List<Candidate> candidates, Map<String, String> found) {
        Division division = Division.of(sight.plan(), candidates);
        List<EndpointId> all = candidates.stream().map(Candidate::endpoint).toList();
        Map<EndpointId, Candidate> known = byEndpoint(candidates);
        Map<Integer, FrozenMembership> memberships = new TreeMap<>();
        for (Wave wave : sight.deployment().waves()) {
            FrozenMembership membership = division.freeze(wave.id().number(), all);
            memberships.put(wave.id().number(), membership);
            pages.waves()
                    .freeze(
                            wave.id(),
                            membership,
                            rows(membership, known),
                            sight.plan().subjects().size());
        }
        if (!division.findings().isEmpty()) {
            found.put("findings", String.join("; ", division.findings()));
        }
        if (!division.uncovered().isEmpty()) {
            found.put("uncovered", String.valueOf(division.uncovered().size()));
        }
        return Optional.ofNullable(memberships.get(id.number()))
                .orElseThrow(() -> new IllegalStateException("the plan divides nobody into " + id));
    }

    private static Map<EndpointId, Candidate> byEndpoint(List<Candidate> candidates) {
        Map<EndpointId, Candidate> known = new HashMap<>(candidates.size() * 2);
        candidates.forEach(candidate -> known.put(candidate.endpoint(), candidate));
        return known;
    }

    private static List<MemberRow> rows(FrozenMembership membership, Map<EndpointId, Candidate> known) {
        List<MemberRow> rows = new ArrayList<>(membership.size());
        for (EndpointId endpoint : membership.members()) {
            Candidate candidate = Optional.ofNullable(known.get(endpoint)).orElseThrow();
            rows.add(new MemberRow(endpoint, candidate.stratum().site(), candidate.pair(), candidate.host()));
        }
        return rows;
    }
}
