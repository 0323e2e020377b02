package packhorse.tracker.console;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.LinkCount;
import packhorse.core.message.v1.LinkCounts;
import packhorse.core.message.v1.Machine;
import packhorse.core.message.v1.Machines;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.SiteMapUpdate;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.SiteMap;
import packhorse.core.wire.WireSession;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.enrol.LocalAuthority;
import packhorse.tracker.enrol.Register;
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

    /** Machines that joined or renewed are told this seldom. */
    private static final Duration MACHINES_PAUSE = Duration.ofSeconds(2);

    /** Machines in one frame: some 300 KiB. */
    private static final int MACHINES_MAX = 2_000;

    /** Sites and packs in one report of bytes: some 2 MiB. */
    private static final int COUNTS_MAX = 20_000;

    private static final int RADIX = 16;

    /** What messages call the console's site map. */
    private static final String SITES = "the console's site map";

    private final Memory memory;
    private final InstantSource clock;
    private final Kept kept;
    private final Lines lines = new Lines();
    private final Errands errands = new Errands(lines);
    private final LeaseQuestions leases = new LeaseQuestions(lines);
    private final TokenQuestions tokens = new TokenQuestions(lines);
    private final Attendance attendance;
    private volatile Optional<LocalAuthority> authority = Optional.empty();
    private volatile List<SiteTraffic> traffic = List.of();
    private final List<Consumer<SiteMap>> siteListeners = new CopyOnWriteArrayList<>();

    // Only the thread that keeps time, after the construction.
    private long sitesRevision;
    private volatile Optional<SiteMap> sites = Optional.empty();
    private long machinesNanos = System.nanoTime();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("console-beat").daemon().factory());

    private final AtomicLong words = new AtomicLong();
    private final AtomicLong malformed = new AtomicLong();

    private ConsoleGovernance(Supplier<Mirror.Contents> catalogue, InstantSource clock, Kept kept) {
        this.memory = new Memory(catalogue);
        this.clock = clock;
        this.kept = kept;
        this.attendance = new Attendance(lines, memory, clock);
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
        books.askFor(tokens::ask);
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
        if (attendance.here(endpoint, site, acting)) {
            memory.here(endpoint, site);
        }
    }

    @Override
    public void gone(EndpointId endpoint) {
        attendance.gone(endpoint);
        memory.gone(endpoint);
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
        return Optional.of(leases.ask(endpoint, site, request));
    }

    @Override
    public CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports reports) {
        return errands.store(endpoint, reports);
    }

    @Override
    public CompletableFuture<InventoryNeeded> inventory(EndpointId endpoint, InventoryDelta delta) {
        return errands.inventory(endpoint, delta);
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
        attendance.opened(line);
        if (!traffic.isEmpty()) {
            sayCounts(line, counts(traffic));
        }
        LOG.info("the console {} is connected, {} in all", session.peer().id(), lines.size());
    }

    @Override
    public void closed(WireSession session) {
        lines.remove(session).ifPresent(line -> {
            forget(line);
            LOG.info("the console {} is gone, {} are left", session.peer().id(), lines.size());
        });
    }

    private void forget(ConsoleLine line) {
        errands.forget(line);
        leases.forget(line);
        tokens.forget(line);
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
            case ENDPOINT_STORED -> errands.stored(session, message.getEndpointStored());
            case ENDPOINT_INVENTORY_NEEDED -> errands.needed(session, message.getEndpointInventoryNeeded());
            case LEASE_RULING -> leases.ruled(session, message.getLeaseRuling());
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
            case TOKEN_RULING -> tokens.opens(session, message.getTokenRuling());
            default -> LOG.debug("{} sends {}, which is nothing for a tracker", session, message.getBodyCase());
        }
    }

    // ---- time

    private void beat() {
        try {
            if (memory.look()) {
                changed();
            }
            attendance.tell();
            long now = System.nanoTime();
            if (now - machinesNanos >= MACHINES_PAUSE.toNanos()) {
                machinesNanos = now;
                authority.ifPresent(this::tellMachines);
            }
            errands.drop(now);
            leases.drop(now);
        } catch (RuntimeException e) {
            // A task that throws is not run again, and no console would hear of anybody any more.
            LOG.error("time passes without effect", e);
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
                        .setEndpoint(Memory.bytes(machine.endpoint()))
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
        Errands.Counts reports = errands.counts();
        return new ConsoleCounts(
                lines.size(),
                memory.size(),
                reports.sent(),
                reports.stored(),
                reports.putOff(),
                leases.asked(),
                leases.unruled(),
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
                new ReportStore.Counts(errands.counts().stored(), 0, 0, 0, malformed.get(), memory.size(), 0, 0));
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
