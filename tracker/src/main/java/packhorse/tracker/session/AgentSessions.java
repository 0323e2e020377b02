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
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.Refusal;
import packhorse.core.state.DesiredState;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.SiteMap;
import packhorse.core.wire.WireSession;
import packhorse.tracker.selection.Place;
import packhorse.tracker.selection.Whereabouts;
import packhorse.tracker.swarm.Directory;
import packhorse.tracker.swarm.Holding;
import packhorse.tracker.swarm.Holding.Traffic;
import packhorse.tracker.swarm.Member;
import packhorse.tracker.swarm.Report;

/**
 * All agents' sessions: the owner of the swarm state.
 *
 * <p>One thread takes messages from a bounded queue. A report goes into the {@link Directory} and marks the swarms it changed; when
 * swarms are marked and {@code decideGap} has passed since the last time, {@link Swarms} decides each of them anew, and agents whose
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

    /** Sums over all agents and packs are made this seldom; people look at them. */
    private static final Duration TRAFFIC_PAUSE = Duration.ofSeconds(5);

    /** Releases of one question; each is looked up by the thread that all agents share. */
    private static final int SUBJECTS_MAX = 10_000;

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
    private final Swarms swarms;
    private final Leases leases;
    private final Map<EndpointId, Line> lines = new HashMap<>();
    private final Set<Sha256> dirty = new HashSet<>();
    /** Agents that may have something new to be told. */
    private final Set<EndpointId> candidates = new HashSet<>();

    private packhorse.core.message.v1.DenyList denials = packhorse.core.message.v1.DenyList.getDefaultInstance();
    private Whereabouts whereabouts;
    private final Instant settledAt;
    private boolean settling;
    private Instant nextTick;
    private Instant nextDecision;
    private Instant nextTraffic;
    private long lastRevision;
    private boolean listenersChanged = true;
    private long reports;
    private long refusals;

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
            InstantSource wall,
            OpenListeners openListeners,
            Governance governance,
            DenyList denied) {
        this.config = config;
        this.clock = clock;
        this.openListeners = openListeners;
        this.governance = governance;
        this.denied = denied;
        this.swarms = new Swarms(directory, governance, config.rules());
        this.leases = new Leases(governance, wall);
        this.whereabouts = new Whereabouts(sites);
        Instant now = clock.instant();
        this.settledAt = now.plus(config.settle());
        this.nextTick = now;
        this.nextDecision = now;
        this.nextTraffic = now;
        // Revisions of this process are higher than those of any before it.
        this.lastRevision = now.toEpochMilli() << 16;
        this.thread = Thread.ofPlatform().name("agent-sessions").unstarted(this::run);
    }

    /**
     * Starts the owner; sessions come by {@link #opened}.
     *
     * @param clock runs forward only, whoever sets the machine's: says how long agents are silent
     * @param wall the machine's: what is compared with instants of other machines
     */
    public static AgentSessions start(
            SessionConfig config,
            SiteMap sites,
            InstantSource clock,
            InstantSource wall,
            OpenListeners openListeners,
            Governance governance,
            DenyList denied) {
        AgentSessions sessions = new AgentSessions(config, sites, clock, wall, openListeners, governance, denied);
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
        Line line = new Line(
                session, new PaperTray(papers, paper -> keep(session, paper)), new SilenceWatch(config.probeAfter()));
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
        boolean last = !paper.getInventoryDelta().getMore();
        return governance.inventory(endpoint, paper.getInventoryDelta()).whenComplete((known, failure) -> {
            if (failure != null) {
                Line line = open.get(session);
                if (line != null) {
                    line.inventoryLost = true;
                }
            } else if (last) {
                // In the middle of a revision that takes several frames, an answer would read as a wish for all of it
                // again.
                tell(session, Envelope.newBuilder().setInventoryNeeded(known));
            }
        });
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
            case Mapped mapped -> place(mapped.sites());
        }
    }

    /** Under another map an address may carry other rights: who does not prove to have them is held to have said nothing. */
    private void place(SiteMap sites) {
        whereabouts = new Whereabouts(sites);
        for (Report report : directory.reports()) {
            Place place = whereabouts.of(report.address());
            Handout handout = swarms.handout(report.agent());
            Vouch vouch = handout.vouch();
            Optional<String> objection = vouch == null ? Optional.empty() : vouch.objection(place);
            if (objection.isPresent()) {
                expel(report.agent(), "another site map is in force: " + objection.get());
            } else {
                handout.place(Station.of(place));
            }
        }
        // What was refused under the old map may be right under this one, and nobody says it twice in a session.
        List<Line> misplaced =
                lines.values().stream().filter(line -> line.misplaced).toList();
        misplaced.forEach(line -> expel(line.id, "another site map is in force; say again where you are"));
        lines.values().forEach(line -> {
            line.desiredDue = true;
            if (line.here) {
                sayHere(line);
            }
        });
        candidates.addAll(lines.keySet());
        dirty.addAll(directory.packs());
        listenersChanged = true;
    }

    /** Forgets an agent and ends its session; it may come back and say what is right. */
    private void expel(EndpointId agent, String reason) {
        LOG.warn("the session of {} ends: {}", agent, reason);
        forget(directory.forget(agent));
        swarms.forget(agent);
        Line line = lines.remove(agent);
        if (line != null) {
            sayGone(line);
            line.session.close(reason, true);
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
        sayGone(line);
        if (denied.denied(line.id, line.session.peer().serial())) {
            // Whoever is thrown out will not be back in a moment.
            forget(directory.forget(line.id));
            swarms.forget(line.id);
        } else {
            directory.fellSilent(line.id, clock.instant());
        }
    }

    private void take(Line line, Envelope envelope) {
        switch (envelope.getBodyCase()) {
            case AGENT_REPORT -> take(line, envelope.getAgentReport());
            case ASSIGNMENT_KNOWN ->
                dirty.addAll(
                        swarms.confirm(line.id, envelope.getAssignmentKnown().getRevision()));
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
            case LEASE_REQUEST -> rule(line, envelope.getLeaseRequest());
            default -> LOG.debug("{} sends {}, which is nothing for a tracker", line.session, envelope.getBodyCase());
        }
    }

    private void rule(Line line, LeaseRequest request) {
        Optional<String> site = siteOf(line.id);
        WireSession session = line.session;
        governance
                .lease(line.id, site, request)
                .ifPresentOrElse(
                        ruling -> {
                            var unused = ruling.thenAccept(answer ->
                                    tell(session, Envelope.newBuilder().setLeaseAnswer(answer)));
                        },
                        () -> tell(
                                session, Envelope.newBuilder().setLeaseAnswer(leases.answer(line.id, site, request))));
    }

    /** Tells governance that an agent is here, where it is, and what it acts on. */
    private void sayHere(Line line) {
        if (line.role == DeploymentRole.AGENT) {
            line.here = true;
            governance.here(line.id, siteOf(line.id), line.acting);
        }
    }

    private void sayGone(Line line) {
        if (line.here) {
            line.here = false;
            governance.gone(line.id);
        }
    }

    private void take(Line line, AgentReport message) {
        Instant now = clock.instant();
        Report report;
        try {
            report = ReportReader.read(message, line.id, Vouch.addressOf(line.session));
            long acting = message.getDesiredRevision();
            if (acting < 0 || acting > DesiredState.REVISION_MAX) {
                throw new IllegalArgumentException("it acts on the desired state " + Long.toUnsignedString(acting)
                        + ", the highest is " + DesiredState.REVISION_MAX
                        + "; remove the agent's file of its desired state");
            }
        } catch (IllegalArgumentException e) {
            refuseReport(line, String.valueOf(e.getMessage()));
            return;
        }
        Vouch vouch = Vouch.of(line.session, report.address());
        Optional<String> objection = vouch.objection(whereabouts.of(report.address()));
        line.misplaced = objection.isPresent();
        if (objection.isPresent()) {
            refuseReport(line, objection.get());
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
                    swarms.forget(line.id);
                } else {
                    accept(line, message, report, vouch, before.isEmpty(), now);
                }
            }
        }
    }

    private void refuseReport(Line line, String reason) {
        LOG.warn("refused a report of {}: {}", line.session, reason);
        refuse(line, "the report is malformed: " + reason, false);
    }

    private void refuse(Line line, String reason, boolean retry) {
        refusals++;
        tell(
                line.session,
                Envelope.newBuilder()
                        .setRefusal(Refusal.newBuilder().setReason(reason).setRetry(retry)));
    }

    private void accept(Line line, AgentReport message, Report report, Vouch vouch, boolean newcomer, Instant now) {
        Handout handout = swarms.handout(line.id);
        handout.vouch(vouch);
        line.desiredDue |= handout.place(Station.of(whereabouts.of(report.address())));
        dirty.addAll(handout.confirm(message.getKnownRevision()));
        settling |= newcomer && now.isBefore(settledAt) && transfers(report);
        long acting = message.getDesiredRevision();
        line.acting = acting;
        sayHere(line);
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

    /** The site whose desired states and entitlements an agent has. */
    private Optional<String> siteOf(EndpointId agent) {
        return directory
                .lastReport(agent)
                .flatMap(report -> Optional.ofNullable(swarms.handout(agent).vouch())
                        .flatMap(vouch -> vouch.rights(whereabouts.of(report.address()))));
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
            lines.values().forEach(line -> {
                line.desiredDue = true;
                if (line.inventoryLost) {
                    line.inventoryLost = false;
                    line.inventoryAsked = false;
                }
            });
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
        swarms.forgetTheGone();
        if (!now.isBefore(nextTraffic)) {
            nextTraffic = now.plus(TRAFFIC_PAUSE);
            governance.moved(traffic());
        }
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
        switch (line.watch.look(silence, now)) {
            case WAIT -> {}
            case ASK -> line.session.probe();
            case GONE -> {
                if (lines.remove(line.id, line)) {
                    sayGone(line);
                }
                forget(directory.forget(line.id));
                line.session.close("silent for " + silence.toSeconds() + " s while others fetch with you", true);
            }
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
        Set<EndpointId> thrownOut = new HashSet<>(denied.endpoints());
        for (Line line : lines.values()) {
            if (denied.denied(line.id, line.session.peer().serial())) {
                thrownOut.add(line.id);
            }
        }
        for (EndpointId endpoint : thrownOut) {
            forget(directory.forget(endpoint));
            swarms.forget(endpoint);
            Line line = lines.remove(endpoint);
            if (line != null) {
                sayGone(line);
            }
        }
        candidates.addAll(lines.keySet());
    }

    private void decide(Instant now) {
        candidates.addAll(swarms.decide(dirty, whereabouts, now));
        dirty.clear();
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
        if (denials.getRevision() != revision) {
            // Made once for everybody, not once for each.
            packhorse.core.message.v1.DenyList.Builder list =
                    packhorse.core.message.v1.DenyList.newBuilder().setRevision(revision);
            denied.endpoints().stream().sorted().forEach(id -> list.addAgentIds(ByteString.copyFrom(id.bytes())));
            denials = list.build();
        }
        boolean told = tell(line.session, Envelope.newBuilder().setDenyList(denials));
        line.denialsTold = told ? revision : line.denialsTold;
        return told;
    }

    private boolean toldInventory(Line line) {
        if (line.inventoryAsked) {
            return true;
        }
        Optional<InventoryNeeded> known = governance.inventoryKnown(line.id);
        if (known.isEmpty()) {
            // Whoever will know says that something changed.
            return true;
        }
        line.inventoryAsked = tell(line.session, Envelope.newBuilder().setInventoryNeeded(known.get()));
        return line.inventoryAsked;
    }

    private boolean toldDesired(Line line) {
        if (!line.desiredDue || line.session.peer().role() != DeploymentRole.AGENT) {
            // Nobody orders an origin to hold what it is the source of; "all" means endpoints.
            return true;
        }
        DesiredStateUpdate desired = governance.desiredOf(line.id, siteOf(line.id));
        boolean told = desired.getRevision() == 0
                || desired.getRevision() == line.desiredTold
                || tell(line.session, Envelope.newBuilder().setDesiredState(desired));
        line.desiredTold = told ? desired.getRevision() : line.desiredTold;
        line.desiredDue = !told;
        return told;
    }

    private boolean toldAssignment(Line line) {
        if (settling) {
            return false;
        }
        if (line.role == DeploymentRole.AGENT && !governance.knows(line.id)) {
            // Whoever comes to know it says that something changed.
            return true;
        }
        Handout handout = swarms.handout(line.id);
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

    private List<SiteTraffic> traffic() {
        record Where(String site, boolean origin, Sha256 pack) {}
        Map<Where, Traffic> sums = new HashMap<>();
        for (Report report : directory.reports()) {
            Place place = whereabouts.of(report.address());
            String site = switch (place) {
                case Place.InSite(var its) -> its.name();
                case Place.AtOrigin() -> "";
                case Place.Roaming() -> "";
            };
            report.swarms()
                    .forEach((pack, holding) -> sums.merge(
                            new Where(site, place instanceof Place.AtOrigin, pack),
                            holding.traffic(),
                            (one, other) -> new Traffic(
                                    one.wanIn() + other.wanIn(),
                                    one.wanOut() + other.wanOut(),
                                    one.lanIn() + other.lanIn(),
                                    one.lanOut() + other.lanOut())));
        }
        List<SiteTraffic> lines = new ArrayList<>();
        sums.forEach((where, bytes) -> lines.add(new SiteTraffic(where.site(), where.origin(), where.pack(), bytes)));
        return lines;
    }

    private Overview describe() {
        List<Overview.SwarmLine> told = new ArrayList<>();
        swarms.decisions().forEach((pack, decision) -> {
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
        return new Overview(
                directory.agentCount(), lines.size(), told, swarms.rescues(), reports, refusals, swarms.decided());
    }
}
