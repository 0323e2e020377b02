package packhorse.tracker.governance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where things are and how often they are looked at.
 *
 * @param data the tracker's data directory; reports, inventories and revisions in it are not a cache
 * @param desired the file of desired states; absent: nothing is desired and nobody is entitled to anything
 * @param poll time between two looks at file and catalogue
 */
public record GovernanceConfig(Path data, Optional<Path> desired, Duration poll) {
    /** A look is one question to the file system; nobody waits longer than this for an edit to act. */
    public static final Duration POLL_DEFAULT = Duration.ofMillis(200);

    public static GovernanceConfig of(Path data, Optional<Path> desired) {
        return new GovernanceConfig(data, desired, POLL_DEFAULT);
    }
}
