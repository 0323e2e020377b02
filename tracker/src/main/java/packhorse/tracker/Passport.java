package packhorse.tracker;

import java.time.InstantSource;
import java.util.Optional;
import packhorse.core.UsageException;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.MachineIdentity;
import packhorse.tracker.TrackerConfig.Standing;
import packhorse.tracker.enrol.EstDesk;

/**
 * Who this tracker is in its deployment.
 *
 * @param identity what it shows
 * @param denied whom it turns away
 * @param enrolment the authority, on the tracker that holds it
 */
record Passport(MachineIdentity identity, DenyList denied, Optional<EstDesk> enrolment) {
    static Passport of(Standing standing, InstantSource clock) {
        return switch (standing) {
            case Standing.Joined(var directory) ->
                new Passport(MachineIdentity.open(directory, clock), DenyList.none(), Optional.empty());
            case Standing.Issuing issuing ->
                throw new UsageException(issuing.ca() + " cannot be opened by this tracker");
        };
    }
}
