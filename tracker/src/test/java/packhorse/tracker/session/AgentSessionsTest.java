package packhorse.tracker.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import packhorse.core.config.SiteMapFile;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.tracker.selection.Rules;

class AgentSessionsTest {
    private static final Sha256 PACK = Sha256.of(new byte[] {1});
    private static final String SITES = """
        origins: [192.0.2.10]
        sites:
          - name: berlin
            subnets: [10.1.0.0/16]
            wan: {down: 100Mbit, up: 20Mbit}
            sitePeers: [10.1.0.5]
            servesOutsiders: true
          - name: lisbon
            subnets: [10.2.0.0/16]
            wan: {down: 50Mbit, up: 10Mbit}
        """;

    private final TurnedClock clock = new TurnedClock();
    private final Map<Sha256, List<PeerAddress>> serving = new ConcurrentHashMap<>();
    private volatile Set<PeerAddress> listening = Set.of();
    private final AgentSessions sessions = AgentSessions.start(
            new SessionConfig(
                    Rules.DEFAULT,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(30),
                    Duration.ofMillis(10),
                    Duration.ofSeconds(6)),
            SiteMapFile.parse("sites.yaml", SITES),
            clock,
            (now, agents) -> {
                serving.clear();
                serving.putAll(now);
                listening = agents;
            });

    @AfterEach
    void close() {
        sessions.close();
    }

    /** An agent as its tracker sees it: reports, and remembers the last assignment. */
    private final class Agent {
        final String ip;
        final AgentReport.Builder report =
                AgentReport.newBuilder().setIncarnation(1).setHoldMillis(30_000);
        Assignment last = Assignment.getDefaultInstance();

        Agent(String ip, int have, boolean wants) {
            this.ip = ip;
            report.setAgentId(ByteString.copyFrom(
                            java.util.Arrays.copyOf(ip.getBytes(java.nio.charset.StandardCharsets.UTF_8), 16)))
                    .addListen(endpoint(ip, 7000))
                    .addSwarms(SwarmState.newBuilder()
                            .setPack(ByteString.copyFrom(PACK.bytes()))
                            .setPiecesHave(have)
                            .setPiecesTotal(10)
                            .setWants(wants));
        }

        SwarmState.Builder swarm() {
            return report.getSwarmsBuilder(0);
        }

        CompletableFuture<Envelope> post() {
            report.setSequence(report.getSequence() + 1).setKnownRevision(last.getRevision());
            return sessions.report(report.build(), IpAddress.parse(ip));
        }

