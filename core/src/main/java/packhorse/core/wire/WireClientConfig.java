package packhorse.core.wire;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.topology.HostPort;

/**
 * How a machine keeps its session.
 *
 * @param servers in order of preference; when the first is back a session with another one is kept until it ends
 * @param proxy the HTTP proxy to go through, asked with CONNECT (RFC 9110 §9.3.6)
 * @param bind the local address to speak from, so that a tracker sees the one that others reach
 * @param software for people: name and version
 * @param features beyond the schema's own
 * @param incarnation grows with each start of this program
 * @param connectMax a server that is not reached in this time is not there
 * @param handshakeMax from the connection to Welcome
 * @param retryMin first pause after every server failed; doubles from there
 * @param retryMax longest pause between attempts
 * @param refusedPause between attempts after a server said that coming back changes nothing
 * @param writeStallMax a server that takes nothing for this long is left
 */
public record WireClientConfig(
        List<HostPort> servers,
        Optional<HostPort> proxy,
        Optional<InetAddress> bind,
        String software,
        Set<String> features,
        long incarnation,
        Duration connectMax,
        Duration handshakeMax,
        Duration retryMin,
        Duration retryMax,
        Duration refusedPause,
        Duration writeStallMax) {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(3);
    private static final Duration HANDSHAKE_MAX = Duration.ofSeconds(10);
    private static final Duration RETRY_MIN = Duration.ofMillis(250);
    /** A server that comes back is found within this time. */
    private static final Duration RETRY_MAX = Duration.ofSeconds(5);
    /** A machine that is let in again is back while the one who did it still watches. */
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(30);

    private static final Duration WRITE_STALL_MAX = Duration.ofSeconds(30);

    public WireClientConfig {
        servers = List.copyOf(servers);
        features = Set.copyOf(features);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("a session needs at least one server");
        }
        if (retryMin.isNegative() || retryMin.isZero() || retryMax.compareTo(retryMin) < 0) {
            throw new IllegalArgumentException("pauses grow from above 0: " + retryMin + " to " + retryMax);
        }
    }

    /** With the usual times. */
    public static WireClientConfig of(
            List<HostPort> servers,
            Optional<HostPort> proxy,
            Optional<InetAddress> bind,
            String software,
            long incarnation) {
        return new WireClientConfig(
                servers,
                proxy,
                bind,
                software,
                Set.of(),
                incarnation,
                CONNECT_MAX,
                HANDSHAKE_MAX,
                RETRY_MIN,
                RETRY_MAX,
                REFUSED_PAUSE,
                WRITE_STALL_MAX);
    }

    /** With other pauses between attempts. */
    public WireClientConfig pausing(Duration newRetryMin, Duration newRetryMax, Duration newRefusedPause) {
        return new WireClientConfig(
                servers,
                proxy,
                bind,
                software,
                features,
                incarnation,
                connectMax,
                handshakeMax,
                newRetryMin,
                newRetryMax,
                newRefusedPause,
                writeStallMax);
    }

    /** Bounds of one connection, as its channel wants them; heartbeats are as Welcome says. */
    WireConfig ofChannel() {
        return WireConfig.DEFAULT
                .timed(handshakeMax, WireConfig.DEFAULT.heartbeat(), writeStallMax)
                .bounding(WireConfig.DEFAULT.queueBytesMax(), Integer.MAX_VALUE, Integer.MAX_VALUE);
    }
}
