package packhorse.peer.session;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireClientConfig;

/**
 * How an agent speaks to its trackers.
 *
 * @param wire which trackers, and how they are reached
 * @param activeInterval least time between reports while a swarm moves, unless one cannot wait
 * @param idleInterval least time between reports otherwise
 */
public record SessionConfig(WireClientConfig wire, Duration activeInterval, Duration idleInterval) {
    /** Short enough that a tracker notices within 10 s that an agent stands still. */
    public static final Duration ACTIVE_INTERVAL = Duration.ofSeconds(2);
    /** An idle agent has nothing to tell that cannot wait. */
    public static final Duration IDLE_INTERVAL = Duration.ofSeconds(5);

    private static final String SOFTWARE = "packhorse agent";

    public SessionConfig {
        if (activeInterval.isNegative() || idleInterval.isNegative()) {
            throw new IllegalArgumentException("intervals " + activeInterval + " and " + idleInterval);
        }
    }

    /**
     * With the usual intervals.
     *
     * @param trackers in order of preference
     * @param proxy the HTTP proxy they are reached through, if there is one
     * @param bind the local address to speak from, so that a tracker sees the address the swarm listens on
     */
    public static SessionConfig of(List<HostPort> trackers, Optional<HostPort> proxy, Optional<InetAddress> bind) {
        return new SessionConfig(
                WireClientConfig.of(trackers, proxy, bind, SOFTWARE, 0), ACTIVE_INTERVAL, IDLE_INTERVAL);
    }
}
