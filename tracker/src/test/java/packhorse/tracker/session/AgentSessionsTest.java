package packhorse.tracker.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import packhorse.core.config.SiteMapFile;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.AssignmentKnown;
import packhorse.core.message.v1.DesiredItem;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Envelope.BodyCase;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.topology.EndpointId;
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
          - name: porto
            subnets: [10.4.0.0/16]
            wan: {down: 50Mbit, up: 10Mbit}
            lan: plain
        """;

    private final TurnedClock clock = new TurnedClock();
    private final TurnedClock wall = new TurnedClock();
    private final Map<Sha256, List<PeerAddress>> serving = new ConcurrentHashMap<>();
    private volatile Set<PeerAddress> listening = Set.of();
    private final LooseGovernance governance = new LooseGovernance();
    private final TurnedDenials denied = new TurnedDenials();
    private final AgentSessions sessions = AgentSessions.start(
            new SessionConfig(Rules.DEFAULT, Duration.ofSeconds(2), Duration.ofMillis(10), Duration.ofSeconds(6)),
            SiteMapFile.parse("sites.yaml", SITES),
            clock,
            wall,
            (now, agents) -> {
                serving.clear();
                serving.putAll(now);
                listening = agents;
            },
            governance,
            denied);

    @AfterEach
    void close() {
        sessions.close();
    }

    /** An agent as its tracker sees it: reports, and confirms what it is told. */
    private final class Agent {
        final String ip;
        final PaperSession session;
        final AgentReport.Builder report = AgentReport.newBuilder().setIncarnation(1);

        Agent(String ip, int have, boolean wants) {
            this(ip, ip, have, wants, 2);
        }

        Agent(String name, String ip, int have, boolean wants, int version) {
            this(name, "home", ip, have, wants, version);
        }

        Agent(String name, String home, String ip, int have, boolean wants, int version) {
            this(name, home, ip, have, wants, version, BigInteger.ONE);
        }

        Agent(String name, String home, String ip, int have, boolean wants, int version, BigInteger serial) {
            this.ip = ip;
            this.session = new PaperSession(
                    PaperSession.id(name),
                    ip.equals("192.0.2.10") ? DeploymentRole.ORIGIN : DeploymentRole.AGENT,
                    home,
                    ip,
                    version,
                    serial);
            sessions.opened(session);
            report.addListen(endpoint(ip, 7000))
                    .addSwarms(SwarmState.newBuilder()
                            .setPack(ByteString.copyFrom(PACK.bytes()))
                            .setPiecesHave(have)
                            .setPiecesTotal(10)
                            .setWants(wants));
        }

        SwarmState.Builder swarm() {
            return report.getSwarmsBuilder(0);
        }

        Agent post() {
            report.setSequence(report.getSequence() + 1).setKnownRevision(0);
            report.setKnownRevision(session.last().getRevision());
            assertTrue(sessions.received(
                    session,
                    Envelope.newBuilder().setVersion(2).setAgentReport(report).build()));
            return this;
        }

        /** Confirms each assignment until one satisfies. */
        Assignment until(java.util.function.Predicate<Assignment> enough) {
            post();
            long[] known = {session.last().getRevision()};
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> {
                Assignment last = session.last();
                if (last.getRevision() != known[0]) {
                    known[0] = last.getRevision();
                    confirm();
                }
                return enough.test(last);
            });
            return session.last();
        }

        void confirm() {
            assertTrue(sessions.received(
                    session,
                    Envelope.newBuilder()
                            .setVersion(2)
                            .setAssignmentKnown(AssignmentKnown.newBuilder()
                                    .setRevision(session.last().getRevision()))
                            .build()));
        }

        String refusal() {
            await().until(() -> session.sent.stream().anyMatch(Envelope::hasRefusal));
            return session.sent.stream()
                    .filter(Envelope::hasRefusal)
                    .reduce((first, second) -> second)
                    .orElseThrow()
                    .getRefusal()
                    .getReason();
        }

        List<Envelope> sent(BodyCase body) {
            return session.sent.stream().filter(m -> m.getBodyCase() == body).toList();
        }
    }

    private static Endpoint endpoint(String ip, int port) {
        return Endpoint.newBuilder()
                .setIp(ByteString.copyFrom(IpAddress.parse(ip).bytes()))
                .setPort(port)
                .build();
    }

    private static boolean allows(Assignment assignment, String... ips) {
        return assignment.getSwarmsCount() == 1
                && assignment.getSwarms(0).getAllowPeersList().stream()
                        .map(e -> IpAddress.ofBytes(e.getListen(0).getIp().toByteArray())
                                .toString())
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

    /** Who of those that an agent may meet may be met without encryption, by address. */
    private static Map<String, Boolean> plain(Assignment assignment) {
        return assignment.getSwarms(0).getAllowPeersList().stream()
                .collect(java.util.stream.Collectors.toMap(
                        peer -> IpAddress.ofBytes(peer.getListen(0).getIp().toByteArray())
                                .toString(),
                        peer -> peer.getMayBePlain()));
    }

    @Test
    void encryptionIsLeftOutWhereTheFileOfSitesSaysSoAndInsideThatSiteOnly() {
        Agent leadInPorto = new Agent("10.4.0.1", 5, true);
        Agent inPorto = new Agent("10.4.0.2", 0, true);
        Agent leadInLisbon = new Agent("10.2.0.1", 5, true);
        Agent inLisbon = new Agent("10.2.0.2", 0, true);
        Agent origin = new Agent("192.0.2.10", 10, false);
        for (Agent agent : List.of(leadInPorto, inPorto, leadInLisbon, inLisbon, origin)) {
            agent.post();
        }

        assertEquals(
                Map.of("10.4.0.2", true, "192.0.2.10", false),
                plain(leadInPorto.until(a -> a.getSwarmsCount() == 1 && plain(a).size() == 2)));
        assertEquals(
                Map.of("10.2.0.2", false, "192.0.2.10", false),
                plain(leadInLisbon.until(a -> a.getSwarmsCount() == 1 && plain(a).size() == 2)));
        assertFalse(plain(origin.until(a -> a.getSwarmsCount() == 1 && plain(a).containsKey("10.4.0.1")))
                .containsValue(true));
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
        Agent peer = new Agent("10.1.0.5", 0, true);
        Assignment first = peer.until(a -> allows(a, "192.0.2.10"));
        assertTrue(connects(first), "the origin has not confirmed yet");
        await().until(() -> allows(origin.session.last(), "10.1.0.5"));
        int told = origin.sent(BodyCase.ASSIGNMENT).size();
        origin.confirm();
        assertTrue(connects(peer.until(a -> connects(a, "192.0.2.10")), "192.0.2.10"));
        assertEquals(told, origin.sent(BodyCase.ASSIGNMENT).size(), "nothing new for the origin");
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

        // Its machine loses power: nothing is heard of it, and its connection stays.
        for (int second = 1; second <= 9; second++) {
            clock.forward(Duration.ofSeconds(1));
            peer.session.silence = Duration.ofSeconds(second);
            origin.until(a -> true);
            ordinary.until(a -> true);
            if (second == 4) {
                await().until(() -> peer.session.probes.get() > 0);
            }
        }

        ordinary.until(a -> a.getSwarmsCount() == 1 && a.getSwarms(0).getRole() == Role.ROLE_LEAD);
        origin.until(a -> allows(a, "10.1.0.6"));
        assertTrue(peer.session.closed.orElseThrow().contains("silent"));
    }

    /** An idle origin speaks every half a minute: that is no reason to lose it when the first fetches. */
    @Test
    void whoWasSilentWhileNobodyFetchedIsAskedBeforeItIsGivenUp() {
        Agent origin = new Agent("192.0.2.10", 10, false);
        origin.until(a -> a.getSwarmsCount() == 1);
        clock.forward(Duration.ofSeconds(20));
        origin.session.silence = Duration.ofSeconds(20);

        Agent peer = new Agent("10.1.0.5", 3, true);
        peer.until(a -> allows(a, "192.0.2.10"));
        await().until(() -> origin.session.probes.get() > 0);
        origin.session.silence = Duration.ZERO;
        clock.forward(Duration.ofSeconds(1));
        peer.until(a -> allows(a, "192.0.2.10"));
        assertEquals(Optional.empty(), origin.session.closed);

        int asked = origin.session.probes.get();
        for (int second = 1; second <= 9; second++) {
            clock.forward(Duration.ofSeconds(1));
            origin.session.silence = Duration.ofSeconds(second);
            peer.until(a -> true);
        }
        await().until(() -> origin.session.closed.isPresent());
        assertTrue(origin.session.probes.get() > asked);
    }

    @Test
    void aSessionThatBreaksLeavesTimeToComeBack() {
        Agent one = new Agent("10.2.0.1", 3, true);
        Agent two = new Agent("10.2.0.2", 0, true);
        one.until(a -> a.getSwarmsCount() == 1);
        two.until(a -> allows(a, "10.2.0.1"));

        endOf(one);
        clock.forward(Duration.ofSeconds(5));
        two.until(a -> allows(a, "10.2.0.1"));
        Agent back = new Agent("10.2.0.1", 3, true);
        back.report.setSequence(one.report.getSequence());
        back.until(a -> a.getSwarmsCount() == 1);
        clock.forward(Duration.ofSeconds(5));
        two.until(a -> allows(a, "10.2.0.1"));

        endOf(back);
        clock.forward(Duration.ofSeconds(7));
        two.until(a -> a.getSwarmsCount() == 1 && allows(a));
    }

    /** Its session ended, and the owner knows: the clock may be turned. */
    private void endOf(Agent agent) {
        sessions.closed(agent.session);
        assertTrue(sessions.overview().join().agents() > 0);
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
    void anAgentAtAnAddressThatBecomesAnOriginsIsOneNoMore() {
        Agent agent = new Agent("10.2.0.1", 10, false);
        Agent other = new Agent("10.1.0.6", 0, true);
        agent.until(a -> a.getSwarmsCount() == 1);
        other.until(a -> allows(a, "10.2.0.1"));

        sessions.sites(SiteMapFile.parse("sites.yaml", SITES.replace("192.0.2.10]", "192.0.2.10, 10.2.0.1]")));

        other.until(a -> a.getSwarmsCount() == 1 && allows(a));
        assertTrue(agent.session.closed.orElseThrow().contains("origin's address 10.2.0.1"));
        Agent again = new Agent("10.2.0.1", 10, false);
        again.post();
        assertTrue(again.refusal().contains("origin's address"), again.refusal());
        assertEquals(1, sessions.overview().join().agents());

        sessions.sites(SiteMapFile.parse("sites.yaml", SITES));

        await().until(() -> again.session.closed.isPresent());
        Agent back = new Agent("10.2.0.1", 10, false);
        back.until(a -> a.getSwarmsCount() == 1);
        other.until(a -> allows(a, "10.2.0.1"));
    }

    @Test
    void anAddressThatBecomesASitePeersTakesMoreThanTheAgentsWord() {
        Agent liar = new Agent("liar", "lisbon", "203.0.113.1", 10, false, 2);
        Agent depot = new Agent("depot", "berlin", "203.0.113.1", 10, false, 2);
        for (Agent agent : List.of(liar, depot)) {
            agent.report.setListen(0, endpoint("10.1.0.9", 7000));
            agent.until(a -> a.getSite().equals("berlin"));
        }

        sessions.sites(SiteMapFile.parse("sites.yaml", SITES.replace("[10.1.0.5]", "[10.1.0.5, 10.1.0.9]")));

        await().until(() -> liar.session.closed.isPresent());
        assertEquals(1, sessions.overview().join().agents());
        assertTrue(depot.session.closed.isEmpty());
    }

    @Test
    void twoAgentsBehindOneAddressAreTwo() {
        Agent one = new Agent("one", "10.2.0.9", 10, false, 2);
        Agent two = new Agent("two", "10.2.0.9", 0, true, 2);
        two.report.setListen(0, endpoint("10.2.0.9", 7001));
        one.until(a -> a.getSwarmsCount() == 1);
        two.until(a -> a.getSwarmsCount() == 1);
        await().until(() -> {
            one.confirm();
            SwarmAssignment swarm = two.session.last().getSwarms(0);
            return swarm.getPeersCount() == 1
                    && swarm.getPeers(0).getAgentId().equals(PaperSession.bytes("one"))
                    && swarm.getPeers(0).getEndpoint().getPort() == 7000;
        });
        assertEquals(2, sessions.overview().join().agents());
        assertEquals(
                PaperSession.bytes("two"),
                one.session.last().getSwarms(0).getAllowPeers(0).getAgentId());
    }

    @Test
    void agentBehindOneAddressForAllIsPlacedByItsOwn() {
        Agent agent = new Agent("nat", "203.0.113.1", 0, true, 2);
        agent.report.setListen(0, endpoint("10.2.0.9", 7000));
        assertEquals("lisbon", agent.until(a -> a.getSwarmsCount() == 1).getSite());
    }

    @Test
    void theRightsOfASiteTakeMoreThanTheAgentsWord() {
        Agent roamer = new Agent("roamer", "berlin", "203.0.113.1", 0, true, 2);
        Agent local = new Agent("native", "lisbon", "203.0.113.1", 0, true, 2);
        Agent seen = new Agent("seen", "berlin", "10.2.0.11", 0, true, 2);
        roamer.report.setListen(0, endpoint("10.2.0.9", 7000));
        local.report.setListen(0, endpoint("10.2.0.10", 7000));
        for (Agent agent : List.of(roamer, local, seen)) {
            agent.until(a -> a.getSite().equals("lisbon"));
        }
        assertEquals("", siteOfRights(roamer), "behind another address, with a certificate of berlin");
        assertEquals("lisbon", siteOfRights(local), "its certificate says so");
        assertEquals("lisbon", siteOfRights(seen), "it is seen there");
    }

    @Test
    void peersOfAPackAreNamedToWhomHasTheRightsOfTheSiteOnly() {
        governance.onlySite = Optional.of("lisbon");
        Agent roamer = new Agent("roamer", "berlin", "203.0.113.1", 0, true, 2);
        roamer.report.setListen(0, endpoint("10.2.0.9", 7000));
        Agent seen = new Agent("10.2.0.11", 10, false);
        SwarmAssignment swarm = roamer.until(a -> a.getSwarmsCount() == 1).getSwarms(0);
        assertTrue(swarm.getDenied().contains("entitlement"), swarm.getDenied());
        assertEquals("", seen.until(a -> a.getSwarmsCount() == 1).getSwarms(0).getDenied());
    }

    /** The site that the agent's rights were asked for last; asking for a lease is asking for them. */
    private String siteOfRights(Agent agent) {
        governance.askedSites.remove(agent.session.peer().id());
        assertTrue(sessions.received(
                agent.session,
                Envelope.newBuilder()
                        .setVersion(2)
                        .setLeaseRequest(LeaseRequest.newBuilder().setAction("a1"))
                        .build()));
        await().until(() -> agent.session.sent.stream().anyMatch(Envelope::hasLeaseAnswer));
        return governance.askedSites.getOrDefault(agent.session.peer().id(), "never asked");
    }

    @Test
    void nobodyBecomesASitePeerByItsWordAlone() {
        Agent liar = new Agent("liar", "lisbon", "10.2.0.66", 10, false, 2);
        liar.report.setListen(0, endpoint("10.1.0.5", 7000));
        liar.post();
        assertTrue(liar.refusal().contains("a site peer of berlin"), liar.refusal());
        assertEquals(0, sessions.overview().join().agents());
        Agent behindNat = new Agent("depot", "berlin", "203.0.113.1", 10, false, 2);
        behindNat.report.setListen(0, endpoint("10.1.0.5", 7000));
        behindNat.until(a -> a.getSite().equals("berlin"));
    }

    @Test
    void aMessageThatCannotBeTakenCostsItsOwnSessionOnly() {
        Agent bad = new Agent("10.2.0.1", 0, true);
        bad.until(a -> a.getSwarmsCount() == 1);
        assertTrue(sessions.received(
                bad.session,
                Envelope.newBuilder()
                        .setVersion(2)
                        .setEntitlementQuestion(EntitlementQuestion.newBuilder().setNumber(LooseGovernance.BROKEN))
                        .build()));
        await().until(() -> bad.session.closed.isPresent());
        new Agent("10.2.0.2", 0, true).until(a -> a.getSwarmsCount() == 1);
        assertFalse(sessions.failed().isDone());
    }

    @Test
    void anAgentIsWhoItsCertificateSays() {
        Agent agent = new Agent("10.2.0.1", 10, false);
        agent.report.setAgentId(PaperSession.bytes("somebody else"));
        agent.until(a -> a.getSwarmsCount() == 1);
        Agent two = new Agent("10.2.0.2", 0, true);
        two.until(a -> allows(a, "10.2.0.1"));
        assertEquals(
                PaperSession.bytes("10.2.0.1"),
                two.session.last().getSwarms(0).getAllowPeers(0).getAgentId());
    }

    @Test
    void onlyAnOriginsCertificateIsAtAnOriginsAddress() {
        Agent liar = new Agent("liar", "10.2.0.66", 10, false, 2);
        liar.report.setListen(0, endpoint("192.0.2.10", 7000));
        liar.post();
        assertTrue(liar.refusal().contains("origin's address 192.0.2.10"), liar.refusal());
        assertEquals(0, sessions.overview().join().agents());
    }

    @Test
    void malformedReportIsRefusedWithTheReason() {
        Agent agent = new Agent("10.2.0.9", 11, true);
        agent.post();
        assertTrue(agent.refusal().contains("11 of 10 pieces"), agent.refusal());
        agent.swarm().setPiecesHave(1);
        agent.report.clearListen();
        agent.post();
        await().until(() -> agent.refusal().contains("no address"));
    }

    @Test
    void anAgentThatActsOnADesiredStateThatNobodyOrderedIsRefused() {
        for (long nonsense : List.of(Long.MAX_VALUE, Long.MIN_VALUE, (1L << 62) + 1)) {
            Agent agent = new Agent("10.2.0.9", 5, true);
            agent.report.setDesiredRevision(nonsense);
            agent.post();
            assertTrue(agent.refusal().contains(Long.toUnsignedString(nonsense)), agent.refusal());
        }
    }

    @Test
    void olderReportChangesNothing() {
        Agent agent = new Agent("10.2.0.9", 5, true);
        agent.until(a -> a.getSwarmsCount() == 1);
        agent.report.setSequence(0);
        agent.post();
        assertTrue(agent.refusal().contains("newer report"));
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
        one.post();
        await().until(() -> sessions.overview().join().reports() == 1);
        assertEquals(0, one.sent(BodyCase.ASSIGNMENT).size());
        clock.forward(Duration.ofSeconds(6));
        one.until(a -> a.getSwarmsCount() == 1);
    }

    @Test
    void agentThatLeavesIsGoneAtOnce() {
        Agent one = new Agent("10.2.0.1", 0, true);
        Agent two = new Agent("10.2.0.2", 0, true);
        one.until(a -> a.getSwarmsCount() == 1);
        two.until(a -> allows(a, "10.2.0.1"));
        one.report.setLeaving(true);
        one.post();
        two.until(a -> a.getSwarmsCount() == 1 && a.getSwarms(0).getAllowPeersCount() == 0);
        assertEquals(1, sessions.overview().join().agents());
    }

    @Test
    void whoIsDeniedVanishesAtOnceAndEverybodyHearsOfIt() {
        Agent one = new Agent("10.2.0.1", 3, true);
        Agent two = new Agent("10.2.0.2", 0, true);
        one.until(a -> a.getSwarmsCount() == 1);
        two.until(a -> allows(a, "10.2.0.1"));

        denied.deny(PaperSession.id("10.2.0.1"));

        two.until(a -> a.getSwarmsCount() == 1 && allows(a));
        await().until(() -> two.sent(BodyCase.DENY_LIST)
                .getLast()
                .getDenyList()
                .getAgentIdsList()
                .contains(PaperSession.bytes("10.2.0.1")));
    }

    @Test
    void whoseCertificateIsDeniedVanishesBeforeItsSessionIsClosed() {
        Agent one = new Agent("10.2.0.1", "home", "10.2.0.1", 3, true, 2, BigInteger.TWO);
        Agent two = new Agent("10.2.0.2", 0, true);
        one.until(a -> a.getSwarmsCount() == 1);
        two.until(a -> allows(a, "10.2.0.1"));

        denied.deny(BigInteger.TWO);

        two.until(a -> a.getSwarmsCount() == 1 && allows(a));
        assertEquals(1, sessions.overview().join().agents());
    }

    @Test
    void whoMayNotHaveItIsNamedNobodyAndToldWhy() {
        governance.refused.add(PaperSession.id("10.2.0.2"));
        Agent one = new Agent("10.2.0.1", 10, false);
        Agent two = new Agent("10.2.0.2", 0, true);
        Agent three = new Agent("10.2.0.3", 0, true);
        one.until(a -> a.getSwarmsCount() == 1);
        three.until(a -> allows(a, "10.2.0.1"));
        SwarmAssignment swarm = two.until(a -> a.getSwarmsCount() == 1).getSwarms(0);
        assertTrue(swarm.getDenied().contains("entitlement"), swarm.getDenied());
        assertEquals(0, swarm.getAllowPeersCount());
        assertTrue(allows(one.session.last(), "10.2.0.3"));

        governance.refused.clear();
        governance.change();

        two.until(a ->
                allows(a, "10.2.0.1", "10.2.0.3") && a.getSwarms(0).getDenied().isEmpty());
    }

    @Test
    void desiredStatesArePushedAndAgainWhenTheyChange() {
        Agent agent = new Agent("10.2.0.1", 3, true);
        agent.post();
        await().until(() -> agent.sent(BodyCase.DESIRED_STATE).size() == 1);
        assertEquals("lisbon", governance.askedSite);

        governance.revision = 9;
        governance.change();

        await().until(() -> agent.sent(BodyCase.DESIRED_STATE).size() == 2);
        assertEquals(
                9,
                agent.sent(BodyCase.DESIRED_STATE).getLast().getDesiredState().getRevision());
        governance.change();
        agent.until(a -> a.getSwarmsCount() == 1);
        assertEquals(2, agent.sent(BodyCase.DESIRED_STATE).size(), "the same revision is not said twice");
        assertEquals(1, agent.sent(BodyCase.INVENTORY_NEEDED).size());
    }

    @Test
    void reportsAreAcknowledgedOnlyWhenTheyAreStored() {
        Agent agent = new Agent("10.2.0.1", 3, true);
        governance.stored = new CompletableFuture<>();
        Envelope reports = Envelope.newBuilder()
                .setVersion(2)
                .setStatusReports(StatusReports.newBuilder()
                        .setJournal(4)
                        .addReports(StatusReport.newBuilder().setSequence(1)))
                .build();
        assertTrue(sessions.received(agent.session, reports));
        await().until(() -> governance.storing.get() == 1);
        assertEquals(0, agent.sent(BodyCase.REPORTS_STORED).size());
        int taken = 0;
        while (sessions.received(agent.session, reports)) {
            taken++;
            assertTrue(taken < 1000, "a full tray refuses");
        }
        assertEquals(1, governance.storing.get(), "one after the other");

        governance.stored.complete(
                ReportsStored.newBuilder().setJournal(4).setSequence(1).build());

        await().until(() -> !agent.sent(BodyCase.REPORTS_STORED).isEmpty());
        int all = taken + 1;
        await().until(() -> governance.storing.get() == all);
    }

    @Test
    void questionsAndLeasesAreAnswered() {
        Agent agent = new Agent("10.2.0.1", 3, true);
        governance.revision = 2;
        governance.lease = clock.millis() + 5_000;
        agent.post();
        sessions.received(
                agent.session,
                Envelope.newBuilder()
                        .setVersion(2)
                        .setEntitlementQuestion(EntitlementQuestion.newBuilder().setNumber(77))
                        .build());
        for (String action : List.of("a1", "other")) {
            sessions.received(
                    agent.session,
                    Envelope.newBuilder()
                            .setVersion(2)
                            .setLeaseRequest(LeaseRequest.newBuilder().setAction(action))
                            .build());
        }
        await().until(() -> agent.sent(BodyCase.LEASE_ANSWER).size() == 2);
        assertEquals(
                77,
                agent.sent(BodyCase.ENTITLEMENT_ANSWER)
                        .getFirst()
                        .getEntitlementAnswer()
                        .getNumber());
        assertEquals(
                governance.lease,
                agent.sent(BodyCase.LEASE_ANSWER).getFirst().getLeaseAnswer().getUntilMillis());
        assertEquals(
                0, agent.sent(BodyCase.LEASE_ANSWER).getLast().getLeaseAnswer().getUntilMillis());
    }

    @Test
    void aLeaseIsComparedWithTheWallClockAndSilenceIsNot() {
        Agent agent = new Agent("10.2.0.1", 3, true);
        agent.until(a -> a.getSwarmsCount() == 1);
        governance.lease = wall.millis() + 60_000;
        assertEquals(governance.lease, leaseOf(agent));
        // The machine's clock was an hour behind and is set right.
        wall.forward(Duration.ofHours(1));
        assertEquals(0, leaseOf(agent));
        assertEquals(1, sessions.overview().join().agents());
        governance.lease = wall.millis() + 60_000;
        wall.forward(Duration.ofHours(-2));
        clock.forward(Duration.ofHours(2));
        assertEquals(governance.lease, leaseOf(agent));
    }

    @Test
    void aLeaseGivenOnAskingCountsFromTheAskingAndTheLaterEndHolds() {
        Agent agent = new Agent("10.2.0.1", 3, true);
        agent.until(a -> a.getSwarmsCount() == 1);
        governance.leaseFor = Optional.of(Duration.ofMinutes(10));
        long before = wall.millis();
        long first = leaseOf(agent);
        assertTrue(first >= before + 600_000 && first <= wall.millis() + 600_000, first + " at " + before);
        wall.forward(Duration.ofMinutes(20));
        long later = leaseOf(agent);
        assertTrue(later >= first + 1_200_000 && later <= wall.millis() + 600_000, later + " after " + first);
        governance.lease = wall.millis() + 3_600_000;
        assertEquals(governance.lease, leaseOf(agent));
        governance.lease = 0;
        governance.leaseFor = Optional.empty();
        assertEquals(0, leaseOf(agent));
    }

    private long leaseOf(Agent agent) {
        int before = agent.sent(BodyCase.LEASE_ANSWER).size();
        assertTrue(sessions.received(
                agent.session,
                Envelope.newBuilder()
                        .setVersion(2)
                        .setLeaseRequest(LeaseRequest.newBuilder().setAction("a1"))
                        .build()));
        await().until(() -> agent.sent(BodyCase.LEASE_ANSWER).size() > before);
        return agent.sent(BodyCase.LEASE_ANSWER).getLast().getLeaseAnswer().getUntilMillis();
    }

    @Test
    void anAgentOfVersionOneIsToldAddressesAndNothingItDoesNotKnow() {
        Agent old = new Agent("old", "10.2.0.1", 0, true, 1);
        Agent one = new Agent("10.2.0.2", 10, false);
        one.until(a -> a.getSwarmsCount() == 1);
        old.until(a -> a.getSwarmsCount() == 1 && a.getSwarms(0).getAllowCount() == 1);
        SwarmAssignment swarm = old.session.last().getSwarms(0);
        assertEquals(0, swarm.getAllowPeersCount());
        assertTrue(old.session.sent.stream().allMatch(Envelope::hasAssignment), old.session.sent.toString());
    }

    @Test
    void anAgentThatDoesNotReadIsToldLater() {
        Agent agent = new Agent("10.2.0.1", 0, true);
        agent.session.deaf = true;
        agent.post();
        await().until(() -> sessions.overview().join().reports() == 1);
        agent.session.deaf = false;
        clock.forward(Duration.ofSeconds(1));
        agent.until(a -> a.getSwarmsCount() == 1);
        assertEquals(1, agent.sent(BodyCase.DESIRED_STATE).size());
    }

    @Test
    void oneAgentCannotFillTheMailbox() {
        Agent flood = new Agent("10.2.0.1", 0, true);
        Agent good = new Agent("10.2.0.2", 0, true);
        int refused = 0;
        Envelope report = Envelope.newBuilder()
                .setVersion(2)
                .setAgentReport(flood.report.setSequence(1))
                .build();
        for (int i = 0; i < 50_000; i++) {
            refused += sessions.received(flood.session, report) ? 0 : 1;
        }
        assertTrue(refused > 0);
        good.until(a -> a.getSwarmsCount() == 1);
    }

    @Test
    void aSecondSessionOfAnEndpointEndsTheFirst() {
        Agent first = new Agent("10.2.0.1", 0, true);
        first.until(a -> a.getSwarmsCount() == 1);
        Agent second = new Agent("10.2.0.1", 0, true);
        second.report.setSequence(first.report.getSequence());
        second.until(a -> a.getSwarmsCount() == 1);
        assertTrue(first.session.closed.orElseThrow().contains("another session"));
        sessions.closed(first.session);
        clock.forward(Duration.ofSeconds(10));
        second.until(a -> true);
        assertEquals(1, sessions.overview().join().agents());
    }

    /** Lets everybody have everything but whom the test says. */
    private static final class LooseGovernance implements Governance {
        /** A question of this number is more than it can take. */
        static final long BROKEN = 13;

        final Set<EndpointId> refused = ConcurrentHashMap.newKeySet();
        final Map<EndpointId, String> askedSites = new ConcurrentHashMap<>();
        final AtomicInteger storing = new AtomicInteger();
        volatile Optional<String> onlySite = Optional.empty();
        volatile long revision = 1;
        volatile long lease;
        volatile Optional<Duration> leaseFor = Optional.empty();
        volatile String askedSite = "";
        volatile CompletableFuture<ReportsStored> stored =
                CompletableFuture.completedFuture(ReportsStored.getDefaultInstance());
        private volatile Runnable changed = () -> {};

        void change() {
            changed.run();
        }

        @Override
        public DesiredStateUpdate desiredOf(EndpointId endpoint, Optional<String> site) {
            askedSite = site.orElse("");
            askedSites.put(endpoint, site.orElse(""));
            return DesiredStateUpdate.newBuilder()
                    .setRevision(revision)
                    .addItems(DesiredItem.newBuilder().setAction("a1").setLeaseUntilMillis(lease))
                    .build();
        }

        @Override
        public EntitlementAnswer entitled(EndpointId endpoint, Optional<String> site, EntitlementQuestion question) {
            if (question.getNumber() == BROKEN) {
                throw new IllegalStateException("broken on purpose");
            }
            return OPEN.entitled(endpoint, site, question);
        }

        @Override
        public boolean mayHave(EndpointId endpoint, Optional<String> site, Sha256 pack) {
            return !refused.contains(endpoint) && (onlySite.isEmpty() || onlySite.equals(site));
        }

        @Override
        public Optional<Duration> leaseFor(EndpointId endpoint, Optional<String> site, String action) {
            return leaseFor;
        }

        @Override
        public CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports reports) {
            storing.incrementAndGet();
            return stored;
        }

        @Override
        public CompletableFuture<InventoryNeeded> inventory(EndpointId endpoint, InventoryDelta delta) {
            return OPEN.inventory(endpoint, delta);
        }

        @Override
        public void onChange(Runnable listener) {
            changed = listener;
        }
    }

    /** A deny-list that the test turns. */
    private static final class TurnedDenials implements DenyList {
        private final Set<EndpointId> denied = ConcurrentHashMap.newKeySet();
        private final Set<BigInteger> serials = ConcurrentHashMap.newKeySet();
        private volatile Runnable changed = () -> {};

        void deny(EndpointId id) {
            denied.add(id);
            changed.run();
        }

        void deny(BigInteger serial) {
            serials.add(serial);
            changed.run();
        }

        @Override
        public boolean denied(EndpointId id, BigInteger serial) {
            return denied.contains(id) || serials.contains(serial);
        }

        @Override
        public Set<EndpointId> endpoints() {
            return Set.copyOf(denied);
        }

        @Override
        public Set<BigInteger> serials() {
            return Set.copyOf(serials);
        }

        @Override
        public long revision() {
            return (long) denied.size() + serials.size();
        }

        @Override
        public void onChange(Runnable listener) {
            changed = listener;
        }
    }
}
