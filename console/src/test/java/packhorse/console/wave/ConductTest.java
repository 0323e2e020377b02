package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.Actor;
import packhorse.console.change.Finding;
import packhorse.console.change.Outcome;
import packhorse.console.gate.SiteTally;
import packhorse.console.gate.Verdict;
import packhorse.core.content.Sha256;
import packhorse.core.state.Operation;

/** A deployment walked from its plan to its end: what the product does by itself, where it waits for a person, what stops it. */
final class ConductTest {
    private static final Plan PLAN = Scene.plan();
    private static final FrozenMembership TEN =
            FrozenMembership.of(List.of(Scene.endpoint(1), Scene.endpoint(2), Scene.endpoint(3), Scene.endpoint(4)));

    private Deployment deployment = Deployment.planned(Scene.ID, PLAN, Scene.digest(PLAN), Scene.NOW);
    private Instant now = Scene.NOW;
    private boolean signed = true;
    private boolean staged;
    private Optional<Readiness> readiness = Optional.empty();
    private final Map<Integer, WaveTally> tallies = new TreeMap<>();
    private long toTakeBack;
    private long takingBack;
    private Plan plan = PLAN;

    @Test
    @Proves("PROCESS 1 staging")
    void stagingEndsWhenTheDepotsHaveTheReleases() {
        byHand(DeploymentMachine.Move.SIMULATE, Scene.OLGA);
        byHand(DeploymentMachine.Move.STAGE, Scene.OLGA);
        assertEquals(List.of(), next());
        staged = true;
        carryOut();
        assertEquals(DeploymentState.STAGED, deployment.state());
        carryOut();
        assertEquals(DeploymentState.READINESS, deployment.state());
    }

    @Test
    @Proves("PROCESS 1 readiness")
    void aFindingThatIsNotMetOrWasNotLookedAtKeepsItFromBeingReady() {
        Map<Readiness.Question, List<Finding>> met = new TreeMap<>();
        for (Readiness.Question question : Readiness.Question.values()) {
            met.put(question, List.of(Finding.met("seen", now)));
        }
        assertTrue(new Readiness(met, now).ready());
        Map<Readiness.Question, List<Finding>> worse = new TreeMap<>(met);
        worse.put(Readiness.Question.DEPOTS, List.of(Readiness.coverage("depots", 8, 10, 90, now)));
        worse.put(Readiness.Question.POWER, List.of(Finding.unknown("no battery is reported", now)));
        worse.remove(Readiness.Question.TOOLS);
        assertEquals(
                List.of(
                        "every target has power or battery enough: could not be looked at (no battery is reported);"
                                + " have a person look",
                        "every depot has the releases: 8 of 10 depots have it, verified; 90 % are wanted",
                        "hardware, network and distribution tool were verified: nobody has looked"),
                new Readiness(worse, now).blocking());

        reach(DeploymentState.READINESS);
        assertEquals(List.of(), next());
        readiness = Optional.of(new Readiness(worse, now));
        carryOut();
        assertEquals(DeploymentState.PLANNED, deployment.state());
        reach(DeploymentState.READINESS);
        readiness = Optional.of(new Readiness(met, now));
        carryOut();
        assertEquals(DeploymentState.READY, deployment.state());
    }

    @Test
    @Proves("PROCESS 1 waves")
    void wavesGoOneAfterTheOtherAndEachHasToPass() {
        startBeta();
        wave(0, 4, 0);
        assertEquals(WaveState.DRAINING, deployment.wave(0).state());
        assertEquals(List.of(), next(), "it soaks");
        now = now.plus(Duration.ofHours(1));
        carryOut();
        assertEquals(Optional.of(Verdict.PASS), deployment.wave(0).verdict());
        carryOut();
        assertEquals(DeploymentState.BETA_EVALUATION, deployment.state());
        carryOut();
        assertEquals(DeploymentState.ROLLING, deployment.state());
        carryOut();
        assertEquals(WaveState.CLOSED, deployment.wave(0).state());
        for (int number = 1; number <= 2; number++) {
            assertEquals(WaveState.DEFINED, deployment.wave(number).state());
            wave(number, 4, 0);
            carryOut();
            carryOut();
            assertEquals(WaveState.CLOSED, deployment.wave(number).state());
        }
        carryOut();
        assertEquals(DeploymentState.ANALYSIS, deployment.state());
        assertEquals(List.of(), next());
        byHand(DeploymentMachine.Move.EVALUATE, Scene.CARL);
        byHand(DeploymentMachine.Move.CLOSE, Scene.CARL);
        assertTrue(deployment.state().isFinal());
    }

