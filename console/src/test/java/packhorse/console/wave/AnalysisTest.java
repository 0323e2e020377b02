package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.gate.Evidence;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.testing.Cases;

final class AnalysisTest {
    private static final RetryPolicy RETRY =
            RetryPolicy.of(Map.of(CodeClass.TRANSIENT, 3), 2, Duration.ofMinutes(5), 100);

    @Test
    @Proves("PROCESS 1 analysis")
    void everyMemberIsSortedByHowItEnded() {
        assertEquals(Sorting.PENDING, Analysis.classify(Member.untouched(Scene.endpoint(1), "berlin")));
        Map<ActionState, Sorting> expected = new EnumMap<>(ActionState.class);
        for (ActionState state : ActionState.values()) {
            expected.put(state, Sorting.PENDING);
        }
        for (ActionState state :
                List.of(ActionState.COMMITTABLE, ActionState.COMMITTED, ActionState.ALREADY_AT_TARGET)) {
            expected.put(state, Sorting.SUCCEEDED);
        }
        for (ActionState state : List.of(
                ActionState.FAILED,
                ActionState.REFUSED,
                ActionState.TIMED_OUT,
                ActionState.UNREACHABLE,
                ActionState.UNDONE,
                ActionState.DELETED)) {
            expected.put(state, Sorting.REDISTRIBUTE);
        }
        for (ActionState state : List.of(
                ActionState.NOT_APPLICABLE, ActionState.DECLINED, ActionState.CANCELLED, ActionState.SUPERSEDED)) {
            expected.put(state, Sorting.EXCLUDED);
        }
        expected.put(ActionState.UNDO_FAILED, Sorting.ROLLBACK);
        expected.forEach((state, sorting) ->
                assertEquals(sorting, Analysis.classify(Scene.member(1, Scene.action(1, state))), state.name()));
    }

    @Test
    void whatSucceededInAFailedWaveIsTakenBackAndThenAsBefore() {
        Member good = Scene.member(1, Scene.action(1, ActionState.COMMITTABLE));
        Member recalled = new Member(good.endpoint(), good.site(), true, good.latest(), false, true, false);
        assertEquals(Sorting.ROLLBACK, Analysis.classify(recalled));
        Member back = new Member(good.endpoint(), good.site(), true, good.latest(), false, true, true);
        assertEquals(Sorting.REDISTRIBUTE, Analysis.classify(back));
        Member there = Scene.member(1, Scene.action(1, ActionState.ALREADY_AT_TARGET));
        assertEquals(
                Sorting.SUCCEEDED,
                Analysis.classify(
                        new Member(there.endpoint(), there.site(), true, there.latest(), false, true, false)));
    }

    @Test
    void whoMayHaveBegunAndIsSilentIsTakenBackUntilItIsHeard() {
        Action leased = Scene.action(1, ActionState.WAITING).leased(Scene.NOW);
        Action silent = leased.givenUp(leased.silentEnd(), Scene.NOW);
        assertEquals(ActionState.TIMED_OUT, silent.state());
        assertEquals(Sorting.ROLLBACK, Analysis.classify(Scene.member(1, silent)));
        assertTrue(Analysis.problem(Scene.member(1, silent), RETRY).isPresent());
        Action late = Heard.of(silent, ActionState.COMMITTABLE, Optional.empty(), 0, Scene.NOW)
                .now();
        assertEquals(ActionState.TIMED_OUT, late.state());
        assertFalse(late.unverified());
        Action restored = Heard.of(silent, ActionState.FAILED, Optional.of(CodeClass.TRANSIENT), 5, Scene.NOW)
                .now();
        assertEquals(Sorting.REDISTRIBUTE, Analysis.classify(Scene.member(1, restored)));
    }

    @Test
    void reportsInAnyOrderEndWhereTheEndpointEnded() {
        List<ActionState> path = List.of(
                ActionState.ACCEPTED,
                ActionState.STAGED,
                ActionState.WAITING,
                ActionState.PREPARED,
                ActionState.APPLYING,
                ActionState.APPLIED,
                ActionState.VERIFYING,
                ActionState.COMMITTING,
                ActionState.COMMITTED);
        Cases.run(200, random -> {
            List<ActionState> reports = new ArrayList<>(path);
            reports.addAll(path);
            shuffle(reports, random);
            Action action = Scene.action(1, ActionState.QUEUED);
            for (ActionState said : reports) {
                action = Heard.of(action, said, Optional.empty(), 0, Scene.NOW).now();
            }
            assertEquals(ActionState.COMMITTED, action.state());
            assertTrue(action.verified());
            assertFalse(action.unverified());
        });
    }

