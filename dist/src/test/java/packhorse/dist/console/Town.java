package packhorse.dist.console;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import packhorse.console.trackers.ConsoleDesk;
import packhorse.console.trackers.TrackerSessions;
import packhorse.console.trackers.TrackersConfig;
import packhorse.core.config.SiteMapFile;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.message.v1.Welcome;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;
import packhorse.core.wire.WireClient;
import packhorse.core.wire.WireClientConfig;
import packhorse.core.wire.WireConfig;
import packhorse.core.wire.WireSession;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.console.ConsoleGovernance;
import packhorse.tracker.console.Kept;
import packhorse.tracker.selection.Rules;
import packhorse.tracker.session.AgentSessions;
import packhorse.tracker.session.SessionConfig;
import packhorse.tracker.session.SessionDoor;

/** Trackers, consoles and agents of one deployment in this process; closed in reverse. */
final class Town implements AutoCloseable {
    static final InstantSource CLOCK = InstantSource.system();

    private static final Duration SOON = Duration.ofSeconds(60);

    private static final String SITES = """
        sites:
          - name: berlin
            subnets: [127.0.0.0/8]
            wan: {down: 100Mbit, up: 20Mbit}
        """;

    final TestDeployment deployment;
    private final String address;
    private final Deque<Runnable> opened = new ArrayDeque<>();

    /** @param address of the loopback network, for this test alone */
    Town(Path directory, String address) {
        this.deployment = TestDeployment.create(directory);
        this.address = address;
    }

    /** A tracker as far as sessions go. */
    final class Tracker implements AutoCloseable {
        final ConsoleGovernance governance;
        final AgentSessions sessions;
        final SessionDoor door;

        Tracker(int port, Kept kept) {
            governance = ConsoleGovernance.start(() -> new Mirror.Contents(0, List.of(), List.of()), CLOCK, kept);
            sessions = AgentSessions.start(
                    new SessionConfig(Rules.DEFAULT, Duration.ofSeconds(2), Duration.ofMillis(10), Duration.ZERO),
                    governance.sites().orElseGet(() -> SiteMapFile.parse("sites.yaml", SITES)),
                    CLOCK,
                    CLOCK,
                    (serving, agents) -> {},
                    governance,
                    governance.denied(DenyList.none()));
            governance.onSites(sessions::sites);
            door = SessionDoor.open(
                    List.of(new InetSocketAddress(address, port)),
                    deployment.identity(DeploymentRole.TRACKER, "centre"),
                    WireConfig.DEFAULT,
                    sessions,
                    governance.denied(DenyList.none()),
                    report -> {},
                    governance,
                    CLOCK);
        }

        HostPort at() {
            InetSocketAddress at = door.addresses().getFirst();
            return new HostPort(at.getAddress().getHostAddress(), at.getPort());
        }

        @Override
        public void close() {
            door.close();
            sessions.close();
            governance.close();
        }
    }

    Tracker tracker() {
        return tracker(0, Kept.nowhere());
    }

    /** A tracker in place of one that was closed. */
    Tracker tracker(HostPort at) {
        return tracker(at.port(), Kept.nowhere());
    }

    Tracker tracker(int port, Kept kept) {
        Tracker tracker = new Tracker(port, kept);
        return closing(tracker, tracker::close);
    }

    TrackerSessions console(ConsoleDesk desk, HostPort... trackers) {
        return console(deployment.identity(DeploymentRole.CONSOLE, "centre"), desk, trackers);
    }

    TrackerSessions console(MachineIdentity identity, ConsoleDesk desk, HostPort... trackers) {
        TrackersConfig config = new TrackersConfig(
                List.of(trackers),
                "packhorse test",
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                Duration.ofMillis(100));
        TrackerSessions console = TrackerSessions.start(config, identity, desk, CLOCK, new Random(7));
        return closing(console, console::close);
    }