    @Test
    @Proves("PROCESS 1 backout and recovery")
    void aFailedWaveIsTakenBackInTheOrderOfRecoveryAndWhatFollowsIsLeftOut() {
        startBeta();
        wave(0, 0, 4);
        carryOut();
        assertEquals(Optional.of(Verdict.FAIL), deployment.wave(0).verdict());
        carryOut();
        carryOut();
        assertEquals(DeploymentState.ANALYSIS, deployment.state());
        tallies.put(0, sorted(4, 1, 3));
        carryOut();
        assertEquals(WaveState.CLOSED, deployment.wave(0).state());
        assertEquals(WaveState.SKIPPED, deployment.wave(1).state());
        assertEquals(WaveState.SKIPPED, deployment.wave(2).state());
        carryOut();
        assertEquals(DeploymentState.BACKOUT, deployment.state());
        toTakeBack = 1;
        assertEquals(List.of(new Decision.TakeBack(new WaveId(Scene.ID, 0), WaveState.CLOSED, 1)), next());
        toTakeBack = 0;
        carryOut();
        assertEquals(DeploymentState.RECOVERY_CHECK, deployment.state());

        assertEquals(
                List.of(Scene.subject("acme/server", "1.0"), Scene.subject("acme/base", "1.0")),
                BackoutOrder.releases(
                        PLAN.with(List.of(Scene.subject("acme/base", "1.0"), Scene.subject("acme/server", "1.0")))));
        WaveId first = new WaveId(Scene.ID, 1);
        WaveId second = new WaveId(Scene.ID, 2);
        assertEquals(
                List.of(second, first),
                BackoutOrder.waves(Map.of(
                        first, sorted(4, 2, 2), second, sorted(4, 1, 3), new WaveId(Scene.ID, 0), sorted(4, 0, 4))));
    }

    @Test
    void aHoldKeepsANewWaveFromBeginningAndLetsWhatHasBegunEnd() {
        startBeta();
        deployment = moved(HoldDesk.place(deployment, Hold.Kind.OPERATOR, "noise", Scene.OLGA, now));
        assertEquals(List.of(), next());
        assertTrue(HoldDesk.lift(deployment, Hold.Kind.OPERATOR, Scene.CARL, now)
                .refusal()
                .isPresent());
        deployment = moved(HoldDesk.lift(deployment, Hold.Kind.OPERATOR, Scene.OLGA, now));
        assertEquals(1, next().size());
        until(0, WaveState.ACTIVE);
        deployment = moved(HoldDesk.place(deployment, Hold.Kind.OPERATOR, "noise", Scene.OLGA, now));
        tallies.put(0, ended(4, 0));
        carryOut();
        assertEquals(WaveState.DRAINING, deployment.wave(0).state());
    }

    @Test
    void aPlanThatIsNotSignedAnyMoreIsHeld() {
        startBeta();
        signed = false;
        deployment = deployment.amended(Sha256.of(new byte[] {3}));
        carryOut();
        assertEquals(Hold.Kind.POLICY, deployment.holding().getFirst().kind());
        assertEquals(List.of(), next());
    }

