package packhorse.peer.swarm;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
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
 * <p>A peer that comes back to the same torrent starts with the counters of its last connection, in whole KiB: libtorrent carries
 * them over. A new connection of an address that was here before is therefore taken down by what it brings the sum above the
 * total.
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

    /** Who left since the torrent entered libtorrent. */
    private final Set<IpAddress> hereBefore = new HashSet<>();
    /** What open connections began with. */
    private final Map<Connection, Bytes> carriedOver = new HashMap<>();

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
        hereBefore.addAll(left);
        for (IpAddress ip : left) {
            suspects.merge(ip, new Bytes(1, 1), Bytes::plus);
        }
        Map<Connection, Bytes> before = Map.copyOf(live);
        before.forEach((connection, bytes) -> {
            Bytes raw = connections.get(connection);
            Bytes now = raw == null ? Bytes.ZERO : less(raw, carriedOver.get(connection));
            if (raw == null || now.in() < bytes.in() || now.out() < bytes.out()) {
                close(connection, bytes);
            }
        });
        // First all that cannot have brought anything: the rest of the total is what the others may have.
        connections.forEach((connection, raw) -> {
            if (live.containsKey(connection) || !hereBefore.contains(connection.ip())) {
                take(connection, less(raw, carriedOver.get(connection)));
            }
        });
        connections.forEach((connection, raw) -> {
            if (!live.containsKey(connection)) {
                Bytes carried = carried(raw);
                carriedOver.put(connection, carried);
                take(connection, less(raw, carried));
            }
        });
        bookUnexplained();
    }

    private void take(Connection connection, Bytes bytes) {
        Bytes last = live.getOrDefault(connection, Bytes.ZERO);
        pace.put(connection, new Bytes(bytes.in() - last.in(), bytes.out() - last.out()));
        live.put(connection, bytes);
    }

    /** What the new connection of somebody who was here before brings the sum above the total by. */
    private Bytes carried(Bytes raw) {
        Bytes above = less(known().plus(raw), retired.plus(total));
        return new Bytes(Math.clamp(above.in(), 0, raw.in()), Math.clamp(above.out(), 0, raw.out()));
    }

    /** Bytes on their way between the reading of the total and of the connections were taken off too; they come back here. */
    private Bytes giveBack(long in, long out) {
        Bytes given = Bytes.ZERO;
        for (Map.Entry<Connection, Bytes> entry : carriedOver.entrySet()) {
            Bytes carried = entry.getValue();
            Bytes back = new Bytes(
                    Math.min(carried.in(), Math.max(0, in - given.in())),
                    Math.min(carried.out(), Math.max(0, out - given.out())));
            entry.setValue(less(carried, back));
            live.merge(entry.getKey(), back, Bytes::plus);
            given = given.plus(back);
        }
        return given;
    }

    private static Bytes less(Bytes raw, @Nullable Bytes carried) {
        return carried == null ? raw : new Bytes(raw.in() - carried.in(), raw.out() - carried.out());
    }

    private void close(Connection connection, Bytes bytes) {
        live.remove(connection);
        carriedOver.remove(connection);
        hereBefore.add(connection.ip());
        closed.merge(connection.ip(), bytes, Bytes::plus);
        Bytes lastPace = pace.remove(connection);
        suspects.merge(connection.ip(), (lastPace == null ? Bytes.ZERO : lastPace).plus(new Bytes(1, 1)), Bytes::plus);
    }

    private void bookUnexplained() {
        Bytes known = known();
        Bytes all = retired.plus(total);
        long in = all.in() - known.in();
        long out = all.out() - known.out();
        if (suspects.isEmpty() && (in > 0 || out > 0)) {
            Bytes given = giveBack(in, out);
            in -= given.in();
            out -= given.out();
        }
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
        hereBefore.clear();
        suspects.clear();
    }

    /** Keeps at most so many addresses apart; the books of others go to {@link #OTHERS}, so that the sums stay. */
    void bound(int addresses) {
        java.util.Iterator<IpAddress> gone = closed.keySet().stream()
                .filter(ip -> !ip.equals(OTHERS))
                .toList()
                .iterator();
        while (closed.size() > addresses && gone.hasNext()) {
            IpAddress ip = gone.next();
            Bytes bytes = closed.remove(ip);
            hereBefore.remove(ip);
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
