package packhorse.peer.swarm;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Ack;
import packhorse.core.message.v1.EngineCommand;
import packhorse.core.message.v1.EngineEvent;
import packhorse.core.message.v1.Envelope;

/**
 * The engine in a process of its own, watched. What goes wrong in there ends there: the agent hears {@link SwarmEvent.Died} and starts
 * another.
 *
 * <p>Four threads serve one process. One writes commands; a question for a sign of life overtakes those that wait. One reads
 * events, measured by {@link EventCodec} against what was {@link Ordered}: a frame that is damaged, or says what cannot be,
 * ends the process. One takes its log over. One keeps the {@link Heartbeat} and waits for the end, which it tells once,
 * whoever brought it about:
 *
 * <pre>
 *   STARTING ──listens──► RUNNING ──close()──► gone, nothing told
 *      │                     │ silent for 5 s, or garbage: SIGKILL
 *      │ says why not        ▼ crash, signal, exit
 *      ▼                  Died(reason)
 *   OperationException
 * </pre>
 *
 * <p>Why believing its other claims does no harm: that a piece is verified lets the agent read it early and count it; that all
 * are there only makes the agent hash the whole file itself, and that proof alone moves it into the store proper; names of files are
 * never taken from it; what it says of peers reaches books and reports, not decisions about content.
 */
public final class ProcessSwarm implements SwarmPort {
    /** Commands that wait to be written; a refused offer is said again. */
    private static final int QUEUE_MAX = 4096;
    /** From the start to the first sign: a second, several on a machine whose cores are taken. */
    private static final long START_SECONDS_MAX = 20;
    /** For its last counters. */
    private static final long STOP_SECONDS_MAX = 5;
    /** For what it wrote before it ended. */
    private static final long REST_MILLIS_MAX = 1000;

    private static final int BUFFER_BYTES = 64 << 10;
    /** Signals show as exit codes from here on. */
    private static final int EXIT_SIGNAL = 128;

    private static final Logger LOG = LoggerFactory.getLogger(ProcessSwarm.class);

    private final SwarmProcessConfig watching;
    private final Consumer<SwarmEvent> events;
    private final Ordered ordered;
    private final SwarmUser user;
    private final Process process;
    private final ChildLog log;
    private final BlockingQueue<Object> outgoing = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final AtomicLong question = new AtomicLong();
    private final Heartbeat heartbeat;
    private final CompletableFuture<Boolean> listening = new CompletableFuture<>();
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

    /** Where engines of one agent come from; finds out once as whom they run. */
    public static final class Starter {
        private final ProcessLauncher launcher;
        private final SwarmProcessConfig config;

        /** @throws packhorse.core.UsageException when the configured user is none */
        public Starter(SwarmProcessConfig config) {
            this(config, new ProcessLauncher(config));
        }

        Starter(SwarmProcessConfig config, ProcessLauncher launcher) {
            this.config = config;
            this.launcher = launcher;
        }

        /**
         * Starts an engine; returns once it listens.
         *
         * @param events called on threads of the engine's; while it does not return, nothing else is told
         * @throws OperationException when it does not start or cannot listen, with one line why
         */
        public ProcessSwarm start(SwarmConfig swarm, Consumer<SwarmEvent> events) {
            ProcessSwarm started = new ProcessSwarm(config, launcher, swarm, events);
            started.awaitListening();
            return started;
        }
    }

    private ProcessSwarm(
            SwarmProcessConfig watching, ProcessLauncher launcher, SwarmConfig swarm, Consumer<SwarmEvent> events) {
        this.watching = watching;
        this.events = events;
        this.ordered = new Ordered(swarm);
        this.user = launcher.user();
        this.heartbeat = new Heartbeat(watching.ask(), watching.silence(), System.nanoTime());
        this.process = launcher.start();
        this.log = ChildLog.follow(process);
        this.reader = Thread.ofPlatform().daemon().name("swarm-events").start(this::read);
        Thread.ofPlatform().daemon().name("swarm-commands").start(this::write);
        Thread.ofPlatform().daemon().name("swarm-watch").start(this::watch);
        boolean told =
                offer(new SwarmCommand.LocalPrefixes(swarm.local())) && offer(new SwarmCommand.Limits(swarm.rates()));
        LOG.debug("the swarm process {} runs as {}, told {}", process.pid(), user.name(), told);
    }

    private void awaitListening() {
        String why;
        try {
            boolean now = listening.get(START_SECONDS_MAX, TimeUnit.SECONDS);
            LOG.debug("the swarm process {} listens: {}", process.pid(), now);
            return;
        } catch (TimeoutException e) {
            why = "the swarm process does not listen within " + START_SECONDS_MAX + " s; is the machine overloaded?";
        } catch (ExecutionException e) {
            why = String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = "interrupted while the swarm process started";
        }
        closing = true;
        kill();
        throw new OperationException(why);
    }

    /** The process; for those who watch over the machine, and for tests that do it harm. */
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean offer(SwarmCommand command) {
        return !closing && ended.getCount() > 0 && outgoing.offer(command);
    }

