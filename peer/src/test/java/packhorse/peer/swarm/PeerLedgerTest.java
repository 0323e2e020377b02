package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.topology.IpAddress;
import packhorse.peer.swarm.PeerLedger.Connection;
import packhorse.peer.swarm.SwarmEvent.Bytes;

/** Books that are only looked at now and then, and balance all the same. */
final class PeerLedgerTest {
    private static final IpAddress A = IpAddress.parse("10.0.0.1");
    private static final IpAddress B = IpAddress.parse("10.0.0.2");

    private static Connection to(IpAddress ip, int port) {
        return new Connection(ip, port, ip + "#" + port);
    }

    @Test
    void whatFlowedBetweenTheLastPollAndTheCloseIsTheClosedPeers() {
        PeerLedger ledger = new PeerLedger();
        ledger.poll(new Bytes(100, 0), Map.of(to(A, 1), new Bytes(60, 0), to(B, 2), new Bytes(40, 0)), Set.of());
        ledger.poll(new Bytes(180, 7), Map.of(to(B, 2), new Bytes(50, 0)), Set.of(A));
        assertEquals(Map.of(A, new Bytes(130, 7), B, new Bytes(50, 0)), ledger.byPeer());
    }

    @Test
    void aConnectionThatCameAndWentUnseenIsBooked() {
        PeerLedger ledger = new PeerLedger();
        ledger.poll(new Bytes(0, 500), Map.of(), Set.of(A));
        assertEquals(Map.of(A, new Bytes(0, 500)), ledger.byPeer());
    }

    @Test
    void aTorrentThatLeavesAndComesBackCountsOn() {
        PeerLedger ledger = new PeerLedger();
        ledger.poll(new Bytes(100, 0), Map.of(to(A, 1), new Bytes(100, 0)), Set.of());
        ledger.retire();
        ledger.poll(new Bytes(30, 0), Map.of(to(A, 5), new Bytes(30, 0)), Set.of());
        assertEquals(Map.of(A, new Bytes(130, 0)), ledger.byPeer());
    }

    @Test
    void manyAddressesAreKeptTogetherAndTheSumStays() {
        PeerLedger ledger = new PeerLedger();
        Bytes total = Bytes.ZERO;
        for (int i = 1; i <= 20; i++) {
            IpAddress ip = IpAddress.parse("10.0.1." + i);
            total = total.plus(new Bytes(i, 1));
            ledger.poll(total, Map.of(to(ip, i), new Bytes(i, 1)), Set.of());
            ledger.bound(5);
        }
        ledger.poll(total, Map.of(), Set.of());
        ledger.bound(5);
        assertEquals(total, ledger.known());
        assertEquals(5, ledger.byPeer().size());
    }

    @Test
    void sumsEqualTotalsOnceQuietWhateverHappened() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            PeerLedger ledger = new PeerLedger();
            Map<Connection, Bytes> open = new HashMap<>();
            Bytes total = Bytes.ZERO;
            Bytes everything = Bytes.ZERO;
            for (int round = 0; round < 40; round++) {
                Set<IpAddress> left = new HashSet<>();
                for (int step = random.nextInt(6); step > 0; step--) {
                    switch (random.nextInt(4)) {
                        case 0 -> open.put(to(random.nextBoolean() ? A : B, random.nextInt(60_000)), Bytes.ZERO);
                        case 1 ->
                            open.keySet().stream().findFirst().ifPresent(gone -> {
                                open.remove(gone);
                                left.add(gone.ip());
                            });
                        default -> {
                            for (Connection connection : Set.copyOf(open.keySet())) {
                                Bytes moved = new Bytes(random.nextInt(1000), random.nextInt(1000));
                                open.merge(connection, moved, Bytes::plus);
                                total = total.plus(moved);
                                everything = everything.plus(moved);
                            }
                        }
                    }
                }
                ledger.poll(total, Map.copyOf(open), left);
                if (random.nextInt(15) == 0) {
                    ledger.retire();
                    open.clear();
                    total = Bytes.ZERO;
                }
            }
            assertEquals(everything, ledger.known(), "seed " + seed);
        }
    }
}
