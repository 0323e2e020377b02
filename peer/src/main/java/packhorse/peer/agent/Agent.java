package packhorse.peer.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.topology.PeerAddress;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.installer.Installer;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.journal.ReportJournal;
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
 * {@link Steward} the desired state, {@link Installations} what the installer is told and says, {@link Leases} the right to begin,
 * {@link LocalInstalls} what the user of this machine orders, {@link Outbox} what is reported of it, {@link Chooser} what a wish means,
 * {@link Permission} whether it is granted, {@link Pulls} and {@link Readers} those who ask, {@link Sources} where bytes came
 * from, {@link Stock} what the inventory shows. {@link TrackerNews} and {@link LocalRequests} hand round what is heard from
 * trackers and asked at this machine. {@link Errands} go elsewhere and come back through the mailbox.
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

    /** Starts the installer, which reports to the listener. */
    @FunctionalInterface
    public interface InstallerStarter {
        Installer start(Installer.Listener listener);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    /** A second of the engine's news at 1 GB/s; more waiting would only be older. */
    private static final int MAILBOX_MAX = 4096;
    /** Progress is shown this often; a person sees no more. */
    private static final Duration TICK_LIVELY = Duration.ofMillis(250);
    /** An idle agent wakes seldom. */
    private static final Duration TICK_IDLE = Duration.ofSeconds(2);

    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    /** Trackers of versions before know no desired states, reports of them, inventories or entitlements. */
    static final int VERSION_OF_STATES = 2;

    private final LongSupplier nanoTime;
    private final BlockingQueue<AgentMessage> mailbox = new ArrayBlockingQueue<>(MAILBOX_MAX);
    private final Thread owner;
    private final TrackerSession session;
    private final Stock stock;
    private final CompletableFuture<List<PeerAddress>> listening = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile Optional<LocalDoor> door = Optional.empty();

    // From here on: only the owner thread.
    private final Packs packs = new Packs();
    private final Engine engine;
    private final Reach reach;
    private final Ledger ledger;
    private final Sources sources;
    private final Duties duties;
    private final Reporter reporter;
    private final Swarms swarms;
    private final Intake intake;
    private final Installations installations;
    private final LocalInstalls locals;
    private final Steward steward;
    private final Outbox outbox;
    private final Entitlements entitlements;
    private final Summons summons;
    private final Pulls pulls;
    private final Readers readers;
    private final LocalRequests requests;
    private final TrackerNews news;
    private final Deque<AgentMessage> early = new ArrayDeque<>();
    private boolean loaded;
    private boolean ending;

    private Agent(
            AgentConfig config,
            MachineIdentity identity,
            Store store,
            EngineStarter engines,
            SessionStarter sessions,
            Optional<InstallerStarter> installer,
            TufClient catalogue,
            PeerChannel channel,
            InstantSource clock,
            RandomGenerator random,
            LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        Path data = config.data();
        long now = nanoTime.getAsLong();
        Shelf shelf = new Shelf(store, catalogue);
        Catalogued catalogued = new Catalogued(data.resolve("documents"), catalogue);
        Errands errands = new Errands(this::post);
        WantedJournal wanted = WantedJournal.open(data.resolve("wanted"));
        ReportJournal journal = ReportJournal.open(data.resolve("reports"), random);
        long incarnation = Incarnation.next(data);
        this.ledger = new Ledger(channel);
        this.reach = new Reach(channel, listening, now);
        this.engine = new Engine(engines, config.limits().ofPacks(), this::post, errands, nanoTime);
        this.session = sessions.start(event -> post(new AgentMessage.FromSession(event)));
        this.sources = new Sources(data.resolve("sources"), ledger, channel, errands, clock, config.way(), now);
        this.duties = new Duties(config.limits(), packs, engine, channel, sources);
        this.reporter = new Reporter(
                new ReportWriter(identity, incarnation, ledger), session, packs, engine, reach, duties, now);
        this.swarms =
                new Swarms(packs, engine, duties, reporter, shelf, wanted, errands, channel, reach, sources, nanoTime);
        this.intake = new Intake(packs, swarms, shelf, wanted, errands, nanoTime, config.seedOnStart());
        this.outbox = new Outbox(journal, session, errands);
        Leases leases = new Leases(session, clock, nanoTime, random);
        this.installations = new Installations(
                data.resolve("installs"),
                installer.map(starter -> starter.start(new FromInstaller())),
                leases,
                new Deferrals(data.resolve("deferred"), errands),
                config.platforms(),
                config.restartNotice(),
                errands,
                clock,
                this::planAgain);
        LocalOrders orders = new LocalOrders(data.resolve("local"), errands, clock, this::itemsChanged);
        this.steward = new Steward(
                data.resolve("desired"),
                config.unknownGrace(),
                journal,
                outbox,
                catalogued,
                packs,
                intake,
                swarms,
                shelf,
                wanted,
                sources,
                reporter,
                installations,
                orders,
                errands,
                clock,
                nanoTime);
        ActionWriter actions = new ActionWriter(steward, installations, clock);
        this.entitlements = new Entitlements(
                data.resolve("entitled"),
                session::send,
                duties::trouble,
                errands,
                clock,
                nanoTime,
                identity.role() == DeploymentRole.ORIGIN);
        Permission permission = new Permission(steward, entitlements);
        this.summons = new Summons(catalogued, intake, errands);
        Chooser chooser = new Chooser(catalogue, config.platforms(), packs, errands);
        this.locals = new LocalInstalls(chooser, permission, orders, steward, installations, actions, packs, clock);
        Offers offers = new Offers(
                catalogue, catalogued, permission, steward, installations, packs, config.platforms(), errands);
        this.pulls = new Pulls(catalogue, chooser, packs, intake, shelf, permission, errands, nanoTime);
        this.readers = new Readers(catalogue, chooser, packs, intake, permission, errands, this::post);
        this.stock = new Stock(config.inventory(), data, packs, installations, session, clock);
        this.requests = new LocalRequests(
                pulls,
                chooser,
                permission,
                locals,
                offers,
                reporter,
                steward,
                installations,
                actions,
                packs,
                ledger,
                sources,
                () -> ended.complete(""));
        this.news = new TrackerNews(
                duties,
                reporter,
                swarms,
                summons,
                steward,
                leases,
                outbox,
                entitlements,
                stock,
                channel,
                () -> loaded,
                nanoTime);
        this.owner = Thread.ofPlatform().name("agent").unstarted(this::run);
    }

    /** Starts an agent of a machine without an installer: it brings content, and puts nothing in place. */
    public static Agent start(
            AgentConfig config,
            MachineIdentity identity,
            Store store,
            EngineStarter engines,
            SessionStarter sessions,
            TufClient catalogue,
            PeerChannel channel,
            InstantSource clock,
            RandomGenerator random,
            LongSupplier nanoTime) {
        return start(
                config,
                identity,
                store,
                engines,
                sessions,
                Optional.empty(),
                catalogue,
                channel,
                clock,
                random,
                nanoTime);
    }

    /**
     * Starts an agent from its parts. It closes the engine, the session and the installer that it starts, nothing else.
     *
     * @param identity who this agent is: what its certificate says
     * @param installer absent where this machine puts nothing in place
     * @param channel the way to other agents; the engine listens behind it
     * @throws UsageException when a port or the socket is in use
     */
    public static Agent start(
            AgentConfig config,
            MachineIdentity identity,
            Store store,
            EngineStarter engines,
            SessionStarter sessions,
            Optional<InstallerStarter> installer,
            TufClient catalogue,
            PeerChannel channel,
            InstantSource clock,
            RandomGenerator random,
            LongSupplier nanoTime) {
        Agent agent = new Agent(
                config, identity, store, engines, sessions, installer, catalogue, channel, clock, random, nanoTime);
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

    /**
     * Asks what the local socket may be asked, from inside this process and for somebody who works at this machine but does not run it; replies
     * come on the agent's own thread, the last is done or failed.
     *
     * @param gone says when nobody wants to hear more
     */
    public void ask(LocalRequest request, Consumer<LocalReply> replies, BooleanSupplier gone) {
        post(new AgentMessage.Asked(request, new ReplySink() {
            @Override
            public void send(LocalReply reply) {
                replies.accept(reply);
            }

            @Override
            public boolean isOwner() {
                return false;
            }

            @Override
            public boolean gone() {
                return gone.getAsBoolean();
            }
        }));
    }

    /** Serves a pack that stands whole in the store; done when the engine was told. */
    public CompletableFuture<Boolean> serve(VerifiedManifest manifest) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        post(new AgentMessage.Stocked(manifest, answer));
        return answer;
    }

    /**
     * Serves a pack no more and takes it off the disk.
     *
     * @param reason for those who read it or wait for it
     * @return done when the disk is free of it; false where this agent knows of no such pack, and did nothing
     */
    public CompletableFuture<Boolean> drop(Sha256 pack, String reason) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        post(new AgentMessage.Unstocked(pack, reason, answer));
        return answer;
    }

    /** Stops: says goodbye to the tracker, ends the engine, closes the socket. */
    @Override
    public void close() {
        door.ifPresent(LocalDoor::close);
        stock.close();
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
            ledger.read();
            sources.saveAll(packs.all());
            steward.close();
            // Its last counters would wait for this thread. One that is just being started has to end too.
            Thread drain = Thread.ofVirtual().start(this::discardAll);
            installations.close();
            engine.close();
            drain.interrupt();
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
            case AgentMessage.Asked asked -> requests.take(asked.request(), asked.sink());
            case AgentMessage.FromSwarm(int number, SwarmEvent event) -> {
                if (engine.isCurrent(number)) {
                    swarms.take(event);
                }
            }
            case AgentMessage.FromSession(SessionEvent event) -> news.take(event);
            case AgentMessage.Returned(Runnable then) -> then.run();
            case AgentMessage.Opened(ContentWish wish, CompletableFuture<ContentSource> answer) ->
                readers.open(wish, answer);
            case AgentMessage.Hurried(Sha256 pack, int first, int last) -> swarms.hurry(pack, first, last);
            case AgentMessage.Stocked(VerifiedManifest manifest, CompletableFuture<Boolean> answer) ->
                intake.stocked(manifest, answer);
            case AgentMessage.Unstocked(Sha256 pack, String reason, CompletableFuture<Boolean> answer) ->
                intake.unstocked(pack, reason, answer);
            case AgentMessage.End() -> ending = true;
        }
    }

    /** What the installer says, brought to the owner. */
    private final class FromInstaller implements Installer.Listener {
        @Override
        public void report(InstallerReport report) {
            post(new AgentMessage.Returned(() -> installations.heard(report)));
        }

        @Override
        public void progress(InstallProgress progress) {
            post(new AgentMessage.Returned(() -> installations.heard(progress)));
        }

        @Override
        public void died(String reason) {
            post(new AgentMessage.Returned(() -> installations.died(reason)));
        }
    }

    /** The collaborator that says so was made before the one that plans. */
    private void planAgain() {
        stock.listLines();
        steward.plan();
    }

    private void itemsChanged() {
        steward.itemsChanged();
    }

    private static boolean waitsForStore(AgentMessage message) {
        return switch (message) {
            case AgentMessage.Asked asked -> !asked.request().hasStop();
            case AgentMessage.Opened opened -> true;
            case AgentMessage.Stocked stocked -> true;
            case AgentMessage.Unstocked unstocked -> true;
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
        steward.begin();
    }

    private void notLoaded(Refused why) {
        ended.complete(why.reason());
        listening.completeExceptionally(why.exception());
    }

    private boolean lively() {
        return pulls.any() || locals.any() || packs.anyWanted() || !engine.isRunning();
    }

    private void tick(long now) {
        engine.tick(now, swarms::enterAll);
        swarms.tick(now);
        packs.sampleRates(now);
        pulls.tick();
        duties.tellPriorities();
        if (ledger.read()) {
            reporter.moved(now);
        }
        if (reach.look(now)) {
            reporter.press();
        }
        installations.tick();
        steward.tick();
        locals.tick();
        outbox.pump(now);
        entitlements.tick(now);
        sources.tick(packs.all(), now);
        if (loaded) {
            summons.follow(duties.summons(), now);
            stock.listHoldings();
        }
        if (reporter.hasNews() || lively()) {
            publish(now);
        }
    }

    private void publish(long now) {
        if (loaded) {
            reporter.publish(lively(), steward.revision(), now);
        }
    }
}
