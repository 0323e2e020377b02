package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Scope;
import packhorse.console.calendar.Timetable;
import packhorse.console.calendar.Window;
import packhorse.console.change.PersonId;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;

final class LeaseDeskTest {
    private static final Plan PLAN =
            Scene.plan(Optional.empty(), List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)));
    private static final Deployment ACTIVE = active();
    private static final Footing NOBODY = new Footing(0, 0, 0, 0);
    private static final Footing SOME = new Footing(100, 10, 2, 4);

    private static Deployment active() {
        Deployment planned = Deployment.planned(Scene.ID, PLAN, Scene.digest(PLAN), Scene.NOW)
                .at(DeploymentState.ROLLING, Scene.NOW);
        return planned.with(planned.wave(1).at(WaveState.ACTIVE, Scene.NOW));
    }

    private static LeaseDesk.Ruling ask(
            Deployment deployment, Action action, boolean signed, Timetable at, boolean forced, Footing unverified) {
        return LeaseDesk.rule(
                new LeaseDesk.Standing(
                        deployment,
                        action,
                        signed,
                        at,
                        forced ? Optional.of(new PersonId("olga")) : Optional.empty(),
                        Duration.ofMinutes(5),
                        new BlastRadius(new Cap.Percent(2), new Cap.Count(3), new Cap.Count(1), new Cap.Percent(50)),
                        unverified,
                        SOME),
                Scene.NOW);
    }

    private static String refused(
            Deployment deployment, Action action, boolean signed, Timetable at, Footing unverified) {
        return assertInstanceOf(LeaseDesk.Ruling.Refused.class, ask(deployment, action, signed, at, false, unverified))
                .reason();
    }

    @Test
    void whoMayBeginMayForAMinute() {
        assertEquals(
                new LeaseDesk.Ruling.Granted(Scene.NOW.plusSeconds(60)),
                ask(ACTIVE, Scene.action(1, ActionState.WAITING), true, Scene.ALWAYS, false, NOBODY));
    }

    @Test
    void nobodyBeginsUnderAHoldInAnotherStateUnsignedOrTwice() {
        Action waiting = Scene.action(1, ActionState.WAITING);
        Deployment held = ACTIVE.held(List.of(Hold.of(Hold.Kind.OPERATOR, "olga", "stop", Scene.NOW)));
        assertTrue(refused(held, waiting, true, Scene.ALWAYS, NOBODY).contains("held by olga"));
        Deployment draining = ACTIVE.with(ACTIVE.wave(1).at(WaveState.DRAINING, Scene.NOW));
        assertTrue(refused(draining, waiting, true, Scene.ALWAYS, NOBODY).contains("DRAINING"));
        Deployment aborting = ACTIVE.at(DeploymentState.ABORTING, Scene.NOW);
        assertTrue(refused(aborting, waiting, true, Scene.ALWAYS, NOBODY).contains("ABORTING"));
        assertTrue(refused(ACTIVE, waiting, false, Scene.ALWAYS, NOBODY).contains("signed"));
        Action over = Scene.action(1, ActionState.FAILED);
        assertTrue(refused(ACTIVE, over, true, Scene.ALWAYS, NOBODY).contains("over"));
    }

    @Test
    void aRunHasToFitEvenIfItBeginsAtTheLeasesEndUnlessAPersonForcesIt() {
        Action waiting = Scene.action(1, ActionState.WAITING);
        Timetable enough = closedAfter(Duration.ofMinutes(5).plus(LeaseDesk.HALT_WITHIN));
        Timetable less =
                closedAfter(Duration.ofMinutes(5).plus(LeaseDesk.HALT_WITHIN).minusMillis(1));
        assertInstanceOf(LeaseDesk.Ruling.Granted.class, ask(ACTIVE, waiting, true, enough, false, NOBODY));
        assertTrue(refused(ACTIVE, waiting, true, less, NOBODY).contains("does not fit at berlin"));
        assertInstanceOf(LeaseDesk.Ruling.Granted.class, ask(ACTIVE, waiting, true, less, true, NOBODY));
    }

    @Test
    void theBlastRadiusIsNotOverdrawnAnywhereAndAskingAgainIsFree() {
        Action waiting = Scene.action(1, ActionState.WAITING);
        assertTrue(refused(ACTIVE, waiting, true, Scene.ALWAYS, new Footing(2, 0, 0, 0))
                .contains("of all targets"));
        assertTrue(refused(ACTIVE, waiting, true, Scene.ALWAYS, new Footing(1, 3, 0, 0))
                .contains("at its site"));
        assertTrue(refused(ACTIVE, waiting, true, Scene.ALWAYS, new Footing(1, 1, 1, 0))
                .contains("redundant pair"));
        assertTrue(refused(ACTIVE, waiting, true, Scene.ALWAYS, new Footing(1, 1, 0, 2))
                .contains("on its host"));
        Action leased = waiting.leased(Scene.NOW.minusSeconds(100));
        assertTrue(leased.unverified());
        assertInstanceOf(
                LeaseDesk.Ruling.Granted.class,
                ask(ACTIVE, leased, true, Scene.ALWAYS, false, new Footing(2, 3, 1, 2)));
    }

    @Test
    void aPersonForcesAStartInABlackoutButNotUnderAnotherHold() {
        Action waiting = Scene.action(1, ActionState.WAITING);
        Deployment closed = ACTIVE.held(List.of(Hold.of(Hold.Kind.BLACKOUT, "packhorse", "all closed", Scene.NOW)));
        assertTrue(refused(closed, waiting, true, Scene.ALWAYS, NOBODY).contains("BLACKOUT"));
        assertInstanceOf(LeaseDesk.Ruling.Granted.class, ask(closed, waiting, true, Scene.ALWAYS, true, NOBODY));
        Deployment both = ACTIVE.held(List.of(
                Hold.of(Hold.Kind.BLACKOUT, "packhorse", "all closed", Scene.NOW),
                Hold.of(Hold.Kind.LAW, "packhorse", "law 11", Scene.NOW)));
        assertInstanceOf(LeaseDesk.Ruling.Refused.class, ask(both, waiting, true, Scene.ALWAYS, true, NOBODY));
    }

    @Test
    void whileItIsTakenBackOnlyRollbacksBegin() {
        Deployment back =
                ACTIVE.with(ACTIVE.wave(1).at(WaveState.CLOSED, Scene.NOW)).at(DeploymentState.BACKOUT, Scene.NOW);
        assertTrue(refused(back, Scene.action(1, ActionState.WAITING), true, Scene.ALWAYS, NOBODY)
                .contains("BACKOUT"));
        Action rollback = Action.queued(
                new ActionId(new WaveId(Scene.ID, 1), 2, 1),
                Scene.endpoint(1),
                Line.of(Scene.SUBJECT),
                Operation.ROLLBACK,
                Scene.NOW);
        assertInstanceOf(LeaseDesk.Ruling.Granted.class, ask(back, rollback, true, Scene.ALWAYS, false, NOBODY));
    }

    private static Timetable closedAfter(Duration open) {
        return new Timetable(
                "berlin",
                ZoneId.of("Europe/Berlin"),
                List.of(new Window.Always()),
                List.of(new Blackout.Fixed(
                        Scene.NOW.plus(open), Scene.NOW.plus(Duration.ofDays(1)), "till", new Scope.AllSites())));
    }
}
