package packhorse.tracker.session;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Hello;
import packhorse.core.wire.WireConfig;
import packhorse.core.wire.WireCounts;
import packhorse.core.wire.WireServer;
import packhorse.core.wire.WireSession;

/**
 * Where agents come in: the wire's sessions become those of {@link AgentSessions}, and consoles' those of a
 * {@link ConsoleListener}. The deny-list is asked for each of them, and when it changes the sessions of those it names end at once.
 */
public final class SessionDoor implements AutoCloseable {
    private final WireServer server;

    private SessionDoor(WireServer server) {
        this.server = server;
    }

    /** Told of each report of an origin, on a thread that reads and must not block. */
    @FunctionalInterface
    public interface OriginListener {
        void reported(AgentReport report);
    }

    /** Opens it; throws {@link packhorse.core.OperationException} with one line when an address cannot be had. */
    public static SessionDoor open(
            List<InetSocketAddress> addresses,
            MachineIdentity identity,
            WireConfig config,
            AgentSessions sessions,
            DenyList denied,
            OriginListener origins,
            ConsoleListener consoles,
            InstantSource clock) {
        WireServer server = WireServer.open(
                addresses, identity, config, Set.of(), new Admitted(sessions, denied, origins, consoles), clock);
        denied.onChange(() ->
                server.closeIf(remote -> denied.refuse(remote).isPresent(), "this machine's certificate was revoked"));
        return new SessionDoor(server);
    }

    private record Admitted(AgentSessions sessions, DenyList denied, OriginListener origins, ConsoleListener consoles)
            implements WireServer.Listener {
        @Override
        public Optional<String> refuse(RemoteIdentity remote) {
            return switch (remote.role()) {
                case AGENT, ORIGIN -> denied.refuse(remote);
                case CONSOLE -> denied.refuse(remote).or(() -> consoles.refuse(remote));
                case TRACKER ->
                    Optional.of("this door is for agents and origins, and the certificate is of a "
                            + remote.role().word());
            };
        }

        @Override
        public void opened(WireSession session, Hello hello) {
            if (isConsole(session)) {
                consoles.opened(session);
            } else {
                sessions.opened(session);
            }
        }

        private static boolean isConsole(WireSession session) {
            return session.peer().role() == DeploymentRole.CONSOLE;
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            if (isConsole(session)) {
                return consoles.received(session, message);
            }
            boolean taken = sessions.received(session, message);
            if (taken && message.hasAgentReport() && session.peer().role() == DeploymentRole.ORIGIN) {
                origins.reported(message.getAgentReport());
            }
            return taken;
        }

        @Override
        public void closed(WireSession session) {
            if (isConsole(session)) {
                consoles.closed(session);
            } else {
                sessions.closed(session);
            }
        }
    }

    /** Where it listens, with the ports that the system chose where 0 was asked for. */
    public List<InetSocketAddress> addresses() {
        return server.addresses();
    }

    public WireCounts counts() {
        return server.counts();
    }

    @Override
    public void close() {
        server.close();
    }
}
