package packhorse.tracker.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

class DirectoryTest {
    private static final Sha256 PACK = Sha256.of(new byte[] {1});
    private static final Sha256 OTHER = Sha256.of(new byte[] {2});
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    private final Directory directory = new Directory();

    private static EndpointId agent(int i) {
        byte[] id = new byte[EndpointId.LENGTH_BYTES];
        id[0] = (byte) i;
        return EndpointId.ofBytes(id);
    }

    private static Holding holding(int have) {
        return new Holding(have, 10, true, Holding.Traffic.NONE, Duration.ZERO, Optional.empty());
    }

    private static Report report(int agent, long incarnation, long sequence, Map<Sha256, Holding> swarms) {
        IpAddress address = IpAddress.ofBytes(new byte[] {10, 0, 0, (byte) agent});
        return new Report(
                agent(agent),
                incarnation,
                sequence,
                address,
                List.of(new PeerAddress(address, 7000)),
                swarms,
                List.of(),
                false);
    }

    private Set<Sha256> touched(Report report, Instant now) {
        return assertInstanceOf(Directory.Accepted.class, directory.report(report, now))
                .touched();
    }

    @Test
    void onlyWhatSelectionAnswersToIsTouched() {
        assertEquals(Set.of(PACK), touched(report(1, 1, 1, Map.of(PACK, holding(0))), START));
        assertEquals(Set.of(PACK), touched(report(1, 1, 2, Map.of(PACK, holding(1))), START));
        assertEquals(Set.of(), touched(report(1, 1, 3, Map.of(PACK, holding(5))), START));
        assertEquals(Set.of(PACK, OTHER), touched(report(1, 1, 4, Map.of(OTHER, holding(5))), START));
        assertEquals(Set.of(OTHER), touched(report(1, 1, 5, Map.of(OTHER, holding(10))), START));
        assertEquals(List.of(), directory.members(PACK));
    }

    @Test
    void olderReportsAreIgnored() {
        touched(report(1, 2, 5, Map.of(PACK, holding(5))), START);
        assertInstanceOf(Directory.Outdated.class, directory.report(report(1, 2, 5, Map.of(PACK, holding(1))), START));
        assertInstanceOf(Directory.Outdated.class, directory.report(report(1, 1, 9, Map.of(PACK, holding(1))), START));
        assertEquals(5, directory.members(PACK).getFirst().holding().piecesHave());
    }

    @Test
    void newIncarnationStartsItsAgeAnew() {
        touched(report(1, 1, 9, Map.of(PACK, holding(5))), START);
        Instant later = START.plusSeconds(60);
        touched(report(1, 2, 1, Map.of(PACK, holding(5))), later);
        Member member = directory.members(PACK).getFirst();
        assertEquals(later, member.aliveSince());
        assertEquals(later, member.joined());
    }

    @Test
    void silenceCountsFromTheAnswerOn() {
        touched(report(1, 1, 1, Map.of(PACK, holding(5))), START);
        Instant answered = START.plusSeconds(20);
        assertEquals(Set.of(), directory.expire(answered), "its answer is held");
        directory.fellSilent(agent(1), answered);
        assertEquals(Set.of(), directory.expire(answered.plus(Directory.SILENCE_MAX)));
        assertEquals(
                Set.of(PACK),
                directory.expire(answered.plus(Directory.SILENCE_MAX).plusMillis(1)));
        assertEquals(0, directory.agentCount());
        assertTrue(directory.packs().isEmpty());
    }

    @Test
    void stallGrowsWithTheTimeSinceTheReport() {
        Holding still = new Holding(5, 10, true, Holding.Traffic.NONE, Duration.ofSeconds(28), Optional.empty());
        touched(report(1, 1, 1, Map.of(PACK, still)), START);
        Member member = directory.members(PACK).getFirst();
        assertEquals(Duration.ofSeconds(30), member.stalledFor(START.plusSeconds(2)));
    }

    @Test
    void agentWithTooManySwarmsIsRefused() {
        Map<Sha256, Holding> many = new java.util.HashMap<>();
        for (int i = 0; i <= Directory.SWARMS_PER_AGENT_MAX; i++) {
            many.put(Sha256.of(new byte[] {(byte) i, (byte) (i >> 8)}), holding(1));
        }
        assertInstanceOf(Directory.Full.class, directory.report(report(1, 1, 1, many), START));
        assertEquals(0, directory.agentCount());
    }
}
