package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Opening;
import packhorse.console.calendar.Scope;
import packhorse.console.calendar.Timetable;
import packhorse.console.calendar.Window;
import packhorse.core.content.Sha256;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;

final class DispatchTest {
    private static final WaveId WAVE = new WaveId(Scene.ID, 1);
    private static final Duration RUN = Timeouts.DEFAULT.run();
    private static final List<Subject> SYSTEM = List.of(
            Scene.subject("acme/system", "12"),
            Scene.subject("acme/database", "9.1"),
            Scene.subject("acme/server", "6.0"));
    private static final Instant DEADLINE = Scene.NOW.plus(Duration.ofDays(3));

    private static FrozenMembership members(int count) {
        return FrozenMembership.of(
                IntStream.rangeClosed(1, count).mapToObj(Scene::endpoint).toList());
    }

    private static Plan plan(List<Subject> subjects, Operation operation) {
        Plan plan = Scene.plan();
        return new Plan(
                subjects,
                operation,
                plan.targets(),
                plan.beta(),
                plan.waves(),
                plan.windows(),
                plan.blackouts(),
                plan.thresholds(),
                plan.blastRadius(),
                plan.retry(),
                plan.timeouts(),
                plan.transfer(),
                plan.judging(),
                new InstallPolicy(Optional.of(DEADLINE), true, true, false, false, false),
                plan.seed());
    }

    private static Dispatch dispatch(Plan plan, int count, Doors doors, boolean forced) {
        List<Sha256> manifests = IntStream.rangeClosed(1, plan.subjects().size())
                .mapToObj(i -> Sha256.of(new byte[] {(byte) i}))
                .toList();
        return new Dispatch(
                plan,
                manifests,
                WAVE,
                members(count),
                new Dispatch.Timing(Scene.NOW, DEADLINE, unused -> "berlin", doors, site -> forced));
    }

    private static Doors open() {
        return Doors.of(List.of(Scene.ALWAYS), RUN, Scene.NOW);
    }

    @Test
    @Proves("PROCESS 1 waves")
    void everyMemberGetsWhatWasSignedUnderANameOfItsOwn() {
        Plan plan = plan(List.of(Scene.SUBJECT), Operation.INSTALL);
        List<Dispatch.Sent> sent =
                dispatch(plan, 3, open(), false).all(Purpose.DEPLOY).toList();
        assertEquals(
                List.of("CO-2026-0001/D1/W1/1.1", "CO-2026-0001/D1/W1/2.1", "CO-2026-0001/D1/W1/3.1"),
                sent.stream().map(one -> one.item().action()).toList());
        assertEquals(
                members(3).members(), sent.stream().map(Dispatch.Sent::endpoint).toList());
        DesiredItem first = sent.getFirst().item();
        assertEquals(Optional.of(Sha256.of(new byte[] {1})), first.subject().digest());
        assertEquals(Operation.INSTALL, first.operation());
        assertEquals(Optional.empty(), first.leaseUntil(), "a lease is asked for");
        assertEquals(Optional.of(DEADLINE), first.deadline());
        assertEquals(plan.policy(), first.policy());
        Action queued = sent.getFirst().queued(Scene.NOW);
        assertEquals(sent.getFirst().id(), queued.id());
        assertFalse(queued.ended());
    }

    @Test
    void startsAreSpreadOverThePlansTimeEarlyEnoughToBeDoneBeforeTheSiteCloses() {
        Plan plan = plan(List.of(Scene.SUBJECT), Operation.INSTALL);
        Timetable nights = new Timetable(
                "berlin",
                ZoneId.of("Europe/Berlin"),
                List.of(new Window.Weekly(Set.of(DayOfWeek.values()), LocalTime.of(22, 0), Duration.ofHours(1))),
                List.of());
        Doors doors = Doors.of(List.of(nights), RUN, Scene.NOW);
        Instant opens = Instant.parse("2026-03-02T21:00:00Z");
        assertEquals(Optional.of(new Opening(opens, opens.plus(Duration.ofHours(1)))), doors.at("berlin"));
        Set<Instant> starts = new HashSet<>();
        dispatch(plan, 200, doors, false).all(Purpose.DEPLOY).forEach(one -> {
            Instant start = one.item().activateNotBefore().orElseThrow();
            starts.add(start);
            assertFalse(start.isBefore(opens));
            Instant latest = opens.plus(Duration.ofHours(1)).minus(RUN).minus(LeaseDesk.HALT_WITHIN);
            assertFalse(start.isAfter(latest), "it would not be done by eleven");
        });
        assertTrue(starts.size() > 190, () -> starts.size() + " different starts");
        assertEquals(
                Optional.empty(),
                dispatch(plan, 1, doors, true)
                        .all(Purpose.DEPLOY)
                        .findFirst()
                        .orElseThrow()
                        .item()
                        .activateNotBefore(),
                "a person forces it");
        assertEquals(
                Optional.of(DEADLINE),
                dispatch(plan, 1, new Doors(Map.of()), false)
                        .all(Purpose.DEPLOY)
                        .findFirst()
                        .orElseThrow()
                        .item()
                        .activateNotBefore(),
                "it never opens, so the endpoint says that its time ran out");
    }

