package packhorse.peer.agent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.topology.PeerAddress;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.channel.DirectChannel;
import packhorse.peer.session.SessionEvent;
import packhorse.peer.session.TrackerSession;
import packhorse.peer.store.Store;
import packhorse.peer.swarm.SwarmEvent;
import packhorse.peer.swarm.SwarmPort;

/**
 * A machine's agent: pulls what people ask for, proves it, keeps it, serves it on.
 *
 * <p>One thread owns everything here and takes messages from a bounded mailbox; whoever posts into a full one waits, and so
 * the engine, the session and the socket are held back rather than memory filled. Blocking work runs on virtual threads and
 * comes back as a message whose continuation runs on the owner.
 *
 * <p>A pull goes: refresh the catalogue; choose the release; fetch and verify its manifest; fetch its torrent and prove that
 * it is the one the manifest names; open a part in the store and write down that it is wanted; hand it to the engine; report
 * to the tracker; follow the tracker's assignments. When every piece is there the whole is read once more against the
 * manifest's SHA-256, and only that proof moves it into the store proper, from where it is served on. The same pull twice is
 * one fetch with two people waiting. After a restart everything whole is served again and every wanted part goes on, without
 * asking anybody.
 *
 * <p>This class is the thread, its mailbox and who is handed what. The state is shared out among collaborators that all run on
 * that thread, each knowing only those before it: {@link Packs} what is held, {@link Engine} the swarm engine, {@link Duties}
 * what the trackers want, {@link Reporter} what they are told, {@link Swarms} a pack's life, {@link Intake} how one comes,
 * {@link Chooser} what a wish means, {@link Pulls} and {@link Readers} those who ask. {@link Errands} go elsewhere and come back
 * through the mailbox.
 *
 * <p>The origin runs the same agent: content that is put into its store whole is served by {@link #serve}.
 */
public final class Agent implements AutoCloseable {
    /** Starts an engine that reports to the consumer. */
    @FunctionalInterface
    public interface EngineStarter {
        SwarmPort start(Consumer<SwarmEvent> events);
    }

    /** Starts a session that reports to the consumer. */
    @FunctionalInterface
    public interface SessionStarter {
        TrackerSession start(Consumer<SessionEvent> events);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    /** A second of the engine's news at 1 GB/s; more waiting would only be older. */
    private static final int MAILBOX_MAX = 4096;
    /** Progress is shown this often; a person sees no more. */
    private static final Duration TICK_LIVELY = Duration.ofMillis(250);
    /** An idle agent wakes seldom. */
    private static final Duration TICK_IDLE = Duration.ofSeconds(2);

    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    private final LongSupplier nanoTime;
    private final BlockingQueue<AgentMessage> mailbox = new ArrayBlockingQueue<>(MAILBOX_MAX);
    private final Thread owner;
    private final TrackerSession session;
    private final CompletableFuture<List<PeerAddress>> listening = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile Optional<LocalDoor> door = Optional.empty();

    // From here on: only the owner thread.
    private final Packs packs = new Packs();
    private final Engine engine;
    private final Duties duties;
    private final Reporter reporter;
    private final Swarms swarms;
    private final Intake intake;
    private final Chooser chooser;
    private final Pulls pulls;
    private final Readers readers;
    private final Deque<AgentMessage> early = new ArrayDeque<>();
    private boolean loaded;
    private boolean ending;

    private Agent(
            AgentConfig config,
            Store store,
            EngineStarter engines,
            SessionStarter sessions,
            TufClient catalogue,
            DirectChannel channel,
            RandomGenerator random,
            LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        Shelf shelf = new Shelf(store, catalogue);
        Errands errands = new Errands(this::post);
        ReportWriter reports = new ReportWriter(Identity.begin(config.data(), random));
        WantedJournal journal = WantedJournal.open(config.data().resolve("wanted"));
        this.engine = new Engine(engines, config.limits(), this::post, errands, nanoTime, listening);
        this.session = sessions.start(event -> post(new AgentMessage.FromSession(event)));
        this.duties = new Duties(config.limits(), packs, engine, channel);
        this.reporter = new Reporter(reports, session, packs, engine, duties, nanoTime.getAsLong());
        this.swarms = new Swarms(packs, engine, duties, reporter, shelf, journal, errands, channel, nanoTime);
        this.intake = new Intake(packs, swarms, shelf, journal, errands, nanoTime, config.seedOnStart());
        this.chooser = new Chooser(catalogue, config.platforms(), packs, errands);
        this.pulls = new Pulls(catalogue, chooser, packs, intake, shelf, errands, nanoTime);
        this.readers = new Readers(catalogue, chooser, packs, intake, errands, this::post);
        this.owner = Thread.ofPlatform().name("agent").unstarted(this::run);
    }

    /**
     * Starts an agent from its parts. It closes the engine and the session that it starts, nothing else.
     *
     * @throws UsageException when a port or the socket is in use
     */
    public static Agent start(
            AgentConfig config,
            Store store,
            EngineStarter engines,
            SessionStarter sessions,
            TufClient catalogue,
            DirectChannel channel,
            RandomGenerator random,
            LongSupplier nanoTime) {
        Agent agent = new Agent(config, store, engines, sessions, catalogue, channel, random, nanoTime);
        agent.owner.start();
        agent.intake.load(agent::loaded, agent::notLoaded);
        try {
            agent.door = config.socket()
                    .map(path ->
                            LocalDoor.open(path, (request, sink) -> agent.post(new AgentMessage.Asked(request, sink))));
        } catch (RuntimeException e) {
            agent.close();
            throw e;
        }
        return agent;
    }

