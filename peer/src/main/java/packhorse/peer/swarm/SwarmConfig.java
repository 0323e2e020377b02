package packhorse.peer.swarm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;

/**
 * How the engine runs.
 *
 * @param listen where to listen, and what to bind outgoing connections to; port 0 takes any
 * @param local prefixes of the own site
 * @param rates limits
 * @param open where plain clients are served, if they are
 * @param poll how often libtorrent is asked for state: often enough for live progress, seldom enough to cost nothing
 * @param starvation how long without progress, with bans, before bans are forgotten
 */
public record SwarmConfig(
        List<Listen> listen,
        List<Subnet> local,
        SwarmCommand.RateLimits rates,
        Optional<Open> open,
        Duration poll,
        Duration starvation) {
    public static final Duration POLL = Duration.ofMillis(250);
    /** A healthy swarm never pauses this long; the sheets saw starved ones sit for ever. */
    public static final Duration STARVATION = Duration.ofSeconds(4);

    public SwarmConfig {
        listen = List.copyOf(listen);
        local = List.copyOf(local);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("the swarm listens nowhere; name at least one address");
        }
        if (poll.isNegative() || poll.isZero() || starvation.compareTo(poll) <= 0) {
            throw new IllegalArgumentException("poll " + poll + ", starvation " + starvation);
        }
    }

    public static SwarmConfig listeningOn(Listen... listen) {
        return new SwarmConfig(
                List.of(listen), List.of(), SwarmCommand.RateLimits.NONE, Optional.empty(), POLL, STARVATION);
    }

    public SwarmConfig withLocal(List<Subnet> subnets) {
        return new SwarmConfig(listen, subnets, rates, open, poll, starvation);
    }

    public SwarmConfig withRates(SwarmCommand.RateLimits limits) {
        return new SwarmConfig(listen, local, limits, open, poll, starvation);
    }

    public SwarmConfig withOpen(Optional<Open> outsiders) {
        return new SwarmConfig(listen, local, rates, outsiders, poll, starvation);
    }

    /**
     * A session for plain clients.
     *
     * @param listen where
     * @param up to all clients together; absent: unlimited
     */
    public record Open(Listen listen, Optional<ByteRate> up) {}

    /**
     * An address to listen on.
     *
     * @param ip of this machine
     * @param port 1024 to 65535, or 0 for any; libtorrent connects to none below 1024
     */
    public record Listen(IpAddress ip, int port) {
        public Listen {
            if (port != 0 && (port < 1024 || port > 65535)) {
                throw new IllegalArgumentException(
                        "the swarm port " + port + " of " + ip + " is not 1024 to 65535 (or 0 for any)");
            }
        }

        @Override
        public String toString() {
            return ip.isV4() ? ip + ":" + port : "[" + ip + "]:" + port;
        }
    }
}
