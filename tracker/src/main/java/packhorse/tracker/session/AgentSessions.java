package packhorse.tracker.session;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.DesiredItem;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.Refusal;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Site;
import packhorse.core.topology.SiteMap;
import packhorse.core.wire.WireSession;
import packhorse.tracker.selection.Orders;
import packhorse.tracker.selection.Place;
import packhorse.tracker.selection.Role;
import packhorse.tracker.selection.Selection;
import packhorse.tracker.selection.SwarmDecision;
import packhorse.tracker.selection.SwarmDecision.SiteState;
import packhorse.tracker.selection.SwarmMemory;
import packhorse.tracker.selection.Whereabouts;
import packhorse.tracker.swarm.Directory;
import packhorse.tracker.swarm.Holding;
import packhorse.tracker.swarm.Member;
import packhorse.tracker.swarm.Report;

/**
 * All agents' sessions: the owner of the swarm state.
 *
 * <p>One thread takes messages from a bounded queue. A report goes into the {@link Directory} and marks the swarms it changed; when
 * swarms are marked and {@code decideGap} has passed since the last time, {@link Selection} decides each of them anew, and agents whose
 * orders came out differently get a new revision, which is pushed at once. Swarms in which somebody fetches are decided anew each
 * {@value #TICK_MILLIS} ms even when nobody reports anything, since time alone makes an agent stand still; their members are asked
 * whether they are there when they say nothing.
 *
 * <p>What is pushed is a level: assignment, desired state, deny-list, each with a revision and what was said last in the session.
 * An agent that does not read is behind, is tried again, and loses nothing but time; the wire cuts it off when that lasts.
 * Reports to be stored and inventories never pass through the owner: each session has a {@link PaperTray}.
 *
 * <p>Nothing here outlives the process: after a restart agents come back and the state with them.
 */
