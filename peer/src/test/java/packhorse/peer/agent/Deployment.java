package packhorse.peer.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Bundle;
import packhorse.core.content.BundleCodec;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Dependency;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileList;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Pack;
import packhorse.core.content.PieceHash;
import packhorse.core.content.PieceHasher;
import packhorse.core.content.PieceLength;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrent;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.content.Version;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Pull;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;
import packhorse.core.trust.CatalogueKeys;
import packhorse.core.trust.CatalogueWriter;
import packhorse.core.trust.DirectoryMetadataSource;
import packhorse.core.trust.HttpMetadataSource;
import packhorse.core.trust.Lifetimes;
import packhorse.core.trust.RoleKeys;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.SigningRequest;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.channel.ChannelConfig;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.channel.RelayChannel;
import packhorse.peer.cli.AgentSocket;
import packhorse.peer.session.SessionConfig;
import packhorse.peer.session.TrackerSession;
import packhorse.peer.store.Partial;
import packhorse.peer.store.Store;
import packhorse.peer.swarm.LibtorrentSwarm;
import packhorse.peer.swarm.ProcessSwarm;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
import packhorse.peer.swarm.SwarmConfig;
import packhorse.peer.swarm.SwarmEvent;
import packhorse.peer.swarm.SwarmPort;
import packhorse.peer.swarm.SwarmProcessConfig;

/** A repository, a fake tracker and any number of real agents on addresses of one test. */
public final class Deployment implements AutoCloseable {
    private final Path root;
    private final String network;
    private final CatalogueKeys keys;
    private final CatalogueWriter writer;
    private final TestDeployment machines;
    private final MachineIdentity trackerIdentity;
    private FakeTracker tracker;
    private boolean enginesApart;
    /** How far the agents' time is ahead. */
    private final AtomicLong turnedNanos = new AtomicLong();

    private final List<Node> opened = new ArrayList<>();
    private final Map<String, MachineIdentity> identities = new HashMap<>();

    private Deployment(Path root, String network) throws IOException {
        this.root = root;
        this.network = network;
        SecureRandom random = new SecureRandom();
        this.keys = new CatalogueKeys(key(random), key(random), key(random), key(random));
        Path repository = root.resolve("repository");
        this.writer = CatalogueWriter.create(repository, keys, Lifetimes.DEFAULT, Instant.now());
        this.machines = TestDeployment.create(root.resolve("machines"));
        this.trackerIdentity = machines.identity(DeploymentRole.TRACKER, "centre");
        this.tracker = FakeTracker.start(trackerIdentity, network + ".1", 0, repository);
    }

    private static RoleKeys key(SecureRandom random) {
        return RoleKeys.of(SigningKey.generate(random));
    }

    /** In {@code root}, on addresses {@code network}.x such as 127.31.5. */
    public static Deployment in(Path root, String network) throws IOException {
        return new Deployment(root, network);
    }

    /** From now on engines run in processes of their own, as those of real agents do. */
    public Deployment withEnginesApart() {
        enginesApart = true;
        return this;
    }

    /** Turns the agents' clocks on, so that nobody has to wait for what comes later. */
    public void turn(Duration by) {
        turnedNanos.addAndGet(by.toNanos());
    }

    public FakeTracker tracker() {
        return tracker;
    }

    /** What gives machines of this deployment their certificates. */
    public TestDeployment machines() {
        return machines;
    }

    /** The tracker dies and, told so, comes back on its port. */
    public void restartTracker() throws IOException {
        int port = tracker.port();
        tracker.close();
        tracker = FakeTracker.start(trackerIdentity, network + ".1", port, root.resolve("repository"));
    }

    /** What agents trust to begin with. */
    public byte[] rootJson() {
        return writer.root();
    }

