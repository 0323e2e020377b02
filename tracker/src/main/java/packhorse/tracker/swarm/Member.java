package packhorse.tracker.swarm;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/**
 * An agent as one swarm sees it.
 *
 * @param id who
 * @param address decides its site
 * @param listen where it takes connections, in order of preference
 * @param holding what it has
 * @param banned whom it refuses in this swarm
 * @param aliveSince when the tracker first heard of this incarnation
 * @param joined when it first reported this swarm
 * @param reported when it last reported
 */
public record Member(
        EndpointId id,
        IpAddress address,
        List<PeerAddress> listen,
        Holding holding,
        Bans banned,
        Instant aliveSince,
        Instant joined,
        Instant reported) {
    /** How long it has stood still by {@code now}: what it said, and the time since it said so. */
    public Duration stalledFor(Instant now) {
        return holding.wanting() ? holding.stalled().plus(Duration.between(reported, now)) : Duration.ZERO;
    }
}
