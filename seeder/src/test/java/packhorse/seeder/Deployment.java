package packhorse.seeder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.ToldDenials;
import packhorse.core.identity.Visitor;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;
import packhorse.core.trust.CheapPassphrase;
import packhorse.core.trust.OnlineKeys;
import packhorse.core.trust.Role;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
import packhorse.peer.swarm.SwarmConfig.Listen;
import packhorse.seeder.build.Progress;
import packhorse.seeder.origin.AgentSeeding;
import packhorse.seeder.origin.Origin;
import packhorse.seeder.origin.OriginConfig;
import packhorse.seeder.origin.OriginDirectory;
import packhorse.seeder.origin.Staging;
import packhorse.seeder.publish.Destinations;
import packhorse.seeder.publish.PublishRequest;
import packhorse.seeder.sign.KeyDirectory;

/** A small deployment for tests: keys, an origin's directory, and the origin itself on an address of the test's own. */
public final class Deployment {
    private static final String PASSPHRASE = "test passphrase";

    /** Made once for all tests, copied for each. */
    private static final Map<Boolean, Template> TEMPLATES = new HashMap<>();

    private record Template(Path keys, OnlineKeys online, List<SigningKey> targets) {}

    private final Path home;
    private final KeyDirectory keys;
    private final InstantSource clock;
    private final String address;
    private final Template template;
    private final TestDeployment machines;
    private MachineIdentity identity;

    public Deployment(Path home, InstantSource clock, String address) {
        this.home = home;
        this.clock = clock;
        this.address = address;
        this.template = template(clock);
        this.machines = TestDeployment.create(home.resolve("machines"));
        this.identity = machines.identity(DeploymentRole.ORIGIN, "centre");
        this.keys = KeyDirectory.open(copy(template.keys(), home.resolve("keys")));
    }

    private static synchronized Template template(InstantSource clock) {
        return TEMPLATES.computeIfAbsent(clock instanceof TurnedClock, turned -> {
            try {
                Path directory = Files.createTempDirectory("packhorse-test-keys-");
                try (StretchedPassphrase stretched = CheapPassphrase.of(passphrase())) {
                    KeyDirectory made = KeyDirectory.create(
                            directory,
                            KeyDirectory.Quorum.ONE,
                            KeyDirectory.Quorum.ONE,
                            stretched,
                            stretched,
                            new SecureRandom(),
                            clock.instant());
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
                    return new Template(directory, made.online(stretched), made.keys(Role.TARGETS, stretched));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path copy(Path from, Path to) {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static char[] passphrase() {
        return PASSPHRASE.toCharArray();
    }

    public KeyDirectory keys() {
        return keys;
    }

    public Path data() {
        return home.resolve("origin");
    }

    public OriginConfig config(int port) {
        return config(port, List.of(), Optional.empty());
    }

    /** With trackers that are reached through a proxy. */
    public OriginConfig config(int port, List<HostPort> trackers, Optional<HostPort> proxy) {
        return new OriginConfig(
                data(),
                new OriginConfig.Door(IpAddress.parse(address), port),
                Optional.of(new OriginConfig.Door(IpAddress.parse(address), 0)),
                data().resolve("identity"),
                List.of(new Listen(IpAddress.parse(address), 0)),
                trackers,
                proxy,
                keys.path(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                RateLimits.NONE,
                Staging.Limits.DEFAULT,
                Optional.empty());
    }

    /** Starts the origin on any port. */
    public Origin start() {
        return start(0);
    }

    public Origin start(int port) {
        return start(port, DenyList.none());
    }

    /** Starts the origin, which turns away whom {@code denied} names. */
    public Origin start(int port, DenyList denied) {
        return start(config(port), denied, (store, client) -> new OriginMain.NoSeeding());
    }

    /** Starts an origin that serves packs to peers, by its configuration. */
    public Origin startSeeding(OriginConfig config) {
        ToldDenials denied = ToldDenials.keptIn(config.data(), identity);
        return start(
                config,
                denied,
                (store, client) -> AgentSeeding.start(
                        config, identity, denied, store, client, clock, new SecureRandom(), System::nanoTime));
    }

    private Origin start(OriginConfig config, DenyList denied, Origin.SeedingStarter seeding) {
        return OriginMain.start(
                config,
                new Origin.Passport(identity, denied),
                seeding,
                keys.repository(),
                template.online(),
                clock,
                new SecureRandom());
    }

    /** The origin shows another certificate from its next start on. */
    public void renewIdentity() {
        identity = machines.identity(DeploymentRole.ORIGIN, "centre", identity.id());
    }

    /** The authority that the origin has its certificate from. */
    public TestDeployment machines() {
        return machines;
    }

    /** TLS of a publisher, who knows the deployment's root and nothing else. */
    public SSLContext visitor() {
        return Visitor.context(machines.root(), Set.of(DeploymentRole.ORIGIN), InstantSource.system());
    }

    public OriginDirectory directory() {
        return OriginDirectory.open(data(), keys.repository(), template.online(), Staging.Limits.DEFAULT, clock);
    }

    public List<SigningKey> targetsKeys() {
        return template.targets();
    }

    /** A publisher on the origin's own machine. */
    public Destinations.Session local(List<SigningKey> signers, Progress progress) {
        return Destinations.local(directory(), signers, progress);
    }

    public static PublishRequest request(Path source, String name, String version) {
        ReleaseId id = new ReleaseId(ReleaseName.parse(name), Version.parse(version), Platform.ANY);
        return new PublishRequest(source, id, Kind.PACKAGE, false, false, List.of());
    }

    /** A clock that stands where it was put. */
    public static final class TurnedClock implements InstantSource {
        private volatile Instant now;

        public TurnedClock(Instant now) {
            this.now = now;
        }

        public void turnTo(Instant later) {
            now = later;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
