package packhorse.console.wave;

import java.util.Optional;
import packhorse.core.topology.EndpointId;

/**
 * A member of a frozen wave, with what became of it.
 *
 * @param latest its last attempt; absent: none yet
 * @param gone it was retired, or left the targets for good
 * @param recalled what was done is to be taken back: its wave failed, or a person said so
 * @param takenBack it was taken back since
 */
public record Member(
        EndpointId endpoint,
        String site,
        boolean staged,
        Optional<Action> latest,
        boolean gone,
        boolean recalled,
        boolean takenBack) {
    /** Of whom nothing is known yet. */
    public static Member untouched(EndpointId endpoint, String site) {
        return new Member(endpoint, site, false, Optional.empty(), false, false, false);
    }

    /** The same with this attempt as its last. */
    public Member with(Action action) {
        return new Member(endpoint, site, staged, Optional.of(action), gone, recalled, takenBack);
    }
}
