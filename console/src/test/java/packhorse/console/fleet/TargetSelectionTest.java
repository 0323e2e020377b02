package packhorse.console.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.gate.Stratum;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Targets;

final class TargetSelectionTest {
    private static final Roster ROSTER =
            RosterTest.roster(RosterTest.group("pilots", "label.ring==0"), RosterTest.group("named", "", 2));

    private static final List<EndpointFacts> FLEET = List.of(
            Machines.desktop(3, "berlin", Map.of("ring", "1")),
            Machines.desktop(1, "berlin", Map.of("ring", "0", "redundant-pair", "db", "vm-host", "hv-1", "os", "mine")),
            Machines.desktop(2, "hamburg", Map.of()));

    @Test
    void targetsAreWhoeverTheQueryFindsAndWhoeverTheListNames() {
        TargetSelection selection = TargetSelection.of(
                new Targets("group==pilots", List.of(Machines.id(3), Machines.id(1))), ROSTER, FLEET, Machines.NOON);
        assertEquals(List.of(Machines.id(1), Machines.id(3)), selection.endpoints());
        assertEquals(List.of(), selection.unknown());
        assertEquals(List.of(), selection.findings());
    }

    @Test
    void aCandidateCarriesWhatWavesAreCutBy() {
        Candidate candidate = TargetSelection.of(Targets.query("group==pilots"), ROSTER, FLEET, Machines.NOON)
                .candidates()
                .getFirst();
        assertEquals(new Stratum("debian 12, Desk 7", "berlin"), candidate.stratum());
        assertEquals(Optional.of("db"), candidate.pair());
        assertEquals(Optional.of("hv-1"), candidate.host());
        assertEquals("0", candidate.attributes().get("ring"));
        assertEquals("0", candidate.attributes().get("label.ring"));
        assertEquals("debian", candidate.attributes().get("os"));
        assertEquals("mine", candidate.attributes().get("label.os"));
        assertEquals("berlin", candidate.attributes().get("site"));
        Candidate cut = TargetSelection.candidate(FLEET.get(1), Set.of("label.os", "vendor", "nothing"));
        assertEquals(Map.of("label.os", "mine", "vendor", "Acme"), cut.attributes());
        assertEquals(candidate.stratum(), cut.stratum());
        assertEquals(candidate.host(), cut.host());
    }

    @Test
    void whoIsNotThereNeverSpokeOrHasNoSiteIsSaid() {
        List<EndpointFacts> fleet = new ArrayList<>(FLEET);
        fleet.add(EndpointFacts.enrolled(Machines.id(9), "new", "", Machines.NOON));
        TargetSelection selection = TargetSelection.of(
                new Targets("site==nowhere", List.of(Machines.id(9), Machines.id(77))), ROSTER, fleet, Machines.NOON);
        assertEquals(List.of(Machines.id(77)), selection.unknown());
        assertEquals(
                List.of(
                        "the query finds nobody: site==nowhere",
                        "1 endpoint: " + Machines.id(77) + " of the list are not in the fleet",
                        "1 endpoint: " + Machines.id(9)
                                + " are in no site; windows and limits of sites do not hold for them",
                        "1 endpoint: " + Machines.id(9) + " were never heard of since they joined"),
                selection.findings());
        assertEquals(
                TargetSelection.NO_SITE,
                selection.candidates().getFirst().stratum().site());
        List<EndpointFacts> twice = List.of(FLEET.getFirst(), FLEET.getFirst());
        assertThrows(
                IllegalArgumentException.class,
                () -> TargetSelection.of(Targets.query("site==*"), ROSTER, twice, Machines.NOON));
    }

    @Test
    void whoJoinsLateAndWhoLeavesIsTheDifferenceOfTwoSelections() {
        Targets targets = new Targets("group==pilots", List.of(Machines.id(2)));
        List<EndpointFacts> before = FLEET.subList(1, 3);
        List<EndpointFacts> after = List.of(
                Machines.desktop(1, "berlin", Map.of("ring", "2")),
                Machines.desktop(2, "hamburg", Map.of()),
                Machines.desktop(8, "hamburg", Map.of("ring", "0")));
        List<packhorse.core.topology.EndpointId> first =
                TargetSelection.of(targets, ROSTER, before, Machines.NOON).endpoints();
        TargetSelection.Change change =
                TargetSelection.of(targets, ROSTER, after, Machines.NOON).since(first);
        assertEquals(List.of(Machines.id(8)), change.joined());
        assertEquals(List.of(Machines.id(1)), change.left());
    }
}
