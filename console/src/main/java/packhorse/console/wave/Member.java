package packhorse.console.wave;

import java.util.Optional;
import packhorse.core.state.ActionState;
import packhorse.core.topology.EndpointId;

/**
 * A member of a frozen wave, with what became of it.
 *
 * @param latest its last attempt; absent: none yet
 * @param gone it was retired, or left the targets for good
 * @param recalled what was done is to be taken back: its wave failed, or a person said so
 * @param takenBack it was taken back since
 * @param progress which step of the order the last attempt is
 */
public record Member(
        EndpointId endpoint,
        String site,
        boolean staged,
        Optional<Action> latest,
        boolean gone,
        boolean recalled,
        boolean takenBack,
        Progress progress) {
    /** In an order of one step. */
    public Member(
            EndpointId endpoint,
            String site,
            boolean staged,
            Optional<Action> latest,
            boolean gone,
            boolean recalled,
            boolean takenBack) {
        this(endpoint, site, staged, latest, gone, recalled, takenBack, Progress.ONLY);
    }

    /** Of whom nothing is known yet. */
    public static Member untouched(EndpointId endpoint, String site) {
        return new Member(endpoint, site, false, Optional.empty(), false, false, false);
    }

    /** The same with this attempt as its last. */
    public Member with(Action action) {
        return new Member(endpoint, site, staged, Optional.of(action), gone, recalled, takenBack, progress);
    }

    /** Whether a step is done and another one follows, which was not dispatched. */
    public boolean betweenSteps() {
        return progress.more() && latest.filter(Action::succeeded).isPresent();
    }

    /** Whether something of ours is in place, of this attempt or of the steps before it. */
    boolean changed() {
        return progress.partly()
                || latest.filter(action -> action.succeeded() && action.state() != ActionState.ALREADY_AT_TARGET)
                        .isPresent();
    }
}
