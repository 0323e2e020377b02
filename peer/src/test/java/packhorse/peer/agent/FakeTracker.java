package packhorse.peer.agent;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Function;
import packhorse.core.content.Sha256;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.AllowedPeer;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Hello;
import packhorse.core.message.v1.PeerHint;
import packhorse.core.message.v1.Prefix;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.state.DesiredState;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.wire.WireConfig;
import packhorse.core.wire.WireServer;
import packhorse.core.wire.WireSession;

/**
 * A tracker of few words: everyone is handed everyone else of the same swarm, and it mirrors a repository from a directory over
 * plain HTTP. Its sessions are real ones. What else it is to say or to answer, the test says with {@link #sendAll} and
 * {@link #answering}.
 */
public final class FakeTracker implements AutoCloseable {
    private final HttpServer http;
    private final Path repository;
    /** Set by {@link #start} before anybody else has this object. */
    @SuppressWarnings("NullAway.Init")
    private WireServer server;

    // Guarded by this.
    private final Map<WireSession, AgentReport> agents = new LinkedHashMap<>();
    private final Map<WireSession, Long> told = new HashMap<>();
    private final Set<WireSession> sessions = new HashSet<>();
    private final Map<Sha256, Map<PeerAddress, Optional<EndpointId>>> alwaysThere = new LinkedHashMap<>();
    private final List<AgentReport> heard = new ArrayList<>();
    private final List<Envelope> received = new ArrayList<>();
    private final Map<EndpointId, List<Envelope>> receivedFrom = new HashMap<>();
    private final Map<EndpointId, Envelope> orders = new HashMap<>();
    private final Map<EndpointId, Sha256> summons = new HashMap<>();
    private Function<Envelope, List<Envelope>> answers = FakeTracker::generous;
    private Optional<String> refusal = Optional.empty();
    private List<Subnet> local = List.of();
    private long wanDown;
    private boolean closing;
    private long revision = 1;

    private FakeTracker(HttpServer http, Path repository) {
        this.http = http;
        this.repository = repository;
    }

