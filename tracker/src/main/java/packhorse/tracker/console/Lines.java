package packhorse.tracker.console;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import packhorse.core.message.v1.Envelope;
import packhorse.core.wire.WireSession;

/** All consoles that are connected, and the numbers of what they are asked. Safe for any thread. */
final class Lines implements Iterable<ConsoleLine> {
    private final List<ConsoleLine> lines = new CopyOnWriteArrayList<>();
    private final AtomicLong numbers = new AtomicLong();

    void add(ConsoleLine line) {
        lines.add(line);
    }

    /** Takes a session's line out. */
    Optional<ConsoleLine> remove(WireSession session) {
        Optional<ConsoleLine> its =
                lines.stream().filter(line -> line.session.equals(session)).findFirst();
        its.ifPresent(line -> {
            line.closed = true;
            lines.remove(line);
        });
        return its;
    }

    @Override
    public Iterator<ConsoleLine> iterator() {
        return lines.iterator();
    }

    int size() {
        return lines.size();
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** Whoever is to store: the first that answers in time, else the first. */
    Optional<ConsoleLine> storing() {
        return lines.stream()
                .filter(each -> !each.late)
                .findFirst()
                .or(() -> lines.stream().findFirst());
    }

    /** Of what is asked next, never the same twice. */
    long number() {
        return numbers.incrementAndGet();
    }

    /** Asks all; in {@code asked}, which is safe for any thread, are those who were and have not answered yet. */
    void ask(Envelope.Builder question, Set<ConsoleLine> asked) {
        // All of them before the first is asked: it may answer, and seem to be the last, before the next is.
        List<ConsoleLine> now = List.copyOf(lines);
        asked.addAll(now);
        for (ConsoleLine line : now) {
            if (!line.send(question) || line.closed) {
                asked.remove(line);
            }
        }
    }

    /** When something that is asked now is answered too late, by {@link System#nanoTime}. */
    static long due(Duration most) {
        return System.nanoTime() + most.toNanos();
    }
}
