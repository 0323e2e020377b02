package packhorse.peer;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Renewal;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.trust.HttpMetadataSource;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.peer.agent.Agent;
import packhorse.peer.agent.AgentConfig;
import packhorse.peer.channel.ChannelConfig;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.channel.RelayChannel;
import packhorse.peer.gateway.Gateway;
import packhorse.peer.installer.Installer;
import packhorse.peer.installer.InstallerProcessConfig;
import packhorse.peer.installer.ProcessInstaller;
import packhorse.peer.installer.SandboxingInstaller;
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
    private final PeerChannel channel;
    private final Agent agent;
    private final Renewal renewal;
    private final Optional<Gateway> gateway;

    private PeerMain(
            PeerConfig config,
            Store store,
            PeerChannel channel,
            Agent agent,
            Renewal renewal,
            Optional<Gateway> gateway) {
        this.config = config;
        this.store = store;
        this.channel = channel;
        this.agent = agent;
        this.renewal = renewal;
        this.gateway = gateway;
    }

    /**
     * Starts an agent.
     *
     * @param random of which nobody can guess the next: keys come of it
     * @throws UsageException or OperationException with the one line that says what is in its way
     */
    public static PeerMain start(PeerConfig config, InstantSource clock, SecureRandom random, LongSupplier nanoTime) {
        MachineIdentity identity = MachineIdentity.open(config.identity(), clock, DeploymentRole.AGENT);
        if (identity.role() != DeploymentRole.AGENT) {
            throw new UsageException("the identity in " + config.identity() + " is of " + identity.self()
                    + "; an agent needs one of its own: packhorse peer join TOKEN");
        }
        Optional<InetAddress> bind = bindAddress(config);
        TufClient catalogue = catalogue(config, identity, clock, bind);
        Deque<AutoCloseable> started = new ArrayDeque<>();
        try {
            Store store = begun(started, Store.open(config.data().resolve("store")));
            PeerChannel channel = begun(
                    started,
                    RelayChannel.open(
                            ChannelConfig.on(config.listen().stream()
                                            .map(PeerMain::socketAddress)
                                            .toArray(InetSocketAddress[]::new))
                                    .through(config.proxy()),
                            identity,
                            clock,
                            nanoTime));
            Agent agent = begun(
                    started,
                    Agent.start(
                            AgentConfig.of(config.data(), Optional.of(config.socket()))
                                    .withLimits(config.limits())
                                    .withSeedOnStart(config.seedOnStart())
                                    .withRestartNotice(config.install().restartNotice())
                                    .withWay(way(config)),
                            identity,
                            store,
                            engines(config, store),
                            sessions(config, identity, bind, random, clock),
                            installer(config, store, nanoTime),
                            catalogue,
                            channel,
                            clock,
                            random,
                            nanoTime));
            Renewal renewal = begun(
                    started,
                    Renewal.start(
                            config.identity(),
                            identity,
                            config.repositories().stream()
                                    .map(repository -> repository.resolve("/"))
                                    .distinct()
                                    .toList(),
                            config.proxy().map(proxy -> new InetSocketAddress(proxy.host(), proxy.port())),
                            clock,
                            random));
            Optional<Gateway> gateway = config.gateway()
                    .map(address -> config.userPage()
                            ? Gateway.start(address, config.gatewayNames(), agent::open, agent::ask, random)
                            : Gateway.start(address, config.gatewayNames(), agent::open));
            return new PeerMain(config, store, channel, agent, renewal, gateway);
        } catch (RuntimeException e) {
            started.forEach(part -> closeAfter(e, part));
            throw e;
        }
    }

    private static <T extends AutoCloseable> T begun(Deque<AutoCloseable> started, T part) {
        started.addFirst(part);
        return part;
    }

    private static void closeAfter(RuntimeException failure, AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private static String way(PeerConfig config) {
        return config.proxy()
                .map(proxy ->
                        "Trackers, the catalogue, and far peers that no direct way leads to are reached through the"
                                + " proxy " + proxy
                                + "; they see its address, and which site this machine is in they know by the"
                                + " addresses it reports.")
                .orElse("");
    }

    /** The engine behind the channel: reached from this machine only, and free of the limits that the channel keeps. */
    private static Agent.EngineStarter engines(PeerConfig config, Store store) {
        SwarmConfig swarm = SwarmConfig.listeningOn(new Listen(IpAddress.parse("127.0.0.1"), 0))
                .withLocal(List.of(PeerChannel.NEAR))
                .withRates(config.limits().ofPacks())
                .withOpen(config.openSwarm()
                        .map(listen ->
                                new SwarmConfig.Open(listen, config.limits().wanUp())));
        ProcessSwarm.Starter engines =
                new ProcessSwarm.Starter(SwarmProcessConfig.in(store.root()).withUser(config.swarmUser()));
        return events -> engines.start(swarm, events);
    }

    private static Optional<Agent.InstallerStarter> installer(PeerConfig config, Store store, LongSupplier nanoTime) {
        if (!config.install().enabled()) {
            return Optional.empty();
        }
        InstallerProcessConfig installer = InstallerProcessConfig.of(
                config.install().settings(config.data(), store.root()), root(config.trustedRoot()));
        return Optional.of(listener -> {
            Installer started = ProcessInstaller.start(installer, listener, nanoTime);
            return config.install().sandbox() ? new SandboxingInstaller(started) : started;
        });
    }

    private static Agent.SessionStarter sessions(
            PeerConfig config,
            MachineIdentity identity,
            Optional<InetAddress> bind,
            RandomGenerator random,
            InstantSource clock) {
        SessionConfig session = SessionConfig.of(config.trackers(), config.proxy(), bind);
        return events -> TrackerSession.start(session, identity, random, clock, events);
    }

    private static InetSocketAddress socketAddress(Listen listen) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(listen.ip().bytes()), listen.port());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address: " + listen, e);
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

    private static TufClient catalogue(
            PeerConfig config, MachineIdentity identity, InstantSource clock, Optional<InetAddress> bind) {
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
                new HttpMetadataSource(
                        config.repositories(),
                        patience,
                        HttpMetadataSource.Reach.by(
                                        identity.context(Set.of(DeploymentRole.TRACKER, DeploymentRole.ORIGIN)))
                                .through(config.proxy())),
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

    /**
     * Prints one line once the agent listens, then waits until it is asked to stop.
     *
     * @param json whether the line is a JSON object
     */
    public void run(PrintStream out, boolean json) throws InterruptedException {
        try {
            List<PeerAddress> listening = agent.listening().get(LISTENING_SECONDS_MAX, TimeUnit.SECONDS);
            out.println(json ? readyJson(listening) : ready(listening));
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

    private String ready(List<PeerAddress> listening) {
        return "packhorse peer is ready: swarm on "
                + listening.stream().map(PeerAddress::toString).collect(Collectors.joining(", ")) + ", socket "
                + config.socket()
                + agent.openAddress()
                        .map(address -> ", open swarm on " + address)
                        .orElse("")
                + gateway.map(door -> ", gateway on port " + door.port()).orElse("");
    }

    private String readyJson(List<PeerAddress> listening) {
        Map<String, Json> line = new TreeMap<>();
        line.put("ready", new JsonBoolean(true));
        line.put(
                "swarm",
                new JsonArray(listening.stream()
                        .<Json>map(address -> new JsonString(address.toString()))
                        .toList()));
        line.put("socket", new JsonString(config.socket().toString()));
        agent.openAddress().ifPresent(address -> line.put("openSwarm", new JsonString(address.toString())));
        gateway.ifPresent(door -> line.put("gatewayPort", new JsonInteger(door.port())));
        return new String(CanonicalJson.encode(JsonObject.of(line)), StandardCharsets.UTF_8);
    }

    /** The agent itself. */
    public Agent agent() {
        return agent;
    }

    @Override
    public void close() {
        gateway.ifPresent(Gateway::close);
        renewal.close();
        agent.close();
        channel.close();
        store.close();
    }
}
