package packhorse.peer.session;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Envelope;

/**
 * One agent's session with its trackers.
 *
 * <p>A virtual thread posts the agent's latest report to {@code /v1/agent} and the tracker holds its answer until it has a
 * newer assignment or the interval is over; then the next report goes out. A report that cannot wait ({@link #report} with
 * {@code atOnce}) breaks the poll off and is posted immediately. There is never more than one request under way, so answers
 * cannot overtake each other, and never more than one in {@value #SPACING_MILLIS} ms, whatever a tracker answers.
 *
 * <p>When a tracker fails the next one is tried at once; when all have failed in turn there is a pause that doubles from
 * {@code retryMin} to {@code retryMax}, each time shortened by chance to between half and all of it, so that agents that lost
 * their tracker together do not come back together. A tracker that is new to us, or was silent, is told that we know no
 * assignment, for its revisions are its own.
 */
public final class TrackerSession implements AutoCloseable {
    /** A burst of changes becomes one report; below what a person or a swarm notices. */
    private static final int SPACING_MILLIS = 50;
    /** Beyond the time a tracker may hold its answer; a loaded tracker gets this long to write it. */
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(10);
    /** A tracker that is not reached in this time is not there. */
    private static final Duration CONNECT_MAX = Duration.ofSeconds(3);
    /** An orderly farewell is a courtesy: it delays the stop no longer than this. */
    private static final Duration LEAVING_MAX = Duration.ofSeconds(1);

    private final SessionConfig config;
    private final RandomGenerator random;
    private final Consumer<SessionEvent> listener;
    private final HttpClient http;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;

    // Guarded by lock.
    private @Nullable AgentReport latest;

    // Guarded by lock.
    private boolean active;

    // Guarded by lock.
    private boolean pressing;

    // Guarded by lock.
    private boolean stopping;

    // Guarded by lock.
    private @Nullable CompletableFuture<HttpResponse<byte[]>> underWay;

    // Only the session's thread.
    private int current;
    private int failures;
    private boolean reached;
    private long sequence;
    private long knownRevision;
    private String lastTrouble = "";

