package packhorse.tracker.announce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

class OpenTableTest {
    private static final InfoHash SWARM = InfoHash.parse("01".repeat(20));
    private static final Sha256 PACK = Sha256.of(new byte[] {1});
    private static final PeerAddress OURS = PeerAddress.parse("192.0.2.10:6881");
    private static final PeerAddress AGENT = PeerAddress.parse("10.1.0.5:7000");

    private final OpenTable table = new OpenTable();
    private final RandomGenerator random = new Random(5);
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");

    @BeforeEach
    void know() {
        table.know(Map.of(SWARM, PACK));
        table.serve(Map.of(PACK, List.of(OURS)), Set.of(AGENT));
    }

    private static PeerAddress client(int i) {
        return new PeerAddress(IpAddress.ofBytes(new byte[] {(byte) 198, 51, (byte) (i >> 8), (byte) i}), 6881);
    }

    private Answer.Peers announce(PeerAddress client, long left, Question.Event event, int wanted) {
        return assertInstanceOf(
                Answer.Peers.class, table.announce(new Question(SWARM, client, left, event, wanted), now, random));
    }

    private Answer.Peers announce(PeerAddress client) {
        return announce(client, 5, Question.Event.NONE, 50);
    }

    @Test
    void oursComeFirstAndTheAskerNever() {
        announce(client(1));
        announce(client(2));
        List<PeerAddress> given =
                announce(client(2), 5, Question.Event.NONE, 1).v4().addresses();
        assertEquals(List.of(OURS), given);
        assertEquals(List.of(OURS, client(1)), announce(client(2)).v4().addresses());
    }

    @Test
    void addressWhereAnAgentListensIsNeverHandedOut() {
        announce(AGENT);
        assertEquals(List.of(OURS), announce(client(1)).v4().addresses());
    }

    @Test
    void completeClientIsGivenThoseThatFetch() {
        announce(client(1));
        announce(client(2), 0, Question.Event.COMPLETED, 50);
        assertEquals(
                List.of(client(1)),
                announce(client(3), 0, Question.Event.NONE, 50).v4().addresses());
        assertEquals(new SwarmCounts(3, 1, 1), table.scrape(SWARM).orElseThrow());
    }

    @Test
    void unknownSwarmIsRefusedAndNotRemembered() {
        Answer answer = table.announce(
                new Question(InfoHash.parse("02".repeat(20)), client(1), 5, Question.Event.STARTED, 50), now, random);
        assertInstanceOf(Answer.Refused.class, answer);
        assertEquals(0, table.clientCount());
    }

    @Test
    void clientThatStopsOrFallsSilentIsForgotten() {
        announce(client(1));
        announce(client(2));
        announce(client(1), 5, Question.Event.STOPPED, 50);
        assertEquals(1, table.clientCount());
        now = now.plus(OpenTable.CLIENT_AGE_MAX).plusSeconds(1);
        announce(client(3));
        table.expire(now);
        assertEquals(1, table.clientCount());
        assertEquals(List.of(OURS), announce(client(3)).v4().addresses());
    }

    @Test
    void withdrawnReleaseTakesItsClientsAlong() {
        announce(client(1));
        table.know(Map.of());
        assertEquals(0, table.clientCount());
        assertTrue(table.scrape(SWARM).isEmpty());
    }

    @Test
    void fullSwarmStillTakesNewcomersAndStaysWithinItsBound() {
        for (int i = 0; i < OpenTable.CLIENTS_PER_SWARM_MAX + 500; i++) {
            announce(client(i), i % 3, Question.Event.NONE, 0);
        }
        assertEquals(OpenTable.CLIENTS_PER_SWARM_MAX, table.clientCount());
        SwarmCounts counts = table.scrape(SWARM).orElseThrow();
        assertEquals(OpenTable.CLIENTS_PER_SWARM_MAX + 1, counts.complete() + counts.incomplete());
    }

    @Test
    void everybodyIsHandedOutSoonerOrLater() {
        for (int i = 0; i < 300; i++) {
            announce(client(i));
        }
        Set<PeerAddress> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            seen.addAll(announce(client(999)).v4().addresses());
        }
        assertEquals(301, seen.size());
        assertFalse(seen.contains(client(999)));
    }
}
