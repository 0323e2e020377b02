package packhorse.console.trackers;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.EndpointWord;
import packhorse.core.message.v1.EndpointWords;
import packhorse.core.message.v1.Envelope;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireSession;

/**
 * What one tracker is to be told.
 *
 * <p>Two threads. The <i>finder</i> asks the desk what is to be said of all and of the endpoints that are due, and the <i>speaker</i>
 * alone sends: answers first, so that no wave of words delays an acknowledgement. Due is a set: what is said of an endpoint is asked when
 * it is said, and one that changes twice before is said once. A tracker that does not read is waited for, and the wire cuts it off when
 * that lasts. Everything but the two threads' own work may be called by any thread.
 */
final class Outgoing {
    private static final Logger LOG = LoggerFactory.getLogger(Outgoing.class);

    /** Words that are asked for at once. */
    private static final int WORDS_MAX = 500;

    /** Frames that wait for the speaker before the finder goes on; one question may add some more. */
    private static final int LEVELS_MAX = 4;

    /** A frame of words is closed when it has so many bytes. */
    private static final int FRAME_BYTES = 256 << 10;

    /** How long to wait for a tracker that does not read, or for a desk that fails. */
    private static final Duration FULL_PAUSE = Duration.ofMillis(20);

    private static final Duration FAILED_PAUSE = Duration.ofSeconds(1);

    private static final Duration LOOK = Duration.ofMillis(200);

    private record Said(WireSession session, Envelope message) {}

    private final HostPort tracker;
    private final ConsoleDesk desk;
    private final Predicate<EndpointId> here;
    private final Supplier<Optional<WireSession>> session;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition toSay = lock.newCondition();
    private final Condition pausing = lock.newCondition();

    // Guarded by lock.
    private final Set<EndpointId> due = new LinkedHashSet<>();
    private final ArrayDeque<Said> answers = new ArrayDeque<>();
    private final ArrayDeque<Said> levels = new ArrayDeque<>();
    private boolean standingDue;

    private final AtomicLong wordsSent = new AtomicLong();
    private final AtomicLong delays = new AtomicLong();

    /**
     * @param here whether an endpoint is at this tracker
     * @param session the one that is open
     */
    Outgoing(HostPort tracker, ConsoleDesk desk, Predicate<EndpointId> here, Supplier<Optional<WireSession>> session) {
        this.tracker = tracker;
        this.desk = desk;
        this.here = here;
        this.session = session;
    }

    /** Words about endpoints that were sent. */
    long wordsSent() {
        return wordsSent.get();
    }

    /** How often the tracker was waited for. */
    long delays() {
        return delays.get();
    }

    /** Something new is to be said of these. */
    void due(Collection<EndpointId> endpoints) {
        if (!endpoints.isEmpty()) {
            say(() -> due.addAll(endpoints));
        }
    }

    /** What holds for all endpoints is to be said anew. */
    void standingDue() {
        say(() -> standingDue = true);
    }

    /** The session is over, and with it who was here. */
    void forgetDue() {
        say(due::clear);
    }

    /** Has an answer sent before everything else. */
    void answer(WireSession to, Envelope.Builder message) {
        Said answer = new Said(to, message.setVersion(FrameCodec.VERSION).build());
        say(() -> answers.add(answer));
    }