    private TrackerSession(SessionConfig config, RandomGenerator random, Consumer<SessionEvent> listener) {
        this.config = config;
        this.random = random;
        this.listener = listener;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_MAX)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        config.bind().ifPresent(builder::localAddress);
        this.http = builder.build();
        this.thread = Thread.ofVirtual().name("tracker-session").unstarted(this::run);
    }

    /** Starts a session; it says nothing until the first {@link #report}. */
    public static TrackerSession start(SessionConfig config, RandomGenerator random, Consumer<SessionEvent> listener) {
        TrackerSession session = new TrackerSession(config, random, listener);
        session.thread.start();
        return session;
    }

    /**
     * Replaces what the agent has to say. The session fills in sequence, known revision and hold itself.
     *
     * @param moving whether a swarm moves, so that reports are due more often
     * @param atOnce whether this cannot wait for the poll under way
     */
    public void report(AgentReport report, boolean moving, boolean atOnce) {
        lock.lock();
        try {
            boolean first = latest == null;
            boolean quickened = moving && !active;
            latest = report;
            active = moving;
            if (first || atOnce || quickened) {
                pressing = true;
                if (underWay != null) {
                    underWay.cancel(true);
                }
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a message of its own: status reports, inventory, a question. False when no tracker is reached or it takes no more
     * at the moment; nothing is kept then, and {@link SessionEvent.Reached} says when to try again.
     */
    public boolean send(Envelope envelope) {
        return false;
    }

    /** Says goodbye and ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            stopping = true;
            if (underWay != null) {
                underWay.cancel(true);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(LEAVING_MAX.plusSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.shutdownNow();
    }

    private void run() {
        try {
            while (awaitTurn()) {
                poll();
            }
            leave();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until there is something to say; false when the session ends. */
    private boolean awaitTurn() throws InterruptedException {
        lock.lock();
        try {
            while (latest == null && !stopping) {
                changed.await();
            }
            return !stopping;
        } finally {
            lock.unlock();
        }
    }

    private void poll() throws InterruptedException {
        URI tracker = config.trackers().get(current);
        CompletableFuture<HttpResponse<byte[]>> answer;
        Duration hold;
        long sentNanos = System.nanoTime();
        lock.lock();
        try {
            if (stopping || latest == null) {
                return;
            }
            pressing = false;
            hold = active ? config.activeInterval() : config.idleInterval();
            answer = send(tracker, latest, hold, false);
            underWay = answer;
        } finally {
            lock.unlock();
        }
        try {
            HttpResponse<byte[]> response = answer.get(hold.plus(ANSWER_GRACE).toMillis(), TimeUnit.MILLISECONDS);
            boolean news = accept(tracker, response);
            pause((news ? Duration.ofMillis(SPACING_MILLIS) : hold).minusNanos(System.nanoTime() - sentNanos));
        } catch (CancellationException e) {
            pause(Duration.ofMillis(SPACING_MILLIS).minusNanos(System.nanoTime() - sentNanos));
        } catch (TimeoutException e) {
            answer.cancel(true);
            failed(tracker, "does not answer");
        } catch (ExecutionException e) {
            if (answer.isCancelled() || e.getCause() instanceof CancellationException) {
                pause(Duration.ofMillis(SPACING_MILLIS).minusNanos(System.nanoTime() - sentNanos));
            } else {
                failed(tracker, reason(e.getCause() == null ? e : e.getCause()));
            }
        } catch (IOException | IllegalArgumentException e) {
            failed(tracker, reason(e));
        } finally {
            lock.lock();
            try {
                underWay = null;
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Waits out the interval where a tracker answered early without news, so that one that does not hold its answers is not
     * asked in a circle. Something pressing ends the wait, after the spacing.
     */
    private void pause(Duration time) throws InterruptedException {
        long nanos = time.toNanos();
        long spacing = TimeUnit.MILLISECONDS.toNanos(SPACING_MILLIS);
        long leftSpacing = Math.min(spacing, nanos);
        lock.lock();
        try {
            while (leftSpacing > 0 && !stopping) {
                long before = leftSpacing;
                leftSpacing = changed.awaitNanos(leftSpacing);
                nanos -= before - leftSpacing;
            }
            while (nanos > 0 && !stopping && !pressing) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> send(
            URI tracker, AgentReport report, Duration hold, boolean leaving) {
        sequence++;
        Envelope envelope = Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setAgentReport(report.toBuilder()
                        .setSequence(sequence)
                        .setKnownRevision(knownRevision)
                        .setHoldMillis((int) hold.toMillis())
                        .setLeaving(leaving))
                .build();
        HttpRequest request = HttpRequest.newBuilder(agentDoor(tracker))
                .header("Content-Type", "application/octet-stream")
                .timeout(hold.plus(ANSWER_GRACE))
                .POST(HttpRequest.BodyPublishers.ofByteArray(FrameCodec.encode(envelope)))
                .build();
        return http.sendAsync(request, info -> new BoundedBody(FrameCodec.WHOLE_BYTES_MAX));
    }

    private static URI agentDoor(URI tracker) {
        String base = tracker.toString();
        return URI.create(base.endsWith("/") ? base + "v1/agent" : base + "/v1/agent");
    }

    /** Hands on what a tracker answered; true when it was news. */
    private boolean accept(URI tracker, HttpResponse<byte[]> response) throws IOException {
        if (response.statusCode() != 200) {
            throw new IOException("answers with HTTP status " + response.statusCode());
        }
        Envelope envelope = FrameCodec.decode(response.body());
        return switch (envelope.getBodyCase()) {
            case ASSIGNMENT -> {
                reached(tracker);
                boolean news = envelope.getAssignment().getRevision() != knownRevision;
                if (news) {
                    var place = AssignmentReader.read(envelope.getAssignment());
                    knownRevision = place.revision();
                    listener.accept(new SessionEvent.Assigned(place));
                }
                yield news;
            }
            case REFUSAL -> {
                String reason = envelope.getRefusal().getReason();
                if (!reason.equals(lastTrouble)) {
                    lastTrouble = reason;
                    listener.accept(new SessionEvent.Refused(reason));
                }
                knownRevision = 0;
                reached = false;
                yield false;
            }
            default -> throw new IOException("answers with " + envelope.getBodyCase() + " instead of an assignment");
        };
    }

    private void reached(URI tracker) {
        failures = 0;
        if (!reached) {
            reached = true;
            lastTrouble = "";
            listener.accept(new SessionEvent.Reached(tracker.toString()));
        }
    }

    private void failed(URI tracker, String why) throws InterruptedException {
        String trouble = "the tracker " + tracker + " " + why;
        if (!trouble.equals(lastTrouble)) {
            lastTrouble = trouble;
            listener.accept(new SessionEvent.Unreachable(trouble));
        }
        reached = false;
        knownRevision = 0;
        failures++;
        current = (current + 1) % config.trackers().size();
        if (failures % config.trackers().size() == 0) {
            int rounds = failures / config.trackers().size();
            long full = Math.min(config.retryMax().toNanos(), config.retryMin().toNanos() << Math.min(rounds - 1, 20));
            waitUnlessStopping(full / 2 + random.nextLong(full / 2 + 1));
        }
    }

    private void waitUnlessStopping(long pauseNanos) throws InterruptedException {
        long nanos = pauseNanos;
        lock.lock();
        try {
            while (nanos > 0 && !stopping) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return switch (cause) {
            case java.net.ConnectException e -> "does not accept connections; is it running?";
            case java.net.http.HttpTimeoutException e -> "does not answer";
            default -> message == null ? "failed: " + cause.getClass().getSimpleName() : "failed: " + message;
        };
    }

    private void leave() {
        AgentReport last;
        lock.lock();
        try {
            last = latest;
        } finally {
            lock.unlock();
        }
        if (last == null || !reached) {
            return;
        }
        CompletableFuture<HttpResponse<byte[]>> farewell =
                send(config.trackers().get(current), last, Duration.ZERO, true);
        try {
            var unused = farewell.get(LEAVING_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | CancellationException e) {
            farewell.cancel(true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
