package packhorse.peer.swarm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import packhorse.core.content.Sha256;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;
import packhorse.peer.swarm.SwarmEvent.Bytes;

/** An engine in this process, on its own loopback address, with everything it told. */
final class Node implements AutoCloseable {
    final IpAddress ip;
    final List<SwarmEvent> events = new CopyOnWriteArrayList<>();
    final SwarmPort swarm;
    final PeerAddress address;

    Node(String ip, List<Subnet> local, SwarmCommand.RateLimits rates) {
        this(SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse(ip), 0))
                .withLocal(local)
                .withRates(rates));
    }

    Node(SwarmConfig config) {
        this(config, LibtorrentSwarm::start);
    }

    /** How an engine is started. */
    interface Kind {
        SwarmPort start(SwarmConfig config, Consumer<SwarmEvent> events);
    }

    Node(SwarmConfig config, Kind kind) {
        this.ip = config.listen().getFirst().ip();
        this.swarm = kind.start(config, events::add);
        this.address = await(SwarmEvent.Listening.class, event -> true).address();
    }

    static Node on(String ip) {
        return new Node(ip, List.of(), SwarmCommand.RateLimits.NONE);
    }

    /** In a process of its own that works in {@code store}. */
    static Node apart(String ip, Path store) {
        return apart(ip, store, SwarmCommand.RateLimits.NONE);
    }

    static Node apart(String ip, Path store, SwarmCommand.RateLimits rates) {
        return new Node(
                SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse(ip), 0))
                        .withRates(rates),
                new ProcessSwarm.Starter(SwarmProcessConfig.in(store))::start);
    }

    long pid() {
        if (swarm instanceof ProcessSwarm process) {
            return process.pid();
        }
        throw new IllegalStateException(ip + " runs in this process");
    }

    static SwarmCommand.RateLimits wan(String rate) {
        return SwarmCommand.RateLimits.wan(Optional.of(ByteRate.parse(rate)), Optional.of(ByteRate.parse(rate)));
    }

    void offer(SwarmCommand command) {
        if (!swarm.offer(command)) {
            throw new IllegalStateException("refused: " + command);
        }
    }

    Node add(Sample sample, Path directory, boolean complete) {
        offer(new SwarmCommand.Add(sample.torrent(), directory, complete));
        return this;
    }

    Node allow(Sample sample, Node... others) {
        offer(new SwarmCommand.Peers(
                sample.id(),
                List.of(),
                Arrays.stream(others).map(node -> node.ip).toList()));
        return this;
    }

    /** Connects to the seeds and lets the others in. */
    Node connect(Sample sample, List<Node> seeds, Node... others) {
        offer(new SwarmCommand.Peers(
                sample.id(),
                seeds.stream().map(node -> node.address).toList(),
                Arrays.stream(others).map(node -> node.ip).toList()));
        return this;
    }

    <E extends SwarmEvent> List<E> all(Class<E> kind) {
        List<E> found = new ArrayList<>();
        for (SwarmEvent event : events) {
            if (kind.isInstance(event)) {
                found.add(kind.cast(event));
            }
        }
        return found;
    }

    <E extends SwarmEvent> E await(Class<E> kind, Predicate<E> which) {
        return Awaitility.await(kind.getSimpleName() + " at " + ip)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> all(kind).stream().filter(which).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    SwarmEvent.Complete awaitComplete(Sample sample) {
        return await(SwarmEvent.Complete.class, event -> event.pack().equals(sample.id()));
    }

    /** Counters as last told. */
    Map<IpAddress, Bytes> counters(Sha256 pack) {
        List<SwarmEvent.Counters> told = all(SwarmEvent.Counters.class).stream()
                .filter(event -> event.pack().equals(pack))
                .toList();
        return told.isEmpty() ? Map.of() : told.getLast().byPeer();
    }

    Bytes with(Sample sample, Node other) {
        return counters(sample.id()).getOrDefault(other.ip, Bytes.ZERO);
    }

    @Override
    public void close() {
        swarm.close();
    }
}
