package packhorse.peer.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.AllowedPeer;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.BanNotice;
import packhorse.core.message.v1.DenyList;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Envelope.BodyCase;
import packhorse.core.message.v1.Hello;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.PeerHint;
import packhorse.core.message.v1.Refusal;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireClientConfig;
import packhorse.core.wire.WireConfig;
import packhorse.core.wire.WireServer;
import packhorse.core.wire.WireSession;
import packhorse.peer.site.Duty;
import packhorse.peer.site.Neighbour;

@Timeout(180)
final class TrackerSessionTest {
    private static final AgentReport REPORT =
            AgentReport.newBuilder().setIncarnation(1).build();

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<SessionEvent> events = new CopyOnWriteArrayList<>();
    private final List<AgentReport> heard = new CopyOnWriteArrayList<>();
    private final List<Envelope> others = new CopyOnWriteArrayList<>();
    private final List<InetAddress> from = new CopyOnWriteArrayList<>();
    private final List<WireSession> sessions = new CopyOnWriteArrayList<>();

    @BeforeEach
    void deploy() {
        deployment = TestDeployment.create(directory);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    @Test
    void assignmentsComeDownReportsGoUpAndGoodbyeIsSaid() throws Exception {
        HostPort tracker = tracker("127.31.21.1", (session, report) -> {
            if (!report.getLeaving()) {
                push(session, assignment(heard.size()));
            }
        });
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(50));

        session.report(REPORT, true, false);
        await().until(() -> acknowledged().size() == 1);
        session.report(withBan(1), true, false);
        await().until(() -> acknowledged().size() == 2);
        session.close();

        await().until(() -> heard.getLast().getLeaving());
        assertEquals(new SessionEvent.Reached(tracker.toString()), events.getFirst());
        assertEquals(List.of(1L, 2L), assigned());
        assertEquals(0, heard.get(0).getKnownRevision());
        assertEquals(1, heard.get(1).getKnownRevision());
        assertEquals(List.of(1L, 2L), acknowledged());
        for (int i = 1; i < heard.size(); i++) {
            assertTrue(heard.get(i).getSequence() > heard.get(i - 1).getSequence());
        }
        assertEquals(
                List.of("127.31.21.2"),
                from.stream().map(InetAddress::getHostAddress).distinct().toList());
    }

    @Test
    void whatCannotWaitGoesAtOnceAndABurstIsOneReport() throws Exception {
        HostPort tracker = tracker("127.31.22.1", (session, report) -> {});
        TrackerSession session = session(List.of(tracker), Duration.ofMinutes(5));
        session.report(REPORT, true, false);
        await().until(() -> heard.size() == 1);

        session.report(withBan(1), true, false);
        for (int i = 2; i <= 20; i++) {
            session.report(withBan(i), true, true);
        }

        await().atMost(Duration.ofSeconds(60)).until(() -> last().getBans(0).getCount() == 20);
        assertTrue(heard.size() <= 10, heard.size() + " reports");
    }

    @Test
    void anAgentThatHasNothingNewTellsNothing() throws Exception {
        HostPort tracker = tracker("127.31.27.1", (session, report) -> {});
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(10));
        session.report(REPORT, true, false);
        await().until(() -> heard.size() == 1);

        session.report(REPORT, true, false);
        session.report(withBan(1), true, false);

