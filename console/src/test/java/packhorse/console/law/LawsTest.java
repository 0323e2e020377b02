package packhorse.console.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.console.calendar.Timetable;
import packhorse.console.calendar.Window;
import packhorse.console.change.Duties;
import packhorse.console.change.OrderId;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.RiskClass;
import packhorse.console.gate.Verdict;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Cap;
import packhorse.console.wave.Decision;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Hold;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.Line;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.Waiver;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/** Each law by itself: what breaks it, and what is close to that and does not. */
final class LawsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T01:00:00Z");
    private static final DeploymentId ID = new DeploymentId(OrderId.of(2026, 1), 1);
    private static final Sha256 PLAN = Sha256.of(new byte[] {1});
    private static final EndpointId ENDPOINT = EndpointId.ofBytes(new byte[EndpointId.LENGTH_BYTES]);
    private static final FrozenMembership ONE = FrozenMembership.of(List.of(ENDPOINT));
    private static final PersonId RITA = new PersonId("rita");
    private static final PersonId ANNA = new PersonId("anna");

    @Test
    void theyAreThirteenInTheirOrder() {
        assertEquals(
                IntStream.rangeClosed(1, 13).boxed().toList(),
                Laws.ALL.stream().map(Law::number).toList());
        assertEquals(13, Laws.ALL.stream().map(Law::sentence).distinct().count());
        assertEquals(List.of(), Laws.breaches(World.empty(NOW), World.empty(NOW)));
    }

    @Test
    void oneWaveAtATime() {
        broken(1, world(order(wave(1, WaveState.DRAINING, ""), wave(2, WaveState.ACTIVE, ""))));
        holds(1, world(order(wave(1, WaveState.JUDGED, "PASS"), wave(2, WaveState.ACTIVE, ""))));
    }

    @Test
    void havingFinishedIsNotHavingPassed() {
        Wave active = wave(2, WaveState.ACTIVE, "");
        broken(2, world(order(wave(1, WaveState.CLOSED, "FAIL"), active)));
        broken(2, world(order(wave(1, WaveState.CLOSED, "INCONCLUSIVE"), active)));
        broken(2, world(order(wave(1, WaveState.SKIPPED, ""), active)));
        holds(2, world(order(wave(1, WaveState.CLOSED, "PASS"), active)));
        Wave failed = wave(1, WaveState.CLOSED, "FAIL");
        Wave waived = new Wave(
                failed.id(),
                failed.state(),
                NOW,
                failed.membership(),
                1,
                failed.verdict(),
                "",
                Optional.of(new Waiver(ANNA, "known", NOW)),
                0);
        holds(2, world(order(waived, active)));
    }

    @Test
    void oneUnfinishedActionPerLine() {
        Action first = action(1, "app", ActionState.APPLYING);
        broken(3, acting(first, action(2, "app", ActionState.QUEUED)));
        holds(3, acting(first, action(2, "other", ActionState.QUEUED)));
        holds(3, acting(action(1, "app", ActionState.FAILED), action(2, "app", ActionState.QUEUED)));
    }

    @Test
    void onlyWhatWasSignedBegins() {
        holds(4, starting(NOW, PLAN, Optional.empty()));
        broken(4, starting(NOW, Sha256.of(new byte[] {2}), Optional.empty()));
        World unsigned = world(order(signatures(RITA), List.of(), List.of(), Map.of(), wave(1, WaveState.ACTIVE, "")));
        broken(
                4,
                new World(
                        NOW,
                        unsigned.orders(),
                        List.of(),
                        starting(NOW, PLAN, Optional.empty()).starts(),
                        unsigned.timetables(),
                        List.of(),
                        unsigned.audit()));
    }

    @Test
    void nobodyApprovesTheirOwn() {
        broken(5, world(order(signatures(RITA), List.of(), List.of(), Map.of(), wave(1, WaveState.DEFINED, ""))));
        holds(5, world(order(signatures(ANNA), List.of(), List.of(), Map.of(), wave(1, WaveState.DEFINED, ""))));
    }

    @Test
    void everyMemberIsSortedOnce() {
        Wave wave = wave(1, WaveState.ACTIVE, "");
        holds(
                6,
                world(order(
                        signatures(ANNA), List.of(), List.of(), Map.of(wave.id(), sorted(Sorting.PENDING, 1)), wave)));
        broken(
                6,
                world(order(
                        signatures(ANNA), List.of(), List.of(), Map.of(wave.id(), sorted(Sorting.PENDING, 2)), wave)));
        broken(
                6,
                world(order(
                        signatures(ANNA), List.of(), List.of(), Map.of(wave.id(), sorted(Sorting.PENDING, 0)), wave)));
    }

    @Test
    void finalIsFinal() {
        World failed = acting(action(1, "app", ActionState.FAILED));
        broken(7, failed, acting(action(1, "app", ActionState.COMMITTED)));
        holds(7, failed, failed);
        World judged = world(order(wave(1, WaveState.JUDGED, "FAIL")));
        broken(7, judged, world(order(wave(1, WaveState.JUDGED, "PASS"))));
        broken(7, world(order(wave(1, WaveState.CLOSED, "PASS"))), world(order(wave(1, WaveState.ACTIVE, "PASS"))));
        holds(7, judged, world(order(wave(1, WaveState.CLOSED, "FAIL"))));
    }

    @Test
    void nothingBeginsOutsideItsWindowUnforced() {
        Instant tuesday = NOW.plus(Duration.ofDays(1));
        broken(8, starting(tuesday, PLAN, Optional.empty()));
        holds(8, starting(tuesday, PLAN, Optional.of(ANNA)));
        holds(8, starting(NOW, PLAN, Optional.empty()));
    }

    @Test
    void aHoldHoldsAfterTheLeaseTime() {
        List<Hold> held = List.of(Hold.of(Hold.Kind.OPERATOR, "olga", "stop", NOW));
        World world = world(order(signatures(ANNA), held, List.of(), Map.of(), wave(1, WaveState.ACTIVE, "")));
        holds(9, with(world, NOW.plus(LeaseDesk.HALT_WITHIN)));
        broken(9, with(world, NOW.plus(LeaseDesk.HALT_WITHIN).plusMillis(1)));
        List<Hold> lifted =
                List.of(new Hold(Hold.Kind.OPERATOR, "olga", "stop", NOW, Optional.of(NOW.plusSeconds(30))));
        World free = world(order(signatures(ANNA), lifted, List.of(), Map.of(), wave(1, WaveState.ACTIVE, "")));
        holds(9, with(free, NOW.plus(LeaseDesk.HALT_WITHIN).plusMillis(1)));
    }

    @Test
    void nothingIsCommittedUnseenOnceItsReportsAreWhole() {
        World committed = acting(action(1, "app", ActionState.COMMITTED));
        broken(10, committed);
        holds(10, journal(committed, new World.Journal(ENDPOINT, 1, 3, 3, false)));
        broken(10, journal(committed, new World.Journal(ENDPOINT, 1, 3, 3, true)));
    }

    @Test
    void theBlastRadiusBounds() {
        Wave wave = wave(1, WaveState.ACTIVE, "");
        World.Exposure two = new World.Exposure("at rome", new Cap.Percent(20), 10, 2);
        World.Exposure three = new World.Exposure("at rome", new Cap.Percent(20), 10, 3);
        holds(11, world(order(signatures(ANNA), List.of(), List.of(two), Map.of(), wave)));
        broken(11, world(order(signatures(ANNA), List.of(), List.of(three), Map.of(), wave)));
    }

    @Test
    void theChainIsFollowed() {
        AuditChain chain = new AuditChain();
        AuditLink one = chain.add(new AuditEntry(NOW, "anna", "approver", "plan.sign", ID.toString(), new TreeMap<>()));
        AuditLink two = chain.add(new AuditEntry(NOW, "olga", "operator", "hold", ID.toString(), new TreeMap<>()));
        holds(12, audited(2, two.digest(), one, two));
        broken(12, audited(2, two.digest(), two));
        broken(12, audited(2, one.digest(), one, two));
        broken(12, audited(2, two.digest(), two, one));
    }

    @Test
    void nothingIsLostAndNothingTwice() {
        World none = World.empty(NOW);
        broken(13, journal(none, new World.Journal(ENDPOINT, 1, 3, 4, true)));
        holds(13, journal(none, new World.Journal(ENDPOINT, 1, 3, 3, true)));
        broken(
                13,
                journal(none, new World.Journal(ENDPOINT, 1, 3, 3, true)),
                journal(none, new World.Journal(ENDPOINT, 1, 2, 2, true)));
        World once = starting(NOW, PLAN, Optional.empty());
        World.Start start = once.starts().getFirst();
        broken(
                13,
                new World(
                        NOW,
                        once.orders(),
                        List.of(),
                        List.of(start, start),
                        once.timetables(),
                        List.of(),
                        once.audit()));
    }

    @Test
    void whoeverBreaksALawIsHeldOnce() {
        World now = world(order(wave(1, WaveState.DRAINING, ""), wave(2, WaveState.ACTIVE, "")));
        List<Breach> breaches = Laws.breaches(World.empty(NOW), now);
        List<Decision.PlaceHold> holds = Laws.holds(breaches, now);
        assertEquals(1, holds.size());
        assertEquals(Hold.Kind.LAW, holds.getFirst().kind());
        assertTrue(holds.getFirst().why().startsWith("law 1 in CO-2026-0001/D1: "));
        List<Hold> held = List.of(Hold.of(Hold.Kind.LAW, "packhorse", "law 1", NOW));
        World again = world(order(
                signatures(ANNA),
                held,
                List.of(),
                Map.of(),
                wave(1, WaveState.DRAINING, ""),
                wave(2, WaveState.ACTIVE, "")));
        assertEquals(List.of(), Laws.holds(breaches, again));
    }

    // ---- worlds drawn small

    private static void broken(int law, World now) {
        broken(law, World.empty(NOW), now);
    }

    private static void broken(int law, World before, World now) {
        assertTrue(Laws.breaches(before, now).stream().anyMatch(breach -> breach.law() == law));
    }

    private static void holds(int law, World now) {
        holds(law, World.empty(NOW), now);
    }

    private static void holds(int law, World before, World now) {
        assertEquals(
                List.of(),
                Laws.breaches(before, now).stream()
                        .filter(breach -> breach.law() == law)
                        .toList());
    }

    private static Wave wave(int number, WaveState state, String verdict) {
        return new Wave(
                new WaveId(ID, number),
                state,
                NOW,
                Optional.of(ONE.digest()),
                1,
                verdict.isEmpty() ? Optional.empty() : Optional.of(Verdict.valueOf(verdict)),
                "",
                Optional.empty(),
                0);
    }

    private static PlanApprovals signatures(PersonId person) {
        return new PlanApprovals(List.of(new PlanApproval(person, PlanApproval.Capacity.BOARD, PLAN, "", NOW)));
    }

    private static World.Order order(Wave... waves) {
        return order(signatures(ANNA), List.of(), List.of(), Map.of(), waves);
    }

    private static World.Order order(
            PlanApprovals signatures,
            List<Hold> held,
            List<World.Exposure> exposures,
            Map<WaveId, SortedMap<Sorting, Long>> sorted,
            Wave... waves) {
        return new World.Order(
                new Deployment(ID, DeploymentState.ROLLING, NOW, PLAN, held, List.of(waves)),
                RiskClass.STANDARD,
                new Duties(Set.of(RITA), Set.of(), Set.of(), Set.of()),
                Set.of(),
                signatures,
                sorted,
                exposures);
    }

    private static SortedMap<Sorting, Long> sorted(Sorting sorting, long count) {
        return new TreeMap<>(Map.of(sorting, count));
    }

    private static World world(World.Order order) {
        return new World(
                NOW,
                List.of(order),
                List.of(),
                List.of(),
                Map.of(
                        "rome",
                        new Timetable(
                                "rome",
                                ZoneId.of("Europe/Rome"),
                                List.of(new Window.Dated(
                                        NOW.atZone(ZoneId.of("Europe/Rome")).toLocalDate(),
                                        LocalTime.of(0, 0),
                                        Duration.ofHours(12))),
                                List.of())),
                List.of(),
                World.empty(NOW).audit());
    }

    private static Action action(int number, String product, ActionState state) {
        return new Action(
                new ActionId(new WaveId(ID, 1), number, 1),
                ENDPOINT,
                new Line(new ReleaseName("acme", product), new Platform("any")),
                Operation.INSTALL,
                state,
                state.changes(),
                false,
                Optional.empty(),
                0,
                Optional.empty(),
                NOW,
                false);
    }

    private static World acting(Action... actions) {
        World world = world(order(wave(1, WaveState.ACTIVE, "")));
        return new World(
                NOW, world.orders(), List.of(actions), List.of(), world.timetables(), List.of(), world.audit());
    }

    private static World starting(Instant at, Sha256 plan, Optional<PersonId> forcedBy) {
        World world = world(order(wave(1, WaveState.ACTIVE, "")));
        World.Start start =
                new World.Start(new ActionId(new WaveId(ID, 1), 1, 1), ENDPOINT, "rome", at, plan, forcedBy);
        return new World(at, world.orders(), List.of(), List.of(start), world.timetables(), List.of(), world.audit());
    }

    private static World with(World world, Instant start) {
        return new World(
                start,
                world.orders(),
                List.of(),
                starting(start, PLAN, Optional.of(ANNA)).starts(),
                world.timetables(),
                List.of(),
                world.audit());
    }

    private static World journal(World world, World.Journal journal) {
        return new World(
                NOW,
                world.orders(),
                world.actions(),
                world.starts(),
                world.timetables(),
                List.of(journal),
                world.audit());
    }

    private static World audited(long number, Sha256 head, AuditLink... links) {
        return new World(
                NOW,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                new World.Audit(number, head, List.of(links)));
    }
}
