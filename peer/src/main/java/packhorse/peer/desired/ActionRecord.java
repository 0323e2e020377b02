package packhorse.peer.desired;

import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

/**
 * What was last reported of an action.
 *
 * @param state the last one in the journal
 */
public record ActionRecord(String action, Subject subject, Operation operation, ActionState state) {
    /** Whether nothing is to be reported of it any more. */
    public boolean ended() {
        return state.ends(operation);
    }

    /** Whether it ended with its content here, so that the content stays wanted while its item stands. */
    public boolean stands() {
        return switch (operation) {
            case DISTRIBUTE -> state == ActionState.STAGED || state == ActionState.ALREADY_AT_TARGET;
            case INSTALL, UPDATE -> state == ActionState.COMMITTABLE || state == ActionState.COMMITTED;
            case ACTIVATE, COMMIT, ROLLBACK, REMOVE, DELETE -> false;
        };
    }
}