    /** With the wire on {@code address} and {@code port}, 0 for any. */
    public static FakeTracker start(MachineIdentity identity, String address, int port, Path repository)
            throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(address, 0), 50);
        FakeTracker tracker = new FakeTracker(http, repository);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/repository/", tracker::file);
        http.start();
        tracker.server = WireServer.open(
                List.of(new InetSocketAddress(address, port)),
                identity,
                WireConfig.DEFAULT,
                Set.of(),
                tracker.new Hub(),
                java.time.InstantSource.system());
        return tracker;
    }

    /** Where the repository is. */
    public URI url() {
        return URI.create("http://" + http.getAddress().getHostString() + ":"
                + http.getAddress().getPort());
    }

    /** Where sessions are taken. */
    public HostPort wire() {
        InetSocketAddress address = server.addresses().getFirst();
        return new HostPort(address.getAddress().getHostAddress(), address.getPort());
    }

    public int port() {
        return server.addresses().getFirst().getPort();
    }

    /** What counts as the site of whoever asks. */
    public void local(String subnet, long wanDownBytesPerSecond) {
        change(() -> {
            local = List.of(Subnet.parse(subnet));
            wanDown = wanDownBytesPerSecond;
        });
    }

    /** A peer that reports to nobody, and has no identity either. */
    public void alwaysThere(Sha256 pack, PeerAddress peer) {
        change(() ->
                alwaysThere.computeIfAbsent(pack, key -> new LinkedHashMap<>()).put(peer, Optional.empty()));
    }

    /** A peer that reports to nobody. */
    public void alwaysThere(Sha256 pack, PeerAddress peer, EndpointId id) {
        change(() ->
                alwaysThere.computeIfAbsent(pack, key -> new LinkedHashMap<>()).put(peer, Optional.of(id)));
    }

    /** Calls on an endpoint to carry a pack for its site. */
    public void summon(EndpointId endpoint, Sha256 pack) {
        change(() -> summons.put(endpoint, pack));
    }

    /** Every report so far. */
    public synchronized List<AgentReport> heard() {
        return List.copyOf(heard);
    }

    /** Everything else so far. */
    public synchronized List<Envelope> received() {
        return List.copyOf(received);
    }

    /** Everything else that one endpoint said so far. */
    public synchronized List<Envelope> received(EndpointId from) {
        return List.copyOf(receivedFrom.getOrDefault(from, List.of()));
    }

    /** What an endpoint should have: said now, and at the beginning of each of its sessions. */
    public synchronized void order(EndpointId endpoint, DesiredState desired) {
        Envelope message = Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setDesiredState(StateCodec.write(desired))
                .build();
        orders.put(endpoint, message);
        sessions.stream()
                .filter(session -> session.peer().id().equals(endpoint))
                .forEach(session -> session.send(message));
    }

    /** What to answer messages other than reports with. */
    public synchronized void answering(Function<Envelope, List<Envelope>> how) {
        answers = how;
    }

    /** Everything may be had, and every report is stored. */
    public static List<Envelope> generous(Envelope message) {
        Envelope.Builder answer = Envelope.newBuilder().setVersion(FrameCodec.VERSION);
        return switch (message.getBodyCase()) {
            case ENTITLEMENT_QUESTION ->
                List.of(answer.setEntitlementAnswer(EntitlementAnswer.newBuilder()
                                .setNumber(message.getEntitlementQuestion().getNumber())
                                .addAllAllowed(message.getEntitlementQuestion().getSubjectsList()))
                        .build());
            case STATUS_REPORTS ->
                List.of(answer.setReportsStored(ReportsStored.newBuilder()
                                .setJournal(message.getStatusReports().getJournal())
                                .setSequence(message.getStatusReports().getReportsList().stream()
                                        .mapToLong(StatusReport::getSequence)
                                        .max()
                                        .orElse(message.getStatusReports().getOldest() - 1)))
                        .build());
            default -> List.of();
        };
    }

    /** Says something to everybody who has a session. */
    public synchronized void sendAll(Envelope message) {
        sessions.forEach(session -> session.send(message));
    }

    /** From now on nobody is let in, and those who are in are sent away; empty lets them in again. */
    public synchronized void refuse(Optional<String> reason) {
        refusal = reason;
        reason.ifPresent(why -> server.closeIf(remote -> true, why));
    }

    private synchronized void change(Runnable what) {
        what.run();
        revision++;
        tellAll();
    }

    private void tellAll() {
        agents.forEach((session, report) -> {
            if (told.getOrDefault(session, 0L) != revision) {
                told.put(session, revision);
                session.send(Envelope.newBuilder()
                        .setVersion(FrameCodec.VERSION)
                        .setAssignment(assignment(session, report))
                        .build());
            }
        });
    }

    private final class Hub implements WireServer.Listener {
        @Override
        public Optional<String> refuse(RemoteIdentity remote) {
            synchronized (FakeTracker.this) {
                return refusal;
            }
        }

        @Override
        public void opened(WireSession session, Hello hello) {
            synchronized (FakeTracker.this) {
                sessions.add(session);
                Envelope order = orders.get(session.peer().id());
                if (order != null) {
                    session.send(order);
                }
            }
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            synchronized (FakeTracker.this) {
                if (message.hasAgentReport()) {
                    report(session, message.getAgentReport());
                } else {
                    received.add(message);
                    receivedFrom
                            .computeIfAbsent(session.peer().id(), id -> new ArrayList<>())
                            .add(message);
                    answers.apply(message).forEach(session::send);
                }
            }
            return true;
        }

        @Override
        public void closed(WireSession session) {
            synchronized (FakeTracker.this) {
                sessions.remove(session);
                told.remove(session);
                // A tracker that dies takes nobody's neighbours away.
                if (agents.remove(session) != null && !closing) {
                    revision++;
                    tellAll();
                }
            }
        }
    }

    private void report(WireSession session, AgentReport report) {
        heard.add(report);
        Set<List<Object>> before = membership();
        if (report.getLeaving()) {
            agents.remove(session);
        } else {
            agents.put(session, report);
        }
        if (!membership().equals(before)) {
            revision++;
        }
        tellAll();
    }

    private Set<List<Object>> membership() {
        Set<List<Object>> members = new HashSet<>();
        agents.forEach((session, report) -> report.getSwarmsList()
                .forEach(swarm ->
                        members.add(List.of(session, swarm.getPack(), swarm.getWants(), report.getListenList()))));
        return members;
    }

    private Assignment assignment(WireSession session, AgentReport report) {
        Assignment.Builder assignment = Assignment.newBuilder()
                .setRevision(revision)
                .setSite("testville")
                .setWanDownBytesPerSecond(wanDown);
        local.forEach(subnet -> assignment.addLocal(Prefix.newBuilder()
                .setIp(ByteString.copyFrom(subnet.base().bytes()))
                .setLength(subnet.prefixLength())));
        for (SwarmState swarm : report.getSwarmsList()) {
            SwarmAssignment.Builder duty =
                    SwarmAssignment.newBuilder().setPack(swarm.getPack()).setRole(Role.ROLE_ORDINARY);
            agents.forEach((other, theirs) -> {
                boolean shares = !other.equals(session)
                        && theirs.getSwarmsList().stream()
                                .anyMatch(their -> their.getPack().equals(swarm.getPack()));
                if (shares && theirs.getListenCount() > 0) {
                    add(
                            duty,
                            swarm,
                            theirs.getListen(0),
                            Optional.of(other.peer().id()));
                }
            });
            alwaysThere
                    .getOrDefault(Sha256.ofDigest(swarm.getPack().toByteArray()), Map.of())
                    .forEach((peer, id) -> add(
                            duty,
                            swarm,
                            Endpoint.newBuilder()
                                    .setIp(ByteString.copyFrom(peer.ip().bytes()))
                                    .setPort(peer.port())
                                    .build(),
                            id));
            assignment.addSwarms(duty);
        }
        Sha256 summoned = summons.get(session.peer().id());
        boolean carries = summoned != null
                && report.getSwarmsList().stream()
                        .anyMatch(swarm ->
                                Sha256.ofDigest(swarm.getPack().toByteArray()).equals(summoned));
        if (summoned != null && !carries) {
            assignment.addSwarms(SwarmAssignment.newBuilder()
                    .setPack(ByteString.copyFrom(summoned.bytes()))
                    .setRole(Role.ROLE_SITE_PEER));
        }
        return assignment.build();
    }

    private void add(SwarmAssignment.Builder duty, SwarmState swarm, Endpoint peer, Optional<EndpointId> id) {
        boolean outside = local.stream()
                .noneMatch(subnet -> subnet.contains(
                        packhorse.core.topology.IpAddress.ofBytes(peer.getIp().toByteArray())));
        duty.addAllow(peer);
        PeerHint.Builder hint = PeerHint.newBuilder().setEndpoint(peer).setOutside(outside);
        id.ifPresent(known -> {
            ByteString bytes = ByteString.copyFrom(known.bytes());
            hint.setAgentId(bytes);
            duty.addAllowPeers(AllowedPeer.newBuilder()
                    .setAgentId(bytes)
                    .setOutside(outside)
                    .addListen(peer));
        });
        if (swarm.getWants()) {
            duty.addPeers(hint);
        }
    }

    private void file(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring("/repository/".length());
        Path file = repository.resolve(path);
        if (!Files.isRegularFile(file)) {
            exchange.sendResponseHeaders(404, -1);
        } else {
            byte[] bytes = Files.readAllBytes(file);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    /** Takes no sessions any more, and goes on to mirror the repository. */
    public void closeWire() {
        server.close();
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        closeWire();
        http.stop(0);
    }
}
