package packhorse.console.office;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Opening;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.Baseline;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Finding;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;
import packhorse.console.wave.Readiness.Question;

/**
 * Looks at all that has to be so before anything is sent. What the product cannot look at counts as a person said it ({@link Ticks}), at
 * the item of the order's checklist that asks the same: nobody is asked twice for the same finding of the same deployment.
 */
public final class ReadinessLook {
    private final Population population;

    /** @param population whom targets name, and what is known of them */
    public ReadinessLook(Population population) {
        this.population = population;
    }

    /** What is found now. */
    public Readiness look(Pages pages, Deployment deployment) {
        Instant now = pages.now();
        ChangeOrder order = Deployments.order(pages, deployment.id());
        Plan plan = pages.get(Kinds.PLAN, order.id().text()).value();
        List<Candidate> candidates = population.named(pages, plan);
        Map<Question, List<Finding>> found = new EnumMap<>(population.look(pages, plan, candidates));
        found.put(Question.BASELINE, List.of(baseline(pages, order, candidates)));
        found.put(Question.DEPOTS, List.of(depots(deployment, now)));
        found.put(Question.PROMOTED, List.of(Promotions.promoted(pages, order)));
        found.put(
                Question.APPROVALS,
                List.of(
                        Deployments.signed(pages, order, deployment)
                                ? Finding.met(
                                        "the signatures hold for "
                                                + deployment.plan().hex().substring(0, 12),
                                        now)
                                : Finding.notMet("the plan is not what was signed", now)));
        found.put(Question.BACKOUT, List.of(order.plans().backout().rehearsed(OrderFiller.manifests(order), now)));
        found.put(Question.WINDOW, windows(pages, order, plan, candidates));
        return new Ticks(pages, order, Optional.of(deployment)).said(new Readiness(Ticks.asked(found, now), now));
    }

    private Finding baseline(Pages pages, ChangeOrder order, List<Candidate> candidates) {
        Instant now = pages.now();
        Baseline baseline = order.plans().baseline();
        SortedMap<String, Map<Baseline.Check, Finding>> bySite = new TreeMap<>();
        population.siteFacts(pages, candidates).forEach(facts -> bySite.put(facts.site(), baseline.look(facts, now)));
        return Baseline.all(bySite, now);
    }

    /** No tracker tells who serves a site, and what that one holds; before a wave nobody is told to fetch anything. */
    private static Finding depots(Deployment deployment, Instant now) {
        boolean staged = deployment.state() == DeploymentState.STAGED
                || deployment.state() == DeploymentState.READINESS
                || deployment.state() == DeploymentState.READY;
        return staged
                ? ProductionFindings.depotsNotLookedAt(now)
                : Finding.notMet(deployment.id() + " is " + deployment.state(), now);
    }

    private List<Finding> windows(Pages pages, ChangeOrder order, Plan plan, List<Candidate> candidates) {
        Instant now = pages.now();
        Duration run = plan.timeouts().run().plus(LeaseDesk.HALT_WITHIN);
        List<Blackout> blackouts = new ArrayList<>(plan.blackouts());
        blackouts.addAll(population.blackouts(pages));
        Map<String, Population.Place> places = population.places(pages);
        Map<String, Long> sites = new TreeMap<>();
        candidates.forEach(one -> sites.merge(one.stratum().site(), 1L, Long::sum));
        List<Finding> found = new ArrayList<>();
        int open = 0;
        for (String site : sites.keySet()) {
            Population.Place place = places.get(site);
            if (place == null) {
                found.add(Finding.unknown(site + ": its clock is not known", now));
                continue;
            }
            Optional<Opening> first =
                    new Timetable(site, place.zone(), plan.windows(), blackouts).firstThatFits(now, run);
            Optional<Instant> end = order.plans().distribution().end();
            if (first.isEmpty()) {
                found.add(Finding.notMet(site + ": no opening is long enough for " + run.toMinutes() + " min", now));
            } else if (end.isPresent() && !first.get().from().isBefore(end.get())) {
                found.add(Finding.notMet(
                        site + ": the first opening is " + first.get().from() + ", after the end of the plan at "
                                + end.get(),
                        now));
            } else {
                open++;
            }
        }
        if (found.isEmpty()) {
            found.add(
                    sites.isEmpty()
                            ? Finding.notMet("the targets name nobody", now)
                            : Finding.met("all of " + open + " sites have one", now));
        }
        return found;
    }
}
