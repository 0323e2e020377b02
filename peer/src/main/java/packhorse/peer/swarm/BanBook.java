package packhorse.peer.swarm;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import packhorse.core.topology.IpAddress;

/**
 * Whom libtorrent banned in one pack, and whom to do without after bans were forgotten.
 *
 * <p>A piece comes from several peers; when it fails its hashes, honest ones are banned with the liar, and now and then all honest
 * ones at once: the download starves. Forgetting all bans and starting over is enough most of the time, so the first starvation
 * forgives everybody. From the second on, peers that were ever banned are tried one at a time, the least banned first: a
 * piece that comes from one peer alone cannot be blamed on another. An honest peer among them then delivers; a liar is banned
 * again, moves to the end of the order and the next starvation tries the next. As long as one honest peer can be reached, at most
 * one round per suspect passes before it is its turn. Peers never banned are never held back.
 */
final class BanBook {
    private final Map<IpAddress, Integer> times = new HashMap<>();
    private int starvations;

    /** Counts a ban; returns how often this peer was banned by now. */
    int banned(IpAddress peer) {
        return times.merge(peer, 1, Integer::sum);
    }

    /** Counts a starvation; returns how many there were. */
    int starved() {
        starvations++;
        return starvations;
    }

    boolean anyBan() {
        return !times.isEmpty();
    }

    /** Who of the candidates is to be left out now. */
    Set<IpAddress> excluded(Collection<IpAddress> candidates) {
        if (starvations < 2) {
            return Set.of();
        }
        List<IpAddress> suspects = candidates.stream()
                .distinct()
                .filter(times::containsKey)
                .sorted(Comparator.comparing((IpAddress peer) -> times.getOrDefault(peer, 0))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        Set<IpAddress> excluded = new TreeSet<>(suspects);
        if (!suspects.isEmpty()) {
            excluded.remove(suspects.get(turn(suspects)));
        }
        return excluded;
    }

    /** A peer that is tried and banned moves back by itself; one that is tried and merely silent gives way by rotation. */
    private int turn(List<IpAddress> suspects) {
        int least = times.getOrDefault(suspects.getFirst(), 0);
        int equals = (int) suspects.stream()
                .filter(peer -> times.getOrDefault(peer, 0) == least)
                .count();
        return (starvations - 2) % equals;
    }
}
