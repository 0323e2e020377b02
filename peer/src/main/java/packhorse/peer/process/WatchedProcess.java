package packhorse.peer.process;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;

/**
 * A child process that is talked with in frames, and watched. What goes wrong in there ends there, and is told once.
 *
 * <p>Four threads serve one process. One writes commands; a question for a sign of life overtakes those that wait. One reads
 * events: a frame that is damaged, or that the {@link Dialogue} cannot have meant, ends the process. One takes its log over.
 * One keeps the {@link Heartbeat} and waits for the end, which it tells once, whoever brought it about:
 *
 * <pre>
 *   STARTING ──ready──► RUNNING ──close()──► gone, nothing told
 *      │                   │ silent for too long, or garbage: SIGKILL
 *      │ says why not      ▼ crash, signal, exit
 *      ▼                ended(reason)
 *   OperationException
 * </pre>
 *
 * @param <C> what it is told
 */
public final class WatchedProcess<C> implements AutoCloseable {
    /** Commands that wait to be written; a refused offer is said again. */
    private static final int QUEUE_MAX = 4096;
    /** From the start to the first sign: a second, several on a machine whose cores are taken. */
    private static final long START_SECONDS_MAX = 20;
    /** For its last words. */
    private static final long STOP_SECONDS_MAX = 5;
    /** For what it wrote before it ended. */
    private static final long REST_MILLIS_MAX = 1000;

    private static final int BUFFER_BYTES = 64 << 10;
    /** Signals show as exit codes from here on. */
    private static final int EXIT_SIGNAL = 128;

    private static final Logger LOG = LoggerFactory.getLogger(WatchedProcess.class);

    /**
     * How it is watched.
     *
     * @param word what it is called in logs and names of threads: {@code swarm}
     * @param ask how often it is asked for a sign of life
     * @param silence how long it may take to answer; then it is taken for hung and killed
     */
    public record Watch(String word, Duration ask, Duration silence) {
        String name() {
            return "the " + word + " process";
        }
    }

    /** What both ends say. Called on threads of the process's, {@link #hear} and {@link #say} each on one. */
    public interface Dialogue<C> {
        /** The first frame. */
        Envelope greeting();

        /** Asks for a sign of life. */
        Envelope question(long number);

        /** Asks it to end. */
        Envelope goodbye();

        /** The frames of a command; maybe none. */
        List<Envelope> say(C command);

        /**
         * Takes an event. While this does not return nothing else is heard.
         *
         * @throws IllegalArgumentException when it says what cannot be
         */
        Heard hear(Envelope event);

        /** It ended by itself, after it was ready; one line why. */
        void ended(String reason);
    }

    /** What an event means for those who watch. */
    public sealed interface Heard {
        /** It lives. */
        record Alive(long number) implements Heard {}

        /** It takes commands from now on. */
        record Ready() implements Heard {}

        /** It has to end, for this reason. */
        record Doomed(String reason) implements Heard {}

        /** Nothing. */
        record News() implements Heard {}
    }

    private final Watch watching;
    private final Dialogue<C> dialogue;
    private final Process process;
    private final ChildLog log;
    private final BlockingQueue<Object> outgoing = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final AtomicLong question = new AtomicLong();
    private final Heartbeat heartbeat;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable String> doom = new AtomicReference<>();
    private final Thread reader;
    private volatile boolean closing;
    /** While an event waits for somebody to take it. */
    private volatile boolean handing;

    private enum Token {
        /** Somebody has a question; wakes the writer. */
        QUESTION,
        STOP
    }

    /** @param command wraps what is told, so that it is told from our own tokens */
    private record Told<C>(C command) {}

    private WatchedProcess(Process process, Watch watching, Dialogue<C> dialogue) {
        this.watching = watching;
        this.dialogue = dialogue;
        this.heartbeat = new Heartbeat(watching.ask(), watching.silence(), System.nanoTime());
        this.process = process;
        this.log = ChildLog.follow(watching.word(), process);
        this.reader =
                Thread.ofPlatform().daemon().name(watching.word() + "-events").unstarted(this::read);
    }

    /** Begins to talk with a process that was started just now. */
    public static <C> WatchedProcess<C> of(Process process, Watch watching, Dialogue<C> dialogue) {
        WatchedProcess<C> watched = new WatchedProcess<>(process, watching, dialogue);
        watched.reader.start();
        Thread.ofPlatform().daemon().name(watching.word() + "-commands").start(watched::write);
        Thread.ofPlatform().daemon().name(watching.word() + "-watch").start(watched::watch);
        return watched;
    }

    /**
     * Waits until it is ready.
     *
     * @throws OperationException when it will not be, with one line why; it was ended then
     */
    public void awaitReady() {
        String why;
        try {
            boolean now = ready.get(START_SECONDS_MAX, TimeUnit.SECONDS);
            LOG.debug("{} {} is ready: {}", watching.name(), process.pid(), now);
            return;
        } catch (TimeoutException e) {
            why = watching.name() + " is not ready within " + START_SECONDS_MAX + " s; is the machine overloaded?";
        } catch (ExecutionException e) {
            why = String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = "interrupted while " + watching.name() + " started";
        }
        closing = true;
        kill();
        throw new OperationException(why);
    }

    /** The process; for those who watch over the machine, and for tests that do it harm. */
    public long pid() {
        return process.pid();
    }

