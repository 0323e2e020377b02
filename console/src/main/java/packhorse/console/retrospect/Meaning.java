package packhorse.console.retrospect;

import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;

/** What an attempt's end means, in words. The class of a return code is the agent's word, who has the release's own table. */
final class Meaning {
    private Meaning() {}

    /** Of where an attempt stands; empty while nothing is to be said. */
    static String of(ActionState state, Operation operation, Optional<CodeClass> codeClass) {
        return switch (state) {
            case FAILED -> codeClass.map(Meaning::of).orElse("failed");
            case UNDO_FAILED ->
                "could not be taken back" + codeClass.map(one -> ": " + of(one)).orElse("");
            case UNREACHABLE -> "nothing was heard";
            case TIMED_OUT -> "nothing more was heard in time";
            case REFUSED -> "refused by the machine";
            case DECLINED -> "declined by its user";
            case NOT_APPLICABLE -> "does not apply";
            case CANCELLED -> "called off";
            case SUPERSEDED -> "replaced by another action";
            case ALREADY_AT_TARGET -> "was so already";
            case UNDONE -> operation == Operation.ROLLBACK ? "taken back" : "failed and was undone";
            case COMMITTED, DELETED -> "done";
            case STAGED -> operation == Operation.DISTRIBUTE ? "done" : "";
            case COMMITTABLE -> state.ends(operation) ? "done, not committed" : "";
            case QUEUED,
                    OFFERED,
                    ACCEPTED,
                    FETCHING,
                    WAITING,
                    PRECHECK,
                    PREPARED,
                    APPLYING,
                    APPLIED,
                    ACTIVATING,
                    VERIFYING,
                    COMMITTING,
                    UNDOING -> "";
        };
    }

    private static String of(CodeClass codeClass) {
        return switch (codeClass) {
            case SUCCESS -> "done";
            case SUCCESS_REBOOT -> "done, in use after the next start";
            case TRANSIENT -> "failed, may work later";
            case PERMANENT -> "failed for good";
            case USER -> "its user said no, or was in the way";
            case ENVIRONMENT -> "something around it is missing, too old or broken";
        };
    }
}
