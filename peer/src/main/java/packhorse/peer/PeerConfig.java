package packhorse.peer;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;
import packhorse.peer.gateway.GatewayNames;
import packhorse.peer.installer.InstallConfig;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
import packhorse.peer.swarm.SwarmConfig.Listen;

/**
 * An agent's configuration, as {@code peer/samples/peer.yaml} explains it.
 *
 * @param data the agent's own directory: store, trusted metadata, identity
 * @param trackers where trackers take agents' sessions, in order of preference
 * @param repositories base URLs of the catalogue, in order of preference; https only
 * @param proxy the HTTP proxy that trackers and repositories are reached through, if there is one
 * @param trustedRoot the root metadata this machine trusts to begin with
 * @param listen where the swarm listens, and what it connects from; the first is also where trackers are asked from
 * @param socket the Unix domain socket for the command line
 * @param gateway where the HTTP gateway listens, if there is one
 * @param gatewayNames what else than its address the gateway may be called
 * @param userPage whether the gateway has the page for the person at this machine
 * @param limits the agent's own limits
 * @param openSwarm where plain clients are served, if they are
 * @param seedOnStart whether complete packs are served from the start on
 * @param swarmUser whom an agent that is root runs its swarm process as, where that is not the usual one
 * @param install how releases are put in place
 */
public record PeerConfig(
        Path data,
        List<HostPort> trackers,
        List<URI> repositories,
        Optional<HostPort> proxy,
        Path trustedRoot,
        List<Listen> listen,
        Path socket,
        Optional<PeerAddress> gateway,
        GatewayNames gatewayNames,
        boolean userPage,
        RateLimits limits,
        Optional<Listen> openSwarm,
        boolean seedOnStart,
        Optional<String> swarmUser,
        InstallConfig install) {
    /** Where a tracker takes agents' sessions. */
    public static final int TRACKER_PORT = 7301;
    /** Where a tracker serves enrolment and the catalogue. */
    public static final int REPOSITORY_PORT = 7302;

    private static final int PROXY_PORT = 3128;

    public PeerConfig {
        trackers = List.copyOf(trackers);
        repositories = List.copyOf(repositories);
        listen = List.copyOf(listen);
    }

    /** @throws packhorse.core.UsageException with file, line and column of what is wrong */
    public static PeerConfig read(Path file) {
        return of(YamlDocument.read(file));
    }

    /** @throws packhorse.core.UsageException with line and column of what is wrong */
    static PeerConfig of(YamlMap yaml) {
        Path data = yaml.path("data");
        List<HostPort> trackers = yaml.list("tracker", PeerConfig::tracker);
        List<URI> repositories = yaml.optionalList("repository", PeerConfig::httpsUrl);
        Optional<HostPort> proxy = yaml.optional("proxy", PeerConfig::proxy);
        Path trustedRoot = yaml.optionalPath("trustedRoot").orElseGet(() -> data.resolve("root.json"));
        List<Listen> listen = yaml.list("listen", PeerConfig::listen);
        Path socket = yaml.optionalPath("socket").orElseGet(() -> data.resolve("agent.sock"));
        Optional<PeerAddress> gateway = yaml.optional("gateway", PeerAddress::parse);
        GatewayNames gatewayNames = GatewayNames.of(yaml.optionalList("gatewayNames", GatewayNames::name));
        boolean userPage = yaml.optionalBool("userPage").orElse(true);
        RateLimits limits = yaml.optionalMap("limits").map(PeerConfig::limits).orElse(RateLimits.NONE);
        Optional<Listen> openSwarm = yaml.optional("openSwarm", PeerConfig::listen);
        boolean seedOnStart = yaml.optionalBool("seedOnStart").orElse(true);
        Optional<String> swarmUser = yaml.optionalString("swarmUser");
        InstallConfig install =
                yaml.optionalMap("install").map(InstallConfig::of).orElse(InstallConfig.DEFAULT);
        yaml.finish();
        if (trackers.isEmpty()) {
            throw yaml.error("tracker", "at least one tracker is needed, such as tracker.example.org:" + TRACKER_PORT);
        }
        if (listen.isEmpty()) {
            throw yaml.error("listen", "at least one address is needed, such as 0.0.0.0:7100");
        }
        return new PeerConfig(
                data,
                trackers,
                repositories.isEmpty() ? ofTrackers(trackers) : repositories,
                proxy,
                trustedRoot,
                listen,
                socket,
                gateway,
                gatewayNames,
                userPage,
                limits,
                openSwarm,
                seedOnStart,
                swarmUser,
                install);
    }

    /** Where {@code packhorse peer join} put this machine's key and certificates. */
    public Path identity() {
        return data;
    }

    /** Trackers serve the catalogue too, on a port of its own. */
    private static List<URI> ofTrackers(List<HostPort> trackers) {
        return trackers.stream()
                .map(tracker -> URI.create("https://" + new HostPort(tracker.host(), REPOSITORY_PORT) + "/repository/"))
                .distinct()
                .toList();
    }

    private static RateLimits limits(YamlMap yaml) {
        Optional<ByteRate> wanDown = yaml.optionalByteRate("wanDown");
        Optional<ByteRate> wanUp = yaml.optionalByteRate("wanUp");
        Optional<ByteRate> packDown = yaml.optionalByteRate("eachPackDown");
        Optional<ByteRate> packUp = yaml.optionalByteRate("eachPackUp");
        return new RateLimits(wanDown, wanUp, packDown, packUp);
    }

    private static HostPort tracker(String text) {
        if (text.startsWith("http:") || text.startsWith("https:")) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is a URL; agents reach a tracker by host and port, such as tracker.example.org:"
                    + TRACKER_PORT);
        }
        return HostPort.parse(text, TRACKER_PORT);
    }

    private static URI httpsUrl(String text) {
        try {
            URI uri = new URI(text);
            if ("https".equals(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a URL: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("\"" + text + "\" is not an https URL; write for example https://192.0.2.10:"
                + REPOSITORY_PORT + "/repository/");
    }

    /** Reads an HTTP proxy's URL. */
    public static HostPort proxy(String text) {
        String prefix = "http://";
        String rest = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        if (!rest.startsWith(prefix)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an HTTP proxy; write for example http://proxy.example.org:" + PROXY_PORT);
        }
        return HostPort.parse(rest.substring(prefix.length()), PROXY_PORT);
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
