package packhorse.tracker.session;

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
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Refusal;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.SiteMap;
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
 * orders came out differently get a new revision. An answer goes out when the agent's revision is not the one it knows, or
 * when it has been held long enough. Swarms in which somebody fetches are decided anew each {@value #TICK_MILLIS} ms even
 * when nobody reports anything, since time alone makes an agent stand still.
 *
 * <p>Nothing here outlives the process: after a restart agents come back and the state with them.
 */
public final class AgentSessions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentSessions.class);

    /** Messages waiting; more than that many reports at once are answered with a refusal to try again. */
    private static final int QUEUE_MAX = 20_000;

    /** Messages taken before the next decision; bounds how long an answer waits behind a flood. */
    private static final int BATCH_MAX = 2_000;

    private static final int TICK_MILLIS = 500;

    private final SessionConfig config;
    private final InstantSource clock;
    private final OpenListeners openListeners;
    private final BlockingQueue<Message> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread thread;
    private volatile boolean closing;

    // Everything below belongs to the thread.
    private final Directory directory = new Directory();
    private final Map<EndpointId, Handout> handouts = new HashMap<>();
    private final Map<EndpointId, Poll> polls = new HashMap<>();
    private final PriorityQueue<Poll> deadlines = new PriorityQueue<>(Comparator.comparing(Poll::deadline));
    private final Map<Sha256, SwarmMemory> memories = new HashMap<>();
    private final Map<Sha256, SwarmDecision> decisions = new HashMap<>();
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

    private record Reported(AgentReport message, IpAddress caller, CompletableFuture<Envelope> answer)
            implements Message {}

    private record Mapped(SiteMap sites) implements Message {}

    private record Asked(CompletableFuture<Overview> answer) implements Message {}

    private record Poll(EndpointId agent, long known, Instant deadline, CompletableFuture<Envelope> answer) {}

    private AgentSessions(SessionConfig config, SiteMap sites, InstantSource clock, OpenListeners openListeners) {
        this.config = config;
        this.clock = clock;
        this.openListeners = openListeners;
        this.whereabouts = new Whereabouts(sites);
        Instant now = clock.instant();
        this.settledAt = now.plus(config.settle());
        this.nextTick = now;
        this.nextDecision = now;
        // Revisions of this process are higher than those of any before it.
        this.lastRevision = now.toEpochMilli() << 16;
        this.thread = Thread.ofPlatform().name("agent-sessions").unstarted(this::run);
    }

    public static AgentSessions start(
            SessionConfig config, SiteMap sites, InstantSource clock, OpenListeners openListeners) {
        AgentSessions sessions = new AgentSessions(config, sites, clock, openListeners);
        sessions.thread.start();
        return sessions;
    }

    /** Takes a report; the answer comes when there is something new to say, or when it has been held long enough. */
    public CompletableFuture<Envelope> report(AgentReport message, IpAddress caller) {
        CompletableFuture<Envelope> answer = new CompletableFuture<>();
        if (closing || !queue.offer(new Reported(message, caller, answer))) {
            answer.complete(refusal("the tracker has too much to do; try again", true));
        }
        return answer;
    }

    /** Puts another site map in force. */
    public void sites(SiteMap sites) {
        put(new Mapped(sites));
    }

    public CompletableFuture<Overview> overview() {
        CompletableFuture<Overview> answer = new CompletableFuture<>();
        if (closing || !queue.offer(new Asked(answer))) {
            answer.completeExceptionally(new IllegalStateException("the tracker has too much to do; try again"));
        }
        return answer;
    }

    private void put(Message message) {
        try {
            queue.put(message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
    }

    private void run() {
        try {
            while (!closing) {
                Message first = queue.poll(millisToNextDuty(), TimeUnit.MILLISECONDS);
                int taken = 0;
                for (Message next = first; next != null; next = queue.poll()) {
                    take(next);
                    if (++taken == BATCH_MAX) {
                        break;
                    }
                }
                work(clock.instant());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closing = true;
            answerTheRest();
        }
    }

    private void answerTheRest() {
        Envelope goodbye = refusal("the tracker stops", true);
        polls.values().forEach(poll -> poll.answer().complete(goodbye));
        for (Message next = queue.poll(); next != null; next = queue.poll()) {
            switch (next) {
                case Reported reported -> reported.answer().complete(goodbye);
                case Asked asked ->
                    asked.answer().completeExceptionally(new IllegalStateException("the tracker stops"));
                case Mapped mapped -> {}
            }
        }
    }

    private long millisToNextDuty() {
        Instant next = nextTick;
        if (!dirty.isEmpty() && nextDecision.isBefore(next)) {
            next = nextDecision;
        }
        Poll due = deadlines.peek();
        if (due != null && due.deadline().isBefore(next)) {
            next = due.deadline();
        }
        return Math.max(0, Duration.between(clock.instant(), next).toMillis() + 1);
    }

    private void take(Message message) {
        switch (message) {
            case Reported reported -> take(reported);
            case Asked asked -> asked.answer().complete(describe());
            case Mapped mapped -> {
                whereabouts = new Whereabouts(mapped.sites());
                for (Report report : directory.reports()) {
                    handout(report.agent()).place(Station.of(whereabouts.of(report.address())));
                    candidates.add(report.agent());
                }
                dirty.addAll(directory.packs());
                listenersChanged = true;
            }
        }
    }

    private void take(Reported reported) {
        Instant now = clock.instant();
        Report report;
        try {
            report = ReportReader.read(reported.message(), reported.caller());
        } catch (IllegalArgumentException e) {
            refusals++;
            LOG.warn("refused the report of an agent at {}: {}", reported.caller(), e.getMessage());
            reported.answer().complete(refusal("the report is malformed: " + e.getMessage(), false));
            return;
        }
        EndpointId agent = report.agent();
        Optional<Report> before = directory.lastReport(agent);
        switch (directory.report(report, now)) {
            case Directory.Outdated() ->
                reported.answer().complete(refusal("a newer report of agent " + agent + " is here already", false));
            case Directory.Full(String reason) -> {
                refusals++;
                reported.answer().complete(refusal(reason, true));
            }
            case Directory.Accepted(Set<Sha256> touched) -> {
                reports++;
                dirty.addAll(touched);
                listenersChanged |= !touched.isEmpty() || before.isEmpty();
                answer(polls.remove(agent), now);
                if (report.leaving()) {
                    handouts.remove(agent);
                    reported.answer().complete(envelope(Assignment.getDefaultInstance()));
                } else {
                    hold(report, reported, before.isEmpty(), now);
                }
            }
        }
    }

    private void hold(Report report, Reported reported, boolean newcomer, Instant now) {
        Handout handout = handout(report.agent());
        handout.place(Station.of(whereabouts.of(report.address())));
        long known = reported.message().getKnownRevision();
        dirty.addAll(handout.confirm(known));
        settling |= newcomer && now.isBefore(settledAt) && transfers(report);
        Duration asked = Duration.ofMillis(Math.max(0, reported.message().getHoldMillis()));
        boolean active = report.swarms().keySet().stream().anyMatch(directory::active);
        Duration most = active ? config.activeHoldMax() : config.idleHoldMax();
        Poll poll =
                new Poll(report.agent(), known, now.plus(asked.compareTo(most) < 0 ? asked : most), reported.answer());
        polls.put(report.agent(), poll);
        candidates.add(report.agent());
        deadlines.add(poll);
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

    private void work(Instant now) {
        if (settling && !now.isBefore(settledAt)) {
            settling = false;
            dirty.addAll(directory.packs());
        }
        if (!now.isBefore(nextTick)) {
            nextTick = now.plusMillis(TICK_MILLIS);
            Set<Sha256> left = directory.expire(now);
            if (!left.isEmpty()) {
                dirty.addAll(left);
                listenersChanged = true;
            }
            handouts.keySet().removeIf(agent -> directory.lastReport(agent).isEmpty());
            directory.packs().stream().filter(directory::active).forEach(dirty::add);
        }
        if (!settling) {
            if (!dirty.isEmpty() && !now.isBefore(nextDecision)) {
                decide(now);
                // As long again as it took: selection never takes more than half of the thread.
                Instant done = clock.instant();
                nextDecision = now.plus(config.decideGap());
                if (nextDecision.isBefore(done.plus(Duration.between(now, done)))) {
                    nextDecision = done.plus(Duration.between(now, done));
                }
            }
            if (dirty.isEmpty()) {
                issue(now);
            }
        }
        for (Poll due = deadlines.peek();
                due != null && (due.answer().isDone() || !now.isBefore(due.deadline()));
                due = deadlines.peek()) {
            deadlines.remove();
            if (polls.remove(due.agent(), due)) {
                answer(due, now);
            }
        }
        if (listenersChanged) {
            listenersChanged = false;
            tellOpenListeners();
        }
    }

    private void decide(Instant now) {
        Map<IpAddress, EndpointId> alive = new HashMap<>();
        for (Report report : directory.reports()) {
            alive.put(report.address(), report.agent());
        }
        for (Sha256 pack : dirty) {
            List<Member> members = directory.members(pack);
            SwarmDecision decision = Selection.decide(
                    pack,
                    members,
                    whereabouts,
                    alive::containsKey,
                    (host, caller) -> handout(host.id()).expects(pack, caller.listen()),
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
                        .filter(agent -> !decision.orders().containsKey(agent))
                        .forEach(agent -> dismiss(agent, pack));
            }
            summon(pack, decision, alive);
            count(pack, last, decision);
        }
        dirty.clear();
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
    private void summon(Sha256 pack, SwarmDecision decision, Map<IpAddress, EndpointId> alive) {
        Set<EndpointId> summoned = new HashSet<>();
        for (SiteState site : decision.sites()) {
            for (IpAddress address : site.summoned()) {
                EndpointId agent = alive.get(address);
                if (agent != null && !decision.orders().containsKey(agent)) {
                    summoned.add(agent);
                    summonses.computeIfAbsent(agent, a -> new HashSet<>()).add(pack);
                    order(agent, pack, SUMMONS);
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

    private static final Orders SUMMONS = new Orders(Role.SITE_PEER, List.of(), Set.of(), Orders.Share.ALL, false, 0);

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

    /** Gives new revisions, and answers whoever knows another one. */
    private void issue(Instant now) {
        for (EndpointId agent : candidates) {
            Poll poll = polls.get(agent);
            if (poll == null) {
                continue;
            }
            Handout handout = handout(agent);
            if (handout.changed()) {
                handout.issue(++lastRevision);
            }
            if (handout.revision() != poll.known()) {
                polls.remove(agent);
                answer(poll, now);
            }
        }
        candidates.clear();
    }

    private void answer(@Nullable Poll poll, Instant now) {
        if (poll == null) {
            return;
        }
        directory.answered(poll.agent(), now);
        Handout handout = handout(poll.agent());
        // Before its first issue, and while the tracker settles, an agent keeps what it has.
        Assignment assignment = settling || handout.revision() == 0
                ? Assignment.newBuilder().setRevision(poll.known()).build()
                : AssignmentWriter.write(handout);
        poll.answer().complete(envelope(assignment));
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
        List<Overview.SwarmLine> lines = new ArrayList<>();
        decisions.forEach((pack, decision) -> {
            List<Member> members = directory.members(pack);
            lines.add(new Overview.SwarmLine(
                    pack,
                    members.size(),
                    (int) members.stream().filter(m -> m.holding().wanting()).count(),
                    (int) members.stream()
                            .filter(m -> whereabouts.of(m.address()) instanceof Place.AtOrigin)
                            .count(),
                    decision.sites()));
        });
        lines.sort(Comparator.comparing(Overview.SwarmLine::pack));
        return new Overview(directory.agentCount(), polls.size(), lines, rescues, reports, refusals, decided);
    }

    private static Envelope envelope(Assignment assignment) {
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setAssignment(assignment)
                .build();
    }

    private static Envelope refusal(String reason, boolean retry) {
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setRefusal(Refusal.newBuilder().setReason(reason).setRetry(retry))
                .build();
    }
}