        /** Reports until the answer satisfies; each answer is confirmed by the next report. */
        Assignment until(java.util.function.Predicate<Assignment> enough) {
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> {
                report.setHoldMillis(50);
                last = answer(post()).getAssignment();
                report.setHoldMillis(30_000);
                return enough.test(last);
            });
            return last;
        }
    }

    private static Endpoint endpoint(String ip, int port) {
        return Endpoint.newBuilder()
                .setIp(ByteString.copyFrom(IpAddress.parse(ip).bytes()))
                .setPort(port)
                .build();
    }

    private static Envelope answer(CompletableFuture<Envelope> question) {
        try {
            return question.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    private static boolean allows(Assignment assignment, String... ips) {
        return assignment.getSwarmsCount() == 1
                && assignment.getSwarms(0).getAllowList().stream()
                        .map(e -> IpAddress.ofBytes(e.getIp().toByteArray()).toString())
                        .collect(java.util.stream.Collectors.toSet())
                        .equals(Set.of(ips));
    }

    private static boolean connects(Assignment assignment, String... ips) {
        return assignment.getSwarmsCount() == 1
                && assignment.getSwarms(0).getPeersList().stream()
                        .map(e -> IpAddress.ofBytes(e.getEndpoint().getIp().toByteArray())
                                .toString())
                        .collect(java.util.stream.Collectors.toSet())
                        .equals(Set.of(ips));
    }

    @Test
    void assignmentSaysSiteLineAndRole() {
        Agent peer = new Agent("10.1.0.5", 0, true);
        Assignment assignment = peer.until(a -> a.getSwarmsCount() == 1);
        assertEquals("berlin", assignment.getSite());
        assertEquals(12_500_000, assignment.getWanDownBytesPerSecond());
        assertEquals(16, assignment.getLocal(0).getLength());
        assertEquals(Role.ROLE_SITE_PEER, assignment.getSwarms(0).getRole());
    }

    @Test
    void bothEndsLearnOfEachOtherBeforeEitherConnects() {
        Agent origin = new Agent("192.0.2.10", 10, false);
        origin.until(a -> a.getSwarmsCount() == 1);
        CompletableFuture<Envelope> held = origin.post();
        Agent peer = new Agent("10.1.0.5", 0, true);
        Assignment first = peer.until(a -> allows(a, "192.0.2.10"));
        assertTrue(connects(first), "the origin has not confirmed yet");
        origin.last = answer(held).getAssignment();
        assertTrue(allows(origin.last, "10.1.0.5"), "the held answer comes as soon as there is news");
        CompletableFuture<Envelope> next = origin.post();
        assertTrue(connects(peer.until(a -> connects(a, "192.0.2.10")), "192.0.2.10"));
        assertFalse(next.isDone(), "nothing new for the origin");
    }

    @Test
    void lostSitePeerIsReplacedWithinTenSeconds() {
        Agent origin = new Agent("192.0.2.10", 10, false);
        Agent peer = new Agent("10.1.0.5", 3, true);
        Agent ordinary = new Agent("10.1.0.6", 2, true);
        origin.until(a -> a.getSwarmsCount() == 1);
        peer.until(a -> allows(a, "192.0.2.10"));
        ordinary.until(a ->
                a.getSwarmsCount() == 1 && a.getSwarms(0).getRole() == Role.ROLE_ORDINARY && allows(a, "10.1.0.5"));
        // The site peer dies right after a report whose answer would be held; the others go on.
        peer.last =
                ordinary.last.toBuilder().setRevision(peer.last.getRevision()).build();
        var unused = peer.post();
        for (int second = 0; second < 10; second++) {
            clock.forward(Duration.ofSeconds(1));
            origin.until(a -> true);
            ordinary.until(a -> true);
        }
        ordinary.until(a -> a.getSwarmsCount() == 1 && a.getSwarms(0).getRole() == Role.ROLE_LEAD);
        origin.until(a -> allows(a, "10.1.0.6"));
    }

    @Test
    void siteThatStarvesIsRescuedAndThatIsCounted() {
        Agent origin = new Agent("192.0.2.10", 10, false);
        Agent peer = new Agent("10.1.0.5", 3, true);
        Agent ordinary = new Agent("10.1.0.6", 2, true);
        for (Agent agent : List.of(peer, ordinary)) {
            agent.swarm().setStalledMillis(30_000);
        }
        origin.until(a -> a.getSwarmsCount() == 1);
        peer.until(a -> a.getSwarmsCount() == 1);
        ordinary.until(
                a -> a.getSwarmsCount() == 1 && a.getSwarms(0).getRescued() && allows(a, "10.1.0.5", "192.0.2.10"));
        assertEquals(1L, sessions.overview().join().rescues().get("berlin"));
    }

    @Test
    void sitePeerThatIsNotInTheSwarmIsSummoned() {
        Agent peer = new Agent("10.1.0.5", 0, true);
        peer.report.clearSwarms();
        peer.until(a -> a.getRevision() > 0);
        new Agent("10.1.0.6", 0, true).until(a -> a.getSwarmsCount() == 1);
        SwarmAssignment summons = peer.until(a -> a.getSwarmsCount() == 1).getSwarms(0);
        assertEquals(ByteString.copyFrom(PACK.bytes()), summons.getPack());
        assertEquals(Role.ROLE_SITE_PEER, summons.getRole());
        assertEquals(0, summons.getPeersCount());
    }

    @Test
    void anotherSiteMapComesIntoForce() {
        Agent agent = new Agent("10.3.0.1", 0, true);
        assertEquals("", agent.until(a -> a.getSwarmsCount() == 1).getSite());
        sessions.sites(SiteMapFile.parse("sites.yaml", SITES.replace("10.2.0.0/16", "10.3.0.0/16")));
        agent.until(a -> a.getSite().equals("lisbon"));
    }

    @Test
    void agentBehindOneAddressForAllIsPlacedByItsOwn() {
        Agent agent = new Agent("10.2.0.9", 0, true);
        agent.report.setSequence(1);
        Envelope answer =
                answer(sessions.report(agent.report.setHoldMillis(1000).build(), IpAddress.parse("203.0.113.1")));
        assertEquals("lisbon", answer.getAssignment().getSite());
    }

    @Test
    void malformedReportIsRefusedWithTheReason() {
        Agent agent = new Agent("10.2.0.9", 11, true);
        Envelope answer = answer(agent.post());
        assertTrue(answer.getRefusal().getReason().contains("11 of 10 pieces"), answer.toString());
        agent.swarm().setPiecesHave(1);
        agent.report.clearListen();
        assertTrue(answer(agent.post()).getRefusal().getReason().contains("no address"));
        agent.report.addListen(endpoint("10.2.0.9", 7000)).setAgentId(ByteString.copyFromUtf8("x"));
        assertTrue(answer(agent.post()).getRefusal().getReason().contains("16 bytes"));
    }

    @Test
    void olderReportChangesNothing() {
        Agent agent = new Agent("10.2.0.9", 5, true);
        agent.until(a -> a.getSwarmsCount() == 1);
        agent.report.setSequence(0);
        assertTrue(answer(agent.post()).getRefusal().getReason().contains("newer report"));
    }

    @Test
    void onlyAllowedSessionsServeOtherClients() {
        Agent origin = new Agent("192.0.2.10", 10, false);
        Agent peer = new Agent("10.1.0.5", 10, false);
        Agent other = new Agent("10.2.0.1", 10, false);
        for (Agent agent : List.of(origin, peer, other)) {
            agent.swarm().setOpenSwarm(true).setOpenListen(endpoint(agent.ip, 6881));
            agent.until(a -> a.getSwarmsCount() == 1);
        }
        await().until(() -> Set.copyOf(serving.getOrDefault(PACK, List.of()))
                .equals(Set.of(PeerAddress.parse("192.0.2.10:6881"), PeerAddress.parse("10.1.0.5:6881"))));
        assertTrue(listening.contains(PeerAddress.parse("10.2.0.1:7000")));
    }

    @Test
    void afterARestartNobodyIsToldAnythingUntilTransfersAreBack() {
        Agent one = new Agent("10.2.0.1", 5, true);
        one.swarm().setLanBytesIn(1000);
        one.report.setHoldMillis(100).setSequence(7);
        one.last = Assignment.newBuilder().setRevision(42).build();
        Assignment nothing = answer(one.post()).getAssignment();
        assertEquals(42, nothing.getRevision());
        clock.forward(Duration.ofSeconds(6));
        one.until(a -> a.getRevision() != 42 && a.getSwarmsCount() == 1);
    }

    @Test
    void agentThatLeavesIsGoneAtOnce() {
        Agent one = new Agent("10.2.0.1", 0, true);
        Agent two = new Agent("10.2.0.2", 0, true);
        one.until(a -> a.getSwarmsCount() == 1);
        two.until(a -> allows(a, "10.2.0.1"));
        one.report.setLeaving(true);
        answer(one.post());
        two.until(a -> a.getSwarmsCount() == 1 && a.getSwarms(0).getAllowCount() == 0);
        assertEquals(1, sessions.overview().join().agents());
    }

    @Test
    void everyQuestionIsAnsweredWhenTheTrackerStops() {
        Agent one = new Agent("10.2.0.1", 0, true);
        one.until(a -> a.getSwarmsCount() == 1);
        CompletableFuture<Envelope> held = one.post();
        sessions.close();
        assertTrue(answer(held).getRefusal().getRetry());
        assertTrue(answer(one.post()).getRefusal().getRetry());
    }
}