    @Test
    void contentGoesAheadInTheBackgroundAllStepsAtOnce() {
        Dispatch dispatch = dispatch(plan(SYSTEM, Operation.INSTALL), 2, open(), false);
        List<Dispatch.Sent> sent = dispatch.all(Purpose.PREPOSITION).toList();
        assertEquals(6, sent.size());
        for (Dispatch.Sent one : sent) {
            assertEquals(Operation.DISTRIBUTE, one.item().operation());
            assertEquals(Priority.BACKGROUND, one.item().priority());
            Instant fetch = one.item().fetchNotBefore().orElseThrow();
            assertFalse(fetch.isBefore(Scene.NOW));
            assertFalse(fetch.isAfter(Scene.NOW.plus(Duration.ofMinutes(10))));
            assertEquals(Optional.empty(), one.item().activateNotBefore());
        }
        for (Operation nothingAhead : List.of(Operation.DISTRIBUTE, Operation.COMMIT, Operation.REMOVE)) {
            assertEquals(
                    0,
                    dispatch(plan(SYSTEM, nothingAhead), 2, open(), false)
                            .all(Purpose.PREPOSITION)
                            .count());
        }
    }

    @Test
    @Proves("PROCESS 1 backout and recovery")
    void aRollbackTakesTheSameReleaseBackAndNobodyMayPutItOff() {
        Dispatch dispatch = dispatch(plan(SYSTEM, Operation.INSTALL), 2, open(), false);
        int number = dispatch.numbers().number(new ActionNumbers.Job(Purpose.ROLL_BACK, 2, 3));
        Dispatch.Sent sent = dispatch.sent(new ActionId(WAVE, number, 2));
        assertEquals("CO-2026-0001/D1/W1/12.2", sent.item().action());
        assertEquals(Scene.endpoint(2), sent.endpoint());
        assertEquals(Operation.ROLLBACK, sent.item().operation());
        assertEquals(SYSTEM.get(2).id(), sent.item().subject().id());
        assertEquals(Optional.of(Scene.NOW), sent.item().activateNotBefore(), "faster: as soon as the site is open");
        assertEquals(Optional.empty(), sent.item().policy().deferUntil());
        assertTrue(sent.item().policy().sandbox());
    }

    @Test
    void pagesAreTheSameAsTheStreamAndHaveABound() {
        Dispatch dispatch = dispatch(plan(SYSTEM, Operation.INSTALL), 25, open(), false);
        for (Purpose purpose : List.of(Purpose.DEPLOY, Purpose.PREPOSITION)) {
            List<Dispatch.Sent> paged = new ArrayList<>();
            for (int after = 0; after < 25; after += 10) {
                paged.addAll(dispatch.page(purpose, after, 10));
            }
            assertEquals(dispatch.all(purpose).toList(), paged);
            assertEquals(List.of(), dispatch.page(purpose, 25, 10));
        }
        assertThrows(
                IllegalArgumentException.class, () -> dispatch.page(Purpose.PREPOSITION, 0, Dispatch.PAGE_MAX / 3 + 1));
    }

    @Test
    void aHundredThousandAreDispatchedInOneStream() {
        Dispatch dispatch = dispatch(plan(List.of(Scene.SUBJECT), Operation.INSTALL), 100_000, open(), false);
        assertEquals(
                100_000,
                dispatch.all(Purpose.DEPLOY)
                        .map(one -> one.item().action())
                        .distinct()
                        .count());
    }

    @Test
    void aThousandSitesOfAFewZonesAreLookedUpOnce() {
        List<Timetable> sites = new ArrayList<>();
        List<Blackout> blackouts = List.of(new Blackout.Fixed(
                Scene.NOW, Scene.NOW.plus(Duration.ofDays(2)), "freeze", new Scope.Sites(Set.of("site3"))));
        for (int i = 0; i < 1_000; i++) {
            sites.add(new Timetable(
                    "site" + i,
                    ZoneId.of(i % 2 == 0 ? "Europe/Berlin" : "Asia/Tokyo"),
                    List.of(new Window.Weekly(Set.of(DayOfWeek.MONDAY), LocalTime.of(22, 0), Duration.ofHours(6))),
                    blackouts));
        }
        Doors doors = Doors.of(sites, RUN, Scene.NOW);
        assertEquals(1_000, doors.bySite().size());
        assertEquals(
                Instant.parse("2026-03-02T21:00:00Z"),
                doors.at("site2").orElseThrow().from());
        assertEquals(
                Instant.parse("2026-03-02T13:00:00Z"),
                doors.at("site1").orElseThrow().from());
        assertEquals(
                Instant.parse("2026-03-09T13:00:00Z"),
                doors.at("site3").orElseThrow().from(),
                "the freeze is over by then");
        assertEquals(Optional.empty(), doors.at("nowhere"));
    }

    @Test
    void whatIsNoneOfItIsRefused() {
        Plan plan = plan(List.of(Scene.SUBJECT), Operation.INSTALL);
        Dispatch dispatch = dispatch(plan, 3, open(), false);
        assertThrows(IllegalArgumentException.class, () -> dispatch.sent(new ActionId(new WaveId(Scene.ID, 2), 1, 1)));
        assertThrows(IllegalArgumentException.class, () -> dispatch.sent(new ActionId(WAVE, 10, 1)));
        Subject pinned = new Subject(Scene.SUBJECT.id(), false, Optional.of(Sha256.of(new byte[] {9})));
        assertThrows(
                IllegalArgumentException.class,
                () -> dispatch(plan(List.of(pinned), Operation.INSTALL), 1, open(), false));
        assertThrows(IllegalArgumentException.class, () -> new ActionNumbers(FrozenMembership.MEMBERS_MAX, 100));
    }
}
