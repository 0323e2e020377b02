package packhorse.tracker.console;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseAsk;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.LeaseRuling;
import packhorse.core.topology.EndpointId;
import packhorse.core.wire.WireSession;

/** Whether an endpoint may begin: asked of all consoles, ruled by the first that does. Safe for any thread. */
final class LeaseQuestions {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseQuestions.class);

    /** An agent that hears nothing of its question asks again after 10 s. */
    private static final Duration LEASE_MAX = Duration.ofSeconds(5);

    /** Questions that wait at once; each endpoint has one open, or few. */
    private static final int LEASES_MAX = 50_000;

    /** {@code asked} are those that have not answered. */
    private record Question(
            String action, CompletableFuture<LeaseAnswer> answer, Set<ConsoleLine> asked, long deadlineNanos) {}

    private final Lines lines;
    private final Map<Long, Question> questions = new ConcurrentHashMap<>();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong unruled = new AtomicLong();

    LeaseQuestions(Lines lines) {
        this.lines = lines;
    }

    /** Questions so far. */
    long asked() {
        return asked.get();
    }

    /** Those that nobody ruled on. */
    long unruled() {
        return unruled.get();
    }

    /** Asks; cancelled where nobody rules in time. */
    CompletableFuture<LeaseAnswer> ask(EndpointId endpoint, Optional<String> site, LeaseRequest request) {
        asked.incrementAndGet();
        CompletableFuture<LeaseAnswer> answer = new CompletableFuture<>();
        if (questions.size() >= LEASES_MAX) {
            unruled(answer);
            return answer;
        }
        long number = lines.number();
        Set<ConsoleLine> waiting = ConcurrentHashMap.newKeySet();
        questions.put(number, new Question(request.getAction(), answer, waiting, Lines.due(LEASE_MAX)));
        lines.ask(
                Envelope.newBuilder()
                        .setLeaseAsk(LeaseAsk.newBuilder()
                                .setNumber(number)
                                .setEndpoint(Memory.bytes(endpoint))
                                .setSite(site.orElse(""))
                                .setRequest(request)),
                waiting);
        if (waiting.isEmpty()) {
            giveUp(number);
        }
        return answer;
    }

    private void giveUp(long number) {
        Question question = questions.remove(number);
        if (question != null) {
            unruled(question.answer());
        }
    }

    private void unruled(CompletableFuture<LeaseAnswer> answer) {
        unruled.incrementAndGet();
        answer.cancel(false);
    }

    /** A console rules, or leaves it to others. */
    void ruled(WireSession session, LeaseRuling ruling) {
        Question question = questions.get(ruling.getNumber());
        Optional<ConsoleLine> from = question == null
                ? Optional.empty()
                : question.asked().stream()
                        .filter(line -> line.session.equals(session))
                        .findFirst();
        if (question == null || from.isEmpty()) {
            LOG.debug("{} rules on what nobody asks any more", session);
            return;
        }
        if (ruling.getPassed()) {
            if (question.asked().remove(from.get()) && question.asked().isEmpty()) {
                giveUp(ruling.getNumber());
            }
        } else if (questions.remove(ruling.getNumber(), question)) {
            question.answer()
                    .complete(LeaseAnswer.newBuilder()
                            .setAction(question.action())
                            .setUntilMillis(ruling.getUntilMillis())
                            .setReason(ruling.getReason())
                            .build());
        }
    }

    /** A console is gone and will not rule. */
    void forget(ConsoleLine line) {
        questions.forEach((number, question) -> {
            if (question.asked().remove(line) && question.asked().isEmpty()) {
                giveUp(number);
            }
        });
    }

    /** Gives up what nobody ruled on in time. */
    void drop(long nowNanos) {
        questions.forEach((number, question) -> {
            if (nowNanos - question.deadlineNanos() >= 0) {
                giveUp(number);
            }
        });
    }
}
