package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelRefusal.Reason;

/** Ways to a peer that break, are roundabout, or lead nowhere. */
final class WaysTest {
    @TempDir
    Path dir;

    private TestDeployment deployment;

    @BeforeEach
    void create() {
        deployment = TestDeployment.create(dir);
    }

    private End agent(String ip) {
        return new End(deployment.identity(DeploymentRole.AGENT, "berlin"), ip, InstantSource.system());
    }

    @Test
    void aTornConnectionEndsAtBothEndsAndTheNextOneWorks() throws Exception {
        try (End a = agent("127.30.61.7");
                End b = agent("127.30.61.8");
                Wire wire = new Wire("127.30.61.9", b.at())) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", new RemotePeer(b.id(), List.of(wire.at()), false, false))
                    .connect()
                    .getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[10]);
                End.receive(in, 10);
                End.send(in, new byte[1]);
                End.receive(out, 1);
                wire.cut();
                assertTrue(End.ended(out));
                assertTrue(End.ended(in));
            }
            a.awaitConnections(0);
            b.awaitConnections(0);
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[10]);
                assertEquals(10, End.receive(in, 10).length);
                End.send(in, new byte[1]);
                End.receive(out, 1);
            }
            b.awaitLanIn("x", a, 2 * 78);
        }
    }

    /** An HTTP proxy that knows the way to one peer by a name that nobody else resolves to it. */
    private static final class Proxy implements AutoCloseable {
        final List<String> asked = new CopyOnWriteArrayList<>();
        private final ServerSocket door;
        private final PeerAddress to;
        private final String status;

        Proxy(String ip, PeerAddress to, String status) throws IOException {
            this.door = new ServerSocket(0, 10, InetAddress.getByName(ip));
            this.to = to;
            this.status = status;
            Thread.ofVirtual().start(this::serve);
        }

        HostPort at() {
            return new HostPort(door.getInetAddress().getHostAddress(), door.getLocalPort());
        }

        private void serve() {
            try {
                while (!door.isClosed()) {
                    Socket here = door.accept();
                    InputStream in = here.getInputStream();
                    StringBuilder head = new StringBuilder();
                    while (head.indexOf("\r\n\r\n") < 0) {
                        head.append((char) in.read());
                    }
                    asked.add(head.toString().lines().findFirst().orElse(""));
                    End.send(
                            here, ("HTTP/1.1 " + status + "\r\nVia: test\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                    Socket there = new Socket(to.ip().toString(), to.port());
                    Thread.ofVirtual().start(() -> copy(here, there));
                    Thread.ofVirtual().start(() -> copy(there, here));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private static void copy(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
                to.shutdownOutput();
            } catch (IOException e) {
                // One side hung up.
            }
        }

        @Override
        public void close() throws IOException {
            door.close();
        }
    }

    /** Where nobody listens. */
    private static PeerAddress nowhere() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.30.63.99"))) {
            return new PeerAddress(IpAddress.parse("127.30.63.99"), taken.getLocalPort());
        }
    }

    private End behind(Proxy proxy, String ip) {
        ChannelConfig config = ChannelConfig.on(new InetSocketAddress(ip, 0))
                .withPatience(Duration.ofSeconds(10), Duration.ofMillis(200))
                .through(Optional.of(proxy.at()));
        return new End(deployment.identity(DeploymentRole.AGENT, "berlin"), config, InstantSource.system());
    }

    @Test
    void aFarPeerThatNoDirectWayLeadsToIsReachedThroughTheProxyAndANearOneIsNot() throws Exception {
        PeerAddress unreachable = nowhere();
        try (End b = agent("127.30.63.1");
                Proxy proxy = new Proxy("127.30.63.2", b.at(), "200 Connection established");
                End a = behind(proxy, "127.30.63.3")) {
            b.allows("x", a.far());
            b.allows("y", a.near());
            PeerAddress far = a.connects("x", new RemotePeer(b.id(), List.of(unreachable), true, false))
                    .connect()
                    .getFirst();
            try (Socket out = End.call(far, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[] {1});
                assertEquals(1, in.getInputStream().read());
            }
            assertEquals(List.of("CONNECT " + unreachable + " HTTP/1.1"), proxy.asked);
            PeerAddress near = a.connects("y", new RemotePeer(b.id(), List.of(unreachable), false, false))
                    .connect()
                    .getFirst();
            try (Socket out = End.call(near, "y")) {
                assertTrue(End.ended(out));
            }
            a.awaitRefusal(Reason.UNREACHABLE);
            assertEquals(1, proxy.asked.size());
        }
    }

    @Test
    void aProxyThatRefusesIsOneClearLine() throws Exception {
        PeerAddress unreachable = nowhere();
        try (End b = agent("127.30.63.4");
                Proxy proxy = new Proxy("127.30.63.5", b.at(), "403 Forbidden");
                End a = behind(proxy, "127.30.63.6")) {
            PeerAddress alias = a.connects("x", new RemotePeer(b.id(), List.of(unreachable), true, false))
                    .connect()
                    .getFirst();
            try (Socket out = End.call(alias, "x")) {
                assertTrue(End.ended(out));
            }
            a.awaitRefusal(Reason.UNREACHABLE);
            String line = a.channel.refusals().getLast().line();
            assertTrue(line.contains("HTTP/1.1 403 Forbidden"), line);
            assertTrue(line.contains(proxy.at().toString()), line);
            assertFalse(line.contains("\n"), line);
        }
    }
}