        await().until(() -> heard.size() == 2);
        assertEquals(1, last().getBansCount());
        await().during(Duration.ofMillis(300)).until(() -> heard.size() == 2);
    }

    @Test
    void anotherTrackerTakesOverAndIsToldThatWeKnowNothing() throws Exception {
        HostPort first = tracker("127.31.23.1", (session, report) -> push(session, assignment(70)));
        HostPort second = tracker("127.31.23.3", (session, report) -> push(session, assignment(7)));
        TrackerSession session = session(List.of(first, second), Duration.ofMillis(100));
        session.report(REPORT, true, false);
        await().until(() -> assigned().contains(70L));

        opened.getFirst().close();

        await().until(() -> events.contains(new SessionEvent.Reached(second.toString())));
        await().until(() -> assigned().contains(7L));
        assertEquals(0, last().getKnownRevision());
        assertTrue(events.stream().anyMatch(SessionEvent.Unreachable.class::isInstance));
    }

    @Test
    void aTrackerThatSendsNonsenseIsNotFollowed() throws Exception {
        List<Assignment.Builder> nonsense = List.of(
                assignment(1, SwarmAssignment.newBuilder().setPack(ByteString.copyFrom(new byte[3]))),
                assignment(2, swarm().setShareIndex(9).setShareCount(2)),
                assignment(3, swarm().addPeers(PeerHint.newBuilder().setEndpoint(endpoint(70_000)))),
                assignment(
                        4,
                        swarm().addAllowPeers(AllowedPeer.newBuilder().setAgentId(ByteString.copyFrom(new byte[7])))));
        HostPort tracker = tracker("127.31.24.1", (session, report) -> {
            int index = sessions.size() - 1;
            push(session, index < nonsense.size() ? nonsense.get(index) : assignment(9));
        });
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(100));

        session.report(REPORT, true, false);

        await().until(() -> !assigned().isEmpty());
        assertEquals(List.of(9L), assigned());
        assertTrue(sessions.size() > nonsense.size());
    }

    @Test
    void aRefusalIsPassedOnOnce() throws Exception {
        HostPort tracker = tracker(
                "127.31.25.1",
                (session, report) -> push(
                        session,
                        Envelope.newBuilder()
                                .setRefusal(Refusal.newBuilder()
                                        .setReason("not you")
                                        .setRetry(true))));
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(10));

        for (int i = 1; i <= 4; i++) {
            session.report(withBan(i), true, true);
            int count = i;
            await().until(() -> !heard.isEmpty() && last().getBans(0).getCount() == count);
        }

        await().until(() -> events.contains(new SessionEvent.Refused("not you")));
        assertEquals(
                1,
                events.stream().filter(SessionEvent.Refused.class::isInstance).count());
    }

    @Test
    void whatTrackersSayBecomesEvents() throws Exception {
        EndpointId denied = EndpointId.ofBytes(new byte[16]);
        HostPort tracker = tracker("127.31.26.1", (session, report) -> {
            push(
                    session,
                    Envelope.newBuilder()
                            .setDesiredState(DesiredStateUpdate.newBuilder().setRevision(5)));
            push(
                    session,
                    Envelope.newBuilder()
                            .setReportsStored(
                                    ReportsStored.newBuilder().setJournal(3).setSequence(4)));
            push(
                    session,
                    Envelope.newBuilder()
                            .setInventoryNeeded(InventoryNeeded.newBuilder().setHave(6)));
            push(
                    session,
                    Envelope.newBuilder()
                            .setDenyList(DenyList.newBuilder()
                                    .setRevision(8)
                                    .addAgentIds(ByteString.copyFrom(denied.bytes()))));
            push(
                    session,
                    Envelope.newBuilder()
                            .setLeaseAnswer(LeaseAnswer.newBuilder().setAction("a")));
        });
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(10));
        assertFalse(session.send(question(1)), "there is no session yet");

        session.report(REPORT, false, false);

        await().until(() -> events.stream().anyMatch(SessionEvent.Lease.class::isInstance));
        assertTrue(events.contains(new SessionEvent.Desired(
                DesiredStateUpdate.newBuilder().setRevision(5).build())));
        assertTrue(events.contains(new SessionEvent.Stored(3, 4)));
        assertTrue(events.contains(new SessionEvent.InventoryWanted(6)));
        assertTrue(events.contains(new SessionEvent.Denials(8, Set.of(denied))));
        assertTrue(session.send(question(9)));
        await().until(() -> others.stream().anyMatch(Envelope::hasEntitlementQuestion));
        push(
                sessions.getFirst(),
                Envelope.newBuilder()
                        .setEntitlementAnswer(EntitlementAnswer.newBuilder().setNumber(9)));
        await().until(() -> events.contains(new SessionEvent.Entitled(
                EntitlementAnswer.newBuilder().setNumber(9).build())));
    }

    @Test
    void neighboursComeByIdentity() throws Exception {
        byte[] id = new byte[16];
        id[3] = 7;
        ByteString bytes = ByteString.copyFrom(id);
        HostPort tracker = tracker(
                "127.31.28.1",
                (session, report) -> push(
                        session,
                        assignment(
                                1,
                                swarm().addPeers(PeerHint.newBuilder()
                                                .setEndpoint(endpoint(7100))
                                                .setAgentId(bytes))
                                        .addAllowPeers(AllowedPeer.newBuilder()
                                                .setAgentId(bytes)
                                                .setMayBePlain(true)
                                                .addListen(endpoint(7100)))
                                        .setDenied("no"))));
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(10));
        session.report(REPORT, false, false);

        await().until(() -> events.stream().anyMatch(SessionEvent.Assigned.class::isInstance));

        Duty duty = events.stream()
                .flatMap(event -> event instanceof SessionEvent.Assigned assigned
                        ? assigned.place().duties().values().stream()
                        : java.util.stream.Stream.empty())
                .findFirst()
                .orElseThrow();
        Neighbour neighbour = duty.neighbours().iterator().next();
        assertEquals(EndpointId.ofBytes(id), neighbour.id());
        assertTrue(neighbour.connect());
        assertTrue(neighbour.mayBePlain());
        assertFalse(neighbour.wan());
        assertEquals("no", duty.denied());
    }

    private AgentReport last() {
        return heard.getLast();
    }

    private List<Long> assigned() {
        return events.stream()
                .flatMap(event -> event instanceof SessionEvent.Assigned assigned
                        ? java.util.stream.Stream.of(assigned.place().revision())
                        : java.util.stream.Stream.empty())
                .toList();
    }

    /** The revisions whose acknowledgement the tracker has. */
    private List<Long> acknowledged() {
        return others.stream()
                .filter(Envelope::hasAssignmentKnown)
                .map(known -> known.getAssignmentKnown().getRevision())
                .toList();
    }

    private static Envelope question(long number) {
        return Envelope.newBuilder()
                .setVersion(2)
                .setEntitlementQuestion(EntitlementQuestion.newBuilder().setNumber(number))
                .build();
    }

    private static AgentReport withBan(int count) {
        return REPORT.toBuilder()
                .addBans(BanNotice.newBuilder().setCount(count))
                .build();
    }

    private static SwarmAssignment.Builder swarm() {
        return SwarmAssignment.newBuilder().setPack(ByteString.copyFrom(new byte[32]));
    }

    private static Endpoint endpoint(int port) {
        return Endpoint.newBuilder()
                .setIp(ByteString.copyFrom(new byte[] {10, 1, 0, 5}))
                .setPort(port)
                .build();
    }

    private static Assignment.Builder assignment(long revision, SwarmAssignment.Builder... swarms) {
        Assignment.Builder assignment = Assignment.newBuilder().setRevision(revision);
        for (SwarmAssignment.Builder swarm : swarms) {
            assignment.addSwarms(swarm);
        }
        return assignment;
    }

    private static void push(WireSession session, Assignment.Builder assignment) {
        push(session, Envelope.newBuilder().setAssignment(assignment));
    }

    private static void push(WireSession session, Envelope.Builder message) {
        var unused = session.send(message.setVersion(2).build());
    }

    private HostPort tracker(String address, BiConsumer<WireSession, AgentReport> reported) {
        WireServer server = WireServer.open(
                List.of(new InetSocketAddress(address, 0)),
                deployment.identity(DeploymentRole.TRACKER, "centre"),
                WireConfig.DEFAULT,
                Set.of(),
                new WireServer.Listener() {
                    @Override
                    public Optional<String> refuse(RemoteIdentity remote) {
                        return Optional.empty();
                    }

                    @Override
                    public void opened(WireSession session, Hello hello) {
                        sessions.add(session);
                        from.add(session.remote().getAddress());
                    }

                    @Override
                    public boolean received(WireSession session, Envelope message) {
                        if (message.getBodyCase() == BodyCase.AGENT_REPORT) {
                            heard.add(message.getAgentReport());
                            reported.accept(session, message.getAgentReport());
                        } else {
                            others.add(message);
                        }
                        return true;
                    }

                    @Override
                    public void closed(WireSession session) {}
                },
                InstantSource.system());
        opened.add(server);
        return new HostPort(address, server.addresses().getFirst().getPort());
    }

    private TrackerSession session(List<HostPort> trackers, Duration interval) throws UnknownHostException {
        String host = trackers.getFirst().host();
        InetAddress bind = InetAddress.getByName(host.substring(0, host.lastIndexOf('.')) + ".2");
        TrackerSession session = TrackerSession.start(
                new SessionConfig(
                        WireClientConfig.of(trackers, Optional.empty(), Optional.of(bind), "test", 1)
                                .pausing(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(100)),
                        interval,
                        interval),
                deployment.identity(DeploymentRole.AGENT, "berlin"),
                new Random(7),
                InstantSource.system(),
                events::add);
        opened.add(session);
        return session;
    }
}
