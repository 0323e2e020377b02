package packhorse.console.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.calendar.Timetable;
import packhorse.console.law.Breach;
import packhorse.console.law.Laws;
import packhorse.console.law.World;
import packhorse.console.ledger.Pages;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Decision;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;

/**
 * Looks after each of the scheduler's looks whether a law of the product was broken: over the deployments that are under way, the attempts
 * that changed and the steps that were begun since its last look. What it finds is a fault of ours or of the database's, never an
 * operator's; it holds the deployment, and says so.
 *
 * <p>It remembers what it saw last, to tell that something final has changed; that memory is bounded, and a console that was started anew
 * begins with an empty one. The audit chain is looked at from where it stood then.
 */
public final class LawMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(LawMonitor.class);

    /** More than one look sees of a wave of 100,000 that reports within seconds; the rest is seen with the next. */
    private static final int ACTIONS_MAX = 20_000;

    /** Attempts that have ended, of which is remembered how. */
    private static final int REMEMBERED_MAX = 100_000;

    /** Transactions that began before the last look and ended after it are seen with the next. */
    private static final Duration OVERLAP = Duration.ofSeconds(15);

    private final Onlooker onlooker;
    private final LongAdder breaches = new LongAdder();
    private final Map<ActionId, Action> ended = new LinkedHashMap<>();
    private final Set<ActionId> begun = new HashSet<>();
    private World before = World.empty(Instant.EPOCH);
    private Instant since = Instant.EPOCH;
    private boolean looked;

    public LawMonitor(Surroundings surroundings) {
        this.onlooker = new Onlooker(surroundings);
    }

    /** What has to be held because of what was broken since the last look. */
    List<Decision.PlaceHold> look(Pages pages) {
        List<World.Start> starts = pages.waves().begunSince(since, ACTIONS_MAX).stream()
                .filter(start -> !begun.contains(start.action()))
                .toList();
        Map<DeploymentId, Sight> sights = sights(pages, starts);
        World now = world(
                pages,
                sights.values().stream().map(sight -> order(pages, sight)).toList(),
                pages.waves().changedSince(since, ACTIONS_MAX),
                List.of(),
                Map.of());
        List<Breach> found = new ArrayList<>(looked ? Laws.breaches(remembered(now), now) : Laws.breaches(now, now));
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
                World still = world(pages, List.of(order), List.of(), List.of(), Map.of());
                found.addAll(Laws.breaches(still, world(pages, List.of(order), List.of(), own, timetables)));
            }
        }
        found.forEach(breach -> LOG.error("{}", breach.line()));
        breaches.add(found.size());
        starts.forEach(start -> begun.add(start.action()));
        keep(now);
        return Laws.holds(found, now);
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

    private World world(
            Pages pages,
            List<World.Order> orders,
            List<Action> actions,
            List<World.Start> starts,
            Map<String, Timetable> timetables) {
        return new World(pages.now(), orders, actions, starts, timetables, List.of(), before.audit());
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
                Set.of(),
                sight.order().approvals(),
                sorted,
                pages.waves().exposures(id, sight.plan()));
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
        return new World(before.now(), before.orders(), were, List.of(), Map.of(), List.of(), before.audit());
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
        since = now.now().minus(OVERLAP);
        before = now;
        looked = true;
    }

    /** Breaches found since the start; any is a fault. */
    public long breaches() {
        return breaches.sum();
    }
}