    private void write() {
        try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), BUFFER_BYTES)) {
            send(out, CommandCodec.start(ordered.config(), SwarmProcess.STORE));
            out.flush();
            Object next = outgoing.take();
            while (next != Token.STOP) {
                askIfDue(out);
                if (next instanceof SwarmCommand command) {
                    write(out, command);
                }
                if (outgoing.isEmpty()) {
                    out.flush();
                }
                next = outgoing.take();
            }
            send(
                    out,
                    EngineCommand.newBuilder().setStop(Ack.getDefaultInstance()).build());
            out.flush();
            // Its end of the pipe stays open until it has said its last word.
            ended.await();
        } catch (IOException e) {
            LOG.debug("the swarm process {} takes no more commands", process.pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void askIfDue(OutputStream out) throws IOException {
        long number = question.getAndSet(0);
        if (number > 0) {
            send(out, EngineCommand.newBuilder().setAlive(number).build());
            out.flush();
        }
    }

    private void write(OutputStream out, SwarmCommand command) throws IOException {
        ordered.order(command);
        try {
            admit(command);
        } catch (IOException e) {
            if (command instanceof SwarmCommand.Add add) {
                hear(new SwarmEvent.Failed(
                        add.torrent().pack().data().sha256(),
                        "the swarm's user " + user.name() + " cannot be let to " + add.directory() + ": "
                                + e.getMessage() + "; mend its permissions, or set swarmUser"));
                return;
            }
            LOG.error("the swarm's user cannot be let to the file of {}: {}", command, e.getMessage());
        }
        for (EngineCommand message : CommandCodec.encode(command, this::path)) {
            askIfDue(out);
            send(out, message);
        }
    }

    private void admit(SwarmCommand command) throws IOException {
        switch (command) {
            case SwarmCommand.Add add ->
                user.admit(
                        add.directory(),
                        add.directory()
                                .resolve(add.torrent().pack().data().sha256().hex()),
                        add.complete());
            case SwarmCommand.ServeOpen serve ->
                user.admit(
                        serve.directory(),
                        serve.directory()
                                .resolve(serve.torrent().pack().data().sha256().hex()),
                        true);
            case SwarmCommand.Relocate relocate ->
                user.admit(
                        relocate.directory(),
                        relocate.directory().resolve(relocate.pack().hex()),
                        true);
            default -> {
                // Needs no file.
            }
        }
    }

    /** A directory of the store by the way that is open to the process, any other as it is. */
    private String path(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        return absolute.startsWith(watching.store())
                ? SwarmProcess.STORE + "/" + watching.store().relativize(absolute)
                : absolute.toString();
    }

    private static void send(OutputStream out, EngineCommand command) throws IOException {
        out.write(FrameCodec.encode(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setEngineCommand(command)
                .build()));
    }

    private void read() {
        try (BufferedInputStream in = new BufferedInputStream(process.getInputStream(), BUFFER_BYTES)) {
            for (Optional<Envelope> next = FrameCodec.read(in); next.isPresent(); next = FrameCodec.read(in)) {
                if (!next.get().hasEngineEvent()) {
                    throw new IllegalArgumentException("a message that is no event");
                }
                take(next.get().getEngineEvent());
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

    private void take(EngineEvent message) {
        if (message.getWhatCase() == EngineEvent.WhatCase.ALIVE) {
            heartbeat.answered(message.getAlive());
            return;
        }
        EventCodec.decode(message, ordered).ifPresent(event -> {
            switch (event) {
                case SwarmEvent.Died(String reason) -> doom(reason);
                case SwarmEvent.Complete complete -> {
                    if (seal(complete)) {
                        hear(event);
                    }
                }
                default -> hear(event);
            }
        });
    }

    /** Ends the right to write before anybody proves the whole. */
    private boolean seal(SwarmEvent.Complete complete) {
        Optional<Ordered.Known> pack = ordered.known(complete.pack());
        try {
            if (pack.isPresent()) {
                user.seal(pack.get().directory().resolve(pack.get().id().hex()));
            }
            return true;
        } catch (IOException e) {
            hear(new SwarmEvent.Failed(complete.pack(), "the arrived file cannot be sealed: " + e.getMessage()));
            return false;
        }
    }

    private void hear(SwarmEvent event) {
        SwarmEvent told = event instanceof SwarmEvent.Failed(var pack, String reason)
                ? new SwarmEvent.Failed(
                        pack,
                        reason.replace(SwarmProcess.STORE, watching.store().toString()))
                : event;
        ordered.heard(told);
        handing = true;
        try {
            events.accept(told);
        } catch (RuntimeException e) {
            LOG.error("nobody took the event {}", told, e);
        } finally {
            handing = false;
        }
        if (told instanceof SwarmEvent.Listening) {
            boolean first = listening.complete(true);
            LOG.debug("{} at {}", told, first);
        }
    }

    /** Ends the process; the first reason is the one that is told. */
    private void doom(String reason) {
        boolean first = doom.compareAndSet(null, reason);
        LOG.debug("the swarm process {} has to end: {} ({})", process.pid(), reason, first);
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
                if (!closing && listening.isDone()) {
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
            case WAIT -> LOG.debug("the swarm process {} has not answered yet", process.pid());
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
        LOG.debug("the swarm process {} ended, writer woken {}: {}", process.pid(), woken, reason);
        boolean never = listening.completeExceptionally(new OperationException(reason));
        if (!closing && !never) {
            events.accept(new SwarmEvent.Died(reason));
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            boolean told = outgoing.offer(Token.STOP);
            if (!told || !ended.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                kill();
                boolean gone = ended.await(STOP_SECONDS_MAX, TimeUnit.SECONDS);
                LOG.warn("the swarm process {} did not end in good order and was killed: {}", process.pid(), gone);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill();
        }
    }
}
