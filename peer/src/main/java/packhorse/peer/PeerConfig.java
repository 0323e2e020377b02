package packhorse.peer;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
import packhorse.peer.swarm.SwarmConfig.Listen;

/**
 * An agent's configuration, as {@code peer/samples/peer.yaml} explains it.
 *
 * @param data the agent's own directory: store, trusted metadata, identity
 * @param trackers base URLs, in order of preference
 * @param trustedRoot the root metadata this machine trusts to begin with
 * @param listen where the swarm listens, and what it connects from; the first is also where trackers are asked from
 * @param socket the Unix domain socket for the command line
 * @param gateway where the HTTP gateway listens, if there is one
 * @param limits the agent's own limits
 * @param openSwarm where plain clients are served, if they are
 * @param seedOnStart whether complete packs are served from the start on
 */
public record PeerConfig(
        Path data,
        List<URI> trackers,
        Path trustedRoot,
        List<Listen> listen,
        Path socket,
        Optional<PeerAddress> gateway,
        RateLimits limits,
        Optional<Listen> openSwarm,
        boolean seedOnStart) {
    public PeerConfig {
        trackers = List.copyOf(trackers);
        listen = List.copyOf(listen);
    }

    /** @throws packhorse.core.UsageException with file, line and column of what is wrong */
    public static PeerConfig read(Path file) {
        return of(YamlDocument.read(file));
    }

    /** @throws packhorse.core.UsageException with line and column of what is wrong */
    static PeerConfig of(YamlMap yaml) {
        Path data = yaml.path("data");
        List<URI> trackers = yaml.list("tracker", PeerConfig::httpUrl);
        Path trustedRoot = yaml.path("trustedRoot");
        List<Listen> listen = yaml.list("listen", PeerConfig::listen);
        Path socket = yaml.optionalPath("socket").orElseGet(() -> data.resolve("agent.sock"));
        Optional<PeerAddress> gateway = yaml.optional("gateway", PeerAddress::parse);
        RateLimits limits = yaml.optionalMap("limits").map(PeerConfig::limits).orElse(RateLimits.NONE);
        Optional<Listen> openSwarm = yaml.optional("openSwarm", PeerConfig::listen);
        boolean seedOnStart = yaml.optionalBool("seedOnStart").orElse(true);
        yaml.finish();
        if (trackers.isEmpty()) {
            throw yaml.error("tracker", "at least one tracker's URL is needed, such as http://192.0.2.10:7300");
        }
        if (listen.isEmpty()) {
            throw yaml.error("listen", "at least one address is needed, such as 0.0.0.0:7100");
        }
        return new PeerConfig(data, trackers, trustedRoot, listen, socket, gateway, limits, openSwarm, seedOnStart);
    }

    private static RateLimits limits(YamlMap yaml) {
        Optional<ByteRate> wanDown = yaml.optionalByteRate("wanDown");
        Optional<ByteRate> wanUp = yaml.optionalByteRate("wanUp");
        Optional<ByteRate> packDown = yaml.optionalByteRate("eachPackDown");
        Optional<ByteRate> packUp = yaml.optionalByteRate("eachPackUp");
        return new RateLimits(wanDown, wanUp, packDown, packUp);
    }

    private static URI httpUrl(String text) {
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme());
            if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a URL: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a URL such as http://192.0.2.10:7300");
    }

    /** Reads {@code address:port}; port 0 takes any. */
    static Listen listen(String text) {
        if (text.endsWith(":0")) {
            String host = text.substring(0, text.length() - 2);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            return new Listen(IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host), 0);
        }
        PeerAddress address = PeerAddress.parse(text);
        return new Listen(address.ip(), address.port());
    }
}
