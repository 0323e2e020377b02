package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.state.Priority;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** A channel with sockets in libtorrent's place. */
final class End implements AutoCloseable {
    /** What a swarm of a test is called. */
    static Sha256 pack(String name) {
        return Sha256.of(name.getBytes(StandardCharsets.UTF_8));
    }

    static InfoHash hash(String name) {
        return InfoHash.of(name.getBytes(StandardCharsets.UTF_8));
    }

    final MachineIdentity identity;
    final RelayChannel channel;
    final ServerSocket engine;
    private final BlockingQueue<Socket> arrived = new LinkedBlockingQueue<>();

    End(MachineIdentity identity, String ip, InstantSource clock) {
        this(
                identity,
                ChannelConfig.on(new InetSocketAddress(ip, 0))
                        .withPatience(Duration.ofSeconds(10), Duration.ofMillis(200)),
                clock);
    }

    End(MachineIdentity identity, ChannelConfig config, InstantSource clock) {
        this.identity = identity;
        this.channel = RelayChannel.open(config, identity, clock, System::nanoTime);
        try {
            this.engine = new ServerSocket(0, 500, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::listen);
        channel.engineAt(new PeerAddress(IpAddress.parse("127.0.0.1"), engine.getLocalPort()));
    }

    private void listen() {
        try {
            while (!engine.isClosed()) {
                arrived.add(engine.accept());
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    EndpointId id() {
        return identity.id();
    }

    PeerAddress at() {
        return channel.listening().getFirst();
    }

    RemotePeer near() {
        return new RemotePeer(id(), List.of(at()), false, false);
    }

    RemotePeer plain() {
        return new RemotePeer(id(), List.of(at()), false, true);
    }

    RemotePeer far() {
        return new RemotePeer(id(), List.of(at()), true, false);
    }

    LocalPeers connects(String swarm, RemotePeer... peers) {
        return swarm(swarm, Priority.NORMAL, List.of(peers), List.of());
    }

    LocalPeers allows(String swarm, RemotePeer... peers) {
        return swarm(swarm, Priority.NORMAL, List.of(), List.of(peers));
    }

    LocalPeers swarm(String swarm, Priority priority, List<RemotePeer> connect, List<RemotePeer> allow) {
        return channel.swarm(new SwarmAdmission(pack(swarm), hash(swarm), Optional.empty(), priority, connect, allow));
    }

    /** As libtorrent begins a connection. */
    static byte[] handshake(String swarm) {
        return ByteBuffer.allocate(68)
                .put("\u0013BitTorrent protocol".getBytes(StandardCharsets.ISO_8859_1))
                .put(new byte[8])
                .put(hash(swarm).bytes())
                .put(new byte[20])
                .array();
    }

    /** Connects to an alias and sends the handshake for {@code swarm}. */
    static Socket call(PeerAddress alias, String swarm) throws IOException {
        Socket socket = new Socket(alias.ip().toString(), alias.port());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(handshake(swarm));
        return socket;
    }

    /** The next connection that libtorrent would have got, its handshake read. */
    Socket arrival(String swarm) throws Exception {
        Socket socket = arrived.poll(60, TimeUnit.SECONDS);
        if (socket == null) {
            throw new IllegalStateException("nobody arrived; " + channel.refusals());
        }
        socket.setSoTimeout(60_000);
        byte[] begun = socket.getInputStream().readNBytes(68);
        if (!Arrays.equals(begun, handshake(swarm))) {
            throw new IllegalStateException("another handshake: " + Arrays.toString(begun));
        }
        return socket;
    }

    boolean nobodyArrived() {
        return arrived.isEmpty();
    }

    ChannelCount with(String swarm, End other) {
        return channel.counts().getOrDefault(pack(swarm), Map.of()).getOrDefault(other.id(), ChannelCount.ZERO);
    }

    Set<ChannelRefusal.Reason> reasons() {
        return channel.refusals().stream().map(ChannelRefusal::reason).collect(Collectors.toSet());
    }

    void awaitRefusal(ChannelRefusal.Reason reason) {
        Awaitility.await(reason + " at " + at())
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> reasons().contains(reason));
    }

    /** Nothing comes any more: the end, or a reset. */
    static boolean ended(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return true;
        }
    }

    static void send(Socket socket, byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    static byte[] receive(Socket socket, int length) throws IOException {
        InputStream in = socket.getInputStream();
        return in.readNBytes(length);
    }

    static void awaitBooks(String swarm, End one, End other) {
        Awaitility.await("the books")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    ChannelCount here = one.with(swarm, other);
                    ChannelCount there = other.with(swarm, one);
                    return here.wanIn() == there.wanOut()
                            && here.wanOut() == there.wanIn()
                            && here.lanIn() == there.lanOut()
                            && here.lanOut() == there.lanIn();
                });
    }

    /** What comes is booked a moment after it was answered. */
    void awaitLanIn(String swarm, End other, long bytes) {
        Awaitility.await("bytes from the neighbour")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertEquals(bytes, with(swarm, other).lanIn()));
    }

    void awaitConnections(int count) {
        Awaitility.await(count + " connections")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> channel.connections() == count);
    }

    @Override
    public void close() {
        channel.close();
        try {
            engine.close();
            for (@Nullable Socket left = arrived.poll(); left != null; left = arrived.poll()) {
                left.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
