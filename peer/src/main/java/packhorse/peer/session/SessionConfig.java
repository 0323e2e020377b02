package packhorse.peer.session;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How an agent speaks to its trackers.
 *
 * @param trackers base URLs, in order of preference; the first that answers is kept until it fails
 * @param bind the local address to speak from, so that a tracker sees the address the swarm listens on
 * @param activeInterval longest time between reports while a swarm moves
 * @param idleInterval longest time between reports otherwise
 * @param retryMin first pause after every tracker failed; doubles from there
 * @param retryMax longest pause between attempts
 */
public record SessionConfig(
        List<URI> trackers,
        Optional<InetAddress> bind,
        Duration activeInterval,
        Duration idleInterval,
        Duration retryMin,
        Duration retryMax) {
    /** Short enough that a tracker notices within 10 s that an agent stands still or is gone. */
    public static final Duration ACTIVE_INTERVAL = Duration.ofSeconds(2);
    /** An idle agent has nothing to tell but that it lives. */
    public static final Duration IDLE_INTERVAL = Duration.ofSeconds(5);

    private static final Duration RETRY_MIN = Duration.ofMillis(250);
    /** A tracker that comes back is found within this time. */
    private static final Duration RETRY_MAX = Duration.ofSeconds(5);

    public SessionConfig {
        trackers = List.copyOf(trackers);
        if (trackers.isEmpty()) {
            throw new IllegalArgumentException("an agent needs at least one tracker");
        }
        if (retryMin.isNegative() || retryMin.isZero() || retryMax.compareTo(retryMin) < 0) {
            throw new IllegalArgumentException("pauses grow from above 0: " + retryMin + " to " + retryMax);
        }
    }

    /** With the usual intervals. */
    public static SessionConfig of(List<URI> trackers, Optional<InetAddress> bind) {
        return new SessionConfig(trackers, bind, ACTIVE_INTERVAL, IDLE_INTERVAL, RETRY_MIN, RETRY_MAX);
    }
}