    Agent agent(HostPort tracker) {
        Agent agent = new Agent(deployment.identity(DeploymentRole.AGENT, "berlin"), tracker);
        return closing(agent, agent::close);
    }

    /** Somebody who says what the test wants. */
    Caller caller(MachineIdentity identity, HostPort tracker) {
        Caller caller = new Caller(identity, tracker);
        return closing(caller, caller::close);
    }

    <T> T closing(T what, Runnable end) {
        opened.push(end);
        return what;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }

    /** Anybody with a certificate, who says frames and keeps what is said. */
    static class Caller implements WireClient.Listener, AutoCloseable {
        final List<Envelope> heard = new CopyOnWriteArrayList<>();
        final List<String> refusals = new CopyOnWriteArrayList<>();
        final WireClient client;

        Caller(MachineIdentity identity, HostPort tracker) {
            this.client = WireClient.startAlone(
                    WireClientConfig.of(List.of(tracker), Optional.empty(), Optional.empty(), "packhorse test", 1)
                            .pausing(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(100)),
                    identity,
                    this,
                    new Random(7),
                    CLOCK);
        }

        @Override
        public void reached(String server, WireSession session, Welcome welcome) {
            // Whoever has something to say says it.
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            heard.add(message);
            return true;
        }

        @Override
        public void unreachable(String line) {
            refusals.add(line);
        }

        @Override
        public void refused(String line) {
            refusals.add(line);
        }

        void say(Envelope.Builder message) {
            await().atMost(SOON).until(() -> client.send(message.setVersion(2).build()));
        }

        /** Waits for a message. */
        Envelope hear(String what, Predicate<Envelope> wanted) {
            await(what).atMost(SOON).until(() -> heard.stream().anyMatch(wanted));
            return heard.stream()
                    .filter(wanted)
                    .reduce((first, second) -> second)
                    .orElseThrow();
        }

        @Override
        public void close() {
            client.close();
        }
    }

    /** An agent: reports in each session that it is there. */
    static final class Agent extends Caller {
        final EndpointId id;
        volatile long acting;
        final AtomicLong sequence = new AtomicLong();

        Agent(MachineIdentity identity, HostPort tracker) {
            super(identity, tracker);
            this.id = identity.id();
        }

        @Override
        public void reached(String server, WireSession session, Welcome welcome) {
            report(session);
        }

        private void report(WireSession session) {
            var unused = session.send(Envelope.newBuilder()
                    .setVersion(2)
                    .setAgentReport(AgentReport.newBuilder()
                            .setIncarnation(1)
                            .setSequence(sequence.incrementAndGet())
                            .setDesiredRevision(acting)
                            .addListen(Endpoint.newBuilder()
                                    .setIp(ByteString.copyFrom(
                                            IpAddress.parse("127.0.0.1").bytes()))
                                    .setPort(7100)))
                    .build());
        }

        /** Reports of its journal, those from one sequence to another. */
        void tell(long from, long to) {
            StatusReports.Builder reports =
                    StatusReports.newBuilder().setJournal(77).setOldest(1);
            for (long sequence = from; sequence <= to; sequence++) {
                reports.addReports(
                        StatusReport.newBuilder().setSequence(sequence).setAction("a1"));
            }
            say(Envelope.newBuilder().setStatusReports(reports));
        }

        void ask(String action) {
            say(Envelope.newBuilder().setLeaseRequest(LeaseRequest.newBuilder().setAction(action)));
        }

        /** Waits until it was told that its reports are stored up to there. */
        void isAcknowledged(long sequence) {
            var unused = hear(
                    "stored up to " + sequence,
                    message -> message.getReportsStored().getSequence() == sequence);
        }

        boolean wasTold(long revision) {
            return heard.stream().anyMatch(message -> message.getDesiredState().getRevision() == revision);
        }

        Envelope isTold(long revision) {
            return hear(
                    "desired state " + revision,
                    message -> message.getDesiredState().getRevision() == revision);
        }
    }
}
