package packhorse.console.rest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.console.json.Records;
import packhorse.console.ledger.AuditBook;
import packhorse.core.OperationException;

/**
 * What happens, as it happens, for those who listen: server-sent events (WHATWG HTML §9.2) out of the audit trail. An event's id is the
 * number of its link, so whoever was cut off names the last one he saw and misses nothing, also at another console of the same ledger.
 *
 * <p>One thread looks whether the trail has grown, while anybody listens; each listener has the thread of its request, reads for itself,
 * and ends when its other end is gone, its token is, or the console closes.
 */
final class EventFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

    /** Nobody watches a wave who would mind half a second. */
    private static final Duration LOOK = Duration.ofMillis(500);
    /** More often than any proxy closes what is silent; a listener that is gone is found this soon. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    /** Each has a connection and a thread. */
    private static final int LISTENERS_MAX = 200;
    /** Read at once by one listener that is behind. */
    private static final int BATCH = 200;

    private final AuditBook audit;
    private final Semaphore places = new Semaphore(LISTENERS_MAX);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final Condition listened = lock.newCondition();
    private final Thread looker;
    private long newest;
    private boolean closed;

    EventFeed(AuditBook audit) {
        this.audit = audit;
        this.looker = Thread.ofVirtual().name("rest-events").start(this::look);
    }

    /** Follows the trail for one listener, on his request's thread, until he is gone. */
    @FunctionalInterface
    interface Listener {
        void follow(OutputStream out) throws IOException;
    }

    /**
     * Takes somebody in who listens.
     *
     * @param after the last event that he saw; empty: from now on
     * @param subject only events of this record and what belongs to it; empty: all
     * @param allowed whether he may still listen, asked at every heartbeat
     */
    Listener listener(OptionalLong after, Optional<String> subject, BooleanSupplier allowed) {
        long now = audit.newest();
        long from = after.orElse(now);
        if (from > now) {
            throw new packhorse.core.UsageException("there is no event " + from + " yet; the newest is " + now);
        }
        return out -> {
            if (!places.tryAcquire()) {
                throw new OperationException(LISTENERS_MAX + " listen already; try again later");
            }
            try {
                follow(from, subject, allowed, out);
            } finally {
                places.release();
            }
        };
    }

    private void follow(long from, Optional<String> subject, BooleanSupplier allowed, OutputStream out)
            throws IOException {
        say(out, "retry: 2000\n\n");
        out.flush();
        long at = from;
        long told = from;
        long asked = System.nanoTime();
        while (!isClosed()) {
            // However busy the trail is: whose token ends is sent away.
            if (System.nanoTime() - asked > HEARTBEAT.toNanos()) {
                if (!allowed.getAsBoolean()) {
                    return;
                }
                asked = System.nanoTime();
            }
            List<AuditLink> links = audit.after(at, BATCH);
            for (AuditLink link : links) {
                at = link.number();
                AuditEntry entry = AuditEntry.parse(link.bytes());
                if (subject.map(wanted -> concerns(entry.subject(), wanted)).orElse(true)) {
                    say(
                            out,
                            "id: " + at + "\nevent: " + entry.what() + "\ndata: "
                                    + Records.write(AuditLine.of(link, entry)) + "\n\n");
                    told = at;
                }
            }
            out.flush();
            if (links.size() < BATCH && !awaitBeyond(at)) {
                if (!allowed.getAsBoolean()) {
                    return;
                }
                asked = System.nanoTime();
                // An id alone is no event, but moves the place that the listener would go on from.
                say(out, at > told ? "id: " + at + "\n\n" : ": still here\n\n");
                told = at;
                out.flush();
            }
        }
    }

    private static boolean concerns(String subject, String wanted) {
        return subject.equals(wanted) || subject.startsWith(wanted + "/");
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for more behind {@code at}, for a heartbeat at most; whether there is more, or no more waiting. */
    private boolean awaitBeyond(long at) throws IOException {
        long left = HEARTBEAT.toNanos();
        lock.lock();
        try {
            listened.signal();
            while (newest <= at && !closed) {
                if (left <= 0) {
                    return false;
                }
                left = grown.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        while (true) {
            lock.lock();
            try {
                while (!closed && !lock.hasWaiters(grown)) {
                    listened.await();
                }
                if (closed) {
                    return;
                }
                boolean unusedTimeout = listened.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                lock.unlock();
            }
            publish();
        }
    }

    private void publish() {
        try {
            long now = audit.newest();
            lock.lock();
            try {
                newest = now;
                grown.signalAll();
            } finally {
                lock.unlock();
            }
        } catch (RuntimeException e) {
            LOG.warn("events wait, the trail cannot be read: {}", e.toString());
        }
    }

    /** Sends all listeners away. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            grown.signalAll();
            listened.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            looker.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
