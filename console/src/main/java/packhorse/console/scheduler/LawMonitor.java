package packhorse.console.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.PersonId;
import packhorse.console.change.RequestApproval;
import packhorse.console.law.Breach;
import packhorse.console.law.Laws;
import packhorse.console.law.World;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.ledger.Traces;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Decision;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.core.state.ActionState;
import packhorse.core.topology.EndpointId;

/**
 * Looks after each of the scheduler's looks whether a law of the product was broken: over the deployments that are under way, the attempts
 * that changed and the steps that were begun since its last look, the next links of the audit chain and some journals of endpoints. What it
 * finds is a fault of ours or of the database's, never an operator's; it holds the deployment, and says so.
 *
 * <p>It remembers what it saw last, to tell that something final has changed; that memory is bounded, and a console that was started anew
 * begins with an empty one, and with what happened within the last {@link #LOOKED_BACK}. The audit chain is walked from its first link on,
 * {@value #LINKS_MAX} links a look, and then as it grows. Journals are counted in turn, {@value #JOURNALS_MAX} a look, over and over; one
 * that lost something is said once.
 */
public final class LawMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(LawMonitor.class);

    /** More than one look sees of a wave of 100,000 that reports within seconds; the rest is seen with the next. */
    private static final int ACTIONS_MAX = 20_000;

    /** Some 20 ms of a look until the chain's end is reached. */
    private static final int LINKS_MAX = 2_000;

    /** Each is counted row by row; 100,000 endpoints have their turn within 1,000 looks. */
    private static final int JOURNALS_MAX = 100;

    /** Endpoints that seem to have committed what they never found good; whether their reports have a gap is asked for so many. */
    private static final int SUSPECTS_MAX = 1_000;

    /** What a console that was started anew looks at first. */
    static final Duration LOOKED_BACK = Duration.ofHours(1);

    /** Attempts that have ended, of which is remembered how. */
    private static final int REMEMBERED_MAX = 100_000;

    /** Transactions that began before the last look and ended after it are seen with the next. */
    private static final Duration OVERLAP = Duration.ofSeconds(15);

    private final Onlooker onlooker;
    private final LongAdder breaches = new LongAdder();
    private final Map<ActionId, Action> ended = new LinkedHashMap<>();
    private final Set<ActionId> begun = new HashSet<>();
    private World before = World.empty(Instant.EPOCH);
    private final Set<Traces.JournalName> lossy = new HashSet<>();
    private Traces.Mark changed = Traces.Mark.BEGINNING;
    private Traces.Mark heard = Traces.Mark.BEGINNING;
    private Traces.JournalName counted = Traces.JournalName.BEGINNING;
    private boolean looked;

    public LawMonitor(Surroundings surroundings) {
        this.onlooker = new Onlooker(surroundings);
    }

    /** What has to be held because of what was broken since the last look. */
    List<Decision.PlaceHold> look(Pages pages) {
        if (!looked) {
            changed = new Traces.Mark(pages.now().minus(LOOKED_BACK), "");
            heard = changed;
        }
        Traces traces = pages.traces();
        Traces.Some<World.Start> beginnings = traces.begun(heard, ACTIONS_MAX);
        List<World.Start> starts = beginnings.found().stream()
                .filter(start -> !begun.contains(start.action()))
                .toList();
        Traces.Some<Action> changes = traces.changed(changed, ACTIONS_MAX);
        List<World.Journal> turn = traces.journals(counted, JOURNALS_MAX);
        Map<DeploymentId, Sight> sights = sights(pages, starts);
        World now = new World(
                pages.now(),
                sights.values().stream().map(sight -> order(pages, sight)).toList(),
                changes.found(),
                List.of(),
                Map.of(),
                journals(traces, turn, changes.found()),
                traces.audit(before.audit().number(), LINKS_MAX));
        Set<Breach> found = new LinkedHashSet<>(Laws.breaches(remembered(now), now));
        // Each deployment has windows of its own at the same site.
        for (World.Order order : now.orders()) {
            List<World.Start> own = starts.stream()
                    .filter(start -> start.action()
                            .wave()
                            .deployment()
                            .equals(order.deployment().id()))
                    .toList();
            if (!own.isEmpty()) {
                Sight sight =
                        Optional.ofNullable(sights.get(order.deployment().id())).orElseThrow();
                Map<String, Timetable> timetables = new TreeMap<>();
                own.forEach(start -> timetables.computeIfAbsent(
                        start.site(), site -> onlooker.timetable(pages, sight.plan(), site)));
                found.addAll(Laws.breaches(begun(now, order, List.of(), Map.of()), begun(now, order, own, timetables)));
            }
        }
        found.forEach(breach -> LOG.error("{}", breach.line()));
        breaches.add(found.size());
        starts.forEach(start -> begun.add(start.action()));
        Traces.Mark recent = new Traces.Mark(pages.now().minus(OVERLAP), "");
        heard = beginnings.next().orElse(recent);
        changed = changes.next().orElse(recent);
        counted = turn.size() < JOURNALS_MAX ? Traces.JournalName.BEGINNING : Traces.JournalName.of(turn.getLast());
        keep(now);
        return Laws.holds(List.copyOf(found), now);
    }

    private Map<DeploymentId, Sight> sights(Pages pages, List<World.Start> starts) {
        Set<DeploymentId> ids = new TreeSet<>();
        for (DeploymentState state : DeploymentState.values()) {
            if (state.changesEndpoints()
                    || state == DeploymentState.BETA_EVALUATION
                    || state == DeploymentState.ANALYSIS) {
                Scheduler.all(pages, state)
                        .forEach(stored -> ids.add(stored.value().id()));
            }
        }
        // It may be heard of after its deployment is over.
        starts.forEach(start -> ids.add(start.action().wave().deployment()));
        Map<DeploymentId, Sight> sights = new TreeMap<>();
        ids.forEach(id -> onlooker.sight(pages, id).ifPresent(sight -> sights.put(id, sight)));
        return sights;
    }

    /** Those whose turn it is, and those that may explain what was committed unseen; without what was said of before. */
    private List<World.Journal> journals(Traces traces, List<World.Journal> turn, List<Action> changes) {
        Set<EndpointId> suspects = changes.stream()
                .filter(action -> action.state() == ActionState.COMMITTED && !action.verified())
                .map(Action::endpoint)
                .limit(SUSPECTS_MAX)
                .collect(Collectors.toSet());
        return Stream.concat(turn.stream(), traces.journals(suspects).stream())
                .filter(journal -> !lossy.contains(Traces.JournalName.of(journal)))
                .distinct()
                .toList();
    }

    /** A deployment by itself, with what began in it; the chain is looked at once, with everything. */
    private static World begun(
            World now, World.Order order, List<World.Start> starts, Map<String, Timetable> timetables) {
        return new World(
                now.now(),
                List.of(order),
                List.of(),
                starts,
                timetables,
                List.of(),
                new World.Audit(now.audit().number(), now.audit().head(), List.of()));
    }

    private World.Order order(Pages pages, Sight sight) {
        SortedMap<WaveId, SortedMap<Sorting, Long>> sorted = new TreeMap<>();
        for (Wave wave : sight.deployment().waves()) {
            if (wave.state().runs()) {
                sorted.put(
                        wave.id(),
                        pages.waves()
                                .tally(wave.id(), sight.plan(), sight.now())
                                .sorted());
            }
        }
        DeploymentId id = sight.id();
        return new World.Order(
                sight.deployment(),
                sight.order().risk(),
                sight.order().duties(),
                approvers(pages, sight.order()),
                sight.order().approvals(),
                sorted,
                pages.traces().exposures(id, sight.plan()));
    }

    /** Who said yes to what the order carries out, when it was approved. */
    private static Set<PersonId> approvers(Pages pages, ChangeOrder order) {
        return order.requests().stream()
                .flatMap(id -> pages.find(Kinds.REQUEST, id.toString()).stream())
                .map(Stored::value)
                .flatMap(request -> request.approvals().stream()
                        .filter(said ->
                                said.round() == request.round() && said.verdict() == RequestApproval.Verdict.APPROVE))
                .map(RequestApproval::person)
                .collect(Collectors.toSet());
    }

    /** What it saw last, with how those attempts had ended that are looked at now. */
    private World remembered(World now) {
        List<Action> were = new ArrayList<>();
        for (Action action : now.actions()) {
            Action was = ended.get(action.id());
            if (was != null) {
                were.add(was);
            }
        }
        List<World.Order> orders = looked ? before.orders() : now.orders();
        return new World(before.now(), orders, were, List.of(), Map.of(), List.of(), before.audit());
    }

    private void keep(World now) {
        for (Action action : now.actions()) {
            if (action.ended()) {
                ended.putIfAbsent(action.id(), action);
            }
        }
        while (ended.size() > REMEMBERED_MAX) {
            ended.remove(ended.keySet().iterator().next());
        }
        if (begun.size() > REMEMBERED_MAX) {
            begun.clear();
        }
        now.journals().stream()
                .filter(journal -> journal.acknowledged() > journal.stored())
                .forEach(journal -> lossy.add(Traces.JournalName.of(journal)));
        before = now;
        looked = true;
    }

    /** Breaches found since the start; any is a fault. */
    public long breaches() {
        return breaches.sum();
    }
}
