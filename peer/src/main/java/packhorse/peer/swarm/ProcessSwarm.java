package packhorse.peer.swarm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Ack;
import packhorse.core.message.v1.EngineCommand;
import packhorse.core.message.v1.EngineEvent;
import packhorse.core.message.v1.Envelope;
import packhorse.peer.process.WatchedProcess;
import packhorse.peer.process.WatchedProcess.Heard;

/**
 * The engine in a process of its own, watched. What goes wrong in there ends there: the agent hears {@link SwarmEvent.Died} and starts
 * another.
 *
 * <p>{@link WatchedProcess} talks with it and watches. Its events are measured by {@link EventCodec} against what was {@link Ordered}: one
 * that says what cannot be ends the process.
 *
 * <p>Why believing its other claims does no harm: that a piece is verified lets the agent read it early and count it; that all
 * are there only makes the agent hash the whole file itself, and that proof alone moves it into the store proper; names of files are
 * never taken from it; what it says of peers reaches books and reports, not decisions about content.
 */
public final class ProcessSwarm implements SwarmPort {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessSwarm.class);

    private final SwarmProcessConfig watching;
    private final Consumer<SwarmEvent> events;
    private final Ordered ordered;
    private final SwarmUser user;
    private final WatchedProcess<SwarmCommand> process;

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
            started.process.awaitReady();
            return started;
        }
    }

    private ProcessSwarm(
            SwarmProcessConfig watching, ProcessLauncher launcher, SwarmConfig swarm, Consumer<SwarmEvent> events) {
        this.watching = watching;
        this.events = events;
        this.ordered = new Ordered(swarm);
        this.user = launcher.user();
        this.process = WatchedProcess.of(
                launcher.start(),
                new WatchedProcess.Watch("swarm", watching.ask(), watching.silence()),
                new WithEngine());
        boolean told =
                offer(new SwarmCommand.LocalPrefixes(swarm.local())) && offer(new SwarmCommand.Limits(swarm.rates()));
        LOG.debug("the swarm process {} runs as {}, told {}", process.pid(), user.name(), told);
    }

    /** The process; for those who watch over the machine, and for tests that do it harm. */
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean offer(SwarmCommand command) {
        return process.offer(command);
    }

    private final class WithEngine implements WatchedProcess.Dialogue<SwarmCommand> {
        @Override
        public Envelope greeting() {
            return envelope(CommandCodec.start(ordered.config(), SwarmProcess.STORE));
        }

        @Override
        public Envelope question(long number) {
            return envelope(EngineCommand.newBuilder().setAlive(number).build());
        }

        @Override
        public Envelope goodbye() {
            return envelope(
                    EngineCommand.newBuilder().setStop(Ack.getDefaultInstance()).build());
        }

        @Override
        public List<Envelope> say(SwarmCommand command) {
            ordered.order(command);
            try {
                admit(command);
            } catch (IOException e) {
                if (command instanceof SwarmCommand.Add add) {
                    tell(new SwarmEvent.Failed(
                            add.torrent().pack().data().sha256(),
                            "the swarm's user " + user.name() + " cannot be let to " + add.directory() + ": "
                                    + e.getMessage() + "; mend its permissions, or set swarmUser"));
                    return List.of();
                }
                LOG.error("the swarm's user cannot be let to the file of {}: {}", command, e.getMessage());
            }
            return CommandCodec.encode(command, ProcessSwarm.this::path).stream()
                    .map(ProcessSwarm::envelope)
                    .toList();
        }

        @Override
        public Heard hear(Envelope message) {
            if (!message.hasEngineEvent()) {
                throw new IllegalArgumentException("a message that is no event");
            }
            return take(message.getEngineEvent());
        }

        @Override
        public void ended(String reason) {
            events.accept(new SwarmEvent.Died(reason));
        }
    }

    private static Envelope envelope(EngineCommand command) {
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setEngineCommand(command)
                .build();
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

    private Heard take(EngineEvent message) {
        if (message.getWhatCase() == EngineEvent.WhatCase.ALIVE) {
            return new Heard.Alive(message.getAlive());
        }
        Optional<SwarmEvent> event = EventCodec.decode(message, ordered);
        return event.isEmpty() ? new Heard.News() : take(event.get());
    }

    private Heard take(SwarmEvent event) {
        switch (event) {
            case SwarmEvent.Died(String reason) -> {
                return new Heard.Doomed(reason);
            }
            case SwarmEvent.Complete complete -> {
                if (seal(complete)) {
                    tell(event);
                }
            }
            default -> tell(event);
        }
        return event instanceof SwarmEvent.Listening ? new Heard.Ready() : new Heard.News();
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
            tell(new SwarmEvent.Failed(complete.pack(), "the arrived file cannot be sealed: " + e.getMessage()));
            return false;
        }
    }

    private void tell(SwarmEvent event) {
        SwarmEvent told = event instanceof SwarmEvent.Failed(var pack, String reason)
                ? new SwarmEvent.Failed(
                        pack,
                        reason.replace(SwarmProcess.STORE, watching.store().toString()))
                : event;
        ordered.heard(told);
        try {
            events.accept(told);
        } catch (RuntimeException e) {
            LOG.error("nobody took the event {}", told, e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
