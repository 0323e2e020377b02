package packhorse.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ActionStateTest {
    private static final Map<Operation, String> GOOD = Map.of(
            Operation.DISTRIBUTE,
            "ACCEPTED FETCHING STAGED",
            Operation.INSTALL,
            "ACCEPTED FETCHING STAGED PRECHECK PREPARED WAITING APPLYING APPLIED ACTIVATING VERIFYING COMMITTABLE",
            Operation.UPDATE,
            "ACCEPTED STAGED PRECHECK PREPARED APPLYING APPLIED ACTIVATING VERIFYING COMMITTING COMMITTED",
            Operation.ACTIVATE,
            "ACCEPTED PRECHECK PREPARED WAITING ACTIVATING VERIFYING COMMITTABLE",
            Operation.COMMIT,
            "ACCEPTED PRECHECK PREPARED WAITING COMMITTING COMMITTED",
            Operation.ROLLBACK,
            "ACCEPTED PRECHECK PREPARED WAITING UNDOING UNDONE",
            Operation.REMOVE,
            "ACCEPTED WAITING APPLYING APPLIED VERIFYING COMMITTING COMMITTED",
            Operation.DELETE,
            "ACCEPTED WAITING DELETED");

    private static List<ActionState> path(String words) {
        return Arrays.stream(words.split(" ", -1)).map(ActionState::valueOf).toList();
    }

    @Test
    void everyOperationGoesItsPathAndSucceedsAtItsEndOnly() {
        GOOD.forEach((operation, words) -> {
            List<ActionState> path = path(words);
            for (int i = 1; i < path.size(); i++) {
                int at = i;
                assertTrue(path.get(i).mayFollow(path.get(i - 1)), () -> operation + " at " + path.get(at));
                assertFalse(path.get(i - 1).ends(operation), () -> operation + " ends before " + path.get(at));
                assertFalse(path.get(i - 1).succeeded(operation), () -> operation + " succeeds before " + path.get(at));
            }
            assertTrue(path.getLast().ends(operation) && path.getLast().succeeded(operation), operation::toString);
        });
    }

    @Test
    void aWayBackComesToAnEndAndNothingFollowsOne() {
        assertTrue(ActionState.UNDOING.mayFollow(ActionState.VERIFYING));
        assertTrue(ActionState.FAILED.mayFollow(ActionState.UNDOING));
        assertTrue(ActionState.UNDO_FAILED.mayFollow(ActionState.UNDOING));
        assertFalse(ActionState.VERIFYING.mayFollow(ActionState.UNDOING));
        for (ActionState state : ActionState.values()) {
            assertFalse(state.mayFollow(ActionState.FAILED), state::name);
            assertFalse(state.mayFollow(state), state::name);
        }
        assertFalse(ActionState.FAILED.succeeded(Operation.INSTALL));
        assertFalse(ActionState.UNDONE.succeeded(Operation.INSTALL));
    }

    @Test
    void onlyWaitingMayComeBeforeAndAfterTheSame() {
        Set<ActionState> round = EnumSet.noneOf(ActionState.class);
        for (ActionState a : ActionState.values()) {
            for (ActionState b : ActionState.values()) {
                if (a.mayFollow(b) && b.mayFollow(a)) {
                    round.add(a);
                }
            }
        }
        assertEquals(EnumSet.of(ActionState.WAITING, ActionState.PRECHECK, ActionState.PREPARED), round);
    }
}
