package packhorse.tracker.console;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.PlainText;
import packhorse.core.UsageException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EndpointInventory;
import packhorse.core.message.v1.EndpointInventoryNeeded;
import packhorse.core.message.v1.EndpointReports;
import packhorse.core.message.v1.EndpointStored;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.IssuedToken;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseAsk;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.LeaseRuling;
import packhorse.core.message.v1.LinkCount;
import packhorse.core.message.v1.LinkCounts;
import packhorse.core.message.v1.Machine;
import packhorse.core.message.v1.Machines;
import packhorse.core.message.v1.Presence;
import packhorse.core.message.v1.Present;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.SiteMapUpdate;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.message.v1.TokenAsk;
import packhorse.core.message.v1.TokenRuling;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.SiteMap;
import packhorse.core.wire.WireSession;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.enrol.LocalAuthority;
import packhorse.tracker.enrol.Register;
import packhorse.tracker.enrol.TokenSource;
import packhorse.tracker.governance.GovernanceOverview;
import packhorse.tracker.reports.ReportStore;
import packhorse.tracker.session.ConsoleListener;
import packhorse.tracker.session.Governance;
import packhorse.tracker.session.SiteTraffic;

/**
 * Governs by what consoles say.
 *
 * <p><b>Down.</b> Words about endpoints and entitlements go into {@link Memory}, and whoever they are about is told. <b>Up.</b> Reports
 * and inventories go to one console, and the agent is answered when that one answered; a lease question goes to all, and the first
 * that rules is heard. What nobody answers within its time is dropped here: agents send reports again, ask again, and are asked for
 * their inventory again when a console is back. Who is here is a level: each console is told of what changed since it was told.
 *
 * <p>One thread keeps time; all else happens on the threads that bring it, which do not block but for {@link #store} and
 * {@link #inventory}: these wait for room with a console.
 */