    @Test
    void anInconclusiveWaveWaitsForAPersonWhoWaivesOrExtendsIt() {
        startBeta();
        wave(0, 1, 1);
        now = now.plus(Duration.ofHours(1));
        carryOut();
        assertEquals(Optional.of(Verdict.INCONCLUSIVE), deployment.wave(0).verdict());
        carryOut();
        assertInstanceOf(Decision.AskPerson.class, next().getFirst());
        assertTrue(DeploymentMachine.move(deployment, DeploymentMachine.Move.GO, true, Scene.ANNA, now)
                .refusal()
                .isPresent());
        WaveId beta = new WaveId(Scene.ID, 0);
        assertTrue(WaveMachine.waive(deployment, beta, "fine", Scene.OLGA, now)
                .refusal()
                .isPresent());
        assertTrue(DeploymentMachine.move(deployment, DeploymentMachine.Move.EXTEND, true, Scene.OLGA, now)
                .refusal()
                .isPresent());
        Deployment extended = moved(WaveMachine.extend(deployment, beta, 1, Scene.OLGA, now));
        assertEquals(
                DeploymentState.BETA,
                moved(DeploymentMachine.move(extended, DeploymentMachine.Move.EXTEND, true, Scene.OLGA, now))
                        .state());
        assertEquals(WaveState.ACTIVE, extended.wave(0).state());
        assertTrue(WaveMachine.extend(deployment, beta, 0, Scene.OLGA, now)
                .refusal()
                .isPresent());
        deployment =
                moved(WaveMachine.waive(deployment, beta, "the one that failed was broken before", Scene.ANNA, now));
        byHand(DeploymentMachine.Move.GO, Scene.ANNA);
        carryOut();
        assertEquals(WaveState.CLOSED, deployment.wave(0).state());
        assertTrue(deployment.mayFollow(new WaveId(Scene.ID, 1)));
    }

    @Test
    void anAbortedDeploymentDrainsWhatRunsAndSkipsTheRest() {
        startBeta();
        until(0, WaveState.ACTIVE);
        byHand(DeploymentMachine.Move.ABORT, Scene.OLGA);
        carryOut();
        assertEquals(WaveState.DRAINING, deployment.wave(0).state());
        assertEquals(WaveState.SKIPPED, deployment.wave(1).state());
        assertInstanceOf(Decision.GiveUp.class, next().getFirst());
        tallies.put(0, ended(0, 0));
        carryOut();
        carryOut();
        carryOut();
        assertEquals(DeploymentState.ANALYSIS, deployment.state());
    }

    @Test
    void whatFailsByFarIsDrainedBeforeAllHaveEnded() {
        startBeta();
        until(0, WaveState.ACTIVE);
        tallies.put(
                0,
                new WaveTally(4, new TreeMap<>(), 4, 0, 0, 0, 0, 0, 1, 0, List.of(new SiteTally("berlin", 0, 9, 0))));
        assertTrue(
                assertInstanceOf(Decision.Drain.class, next().getFirst()).why().startsWith("FAIL"));
    }

    @Test
    void whoOperatesAWaveDoesNotSayHowItWas() {
        startBeta();
        wave(0, 4, 0);
        WaveId beta = new WaveId(Scene.ID, 0);
        assertTrue(WaveMachine.judge(deployment, beta, Verdict.PASS, "fine", Scene.OLGA, now)
                .refusal()
                .isPresent());
        assertTrue(WaveMachine.judge(deployment, beta, Verdict.PASS, "fine", Scene.ANNA, now)
                .result()
                .isPresent());
    }

    @Test
    void aBackoutHasAWavesTimeAndWhatHasNotEndedByThenIsLeftToAPerson() {
        reach(DeploymentState.BACKOUT);
        over();
        tallies.put(0, sorted(4, 2, 2));
        toTakeBack = 1;
        takingBack = 1;
        assertEquals(List.of(), next(), "one after the other");
        now = now.plus(PLAN.timeouts().wave());
        assertEquals(
                List.of(
                        new Decision.GiveUp(new WaveId(Scene.ID, 0), WaveState.CLOSED, 1),
                        new Decision.GiveUp(new WaveId(Scene.ID, 1), WaveState.CLOSED, 1),
                        new Decision.GiveUp(new WaveId(Scene.ID, 2), WaveState.CLOSED, 1)),
                next());
        takingBack = 0;
        carryOut();
        assertEquals(DeploymentState.RECOVERY_CHECK, deployment.state());
    }

