package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.wave.ActionNumbers.Job;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.testing.Cases;

/** Orders of several steps: an operating system, a database on it, a server on that. */
final class AttemptsTest {
    private static final WaveId WAVE = new WaveId(Scene.ID, 1);
    private static final ActionNumbers NUMBERS = new ActionNumbers(4, 3);
    private static final int MEMBER = 2;
    private static final Instant BEGAN = Scene.NOW.plusSeconds(60);

    private final List<Action> actions = new ArrayList<>();

    private Attempts attempts() {
        return new Attempts(WAVE, NUMBERS, MEMBER, Scene.endpoint(MEMBER), actions);
    }

    private static ActionId id(Purpose purpose, int step, int attempt) {
        return new ActionId(WAVE, NUMBERS.number(new Job(purpose, MEMBER, step)), attempt);
    }

    private void went(Purpose purpose, int step, int attempt, ActionState state, Instant since) {
        Operation operation = switch (purpose) {
            case DEPLOY -> Operation.INSTALL;
            case ROLL_BACK -> Operation.ROLLBACK;
            case PREPOSITION -> Operation.DISTRIBUTE;
        };
        actions.add(new Action(
                id(purpose, step, attempt),
                Scene.endpoint(MEMBER),
                Line.of(Scene.SUBJECT),
                operation,
                state,
                state.changes(),
                state == ActionState.COMMITTABLE,
                state == ActionState.FAILED ? Optional.of(CodeClass.TRANSIENT) : Optional.empty(),
                0,
                Optional.empty(),
                since,
                false));
    }

    private void deployed(int step, ActionState state) {
        went(Purpose.DEPLOY, step, 1, state, Scene.NOW);
    }

    private Sorting sorted(boolean recalled) {
        return Analysis.classify(attempts().member("berlin", false, recalled));
    }

    @Test
    void everyNumberStandsForOneJobAndAnOrderOfOneStepNumbersItsMembers() {
        Cases.run(300, random -> {
            ActionNumbers numbers = new ActionNumbers(random.nextInt(1, 2_000), random.nextInt(1, 100));
            int number = random.nextInt(1, 3 * numbers.members() * numbers.steps() + 1);
            assertEquals(number, numbers.number(numbers.job(number)));
        });
        assertEquals(17, new ActionNumbers(100, 1).number(new Job(Purpose.DEPLOY, 17, 1)));
        assertEquals(
                List.of(4, 5, 6),
                List.of(id(Purpose.DEPLOY, 1, 1), id(Purpose.DEPLOY, 2, 1), id(Purpose.DEPLOY, 3, 1)).stream()
                        .map(ActionId::number)
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> NUMBERS.job(37));
        assertThrows(IllegalArgumentException.class, () -> NUMBERS.job(0));
        assertThrows(IllegalArgumentException.class, () -> NUMBERS.number(new Job(Purpose.DEPLOY, 5, 1)));
    }

    @Test
    void theNextStepIsDispatchedWhenTheOneBeforeIsDoneAndNotSooner() {
        assertEquals(Optional.empty(), attempts().nextStep());
        assertEquals(Sorting.PENDING, sorted(false));
        deployed(1, ActionState.APPLYING);
        assertEquals(Optional.empty(), attempts().nextStep());
        actions.clear();
        deployed(1, ActionState.COMMITTABLE);
        assertEquals(Optional.of(id(Purpose.DEPLOY, 2, 1)), attempts().nextStep());
        assertEquals(Sorting.PENDING, sorted(false), "two steps are left");
        deployed(2, ActionState.ALREADY_AT_TARGET);
        assertEquals(Optional.of(id(Purpose.DEPLOY, 3, 1)), attempts().nextStep());
        deployed(3, ActionState.COMMITTABLE);
        assertEquals(Optional.empty(), attempts().nextStep());
        assertEquals(Sorting.SUCCEEDED, sorted(false));
        WaveTally tally = Tally.of(List.of(attempts().member("berlin", false, false)), RetryPolicy.NONE, Scene.NOW);
        assertEquals(0, tally.pending());
        assertEquals(0, tally.nextSteps());
    }