public final class ConsoleGovernance implements Governance, ConsoleListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleGovernance.class);

    /** How often changes of presence are told and times are looked at. */
    private static final Duration BEAT = Duration.ofMillis(100);

    /** An agent sends reports again when it heard nothing for 20 s; whoever stores later than this stores for the next time. */
    private static final Duration STORE_MAX = Duration.ofSeconds(15);

    /** An agent that hears nothing of its question asks again after 10 s. */
    private static final Duration LEASE_MAX = Duration.ofSeconds(5);

    /** A machine waits at the enrolment door for so long. */
    private static final Duration TOKEN_MAX = Duration.ofSeconds(5);

    /** Machines that joined or renewed are told this seldom. */
    private static final Duration MACHINES_PAUSE = Duration.ofSeconds(2);

    /** Machines in one frame: some 300 KiB. */
    private static final int MACHINES_MAX = 2_000;

    /** Sites and packs in one report of bytes: some 2 MiB. */
    private static final int COUNTS_MAX = 20_000;

    private static final int RADIX = 16;

    /** Questions that wait at once; each endpoint has one open, or few. */
    private static final int LEASES_MAX = 50_000;

    /** What messages call the console's site map. */
    private static final String SITES = "the console's site map";

    private record Here(Optional<String> site, Instant since, long acting) {}

    /** Something that one console is to answer. */
    private record Errand<T>(
            ConsoleLine line,
            EndpointId endpoint,
            CompletableFuture<T> answer,
            ConsoleLine.Room room,
            long deadlineNanos) {}

    /** A question to all consoles; {@code asked} are those that have not answered. */
    private record Question(
            EndpointId endpoint,
            String action,
            CompletableFuture<LeaseAnswer> answer,
            Set<ConsoleLine> asked,
            long deadlineNanos) {}

    /** A question about a token; {@code asked} are those that have not answered. */
    private record TokenQuestion(
            String id, CompletableFuture<Optional<TokenSource.Token>> answer, Set<ConsoleLine> asked) {}

    private final Memory memory;
    private final InstantSource clock;
    private final Kept kept;
    private final Map<Long, TokenQuestion> tokens = new ConcurrentHashMap<>();
    private volatile Optional<LocalAuthority> authority = Optional.empty();
    private volatile List<SiteTraffic> traffic = List.of();
    private final List<Consumer<SiteMap>> siteListeners = new CopyOnWriteArrayList<>();

    // Only the thread that keeps time, after the construction.
    private long sitesRevision;
    private volatile Optional<SiteMap> sites = Optional.empty();
    private long machinesNanos = System.nanoTime();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final List<ConsoleLine> lines = new CopyOnWriteArrayList<>();
    private final Map<EndpointId, Here> here = new ConcurrentHashMap<>();
    private final Map<Long, Errand<ReportsStored>> stores = new ConcurrentHashMap<>();
    private final Map<Long, Errand<InventoryNeeded>> inventories = new ConcurrentHashMap<>();
    private final Map<Long, Question> leases = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicBoolean presenceDue = new AtomicBoolean();
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("console-beat").daemon().factory());

    private final AtomicLong reportsSent = new AtomicLong();
    private final AtomicLong reportsStored = new AtomicLong();
    private final AtomicLong reportsPutOff = new AtomicLong();
    private final AtomicLong leasesAsked = new AtomicLong();
    private final AtomicLong leasesUnruled = new AtomicLong();
    private final AtomicLong words = new AtomicLong();
    private final AtomicLong malformed = new AtomicLong();

    private ConsoleGovernance(Supplier<Mirror.Contents> catalogue, InstantSource clock, Kept kept) {
        this.memory = new Memory(catalogue);
        this.clock = clock;
        this.kept = kept;
        kept.sites().ifPresent(update -> {
            try {
                sites = Optional.of(SiteMapFile.parse(SITES, update.getYaml()));
                sitesRevision = update.getRevision();
            } catch (UsageException e) {
                LOG.warn("the site map that a console said is asked for again: {}", e.getMessage());
            }
        });
    }

    /**
     * Starts to govern; until a console spoke nothing is decided.
     *
     * @param catalogue what the mirror serves now
     * @param clock the machine's
     * @param kept what is remembered over restarts
     */
    public static ConsoleGovernance start(Supplier<Mirror.Contents> catalogue, InstantSource clock, Kept kept) {
        ConsoleGovernance governance = new ConsoleGovernance(catalogue, clock, kept);
        var unused = governance.beat.scheduleWithFixedDelay(
                governance::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
        return governance;
    }

    /** Gives the authority's books to consoles, and lets them issue tokens and throw out. */
    public void lend(LocalAuthority books) {
        authority = Optional.of(books);
        books.askFor(this::token);
        books.denyAlso(kept.denied());
    }

    /** Whom {@code own} or a console throws out, live. */
    public DenyList denied(DenyList own) {
        return kept.with(own);
    }

    /** The site map that a console said, also before the last restart. */
    @Override
    public Optional<SiteMap> sites() {
        return sites;
    }

    @Override
    public void onSites(Consumer<SiteMap> listener) {
        siteListeners.add(listener);
    }

    /** Asks the consoles for a token, and waits for their answer. */
    private Optional<TokenSource.Token> token(String id) {
        long number = numbers.incrementAndGet();
        Set<ConsoleLine> asked = ConcurrentHashMap.newKeySet();
        TokenQuestion question = new TokenQuestion(id, new CompletableFuture<>(), asked);
        tokens.put(number, question);
        try {
            for (ConsoleLine line : lines) {
                asked.add(line);
                boolean sent = line.send(Envelope.newBuilder()
                        .setTokenAsk(TokenAsk.newBuilder().setNumber(number).setToken(id)));
                if (!sent || line.closed) {
                    asked.remove(line);
                }
            }
            return asked.isEmpty()
                    ? Optional.empty()
                    : question.answer().get(TOKEN_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("no console says what the token {} opens", PlainText.line(id));
            return Optional.empty();
        } finally {
            tokens.remove(number);
        }
    }

    private void opens(WireSession session, TokenRuling ruling) {
        TokenQuestion question = tokens.get(ruling.getNumber());
        if (question == null) {
            LOG.debug("{} says what a token opens that nobody asks for any more", session);
            return;
        }
        question.asked().removeIf(line -> line.session.equals(session));
        if (ruling.hasToken()) {
            IssuedToken token = ruling.getToken();
            question.answer()
                    .complete(Optional.of(new TokenSource.Token(
                            token.getId(),
                            Sha256.ofDigest(token.getSecret().toByteArray()),
                            token.getSite(),
                            DeploymentRole.parse(token.getRole()),
                            token.getNamesList(),
                            token.getEndpoint().isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(Memory.id(token.getEndpoint())),
                            Instant.ofEpochMilli(token.getExpiryMillis()))));
        } else if (question.asked().isEmpty()) {
            question.answer().complete(Optional.empty());
        }
    }

    private void mapped(SiteMapUpdate update) {
        SiteMap said;
        try {
            said = SiteMapFile.parse(SITES, update.getYaml());
        } catch (UsageException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        // A disk and the sessions' queue may be waited for, and the thread that reads must not.
        beat.execute(() -> {
            if (update.getRevision() <= sitesRevision) {
                return;
            }
            sitesRevision = update.getRevision();
            sites = Optional.of(said);
            siteListeners.forEach(listener -> listener.accept(said));
            LOG.info(
                    "site map {} of a console is in force: {} sites",
                    sitesRevision,
                    said.sites().size());
            keep(() -> kept.keep(update));
        });
    }

    private void deny(packhorse.core.message.v1.DenyList message) {
        Set<EndpointId> endpoints =
                message.getAgentIdsList().stream().map(Memory::id).collect(Collectors.toSet());
        Set<BigInteger> serials = message.getSerialsList().stream()
                .map(serial -> new BigInteger(serial, RADIX))
                .collect(Collectors.toSet());
        beat.execute(() -> keep(() -> {
            if (kept.denied().tell(message.getRevision(), endpoints, serials)) {
                LOG.info("{} endpoints and {} certificates are denied by a console", endpoints.size(), serials.size());
            }
        }));
    }

    private static void keep(Runnable work) {
        try {
            work.run();
        } catch (OperationException e) {
            LOG.error("what a console said is in force and not kept over a restart: {}", e.getMessage());
        }
    }

    // ---- what sessions with agents ask

    @Override
    public void moved(List<SiteTraffic> moved) {
        List<SiteTraffic> now = List.copyOf(moved.size() <= COUNTS_MAX ? moved : moved.subList(0, COUNTS_MAX));
        boolean same = now.size() == traffic.size() && Set.copyOf(now).equals(Set.copyOf(traffic));
        traffic = now;
        if (!same) {
            Envelope.Builder message = counts(now);
            lines.forEach(line -> sayCounts(line, message));
        }
    }

    private static void sayCounts(ConsoleLine line, Envelope.Builder message) {
        if (!line.send(message)) {
            LOG.debug("{} does not read; it is told of bytes when they change again", line.session);
        }
    }

    private Envelope.Builder counts(List<SiteTraffic> now) {
        LinkCounts.Builder counts = LinkCounts.newBuilder().setAtMillis(clock.millis());
        for (SiteTraffic one : now) {
            counts.addCounts(LinkCount.newBuilder()
                    .setSite(one.site())
                    .setOrigin(one.origin())
                    .setPack(ByteString.copyFrom(one.pack().bytes()))
                    .setWanBytesIn(one.bytes().wanIn())
                    .setWanBytesOut(one.bytes().wanOut())
                    .setLanBytesIn(one.bytes().lanIn())
                    .setLanBytesOut(one.bytes().lanOut()));
        }
        return Envelope.newBuilder().setLinkCounts(counts);
    }

    @Override
    public DesiredStateUpdate desiredOf(EndpointId endpoint, Optional<String> site) {
        return memory.desiredOf(endpoint);
    }

    @Override
    public boolean knows(EndpointId endpoint) {
        return memory.knows(endpoint);
    }

    @Override
    public void here(EndpointId endpoint, Optional<String> site, long acting) {
        Here before = here.get(endpoint);
        if (before != null && before.site().equals(site) && before.acting() == acting) {
            return;
        }
        here.put(endpoint, new Here(site, before == null ? clock.instant() : before.since(), acting));
        memory.here(endpoint, site);
        lines.forEach(line -> line.due(endpoint));
        presenceDue.set(true);
    }

    @Override
    public void gone(EndpointId endpoint) {
        here.remove(endpoint);
        memory.gone(endpoint);
        lines.forEach(line -> line.due(endpoint));
        presenceDue.set(true);
    }

    @Override
    public EntitlementAnswer entitled(EndpointId endpoint, Optional<String> site, EntitlementQuestion question) {
        return memory.entitled(endpoint, site, question);
    }

    @Override
    public boolean mayHave(EndpointId endpoint, Optional<String> site, Sha256 pack) {
        return memory.mayHave(endpoint, site, pack);
    }

    @Override
    public boolean siteMayHave(String site, Sha256 pack) {
        return memory.siteMayHave(site, pack);
    }

    @Override
    public Optional<InventoryNeeded> inventoryKnown(EndpointId endpoint) {
        return memory.inventoryKnown(endpoint);
    }

    @Override
    public void onChange(Runnable changed) {
        listeners.add(changed);
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public Optional<CompletableFuture<LeaseAnswer>> lease(
            EndpointId endpoint, Optional<String> site, LeaseRequest request) {
        leasesAsked.incrementAndGet();
        CompletableFuture<LeaseAnswer> answer = new CompletableFuture<>();
        if (leases.size() >= LEASES_MAX) {
            unruled(answer);
            return Optional.of(answer);
        }
        long number = numbers.incrementAndGet();
        Set<ConsoleLine> asked = ConcurrentHashMap.newKeySet();
        leases.put(number, new Question(endpoint, request.getAction(), answer, asked, due(LEASE_MAX)));
        LeaseAsk ask = LeaseAsk.newBuilder()
                .setNumber(number)
                .setEndpoint(bytes(endpoint))
                .setSite(site.orElse(""))
                .setRequest(request)
                .build();
        for (ConsoleLine line : lines) {
            // Before it is sent: the answer may be here before send returns.
            asked.add(line);
            if (!line.send(Envelope.newBuilder().setLeaseAsk(ask)) || line.closed) {
                asked.remove(line);
            }
        }
        if (asked.isEmpty()) {
            giveUp(number);
        }
        return Optional.of(answer);
    }

    private void giveUp(long number) {
        Question question = leases.remove(number);
        if (question != null) {
            unruled(question.answer());
        }
    }

    private void unruled(CompletableFuture<LeaseAnswer> answer) {
        leasesUnruled.incrementAndGet();
        answer.cancel(false);
    }

    @Override
    public CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports reports) {
        CompletableFuture<ReportsStored> answer = new CompletableFuture<>();
        Optional<Slot> slot = slot(line -> line.roomForReports(reports.getSerializedSize()));
        if (slot.isEmpty()) {
            putOff(answer);
            return answer;
        }
        ConsoleLine line = slot.get().line();
        long number = numbers.incrementAndGet();
        stores.put(number, new Errand<>(line, endpoint, answer, slot.get().room(), due(STORE_MAX)));
        boolean sent = line.send(Envelope.newBuilder()
                .setEndpointReports(EndpointReports.newBuilder()
                        .setNumber(number)
                        .setEndpoint(bytes(endpoint))
                        .setReports(reports)));
        reportsSent.addAndGet(sent ? 1 : 0);
        if (!sent || line.closed) {
            putOff(stores.remove(number));
        }
        return answer;
    }

    private void putOff(@Nullable Errand<ReportsStored> errand) {
        if (errand != null) {
            errand.room().release();
            putOff(errand.answer());
        }
    }

    private void putOff(CompletableFuture<ReportsStored> answer) {
        reportsPutOff.incrementAndGet();
        answer.cancel(false);
    }

    @Override
    public CompletableFuture<InventoryNeeded> inventory(EndpointId endpoint, InventoryDelta delta) {
        CompletableFuture<InventoryNeeded> answer = new CompletableFuture<>();
        Optional<Slot> slot = slot(line -> line.roomForInventory(delta.getSerializedSize()));
        if (slot.isEmpty()) {
            answer.cancel(false);
            return answer;
        }
        ConsoleLine line = slot.get().line();
        long number = numbers.incrementAndGet();
        inventories.put(number, new Errand<>(line, endpoint, answer, slot.get().room(), due(STORE_MAX)));
        boolean sent = line.send(Envelope.newBuilder()
                .setEndpointInventory(EndpointInventory.newBuilder()
                        .setNumber(number)
                        .setEndpoint(bytes(endpoint))
                        .setDelta(delta)));
        if (!sent || line.closed) {
            drop(inventories.remove(number));
        }
        return answer;
    }

    private static void drop(@Nullable Errand<InventoryNeeded> errand) {
        if (errand != null) {
            errand.room().release();
            errand.answer().cancel(false);
        }
    }

    private record Slot(ConsoleLine line, ConsoleLine.Room room) {}

    /** How room is waited for. */
    private interface Wait {
        Optional<ConsoleLine.Room> in(ConsoleLine line) throws InterruptedException;
    }

    /** Room with whoever is to store: the first console that answers in time, else the first. */
    private Optional<Slot> slot(Wait wait) {
        Optional<ConsoleLine> line = lines.stream()
                .filter(each -> !each.late)
                .findFirst()
                .or(() -> lines.stream().findFirst());
        try {
            return line.isEmpty() ? Optional.empty() : wait.in(line.get()).map(room -> new Slot(line.get(), room));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static long due(Duration most) {
        return System.nanoTime() + most.toNanos();
    }

    private static ByteString bytes(EndpointId endpoint) {
        return ByteString.copyFrom(endpoint.bytes());
    }

    // ---- what consoles say

    @Override
    public Optional<String> refuse(RemoteIdentity remote) {
        return Optional.empty();
    }

    @Override
    public void opened(WireSession session) {
        ConsoleLine line = new ConsoleLine(session);
        lines.add(line);
        // After it is in the list: whoever comes meanwhile is named twice and not never.
        line.due(here.keySet());
        presenceDue.set(true);
        if (!traffic.isEmpty()) {
            sayCounts(line, counts(traffic));
        }
        LOG.info("the console {} is connected, {} in all", session.peer().id(), lines.size());
    }

    @Override
    public void closed(WireSession session) {
        Optional<ConsoleLine> its =
                lines.stream().filter(line -> line.session.equals(session)).findFirst();
        if (its.isPresent()) {
            its.get().closed = true;
            lines.remove(its.get());
            forget(its.get());
            LOG.info("the console {} is gone, {} are left", session.peer().id(), lines.size());
        }
    }

    private void forget(ConsoleLine line) {
        stores.forEach((number, errand) -> {
            if (errand.line().equals(line)) {
                putOff(stores.remove(number));
            }
        });
        inventories.forEach((number, errand) -> {
            if (errand.line().equals(line)) {
                drop(inventories.remove(number));
            }
        });
        leases.forEach((number, question) -> {
            if (question.asked().remove(line) && question.asked().isEmpty()) {
                giveUp(number);
            }
        });
        tokens.values().forEach(question -> {
            if (question.asked().remove(line) && question.asked().isEmpty()) {
                question.answer().complete(Optional.empty());
            }
        });
    }

    @Override
    public boolean received(WireSession session, Envelope message) {
        try {
            take(session, message);
        } catch (IllegalArgumentException e) {
            malformed.incrementAndGet();
            LOG.error("{}: its {} is malformed: {}", session, message.getBodyCase(), e.getMessage());
            session.close("your " + message.getBodyCase() + " is malformed: " + e.getMessage(), true);
        }
        return true;
    }

    private void take(WireSession session, Envelope message) {
        switch (message.getBodyCase()) {
            case ENDPOINT_WORDS -> {
                words.addAndGet(message.getEndpointWords().getWordsCount());
                malformed.addAndGet(memory.take(message.getEndpointWords().getWordsList()));
                changed();
            }
            case ENDPOINT_STORED -> stored(session, message.getEndpointStored());
            case ENDPOINT_INVENTORY_NEEDED -> needed(session, message.getEndpointInventoryNeeded());
            case LEASE_RULING -> ruled(session, message.getLeaseRuling());
            case ENTITLEMENTS -> {
                if (memory.take(message.getEntitlements())) {
                    LOG.info(
                            "entitlements {} of a console are in force: {} lines",
                            message.getEntitlements().getRevision(),
                            message.getEntitlements().getLinesCount());
                    changed();
                }
            }
            case SITE_MAP -> mapped(message.getSiteMap());
            case DENY_LIST -> deny(message.getDenyList());
            case TOKEN_RULING -> opens(session, message.getTokenRuling());
            default -> LOG.debug("{} sends {}, which is nothing for a tracker", session, message.getBodyCase());
        }
    }

    private void stored(WireSession session, EndpointStored message) {
        Errand<ReportsStored> errand = stores.get(message.getNumber());
        if (errand == null || !errand.line().session.equals(session)) {
            LOG.debug("{} stored what nobody waits for any more", session);
            return;
        }
        requireSame(errand.endpoint(), message.getEndpoint());
        if (stores.remove(message.getNumber(), errand)) {
            errand.line().late = false;
            errand.room().release();
            reportsStored.incrementAndGet();
            errand.answer().complete(message.getStored());
        }
    }

    private void needed(WireSession session, EndpointInventoryNeeded message) {
        Errand<InventoryNeeded> errand = inventories.get(message.getNumber());
        if (errand == null || !errand.line().session.equals(session)) {
            LOG.debug("{} took an inventory that nobody waits for any more", session);
            return;
        }
        requireSame(errand.endpoint(), message.getEndpoint());
        if (inventories.remove(message.getNumber(), errand)) {
            errand.room().release();
            errand.answer().complete(message.getNeeded());
        }
    }

    private static void requireSame(EndpointId asked, ByteString answered) {
        if (!asked.equals(Memory.id(answered))) {
            throw new IllegalArgumentException(
                    "it answers for " + Memory.id(answered) + " what was asked for " + asked);
        }
    }

    private void ruled(WireSession session, LeaseRuling ruling) {
        Question question = leases.get(ruling.getNumber());
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
        } else if (leases.remove(ruling.getNumber(), question)) {
            question.answer()
                    .complete(LeaseAnswer.newBuilder()
                            .setAction(question.action())
                            .setUntilMillis(ruling.getUntilMillis())
                            .setReason(ruling.getReason())
                            .build());
        }
    }

    // ---- time

    private void beat() {
        try {
            if (memory.look()) {
                changed();
            }
            if (presenceDue.getAndSet(false)) {
                lines.forEach(this::tell);
            }
            long now = System.nanoTime();
            if (now - machinesNanos >= MACHINES_PAUSE.toNanos()) {
                machinesNanos = now;
                authority.ifPresent(this::tellMachines);
            }
            stores.forEach((number, errand) -> {
                if (now - errand.deadlineNanos() >= 0) {
                    errand.line().late = true;
                    putOff(stores.remove(number));
                }
            });
            inventories.forEach((number, errand) -> {
                if (now - errand.deadlineNanos() >= 0) {
                    drop(inventories.remove(number));
                }
            });
            leases.forEach((number, question) -> {
                if (now - question.deadlineNanos() >= 0) {
                    giveUp(number);
                }
            });
        } catch (RuntimeException e) {
            // A task that throws is not run again, and no console would hear of anybody any more.
            LOG.error("time passes without effect", e);
        }
    }

    /** Tells a console who came and who went since it was told; what does not fit into its queue is told with a later beat. */
    private void tell(ConsoleLine line) {
        for (Optional<ConsoleLine.Batch> next = line.next(); next.isPresent(); next = line.next()) {
            ConsoleLine.Batch batch = next.get();
            Presence.Builder presence = Presence.newBuilder().setFull(batch.full());
            for (EndpointId endpoint : batch.endpoints()) {
                Here its = here.get(endpoint);
                if (its == null) {
                    presence.addGone(bytes(endpoint));
                } else {
                    presence.addHere(Present.newBuilder()
                            .setEndpoint(bytes(endpoint))
                            .setSite(its.site().orElse(""))
                            .setSinceMillis(its.since().toEpochMilli())
                            .setDesiredRevision(Math.max(its.acting(), memory.revision(endpoint))));
                }
            }
            if (!line.send(Envelope.newBuilder().setPresence(presence))) {
                line.unsaid(batch);
                if (!line.closed) {
                    presenceDue.set(true);
                }
                return;
            }
        }
    }

    private void tellMachines(LocalAuthority books) {
        if (lines.isEmpty()) {
            return;
        }
        List<Register.Machine> all = books.register().machines();
        for (ConsoleLine line : lines) {
            List<Register.Machine> fresh = all.stream()
                    .filter(machine -> !machine.serial().equals(line.machines.get(machine.endpoint())))
                    .limit(MACHINES_MAX)
                    .toList();
            Machines.Builder machines = Machines.newBuilder();
            for (Register.Machine machine : fresh) {
                machines.addMachines(Machine.newBuilder()
                        .setEndpoint(bytes(machine.endpoint()))
                        .setRole(machine.role().word())
                        .setSite(machine.site())
                        .setSerial(machine.serial())
                        .setNotAfterMillis(machine.notAfter().toEpochMilli())
                        .setToken(machine.token().orElse("")));
            }
            if (!fresh.isEmpty() && line.send(Envelope.newBuilder().setMachines(machines))) {
                fresh.forEach(machine -> line.machines.put(machine.endpoint(), machine.serial()));
            }
        }
    }

    // ---- for people

    /** How it goes. */
    public ConsoleCounts counts() {
        return new ConsoleCounts(
                lines.size(),
                memory.size(),
                reportsSent.get(),
                reportsStored.get(),
                reportsPutOff.get(),
                leasesAsked.get(),
                leasesUnruled.get(),
                words.get(),
                malformed.get());
    }

    /** How governing goes, as a tracker with a file says it. */
    public GovernanceOverview overview() {
        return new GovernanceOverview(
                "",
                Instant.EPOCH,
                memory.catalogueVersion(),
                0,
                memory.entitlements(),
                List.of(),
                trouble(),
                memory.size(),
                new ReportStore.Counts(reportsStored.get(), 0, 0, 0, malformed.get(), memory.size(), 0, 0));
    }

    private Optional<String> trouble() {
        return lines.isEmpty()
                ? Optional.of("no console is connected: reports stay on agents, and nothing new begins")
                : Optional.empty();
    }

    @Override
    public void close() {
        beat.shutdownNow();
        lines.forEach(this::forget);
    }
}
