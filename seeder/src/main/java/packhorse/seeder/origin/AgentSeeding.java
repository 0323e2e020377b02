package packhorse.seeder.origin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.ToldDenials;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.agent.Agent;
import packhorse.peer.agent.AgentConfig;
import packhorse.peer.channel.ChannelConfig;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.channel.RelayChannel;
import packhorse.peer.session.SessionConfig;
import packhorse.peer.session.SessionEvent;
import packhorse.peer.session.TrackerSession;
import packhorse.peer.store.Store;
import packhorse.peer.swarm.ProcessSwarm;
import packhorse.peer.swarm.SwarmConfig;
import packhorse.peer.swarm.SwarmConfig.Listen;
import packhorse.peer.swarm.SwarmProcessConfig;

/**
 * Seeds an origin's packs: an agent like every endpoint's, whose store starts full, and beside it a session of its own for other
 * clients where open releases are allowed.
 */
public final class AgentSeeding implements Seeding {
    /** An engine that does not listen by then never will. */
    private static final Duration LISTENING_MAX = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(AgentSeeding.class);

    private final PeerChannel channel;
    private final Agent agent;
    private final String addresses;

    private AgentSeeding(PeerChannel channel, Agent agent, String addresses) {
        this.channel = channel;
        this.agent = agent;
        this.addresses = addresses;
    }

    /**
     * Starts it from its parts, with {@code config}'s addresses and trackers.
     *
     * @param denied is told whom the trackers turn away
     */
    public static AgentSeeding start(
            OriginConfig config,
            MachineIdentity identity,
            ToldDenials denied,
            Store store,
            TufClient client,
            InstantSource clock,
            RandomGenerator random,
            LongSupplier nanoTime) {
        Path own = config.data().resolve("agent");
        try {
            Files.createDirectories(own);
        } catch (IOException e) {
            throw new OperationException("cannot make " + own + ": " + e.getMessage() + "; check its permissions", e);
        }
        SwarmConfig swarm = SwarmConfig.listeningOn(new Listen(IpAddress.parse("127.0.0.1"), 0))
                .withLocal(List.of(PeerChannel.NEAR))
                .withRates(config.limits().ofPacks())
                .withOpen(config.openSwarm()
                        .map(listen ->
                                new SwarmConfig.Open(listen, config.limits().wanUp())));
        Optional<InetAddress> bind = bindAddress(config.swarm().getFirst().ip());
        ProcessSwarm.Starter engines =
                new ProcessSwarm.Starter(SwarmProcessConfig.in(store.root()).withUser(config.swarmUser()));
        PeerChannel channel = RelayChannel.open(
                ChannelConfig.on(config.swarm().stream()
                                .map(listen -> new InetSocketAddress(inet(listen.ip()), listen.port()))
                                .toArray(InetSocketAddress[]::new))
                        .through(config.proxy()),
                identity,
                clock,
                nanoTime);
        try {
            Agent agent = Agent.start(
                    AgentConfig.of(own, Optional.of(config.socket())).withLimits(config.limits()),
                    identity,
                    store,
                    events -> engines.start(swarm, events),
                    events -> TrackerSession.start(
                            SessionConfig.of(config.trackers(), config.proxy(), bind),
                            identity,
                            random,
                            clock,
                            event -> {
                                if (event instanceof SessionEvent.Denials news) {
                                    denied.tell(news.revision(), news.denied());
                                }
                                events.accept(event);
                            }),
                    client,
                    channel,
                    clock,
                    random,
                    nanoTime);
            return new AgentSeeding(channel, agent, listening(agent));
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String listening(Agent agent) {
        try {
            List<PeerAddress> addresses = agent.listening().get(LISTENING_MAX.toSeconds(), TimeUnit.SECONDS);
            return addresses.stream().map(PeerAddress::toString).collect(Collectors.joining(", "));
        } catch (TimeoutException | InterruptedException | ExecutionException e) {
            agent.close();
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (e.getCause() instanceof RuntimeException ours) {
                throw ours;
            }
            throw new OperationException("the origin's swarm does not listen; see the log", e);
        }
    }

    private static Optional<InetAddress> bindAddress(IpAddress ip) {
        InetAddress address = inet(ip);
        return address.isAnyLocalAddress() ? Optional.empty() : Optional.of(address);
    }

    private static InetAddress inet(IpAddress ip) {
        try {
            return InetAddress.getByAddress(ip.bytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address: " + ip, e);
        }
    }

    @Override
    public void seed(VerifiedManifest manifest) {
        try {
            if (!agent.serve(manifest).get(LISTENING_MAX.toSeconds(), TimeUnit.SECONDS)) {
                LOG.error("the agent does not serve {}", manifest.manifest().id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new OperationException(
                    "the agent does not serve " + manifest.manifest().id() + ": " + e.getMessage(), e);
        }
        LOG.info("seeding {}", manifest.manifest().id());
    }

    @Override
    public void drop(Sha256 pack) {
        try {
            boolean served = agent.drop(pack, pack + " was retired from the catalogue")
                    .get(LISTENING_MAX.toSeconds(), TimeUnit.SECONDS);
            LOG.debug("{} was {}", pack, served ? "seeded until now" : "not seeded");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new OperationException("the agent does not let go of " + pack + " yet: " + e.getMessage(), e);
        }
    }

    @Override
    public String describe() {
        return "swarm on " + addresses
                + agent.openAddress()
                        .map(address -> ", open swarm on " + address)
                        .orElse("");
    }

    @Override
    public void close() {
        agent.close();
        channel.close();
    }
}
