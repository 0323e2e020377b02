package packhorse.dist.console;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.trackers.TrackerSessions;
import packhorse.console.wave.LeaseDesk;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.DenyList;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EndpointInventory;
import packhorse.core.message.v1.EndpointReports;
import packhorse.core.message.v1.EndpointStored;
import packhorse.core.message.v1.EndpointWord;
import packhorse.core.message.v1.EndpointWords;
import packhorse.core.message.v1.EntitlementLine;
import packhorse.core.message.v1.Entitlements;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Hello;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.LeaseAsk;
import packhorse.core.message.v1.Presence;
import packhorse.core.message.v1.Present;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.SiteMapUpdate;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireConfig;
import packhorse.core.wire.WireServer;
import packhorse.core.wire.WireSession;

/** What goes wrong between consoles and trackers costs time and nothing else. */
@Timeout(300)
final class ConsoleFaultsTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Instant FAR = Instant.ofEpochMilli(4_000_000_000_000L);

    @TempDir
    private Path directory = Path.of("");

    private Town town = new Town(Path.of(""), "");
    private final Clerk clerk = new Clerk();

    @BeforeEach
    void build() {
        town = new Town(directory, "127.20.72.1");
    }

    @AfterEach
    void close() {
        town.close();
    }

    @Test
    void aConsoleKilledBetweenStoringAndAnsweringLosesNothingAndStoresNothingTwice() {
        Town.Tracker tracker = town.tracker();
        clerk.gate = Optional.of(new CompletableFuture<>());
        TrackerSessions killed = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> killed.here() == 1);
        agent.tell(1, 3);
        await().atMost(SOON).until(() -> clerk.stored.containsKey(agent.id));
        killed.close();
        await().atMost(SOON).until(() -> tracker.governance.counts().reportsPutOff() == 1);
        assertFalse(agent.heard.stream().anyMatch(Envelope::hasReportsStored));

        clerk.gate = Optional.empty();
        TrackerSessions next = town.console(clerk, tracker.at());
        await().atMost(SOON).until(() -> next.here() == 1);
        agent.tell(1, 4);
        agent.isAcknowledged(4);
        assertEquals(Set.of(1L, 2L, 3L, 4L), clerk.stored(agent.id));
    }

    @Test
    void aTrackerThatStartsAgainHearsEverythingAnew() {
        Town.Tracker first = town.tracker();
        HostPort at = first.at();
        clerk.ruling = Optional.of(new LeaseDesk.Ruling.Granted(FAR));
        TrackerSessions console = town.console(clerk, at);
        Town.Agent agent = town.agent(at);
        clerk.order(agent.id, 5, "a1");
        var unusedBefore = agent.isTold(5);
        first.close();
        await().atMost(SOON).until(() -> console.here() == 0 && clerk.lost.contains(at));
        agent.heard.clear();
        clerk.order(agent.id, 6, "a2");
        Town.Tracker second = town.tracker(at);
        assertEquals("a2", agent.isTold(6).getDesiredState().getItems(0).getAction());
        assertEquals(1, second.governance.counts().consoles());
        agent.ask("a2");
        var unusedLease =
                agent.hear("a lease", message -> message.getLeaseAnswer().getUntilMillis() != 0);
    }

    @Test
    void ofTwoConsolesTheHigherRevisionHoldsAndTheOneThatRulesGivesLeases() {
        Town.Tracker tracker = town.tracker();
        Clerk other = new Clerk();
        clerk.ruling = Optional.empty();
        other.grant(FAR);
        TrackerSessions one = town.console(clerk, tracker.at());
        TrackerSessions two = town.console(other, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        other.order(agent.id, 7, "new");
        clerk.order(agent.id, 6, "old");
        await().atMost(SOON).until(() -> one.here() == 1 && two.here() == 1);
        two.desiredChanged(Set.of(agent.id));
        assertEquals("new", agent.isTold(7).getDesiredState().getItems(0).getAction());
        int asked = clerk.asked.size();
        one.desiredChanged(Set.of(agent.id));
        await().atMost(SOON).until(() -> clerk.asked.size() > asked);
        agent.ask("new");
        var unusedLease =
                agent.hear("a lease", message -> message.getLeaseAnswer().getUntilMillis() != 0);
        await("both are asked").atMost(SOON).until(() -> clerk.questions.size() == 1 && other.questions.size() == 1);
        assertEquals(
                7,
                agent.heard.stream()
                        .filter(Envelope::hasDesiredState)
                        .reduce((before, last) -> last)
                        .orElseThrow()
                        .getDesiredState()
                        .getRevision());

        one.close();
        await().atMost(SOON).until(() -> tracker.governance.counts().consoles() == 1);
        agent.tell(1, 2);
        agent.isAcknowledged(2);
        assertTrue(other.stored.containsKey(agent.id), "the one that is left stores");
    }

    @Test
    void wordsThatAreSlowToFindDelayNoAcknowledgement() {
        Town.Tracker tracker = town.tracker();
        TrackerSessions console = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> tracker.governance.knows(agent.id));
        CompletableFuture<Void> found = new CompletableFuture<>();
        clerk.wordsGate = Optional.of(found);
        console.desiredChanged(Set.of(agent.id));
        await().atMost(SOON).until(() -> clerk.searching.get() == 1);
        agent.ask("a1");
        agent.tell(1, 2);
        try {
            agent.isAcknowledged(2);
            var unusedRuling = agent.hear("a ruling", Envelope::hasLeaseAnswer);
        } finally {
            found.complete(null);
        }
    }

    @Test
    void onlyWhoIsHereIsAskedFor() {
        Town.Tracker tracker = town.tracker();
        TrackerSessions console = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> tracker.governance.knows(agent.id));
        clerk.asked.clear();
        Set<EndpointId> many = new HashSet<>(Set.of(agent.id));
        for (int i = 0; i < 100_000; i++) {
            byte[] id = ByteBuffer.allocate(16).putInt(i).array();
            many.add(EndpointId.ofBytes(id));
        }
        clerk.order(agent.id, 9, "a9");
        console.desiredChanged(many);
        var unusedTold = agent.isTold(9);
        assertEquals(List.of(Set.of(agent.id)), clerk.asked);
    }

    @Test
    void anInventoryIsTakenAndWantedFromWhereTheConsoleHasIt() {
        Town.Tracker tracker = town.tracker();
        TrackerSessions unusedConsole = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        clerk.inventories.put(agent.id, 41L);
        clerk.order(agent.id, 5, "a1");
        var unusedWish =
                agent.hear("a wish", message -> message.getInventoryNeeded().getHave() == 41);
        agent.say(Envelope.newBuilder()
                .setInventoryDelta(InventoryDelta.newBuilder().setBase(41).setRevision(42)));
        var unusedTaken =
                agent.hear("taken", message -> message.getInventoryNeeded().getHave() == 42);
        assertEquals(42L, clerk.inventories.get(agent.id));
    }

    @Test
    void aConsoleThatTalksNonsenseLosesItsSessionAndChangesNothing() {
        Town.Tracker tracker = town.tracker();
        Town.Agent agent = town.agent(tracker.at());
        Town.Caller hostile = town.caller(town.deployment.identity(DeploymentRole.CONSOLE, "centre"), tracker.at());
        await().atMost(SOON).until(() -> tracker.governance.counts().consoles() == 1);
        long malformed = 0;
        for (Envelope.Builder nonsense : List.of(
                Envelope.newBuilder()
                        .setEndpointWords(EndpointWords.newBuilder()
                                .addWords(EndpointWord.newBuilder().setEndpoint(ByteString.copyFromUtf8("abc")))),
                Envelope.newBuilder()
                        .setSiteMap(SiteMapUpdate.newBuilder().setRevision(9).setYaml("sites: [")),
                Envelope.newBuilder()
                        .setDenyList(DenyList.newBuilder().setRevision(9).addSerials("xyz")),
                Envelope.newBuilder()
                        .setEntitlements(Entitlements.newBuilder()
                                .setRevision(9)
                                .addLines(EntitlementLine.newBuilder().setReleases("acme/*"))))) {
            hostile.say(nonsense);
            malformed++;
            long expected = malformed;
            await().atMost(SOON).until(() -> tracker.governance.counts().malformed() == expected);
        }
        // A number that nobody waits for stores nothing.
        hostile.say(Envelope.newBuilder()
                .setEndpointStored(EndpointStored.newBuilder()
                        .setNumber(1)
                        .setEndpoint(ByteString.copyFrom(agent.id.bytes()))
                        .setStored(ReportsStored.newBuilder().setJournal(77).setSequence(99))));
        hostile.say(Envelope.newBuilder()
                .setEndpointWords(EndpointWords.newBuilder()
                        .addWords(EndpointWord.newBuilder()
                                .setEndpoint(ByteString.copyFrom(agent.id.bytes()))
                                .setDesired(DesiredStateUpdate.newBuilder().setRevision(3)))));
        var unusedTold = agent.isTold(3);
        assertFalse(agent.heard.stream().anyMatch(Envelope::hasReportsStored));
    }

    @Test
    void anAgentThatTalksLikeAConsoleIsNotHeard() {
        Town.Tracker tracker = town.tracker();
        Town.Agent agent = town.agent(tracker.at());
        var unusedDenials = agent.hear("the deny-list", Envelope::hasDenyList);
        agent.say(Envelope.newBuilder()
                .setEndpointWords(EndpointWords.newBuilder()
                        .addWords(EndpointWord.newBuilder()
                                .setEndpoint(ByteString.copyFrom(agent.id.bytes()))
                                .setDesired(DesiredStateUpdate.newBuilder().setRevision(3)))));
        agent.ask("a1");
        await().atMost(SOON).until(() -> tracker.governance.counts().leasesUnruled() == 1);
        assertEquals(0, tracker.governance.counts().words());
        assertFalse(tracker.governance.knows(agent.id));
    }

    @Test
    void aTrackerThatTalksNonsenseLosesItsSessionAndIsComeBackTo() {
        TalkingTracker tracker = new TalkingTracker();
        TrackerSessions console = town.console(clerk, tracker.open());
        List<Envelope.Builder> nonsense = List.of(
                Envelope.newBuilder()
                        .setPresence(Presence.newBuilder()
                                .addHere(Present.newBuilder().setEndpoint(ByteString.copyFromUtf8("short")))),
                Envelope.newBuilder()
                        .setPresence(Presence.newBuilder()
                                .addHere(Present.newBuilder()
                                        .setEndpoint(ByteString.copyFrom(new byte[16]))
                                        .setSite("x".repeat(1_000)))),
                Envelope.newBuilder()
                        .setEndpointReports(EndpointReports.newBuilder().setNumber(1)),
                Envelope.newBuilder().setLeaseAsk(LeaseAsk.newBuilder().setNumber(1)),
                Envelope.newBuilder()
                        .setEndpointInventory(EndpointInventory.newBuilder().setNumber(1)));
        for (int i = 0; i < nonsense.size(); i++) {
            int before = i;
            await().atMost(SOON).until(() -> tracker.say(nonsense.get(before)));
            await().atMost(SOON).until(() -> console.trackers().getFirst().malformed() == before + 1);
        }
        assertEquals(0, console.here());
        assertTrue(clerk.stored.isEmpty() && clerk.questions.isEmpty());
        await().atMost(SOON).until(() -> console.trackers().getFirst().connected());
    }

    /** A server with a tracker's certificate that says whatever the test wants. */
    private final class TalkingTracker implements WireServer.Listener {
        private volatile Optional<WireSession> session = Optional.empty();

        HostPort open() {
            WireServer server = WireServer.open(
                    List.of(new InetSocketAddress("127.20.72.2", 0)),
                    town.deployment.identity(DeploymentRole.TRACKER, "centre"),
                    WireConfig.DEFAULT,
                    Set.of(),
                    this,
                    Town.CLOCK);
            var unused = town.closing(server, server::close);
            return new HostPort("127.20.72.2", server.addresses().getFirst().getPort());
        }

        boolean say(Envelope.Builder message) {
            return session.map(open -> open.send(message.setVersion(2).build())).orElse(false);
        }

        @Override
        public Optional<String> refuse(RemoteIdentity remote) {
            return Optional.empty();
        }

        @Override
        public void opened(WireSession opened, Hello hello) {
            session = Optional.of(opened);
        }

        @Override
        public boolean received(WireSession from, Envelope message) {
            return true;
        }

        @Override
        public void closed(WireSession closed) {
            if (session.filter(closed::equals).isPresent()) {
                session = Optional.empty();
            }
        }
    }
}
