package packhorse.dist.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;

/**
 * Both ends' accounts of the bytes of the connections between every pair of machines, inside their encryption. They balance when, for each direction of each pair,
 * what one says it sent is what the other says it received. Filled by one thread.
 */
final class Books {
    /**
     * One direction of one pair.
     *
     * @param from who sent
     * @param to who received
     */
    record Direction(IpAddress from, IpAddress to) implements Comparable<Direction> {
        @Override
        public int compareTo(Direction other) {
            int byFrom = from.compareTo(other.from);
            return byFrom != 0 ? byFrom : to.compareTo(other.to);
        }
    }

    /** A direction whose two accounts differ. */
    record Difference(Direction direction, long sent, long received) {
        @Override
        public String toString() {
            return direction.from() + " says it sent " + direction.to() + " " + sent + " bytes, which received "
                    + received;
        }
    }

    private final Map<Direction, Long> sent = new TreeMap<>();
    private final Map<Direction, Long> received = new TreeMap<>();

    /** One machine's account of what passed between it and another. */
    void enter(IpAddress self, IpAddress other, long bytesIn, long bytesOut) {
        if (bytesOut > 0) {
            sent.merge(new Direction(self, other), bytesOut, Long::sum);
        }
        if (bytesIn > 0) {
            received.merge(new Direction(other, self), bytesIn, Long::sum);
        }
    }

    /** Empty when the books balance. */
    List<Difference> differences() {
        List<Difference> out = new ArrayList<>();
        for (Direction direction : directions()) {
            long there = sent.getOrDefault(direction, 0L);
            long here = received.getOrDefault(direction, 0L);
            if (there != here) {
                out.add(new Difference(direction, there, here));
            }
        }
        return out;
    }

    Set<Direction> directions() {
        Set<Direction> all = new TreeSet<>(sent.keySet());
        all.addAll(received.keySet());
        return all;
    }

    /** What machines in {@code subnet} received from inside it ({@code local}) or from elsewhere. */
    long receivedBy(Subnet subnet, boolean local) {
        return received.entrySet().stream()
                .filter(entry -> subnet.contains(entry.getKey().to())
                        && subnet.contains(entry.getKey().from()) == local)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    long sentBy(IpAddress machine) {
        return sent.entrySet().stream()
                .filter(entry -> entry.getKey().from().equals(machine))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    long sentInAll() {
        return sent.values().stream().mapToLong(Long::longValue).sum();
    }

    long receivedInAll() {
        return received.values().stream().mapToLong(Long::longValue).sum();
    }
}