    @Test
    void whoStandsBetweenTwoStepsIsPendingForTheGateAndCountedForTheNext() {
        deployed(1, ActionState.COMMITTABLE);
        Member member = attempts().member("berlin", false, false);
        WaveTally tally = Tally.of(List.of(member), RetryPolicy.NONE, Scene.NOW);
        assertEquals(1, tally.pending());
        assertEquals(1, tally.nextSteps());
        assertEquals(1, tally.of(Sorting.PENDING));
        assertEquals(0, tally.unverified());
        Member gone = attempts().member("berlin", true, false);
        WaveTally without = Tally.of(List.of(gone), RetryPolicy.NONE, Scene.NOW);
        assertEquals(List.of(0L, 0L, 1L), List.of(without.pending(), without.nextSteps(), without.excluded()));
    }

    @Test
    void aStepThatFailsStopsThemAllAndIsTriedAgainByItself() {
        deployed(1, ActionState.COMMITTABLE);
        deployed(2, ActionState.FAILED);
        assertEquals(Optional.empty(), attempts().nextStep());
        assertEquals(Sorting.REDISTRIBUTE, sorted(false));
        assertEquals(Sorting.ROLLBACK, sorted(true), "the first step is in place");
        Retry.Ruling ruling = Retry.rule(
                attempts().member("berlin", false, false), Scene.plan().retry(), 0, 4);
        assertEquals(id(Purpose.DEPLOY, 2, 2), ((Retry.Ruling.Again) ruling).next());
        went(Purpose.DEPLOY, 2, 2, ActionState.COMMITTABLE, Scene.NOW);
        assertEquals(Optional.of(id(Purpose.DEPLOY, 3, 1)), attempts().nextStep());
    }

    @Test
    @Proves("PROCESS 1 backout and recovery")
    void stepsAreTakenBackFromTheLastToTheFirst() {
        deployed(1, ActionState.COMMITTABLE);
        deployed(2, ActionState.ALREADY_AT_TARGET);
        deployed(3, ActionState.COMMITTABLE);
        assertEquals(Optional.empty(), attempts().nextBack(false, BEGAN), "nobody wants it back");
        assertEquals(Optional.of(id(Purpose.ROLL_BACK, 3, 1)), attempts().nextBack(true, BEGAN));
        went(Purpose.ROLL_BACK, 3, 1, ActionState.UNDOING, Scene.NOW);
        assertTrue(attempts().takingBack());
        assertEquals(Optional.empty(), attempts().nextBack(true, BEGAN));
        actions.removeLast();
        went(Purpose.ROLL_BACK, 3, 1, ActionState.UNDONE, Scene.NOW);
        assertFalse(attempts().takenBack());
        assertEquals(
                Optional.of(id(Purpose.ROLL_BACK, 1, 1)),
                attempts().nextBack(true, BEGAN),
                "the second was there before us");
        went(Purpose.ROLL_BACK, 1, 1, ActionState.UNDONE, Scene.NOW);
        assertTrue(attempts().takenBack());
        assertEquals(Optional.empty(), attempts().nextBack(true, BEGAN));
        assertEquals(Sorting.REDISTRIBUTE, sorted(true));
    }

    @Test
    void aRollbackThatFailedStopsThemAllUntilSomebodyBeginsAnotherBackout() {
        deployed(1, ActionState.COMMITTABLE);
        deployed(2, ActionState.COMMITTABLE);
        went(Purpose.ROLL_BACK, 2, 1, ActionState.UNDO_FAILED, BEGAN.plusSeconds(5));
        assertEquals(Optional.empty(), attempts().nextBack(true, BEGAN));
        assertEquals(Sorting.ROLLBACK, sorted(true));
        assertEquals(Optional.of(id(Purpose.ROLL_BACK, 2, 2)), attempts().nextBack(true, BEGAN.plusSeconds(60)));
    }

    @Test
    void whatCouldNotUndoItselfIsTakenBackAlthoughNobodyRecalledIt() {
        deployed(1, ActionState.UNDO_FAILED);
        assertEquals(Sorting.ROLLBACK, sorted(false));
        assertEquals(Optional.of(id(Purpose.ROLL_BACK, 1, 1)), attempts().nextBack(false, BEGAN));
    }

