package packhorse.seeder;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Renewal;
import packhorse.core.identity.ToldDenials;
import packhorse.core.topology.HostPort;
import packhorse.core.trust.OnlineKeys;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.PeerConfig;
import packhorse.seeder.origin.AgentSeeding;
import packhorse.seeder.origin.Origin;
import packhorse.seeder.origin.OriginConfig;
import packhorse.seeder.origin.OriginDirectory;
import packhorse.seeder.origin.Seeding;
import packhorse.seeder.sign.KeyDirectory;

/** The origin as a program: opens identity, keys and data directory, makes every part top-down, closes them in reverse. */
public final class OriginMain implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OriginMain.class);

    private final Origin origin;
    private final Optional<Renewal> renewal;

    private OriginMain(Origin origin, Optional<Renewal> renewal) {
        this.origin = origin;
        this.renewal = renewal;
    }

    /**
     * Starts an origin.
     *
     * @param passphrase of the online keys
     * @throws packhorse.core.UsageException when this machine has not joined, the keys are not there or a port is in use
     */
    public static OriginMain start(
            OriginConfig config, char[] passphrase, InstantSource clock, SecureRandom random, LongSupplier nanoTime) {
        MachineIdentity identity = identity(config, clock);
        KeyDirectory keys = KeyDirectory.open(config.keys());
        ToldDenials denied = ToldDenials.keptIn(config.data(), identity);
        Origin.SeedingStarter seeding = config.trackers().isEmpty()
                ? (store, client) -> new NoSeeding()
                : (store, client) ->
                        AgentSeeding.start(config, identity, denied, store, client, clock, random, nanoTime);
        Origin origin = start(
                config,
                new Origin.Passport(identity, denied),
                seeding,
                keys.repository(),
                online(keys, passphrase),
                clock,
                random);
        return new OriginMain(origin, renewal(config, identity, clock, random));
    }

    private static OnlineKeys online(KeyDirectory keys, char[] passphrase) {
        try (StretchedPassphrase stretched = new StretchedPassphrase(passphrase)) {
            return keys.online(stretched);
        }
    }

    private static MachineIdentity identity(OriginConfig config, InstantSource clock) {
        if (!MachineIdentity.isIn(config.identity())) {
            throw new UsageException("this machine is no origin of a deployment yet: there is no identity in "
                    + config.identity() + "; run packhorse origin join TOKEN --config with this configuration");
        }
        MachineIdentity identity = MachineIdentity.open(config.identity(), clock, DeploymentRole.ORIGIN);
        if (identity.role() != DeploymentRole.ORIGIN) {
            throw new UsageException("the identity in " + config.identity() + " is of the " + identity
                    + "; an origin joins by a token of its own: packhorse ca token --role origin");
        }
        return identity;
    }

    /** Trackers enrol where they serve the catalogue; where this machine joined is asked in any case. */
    private static Optional<Renewal> renewal(
            OriginConfig config, MachineIdentity identity, InstantSource clock, SecureRandom random) {
        List<URI> authorities = config.trackers().stream()
                .map(tracker -> URI.create("https://" + new HostPort(tracker.host(), PeerConfig.REPOSITORY_PORT)))
                .distinct()
                .toList();
        if (authorities.isEmpty() && Joining.authority(config.identity()).isEmpty()) {
            LOG.warn(
                    "nobody is known who renews this origin's certificate; it counts until {}",
                    identity.self().notAfter());
            return Optional.empty();
        }
        return Optional.of(Renewal.start(
                config.identity(),
                identity,
                authorities,
                config.proxy().map(proxy -> new InetSocketAddress(proxy.host(), proxy.port())),
                clock,
                random));
    }

    /** The origin itself. */
    public Origin origin() {
        return origin;
    }

    @Override
    public void close() {
        renewal.ifPresent(Renewal::close);
        origin.close();
    }

    /**
     * Starts an origin with keys that are open.
     *
     * @param passport of this machine
     * @param seeding what serves whole packs to peers
     * @param initial an empty catalogue to start from, where the data directory has none
     */
    static Origin start(
            OriginConfig config,
            Origin.Passport passport,
            Origin.SeedingStarter seeding,
            Optional<Path> initial,
            OnlineKeys online,
            InstantSource clock,
            RandomGenerator random) {
        OriginDirectory directory = OriginDirectory.open(config.data(), initial, online, config.uploads(), clock);
        return Origin.start(config, directory, seeding, passport, clock, random);
    }

    /** Without a tracker nobody could be told whom to let in, so nobody is served but over HTTP. */
    static final class NoSeeding implements Seeding {
        @Override
        public void seed(VerifiedManifest manifest) {}

        @Override
        public void drop(Sha256 pack) {}

        @Override
        public String describe() {
            return "no swarm (no tracker is configured)";
        }

        @Override
        public void close() {}
    }
}
