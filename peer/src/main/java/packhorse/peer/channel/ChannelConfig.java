package packhorse.peer.channel;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.topology.HostPort;

/**
 * How a channel faces the network.
 *
 * @param listen where other agents reach this one; port 0 is any. The first address of a family, unless it is the wildcard, is also where
 *     our own connections come from
 * @param handshake how long the other end may take from connecting to its first BitTorrent message; a slow line shakes hands in 2 s
 * @param naming how long a peer that nobody named yet waits inside for its name: hand-outs reach both ends within a second of each
 *     other, and libtorrent asks again a refused peer only a minute later
 * @param dial how long one address may take to answer
 * @param linger how long a connection may stay half open, and how long bytes under way are still counted after its end: a slow line
 *     empties its buffers in that time
 * @param stall how long the other end may take nothing of what is sent to it: twice what libtorrent waits for a word
 * @param connectionsMax at once, in both directions: two threads each
 * @param strangersMax connections at once that have not said who they are, or wait to be named
 * @param strangersPerAddressMax of these from one address; a site behind one address comes one by one
 * @param proxy an HTTP proxy through which peers outside the site are sought that no direct way leads to
 */
public record ChannelConfig(
        List<InetSocketAddress> listen,
        Duration handshake,
        Duration naming,
        Duration dial,
        Duration linger,
        Duration stall,
        int connectionsMax,
        int strangersMax,
        int strangersPerAddressMax,
        Optional<HostPort> proxy) {
    public ChannelConfig {
        listen = List.copyOf(listen);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("a channel listens somewhere");
        }
    }

    public static ChannelConfig on(InetSocketAddress... listen) {
        return new ChannelConfig(
                List.of(listen),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(120),
                1000,
                64,
                32,
                Optional.empty());
    }

    public ChannelConfig withPatience(Duration handshake, Duration naming) {
        return new ChannelConfig(
                listen,
                handshake,
                naming,
                dial,
                linger,
                stall,
                connectionsMax,
                strangersMax,
                strangersPerAddressMax,
                proxy);
    }

    public ChannelConfig withBounds(int connections, int strangers, int strangersPerAddress) {
        return new ChannelConfig(
                listen, handshake, naming, dial, linger, stall, connections, strangers, strangersPerAddress, proxy);
    }

    public ChannelConfig through(Optional<HostPort> proxy) {
        return new ChannelConfig(
                listen,
                handshake,
                naming,
                dial,
                linger,
                stall,
                connectionsMax,
                strangersMax,
                strangersPerAddressMax,
                proxy);
    }
}
