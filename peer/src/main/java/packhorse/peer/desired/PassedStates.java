package packhorse.peer.desired;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.desired.InstallCourse.Step;
import packhorse.peer.install.TaskStatus;

/**
 * What the installer passed, as reports: each state once, in order, whoever was started again in between. The journal of reports
 * remembers the last one only, and the next is the first one after it that may follow it.
 */
final class PassedStates {
    private PassedStates() {}

    /**
     * The next state that the installer passed and nobody was told of.
     *
     * @param unwanted what is reported in place of an end that only says that all was taken back
     */
    static Optional<Step.Report> news(
            ActionRecord record, @Nullable TaskStatus status, boolean commitsAtOnce, Optional<Step.Report> unwanted) {
        if (status == null) {
            return Optional.empty();
        }
        ActionState last = record.state();
        List<ActionState> path = status.passed().stream()
                .distinct()
                .filter(state -> !isOurs(state))
                .filter(state ->
                        last != ActionState.WAITING || (state != ActionState.PRECHECK && state != ActionState.PREPARED))
                .toList();
        for (ActionState state : path.subList(path.indexOf(last) + 1, path.size())) {
            boolean newest = state == path.getLast();
            boolean goesOn = state == ActionState.COMMITTABLE
                    && state.ends(record.operation())
                    && !(newest && (status.ended() || !commitsAtOnce));
            if (!state.mayFollow(last) || goesOn) {
                continue;
            }
            boolean back = state == ActionState.CANCELLED
                    || (state == ActionState.UNDONE && record.operation() != Operation.ROLLBACK);
            return Optional.of(unwanted.filter(end -> back)
                    .orElseGet(() -> newest
                            ? new Step.Report(state, status.detail(), status.code(), status.codeClass())
                            : new Step.Report(state, "")));
        }
        return Optional.empty();
    }

    /** States that this side reports; the installer may name them, and says nothing by it. */
    private static boolean isOurs(ActionState state) {
        return switch (state) {
            case QUEUED, OFFERED, ACCEPTED, FETCHING, STAGED, WAITING -> true;
            case PRECHECK,
                    PREPARED,
                    APPLYING,
                    APPLIED,
                    ACTIVATING,
                    VERIFYING,
                    COMMITTABLE,
                    COMMITTING,
                    COMMITTED,
                    FAILED,
                    UNDOING,
                    UNDONE,
                    UNDO_FAILED,
                    NOT_APPLICABLE,
                    ALREADY_AT_TARGET,
                    REFUSED,
                    DECLINED,
                    TIMED_OUT,
                    UNREACHABLE,
                    CANCELLED,
                    SUPERSEDED,
                    DELETED -> false;
        };
    }
}
