package packhorse.peer;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.trust.HttpMetadataSource;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.peer.agent.Agent;
import packhorse.peer.agent.AgentConfig;
import packhorse.peer.channel.DirectChannel;
import packhorse.peer.gateway.Gateway;
import packhorse.peer.session.SessionConfig;
import packhorse.peer.session.TrackerSession;
import packhorse.peer.store.Store;
import packhorse.peer.swarm.ProcessSwarm;
import packhorse.peer.swarm.SwarmConfig;
import packhorse.peer.swarm.SwarmConfig.Listen;
import packhorse.peer.swarm.SwarmProcessConfig;

/** The agent as a program: reads the configuration, makes every part top-down, closes them in reverse. */
public final class PeerMain implements AutoCloseable {
    /** An engine that does not listen by then never will. */
    private static final long LISTENING_SECONDS_MAX = 30;

    private final PeerConfig config;
    private final Store store;
    private final Agent agent;
    private final Optional<Gateway> gateway;

    private PeerMain(PeerConfig config, Store store, Agent agent, Optional<Gateway> gateway) {
        this.config = config;
        this.store = store;
        this.agent = agent;
        this.gateway = gateway;
    }

    /**
     * Starts an agent.
     *
     * @throws UsageException or OperationException with the one line that says what is in its way
     */
    public static PeerMain start(
            PeerConfig config, InstantSource clock, RandomGenerator random, LongSupplier nanoTime) {
        Optional<InetAddress> bind = bindAddress(config);
        MachineIdentity identity = MachineIdentity.open(config.identity(), clock);
        TufClient catalogue = catalogue(config, clock, bind);
        Store store = Store.open(config.data().resolve("store"));
        SwarmConfig swarm = SwarmConfig.listeningOn(config.listen().toArray(Listen[]::new))
                .withRates(config.limits())
                .withOpen(config.openSwarm()
                        .map(listen ->
                                new SwarmConfig.Open(listen, config.limits().wanUp())));
        ProcessSwarm.Starter engines =
                new ProcessSwarm.Starter(SwarmProcessConfig.in(store.root()).withUser(config.swarmUser()));
        Agent agent = Agent.start(
                AgentConfig.of(config.data(), Optional.of(config.socket()))
                        .withLimits(config.limits())
                        .withSeedOnStart(config.seedOnStart()),
                store,
                events -> engines.start(swarm, events),
                events -> TrackerSession.start(
                        SessionConfig.of(config.trackers(), config.proxy(), bind), identity, random, clock, events),
                catalogue,
                new DirectChannel(),
                random,
                nanoTime);
        try {
            return new PeerMain(
                    config, store, agent, config.gateway().map(address -> Gateway.start(address, agent::open)));
        } catch (RuntimeException e) {
            agent.close();
            throw e;
        }
    }

    /** The first address, where it is one: trackers then see the address that the swarm is reached at. */
    private static Optional<InetAddress> bindAddress(PeerConfig config) {
        IpAddress first = config.listen().getFirst().ip();
        try {
            InetAddress address = InetAddress.getByAddress(first.bytes());
            return address.isAnyLocalAddress() ? Optional.empty() : Optional.of(address);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address: " + first, e);
        }
    }

    private static TufClient catalogue(PeerConfig config, InstantSource clock, Optional<InetAddress> bind) {
        HttpMetadataSource.Patience patience =
                bind.map(HttpMetadataSource.Patience.DEFAULT::boundTo).orElse(HttpMetadataSource.Patience.DEFAULT);
        try {
            Files.createDirectories(config.data());
        } catch (IOException e) {
            throw new UsageException(
                    "the data directory " + config.data() + " cannot be made: " + e.getMessage()
                            + "; set data: to a directory this user may write",
                    e);
        }
        TufClient catalogue = new TufClient(
                new HttpMetadataSource(config.repositories(), patience),
                TrustedStore.open(config.data().resolve("trust")),
                clock);
        catalogue.initialise(root(config.trustedRoot()));
        return catalogue;
    }

    private static byte[] root(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UsageException(
                    "the trusted root " + file + " cannot be read: " + e.getMessage()
                            + "; packhorse peer join TOKEN writes it",
                    e);
        }
    }

    /** Prints one line once the agent listens, then waits until it is asked to stop. */
    public void run(PrintStream out) throws InterruptedException {
        try {
            List<PeerAddress> listening = agent.listening().get(LISTENING_SECONDS_MAX, TimeUnit.SECONDS);
            out.println("packhorse peer is ready: swarm on "
                    + listening.stream().map(PeerAddress::toString).collect(Collectors.joining(", ")) + ", socket "
                    + config.socket()
                    + agent.openAddress()
                            .map(address -> ", open swarm on " + address)
                            .orElse("")
                    + gateway.map(door -> ", gateway on port " + door.port()).orElse(""));
            out.flush();
            String reason = agent.ended().get();
            if (!reason.isEmpty()) {
                throw new OperationException(reason);
            }
        } catch (TimeoutException e) {
            throw new OperationException("the swarm does not listen on " + config.listen() + "; see the log", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException ours
                    ? ours
                    : new OperationException("the agent cannot go on: " + e.getCause(), e);
        }
    }

    /** The agent itself. */
    public Agent agent() {
        return agent;
    }

    @Override
    public void close() {
        gateway.ifPresent(Gateway::close);
        agent.close();
        store.close();
    }
}