    @Test
    void theClassesPartitionAnyMembershipAndTheGateSeesEveryoneOnce() {
        Cases.run(300, random -> {
            List<Member> members = new ArrayList<>();
            int count = random.nextInt(0, 60);
            for (int i = 1; i <= count; i++) {
                members.add(any(i, random));
            }
            WaveTally tally = Tally.of(members, RETRY, Scene.NOW);
            assertEquals(
                    count,
                    tally.sorted().values().stream().mapToLong(Long::longValue).sum());
            for (boolean over : List.of(true, false)) {
                Evidence evidence = tally.evidence(over);
                assertEquals(count, evidence.asked() + evidence.excluded());
                assertEquals(over ? 0 : tally.pending(), evidence.pending());
            }
            assertEquals(tally.of(Sorting.PENDING), tally.pending() - changedSides(members));
        });
    }

    /** Taken back already, although the attempt itself has not ended: sorted, but the gate still waits. */
    private static long changedSides(List<Member> members) {
        return members.stream()
                .filter(member -> member.takenBack()
                        && member.latest().map(action -> !action.ended()).orElse(!member.gone()))
                .count();
    }

    @Test
    void retriesAreByClassWithGrowingPausesAndABudget() {
        Action failed = Scene.action(1, 1, ActionState.FAILED, Optional.of(CodeClass.TRANSIENT));
        Retry.Ruling.Again again =
                assertInstanceOf(Retry.Ruling.Again.class, Retry.rule(Scene.member(1, failed), RETRY, 0, 10));
        assertEquals(failed.id().again(), again.next());
        assertEquals(Scene.NOW.plus(Duration.ofMinutes(5)), again.notBefore());
        Action second = Scene.action(1, 2, ActionState.FAILED, Optional.of(CodeClass.TRANSIENT));
        assertEquals(
                Scene.NOW.plus(Duration.ofMinutes(10)),
                assertInstanceOf(Retry.Ruling.Again.class, Retry.rule(Scene.member(1, second), RETRY, 1, 10))
                        .notBefore());
        for (Action enough : List.of(
                Scene.action(1, 3, ActionState.FAILED, Optional.of(CodeClass.TRANSIENT)),
                Scene.action(1, 1, ActionState.FAILED, Optional.of(CodeClass.PERMANENT)),
                Scene.action(1, 2, ActionState.UNREACHABLE, Optional.empty()),
                Scene.action(1, ActionState.COMMITTABLE),
                Scene.action(1, ActionState.APPLYING))) {
            assertInstanceOf(Retry.Ruling.Enough.class, Retry.rule(Scene.member(1, enough), RETRY, 0, 10));
        }
        assertInstanceOf(Retry.Ruling.Enough.class, Retry.rule(Scene.member(1, failed), RETRY, 10, 10));
    }

    private static Member any(int number, RandomGenerator random) {
        Member member = new Member(
                Scene.endpoint(number),
                random.nextBoolean() ? "berlin" : "rome",
                random.nextBoolean(),
                Optional.empty(),
                random.nextInt(8) == 0,
                random.nextBoolean(),
                random.nextInt(8) == 0);
        if (random.nextInt(6) == 0) {
            return member;
        }
        ActionState[] states = ActionState.values();
        CodeClass[] classes = {CodeClass.TRANSIENT, CodeClass.PERMANENT, CodeClass.USER, CodeClass.ENVIRONMENT};
        Action action = Scene.action(
                number,
                random.nextInt(1, 4),
                states[random.nextInt(states.length)],
                random.nextBoolean() ? Optional.of(classes[random.nextInt(classes.length)]) : Optional.empty());
        if (random.nextBoolean()) {
            action = action.leased(Scene.NOW.plusSeconds(random.nextInt(-100, 100)));
        }
        if (random.nextInt(4) == 0) {
            action = action.givenUp(action.silentEnd(), Scene.NOW);
        }
        return member.with(action);
    }

    private static void shuffle(List<ActionState> reports, RandomGenerator random) {
        for (int i = reports.size() - 1; i > 0; i--) {
            Collections.swap(reports, i, random.nextInt(i + 1));
        }
    }
}