    @Test
    void whatHasNotEndedInTimeIsGivenUpAndSoIsAStepThatWasNeverDispatched() {
        Plan three = Scene.plan()
                .with(List.of(
                        Scene.subject("acme/a", "1"), Scene.subject("acme/b", "1"), Scene.subject("acme/c", "1")));
        Action never = attempts().givenUp(three, Scene.NOW).orElseThrow();
        assertEquals(id(Purpose.DEPLOY, 1, 1), never.id());
        assertEquals(ActionState.TIMED_OUT, never.state());
        deployed(1, ActionState.COMMITTABLE);
        Action second = attempts().givenUp(three, Scene.NOW).orElseThrow();
        assertEquals(id(Purpose.DEPLOY, 2, 1), second.id());
        assertEquals(Line.of(three.subjects().get(1)), second.line());
        actions.add(second);
        assertEquals(Optional.empty(), attempts().givenUp(three, Scene.NOW), "once is enough");
        assertEquals(Sorting.REDISTRIBUTE, sorted(false));
        actions.removeLast();
        deployed(2, ActionState.WAITING);
        assertEquals(
                ActionState.TIMED_OUT,
                attempts().givenUp(three, Scene.NOW).orElseThrow().state());
        went(Purpose.ROLL_BACK, 1, 1, ActionState.QUEUED, Scene.NOW);
        assertEquals(
                ActionState.UNREACHABLE,
                attempts().backGivenUp(Scene.NOW).orElseThrow().state());
    }

    @Test
    void contentThatIsStillOnItsWayIsSupersededByTheOrderItself() {
        went(Purpose.PREPOSITION, 1, 1, ActionState.STAGED, Scene.NOW);
        went(Purpose.PREPOSITION, 2, 1, ActionState.FETCHING, Scene.NOW);
        assertFalse(attempts().staged());
        assertEquals(
                List.of(ActionState.SUPERSEDED),
                attempts().superseded(Scene.NOW).stream().map(Action::state).toList());
        actions.removeLast();
        went(Purpose.PREPOSITION, 2, 1, ActionState.ALREADY_AT_TARGET, Scene.NOW);
        went(Purpose.PREPOSITION, 3, 1, ActionState.STAGED, Scene.NOW);
        assertTrue(attempts().staged());
        assertEquals(List.of(), attempts().superseded(Scene.NOW));
        assertEquals(Optional.empty(), attempts().latest(), "content ahead is no attempt at the order");
    }

    @Test
    void whateverWasTriedAMemberIsInOneClassAndHasOneThingToDoNext() {
        ActionState[] states = ActionState.values();
        Cases.run(500, random -> {
            actions.clear();
            int last = random.nextInt(0, 4);
            for (int step = 1; step <= last; step++) {
                deployed(step, step < last ? ActionState.COMMITTABLE : states[random.nextInt(states.length)]);
            }
            for (int step = last; step > random.nextInt(0, 4); step--) {
                went(Purpose.ROLL_BACK, step, 1, states[random.nextInt(states.length)], Scene.NOW);
            }
            boolean recalled = random.nextBoolean();
            Member member = attempts().member("berlin", false, recalled);
            Sorting sorting = Analysis.classify(member);
            Optional<ActionId> back = attempts().nextBack(recalled, BEGAN);
            assertTrue(back.isEmpty() || sorting == Sorting.ROLLBACK);
            assertFalse(Attempts.awaitsStep(member) && back.isPresent());
            if (attempts().takenBack()) {
                assertEquals(Sorting.REDISTRIBUTE, sorting);
            }
        });
    }

    @Test
    void anotherMembersActionsAreRefused() {
        actions.add(Action.queued(
                new ActionId(WAVE, 1, 1), Scene.endpoint(1), Line.of(Scene.SUBJECT), Operation.INSTALL, Scene.NOW));
        assertThrows(IllegalArgumentException.class, this::attempts);
    }
}
