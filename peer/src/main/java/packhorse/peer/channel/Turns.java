package packhorse.peer.channel;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import packhorse.core.state.Priority;

/**
 * Whose batch goes next over a shared line. The most urgent class that waits goes first, and within a class whoever waited longest, so
 * that connections which always have something to send take turns. While a class waits it is owed {@link #SHARE} of what
 * more urgent ones send, and goes first once it is owed its whole batch: staged content yields to a person at once, and
 * still arrives some day.
 *
 * @param <T> who waits; one batch each
 */
final class Turns<T> {
    /** 5 %: a person hardly notices, and 1 GiB in the background still comes through a busy 100 Mbit/s line within half an hour. */
    static final double SHARE = 0.05;
    /** A class is never owed more than this: it makes up for a moment, not for a night. */
    static final long OWED_BYTES_MAX = 128 << 10;

    private record Waiting<T>(T who, long bytes) {}

    private final Map<Priority, Deque<Waiting<T>>> waiting = new EnumMap<>(Priority.class);
    private final Map<Priority, Double> owed = new EnumMap<>(Priority.class);

    Turns() {
        for (Priority priority : Priority.values()) {
            waiting.put(priority, new ArrayDeque<>());
            owed.put(priority, 0.0);
        }
    }

    void join(T who, Priority priority, long bytes) {
        queue(priority).add(new Waiting<>(who, bytes));
    }

    /** Gives up its turn. */
    void leave(T who) {
        waiting.values().forEach(queue -> queue.removeIf(one -> one.who().equals(who)));
    }

    Optional<T> next() {
        return turn().map(priority -> queue(priority).element().who());
    }

    /** Whoever is {@link #next} goes. */
    void serve() {
        Priority priority = turn().orElseThrow();
        long bytes = queue(priority).remove().bytes();
        owed.merge(priority, (double) -bytes, (before, cost) -> Math.max(0, before + cost));
        for (Priority less : Priority.values()) {
            if (less.compareTo(priority) < 0 && !queue(less).isEmpty()) {
                owed.merge(less, bytes * SHARE, (before, more) -> Math.min(OWED_BYTES_MAX, before + more));
            }
        }
    }

    private Optional<Priority> turn() {
        Optional<Priority> overdue = classes()
                .filter(priority -> owed.getOrDefault(priority, 0.0)
                        >= Math.min(OWED_BYTES_MAX, queue(priority).element().bytes()))
                .findFirst();
        return overdue.isPresent() ? overdue : classes().reduce((less, more) -> more);
    }

    /** Classes in which somebody waits, from last to first. */
    private Stream<Priority> classes() {
        return Stream.of(Priority.values()).filter(priority -> !queue(priority).isEmpty());
    }

    private Deque<Waiting<T>> queue(Priority priority) {
        Deque<Waiting<T>> queue = waiting.get(priority);
        if (queue == null) {
            throw new AssertionError("every class has its queue: " + priority);
        }
        return queue;
    }

    Collection<T> everybody() {
        return waiting.values().stream()
                .flatMap(Deque::stream)
                .map(Waiting::who)
                .toList();
    }
}
