package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
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
    void aPeerThatComesBackIsNotCountedTwiceThoughItsCountersAreCarriedOver() {
        PeerLedger ledger = new PeerLedger();
        ledger.poll(new Bytes(0, 9_000), Map.of(to(A, 1), new Bytes(0, 9_000)), Set.of());
        ledger.poll(new Bytes(0, 10_000), Map.of(), Set.of(A));
        // 9 KiB of 10,000 bytes came along, and 500 bytes are new.
        ledger.poll(new Bytes(0, 10_500), Map.of(to(A, 2), new Bytes(0, 9 * 1024 + 500)), Set.of());
        assertEquals(Map.of(A, new Bytes(0, 10_500)), ledger.byPeer());
        ledger.poll(new Bytes(0, 30_500), Map.of(to(A, 2), new Bytes(0, 9 * 1024 + 20_500)), Set.of());
        assertEquals(Map.of(A, new Bytes(0, 30_500)), ledger.byPeer());
    }

    @Test
    void aPeerThatComesBackWithoutItsCountersIsCountedInFull() {
        PeerLedger ledger = new PeerLedger();
        ledger.poll(new Bytes(0, 2_000), Map.of(to(A, 1), new Bytes(0, 2_000)), Set.of());
        ledger.poll(new Bytes(0, 2_000), Map.of(), Set.of(A));
        ledger.poll(new Bytes(0, 7_000), Map.of(to(A, 2), new Bytes(0, 5_000)), Set.of());
        assertEquals(Map.of(A, new Bytes(0, 7_000)), ledger.byPeer());
    }

    /** libtorrent's side of the books: one connection per address, which takes its counters along in whole KiB. */
    private static final class Library {
        final Map<Connection, Bytes> open = new HashMap<>();
        final Map<IpAddress, Bytes> carried = new HashMap<>();
        Bytes total = Bytes.ZERO;

        void open(IpAddress ip, int port) {
            if (open.keySet().stream().noneMatch(connection -> connection.ip().equals(ip))) {
                open.put(to(ip, port), carried.getOrDefault(ip, Bytes.ZERO));
            }
        }

        void close(Connection connection) {
            Bytes last = Objects.requireNonNull(open.remove(connection));
            carried.put(connection.ip(), new Bytes(last.in() & -1024, last.out() & -1024));
        }

        void move(Connection connection, Bytes moved) {
            open.merge(connection, moved, Bytes::plus);
            total = total.plus(moved);
        }
    }

    @Test
    void sumsEqualTotalsOnceQuietWhateverHappened() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            PeerLedger ledger = new PeerLedger();
            Library library = new Library();
            Bytes everything = Bytes.ZERO;
            for (int round = 0; round < 40; round++) {
                Set<IpAddress> left = new HashSet<>();
                for (int step = random.nextInt(6); step > 0; step--) {
                    switch (random.nextInt(4)) {
                        case 0 -> library.open(random.nextBoolean() ? A : B, random.nextInt(60_000));
                        case 1 -> {
                            for (Connection gone :
                                    library.open.keySet().stream().limit(1).toList()) {
                                library.close(gone);
                                left.add(gone.ip());
                            }
                        }
                        default -> {
                            for (Connection connection : Set.copyOf(library.open.keySet())) {
                                Bytes moved = new Bytes(random.nextInt(1000), random.nextInt(1000));
                                library.move(connection, moved);
                                everything = everything.plus(moved);
                            }
                        }
                    }
                }
                ledger.poll(library.total, Map.copyOf(library.open), left);
                if (random.nextInt(15) == 0) {
                    ledger.retire();
                    library = new Library();
                }
            }
            assertEquals(everything, ledger.known(), "seed " + seed);
        }
    }
}
