package packhorse.console.wave;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/**
 * All that was dispatched to one member of a wave, and what follows from it. Steps go one after the other: the next is dispatched when the one
 * before has succeeded, since it may rest on it, and a member stops at a step that does not. Taking back goes the other way round, the
 * last step first, and stops at one that cannot be taken back.
 *
 * @param member its number in the wave, from 1
 * @param actions in any order; those of other members are refused
 */
public record Attempts(WaveId wave, ActionNumbers numbers, int member, EndpointId endpoint, List<Action> actions) {
    private static final Comparator<Action> BY_ATTEMPT =
            Comparator.comparingInt(action -> action.id().attempt());

    public Attempts {
        actions = List.copyOf(actions);
        for (Action action : actions) {
            if (!action.id().wave().equals(wave)
                    || numbers.job(action.id().number()).member() != member
                    || !action.endpoint().equals(endpoint)) {
                throw new IllegalArgumentException(action.id() + " on " + action.endpoint() + " is none of the member "
                        + member + " of " + wave + ", " + endpoint);
            }
        }
    }

    /** The same, with these in the place of those of their names. */
    public Attempts with(Map<ActionId, Action> newer) {
        return new Attempts(
                wave,
                numbers,
                member,
                endpoint,
                actions.stream()
                        .map(action -> newer.getOrDefault(action.id(), action))
                        .toList());
    }

    /** The last attempt of a job; absent: it was never dispatched. */
    public Optional<Action> last(Purpose purpose, int step) {
        int number = numbers.number(new ActionNumbers.Job(purpose, member, step));
        return actions.stream().filter(action -> action.id().number() == number).max(BY_ATTEMPT);
    }

    /** The last attempt of the last step that was dispatched. */
    public Optional<Action> latest() {
        for (int step = numbers.steps(); step >= 1; step--) {
            Optional<Action> last = last(Purpose.DEPLOY, step);
            if (last.isPresent()) {
                return last;
            }
        }
        return Optional.empty();
    }

    /** At which step it is; the first where nothing was dispatched. */
    public Progress progress() {
        int step =
                latest().map(action -> numbers.job(action.id().number()).step()).orElse(1);
        boolean partly = false;
        for (int before = 1; before < step; before++) {
            partly |= inPlace(before);
        }
        return new Progress(step, numbers.steps(), partly);
    }

    /** Whether the content of every step was sent ahead and is there. */
    public boolean staged() {
        for (int step = 1; step <= numbers.steps(); step++) {
            if (last(Purpose.PREPOSITION, step).filter(Action::succeeded).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Whether the step put something in place, or may have. */
    private boolean inPlace(int step) {
        int number = numbers.number(new ActionNumbers.Job(Purpose.DEPLOY, member, step));
        return actions.stream()
                .filter(action -> action.id().number() == number && action.ended())
                .anyMatch(action ->
                        action.unverified() || (action.succeeded() && action.state() != ActionState.ALREADY_AT_TARGET));
    }

    private boolean undone(int step) {
        return last(Purpose.ROLL_BACK, step).filter(Action::succeeded).isPresent();
    }

    /** The last step that is in place and was not taken back; 0 where there is none. */
    private int toUndo() {
        int step = numbers.steps();
        while (step >= 1 && (!inPlace(step) || undone(step))) {
            step--;
        }
        return step;
    }

    /** Whether something was in place and all of it was taken back. */
    public boolean takenBack() {
        boolean any = false;
        for (int step = 1; step <= numbers.steps(); step++) {
            any |= inPlace(step);
        }
        return any && toUndo() == 0;
    }

    /** Whether something is in place that no rollback is at work on. */
    public boolean undoable() {
        return toUndo() > 0 && !takingBack();
    }

    /** Whether a rollback has not ended. */
    public boolean takingBack() {
        return running(Purpose.ROLL_BACK).isPresent();
    }

    /** The attempt of this purpose that has not ended; there is one at most where steps go one after the other. */
    private Optional<Action> running(Purpose purpose) {
        return actions.stream()
                .filter(action -> numbers.job(action.id().number()).purpose() == purpose && !action.ended())
                .findFirst();
    }

    /** As analysis, gate and retries see it. */
    public Member member(String site, boolean gone, boolean recalled) {
        return new Member(endpoint, site, staged(), latest(), gone, recalled, takenBack(), progress());
    }

    /** Whether a member's next step is to be dispatched. */
    static boolean awaitsStep(Member member) {
        return member.betweenSteps() && !member.gone() && !member.recalled() && !member.takenBack();
    }

    /** The next step, where the one before is done. */
    public Optional<ActionId> nextStep() {
        Progress at = progress();
        return at.more() && latest().filter(Action::succeeded).isPresent()
                ? Optional.of(first(Purpose.DEPLOY, at.step() + 1))
                : Optional.empty();
    }

    /**
     * The next rollback, where the member has to be taken back and waits for none.
     *
     * @param recalled what was done is to be taken back
     * @param began when the deployment began to take back: a rollback that ended badly before then is tried once more
     */
    public Optional<ActionId> nextBack(boolean recalled, Instant began) {
        int step = toUndo();
        if (step == 0 || takingBack() || Analysis.classify(member("", false, recalled)) != Sorting.ROLLBACK) {
            return Optional.empty();
        }
        Optional<Action> last = last(Purpose.ROLL_BACK, step);
        if (last.isEmpty()) {
            return Optional.of(first(Purpose.ROLL_BACK, step));
        }
        return last.filter(action -> action.since().isBefore(began))
                .map(action -> action.id().again());
    }

    /**
     * What is stored where the wave's time is over: the attempt that has not ended, given up, or the step that was never dispatched,
     * as one that was too late.
     */
    public Optional<Action> givenUp(Plan plan, Instant now) {
        Optional<Action> running = running(Purpose.DEPLOY);
        if (running.isPresent()) {
            return running.map(action -> action.givenUp(action.silentEnd(), now));
        }
        Optional<ActionId> never = latest().isEmpty() ? Optional.of(first(Purpose.DEPLOY, 1)) : nextStep();
        return never.map(id -> queued(plan, id, plan.operation(), now).givenUp(ActionState.TIMED_OUT, now));
    }

    /** What is stored where a backout's time is over. */
    public Optional<Action> backGivenUp(Instant now) {
        return running(Purpose.ROLL_BACK).map(action -> action.givenUp(action.silentEnd(), now));
    }

    /** What is stored where the order itself begins: content that was still on its way comes with the order now. */
    public List<Action> superseded(Instant now) {
        return actions.stream()
                .filter(action -> numbers.job(action.id().number()).purpose() == Purpose.PREPOSITION && !action.ended())
                .map(action -> action.givenUp(ActionState.SUPERSEDED, now))
                .toList();
    }

    private ActionId first(Purpose purpose, int step) {
        return new ActionId(wave, numbers.number(new ActionNumbers.Job(purpose, member, step)), 1);
    }

    private Action queued(Plan plan, ActionId id, Operation operation, Instant now) {
        int step = numbers.job(id.number()).step();
        return Action.queued(id, endpoint, Line.of(plan.subjects().get(step - 1)), operation, now);
    }
}
