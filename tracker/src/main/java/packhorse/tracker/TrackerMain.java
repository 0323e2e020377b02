package packhorse.tracker;

import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.config.SiteMapFile;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.identity.Admission;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.topology.SiteMap;
import packhorse.core.trust.DirectoryLock;
import packhorse.core.trust.HttpMetadataSource;
import packhorse.core.trust.HttpMetadataSource.Reach;
import packhorse.core.trust.VerifiedManifest;
import packhorse.core.wire.WireConfig;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.console.ConsoleCounts;
import packhorse.tracker.console.ConsoleGovernance;
import packhorse.tracker.console.Kept;
import packhorse.tracker.enrol.LocalAuthority;
import packhorse.tracker.governance.GovernanceConfig;
import packhorse.tracker.governance.GovernanceDesk;
import packhorse.tracker.governance.GovernanceOverview;
import packhorse.tracker.http.Doors;
import packhorse.tracker.http.HttpDoor;
import packhorse.tracker.http.Meters;
import packhorse.tracker.http.SecureDoors;
import packhorse.tracker.session.AgentSessions;
import packhorse.tracker.session.ConsoleListener;
import packhorse.tracker.session.Governance;
import packhorse.tracker.session.OpenSwarmDesk;
import packhorse.tracker.session.SessionConfig;
import packhorse.tracker.session.SessionDoor;
import packhorse.tracker.session.SiteMapWatch;
import packhorse.tracker.udp.UdpDoor;

