package packhorse.seeder.origin;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;
import packhorse.core.trust.VerifyingKey;
import packhorse.peer.PeerConfig;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
import packhorse.peer.swarm.SwarmConfig.Listen;

/**
 * An origin's configuration, as {@code seeder/samples/origin.yaml} explains it.
 *
 * @param data catalogue, packs and uploads
 * @param listen the HTTPS door
 * @param metrics a plain door on loopback for whoever watches, if there is one
 * @param identity where joining put this machine's key and certificates
 * @param swarm where packs are seeded, and what connections go out from
 * @param trackers where trackers take agents' sessions, in order of preference; none means that nobody is told where the
 *     packs are
 * @param proxy the HTTP proxy that trackers are reached through, if there is one
 * @param keys directory with the online keys
 * @param passphraseFile what opens them
 * @param publishers whose uploads are taken; empty means the catalogue's targets keys
 * @param openSwarm where plain clients are served, if they are
 * @param limits upload and download limits
 * @param uploads how much may be on its way in
 * @param swarmUser whom an origin that is root runs its swarm process as, where that is not the usual one
 */
public record OriginConfig(
        Path data,
        Door listen,
        Optional<Door> metrics,
        Path identity,
        List<Listen> swarm,
        List<HostPort> trackers,
        Optional<HostPort> proxy,
        Path keys,
        Optional<Path> passphraseFile,
        List<VerifyingKey> publishers,
        Optional<Listen> openSwarm,
        RateLimits limits,
        Staging.Limits uploads,
        Optional<String> swarmUser) {
    /** Where the origin's own people ask what it serves, as on every machine with an agent; nobody listens there without trackers. */
    public Path socket() {
        return data.resolve("agent.sock");
    }

    /**
     * Where HTTP or HTTPS is served.
     *
     * @param ip of this machine
     * @param port 0 to 65535; 0 takes any
     */
    public record Door(IpAddress ip, int port) {
        public Door {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
            }
        }

        /** Reads {@code address:port}. */
        static Door parse(String text) {
            int colon = text.lastIndexOf(':');
            try {
                String host = text.substring(0, Math.max(colon, 0));
                boolean bracketed = host.startsWith("[") && host.endsWith("]");
                return new Door(
                        IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host),
                        Integer.parseInt(text.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is not an address and port; write 192.0.2.10:7400 or [2001:db8::10]:7400", e);
            }
        }
    }

    private static final int TRACKER_PORT = 7301;

    public OriginConfig {
        swarm = List.copyOf(swarm);
        trackers = List.copyOf(trackers);
        publishers = List.copyOf(publishers);
    }

    /** @throws packhorse.core.UsageException with file, line and column of what is wrong */
    public static OriginConfig read(Path file) {
        return of(YamlDocument.read(file));
    }

    static OriginConfig of(YamlMap yaml) {
        Path data = yaml.path("data");
        Door listen = yaml.value("listen", Door::parse);
        List<Listen> swarm = yaml.list("swarm", OriginConfig::listen);
        Optional<Door> metrics = yaml.optional("metrics", OriginConfig::loopback);
        Path identity = yaml.optionalPath("identity").orElseGet(() -> data.resolve("identity"));
        List<HostPort> trackers = yaml.optionalList("tracker", text -> HostPort.parse(text, TRACKER_PORT));
        Optional<HostPort> proxy = yaml.optional("proxy", PeerConfig::proxy);
        Path keys = yaml.path("keys");
        Optional<Path> passphraseFile = yaml.optionalPath("passphraseFile");
        List<VerifyingKey> publishers = yaml.optionalList("publishers", VerifyingKey::parse);
        Optional<Listen> openSwarm = yaml.optional("openSwarm", OriginConfig::listen);
        RateLimits limits = yaml.optionalMap("limits").map(OriginConfig::limits).orElse(RateLimits.NONE);
        Staging.Limits uploads =
                yaml.optionalMap("uploads").map(OriginConfig::uploads).orElse(Staging.Limits.DEFAULT);
        Optional<String> swarmUser = yaml.optionalString("swarmUser");
        yaml.finish();
        if (swarm.isEmpty()) {
            throw yaml.error("swarm", "at least one address is needed, such as 192.0.2.10:7401");
        }
        return new OriginConfig(
                data,
                listen,
                metrics,
                identity,
                swarm,
                trackers,
                proxy,
                keys,
                passphraseFile,
                publishers,
                openSwarm,
                limits,
                uploads,
                swarmUser);
    }

    private static RateLimits limits(YamlMap yaml) {
        return new RateLimits(
                yaml.optionalByteRate("wanDown"),
                yaml.optionalByteRate("wanUp"),
                yaml.optionalByteRate("eachPackDown"),
                yaml.optionalByteRate("eachPackUp"));
    }

    private static Staging.Limits uploads(YamlMap yaml) {
        Staging.Limits usual = Staging.Limits.DEFAULT;
        return new Staging.Limits(
                yaml.optionalByteCount("total").orElse(usual.total()),
                yaml.optionalByteCount("free").orElse(usual.free()),
                usual.count(),
                yaml.optionalDuration("keep").orElse(usual.keep()));
    }

    private static Listen listen(String text) {
        Door door = Door.parse(text);
        return new Listen(door.ip(), door.port());
    }

    /** Nobody is asked who they are there, so nobody else may reach it. */
    private static Door loopback(String text) {
        Door door = Door.parse(text);
        if (!door.ip().isLoopback()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" can be reached from other machines; the plain door is for this one: write 127.0.0.1:7403");
        }
        return door;
    }
}
