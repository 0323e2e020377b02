package packhorse.console.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.console.fleet.Deviation.Why;
import packhorse.console.fleet.Evidence.Attempt;
import packhorse.console.fleet.Evidence.Exclusion;
import packhorse.console.fleet.Evidence.Place;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.content.VersionRange;
import packhorse.core.state.ActionState;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

final class ComplianceTest {
    private static final Instant NOW = Machines.NOON;
    private static final Instant REQUIRED = NOW.minus(Duration.ofDays(30));
    private static final Instant YESTERDAY = NOW.minus(Duration.ofDays(1));
    private static final GroupName ALL = new GroupName("all");
    private static final ReleaseName OFFICE = ReleaseName.parse("acme/office");
    private static final Roster ROSTER =
            RosterTest.roster(RosterTest.group("all", "id==*"), RosterTest.group("two", "", 2));

    private static Requirement present(GroupName group, String version, String accepted) {
        return new Requirement.Present(
                group,
                Subject.release(new ReleaseId(OFFICE, Version.parse(version), Platform.ANY)),
                VersionRange.parse(accepted),
                REQUIRED);
    }

    private static final Requirement WANTED = present(ALL, "2.1", "[2.1,3.0)");
    private static final Requirement UNWANTED = new Requirement.Absent(ALL, OFFICE, Platform.ANY, REQUIRED);

    private static EndpointFacts machine(int number, LineState... lines) {
        return EndpointFacts.enrolled(Machines.id(number), "pc-" + number, "berlin", REQUIRED.minusSeconds(9))
                .seen(true, NOW.minusSeconds(5))
                .withLines(List.of(lines));
    }

    private static Place place(int number) {
        return new Place(Machines.id(number), OFFICE, Platform.ANY);
    }

    private static Evidence tried(
            int number, Operation operation, String version, ActionState state, @Nullable CodeClass codeClass) {
        return new Evidence(
                Map.of(
                        place(number),
                        new Attempt(
                                "CO-2026-0001/D1/W1/1.1",
                                operation,
                                Version.parse(version),
                                state,
                                7,
                                Optional.ofNullable(codeClass),
                                YESTERDAY)),
                Map.of(),
                Map.of());
    }

    private static Compliance look(Requirement requirement, Evidence evidence, EndpointFacts... fleet) {
        return Compliance.of(requirement, ROSTER, List.of(fleet), evidence, Duration.ofDays(7), NOW);
    }

    private static Deviation only(Requirement requirement, Evidence evidence, EndpointFacts machine) {
        Compliance report = look(requirement, evidence, machine);
        assertEquals(0, report.compliant().size(), report.line());
        return report.deviations().getFirst();
    }

    private static LineState in(String version, LineState.Activation activation, LineState.Health health) {
        return new LineState(
                OFFICE,
                Platform.ANY,
                Optional.of(Version.parse(version)),
                Optional.empty(),
                LineState.Presence.INSTALLED,
                LineState.TransactionState.UNDOABLE,
                activation,
                health,
                true,
                "");
    }

