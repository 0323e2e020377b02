package packhorse.console.wave;

import java.time.Duration;
import java.time.Instant;
import packhorse.core.state.ActionState;

/**
 * Whether a member is tried once more by itself, and when. Only what is as it was before is tried again; a failure's class says how often,
 * the wave's budget how many in all, and each pause is twice as long as the one before.
 */
public final class Retry {
    private Retry() {}

    /** What comes of an attempt that ended. */
    public sealed interface Ruling {
        /** Again, from then on. */
        record Again(ActionId next, Instant notBefore) implements Ruling {}

        /** Not by itself; why. */
        record Enough(String reason) implements Ruling {}
    }

    /**
     * Rules over one member.
     *
     * @param retried how many retries its wave has had
     * @param members how many are in the wave
     */
    public static Ruling rule(Member member, RetryPolicy policy, long retried, long members) {
        if (member.latest().isEmpty() || !member.latest().get().ended()) {
            return new Ruling.Enough(member.endpoint() + " has an attempt that has not ended");
        }
        Action action = member.latest().get();
        if (Analysis.classify(member) != Sorting.REDISTRIBUTE || member.recalled() || member.takenBack()) {
            return new Ruling.Enough(action.id() + " is " + Analysis.classify(member) + ", which is not sent again");
        }
        int most = attemptsMax(action, policy);
        if (action.id().attempt() >= most) {
            return new Ruling.Enough(
                    action.id() + ": " + most + " attempts are all that the plan allows after " + action.state());
        }
        if (retried >= policy.budget(members)) {
            return new Ruling.Enough(action.id() + ": the wave has had its " + policy.budget(members) + " retries");
        }
        return new Ruling.Again(
                action.id().again(),
                action.since().plus(pause(policy, action.id().attempt())));
    }

    /**
     * Rules over content that was sent ahead of its wave: again as often and as soon as the order itself would be, with a budget of its own.
     *
     * @param last the newest attempt to send it
     * @param resent how many attempts of the wave to send content ahead were not the first
     * @param members how many are in the wave
     */
    public static Ruling ahead(Action last, RetryPolicy policy, long resent, long members) {
        if (!last.ended() || last.succeeded()) {
            return new Ruling.Enough(last.id() + " is " + last.state());
        }
        int most = attemptsMax(last, policy);
        if (last.id().attempt() >= most) {
            return new Ruling.Enough(
                    last.id() + ": " + most + " attempts are all that the plan allows after " + last.state());
        }
        if (resent >= policy.budget(members)) {
            return new Ruling.Enough(last.id() + ": content of the wave was sent again " + resent + " times, and "
                    + policy.budget(members) + " times are all that the plan allows");
        }
        return new Ruling.Again(
                last.id().again(), last.since().plus(pause(policy, last.id().attempt())));
    }

    /** How many attempts in all after one that ended so. */
    static int attemptsMax(Action action, RetryPolicy policy) {
        if (action.state() == ActionState.TIMED_OUT || action.state() == ActionState.UNREACHABLE) {
            return policy.silentAttempts();
        }
        return action.codeClass().map(policy::attemptsAfter).orElse(1);
    }

    private static Duration pause(RetryPolicy policy, int attempt) {
        Duration pause = policy.pause().multipliedBy(1L << (attempt - 1));
        return pause.compareTo(RetryPolicy.PAUSE_MAX) > 0 ? RetryPolicy.PAUSE_MAX : pause;
    }
}
