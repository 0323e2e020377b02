package packhorse.console.wave;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/**
 * One attempt on one endpoint, as far as the console has heard.
 *
 * @param state the last that was heard, or what the console gave up with
 * @param changed something in place was changed, or may have been: a state of that kind was heard
 * @param verified the machine's own checks found it good
 * @param codeClass of a failure
 * @param leasedUntil the last lease that was given; who ever had one may have begun, until it is heard how it ended
 * @param since when it came to its state
 * @param givenUp the console ended it because nothing was heard
 */
public record Action(
        ActionId id,
        EndpointId endpoint,
        Line line,
        Operation operation,
        ActionState state,
        boolean changed,
        boolean verified,
        Optional<CodeClass> codeClass,
        int code,
        Optional<Instant> leasedUntil,
        Instant since,
        boolean givenUp) {
    /** As it is dispatched. */
    public static Action queued(ActionId id, EndpointId endpoint, Line line, Operation operation, Instant now) {
        return new Action(
                id,
                endpoint,
                line,
                operation,
                ActionState.QUEUED,
                false,
                false,
                Optional.empty(),
                0,
                Optional.empty(),
                now,
                false);
    }

    /** Whether nothing follows. */
    public boolean ended() {
        return state.ends(operation);
    }

    public boolean succeeded() {
        return ended() && state.succeeded(operation);
    }

    /**
     * Whether it counts against the blast radius: it may have begun, and it is not known that all is well or as it was before. A lease
     * that ran out frees nothing: its endpoint may have begun in its last second and be silent since.
     */
    public boolean unverified() {
        if (ended()) {
            return state == ActionState.UNDO_FAILED || (givenUp && !verified && (changed || leasedUntil.isPresent()));
        }
        return !verified && (changed || leasedUntil.isPresent());
    }

    /** Whether it has begun and not ended: a wave waits for it. */
    public boolean underWay(Instant now) {
        return !ended()
                && (changed
                        || leasedUntil
                                .filter(until ->
                                        until.plus(LeaseDesk.CLOCK_SKEW).isAfter(now))
                                .isPresent());
    }

    /** With a lease until then. */
    public Action leased(Instant until) {
        return new Action(
                id,
                endpoint,
                line,
                operation,
                state,
                changed,
                verified,
                codeClass,
                code,
                Optional.of(until),
                since,
                givenUp);
    }

    /** How it ends where the console gives it up: nothing was ever heard, or it was heard and then not in time. */
    public ActionState silentEnd() {
        return state == ActionState.QUEUED || state == ActionState.OFFERED
                ? ActionState.UNREACHABLE
                : ActionState.TIMED_OUT;
    }

    /** What a report says of the machine after the action was given up: its state stays, what may be broken is known now. */
    Action settled(boolean well) {
        return new Action(
                id,
                endpoint,
                line,
                operation,
                state,
                well && changed,
                well || verified,
                codeClass,
                code,
                well ? leasedUntil : Optional.empty(),
                since,
                givenUp);
    }

    /** The same, found good by the machine's own checks. */
    Action checked() {
        return new Action(
                id, endpoint, line, operation, state, changed, true, codeClass, code, leasedUntil, since, givenUp);
    }

    /** Ended by the console: it was not heard of in time, or nobody wants it any more. */
    public Action givenUp(ActionState end, Instant now) {
        if (!end.isTerminal()) {
            throw new IllegalArgumentException(id + " is not given up by " + end + ", which is no end");
        }
        return ended()
                ? this
                : new Action(
                        id, endpoint, line, operation, end, changed, verified, codeClass, code, leasedUntil, now, true);
    }
}
