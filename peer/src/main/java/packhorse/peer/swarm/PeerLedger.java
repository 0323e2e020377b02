package packhorse.peer.swarm;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import packhorse.core.topology.IpAddress;
import packhorse.peer.swarm.SwarmEvent.Bytes;

/**
 * Who sent and got how many payload bytes of one pack, exact although it is only polled.
 *
 * <p>libtorrent counts payload per connection and, at the same moment, per torrent: when a block's bytes leave for or come from the
 * socket. A connection's counters are gone once it closes, so what flowed between the last poll and the close is missing from
 * the sum over connections, but not from the torrent's total. Each poll reads the total first and the connections after it; a
 * total above the sum can then only come from closed connections, and the difference is booked to those that closed since the
 * books last balanced, by what they moved in their last interval. Once nothing moves, the sum over peers equals the torrent's
 * total exactly, in each direction; with one closed connection every single peer's figure is exact too.
 *
 * <p>Both ends of a connection count the same bytes unless it is cut with bytes on the wire: then the sender counted what
 * the receiver never read.
 *
 * <p>Rejected: BLOCK_UPLOADED and BLOCK_FINISHED alerts. The first tells what was queued, not what was sent; the second leaves out
 * redundant and failed blocks, which crossed the link all the same; both cost a native call per 16 KiB.
 */
final class PeerLedger {
    /** One connection: the remote's address and port, and the identity it made up for this connection. */
    record Connection(IpAddress ip, int port, String id) {}

    /** Stands for all addresses that are not told apart any more. */
    static final IpAddress OTHERS = IpAddress.parse("0.0.0.0");

    private final Map<IpAddress, Bytes> closed = new HashMap<>();
    private final Map<Connection, Bytes> live = new HashMap<>();
    /** Bytes that connections moved in the interval before the last poll. */
    private final Map<Connection, Bytes> pace = new HashMap<>();
    /** Who closed since the books last balanced, with the weight of their claim to unexplained bytes. */
    private final Map<IpAddress, Bytes> suspects = new HashMap<>();

    private Bytes retired = Bytes.ZERO;
    private Bytes total = Bytes.ZERO;

    /**
     * Takes a poll in.
     *
     * @param total payload of the torrent since it was added, read before the connections
     * @param connections payload of each open connection
     * @param left addresses of connections that were closed since the last poll, seen open or not
     */
    void poll(Bytes total, Map<Connection, Bytes> connections, Set<IpAddress> left) {
        this.total = total;
        for (IpAddress ip : left) {
            suspects.merge(ip, new Bytes(1, 1), Bytes::plus);
        }
        Map<Connection, Bytes> before = Map.copyOf(live);
        before.forEach((connection, bytes) -> {
            Bytes now = connections.get(connection);
            if (now == null || now.in() < bytes.in() || now.out() < bytes.out()) {
                close(connection, bytes);
            }
        });
        connections.forEach((connection, bytes) -> {
            Bytes last = live.getOrDefault(connection, Bytes.ZERO);
            pace.put(connection, new Bytes(bytes.in() - last.in(), bytes.out() - last.out()));
            live.put(connection, bytes);
        });
        bookUnexplained();
    }

    private void close(Connection connection, Bytes bytes) {
        live.remove(connection);
        closed.merge(connection.ip(), bytes, Bytes::plus);
        Bytes lastPace = pace.remove(connection);
        suspects.merge(connection.ip(), (lastPace == null ? Bytes.ZERO : lastPace).plus(new Bytes(1, 1)), Bytes::plus);
    }

    private void bookUnexplained() {
        Bytes known = known();
        Bytes all = retired.plus(total);
        long in = all.in() - known.in();
        long out = all.out() - known.out();
        if (in > 0) {
            split(in, Bytes::in).forEach((ip, share) -> closed.merge(ip, new Bytes(share, 0), Bytes::plus));
        }
        if (out > 0) {
            split(out, Bytes::out).forEach((ip, share) -> closed.merge(ip, new Bytes(0, share), Bytes::plus));
        }
        if (in == 0 && out == 0) {
            suspects.clear();
        }
    }

    private Map<IpAddress, Long> split(long amount, ToLongFunction<Bytes> weight) {
        Map<IpAddress, Long> shares = new HashMap<>();
        double weights = suspects.values().stream().mapToLong(weight).sum();
        long left = amount;
        int still = suspects.size();
        for (Map.Entry<IpAddress, Bytes> suspect : suspects.entrySet()) {
            long share = still == 1
                    ? left
                    : Math.min(left, (long) (amount * (weight.applyAsLong(suspect.getValue()) / weights)));
            shares.put(suspect.getKey(), share);
            left -= share;
            still--;
        }
        return shares;
    }

    /** The torrent leaves libtorrent, and its counters with it; what comes after counts on. */
    void retire() {
        for (Map.Entry<Connection, Bytes> connection : Map.copyOf(live).entrySet()) {
            close(connection.getKey(), connection.getValue());
        }
        bookUnexplained();
        retired = known();
        total = Bytes.ZERO;
        suspects.clear();
    }

    /** Keeps at most so many addresses apart; the books of others go to {@link #OTHERS}, so that the sums stay. */
    void bound(int addresses) {
        java.util.Iterator<IpAddress> gone = closed.keySet().stream()
                .filter(ip -> !ip.equals(OTHERS))
                .toList()
                .iterator();
        while (closed.size() > addresses && gone.hasNext()) {
            Bytes bytes = closed.remove(gone.next());
            if (bytes != null) {
                closed.merge(OTHERS, bytes, Bytes::plus);
            }
        }
    }

    /** Payload by remote address, over all connections ever. */
    Map<IpAddress, Bytes> byPeer() {
        Map<IpAddress, Bytes> sums = new HashMap<>(closed);
        live.forEach((connection, bytes) -> sums.merge(connection.ip(), bytes, Bytes::plus));
        return sums;
    }

    /** The sum of {@link #byPeer()}. */
    Bytes known() {
        return byPeer().values().stream().reduce(Bytes.ZERO, Bytes::plus);
    }
}