    /** Hands a command over; false when too many wait, or it is ending. Never blocks. */
    public boolean offer(C command) {
        return !closing && ended.getCount() > 0 && outgoing.offer(new Told<>(command));
    }

    private void write() {
        try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), BUFFER_BYTES)) {
            send(out, dialogue.greeting());
            out.flush();
            Object next = outgoing.take();
            while (next != Token.STOP) {
                askIfDue(out);
                if (next instanceof Told<?> told) {
                    write(out, told);
                }
                if (outgoing.isEmpty()) {
                    out.flush();
                }
                next = outgoing.take();
            }
            send(out, dialogue.goodbye());
            out.flush();
            // Its end of the pipe stays open until it has said its last word.
            ended.await();
        } catch (IOException e) {
            LOG.debug("{} {} takes no more commands", watching.name(), process.pid(), e);
        } catch (IllegalArgumentException e) {
            doom("it was to be told what cannot be said: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void askIfDue(OutputStream out) throws IOException {
        long number = question.getAndSet(0);
        if (number > 0) {
            send(out, dialogue.question(number));
            out.flush();
        }
    }

    /** Only {@link #offer} makes them, of commands. */
    @SuppressWarnings("unchecked")
    private void write(OutputStream out, Told<?> told) throws IOException {
        for (Envelope message : dialogue.say((C) told.command())) {
            askIfDue(out);
            send(out, message);
        }
    }

    private static void send(OutputStream out, Envelope message) throws IOException {
        out.write(FrameCodec.encode(message));
    }

    private void read() {
        try (BufferedInputStream in = new BufferedInputStream(process.getInputStream(), BUFFER_BYTES)) {
            for (Optional<Envelope> next = FrameCodec.read(in); next.isPresent(); next = FrameCodec.read(in)) {
                take(next.get());
            }
        } catch (IOException | IllegalArgumentException e) {
            if (!endsByItself()) {
                doom("it says what it cannot mean: " + e.getMessage());
            }
        }
    }

    /** A virtual machine that crashes says so on standard output, whoever listens; and a pipe may break in the middle of a frame. */
    private boolean endsByItself() {
        try {
            return process.waitFor(REST_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void take(Envelope message) {
        handing = true;
        Heard heard;
        try {
            heard = dialogue.hear(message);
        } finally {
            handing = false;
        }
        switch (heard) {
            case Heard.Alive(long number) -> heartbeat.answered(number);
            case Heard.Ready() -> {
                boolean first = ready.complete(true);
                LOG.debug("{} {} says that it is ready, first {}", watching.name(), process.pid(), first);
            }
            case Heard.Doomed(String reason) -> doom(reason);
            case Heard.News() -> {
                // Nothing to watch.
            }
        }
    }

    /** Ends the process; the first reason is the one that is told. */
    private void doom(String reason) {
        boolean first = doom.compareAndSet(null, reason);
        LOG.debug("{} {} has to end: {} ({})", watching.name(), process.pid(), reason, first);
        kill();
    }

    private void kill() {
        Process dead = process.destroyForcibly();
        LOG.debug("killed {}", dead.pid());
    }

    private void watch() {
        try {
            while (!process.waitFor(watching.ask().toNanos(), TimeUnit.NANOSECONDS)) {
                // While it starts there is nobody to answer.
                if (!closing && ready.isDone()) {
                    beat();
                }
            }
            // Whatever it started might hold the pipes open.
            reader.join(REST_MILLIS_MAX);
            String said = log.last(REST_MILLIS_MAX);
            end(reason(said));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill();
        }
    }

    private void beat() {
        if (handing) {
            // The answer stands behind an event that this agent does not take.
            heartbeat.excuse(System.nanoTime());
            return;
        }
        switch (heartbeat.tick(System.nanoTime())) {
            case ASK -> {
                question.set(heartbeat.number());
                boolean woken = outgoing.offer(Token.QUESTION);
                LOG.trace("asked {}, woken {}", heartbeat.number(), woken);
            }
            case LOST -> doom("it has not answered for " + watching.silence().toSeconds() + " s and was killed");
            case WAIT -> LOG.debug("{} {} has not answered yet", watching.name(), process.pid());
        }
    }

    private String reason(String said) {
        String known = doom.get();
        if (known != null) {
            return known;
        }
        int code = process.exitValue();
        return (code > EXIT_SIGNAL ? "signal " + (code - EXIT_SIGNAL) : "exit code " + code)
                + (said.isEmpty() ? "" : "; it last said: " + said);
    }

    private void end(String reason) {
        ended.countDown();
        // Wakes the writer, unless it has more than enough to fail at.
        boolean woken = outgoing.offer(Token.STOP);
        LOG.debug("{} {} ended, writer woken {}: {}", watching.name(), process.pid(), woken, reason);
        boolean never = ready.completeExceptionally(new OperationException(reason));
        if (!closing && !never) {
            dialogue.ended(reason);
        }
    }

    /**
     * Asks it to end, and waits.
     *
     * @return whether it did in this time
     */
    public boolean stop(Duration patience) {
        closing = true;
        try {
            return outgoing.offer(Token.STOP) && ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Asks it to end, and ends it where it does not. */
    @Override
    public void close() {
        if (!stop(Duration.ofSeconds(STOP_SECONDS_MAX))) {
            kill();
            try {
                boolean gone = ended.await(STOP_SECONDS_MAX, TimeUnit.SECONDS);
                LOG.warn("{} {} did not end in good order and was killed: {}", watching.name(), process.pid(), gone);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
