package packhorse.peer.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.PeerHint;
import packhorse.core.message.v1.Refusal;
import packhorse.core.message.v1.SwarmAssignment;

@Timeout(60)
final class TrackerSessionTest {
    private static final AgentReport REPORT =
            AgentReport.newBuilder().setIncarnation(1).build();

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<SessionEvent> events = new CopyOnWriteArrayList<>();
    private final List<AgentReport> heard = new CopyOnWriteArrayList<>();
    private final List<InetAddress> from = new CopyOnWriteArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    @Test
    void assignmentsComeDownReportsGoUpAndGoodbyeIsSaid() throws Exception {
        URI tracker =
                tracker("127.31.21.1", report -> assignment(report.getKnownRevision() + (heard.size() < 4 ? 1 : 0)));
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(200));

        session.report(REPORT, true, false);

        await().until(() -> heard.size() >= 6);
        session.close();
        assertEquals(new SessionEvent.Reached(tracker.toString()), events.getFirst());
        assertEquals(
                3,
                events.stream().filter(SessionEvent.Assigned.class::isInstance).count());
        assertEquals(
                List.of(0L, 1L, 2L, 3L, 3L),
                heard.stream().limit(5).map(AgentReport::getKnownRevision).toList());
        for (int i = 1; i < heard.size(); i++) {
            assertTrue(heard.get(i).getSequence() > heard.get(i - 1).getSequence());
        }
        assertTrue(heard.getLast().getLeaving());
        assertEquals(
                List.of("127.31.21.2"),
                from.stream().map(InetAddress::getHostAddress).distinct().toList());
    }

    @Test
    void whatCannotWaitBreaksTheLongPollOff() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        URI tracker = tracker("127.31.22.1", report -> {
            if (report.getBansCount() == 0) {
                try {
                    var unused = release.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return assignment(1);
        });
        TrackerSession session = session(List.of(tracker), Duration.ofSeconds(10));
        session.report(REPORT, true, false);
        await().until(() -> heard.size() == 1);

        session.report(withBan(), true, true);

        await().atMost(Duration.ofSeconds(5)).until(() -> heard.size() >= 2);
        assertEquals(1, heard.get(1).getBansCount());
        release.countDown();
    }

    @Test
    void anotherTrackerTakesOverAndIsToldThatWeKnowNothing() throws Exception {
        URI first = tracker("127.31.23.1", report -> assignment(70));
        URI second = tracker("127.31.23.3", report -> assignment(7));
        TrackerSession session = session(List.of(first, second), Duration.ofMillis(100));
        session.report(REPORT, true, false);
        await().until(() -> heard.size() > 2);

        opened.getFirst().close();

        await().until(() -> events.contains(new SessionEvent.Reached(second.toString())));
        await().until(() -> events.stream()
                .anyMatch(event -> event instanceof SessionEvent.Assigned assigned
                        && assigned.place().revision() == 7));
        assertTrue(events.stream().anyMatch(SessionEvent.Unreachable.class::isInstance));
    }

    @Test
    void aTrackerThatAnswersNonsenseIsNotFollowed() throws Exception {
        List<Envelope> nonsense = List.of(
                Envelope.newBuilder().setVersion(1).setAgentReport(REPORT).build(),
                assignment(1, SwarmAssignment.newBuilder().setPack(ByteString.copyFrom(new byte[3]))),
                assignment(
                        2,
                        SwarmAssignment.newBuilder()
                                .setPack(ByteString.copyFrom(new byte[32]))
                                .setShareIndex(9)
                                .setShareCount(2)),
                assignment(
                        3,
                        SwarmAssignment.newBuilder()
                                .setPack(ByteString.copyFrom(new byte[32]))
                                .addPeers(PeerHint.newBuilder()
                                        .setEndpoint(Endpoint.newBuilder()
                                                .setIp(ByteString.copyFrom(new byte[4]))
                                                .setPort(70_000)))));
        URI tracker = tracker(
                "127.31.24.1",
                report -> heard.size() <= nonsense.size() ? nonsense.get(heard.size() - 1) : assignment(9));
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(100));

        session.report(REPORT, true, false);

        await().until(() -> events.stream().anyMatch(SessionEvent.Assigned.class::isInstance));
        assertEquals(
                1,
                events.stream().filter(SessionEvent.Assigned.class::isInstance).count());
        assertTrue(heard.size() > nonsense.size());
    }

    @Test
    void aRefusalIsPassedOnOnceAndAskedAgainWithoutHurry() throws Exception {
        URI tracker = tracker(
                "127.31.25.1",
                report -> Envelope.newBuilder()
                        .setVersion(1)
                        .setRefusal(Refusal.newBuilder().setReason("not you").setRetry(true))
                        .build());
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(300));
        long startNanos = System.nanoTime();

        session.report(REPORT, true, false);

        await().until(() -> heard.size() >= 4);
        assertTrue(System.nanoTime() - startNanos >= 3 * 290_000_000L, "asked in a circle");
        assertEquals(List.of(new SessionEvent.Refused("not you")), List.copyOf(events));
    }

    @Test
    void aTrackerThatAlwaysHasNewsIsNotAskedInACircle() throws Exception {
        URI tracker = tracker("127.31.26.1", report -> assignment(report.getKnownRevision() + 1));
        TrackerSession session = session(List.of(tracker), Duration.ofMillis(300));
        long startNanos = System.nanoTime();

        session.report(REPORT, true, false);

        await().until(() -> heard.size() >= 10);
        int asked = heard.size();
        long millis = (System.nanoTime() - startNanos) / 1_000_000;
        assertTrue(asked <= 2 + millis / 50, asked + " reports in " + millis + " ms");
    }

    private static AgentReport withBan() {
        return REPORT.toBuilder()
                .addBans(packhorse.core.message.v1.BanNotice.newBuilder().setCount(1))
                .build();
    }

    private static Envelope assignment(long revision, SwarmAssignment.Builder... swarms) {
        Assignment.Builder assignment = Assignment.newBuilder().setRevision(revision);
        for (SwarmAssignment.Builder swarm : swarms) {
            assignment.addSwarms(swarm);
        }
        return Envelope.newBuilder().setVersion(1).setAssignment(assignment).build();
    }

    private URI tracker(String address, Function<AgentReport, Envelope> answers) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, 0), 10);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/agent", exchange -> {
            AgentReport report =
                    FrameCodec.decode(exchange.getRequestBody().readAllBytes()).getAgentReport();
            heard.add(report);
            from.add(exchange.getRemoteAddress().getAddress());
            byte[] frame = FrameCodec.encode(answers.apply(report));
            exchange.sendResponseHeaders(200, frame.length);
            exchange.getResponseBody().write(frame);
            exchange.close();
        });
        server.start();
        opened.add(() -> server.stop(0));
        return URI.create("http://" + address + ":" + server.getAddress().getPort());
    }

    private TrackerSession session(List<URI> trackers, Duration interval) throws IOException {
        String host = trackers.getFirst().getHost();
        InetAddress bind = InetAddress.getByName(host.substring(0, host.lastIndexOf('.')) + ".2");
        TrackerSession session = TrackerSession.start(
                new SessionConfig(
                        trackers, Optional.of(bind), interval, interval, Duration.ofMillis(20), Duration.ofMillis(100)),
                new Random(7),
                events::add);
        opened.add(session);
        return session;
    }
}
