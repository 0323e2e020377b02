package packhorse.core.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Hello;
import packhorse.core.message.v1.Welcome;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.HostPort;

/** A server and clients for tests of sessions, on loopback addresses of their own; closed in reverse. */
final class Wires implements AutoCloseable {
    final TestDeployment deployment;
    private final List<AutoCloseable> opened = new ArrayList<>();

    Wires(Path directory) {
        this.deployment = TestDeployment.create(directory);
    }

    /** What a server heard. */
    static final class Hub implements WireServer.Listener {
        final Set<WireSession> open = ConcurrentHashMap.newKeySet();
        final List<Hello> hellos = new CopyOnWriteArrayList<>();
        final List<Envelope> received = new CopyOnWriteArrayList<>();
        final List<RemoteIdentity> asked = new CopyOnWriteArrayList<>();
        final List<WireSession> closed = new CopyOnWriteArrayList<>();
        volatile Function<RemoteIdentity, Optional<String>> refusal = remote -> Optional.empty();
        volatile boolean full;
        volatile boolean echo;

        @Override
        public Optional<String> refuse(RemoteIdentity remote) {
            asked.add(remote);
            return refusal.apply(remote);
        }

        @Override
        public void opened(WireSession session, Hello hello) {
            hellos.add(hello);
            open.add(session);
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            if (full) {
                return false;
            }
            received.add(message);
            if (echo) {
                var unused = session.send(message);
            }
            return true;
        }

        @Override
        public void closed(WireSession session) {
            open.remove(session);
            closed.add(session);
        }

        WireSession only() {
            return open.iterator().next();
        }
    }

    /** What a client heard. */
    static final class Ear implements WireClient.Listener {
        final List<Welcome> welcomes = new CopyOnWriteArrayList<>();
        final List<WireSession> sessions = new CopyOnWriteArrayList<>();
        final List<Envelope> received = new CopyOnWriteArrayList<>();
        final List<String> unreachable = new CopyOnWriteArrayList<>();
        final List<String> refused = new CopyOnWriteArrayList<>();
        volatile boolean full;

        @Override
        public void reached(String server, WireSession session, Welcome welcome) {
            sessions.add(session);
            welcomes.add(welcome);
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            if (full) {
                return false;
            }
            received.add(message);
            return true;
        }

        @Override
        public void unreachable(String line) {
            unreachable.add(line);
        }

        @Override
        public void refused(String line) {
            refused.add(line);
        }
    }

    <T extends AutoCloseable> T closing(T what) {
        opened.add(what);
        return what;
    }

    WireServer server(String address, WireConfig config, WireServer.Listener hub) {
        return server(address, config, hub, deployment.identity(DeploymentRole.TRACKER, "centre"));
    }

    WireServer server(String address, WireConfig config, WireServer.Listener hub, MachineIdentity identity) {
        return closing(WireServer.open(
                List.of(new InetSocketAddress(address, 0)),
                identity,
                config,
                Set.of("late-feature"),
                hub,
                InstantSource.system()));
    }

    MachineIdentity agent() {
        return deployment.identity(DeploymentRole.AGENT, "berlin");
    }

    static HostPort at(WireServer server) {
        InetSocketAddress address = server.addresses().getFirst();
        return new HostPort(address.getAddress().getHostAddress(), address.getPort());
    }

    static WireClientConfig to(HostPort... servers) {
        return WireClientConfig.of(List.of(servers), Optional.empty(), Optional.empty(), "packhorse test", 1)
                .pausing(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(200));
    }

    WireClient client(WireClientConfig config, MachineIdentity identity, Ear ear) {
        return closing(WireClient.startAlone(config, identity, ear, new Random(7), InstantSource.system()));
    }

    /** A message of about that many bytes. */
    static Envelope message(long number, int bytes) {
        return Envelope.newBuilder()
                .setVersion(2)
                .setAgentReport(AgentReport.newBuilder()
                        .setSequence(number)
                        .setAgentId(com.google.protobuf.ByteString.copyFrom(new byte[bytes])))
                .build();
    }

    @Override
    public void close() throws IOException {
        for (AutoCloseable each : opened.reversed()) {
            try {
                each.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
