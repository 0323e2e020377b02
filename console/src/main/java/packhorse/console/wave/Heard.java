package packhorse.console.wave;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;

/**
 * What a report does to the action that it names.
 *
 * <pre>
 * the action        the report says                      it
 * has ended         anything                             stays ended so; the report is a fact of the endpoint's line, and frees the
 *                                                        blast radius where the console had given the action up
 * has not ended     a state that may follow              goes on to that
 * has not ended     an earlier state, or the same one    stays; what it says of changes and checks is taken
 * </pre>
 *
 * Reports come late, twice and out of order; whatever the order, the action ends where the endpoint says that it ended.
 */
public sealed interface Heard {
    /** It is news; the action as it is now. */
    record News(Action now) implements Heard {}

    /** The action is over, in whatever way; only the line's state is taken. */
    record Late(Action now) implements Heard {}

    /** What came later is known already. */
    record Known(Action now) implements Heard {}

    /** The action as it is after it. */
    Action now();

    /** Takes one report in. */
    static Heard of(Action action, ActionState said, Optional<CodeClass> codeClass, int code, Instant at) {
        if (action.ended()) {
            boolean settles = action.givenUp() && said.ends(action.operation()) && said != ActionState.UNDO_FAILED;
            return new Late(
                    settles
                            ? action.settled(said.succeeded(action.operation()))
                            : checked(said) ? action.checked() : action);
        }
        boolean changed = action.changed() || said.changes();
        boolean verified = action.verified() || checked(said);
        boolean news = said.mayFollow(action.state());
        Action now = new Action(
                action.id(),
                action.endpoint(),
                action.line(),
                action.operation(),
                news ? said : action.state(),
                changed,
                verified,
                news ? codeClass : action.codeClass(),
                news ? code : action.code(),
                action.leasedUntil(),
                news ? at : action.since(),
                false);
        return news ? new News(now) : new Known(now);
    }

    /** Whether a machine says so only after its own checks found all well. */
    private static boolean checked(ActionState said) {
        return said == ActionState.COMMITTABLE || said == ActionState.COMMITTING;
    }
}
