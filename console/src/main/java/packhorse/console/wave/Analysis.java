package packhorse.console.wave;

import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;

/**
 * Sorts members, totally: whatever is known of one, it is in exactly one class.
 *
 * <table>
 * <caption>The first row that fits</caption>
 * <tr><th>a member</th><th>is</th></tr>
 * <tr><td>that was taken back</td><td>REDISTRIBUTE: it is as before</td></tr>
 * <tr><td>without an attempt</td><td>PENDING, or EXCLUDED where it is gone</td></tr>
 * <tr><td>whose attempt has not ended</td><td>PENDING</td></tr>
 * <tr><td>whose undoing failed, or that may have begun and is silent</td><td>ROLLBACK</td></tr>
 * <tr><td>that is recalled and has something of ours in place, of this step or of one before</td><td>ROLLBACK</td></tr>
 * <tr><td>that has done a step and waits for the next</td><td>PENDING, or EXCLUDED where it is gone</td></tr>
 * <tr><td>that succeeded, or was there already</td><td>SUCCEEDED</td></tr>
 * <tr><td>that it does not concern, that declined, was called off or overtaken</td><td>EXCLUDED</td></tr>
 * <tr><td>that failed, refused, ran out of time, was not reached</td><td>REDISTRIBUTE, or EXCLUDED where it is gone</td></tr>
 * </table>
 */
public final class Analysis {
    private Analysis() {}

    /** Where it belongs. */
    public static Sorting classify(Member member) {
        if (member.takenBack()) {
            return Sorting.REDISTRIBUTE;
        }
        if (member.latest().isEmpty()) {
            return member.gone() ? Sorting.EXCLUDED : Sorting.PENDING;
        }
        Action action = member.latest().get();
        if (!action.ended()) {
            return Sorting.PENDING;
        }
        if (action.unverified()) {
            return Sorting.ROLLBACK;
        }
        if (member.recalled() && member.changed()) {
            return Sorting.ROLLBACK;
        }
        if (member.betweenSteps()) {
            return member.gone() ? Sorting.EXCLUDED : Sorting.PENDING;
        }
        if (action.succeeded()) {
            return Sorting.SUCCEEDED;
        }
        return switch (action.state()) {
            case NOT_APPLICABLE, DECLINED, CANCELLED, SUPERSEDED -> Sorting.EXCLUDED;
            // A good end of another operation than this one: nothing that was wanted is there.
            case COMMITTABLE, COMMITTED, UNDONE, DELETED, STAGED -> gone(member);
            case FAILED, REFUSED, TIMED_OUT, UNREACHABLE -> gone(member);
            case UNDO_FAILED -> Sorting.ROLLBACK;
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
                    UNDOING,
                    ALREADY_AT_TARGET -> Sorting.PENDING;
        };
    }

    private static Sorting gone(Member member) {
        return member.gone() ? Sorting.EXCLUDED : Sorting.REDISTRIBUTE;
    }

    /** Why somebody has to look at it, where trying again by itself is no answer. */
    public static Optional<String> problem(Member member, RetryPolicy retry) {
        if (member.latest().isEmpty() || !member.latest().get().ended()) {
            return Optional.empty();
        }
        Action action = member.latest().get();
        if (action.state() == ActionState.UNDO_FAILED) {
            return Optional.of(action.id() + ": it could not be taken back; look at the machine");
        }
        if (action.unverified()) {
            return Optional.of(action.id() + ": it may have begun and is silent; look at the machine");
        }
        if (classify(member) != Sorting.REDISTRIBUTE || member.takenBack()) {
            return Optional.empty();
        }
        if (action.codeClass().filter(CodeClass.PERMANENT::equals).isPresent()) {
            return Optional.of(action.id() + ": failed for good with code " + action.code() + "; mend the cause");
        }
        return action.id().attempt() >= Retry.attemptsMax(action, retry)
                ? Optional.of(action.id() + ": no attempt is left after " + action.state() + " "
                        + action.codeClass().map(CodeClass::name).orElse("without a code") + "; mend the cause")
                : Optional.empty();
    }
}
