package packhorse.peer.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.peer.session.TrackerSession;

/**
 * The right to begin what cannot be taken back for free, for each action and until a time. It is asked for when everything else
 * is ready, so that a hold that somebody orders reaches every endpoint that has not begun, within the length of a lease. Who is
 * refused asks again, ever more seldom and never in step with others; who lost the tracker asks once it is back.
 *
 * <p>Leases are not kept over a restart: an agent that was away asks again. Owns the leases held and the questions on their way.
 * Only the owner thread enters.
 */
final class Leases {
    /** After the first refusal; a hold is lifted by people, not within seconds. */
    private static final Duration PAUSE_FIRST = Duration.ofSeconds(5);
    /** What a lifted hold may cost an endpoint at most, with the jitter. */
    private static final Duration PAUSE_MAX = Duration.ofMinutes(2);
    /** A tracker answers from memory; one that says nothing has lost the question. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    /** Endpoints that come back to one tracker together do not ask in the same moment. */
    private static final Duration SPREAD = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

    /** A question that is to be asked, or was. */
    private static final class Asking {
        long dueNanos;
        boolean asked;
        Duration pause = PAUSE_FIRST;
        String refusal = "";

        Asking(long dueNanos) {
            this.dueNanos = dueNanos;
        }
    }

    private final TrackerSession session;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final Map<String, Instant> held = new HashMap<>();
    private final Map<String, Asking> asking = new HashMap<>();
    private boolean connected;

    Leases(TrackerSession session, InstantSource clock, LongSupplier nanoTime, RandomGenerator random) {
        this.session = session;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** Those that have not lapsed, by action. */
    Map<String, Instant> held() {
        return Map.copyOf(held);
    }

    /** Which actions wait for one now; whoever is not named does not wait any more. */
    void want(Set<String> actions) {
        long now = nanoTime.getAsLong();
        asking.keySet().retainAll(actions);
        actions.forEach(action -> asking.computeIfAbsent(action, fresh -> new Asking(now)));
        ask(now);
    }

    /** Why the last question was answered with no; empty where it was not. */
    String refusal(String action) {
        Asking question = asking.get(action);
        return question == null ? "" : question.refusal;
    }

    /** A session began with a tracker that knows leases. */
    void connected() {
        connected = true;
        long now = nanoTime.getAsLong();
        for (Asking question : asking.values()) {
            question.asked = false;
            question.dueNanos = now + random.nextLong(SPREAD.toNanos());
        }
    }

    /** Nobody can be asked. */
    void disconnected() {
        connected = false;
    }

    /** Gives one by this machine's own right: its user ordered the action. */
    void grant(String action, Duration length) {
        asking.remove(action);
        held.put(action, clock.instant().plus(length));
    }

    /**
     * A tracker's answer.
     *
     * @return whether a lease came
     */
    boolean take(LeaseAnswer answer) {
        Asking question = asking.get(answer.getAction());
        if (question == null) {
            LOG.debug("an answer about a lease that nobody asked for: {}", answer.getAction());
            return false;
        }
        Instant until = Instant.ofEpochMilli(answer.getUntilMillis());
        if (until.isAfter(clock.instant())) {
            LOG.info("the action {} has a lease until {}", answer.getAction(), until);
            asking.remove(answer.getAction());
            held.put(answer.getAction(), until);
            return true;
        }
        question.refusal = answer.getUntilMillis() == 0
                ? answer.getReason()
                : "its end, " + until + ", has passed by this machine's clock; check the clocks";
        LOG.debug("no lease for {}: {}", answer.getAction(), question.refusal);
        later(question);
        return false;
    }

    private void later(Asking question) {
        question.asked = false;
        question.dueNanos =
                nanoTime.getAsLong() + question.pause.toNanos() / 2 + random.nextLong(question.pause.toNanos());
        Duration next = question.pause.multipliedBy(2);
        question.pause = next.compareTo(PAUSE_MAX) < 0 ? next : PAUSE_MAX;
    }

    /** Time passes: leases lapse, and it is asked again. */
    void tick() {
        Instant now = clock.instant();
        held.values().removeIf(until -> !now.isBefore(until));
        ask(nanoTime.getAsLong());
    }

    private void ask(long nowNanos) {
        if (!connected) {
            return;
        }
        asking.forEach((action, question) -> {
            if (nowNanos - question.dueNanos < 0) {
                return;
            }
            if (question.asked) {
                question.refusal = "no tracker answers";
                later(question);
                return;
            }
            boolean sent = session.send(Envelope.newBuilder()
                    .setVersion(FrameCodec.VERSION)
                    .setLeaseRequest(LeaseRequest.newBuilder().setAction(action))
                    .build());
            question.asked = sent;
            question.dueNanos = nowNanos + ANSWER_MAX.toNanos();
        });
    }
}