    @Test
    void whoAbortsABackoutEndsItAndTheProductBeginsNoneByItself() {
        reach(DeploymentState.BACKOUT);
        over();
        tallies.put(0, sorted(4, 2, 2));
        takingBack = 1;
        byHand(DeploymentMachine.Move.ABORT, Scene.OLGA);
        assertEquals(List.of(), next(), "what has begun may end");
        now = now.plus(PLAN.timeouts().drain());
        assertEquals(
                3, next().stream().filter(Decision.GiveUp.class::isInstance).count());
        takingBack = 0;
        carryOut();
        assertEquals(DeploymentState.ANALYSIS, deployment.state());
        assertEquals(List.of(), next());
        byHand(DeploymentMachine.Move.BACK_OUT, Scene.OLGA);
        assertEquals(DeploymentState.BACKOUT, deployment.state());
    }

    @Test
    void aMemberThatHasDoneAStepGetsTheNextAndTheWaveWaitsForIt() {
        startBeta();
        until(0, WaveState.ACTIVE);
        WaveTally between = new WaveTally(4, new TreeMap<>(), 4, 0, 0, 0, 0, 0, 2, 0, List.of(), 2);
        tallies.put(0, between);
        assertEquals(List.of(new Decision.NextStep(new WaveId(Scene.ID, 0), WaveState.ACTIVE, 2)), next());
        deployment = moved(HoldDesk.place(deployment, Hold.Kind.OPERATOR, "noise", Scene.OLGA, now));
        assertEquals(List.of(), next());
        now = now.plus(PLAN.timeouts().wave());
        carryOut();
        assertEquals(List.of(new Decision.GiveUp(new WaveId(Scene.ID, 0), WaveState.DRAINING, 2)), next());
    }

    @Test
    void contentIsNotSentAheadOfADistribution() {
        startBeta();
        until(0, WaveState.PREPOSITIONING);
        tallies.put(0, WaveTally.untouched(4));
        assertEquals(List.of(), next(), "nobody has it yet");
        plan = new Plan(
                PLAN.subjects(),
                Operation.DISTRIBUTE,
                PLAN.targets(),
                PLAN.beta(),
                PLAN.waves(),
                PLAN.windows(),
                PLAN.blackouts(),
                PLAN.thresholds(),
                PLAN.blastRadius(),
                PLAN.retry(),
                PLAN.timeouts(),
                PLAN.transfer(),
                new Judging(Judging.By.GATE, 1, false),
                PLAN.policy(),
                PLAN.seed());
        assertInstanceOf(Decision.Cover.class, next().getFirst());
    }

    @Test
    void nobodyMovesWhatIsNotTheirs() {
        for (DeploymentMachine.Move move : DeploymentMachine.Move.values()) {
            assertTrue(DeploymentMachine.move(deployment, move, true, Scene.VERA, now)
                    .refusal()
                    .isPresent());
        }
        assertTrue(DeploymentMachine.move(deployment, DeploymentMachine.Move.STAGE, true, Scene.OLGA, now)
                .refusal()
                .orElse("")
                .contains("PLANNED"));
    }

    // ---- how the tests walk

    private void startBeta() {
        reach(DeploymentState.READINESS);
        deployment = deployment.at(DeploymentState.NOTIFIED, now);
        assertTrue(DeploymentMachine.move(deployment, DeploymentMachine.Move.START_BETA, false, Scene.OLGA, now)
                .refusal()
                .orElse("")
                .contains("signed"));
        byHand(DeploymentMachine.Move.START_BETA, Scene.OLGA);
    }

    private void over() {
        for (Wave wave : deployment.waves()) {
            deployment = deployment.with(wave.frozen(TEN).at(WaveState.CLOSED, now));
        }
    }

    private void reach(DeploymentState state) {
        deployment = deployment.at(state, now);
    }

    private void until(int wave, WaveState state) {
        for (int i = 0; i < 6 && deployment.wave(wave).state() != state; i++) {
            tallies.putIfAbsent(wave, untouched());
            carryOut();
        }
        assertEquals(state, deployment.wave(wave).state());
    }

