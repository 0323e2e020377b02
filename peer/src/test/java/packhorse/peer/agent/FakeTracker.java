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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import packhorse.core.content.Sha256;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.PeerHint;
import packhorse.core.message.v1.Prefix;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;

/**
 * A tracker of few words: everyone is handed everyone else of the same swarm, and it mirrors a repository from a directory.
 * It speaks frames over HTTP with long poll, as the real one does.
 */
public final class FakeTracker implements AutoCloseable {
    private final HttpServer server;
    private final Path repository;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<ByteString, AgentReport> agents = new LinkedHashMap<>();
    private final Map<Sha256, List<PeerAddress>> alwaysThere = new LinkedHashMap<>();
    private final List<AgentReport> heard = new ArrayList<>();
    private List<Subnet> local = List.of();
    private long wanDown;
    private long revision = 1;

    private FakeTracker(HttpServer server, Path repository) {
        this.server = server;
        this.repository = repository;
    }

    public static FakeTracker start(String address, int port, Path repository) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 50);
        FakeTracker tracker = new FakeTracker(server, repository);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/agent", tracker::agent);
        server.createContext("/repository/", tracker::file);
        server.start();
        return tracker;
    }

    public URI url() {
        return URI.create("http://" + server.getAddress().getHostString() + ":"
                + server.getAddress().getPort());
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** What counts as the site of whoever asks. */
    public void local(String subnet, long wanDownBytesPerSecond) {
        change(() -> {
            local = List.of(Subnet.parse(subnet));
            wanDown = wanDownBytesPerSecond;
        });
    }

    /** A peer that reports to nobody. */
    public void alwaysThere(Sha256 pack, PeerAddress peer) {
        change(() -> alwaysThere.computeIfAbsent(pack, key -> new ArrayList<>()).add(peer));
    }

    /** Every report so far. */
    public List<AgentReport> heard() {
        lock.lock();
        try {
            return List.copyOf(heard);
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
            revision++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void agent(HttpExchange exchange) throws IOException {
        Envelope envelope = FrameCodec.decode(exchange.getRequestBody().readAllBytes());
        Assignment answer;
        try {
            answer = answer(envelope.getAgentReport());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        byte[] frame = FrameCodec.encode(
                Envelope.newBuilder().setVersion(1).setAssignment(answer).build());
        exchange.sendResponseHeaders(200, frame.length);
        exchange.getResponseBody().write(frame);
        exchange.close();
    }

    private Assignment answer(AgentReport report) throws InterruptedException {
        lock.lock();
        try {
            heard.add(report);
            Set<List<Object>> before = membership();
            if (report.getLeaving()) {
                agents.remove(report.getAgentId());
            } else {
                agents.put(report.getAgentId(), report);
            }
            if (!membership().equals(before)) {
                revision++;
                changed.signalAll();
            }
            long nanos = TimeUnit.MILLISECONDS.toNanos(report.getHoldMillis());
            while (revision <= report.getKnownRevision() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return assignment(report);
        } finally {
            lock.unlock();
        }
    }

    private Set<List<Object>> membership() {
        Set<List<Object>> members = new HashSet<>();
        agents.forEach((id, report) -> report.getSwarmsList()
                .forEach(swarm -> members.add(List.of(id, swarm.getPack(), swarm.getWants(), report.getListenList()))));
        return members;
    }

    private Assignment assignment(AgentReport report) {
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
            agents.forEach((id, other) -> {
                boolean shares = !id.equals(report.getAgentId())
                        && other.getSwarmsList().stream()
                                .anyMatch(theirs -> theirs.getPack().equals(swarm.getPack()));
                if (shares && other.getListenCount() > 0) {
                    add(duty, swarm, other.getListen(0));
                }
            });
            alwaysThere
                    .getOrDefault(Sha256.ofDigest(swarm.getPack().toByteArray()), List.of())
                    .forEach(peer -> add(
                            duty,
                            swarm,
                            Endpoint.newBuilder()
                                    .setIp(ByteString.copyFrom(peer.ip().bytes()))
                                    .setPort(peer.port())
                                    .build()));
            assignment.addSwarms(duty);
        }
        return assignment.build();
    }

    private static void add(SwarmAssignment.Builder duty, SwarmState swarm, Endpoint peer) {
        duty.addAllow(peer);
        if (swarm.getWants()) {
            duty.addPeers(PeerHint.newBuilder().setEndpoint(peer));
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

    @Override
    public void close() {
        server.stop(0);
    }
}