public final class AgentSessions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentSessions.class);

    /** Messages waiting; beyond them sessions are not read for a while. */
    private static final int QUEUE_MAX = 20_000;

    /** Messages taken before the next decision; bounds how long an answer waits behind a flood. */
    private static final int BATCH_MAX = 2_000;

    private static final int TICK_MILLIS = 500;

    /** Releases of one question; each is looked up by the thread that all agents share. */
    private static final int SUBJECTS_MAX = 10_000;

    private static final String NOT_ENTITLED =
            "this endpoint neither should have it (no desired state names it) nor may have it (no entitlement does)";

    private final SessionConfig config;
    private final InstantSource clock;
    private final OpenListeners openListeners;
    private final Governance governance;
    private final DenyList denied;
    private final BlockingQueue<Message> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread thread;
    private final ExecutorService papers = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<WireSession, Line> open = new ConcurrentHashMap<>();
    /** Sessions that ended while the queue had no room; there are no more of them than sessions. */
    private final ConcurrentLinkedQueue<Line> gone = new ConcurrentLinkedQueue<>();

    /** Who asks while somebody's question waits is given the same answer: anybody may ask, and all is walked over for it. */
    private final CompletableFuture<String> failed = new CompletableFuture<>();

    private final AtomicReference<@Nullable CompletableFuture<Overview>> asked = new AtomicReference<>();

    private final AtomicBoolean governanceChanged = new AtomicBoolean();
    private final AtomicBoolean denialsChanged = new AtomicBoolean();
    private volatile boolean closing;

    // Everything below belongs to the thread.
    private final Directory directory = new Directory();
    private final Map<EndpointId, Handout> handouts = new HashMap<>();
    private final Map<EndpointId, Line> lines = new HashMap<>();
    private final Map<Sha256, SwarmMemory> memories = new HashMap<>();
    private final Map<Sha256, SwarmDecision> decisions = new HashMap<>();
    private final Map<Sha256, Set<EndpointId>> notEntitled = new HashMap<>();
    private final Map<EndpointId, Set<Sha256>> summonses = new HashMap<>();
    private final Set<Sha256> dirty = new HashSet<>();
    /** Agents that may have something new to be told. */
    private final Set<EndpointId> candidates = new HashSet<>();

    private final Map<String, Long> rescues = new TreeMap<>();
    private Whereabouts whereabouts;
    private final Instant settledAt;
    private boolean settling;
    private Instant nextTick;
    private Instant nextDecision;
    private long lastRevision;
    private boolean listenersChanged = true;
    private long reports;
    private long refusals;
    private long decided;

    private sealed interface Message {}

    private record Opened(Line line) implements Message {}

    private record Received(Line line, Envelope envelope) implements Message {}

    private record Closed(Line line) implements Message {}

    private record Mapped(SiteMap sites) implements Message {}

    private record Asked(CompletableFuture<Overview> answer) implements Message {}

    /** Something outside changed that {@link #work} looks for. */
    private record Look() implements Message {}

    private AgentSessions(
            SessionConfig config,
            SiteMap sites,
            InstantSource clock,
            OpenListeners openListeners,
            Governance governance,
            DenyList denied) {
        this.config = config;
        this.clock = clock;
        this.openListeners = openListeners;
        this.governance = governance;
        this.denied = denied;
        this.whereabouts = new Whereabouts(sites);
        Instant now = clock.instant();
        this.settledAt = now.plus(config.settle());
        this.nextTick = now;
        this.nextDecision = now;
        // Revisions of this process are higher than those of any before it.
        this.lastRevision = now.toEpochMilli() << 16;
        this.thread = Thread.ofPlatform().name("agent-sessions").unstarted(this::run);
    }

    /** Starts the owner; sessions come by {@link #opened}. */
    public static AgentSessions start(
            SessionConfig config,
            SiteMap sites,
            InstantSource clock,
            OpenListeners openListeners,
            Governance governance,
            DenyList denied) {
        AgentSessions sessions = new AgentSessions(config, sites, clock, openListeners, governance, denied);
        sessions.thread.start();
        governance.onChange(() -> sessions.look(sessions.governanceChanged));
        denied.onChange(() -> sessions.look(sessions.denialsChanged));
        return sessions;
    }

    // ---- any thread

    /** Done when the owner could not go on: one line. A tracker without it serves nobody and had better start again. */
    public CompletableFuture<String> failed() {
        return failed.copy();
    }

    /** A session began. Where there is no room for it, it is closed, to come back later. */
    void opened(WireSession session) {
        Line line = new Line(session, new PaperTray(papers, paper -> keep(session, paper)));
        open.put(session, line);
        if (closing || !queue.offer(new Opened(line))) {
            session.close("the tracker has too much to do; try again", true);
        }
    }

    /** Takes a message; false when there is no room for it now, for anybody or for this session. */
    boolean received(WireSession session, Envelope envelope) {
        Line line = open.get(session);
        if (line == null) {
            return true;
        }
        return switch (envelope.getBodyCase()) {
            case STATUS_REPORTS, INVENTORY_DELTA -> line.tray.offer(envelope);
            default -> {
                if (line.waiting.get() >= Line.WAITING_MAX || !queue.offer(new Received(line, envelope))) {
                    yield false;
                }
                line.waiting.incrementAndGet();
                yield true;
            }
        };
    }

    /** A session ended. */
    void closed(WireSession session) {
        Line line = open.remove(session);
        if (line != null && !queue.offer(new Closed(line))) {
            gone.add(line);
        }
    }

    /** Puts another site map in force. */
    public void sites(SiteMap sites) {
        try {
            queue.put(new Mapped(sites));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public CompletableFuture<Overview> overview() {
        CompletableFuture<Overview> answer = new CompletableFuture<>();
        CompletableFuture<Overview> waiting = asked.compareAndExchange(null, answer);
        if (waiting != null) {
            return waiting.copy();
        }
        if (closing || !queue.offer(new Asked(answer))) {
            asked.set(null);
            answer.completeExceptionally(new IllegalStateException("the tracker has too much to do; try again"));
        }
        return answer.copy();
    }

    private void look(AtomicBoolean flag) {
        if (!flag.getAndSet(true)) {
            // Where there is no room the thread is awake anyway, and looks.
            var unused = queue.offer(new Look());
        }
    }

    private CompletionStage<?> keep(WireSession session, Envelope paper) {
        EndpointId endpoint = session.peer().id();
        if (paper.hasStatusReports()) {
            return governance
                    .store(endpoint, paper.getStatusReports())
                    .thenAccept(stored -> tell(session, Envelope.newBuilder().setReportsStored(stored)));
        }
        InventoryNeeded known = governance.inventory(endpoint, paper.getInventoryDelta());
        // In the middle of a revision that takes several frames, an answer would read as a wish for all of it again.
        if (!paper.getInventoryDelta().getMore()) {
            tell(session, Envelope.newBuilder().setInventoryNeeded(known));
        }
        return CompletableFuture.completedStage(true);
    }

    private static boolean tell(WireSession session, Envelope.Builder message) {
        Envelope envelope = message.setVersion(FrameCodec.VERSION).build();
        if (envelope.getSerializedSize() > FrameCodec.FRAME_BYTES_MAX) {
            // Said again it would be as long: it counts as told, or the thread that all agents share would end here.
            LOG.error(
                    "{} is not sent {}: {} bytes are more than a frame holds",
                    session,
                    envelope.getBodyCase(),
                    envelope.getSerializedSize());
            return true;
        }
        boolean taken = session.send(envelope);
        if (!taken) {
            LOG.debug("{} does not read; {} is not sent", session, message.getBodyCase());
        }
        return taken;
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        papers.shutdownNow();
    }

    // ---- the thread

    private void run() {
        try {
            while (!closing) {
                Message first = queue.poll(millisToNextDuty(), TimeUnit.MILLISECONDS);
                int taken = 0;
                for (Message next = first; next != null; next = queue.poll()) {
                    takeGuarded(next);
                    if (++taken == BATCH_MAX) {
                        break;
                    }
                }
                work(clock.instant());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("the tracker cannot go on", e);
            failed.complete("the tracker cannot go on: " + e);
            throw e;
        } finally {
            closing = true;
            for (Message next = queue.poll(); next != null; next = queue.poll()) {
                if (next instanceof Asked(CompletableFuture<Overview> answer)) {
                    asked.set(null);
                    answer.completeExceptionally(new IllegalStateException("the tracker stops"));
                }
            }
        }
    }

    private long millisToNextDuty() {
        Instant next = nextTick;
        if (!dirty.isEmpty() && nextDecision.isBefore(next)) {
            next = nextDecision;
        }
        return Math.max(0, Duration.between(clock.instant(), next).toMillis() + 1);
    }

    /** What one agent says may cost it its session, never the thread that all agents share. */
    private void takeGuarded(Message message) {
        try {
            take(message);
        } catch (RuntimeException e) {
            if (!(message instanceof Received(Line line, Envelope envelope))) {
                throw e;
            }
            LOG.error("{}: its {} cannot be taken; its session ends", line.session, envelope.getBodyCase(), e);
            line.session.close("the tracker cannot take " + envelope.getBodyCase() + "; its log says why", true);
        }
    }

    private void take(Message message) {
        switch (message) {
            case Opened(Line line) -> begin(line);
            case Received(Line line, Envelope envelope) -> {
                line.waiting.decrementAndGet();
                if (lines.get(line.id) == line) {
                    take(line, envelope);
                }
            }
            case Closed(Line line) -> end(line);
            case Asked(CompletableFuture<Overview> answer) -> {
                asked.set(null);
                answer.complete(describe());
            }
            case Look look -> {}
            case Mapped mapped -> {
                whereabouts = new Whereabouts(mapped.sites());
                for (Report report : directory.reports()) {
                    handout(report.agent()).place(Station.of(whereabouts.of(report.address())));
                    Line line = lines.get(report.agent());
                    if (line != null) {
                        line.desiredDue = true;
                    }
                    candidates.add(report.agent());
                }
                dirty.addAll(directory.packs());
                listenersChanged = true;
            }
        }
    }

    private void begin(Line line) {
        if (line.ended) {
            // Where the queue was full its end was heard of before its beginning.
            return;
        }
        Line before = lines.put(line.id, line);
        if (before != null) {
            // Most often its connection broke and only the agent has noticed.
            before.session.close("another session of this endpoint began", true);
        }
    }

    /** What it was in stays for a while: it may be back in a moment. */
    private void end(Line line) {
        line.ended = true;
        if (!lines.remove(line.id, line)) {
            return;
        }
        if (denied.denied(line.id, line.session.peer().serial())) {
            // Whoever is thrown out will not be back in a moment.
            forget(directory.forget(line.id));
            handouts.remove(line.id);
        } else {
            directory.fellSilent(line.id, clock.instant());
        }
    }

    private void take(Line line, Envelope envelope) {
        switch (envelope.getBodyCase()) {
            case AGENT_REPORT -> take(line, envelope.getAgentReport());
            case ASSIGNMENT_KNOWN -> {
                Handout handout = handouts.get(line.id);
                if (handout != null) {
                    dirty.addAll(handout.confirm(envelope.getAssignmentKnown().getRevision()));
                }
            }
            case ENTITLEMENT_QUESTION -> {
                if (envelope.getEntitlementQuestion().getSubjectsCount() > SUBJECTS_MAX) {
                    refuse(line, "a question names at most " + SUBJECTS_MAX + " releases", false);
                    return;
                }
                tell(
                        line.session,
                        Envelope.newBuilder()
                                .setEntitlementAnswer(governance.entitled(
                                        line.id, siteOf(line.id), envelope.getEntitlementQuestion())));
            }
            case LEASE_REQUEST ->
                tell(line.session, Envelope.newBuilder().setLeaseAnswer(lease(line, envelope.getLeaseRequest())));
            default -> LOG.debug("{} sends {}, which is nothing for a tracker", line.session, envelope.getBodyCase());
        }
    }

    /** Whoever decided the desired state decided the leases in it; nothing is granted here. */
    private LeaseAnswer lease(Line line, LeaseRequest request) {
        LeaseAnswer.Builder answer = LeaseAnswer.newBuilder().setAction(request.getAction());
        for (DesiredItem item : governance.desiredOf(line.id, siteOf(line.id)).getItemsList()) {
            if (item.getAction().equals(request.getAction())) {
                return item.getLeaseUntilMillis() > clock.millis()
                        ? answer.setUntilMillis(item.getLeaseUntilMillis()).build()
                        : answer.setReason("no lease is held for it now").build();
            }
        }
        return answer.setReason("the desired state has no such action").build();
    }

    private void take(Line line, AgentReport message) {
        Instant now = clock.instant();
        IpAddress caller = callerOf(line);
        Report report;
        try {
            report = ReportReader.read(message, line.id, caller);
            requireRight(line, report, caller);
        } catch (IllegalArgumentException e) {
            LOG.warn("refused a report of {}: {}", line.session, e.getMessage());
            refuse(line, "the report is malformed: " + e.getMessage(), false);
            return;
        }
        Optional<Report> before = directory.lastReport(line.id);
        switch (directory.report(report, now)) {
            case Directory.Outdated() -> refuse(line, "a newer report of agent " + line.id + " is here already", false);
            case Directory.Full(String reason) -> refuse(line, reason, true);
            case Directory.Accepted(Set<Sha256> touched) -> {
                reports++;
                dirty.addAll(touched);
                listenersChanged |= !touched.isEmpty() || before.isEmpty();
                if (report.leaving()) {
                    handouts.remove(line.id);
                } else {
                    accept(line, message, report, before.isEmpty(), now);
                }
            }
        }
    }

    /** Some addresses carry rights, and any agent can say that it listens at one: more than its word is wanted there. */
    private void requireRight(Line line, Report report, IpAddress caller) {
        switch (whereabouts.of(report.address())) {
            case Place.AtOrigin() -> {
                if (line.role != DeploymentRole.ORIGIN) {
                    throw new IllegalArgumentException("it claims the origin's address " + report.address()
                            + " with the certificate of an " + line.role.word());
                }
            }
            case Place.InSite(Site site) -> {
                boolean sitePeer = site.sitePeers().contains(report.address());
                if (sitePeer
                        && !caller.equals(report.address())
                        && !line.session.peer().site().equals(site.name())) {
                    throw new IllegalArgumentException("it claims the address " + report.address()
                            + " of a site peer of " + site.name() + ", but comes from " + caller
                            + " and its certificate is of site "
                            + line.session.peer().site());
                }
            }
            case Place.Roaming() -> {}
        }
    }

    private void refuse(Line line, String reason, boolean retry) {
        refusals++;
        tell(
                line.session,
                Envelope.newBuilder()
                        .setRefusal(Refusal.newBuilder().setReason(reason).setRetry(retry)));
    }

    private void accept(Line line, AgentReport message, Report report, boolean newcomer, Instant now) {
        Handout handout = handout(line.id);
        handout.vouch(
                report.address().equals(callerOf(line)), line.session.peer().site());
        line.desiredDue |= handout.place(Station.of(whereabouts.of(report.address())));
        dirty.addAll(handout.confirm(message.getKnownRevision()));
        settling |= newcomer && now.isBefore(settledAt) && transfers(report);
        long acting = message.getDesiredRevision();
        if (acting != 0 && acting != line.desiredTold && governance.known(line.id, siteOf(line.id), acting)) {
            line.desiredTold = -1;
            line.desiredDue = true;
        }
        candidates.add(line.id);
    }

    /** Whether the agent comes with transfers that another life of the tracker arranged. */
    private static boolean transfers(Report report) {
        return report.swarms().values().stream()
                .map(Holding::traffic)
                .anyMatch(traffic -> traffic.wanIn() + traffic.wanOut() + traffic.lanIn() + traffic.lanOut() > 0);
    }

    private Handout handout(EndpointId agent) {
        return handouts.computeIfAbsent(agent, id -> new Handout());
    }

    private static IpAddress callerOf(Line line) {
        return IpAddress.ofBytes(line.session.remote().getAddress().getAddress());
    }

    /**
     * The site whose desired states and entitlements an agent has. An address that nobody sees it at, behind an office's NAT or
     * a proxy, is the agent's own word: it counts where the certificate says the same, or any machine could choose its rights.
     */
    private Optional<String> siteOf(EndpointId agent) {
        return directory.lastReport(agent).flatMap(report -> switch (whereabouts.of(report.address())) {
            case Place.InSite(Site site) ->
                Optional.of(site.name()).filter(name -> handout(agent).vouchedFor(name));
            case Place.AtOrigin() -> Optional.empty();
            case Place.Roaming() -> Optional.empty();
        });
    }

    private void work(Instant now) {
        for (Line line = gone.poll(); line != null; line = gone.poll()) {
            end(line);
        }
        if (denialsChanged.getAndSet(false)) {
            forgetDenied();
        }
        if (governanceChanged.getAndSet(false)) {
            dirty.addAll(directory.packs());
            lines.values().forEach(line -> line.desiredDue = true);
            candidates.addAll(lines.keySet());
        }
        if (settling && !now.isBefore(settledAt)) {
            settling = false;
            dirty.addAll(directory.packs());
            candidates.addAll(lines.keySet());
        }
        if (!now.isBefore(nextTick)) {
            nextTick = now.plusMillis(TICK_MILLIS);
            tick(now);
        }
        if (!settling && !dirty.isEmpty() && !now.isBefore(nextDecision)) {
            decide(now);
            // As long again as it took: selection never takes more than half of the thread.
            Instant done = clock.instant();
            nextDecision = now.plus(config.decideGap());
            if (nextDecision.isBefore(done.plus(Duration.between(now, done)))) {
                nextDecision = done.plus(Duration.between(now, done));
            }
        }
        push();
        if (listenersChanged) {
            listenersChanged = false;
            tellOpenListeners();
        }
    }

    private void tick(Instant now) {
        forget(directory.expire(now));
        handouts.keySet().removeIf(agent -> directory.lastReport(agent).isEmpty());
        Set<EndpointId> watched = new HashSet<>();
        for (Sha256 pack : directory.packs()) {
            if (directory.active(pack)) {
                dirty.add(pack);
                directory.members(pack).forEach(member -> watched.add(member.id()));
            }
        }
        for (EndpointId agent : watched) {
            Line line = lines.get(agent);
            if (line != null) {
                probe(line, now);
            }
        }
    }

    private void probe(Line line, Instant now) {
        Duration silence = line.session.silence();
        if (silence.compareTo(Directory.SILENCE_MAX) > 0) {
            lines.remove(line.id, line);
            forget(directory.forget(line.id));
            line.session.close("silent for " + silence.toSeconds() + " s while others fetch with you", true);
        } else if (silence.compareTo(config.probeAfter()) > 0
                && Duration.between(line.probed, now).compareTo(config.probeAfter()) >= 0) {
            line.probed = now;
            line.session.probe();
        }
    }

    private void forget(Set<Sha256> left) {
        if (!left.isEmpty()) {
            dirty.addAll(left);
            listenersChanged = true;
        }
    }

    /** They vanish from everybody's hand-outs now, whether their sessions are closed already or not. */
    private void forgetDenied() {
        for (EndpointId endpoint : denied.endpoints()) {
            forget(directory.forget(endpoint));
            handouts.remove(endpoint);
            lines.remove(endpoint);
        }
        candidates.addAll(lines.keySet());
    }

    private void decide(Instant now) {
        Map<IpAddress, List<EndpointId>> alive = new HashMap<>();
        for (Report report : directory.reports()) {
            alive.computeIfAbsent(report.address(), ip -> new ArrayList<>(1)).add(report.agent());
        }
        for (Sha256 pack : dirty) {
            List<Member> members = new ArrayList<>();
            Set<EndpointId> outsiders = new HashSet<>();
            for (Member member : directory.members(pack)) {
                if (mayHave(member, pack)) {
                    members.add(member);
                } else {
                    outsiders.add(member.id());
                }
            }
            SwarmDecision decision = Selection.decide(
                    pack,
                    members,
                    whereabouts,
                    alive::containsKey,
                    (host, caller) -> handout(host.id()).expects(pack, caller),
                    config.rules(),
                    memories.getOrDefault(pack, SwarmMemory.EMPTY),
                    now);
            decided++;
            SwarmDecision last = members.isEmpty() ? decisions.remove(pack) : decisions.put(pack, decision);
            memories.remove(pack);
            if (!members.isEmpty()) {
                memories.put(pack, decision.memory());
            }
            decision.orders().forEach((agent, orders) -> order(agent, pack, orders));
            if (last != null) {
                last.orders().keySet().stream()
                        .filter(agent -> !decision.orders().containsKey(agent) && !outsiders.contains(agent))
                        .forEach(agent -> dismiss(agent, pack));
            }
            turnAway(pack, outsiders, decision);
            summon(pack, decision, alive);
            count(pack, last, decision);
        }
        dirty.clear();
    }

    private boolean mayHave(Member member, Sha256 pack) {
        Line line = lines.get(member.id());
        if (line != null && line.role == DeploymentRole.ORIGIN) {
            return true;
        }
        return switch (whereabouts.of(member.address())) {
            // Only an origin's certificate comes to be there.
            case Place.AtOrigin() -> true;
            case Place.Roaming() -> governance.mayHave(member.id(), Optional.empty(), pack);
            case Place.InSite(Site site) ->
                governance.mayHave(member.id(), Optional.of(site.name()), pack)
                        || (site.sitePeers().contains(member.address()) && governance.siteMayHave(site.name(), pack));
        };
    }

    private void turnAway(Sha256 pack, Set<EndpointId> outsiders, SwarmDecision decision) {
        Orders away = Orders.denied(NOT_ENTITLED);
        outsiders.forEach(agent -> order(agent, pack, away));
        Set<EndpointId> before = outsiders.isEmpty() ? notEntitled.remove(pack) : notEntitled.put(pack, outsiders);
        if (before != null) {
            before.stream()
                    .filter(agent ->
                            !outsiders.contains(agent) && !decision.orders().containsKey(agent))
                    .forEach(agent -> dismiss(agent, pack));
        }
    }

    private void order(EndpointId agent, Sha256 pack, Orders orders) {
        if (handout(agent).order(pack, orders)) {
            candidates.add(agent);
        }
    }

    private void dismiss(EndpointId agent, Sha256 pack) {
        Handout handout = handouts.get(agent);
        if (handout != null && handout.dismiss(pack)) {
            candidates.add(agent);
        }
    }

    /** Tells site peers of swarms that their site fetches and that they are not in: orders without peers, for them to join. */
    private void summon(Sha256 pack, SwarmDecision decision, Map<IpAddress, List<EndpointId>> alive) {
        Set<EndpointId> summoned = new HashSet<>();
        for (SiteState site : decision.sites()) {
            for (IpAddress address : site.summoned()) {
                for (EndpointId agent : alive.getOrDefault(address, List.of())) {
                    if (!decision.orders().containsKey(agent)) {
                        summoned.add(agent);
                        summonses.computeIfAbsent(agent, a -> new HashSet<>()).add(pack);
                        order(agent, pack, SUMMONS);
                    }
                }
            }
        }
        summonses.entrySet().removeIf(entry -> {
            if (!summoned.contains(entry.getKey()) && entry.getValue().remove(pack)) {
                if (!decision.orders().containsKey(entry.getKey())) {
                    dismiss(entry.getKey(), pack);
                }
            }
            return entry.getValue().isEmpty();
        });
    }

    private static final Orders SUMMONS =
            new Orders(Role.SITE_PEER, List.of(), Map.of(), Orders.Share.ALL, false, 0, "");

    private void count(Sha256 pack, @Nullable SwarmDecision last, SwarmDecision decision) {
        Map<String, SiteState> before = new HashMap<>();
        if (last != null) {
            last.sites().forEach(site -> before.put(site.site(), site));
        }
        for (SiteState site : decision.sites()) {
            SiteState was = before.get(site.site());
            if (was == null ? !site.pullers().isEmpty() : !was.pullers().equals(site.pullers())) {
                LOG.info("swarm {}: site {} is pulled for by {}", pack, site.site(), site.pullers());
            }
            if (!site.newlyRescued().isEmpty()) {
                rescues.merge(site.site(), (long) site.newlyRescued().size(), Long::sum);
                LOG.warn(
                        "swarm {}: site {} stands still; {} is handed a source outside",
                        pack,
                        site.site(),
                        site.newlyRescued());
            }
        }
    }

    /** Gives new revisions, and tells everybody what is new for them. */
    private void push() {
        Set<EndpointId> behind = new HashSet<>();
        for (EndpointId agent : candidates) {
            Line line = lines.get(agent);
            if (line != null && !isUpToDate(line)) {
                behind.add(agent);
            }
        }
        candidates.clear();
        candidates.addAll(behind);
    }

    /** Tells an agent what it does not know yet; false when it does not read, or has to wait for a decision. */
    private boolean isUpToDate(Line line) {
        if (directory.lastReport(line.id).isEmpty()) {
            // Without a report nobody knows where it is; the report makes it a candidate.
            return true;
        }
        return (!line.knowsStates() || (toldDenials(line) && toldInventory(line) && toldDesired(line)))
                && toldAssignment(line);
    }

    private boolean toldDenials(Line line) {
        long revision = denied.revision();
        if (line.denialsTold == revision) {
            return true;
        }
        packhorse.core.message.v1.DenyList.Builder list =
                packhorse.core.message.v1.DenyList.newBuilder().setRevision(revision);
        denied.endpoints().stream().sorted().forEach(id -> list.addAgentIds(ByteString.copyFrom(id.bytes())));
        boolean told = tell(line.session, Envelope.newBuilder().setDenyList(list));
        line.denialsTold = told ? revision : line.denialsTold;
        return told;
    }

    private boolean toldInventory(Line line) {
        if (!line.inventoryAsked) {
            line.inventoryAsked =
                    tell(line.session, Envelope.newBuilder().setInventoryNeeded(governance.inventoryKnown(line.id)));
        }
        return line.inventoryAsked;
    }

    private boolean toldDesired(Line line) {
        if (!line.desiredDue || line.session.peer().role() != DeploymentRole.AGENT) {
            // Nobody orders an origin to hold what it is the source of; "all" means endpoints.
            return true;
        }
        DesiredStateUpdate desired = governance.desiredOf(line.id, siteOf(line.id));
        boolean told = desired.getRevision() == line.desiredTold
                || tell(line.session, Envelope.newBuilder().setDesiredState(desired));
        line.desiredTold = told ? desired.getRevision() : line.desiredTold;
        line.desiredDue = !told;
        return told;
    }

    private boolean toldAssignment(Line line) {
        if (settling) {
            return false;
        }
        Handout handout = handout(line.id);
        if (handout.changed()) {
            if (!dirty.isEmpty()) {
                // The decision that is due says more.
                return false;
            }
            handout.issue(++lastRevision);
        }
        if (handout.revision() == line.told) {
            return true;
        }
        boolean told = tell(
                line.session,
                Envelope.newBuilder().setAssignment(AssignmentWriter.write(handout, line.session.version())));
        line.told = told ? handout.revision() : line.told;
        return told;
    }

    private void tellOpenListeners() {
        Map<Sha256, List<PeerAddress>> serving = new HashMap<>();
        for (Report report : directory.reports()) {
            boolean may = switch (whereabouts.of(report.address())) {
                case Place.AtOrigin() -> true;
                case Place.InSite(var site) ->
                    site.servesOutsiders() && site.sitePeers().contains(report.address());
                case Place.Roaming() -> false;
            };
            if (may) {
                report.swarms()
                        .forEach((pack, holding) -> holding.openListen()
                                .ifPresent(address -> serving.computeIfAbsent(pack, p -> new ArrayList<>())
                                        .add(address)));
            }
        }
        openListeners.changed(serving, directory.listening());
    }

    private Overview describe() {
        List<Overview.SwarmLine> told = new ArrayList<>();
        decisions.forEach((pack, decision) -> {
            List<Member> members = directory.members(pack);
            told.add(new Overview.SwarmLine(
                    pack,
                    members.size(),
                    (int) members.stream().filter(m -> m.holding().wanting()).count(),
                    (int) members.stream()
                            .filter(m -> whereabouts.of(m.address()) instanceof Place.AtOrigin)
                            .count(),
                    decision.sites()));
        });
        told.sort(Comparator.comparing(Overview.SwarmLine::pack));
        return new Overview(directory.agentCount(), lines.size(), told, rescues, reports, refusals, decided);
    }
}