    /** Done when the swarm listens: its addresses. */
    public CompletableFuture<List<PeerAddress>> listening() {
        return listening.copy();
    }

    /** Where plain clients are served now; known once {@link #listening()} is done. */
    public Optional<PeerAddress> openAddress() {
        return engine.openAddress();
    }

    /** Done when the agent was asked through its socket to stop, or cannot go on: one line, empty when asked. */
    public CompletableFuture<String> ended() {
        return ended.copy();
    }

    /**
     * Opens content for reading while it comes; a release that is not here is pulled.
     *
     * @return fails with {@link UsageException} where there is no such content, {@link OperationException} where it cannot be
     *     had now
     */
    public CompletableFuture<ContentSource> open(ContentWish wish) {
        CompletableFuture<ContentSource> answer = new CompletableFuture<>();
        post(new AgentMessage.Opened(wish, answer));
        return answer;
    }

    /** Serves a pack that stands whole in the store; done when the engine was told. */
    public CompletableFuture<Boolean> serve(VerifiedManifest manifest) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        post(new AgentMessage.Stocked(manifest, answer));
        return answer;
    }

    /** Stops: says goodbye to the tracker, ends the engine, closes the socket. */
    @Override
    public void close() {
        door.ifPresent(LocalDoor::close);
        session.close();
        post(new AgentMessage.End());
        try {
            owner.join(STOP_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void post(AgentMessage message) {
        try {
            mailbox.put(message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long tickDue = nanoTime.getAsLong();
        try {
            while (!ending) {
                long now = nanoTime.getAsLong();
                if (now - tickDue >= 0) {
                    tick(now);
                    tickDue = now + (lively() ? TICK_LIVELY : TICK_IDLE).toNanos();
                }
                AgentMessage message = mailbox.poll(Math.max(1, tickDue - now), TimeUnit.NANOSECONDS);
                if (message != null) {
                    boolean wasLively = lively();
                    take(message);
                    if (reporter.isPressing()) {
                        publish(nanoTime.getAsLong());
                    }
                    if (!wasLively && lively()) {
                        tickDue = nanoTime.getAsLong();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("the agent cannot go on", e);
            ended.complete("the agent cannot go on: " + e);
            listening.completeExceptionally(e);
            throw e;
        } finally {
            if (engine.isRunning()) {
                // Its last counters would wait for this thread.
                Thread drain = Thread.ofVirtual().start(this::discardAll);
                engine.close();
                drain.interrupt();
            }
        }
    }

    private void discardAll() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                var unused = mailbox.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(AgentMessage message) {
        if (!loaded && waitsForStore(message)) {
            early.add(message);
            return;
        }
        switch (message) {
            case AgentMessage.Asked asked -> asked(asked.request(), asked.sink());
            case AgentMessage.FromSwarm(int number, SwarmEvent event) -> {
                if (engine.isCurrent(number)) {
                    swarms.take(event);
                }
            }
            case AgentMessage.FromSession(SessionEvent event) -> duties.take(event);
            case AgentMessage.Returned(Runnable then) -> then.run();
            case AgentMessage.Opened(ContentWish wish, CompletableFuture<ContentSource> answer) ->
                readers.open(wish, answer);
            case AgentMessage.Hurried(Sha256 pack, int first, int last) -> swarms.hurry(pack, first, last);
            case AgentMessage.Stocked(VerifiedManifest manifest, CompletableFuture<Boolean> answer) ->
                intake.stocked(manifest, answer);
            case AgentMessage.End() -> ending = true;
        }
    }

    private static boolean waitsForStore(AgentMessage message) {
        return switch (message) {
            case AgentMessage.Asked asked -> !asked.request().hasStop();
            case AgentMessage.Opened opened -> true;
            case AgentMessage.Stocked stocked -> true;
            case AgentMessage.FromSwarm from -> false;
            case AgentMessage.FromSession from -> false;
            case AgentMessage.Returned back -> false;
            case AgentMessage.Hurried hurried -> false;
            case AgentMessage.End end -> false;
        };
    }

    private void loaded() {
        loaded = true;
        reporter.press();
        List.copyOf(early).forEach(this::take);
        early.clear();
    }

    private void notLoaded(Refused why) {
        ended.complete(why.reason());
        listening.completeExceptionally(why.exception());
    }

    private void asked(LocalRequest request, ReplySink sink) {
        switch (request.getWhatCase()) {
            case PULL -> pulls.begin(request.getPull(), sink);
            case STATUS -> reporter.sendStatus(sink, chooser.catalogueVersion());
            case AVAILABLE -> chooser.sendAvailable(sink);
            case STOP -> {
                sink.send(LocalDoor.done());
                ended.complete("");
            }
            case WHY -> sink.send(LocalDoor.failure(Refused.EXIT_USAGE, "this agent cannot say why yet"));
            case WHAT_NOT_SET -> sink.send(LocalDoor.failure(Refused.EXIT_USAGE, "the request asks for nothing"));
        }
    }

    private boolean lively() {
        return pulls.any() || packs.anyWanted() || !engine.isRunning();
    }

    private void tick(long now) {
        engine.tick(now, swarms::enterAll);
        packs.sampleRates(now);
        pulls.tick();
        if (reporter.hasNews() || lively()) {
            publish(now);
        }
    }

    private void publish(long now) {
        if (loaded) {
            reporter.publish(lively(), now);
        }
    }
}