    @Test
    void whoHasAnAcceptedVersionInUseComplies() {
        Compliance report = look(
                WANTED,
                Evidence.NONE,
                machine(1, Machines.line("acme/office", "2.1")),
                machine(2, Machines.line("acme/office", "2.9")),
                machine(3, in("2.5", LineState.Activation.ACTIVE, LineState.Health.UNKNOWN)),
                machine(4, Machines.line("acme/office", "3.0")),
                machine(5, Machines.line("acme/other", "2.1")));
        assertEquals(List.of(Machines.id(1), Machines.id(2), Machines.id(3)), report.compliant());
        assertEquals(
                List.of(place(4), place(5)),
                report.deviations().stream().map(Deviation::place).toList());
        assertEquals("all should have acme/office [2.1,3.0) (any): 3 of 5 comply, 2 never offered", report.line());
        assertEquals(5, report.size());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "INSTALL, 2.1, FETCHING, -, WAITING",
                "INSTALL, 1.0, WAITING, -, WAITING",
                "INSTALL, 2.1, FAILED, TRANSIENT, FAILED",
                "INSTALL, 2.1, FAILED, USER, FAILED",
                "INSTALL, 2.1, FAILED, -, FAILED",
                "INSTALL, 2.1, TIMED_OUT, -, FAILED",
                "INSTALL, 2.1, FAILED, PERMANENT, FAILED_FOR_GOOD",
                "UPDATE, 2.2, FAILED, ENVIRONMENT, FAILED_FOR_GOOD",
                "INSTALL, 2.1, DECLINED, -, EXCLUDED",
                "INSTALL, 2.1, NOT_APPLICABLE, -, EXCLUDED",
                "INSTALL, 2.1, CANCELLED, -, CALLED_OFF",
                "INSTALL, 2.1, SUPERSEDED, -, CALLED_OFF",
                "INSTALL, 2.1, COMMITTED, -, DRIFTED",
                "INSTALL, 2.1, COMMITTABLE, -, DRIFTED",
                "ROLLBACK, 2.1, UNDONE, -, ROLLED_BACK",
                "ROLLBACK, 2.0, UNDONE, -, ROLLED_BACK",
                "REMOVE, 2.1, COMMITTED, -, ROLLED_BACK",
                "INSTALL, 1.0, COMMITTED, -, NEVER_OFFERED",
                "INSTALL, 1.0, FAILED, PERMANENT, NEVER_OFFERED",
                "DISTRIBUTE, 2.1, STAGED, -, NEVER_OFFERED",
                "DELETE, 2.1, DELETED, -, NEVER_OFFERED",
            })
    void theLatestActionSaysWhy(
            Operation operation, String version, ActionState state, @Nullable CodeClass codeClass, Why why) {
        assertEquals(
                why,
                only(WANTED, tried(1, operation, version, state, codeClass), machine(1))
                        .why());
    }

    @Test
    void whatIsInPlaceAndNotWellSaysWhy() {
        assertEquals(
                Why.DRIFTED,
                only(WANTED, Evidence.NONE, machine(1, in("2.1", LineState.Activation.ACTIVE, LineState.Health.DRIFT)))
                        .why());
        assertEquals(
                Why.UNHEALTHY,
                only(WANTED, Evidence.NONE, machine(1, in("2.1", LineState.Activation.ACTIVE, LineState.Health.ERROR)))
                        .why());
        assertEquals(
                Why.INACTIVE,
                only(WANTED, Evidence.NONE, machine(1, in("2.1", LineState.Activation.INACTIVE, LineState.Health.OK)))
                        .why());
        Deviation restart = only(
                WANTED, Evidence.NONE, machine(1, in("2.1", LineState.Activation.PENDING_REBOOT, LineState.Health.OK)));
        assertEquals(Why.WAITING, restart.why());
        assertTrue(restart.text().contains("the machine's next start"), restart.text());
    }

    @Test
    void silenceAndExclusionComeBeforeEverythingElse() {
        Instant long_ago = NOW.minus(Duration.ofDays(8));
        Evidence evidence = tried(1, Operation.INSTALL, "2.1", ActionState.FAILED, CodeClass.PERMANENT);
        Deviation silent = only(WANTED, evidence, machine(1).seen(false, long_ago));
        assertEquals(Why.UNREACHABLE, silent.why());
        assertEquals("not heard of since " + long_ago, silent.text());
        assertEquals(
                Why.FAILED_FOR_GOOD,
                only(WANTED, evidence, machine(1).seen(true, long_ago)).why());
        assertEquals(
                Why.FAILED_FOR_GOOD,
                only(WANTED, evidence, machine(1).seen(false, NOW.minus(Duration.ofDays(6))))
                        .why());
        assertEquals(
                Why.UNREACHABLE,
                only(WANTED, Evidence.NONE, EndpointFacts.enrolled(Machines.id(1), "", "", YESTERDAY))
                        .why());
        Evidence excluded = new Evidence(
                evidence.latest(), Map.of(place(1), new Exclusion("ann", "till machine", YESTERDAY)), Map.of());
        Deviation left = only(WANTED, excluded, machine(1).seen(false, long_ago));
        assertEquals(Why.EXCLUDED, left.why());
        assertEquals("left out by ann at " + YESTERDAY + ": till machine", left.text());
    }

    @Test
    void sinceIsWhenItWasWantedOrJoinedOrLostOrFirstReported() {
        assertEquals(REQUIRED, only(WANTED, Evidence.NONE, machine(1)).since());
        EndpointFacts young =
                EndpointFacts.enrolled(Machines.id(1), "", "", YESTERDAY).seen(true, NOW);
        assertEquals(YESTERDAY, only(WANTED, Evidence.NONE, young).since());
        Evidence undone = tried(1, Operation.ROLLBACK, "2.1", ActionState.UNDONE, null);
        assertEquals(YESTERDAY, only(WANTED, undone, machine(1)).since());
        EndpointFacts drifted = machine(1, in("2.1", LineState.Activation.ACTIVE, LineState.Health.DRIFT));
        assertEquals(NOW, only(WANTED, Evidence.NONE, drifted).since());
        Evidence reported = new Evidence(Map.of(), Map.of(), Map.of(place(1), YESTERDAY));
        assertEquals(YESTERDAY, only(WANTED, reported, drifted).since());
    }

    @Test
    void whatNobodyShouldHaveIsAskedForTheOtherWayRound() {
        assertEquals(
                2,
                look(UNWANTED, Evidence.NONE, machine(1), machine(2, Machines.line("acme/office", "")))
                        .compliant()
                        .size());
        EndpointFacts has = machine(1, Machines.line("acme/office", "2.1"));
        assertEquals(Why.NEVER_OFFERED, only(UNWANTED, Evidence.NONE, has).why());
        assertEquals(
                Why.FAILED,
                only(UNWANTED, tried(1, Operation.REMOVE, "2.1", ActionState.FAILED, null), has)
                        .why());
        assertEquals(
                Why.DRIFTED,
                only(UNWANTED, tried(1, Operation.REMOVE, "2.1", ActionState.COMMITTED, null), has)
                        .why());
        assertEquals(
                Why.NEVER_OFFERED,
                only(UNWANTED, tried(1, Operation.INSTALL, "2.1", ActionState.COMMITTED, null), has)
                        .why());
    }

    @Test
    void theRemedyIsOneOrderForEachReleaseAndOperationOnJustThose() {
        Map<Place, Attempt> latest = new HashMap<>();
        latest.putAll(tried(4, Operation.INSTALL, "2.1", ActionState.FAILED, CodeClass.PERMANENT)
                .latest());
        latest.putAll(
                tried(5, Operation.INSTALL, "2.1", ActionState.FETCHING, null).latest());
        latest.putAll(tried(6, Operation.INSTALL, "2.1", ActionState.FAILED, CodeClass.TRANSIENT)
                .latest());
        Compliance report = look(
                WANTED,
                new Evidence(latest, Map.of(), Map.of()),
                machine(1),
                machine(2, Machines.line("acme/office", "2.0")),
                machine(3, Machines.line("acme/office", "2.1")),
                machine(4),
                machine(5),
                machine(6),
                machine(7, in("2.5", LineState.Activation.ACTIVE, LineState.Health.DRIFT)),
                machine(8, Machines.line("acme/office", "3.1")),
                machine(9, in("2.1", LineState.Activation.INACTIVE, LineState.Health.OK)));
        Remedies remedies = Remedies.of(List.of(report));
        assertEquals(
                List.of(
                        "INSTALL acme/office@2.1 (any) on 2 endpoints: 1 never offered, 1 failed",
                        "INSTALL acme/office@2.1 (any) on 1 endpoints: 1 never offered",
                        "UPDATE acme/office@2.1 (any) on 1 endpoints: 1 never offered",
                        "ACTIVATE acme/office@2.1 (any) on 1 endpoints: 1 inactive",
                        "INSTALL acme/office@2.5 (any) on 1 endpoints: 1 drifted"),
                remedies.orders().stream().map(Remedies.Order::line).toList());
        assertEquals(
                List.of(Machines.id(1), Machines.id(6)),
                remedies.orders().getFirst().targets().listed());
        assertTrue(remedies.orders().get(1).goesBack());
        assertTrue(remedies.orders().get(4).mendsDrift());
        assertEquals(List.of("1 of acme/office: failed for good", "1 of acme/office: waiting"), remedies.leftOut());
        Remedies looked = Remedies.of(List.of(report), Set.of(Why.FAILED_FOR_GOOD, Why.WAITING));
        assertEquals(
                List.of(Machines.id(1), Machines.id(4), Machines.id(6)),
                looked.orders().getFirst().targets().listed());
        assertEquals(List.of("1 of acme/office: waiting"), looked.leftOut());
    }

    @Test
    void whatShouldGoIsRemovedInTheVersionThatIsThere() {
        Compliance report = look(
                UNWANTED,
                Evidence.NONE,
                machine(1, Machines.line("acme/office", "2.1")),
                machine(2, Machines.line("acme/office", "1.0")));
        assertEquals(
                List.of(
                        "REMOVE acme/office@1.0 (any) on 1 endpoints: 1 never offered",
                        "REMOVE acme/office@2.1 (any) on 1 endpoints: 1 never offered"),
                Remedies.of(List.of(report)).orders().stream()
                        .map(Remedies.Order::line)
                        .toList());
    }

    @Test
    void twoGroupsThatWantDifferentThingsOfOneEndpointGetNoOrderThatTheOtherTakesBack() {
        Requirement newer = present(new GroupName("two"), "4.0", "[4.0,)");
        EndpointFacts one = machine(1);
        EndpointFacts two = machine(2, Machines.line("acme/office", "2.1"));
        List<Compliance> reports = new ArrayList<>();
        reports.add(look(WANTED, Evidence.NONE, one, two));
        reports.add(look(newer, Evidence.NONE, one, two));
        Remedies remedies = Remedies.of(reports);
        assertEquals(1, remedies.orders().size());
        assertEquals(
                List.of(Machines.id(1)), remedies.orders().getFirst().targets().listed());
        assertEquals(
                List.of("1 of acme/office: two groups want different things of the same endpoint; mend one of the"
                        + " requirements"),
                remedies.leftOut());
    }

    @Test
    void aRequirementThatWouldNotMeetItselfIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> present(ALL, "3.0", "[2.1,3.0)"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Requirement.Present(
                        ALL,
                        new Subject(new ReleaseId(OFFICE, Version.parse("1"), Platform.ANY), true, Optional.empty()),
                        VersionRange.ALL,
                        REQUIRED));
    }
}