    /** Runs a wave until it drains with so many that went well and badly. */
    private void wave(int number, long well, long badly) {
        until(number, WaveState.ACTIVE);
        tallies.put(number, ended(well, badly));
        carryOut();
        assertEquals(WaveState.DRAINING, deployment.wave(number).state());
    }

    private static WaveTally untouched() {
        TreeMap<Sorting, Long> pending = new TreeMap<>(Map.of(Sorting.PENDING, 4L));
        return new WaveTally(4, pending, 4, 0, 0, 0, 0, 0, 4, 0, List.of());
    }

    private static WaveTally ended(long well, long badly) {
        TreeMap<Sorting, Long> sorted = new TreeMap<>(Map.of(Sorting.SUCCEEDED, well, Sorting.REDISTRIBUTE, badly));
        return new WaveTally(4, sorted, 4, 0, 0, 0, 0, 0, 0, 0, List.of(new SiteTally("berlin", well, badly, 0)));
    }

    private static WaveTally sorted(long members, long rollback, long redistribute) {
        TreeMap<Sorting, Long> sorted =
                new TreeMap<>(Map.of(Sorting.ROLLBACK, rollback, Sorting.REDISTRIBUTE, redistribute));
        return new WaveTally(members, sorted, members, 0, 0, 0, 0, 0, 0, 0, List.of());
    }

    private View view() {
        List<View.WaveView> waves = new ArrayList<>();
        for (Wave wave : deployment.waves()) {
            WaveTally tally = tallies.getOrDefault(wave.id().number(), WaveTally.untouched(wave.members()));
            waves.add(new View.WaveView(tally, true, wave.id().isBeta() ? toTakeBack : 0, takingBack));
        }
        return new View(deployment, plan, signed, staged, readiness, false, waves);
    }

    private List<Decision> next() {
        return Conduct.next(view(), now);
    }

    private void byHand(DeploymentMachine.Move move, Actor actor) {
        deployment = moved(DeploymentMachine.move(deployment, move, signed, actor, now));
    }

    private static Deployment moved(Outcome<Deployment> outcome) {
        return outcome.result().orElseThrow(() -> new AssertionError(outcome.refusal()));
    }

    /** All that is decided now, in its order; what the second one finds changed it may not do. */
    private void carryOut() {
        Actor product = Actor.product();
        for (Decision decision : next()) {
            Outcome<Deployment> outcome = switch (decision) {
                case Decision.Advance advance ->
                    DeploymentMachine.move(deployment, advance.move(), signed, product, now);
                case Decision.PlaceHold hold -> HoldDesk.place(deployment, hold.kind(), hold.why(), product, now);
                case Decision.LiftHold hold -> HoldDesk.lift(deployment, hold.kind(), product, now);
                case Decision.Freeze freeze -> WaveMachine.freeze(deployment, freeze.wave(), TEN, product, now);
                case Decision.Preposition ahead -> WaveMachine.preposition(deployment, ahead.wave(), product, now);
                case Decision.Cover cover -> WaveMachine.covered(deployment, cover.wave(), product, now);
                case Decision.Arm arm -> WaveMachine.arm(deployment, arm.wave(), signed, product, now);
                case Decision.Activate activate ->
                    WaveMachine.activate(deployment, activate.wave(), signed, product, now);
                case Decision.Drain drain -> WaveMachine.drain(deployment, drain.wave(), product, now);
                case Decision.Judge judge ->
                    WaveMachine.judge(
                            deployment,
                            judge.wave(),
                            judge.judgement().verdict(),
                            judge.judgement().line(),
                            product,
                            now);
                case Decision.Close close -> WaveMachine.close(deployment, close.wave(), product, now);
                case Decision.Skip skip -> WaveMachine.skip(deployment, skip.wave(), skip.why(), product, now);
                case Decision.TryAgain unused -> Outcome.moved(deployment);
                case Decision.NextStep unused -> Outcome.moved(deployment);
                case Decision.GiveUp unused -> Outcome.moved(deployment);
                case Decision.AskPerson unused -> Outcome.moved(deployment);
                case Decision.TakeBack unused -> Outcome.moved(deployment);
            };
            deployment = moved(outcome);
        }
    }
}