    private void say(Runnable what) {
        lock.lock();
        try {
            what.run();
            toSay.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isOpen(WireSession which) {
        return session.get().filter(which::equals).isPresent();
    }

    // ---- the finder

    /** What the finder does until it is interrupted. */
    void find() throws InterruptedException {
        while (true) {
            Optional<WireSession> to;
            List<EndpointId> some = List.of();
            boolean standing;
            lock.lock();
            try {
                to = session.get();
                while (to.isEmpty() || (!standingDue && due.isEmpty()) || levels.size() >= LEVELS_MAX) {
                    var unused = toSay.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                    to = session.get();
                }
                standing = standingDue;
                standingDue = false;
                if (!standing) {
                    some = take(due, WORDS_MAX);
                }
            } finally {
                lock.unlock();
            }
            if (standing) {
                findStanding(to.get());
            } else {
                findWords(to.get(), some);
            }
        }
    }

    private static List<EndpointId> take(Set<EndpointId> from, int most) {
        List<EndpointId> some = new ArrayList<>(Math.min(most, from.size()));
        for (Iterator<EndpointId> each = from.iterator(); each.hasNext() && some.size() < most; ) {
            some.add(each.next());
            each.remove();
        }
        return some;
    }

    private void findStanding(WireSession to) throws InterruptedException {
        Standing standing;
        try {
            standing = desk.standing();
        } catch (RuntimeException e) {
            LOG.error("the tracker {} cannot be told what holds for all", tracker, e);
            standingDue();
            pause(FAILED_PAUSE);
            return;
        }
        // The site map first: what follows may name its sites.
        standing.sites().ifPresent(sites -> level(to, Envelope.newBuilder().setSiteMap(sites)));
        standing.denied().ifPresent(denied -> level(to, Envelope.newBuilder().setDenyList(denied)));
        standing.entitlements()
                .ifPresent(lines -> level(to, Envelope.newBuilder().setEntitlements(lines)));
    }

    private void findWords(WireSession to, List<EndpointId> endpoints) throws InterruptedException {
        List<EndpointId> still = endpoints.stream().filter(here).toList();
        if (still.isEmpty()) {
            return;
        }
        Map<EndpointId, Word> words = new HashMap<>();
        Set<EndpointId> unknown = new LinkedHashSet<>();
        Halves.ask(still, some -> words.putAll(desk.words(some)), (some, e) -> {
            LOG.error("the tracker {} cannot be told what {} endpoints should have", tracker, some.size(), e);
            unknown.addAll(some);
        });
        sendWords(to, still.stream().filter(one -> !unknown.contains(one)).toList(), words);
        due(unknown);
        if (unknown.size() == still.size()) {
            pause(FAILED_PAUSE);
        }
    }

    private void sendWords(WireSession to, List<EndpointId> endpoints, Map<EndpointId, Word> words) {
        EndpointWords.Builder frame = EndpointWords.newBuilder();
        int bytes = 0;
        for (EndpointId endpoint : endpoints) {
            EndpointWord word = message(endpoint, words.getOrDefault(endpoint, Word.NOTHING));
            if (word.getSerializedSize() > FrameCodec.FRAME_BYTES_MAX - FRAME_BYTES) {
                LOG.error(
                        "{} is not told what it should have: {} bytes are more than a frame holds; make bundles of it",
                        endpoint,
                        word.getSerializedSize());
                continue;
            }
            frame.addWords(word);
            bytes += word.getSerializedSize();
            if (bytes >= FRAME_BYTES) {
                level(to, Envelope.newBuilder().setEndpointWords(frame));
                frame = EndpointWords.newBuilder();
                bytes = 0;
            }
        }
        if (frame.getWordsCount() > 0) {
            level(to, Envelope.newBuilder().setEndpointWords(frame));
        }
    }

    private void level(WireSession to, Envelope.Builder message) {
        Said level = new Said(to, message.setVersion(FrameCodec.VERSION).build());
        say(() -> levels.add(level));
    }

    private static EndpointWord message(EndpointId endpoint, Word word) {
        return EndpointWord.newBuilder()
                .setEndpoint(ByteString.copyFrom(endpoint.bytes()))
                .setDesired(word.desired())
                .addAllGroups(word.groups())
                .putAllLabels(word.labels())
                .setInventoryHave(word.inventoryHave())
                .build();
    }

    // ---- the speaker

    /** What the speaker does until it is interrupted. */
    void speak() throws InterruptedException {
        while (true) {
            Said next;
            lock.lock();
            try {
                while (answers.isEmpty() && levels.isEmpty()) {
                    toSay.await();
                }
                next = answers.isEmpty() ? levels.poll() : answers.poll();
                // The finder may have room now.
                toSay.signalAll();
            } finally {
                lock.unlock();
            }
            if (next != null && isOpen(next.session())) {
                send(next.session(), next.message());
                wordsSent.addAndGet(next.message().getEndpointWords().getWordsCount());
            }
        }
    }

    private void pause(Duration time) throws InterruptedException {
        lock.lock();
        try {
            long left = time.toNanos();
            while (left > 0) {
                left = pausing.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the tracker reads; what a session did not take before it ended is said anew in the next. */
    private void send(WireSession to, Envelope message) throws InterruptedException {
        boolean waited = false;
        while (isOpen(to) && !to.send(message)) {
            if (!waited) {
                delays.incrementAndGet();
                waited = true;
            }
            pause(FULL_PAUSE);
        }
    }
}
