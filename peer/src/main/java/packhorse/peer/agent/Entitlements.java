package packhorse.peer.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.durable.Durably;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Denied;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.Envelope;
import packhorse.core.state.Subject;

/**
 * May this endpoint have it, when somebody on it asks? A tracker says so, each time, for what is on this disk too: what may be
 * had changes with orders, labels and the office the machine is in. Where no tracker is reached, its last yes counts for
 * {@link #KEPT}, so that a laptop on a train keeps what it may have; a no is never kept, and whoever was never told yes is
 * refused.
 *
 * <p>An agent that has just started has not met its tracker yet. What is asked then waits for the first session and for the answer in it, together as
 * long as it would wait for an answer, unless the kept answers grant it; a pull in a machine's boot script is not refused for being early.
 *
 * <p>Owns the questions on their way, those that wait for the first session, and the answers that are kept. Only the owner
 * thread enters.
 */
final class Entitlements {
    /** What a day offline may not take away; longer, and a right that was taken away would be used. */
    static final Duration KEPT = Duration.ofHours(24);
    /** A tracker answers from memory. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);
    /** Nobody answered for so long after the start: the trackers are out of reach, and who asks is told so at once. */
    private static final Duration START_MAX = Duration.ofMinutes(1);
    /** Questions on their way or waiting: people and readers of one machine. */
    private static final int PENDING_MAX = 256;
    /** Answers that are kept; the oldest go. */
    private static final int KEPT_MAX = 5_000;
    /** Subjects of one question: half a frame at most. */
    private static final int SUBJECTS_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Entitlements.class);

    /**
     * What may be had of what was asked for.
     *
     * @param denied with the reason, one line each
     */
    record Verdict(List<Subject> allowed, Map<Subject, String> denied) {
        Verdict {
            allowed = List.copyOf(allowed);
            denied = Map.copyOf(denied);
        }
    }

    /** @param any whether one subject that may be had is enough */
    private record Pending(List<Subject> subjects, boolean any, Consumer<Verdict> then, long dueNanos) {
        boolean answeredBy(Verdict verdict) {
            return any ? !verdict.allowed().isEmpty() : verdict.denied().isEmpty();
        }
    }

    private final Path file;
    private final Predicate<Envelope> tracker;
    private final Supplier<String> trouble;
    private final Errands errands;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final boolean everything;
    private final Map<Long, Pending> pending = new TreeMap<>();
    private final List<Pending> early = new ArrayList<>();
    private final long startUntilNanos;
    private boolean met;
    private final Map<String, Instant> kept = new HashMap<>();
    private boolean tooOld;
    private long number;
    private boolean writing;
    private boolean unwritten;

    /**
     * @param tracker takes a message for the tracker there is; false when there is none or it takes no more now
     * @param trouble why no tracker is heard, empty when one is
     * @param everything whether nobody has to be asked: the origin's own agent
     */
    Entitlements(
            Path file,
            Predicate<Envelope> tracker,
            Supplier<String> trouble,
            Errands errands,
            InstantSource clock,
            LongSupplier nanoTime,
            boolean everything) {
        this.file = file;
        this.tracker = tracker;
        this.trouble = trouble;
        this.errands = errands;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.everything = everything;
        this.startUntilNanos = nanoTime.getAsLong() + START_MAX.toNanos();
        read();
    }

    private void read() {
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    kept.put(line.substring(space + 1), Instant.ofEpochMilli(Long.parseLong(line.substring(0, space))));
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("no answer is kept in {}", file);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the answers kept in {} cannot be read and are not used: {}", file, e.getMessage());
            kept.clear();
        }
    }

    /** Asks; exactly one verdict comes, also without any tracker. */
    void ask(List<Subject> subjects, Consumer<Verdict> then) {
        ask(new Pending(List.copyOf(subjects), false, then, nanoTime.getAsLong() + ANSWER_MAX.toNanos()));
    }

    /** The same for whom one that may be had is enough. */
    void askAny(List<Subject> subjects, Consumer<Verdict> then) {
        ask(new Pending(List.copyOf(subjects), true, then, nanoTime.getAsLong() + ANSWER_MAX.toNanos()));
    }

    private void ask(Pending question) {
        if (everything || tooOld || question.subjects().isEmpty()) {
            question.then().accept(new Verdict(question.subjects(), Map.of()));
            return;
        }
        Verdict alone = withoutTracker(question.subjects());
        if (pending.size() + early.size() >= PENDING_MAX) {
            question.then().accept(alone);
            return;
        }
        if (send(question)) {
            return;
        }
        if (met || question.answeredBy(alone) || nanoTime.getAsLong() - startUntilNanos >= 0) {
            question.then().accept(alone);
        } else {
            early.add(question);
        }
    }

    private boolean send(Pending asked) {
        EntitlementQuestion.Builder question = EntitlementQuestion.newBuilder().setNumber(++number);
        asked.subjects().stream().limit(SUBJECTS_MAX).map(StateCodec::write).forEach(question::addSubjects);
        boolean sent = tracker.test(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setEntitlementQuestion(question)
                .build());
        if (sent) {
            pending.put(question.getNumber(), asked);
        }
        return sent;
    }

    /** A tracker's answer. */
    void take(EntitlementAnswer answer) {
        Pending question = pending.remove(answer.getNumber());
        if (question == null) {
            LOG.debug("an answer to no question: {}", answer.getNumber());
            return;
        }
        Map<String, Subject> asked = question.subjects().stream()
                .collect(Collectors.toMap(Entitlements::name, subject -> subject, (a, b) -> a));
        List<Subject> allowed = new ArrayList<>();
        answer.getAllowedList().forEach(message -> {
            Subject subject =
                    subject(message).map(read -> asked.remove(name(read))).orElse(null);
            if (subject != null) {
                allowed.add(subject);
            }
        });
        Map<Subject, String> denied = new HashMap<>();
        for (Denied no : answer.getDeniedList()) {
            Subject subject = subject(no.getSubject())
                    .map(read -> asked.remove(name(read)))
                    .orElse(null);
            if (subject != null) {
                denied.put(subject, no.getReason());
            }
        }
        asked.values().forEach(subject -> denied.put(subject, "no entitlement names " + subject + " for this machine"));
        keep(allowed, denied.keySet());
        question.then().accept(new Verdict(allowed, denied));
    }

    /** A tracker's mistake must not end the agent: what cannot be read was not asked for. */
    private static Optional<Subject> subject(packhorse.core.message.v1.Subject message) {
        try {
            return Optional.of(StateCodec.read(message));
        } catch (IllegalArgumentException e) {
            LOG.warn("a tracker answers about something that cannot be read: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static String name(Subject subject) {
        return subject.toString();
    }

    /** A session began; a tracker of an older version knows no entitlements, and whom it names for a pack may have it. */
    void connected(int version) {
        tooOld = version < Agent.VERSION_OF_STATES;
        met = true;
        List<Pending> waited = List.copyOf(early);
        early.clear();
        waited.forEach(this::ask);
    }

    /** The session ended: nobody will answer what was asked. What waits for the first one goes on waiting. */
    void disconnected() {
        tooOld = false;
        List<Pending> unanswered = List.copyOf(pending.values());
        pending.clear();
        unanswered.forEach(question -> question.then().accept(withoutTracker(question.subjects())));
    }

    /** Questions that nobody answers are given up. */
    void tick(long nowNanos) {
        List<Pending> late = Stream.concat(pending.values().stream(), early.stream())
                .filter(question -> nowNanos - question.dueNanos() >= 0)
                .toList();
        pending.values().removeAll(late);
        early.removeAll(late);
        late.forEach(question -> question.then().accept(withoutTracker(question.subjects())));
    }

    private Verdict withoutTracker(List<Subject> subjects) {
        Instant oldest = clock.instant().minus(KEPT);
        List<Subject> allowed = new ArrayList<>();
        Map<Subject, String> denied = new HashMap<>();
        for (Subject subject : subjects) {
            Instant when = kept.get(name(subject));
            // A time after now is the clock's doing, and no yes.
            if (when != null && when.isAfter(oldest) && !when.isAfter(clock.instant())) {
                allowed.add(subject);
            } else {
                denied.put(
                        subject,
                        "no tracker can be asked whether this machine may have it ("
                                + (trouble.get().isEmpty() ? "it does not answer" : trouble.get())
                                + ")"
                                + (when == null ? "" : ", and the last yes is older than " + KEPT.toHours() + " h")
                                + "; try again when it is reached");
            }
        }
        return new Verdict(allowed, denied);
    }

    private void keep(Collection<Subject> allowed, Collection<Subject> denied) {
        Instant now = clock.instant();
        boolean changed = false;
        for (Subject subject : denied) {
            changed |= kept.remove(name(subject)) != null;
        }
        for (Subject subject : allowed) {
            Instant before = kept.put(name(subject), now);
            // Written once in a while is enough: a yes counts for a day.
            changed |= before == null || before.isBefore(now.minus(KEPT.dividedBy(24)));
        }
        if (kept.size() > KEPT_MAX) {
            kept.entrySet().stream()
                    .sorted(Map.Entry.comparingByValue())
                    .limit(kept.size() - KEPT_MAX)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(kept::remove);
        }
        unwritten |= changed;
        write();
    }

    private void write() {
        if (writing || !unwritten) {
            return;
        }
        writing = true;
        unwritten = false;
        byte[] lines = kept.entrySet().stream()
                .map(entry -> entry.getValue().toEpochMilli() + " " + entry.getKey() + "\n")
                .sorted()
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
        errands.run(
                () -> {
                    Durably.replace(file, lines);
                    return file;
                },
                written -> {
                    writing = false;
                    write();
                },
                refused -> {
                    writing = false;
                    LOG.warn("answers about entitlements cannot be kept: {}", refused.reason());
                });
    }
}