/** A running tracker: its parts, made top-down, closed in reverse. */
public final class TrackerMain implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerMain.class);

    private static final int SECRET_BYTES = 32;

    /** Until a console says where sites are, everybody is in none. */
    private static final SiteMap NOWHERE = new SiteMap(List.of(), Set.of());

    private static final String TAKEN =
            "is written by another tracker; stop it or give this one a \"data\" directory of its own";

    private final Deque<Part> parts = new ArrayDeque<>();
    private final HttpDoor http;
    private final HttpDoor secure;
    private final UdpDoor udp;
    private final SessionDoor agents;
    private final AgentSessions sessions;

    private TrackerMain(TrackerConfig config, InstantSource system, SecureRandom random, Duration look) {
        try {
            // Before anything is read: what two trackers write into one directory, neither can trust.
            DirectoryLock own = DirectoryLock.take(config.mirror().data(), TAKEN);
            parts.push(own::close);
            Passport passport = Passport.open(config, system, System::nanoTime, random, look);
            parts.push(passport::close);
            SiteMap filed = config.sites().map(SiteMapFile::read).orElse(NOWHERE);
            InstantSource clock = new SteadyClock(system, System::nanoTime);
            OpenSwarmDesk desk = new OpenSwarmDesk(clock, random);
            Mirror mirror = Mirror.start(
                    config.mirror(),
                    new HttpMetadataSource(
                            List.of(config.mirror().origin()),
                            HttpMetadataSource.Patience.DEFAULT,
                            Reach.by(passport.identity().context(Set.of(DeploymentRole.ORIGIN)))),
                    system,
                    manifests -> desk.know(openSwarms(manifests)));
            parts.push(mirror::close);
            Rule rule = rule(config, passport, mirror, system);
            parts.push(rule.end());
            sessions = AgentSessions.start(
                    SessionConfig.DEFAULT,
                    rule.consoles().sites().orElse(filed),
                    clock,
                    system,
                    desk,
                    rule.governance(),
                    rule.denied());
            parts.push(sessions::close);
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            udp = UdpDoor.open(config.udp(), desk, clock, secret);
            parts.push(udp::close);
            Meters meters = new Meters(sessions, desk, udp::counts);
            rule.counts().ifPresent(meters::consoles);
            http = HttpDoor.open(
                    config.listen(),
                    new Doors(sessions, desk, mirror, rule.overview(), meters, () -> announceUrls(config)));
            parts.push(http::close);
            secure = HttpDoor.open(
                    config.secure(),
                    new SecureDoors(
                            passport.identity(),
                            new Admission(rule.denied(), EnumSet.allOf(DeploymentRole.class), system),
                            mirror,
                            passport.enrolment()));
            parts.push(secure::close);
            agents = SessionDoor.open(
                    config.agents(),
                    passport.identity(),
                    WireConfig.DEFAULT,
                    sessions,
                    rule.denied(),
                    new OriginNews(mirror),
                    rule.consoles(),
                    system);
            parts.push(agents::close);
            rule.consoles().onSites(sessions::sites);
            // What a console said counts until it says otherwise; the file is for the time before.
            config.sites().ifPresent(file -> {
                SiteMapWatch watch = SiteMapWatch.start(file, SiteMapWatch.POLL, edited -> {
                    if (rule.consoles().sites().isEmpty()) {
                        sessions.sites(edited);
                    }
                });
                parts.push(watch::close);
            });
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** By whom agents are governed: consoles, or a file. */
    private record Rule(
            Governance governance,
            ConsoleListener consoles,
            DenyList denied,
            Supplier<GovernanceOverview> overview,
            Optional<Supplier<ConsoleCounts>> counts,
            Part end) {}

    private static Rule rule(TrackerConfig config, Passport passport, Mirror mirror, InstantSource system) {
        if (config.console()) {
            ConsoleGovernance consoles = ConsoleGovernance.start(
                    mirror::contents, system, Kept.in(config.mirror().data(), passport.identity()));
            passport.authority().ifPresent(consoles::lend);
            return new Rule(
                    consoles,
                    consoles,
                    consoles.denied(passport.denied()),
                    consoles::overview,
                    Optional.of(consoles::counts),
                    consoles::close);
        }
        Kept left = Kept.left(config.mirror().data(), passport.identity());
        if (!left.denied().endpoints().isEmpty()) {
            LOG.info(
                    "{} endpoints stay denied that a console denied; only a console admits them again",
                    left.denied().endpoints().size());
        }
        passport.authority().ifPresent(books -> books.denyAlso(left.denied()));
        GovernanceDesk desk = GovernanceDesk.start(
                GovernanceConfig.of(config.mirror().data(), config.desired()), mirror::contents, system);
        return new Rule(
                desk,
                ConsoleListener.NONE,
                left.with(passport.denied()),
                desk::overview,
                Optional.empty(),
                desk::close);
    }

    /** Starts a tracker; whatever it cannot do is one line in the exception, and nothing stays behind. */
    public static TrackerMain start(TrackerConfig config, InstantSource system, SecureRandom random) {
        return start(config, system, random, LocalAuthority.KEY_LOOK);
    }

    /** Like the other, looking every {@code look} whether its certificate is to be renewed; for tests, whose clocks turn faster. */
    static TrackerMain start(TrackerConfig config, InstantSource system, SecureRandom random, Duration look) {
        return new TrackerMain(config, system, random, look);
    }

    private static Map<InfoHash, Sha256> openSwarms(List<VerifiedManifest> manifests) {
        Map<InfoHash, Sha256> open = new HashMap<>();
        for (VerifiedManifest verified : manifests) {
            var pack = verified.manifest().pack();
            pack.openSwarm()
                    .ifPresent(swarm -> open.put(swarm.infoHash(), pack.data().sha256()));
        }
        return open;
    }

    private List<String> announceUrls(TrackerConfig config) {
        URI base = config.publicUrl().orElseGet(this::ownUrl);
        String root = base.toString().replaceAll("/+$", "");
        List<Integer> udpPorts = udp.ports();
        return udpPorts.isEmpty()
                ? List.of(root + "/announce")
                : List.of(root + "/announce", "udp://" + base.getHost() + ":" + udpPorts.getFirst() + "/announce");
    }

    private URI ownUrl() {
        return URI.create("http://" + text(addresses().getFirst()));
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Done with one line when the tracker cannot go on; otherwise never. */
    public CompletableFuture<String> failed() {
        return sessions.failed();
    }

    /** Where the plain HTTP doors are, with the ports that the system chose where 0 was asked for. */
    public List<InetSocketAddress> addresses() {
        return http.addresses();
    }

    /** Where agents' sessions are taken. */
    public List<InetSocketAddress> agentAddresses() {
        return agents.addresses();
    }

    /** Where enrolment and the repository are. */
    public List<InetSocketAddress> secureAddresses() {
        return secure.addresses();
    }

    /** The UDP tracker's ports, in the order of the configuration. */
    public List<Integer> udpPorts() {
        return udp.ports();
    }

    /** Closes all parts; a second call does nothing. */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    /** A part that is closed without an exception. */
    private interface Part {
        void close();
    }
}