    /** Content of a seed. */
    public static byte[] content(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Publishes one file. */
    public VerifiedManifest publish(String name, String version, String platform, byte[] content) {
        return publish(name, version, platform, content, Sha256.of(content));
    }

    /** Publishes one file for any platform that needs nothing besides. */
    public VerifiedManifest publishAlone(String name, String version, byte[] content) {
        return publish(name, version, "any", content, Sha256.of(content), List.of());
    }

    /** Publishes a file whose manifest claims {@code claimed} as the SHA-256 of the whole. */
    public VerifiedManifest publish(String name, String version, String platform, byte[] content, Sha256 claimed) {
        return publish(name, version, platform, content, claimed, List.of(Dependency.parse("acme/base")));
    }

    /** Publishes one file for any platform that is put in place as {@code section} says. */
    public VerifiedManifest publish(
            String name, String version, byte[] content, List<Dependency> needs, InstallSection section) {
        return publish(name, version, "any", content, Sha256.of(content), needs, Optional.of(section));
    }

    /** Publishes one file of a kind for a platform, that is put in place as {@code section} says. */
    public VerifiedManifest publish(
            String name, String version, String platform, Kind kind, byte[] content, InstallSection section) {
        ReleaseId id = new ReleaseId(ReleaseName.parse(name), Version.parse(version), new Platform(platform));
        return publish(id, kind, content, Sha256.of(content), List.of(), Optional.of(section));
    }

    private VerifiedManifest publish(
            String name, String version, String platform, byte[] content, Sha256 claimed, List<Dependency> needs) {
        return publish(name, version, platform, content, claimed, needs, Optional.empty());
    }

    private VerifiedManifest publish(
            String name,
            String version,
            String platform,
            byte[] content,
            Sha256 claimed,
            List<Dependency> needs,
            Optional<InstallSection> section) {
        ReleaseId id = new ReleaseId(ReleaseName.parse(name), Version.parse(version), new Platform(platform));
        return publish(id, Kind.PACKAGE, content, claimed, needs, section);
    }

    private VerifiedManifest publish(
            ReleaseId id,
            Kind kind,
            byte[] content,
            Sha256 claimed,
            List<Dependency> needs,
            Optional<InstallSection> section) {
        Manifest manifest = manifest(id, kind, content, claimed, needs, section, writer);
        byte[] bytes = ManifestCodec.encode(manifest);
        put(Map.of(id.targetPath(), bytes));
        return writer.catalogue().verifyManifest(id, bytes);
    }

    private static Manifest manifest(
            ReleaseId id,
            Kind kind,
            byte[] content,
            Sha256 claimed,
            List<Dependency> needs,
            Optional<InstallSection> section,
            CatalogueWriter writer) {
        ContentHashes hashes = hashes(content, claimed);
        Torrent torrent = Torrents.hybrid(hashes);
        writer.putObject(torrent.bytes());
        byte[] list = new FileList()
                .encode(new FileEntry.File("content.bin", 0644, FileEntry.Owner.ROOT, content.length, claimed));
        BlobRef files = writer.putObject(list);
        Pack pack = Torrents.pack(hashes, false);
        return new Manifest(
                id, kind, Manifest.Form.FILE, "content.bin", pack.data(), files, 1, List.of(pack), needs, section);
    }

    private static ContentHashes hashes(byte[] content, Sha256 claimed) {
        int pieceLength = PieceLength.forContent(content.length);
        PieceHasher hasher = new PieceHasher(pieceLength);
        List<PieceHash> pieces = new ArrayList<>();
        for (int at = 0; at < content.length; at += pieceLength) {
            pieces.add(hasher.hash(
                    content, at, Math.min(pieceLength, content.length - at), content.length <= pieceLength));
        }
        return ContentHashes.assemble(claimed, content.length, pieces);
    }

    /** Publishes a bundle. */
    public void publishBundle(String name, String version, VerifiedManifest... members) {
        Bundle bundle = new Bundle(
                ReleaseName.parse(name),
                Version.parse(version),
                List.of(members).stream()
                        .map(member -> new Bundle.Member(member.manifest().id(), member.digest()))
                        .toList());
        put(Map.of(bundle.targetPath(), BundleCodec.encode(bundle)));
    }

    private void put(Map<String, byte[]> targets) {
        SigningRequest request = writer.stageTargets(targets, Instant.now()).orElseThrow();
        SigningRequest signed = request.sign(keys.targets().keys().getFirst());
        writer.publishTargets(signed.bytes(), targets, keys.online(), Instant.now());
    }

    /** The torrent of a published release. */
    public VerifiedTorrent torrent(VerifiedManifest manifest) {
        Pack pack = manifest.manifest().pack();
        try {
            return Torrents.check(
                    pack, Files.readAllBytes(writer.objectPath(pack.torrent().sha256())));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** An agent that has everything in {@code contents} and serves it. */
    public Node origin(String host, Map<VerifiedManifest, byte[]> contents) throws Exception {
        Node node = node(
                host, DeploymentRole.ORIGIN, RateLimits.NONE, new DirectoryMetadataSource(root.resolve("repository")));
        for (Map.Entry<VerifiedManifest, byte[]> entry : contents.entrySet()) {
            Partial partial = node.store.partial(entry.getKey(), torrent(entry.getKey()));
            Path file = Files.write(root.resolve("incoming"), entry.getValue());
            node.store.adopt(partial, file);
            node.store.promote(partial, node.store.verify(partial, bytes -> {}));
            node.store.discard(partial.id());
            node.agent.serve(entry.getKey()).get();
        }
        return node;
    }

    /** An agent on {@code host}, the last part of its address. */
    public Node agent(String host, RateLimits limits) throws Exception {
        return node(
                host,
                DeploymentRole.AGENT,
                limits,
                new HttpMetadataSource(
                        List.of(URI.create(tracker.url() + "/repository/")), HttpMetadataSource.Patience.DEFAULT));
    }

    /** An agent on {@code host} that puts things in place. */
    public Node agent(String host, Agent.InstallerStarter installer) throws Exception {
        Node node = new Node(
                this,
                identity(host, DeploymentRole.AGENT),
                directory(host),
                network + "." + host,
                RateLimits.NONE,
                Optional.of(installer),
                new HttpMetadataSource(
                        List.of(URI.create(tracker.url() + "/repository/")), HttpMetadataSource.Patience.DEFAULT));
        opened.add(node);
        return node;
    }

    /** Where the agent on {@code host} keeps what it has. */
    public Path directory(String host) {
        return root.resolve("node-" + host);
    }

    /** Who an agent is, started once or again. */
    public MachineIdentity identity(String host, DeploymentRole role) {
        return identities.computeIfAbsent(host, first -> machines.identity(role, "testville"));
    }

    private Node node(String host, DeploymentRole role, RateLimits limits, packhorse.core.trust.MetadataSource source)
            throws Exception {
        Node node = new Node(
                this, identity(host, role), directory(host), network + "." + host, limits, Optional.empty(), source);
        opened.add(node);
        return node;
    }

    @Override
    public void close() throws IOException {
        for (Node each : opened.reversed()) {
            each.close();
        }
        tracker.close();
        writer.close();
    }

    /** An agent with its store. */
    public static final class Node implements AutoCloseable {
        final MachineIdentity identity;
        final Store store;
        final PeerChannel channel;
        final Agent agent;
        /** The engine that was started last. */
        final AtomicReference<ProcessSwarm> engine = new AtomicReference<>();

        final Path socket;

        private Node(
                Deployment deployment,
                MachineIdentity identity,
                Path data,
                String address,
                RateLimits limits,
                Optional<Agent.InstallerStarter> installer,
                packhorse.core.trust.MetadataSource source)
                throws Exception {
            this.identity = identity;
            Files.createDirectories(data);
            TufClient catalogue =
                    new TufClient(source, TrustedStore.open(data.resolve("trust")), InstantSource.system());
            catalogue.initialise(deployment.writer.root());
            store = Store.open(data.resolve("store"));
            // Socket paths are short: 108 bytes are all there is.
            socket = Files.createTempDirectory("ph").resolve("s");
            SwarmConfig swarm = SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse("127.0.0.1"), 0))
                    .withLocal(List.of(PeerChannel.NEAR))
                    .withRates(limits.ofPacks());
            channel = RelayChannel.open(
                    ChannelConfig.on(new InetSocketAddress(address, 0)),
                    identity,
                    InstantSource.system(),
                    System::nanoTime);
            Optional<InetAddress> bind = Optional.of(InetAddress.getByName(address));
            agent = Agent.start(
                    AgentConfig.of(data, Optional.of(socket))
                            .withLimits(limits)
                            .withUnknownGrace(Duration.ofMillis(500))
                            .withInventory(false),
                    identity,
                    store,
                    events -> engine(deployment, swarm, events),
                    events -> TrackerSession.start(
                            sessions(deployment.tracker.wire(), bind),
                            identity,
                            new SecureRandom(),
                            InstantSource.system(),
                            events),
                    installer,
                    catalogue,
                    channel,
                    () -> Instant.now().plusNanos(deployment.turnedNanos.get()),
                    new SecureRandom(),
                    () -> System.nanoTime() + deployment.turnedNanos.get());
            agent.listening().get();
        }

        /** As usual, but a tracker that comes back is found at once. */
        private static SessionConfig sessions(HostPort tracker, Optional<InetAddress> bind) {
            SessionConfig usual = SessionConfig.of(List.of(tracker), Optional.empty(), bind);
            return new SessionConfig(
                    usual.wire().pausing(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofSeconds(1)),
                    usual.activeInterval(),
                    usual.idleInterval());
        }

        private SwarmPort engine(Deployment deployment, SwarmConfig swarm, Consumer<SwarmEvent> events) {
            if (!deployment.enginesApart) {
                return LibtorrentSwarm.start(swarm, events);
            }
            ProcessSwarm started = new ProcessSwarm.Starter(SwarmProcessConfig.in(store.root())).start(swarm, events);
            engine.set(started);
            return started;
        }

        /** Who it is. */
        public EndpointId id() {
            return identity.id();
        }

        public Agent agent() {
            return agent;
        }

        /** Asks through the socket and returns all replies. */
        public List<LocalReply> ask(LocalRequest request) {
            List<LocalReply> replies = new ArrayList<>();
            new AgentSocket(socket).ask(request, replies::add);
            return replies;
        }

        /** Pulls through the socket. */
        public List<LocalReply> pull(String name, String version, String out) {
            return ask(LocalRequest.newBuilder()
                    .setPull(Pull.newBuilder().setName(name).setVersion(version).setOut(out))
                    .build());
        }

        @Override
        public void close() throws IOException {
            agent.close();
            channel.close();
            store.close();
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.getParent());
        }
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
