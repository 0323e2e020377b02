package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BadContentException;
import packhorse.core.content.Bundle;
import packhorse.core.content.Dependency;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Progress;
import packhorse.core.message.v1.Pull;
import packhorse.core.message.v1.Pulled;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.message.v1.ReleaseList;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.desired.Listing;
import packhorse.peer.desired.Listing.Choice;
import packhorse.peer.desired.Plan;
import packhorse.peer.session.SessionEvent;
import packhorse.peer.session.TrackerSession;
import packhorse.peer.site.Books;
import packhorse.peer.site.Duty;
import packhorse.peer.site.DutyChange;
import packhorse.peer.site.SitePlace;
import packhorse.peer.site.WanLimits;
import packhorse.peer.store.Partial;
import packhorse.peer.store.Store;
import packhorse.peer.swarm.OpenSwarm;
import packhorse.peer.swarm.SwarmCommand;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
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
    /** Whole-content proofs and torrent checks at a time: each fills a core. */
    private static final int HEAVY_MAX = 2;
    /** Releases in a list whose size is looked up; each costs one small fetch. */
    private static final int SIZES_MAX = 500;
    /** Commands that wait for a full engine; enough for a new place with some thousand swarms. */
    private static final int BACKLOG_MAX = 65_536;
    /** An engine that died is started again after this pause, so that one that cannot live does not spin. */
    private static final Duration ENGINE_PAUSE = Duration.ofSeconds(2);
    /** A pack whose payload moved within this time makes the agent report often. */
    private static final Duration MOVED_RECENTLY = Duration.ofSeconds(5);

    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final int EXIT_USAGE = 2;
    private static final int EXIT_FAILED = 3;

    private final AgentConfig config;
    private final Shelf shelf;
    private final EngineStarter engines;
    private final TufClient catalogue;
    private final PeerChannel channel;
    private final Optional<OpenSwarm> outsiders;
    private final LongSupplier nanoTime;
    private final WantedJournal journal;
    private final ReportWriter reports;
    private final BlockingQueue<AgentMessage> mailbox = new ArrayBlockingQueue<>(MAILBOX_MAX);
    private final Semaphore heavy = new Semaphore(HEAVY_MAX);
    private final Thread owner;
    private final TrackerSession session;
    private final CompletableFuture<List<PeerAddress>> listening = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile Optional<LocalDoor> door = Optional.empty();

    // From here on: only the owner thread.
    private final Map<Sha256, PackState> packs = new TreeMap<>();
    private final Map<Sha256, List<Starting>> starting = new HashMap<>();
    private final Set<PullRequest> requests = new HashSet<>();
    private final Deque<AgentMessage> early = new ArrayDeque<>();
    private final Deque<SwarmCommand> backlog = new ArrayDeque<>();
    private final List<PeerAddress> addresses = new ArrayList<>();
    private @Nullable SwarmPort engine;
    private int engineNumber;
    private long engineDueNanos;
    private boolean engineDue;
    private SitePlace place = SitePlace.UNKNOWN;
    private List<Subnet> toldLocal = List.of();
    private RateLimits toldLimits;
    private String trouble = "no tracker has answered yet";
    private boolean loaded;
    private boolean ending;
    private boolean changed;
    private boolean pressing;
    private long movedNanos;
    private long catalogueVersion;

    private record Starting(Consumer<PackState> then, Consumer<Refused> refused) {}

    /** Why something did not work out: one line, and the exit code that says whose fault it is. */
    private record Refused(int exitCode, String reason) {
        RuntimeException exception() {
            return exitCode == EXIT_USAGE ? new UsageException(reason) : new OperationException(reason);
        }
    }

    private Agent(
            AgentConfig config,
            Store store,
            EngineStarter engines,
            SessionStarter sessions,
            TufClient catalogue,
            PeerChannel channel,
            Optional<OpenSwarm> outsiders,
            RandomGenerator random,
            LongSupplier nanoTime) {
        this.config = config;
        this.shelf = new Shelf(store, catalogue);
        this.engines = engines;
        this.catalogue = catalogue;
        this.channel = channel;
        this.outsiders = outsiders;
        this.nanoTime = nanoTime;
        this.toldLimits = config.limits();
        this.movedNanos = nanoTime.getAsLong() - MOVED_RECENTLY.toNanos();
        this.reports = new ReportWriter(Identity.begin(config.data(), random), outsiders);
        this.journal = WantedJournal.open(config.data().resolve("wanted"));
        this.engine = engines.start(event -> post(new AgentMessage.FromSwarm(0, event)));
        this.session = sessions.start(event -> post(new AgentMessage.FromSession(event)));
        this.owner = Thread.ofPlatform().name("agent").unstarted(this::run);
    }

    /**
     * Starts an agent from its parts. It closes the engine and the session that it starts, nothing else.
     *
     * @param outsiders the session that serves open releases to plain clients, where there is one
     * @throws UsageException when a port or the socket is in use
     */
    public static Agent start(
            AgentConfig config,
            Store store,
            EngineStarter engines,
            SessionStarter sessions,
            TufClient catalogue,
            PeerChannel channel,
            Optional<OpenSwarm> outsiders,
            RandomGenerator random,
            LongSupplier nanoTime) {
        Agent agent = new Agent(config, store, engines, sessions, catalogue, channel, outsiders, random, nanoTime);
        agent.owner.start();
        agent.load();
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

    // ---- the owner
    // ------------------------------------------------------------------------------------------------------

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
                    if (pressing) {
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
            SwarmPort last = engine;
            if (last != null) {
                // Its last counters would wait for this thread.
                Thread drain = Thread.ofVirtual().start(this::discardAll);
                last.close();
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
                if (number == engineNumber) {
                    swarm(event);
                }
            }
            case AgentMessage.FromSession(SessionEvent event) -> session(event);
            case AgentMessage.Returned(Runnable then) -> then.run();
            case AgentMessage.Opened(ContentWish wish, CompletableFuture<ContentSource> answer) -> open(wish, answer);
            case AgentMessage.Hurried(Sha256 pack, int first, int last) -> {
                PackState state = packs.get(pack);
                if (state != null && state.wants()) {
                    tell(new SwarmCommand.Hurry(pack, first, last));
                }
            }
            case AgentMessage.Stocked(VerifiedManifest manifest, CompletableFuture<Boolean> answer) ->
                stocked(manifest, answer);
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

    private boolean lively() {
        return !requests.isEmpty() || packs.values().stream().anyMatch(PackState::wants);
    }

    private void tick(long now) {
        while (!backlog.isEmpty() && engine != null && engine.offer(backlog.peek())) {
            backlog.remove();
        }
        if (engineDue && now - engineDueNanos >= 0) {
            engineDue = false;
            restartEngine();
        }
        requests.removeIf(request -> request.sink.gone());
        for (PackState pack : packs.values()) {
            pack.rate.sample(pack.bytesHave(), now);
        }
        requests.forEach(this::showProgress);
        if (changed || lively()) {
            publish(now);
        }
    }

    private void showProgress(PullRequest request) {
        if (request.pull.getQuiet()) {
            return;
        }
        Progress.Builder progress = Progress.newBuilder().setPhase(request.phase);
        request.current.ifPresent(pack -> {
            boolean proving = pack.phase == PackState.Phase.PROVING;
            progress.setPhase(pack.wants() ? pack.checking ? "checking" : "fetching" : request.phase)
                    .setBytesHave(proving ? pack.provenBytes.get() : pack.bytesHave())
                    .setBytesTotal(pack.pack.data().length())
                    .setBytesPerSecond(pack.wants() ? pack.rate.bytesPerSecond() : 0)
                    .setPeers(pack.connected);
        });
        request.sink.send(LocalReply.newBuilder().setProgress(progress).build());
    }

    private void publish(long now) {
        if (!loaded || addresses.isEmpty()) {
            return;
        }
        boolean moving = lively() || now - movedNanos < MOVED_RECENTLY.toNanos();
        session.report(reports.report(addresses, packs.values(), place, now), moving, pressing);
        pressing = false;
        changed = false;
    }

    private void press() {
        changed = true;
        pressing = true;
    }

    // ---- work elsewhere
    // -------------------------------------------------------------------------------------------------

    private <T> void background(Callable<T> work, Consumer<T> then, Consumer<Refused> refused) {
        Thread.ofVirtual().name("agent-work").start(() -> {
            try {
                T result = work.call();
                post(new AgentMessage.Returned(() -> then.accept(result)));
            } catch (UsageException e) {
                post(new AgentMessage.Returned(
                        () -> refused.accept(new Refused(EXIT_USAGE, String.valueOf(e.getMessage())))));
            } catch (OperationException e) {
                post(new AgentMessage.Returned(
                        () -> refused.accept(new Refused(EXIT_FAILED, String.valueOf(e.getMessage())))));
            } catch (IOException | BadContentException e) {
                post(new AgentMessage.Returned(() ->
                        refused.accept(new Refused(EXIT_FAILED, e.getMessage() == null ? "" + e : e.getMessage()))));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.error("work for the agent failed", e);
                post(new AgentMessage.Returned(() -> refused.accept(new Refused(EXIT_FAILED, "unexpected: " + e))));
            }
        });
    }

    private <T> T heavily(Callable<T> work) throws Exception {
        heavy.acquire();
        try {
            return work.call();
        } finally {
            heavy.release();
        }
    }

    // ---- the store
    // ------------------------------------------------------------------------------------------------------

    private record Stock(List<Shelf.Held> whole, List<Shelf.Held> parts) {}

    private void load() {
        background(
                () -> heavily(() -> {
                    List<Shelf.Held> whole = shelf.whole();
                    Set<Sha256> there = new HashSet<>();
                    whole.forEach(held -> there.add(held.id()));
                    for (Sha256 pack : journal.wanted()) {
                        if (there.contains(pack)) {
                            journal.remove(pack);
                        }
                    }
                    return new Stock(whole, shelf.parts(journal.wanted()));
                }),
                this::loaded,
                refused -> {
                    ended.complete(refused.reason());
                    listening.completeExceptionally(refused.exception());
                });
    }

    private void loaded(Stock stock) {
        long now = nanoTime.getAsLong();
        Map<Sha256, Shelf.Held> held = new HashMap<>();
        Map<Sha256, Plan.Holding> holdings = new HashMap<>();
        for (Shelf.Held part : stock.parts()) {
            held.put(part.id(), part);
            holdings.put(part.id(), Plan.Holding.PART);
        }
        for (Shelf.Held whole : stock.whole()) {
            held.put(whole.id(), whole);
            holdings.put(whole.id(), Plan.Holding.WHOLE);
        }
        Set<Sha256> wanted = new HashSet<>();
        stock.parts().forEach(part -> wanted.add(part.id()));
        for (Plan.Step step : Plan.of(wanted, holdings, Map.of()).steps()) {
            Shelf.Held what = held.get(step.pack());
            if (what == null) {
                continue;
            }
            PackState.Phase phase = step instanceof Plan.Step.Serve ? PackState.Phase.WHOLE : PackState.Phase.FETCHING;
            PackState state = new PackState(what, phase, now);
            packs.put(state.id(), state);
            if (phase == PackState.Phase.FETCHING || config.seedOnStart()) {
                enterSwarm(state);
            }
        }
        loaded = true;
        press();
        List.copyOf(early).forEach(this::take);
        early.clear();
    }

    private void stocked(VerifiedManifest manifest, CompletableFuture<Boolean> answer) {
        Sha256 pack = manifest.manifest().pack().data().sha256();
        PackState known = packs.get(pack);
        if (known != null && known.phase == PackState.Phase.WHOLE) {
            known.releases.add(manifest.manifest().id());
            if (!known.inSwarm) {
                enterSwarm(known);
            }
            answer.complete(true);
            return;
        }
        background(
                () -> heavily(() -> shelf.whole(manifest)),
                held -> {
                    if (!packs.containsKey(pack)) {
                        PackState state = new PackState(held, PackState.Phase.WHOLE, nanoTime.getAsLong());
                        packs.put(pack, state);
                        enterSwarm(state);
                    }
                    answer.complete(true);
                },
                refused -> answer.completeExceptionally(refused.exception()));
    }

    // ---- requests
    // -------------------------------------------------------------------------------------------------------

    private void asked(LocalRequest request, ReplySink sink) {
        switch (request.getWhatCase()) {
            case PULL -> pull(new PullRequest(request.getPull(), sink, nanoTime.getAsLong()));
            case STATUS -> {
                sink.send(LocalReply.newBuilder()
                        .setStatus(reports.status(addresses, packs.values(), place, trouble, catalogueVersion))
                        .build());
                sink.send(LocalDoor.done());
            }
            case AVAILABLE -> available(sink);
            case STOP -> {
                sink.send(LocalDoor.done());
                ended.complete("");
            }
            case WHAT_NOT_SET -> sink.send(LocalDoor.failure(EXIT_USAGE, "the request asks for nothing"));
        }
    }

    private void available(ReplySink sink) {
        Set<ReleaseId> here = new HashSet<>();
        packs.values().stream()
                .filter(pack -> pack.phase == PackState.Phase.WHOLE)
                .forEach(pack -> here.addAll(pack.releases));
        background(
                () -> {
                    Catalogue now = catalogue.refresh();
                    ReleaseList.Builder list = ReleaseList.newBuilder();
                    for (ReleaseId id : now.releases()) {
                        ReleaseLine.Builder line = ReleaseLine.newBuilder()
                                .setName(id.name().toString())
                                .setVersion(id.version().toString())
                                .setPlatform(id.platform().word())
                                .setHere(here.contains(id));
                        if (list.getReleasesCount() < SIZES_MAX) {
                            Manifest manifest = catalogue.manifest(id).manifest();
                            line.setKind(manifest.kind().name().toLowerCase(java.util.Locale.ROOT))
                                    .setBytes(manifest.content().length());
                        }
                        list.addReleases(line);
                    }
                    for (Listing.BundleId id : listing(now).bundles()) {
                        list.addReleases(ReleaseLine.newBuilder()
                                .setName(id.name().toString())
                                .setVersion(id.version().toString())
                                .setPlatform("bundle")
                                .setKind("bundle"));
                    }
                    return list.build();
                },
                list -> {
                    sink.send(LocalReply.newBuilder().setReleases(list).build());
                    sink.send(LocalDoor.done());
                },
                refused -> sink.send(LocalDoor.failure(refused.exitCode(), refused.reason())));
    }

    private void pull(PullRequest request) {
        Pull pull = request.pull;
        ContentWish.Release wish;
        try {
            wish = new ContentWish.Release(
                    ReleaseName.parse(pull.getName()),
                    pull.getVersion().isEmpty() ? Optional.empty() : Optional.of(Version.parse(pull.getVersion())),
                    pull.getPlatform().isEmpty() || pull.getPlatform().equals("bundle")
                            ? Optional.empty()
                            : Optional.of(new Platform(pull.getPlatform())));
            if (request.out().filter(path -> !path.isAbsolute()).isPresent()) {
                throw new IllegalArgumentException("\"" + pull.getOut() + "\" is not an absolute path");
            }
        } catch (IllegalArgumentException e) {
            request.sink.send(LocalDoor.failure(EXIT_USAGE, String.valueOf(e.getMessage())));
            return;
        }
        requests.add(request);
        boolean bundlesOnly = pull.getPlatform().equals("bundle");
        choose(
                wish,
                bundlesOnly,
                choice -> {
                    switch (choice) {
                        case Choice.OneRelease(ReleaseId id) -> {
                            request.items = List.of(new PullRequest.Item(id, Optional.empty()));
                            nextItem(request);
                        }
                        case Choice.OneBundle(Listing.BundleId id) -> unbundle(request, id);
                        case Choice.NotFound(String reason) -> refuse(request, new Refused(EXIT_USAGE, reason));
                    }
                },
                refused -> refuse(request, refused));
    }

    /** Refreshes the catalogue and chooses; where it cannot be refreshed, what was verified before will do for what is here. */
    private void choose(
            ContentWish.Release wish, boolean bundlesOnly, Consumer<Choice> then, Consumer<Refused> refused) {
        List<Platform> platforms = wish.platform().map(List::of).orElse(bundlesOnly ? List.of() : config.platforms());
        background(
                catalogue::refresh,
                fresh -> {
                    catalogueVersion = fresh.version();
                    then.accept(listing(fresh).choose(wish.name(), wish.version(), platforms));
                },
                failure -> background(
                        catalogue::catalogue,
                        held -> {
                            Choice choice = held.map(Agent::listing)
                                    .map(listing -> listing.choose(wish.name(), wish.version(), platforms))
                                    .orElseGet(() -> new Choice.NotFound(""));
                            if (choice instanceof Choice.OneRelease(ReleaseId id)
                                    && whole(id).isPresent()) {
                                then.accept(choice);
                            } else {
                                refused.accept(failure);
                            }
                        },
                        again -> refused.accept(failure)));
    }

    private static Listing listing(Catalogue catalogue) {
        List<Listing.BundleId> bundles = new ArrayList<>();
        for (String path : catalogue.targets().keySet()) {
            String[] parts = path.split("/", -1);
            if (parts.length == 4 && parts[3].equals("bundle.json")) {
                try {
                    bundles.add(new Listing.BundleId(new ReleaseName(parts[0], parts[1]), Version.parse(parts[2])));
                } catch (IllegalArgumentException e) {
                    LOG.debug("{} is a target of a later version: {}", path, e.getMessage());
                }
            }
        }
        return new Listing(catalogue.releases(), bundles);
    }

    private void unbundle(PullRequest request, Listing.BundleId id) {
        background(
                () -> catalogue.bundle(id.name(), id.version()).bundle(),
                bundle -> {
                    request.bundle = true;
                    List<PullRequest.Item> items = new ArrayList<>();
                    for (Bundle.Member member : bundle.members()) {
                        items.add(new PullRequest.Item(member.release(), Optional.of(member.manifest())));
                    }
                    request.items = List.copyOf(items);
                    nextItem(request);
                },
                refused -> refuse(request, refused));
    }

    private void nextItem(PullRequest request) {
        if (request.next == request.items.size()) {
            requests.remove(request);
            request.sink.send(LocalDoor.done());
            return;
        }
        PullRequest.Item item = request.items.get(request.next);
        request.phase = "catalogue";
        request.current = Optional.empty();
        Optional<PackState> here = whole(item.id());
        if (here.isPresent() && item.manifest().isEmpty()) {
            arrived(request, here.get(), true);
            return;
        }
        background(
                () -> {
                    VerifiedManifest manifest = manifest(item);
                    if (request.out().isPresent()) {
                        Delivery.requireFree(manifest.manifest(), request.out().get(), request.bundle);
                    }
                    return manifest;
                },
                manifest -> acquire(manifest, state -> attach(request, state), refused -> refuse(request, refused)),
                refused -> refuse(request, refused));
    }

    private VerifiedManifest manifest(PullRequest.Item item) {
        VerifiedManifest manifest = catalogue.manifest(item.id());
        if (item.manifest().filter(digest -> !digest.equals(manifest.digest())).isPresent()) {
            throw new OperationException("the bundle names another " + item.id()
                    + " than the catalogue lists; its publisher has to publish the bundle again");
        }
        return manifest;
    }

    /** What the catalogue lists under a path never changes, so a release that is here is the one that is meant. */
    private Optional<PackState> whole(ReleaseId id) {
        return packs.values().stream()
                .filter(pack -> pack.phase == PackState.Phase.WHOLE && pack.releases.contains(id))
                .findFirst();
    }

    /** Makes sure that a pack is here or on its way. */
    private void acquire(VerifiedManifest manifest, Consumer<PackState> then, Consumer<Refused> refused) {
        Sha256 id = manifest.manifest().pack().data().sha256();
        PackState known = packs.get(id);
        if (known != null) {
            if (known.releases.add(manifest.manifest().id()) && known.phase == PackState.Phase.WHOLE) {
                quietly("keep the manifest of " + manifest, () -> shelf.keep(manifest));
            }
            then.accept(known);
            return;
        }
        List<Starting> others = starting.get(id);
        if (others != null) {
            others.add(new Starting(then, refused));
            return;
        }
        starting.put(id, new ArrayList<>(List.of(new Starting(then, refused))));
        background(
                () -> heavily(() -> {
                    Shelf.Held held = shelf.begin(manifest);
                    if (held.partial().isPresent()) {
                        journal.add(id);
                    }
                    return held;
                }),
                held -> {
                    PackState state = new PackState(
                            held,
                            held.partial().isPresent() ? PackState.Phase.FETCHING : PackState.Phase.WHOLE,
                            nanoTime.getAsLong());
                    packs.put(id, state);
                    enterSwarm(state);
                    takeStarting(id).forEach(waiting -> waiting.then().accept(state));
                },
                failure -> takeStarting(id).forEach(waiting -> waiting.refused().accept(failure)));
    }

    private List<Starting> takeStarting(Sha256 id) {
        List<Starting> waiting = starting.remove(id);
        return waiting == null ? List.of() : waiting;
    }

    private void attach(PullRequest request, PackState state) {
        request.current = Optional.of(state);
        if (state.phase == PackState.Phase.WHOLE) {
            arrived(request, state, true);
        } else {
            request.phase = state.phase == PackState.Phase.PROVING ? "verifying" : "fetching";
            state.waiters.add(request);
        }
    }

    /** A request's current release is whole: deliver it where it was asked for, tell, go on with the next. */
    private void arrived(PullRequest request, PackState state, boolean alreadyThere) {
        long now = nanoTime.getAsLong();
        request.current = Optional.of(state);
        Pulled.Builder pulled = Pulled.newBuilder()
                .setRelease(request.items.get(request.next).id().toString())
                .setSha256(state.id().hex())
                .setBytes(state.pack.data().length())
                .setSeconds((now - request.startedNanos) / 1e9)
                .setAlreadyThere(alreadyThere);
        for (Dependency dependency : state.manifest.dependencies()) {
            pulled.addDependencies(dependency.toString());
        }
        if (request.out().isEmpty()) {
            told(request, pulled.build());
            return;
        }
        Path out = request.out().get();
        request.phase = state.manifest.form() == Manifest.Form.TREE ? "unpacking" : "copying";
        Delivery delivery = new Delivery(shelf, state.proof, state.file());
        boolean inside = request.bundle;
        background(
                () -> delivery.to(out, inside),
                path -> told(request, pulled.setPath(path.toString()).build()),
                refused -> refuse(request, refused));
    }

    private void told(PullRequest request, Pulled pulled) {
        request.sink.send(LocalReply.newBuilder().setPulled(pulled).build());
        request.next++;
        nextItem(request);
    }

    private void refuse(PullRequest request, Refused refused) {
        requests.remove(request);
        request.sink.send(LocalDoor.failure(refused.exitCode(), refused.reason()));
    }

    // ---- readers
    // --------------------------------------------------------------------------------------------------------

    private void open(ContentWish wish, CompletableFuture<ContentSource> answer) {
        Consumer<Refused> refused = why -> answer.completeExceptionally(why.exception());
        switch (wish) {
            case ContentWish.Content(Sha256 pack) -> {
                PackState state = packs.get(pack);
                if (state == null) {
                    refused.accept(new Refused(EXIT_USAGE, "this agent does not hold the pack " + pack));
                } else {
                    answer.complete(source(state.manifest.id(), state));
                }
            }
            case ContentWish.Release release ->
                choose(
                        release,
                        false,
                        choice -> {
                            switch (choice) {
                                case Choice.OneRelease(ReleaseId id) -> openRelease(id, answer, refused);
                                case Choice.OneBundle(Listing.BundleId id) ->
                                    refused.accept(new Refused(
                                            EXIT_USAGE,
                                            id.name() + "@" + id.version() + " is a bundle; read its releases"));
                                case Choice.NotFound(String reason) -> refused.accept(new Refused(EXIT_USAGE, reason));
                            }
                        },
                        refused);
        }
    }

    private void openRelease(ReleaseId id, CompletableFuture<ContentSource> answer, Consumer<Refused> refused) {
        Optional<PackState> here = whole(id);
        if (here.isPresent()) {
            answer.complete(source(id, here.get()));
            return;
        }
        background(
                () -> catalogue.manifest(id),
                manifest -> acquire(manifest, state -> answer.complete(source(id, state)), refused),
                refused);
    }

    private ContentSource source(ReleaseId id, PackState state) {
        Sha256 pack = state.id();
        return new ContentSource(
                id,
                state.manifest.contentName(),
                state.pack,
                state.watch,
                (first, last) -> post(new AgentMessage.Hurried(pack, first, last)));
    }

    // ---- the engine
    // -----------------------------------------------------------------------------------------------------

    private void tell(SwarmCommand command) {
        boolean direct = backlog.isEmpty() && engine != null && engine.offer(command);
        if (!direct && engine != null) {
            if (backlog.size() >= BACKLOG_MAX) {
                throw new IllegalStateException("the engine has not taken " + BACKLOG_MAX + " commands");
            }
            backlog.add(command);
        }
    }

    private void enterSwarm(PackState state) {
        boolean whole = state.phase == PackState.Phase.WHOLE;
        state.inSwarm = true;
        state.checking = !whole;
        state.told = Optional.empty();
        tell(new SwarmCommand.Add(state.torrent, state.directory, whole));
        if (whole) {
            serveOutsiders(state);
        }
        Duty duty = place.duties().get(state.id());
        if (duty != null) {
            tellDuty(state, duty);
        }
        press();
    }

    private void serveOutsiders(PackState state) {
        if (outsiders.isPresent() && state.pack.openSwarm().isPresent()) {
            Path directory = state.directory;
            quietly(
                    "serve " + state.id() + " to outsiders",
                    () -> outsiders.get().serve(state.torrent, directory));
        }
    }

    private void swarm(SwarmEvent event) {
        switch (event) {
            case SwarmEvent.Listening(PeerAddress address) -> {
                for (PeerAddress reachable : OwnAddresses.of(address)) {
                    if (!addresses.contains(reachable)) {
                        addresses.add(reachable);
                    }
                }
                if (!addresses.isEmpty()) {
                    listening.complete(List.copyOf(addresses));
                }
                press();
            }
            case SwarmEvent.Checking checking ->
                LOG.debug("{}: looked at {} of {} pieces", checking.pack(), checking.pieces(), checking.pieceCount());
            case SwarmEvent.Added added ->
                with(added.pack(), state -> {
                    state.checking = false;
                    state.lastGainNanos = nanoTime.getAsLong();
                    Duty duty = place.duties().get(state.id());
                    if (duty != null) {
                        state.told = Optional.empty();
                        tellDuty(state, duty);
                    }
                    press();
                });
            case SwarmEvent.PiecesVerified verified ->
                with(verified.pack(), state -> {
                    if (state.gain(verified.pieces(), nanoTime.getAsLong())) {
                        changed = true;
                    }
                });
            case SwarmEvent.Progress progress ->
                with(progress.pack(), state -> {
                    state.connected = progress.connected().size();
                    if (state.gain(progress.had(), nanoTime.getAsLong())) {
                        changed = true;
                    }
                });
            case SwarmEvent.Complete complete -> with(complete.pack(), this::prove);
            case SwarmEvent.Counters counters ->
                with(counters.pack(), state -> {
                    Map<IpAddress, Books.InOut> byPeer = new HashMap<>();
                    counters.byPeer()
                            .forEach((peer, bytes) -> byPeer.merge(
                                    channel.remote(peer),
                                    new Books.InOut(bytes.in(), bytes.out()),
                                    (a, b) -> new Books.InOut(a.in() + b.in(), a.out() + b.out())));
                    state.counters(byPeer);
                    movedNanos = nanoTime.getAsLong();
                    changed = true;
                });
            case SwarmEvent.Banned banned ->
                with(banned.pack(), state -> {
                    state.bans.merge(channel.remote(banned.peer()), 1, Integer::sum);
                    LOG.warn(
                            "{}: the peer {} took part in a bad piece and is refused",
                            state.manifest.id(),
                            banned.peer());
                    press();
                });
            case SwarmEvent.Starved starved ->
                with(starved.pack(), state -> {
                    state.forgiven++;
                    LOG.warn("{}: no progress while peers are banned; bans are forgotten", state.manifest.id());
                    press();
                });
            case SwarmEvent.Forgiven forgiven ->
                with(forgiven.pack(), state -> {
                    state.forgiven++;
                    press();
                });
            case SwarmEvent.ShareComplete share -> with(share.pack(), state -> press());
            case SwarmEvent.Relocated relocated ->
                with(
                        relocated.pack(),
                        state -> quietly("drop the part of " + state.id(), () -> shelf.discardPart(state.id())));
            case SwarmEvent.Removed removed -> LOG.debug("{} is out of the swarm", removed.pack());
            case SwarmEvent.Damaged damaged ->
                with(damaged.pack(), state -> {
                    tell(new SwarmCommand.Remove(state.id()));
                    lost(
                            state,
                            state.manifest.id() + " is damaged on this disk (" + state.file()
                                    + "); check the disk, then pull it again");
                    quietly("take " + state.id() + " off the shelf", () -> shelf.remove(state.id()));
                });
            case SwarmEvent.Failed failed -> with(failed.pack(), state -> lost(state, failed.reason()));
            case SwarmEvent.PublisherFault fault ->
                with(fault.pack(), state -> {
                    lost(
                            state,
                            "the torrent of " + state.manifest.id()
                                    + " contradicts itself; its publisher has to publish it again");
                    quietly("drop the part of " + state.id(), () -> shelf.discardPart(state.id()));
                });
            case SwarmEvent.Died(String reason) -> {
                LOG.error("the swarm engine ended: {}; it is started again", reason);
                engine = null;
                engineNumber++;
                backlog.clear();
                addresses.clear();
                packs.values().forEach(PackState::engineEnded);
                engineDue = true;
                engineDueNanos = nanoTime.getAsLong() + ENGINE_PAUSE.toNanos();
            }
        }
    }

    private void with(Sha256 pack, Consumer<PackState> what) {
        PackState state = packs.get(pack);
        if (state != null) {
            what.accept(state);
        }
    }

    private void restartEngine() {
        int number = engineNumber;
        background(
                () -> engines.start(event -> post(new AgentMessage.FromSwarm(number, event))),
                started -> {
                    engine = started;
                    tell(new SwarmCommand.LocalPrefixes(toldLocal));
                    tell(new SwarmCommand.Limits(toldLimits));
                    packs.values().forEach(state -> {
                        if (state.phase != PackState.Phase.PROVING) {
                            enterSwarm(state);
                        }
                    });
                },
                refused -> {
                    LOG.error("the swarm engine does not start: {}", refused.reason());
                    engineDue = true;
                    engineDueNanos = nanoTime.getAsLong() + ENGINE_PAUSE.toNanos();
                });
    }

    /** Reads the whole once more; only the proof that comes of it moves the content into the store proper. */
    private void prove(PackState state) {
        if (state.phase != PackState.Phase.FETCHING || state.partial == null) {
            return;
        }
        state.phase = PackState.Phase.PROVING;
        state.provenBytes.set(0);
        state.waiters.forEach(request -> request.phase = "verifying");
        press();
        Partial partial = state.partial;
        background(
                () -> heavily(() -> {
                    Path directory = shelf.prove(partial, state.provenBytes::set);
                    journal.remove(state.id());
                    return directory;
                }),
                directory -> {
                    state.directory = directory;
                    state.watch.movedTo(state.file());
                    state.becomeWhole();
                    if (state.inSwarm) {
                        tell(new SwarmCommand.Relocate(state.id(), directory));
                        serveOutsiders(state);
                    } else {
                        enterSwarm(state);
                        quietly("drop the part of " + state.id(), () -> shelf.discardPart(state.id()));
                    }
                    press();
                    List<PullRequest> waiting = List.copyOf(state.waiters);
                    state.waiters.clear();
                    waiting.forEach(request -> arrived(request, state, false));
                },
                refused -> {
                    tell(new SwarmCommand.Remove(state.id()));
                    lost(state, state.manifest.id() + " is not put into the store: " + refused.reason());
                });
    }

    /** Gives a pack up. */
    private void lost(PackState state, String reason) {
        LOG.error("{}", reason);
        packs.remove(state.id());
        state.phase = PackState.Phase.GONE;
        state.inSwarm = false;
        outsiders.ifPresent(session -> session.withdraw(state.id()));
        state.watch.failed(reason);
        List<PullRequest> waiting = List.copyOf(state.waiters);
        state.waiters.clear();
        waiting.forEach(request -> refuse(request, new Refused(EXIT_FAILED, reason)));
        quietly("forget that " + state.id() + " is wanted", () -> journal.remove(state.id()));
        press();
    }

    private void quietly(String what, Runnable chore) {
        background(
                () -> {
                    chore.run();
                    return what;
                },
                done -> LOG.debug("done: {}", done),
                refused -> LOG.warn("could not {}: {}", what, refused.reason()));
    }

    // ---- the tracker
    // ----------------------------------------------------------------------------------------------------

    private void session(SessionEvent event) {
        switch (event) {
            case SessionEvent.Reached(String tracker) -> {
                trouble = "";
                LOG.info("the tracker {} answers", tracker);
            }
            case SessionEvent.Unreachable(String reason) -> {
                trouble = reason;
                LOG.warn("{}; the last assignment stays in force", reason);
            }
            case SessionEvent.Refused(String reason) -> {
                trouble = reason;
                LOG.error("the tracker refuses this agent: {}", reason);
            }
            case SessionEvent.Assigned(SitePlace now) -> assigned(now);
        }
    }

    private void assigned(SitePlace now) {
        place = now;
        if (!now.local().equals(toldLocal)) {
            toldLocal = now.local();
            tell(new SwarmCommand.LocalPrefixes(toldLocal));
        }
        WanLimits wan = WanLimits.inForce(
                new WanLimits(config.limits().wanDown(), config.limits().wanUp()), now);
        RateLimits limits = new RateLimits(
                wan.down(),
                wan.up(),
                config.limits().eachPackDown(),
                config.limits().eachPackUp());
        if (!limits.equals(toldLimits)) {
            toldLimits = limits;
            tell(new SwarmCommand.Limits(limits));
        }
        for (PackState state : packs.values()) {
            Duty duty = now.duties().get(state.id());
            if (duty != null && state.inSwarm) {
                tellDuty(state, duty);
            }
        }
    }

    private void tellDuty(PackState state, Duty duty) {
        for (DutyChange change : DutyChange.between(state.told, duty)) {
            switch (change) {
                case DutyChange.Peers(Set<PeerAddress> connect, Set<PeerAddress> allow) ->
                    tell(new SwarmCommand.Peers(
                            state.id(),
                            connect.stream().map(channel::localName).sorted().toList(),
                            allow.stream()
                                    .map(channel::localName)
                                    .map(PeerAddress::ip)
                                    .distinct()
                                    .sorted()
                                    .toList()));
                case DutyChange.Share(int index, int count) -> tell(new SwarmCommand.Shares(state.id(), index, count));
                case DutyChange.Forgive() -> tell(new SwarmCommand.Forgive(state.id()));
                case DutyChange.Rescued() -> {
                    state.rescues++;
                    LOG.warn("{}: stood still and was handed a source outside its site", state.manifest.id());
                }
            }
        }
        state.told = Optional.of(duty);
    }
}
