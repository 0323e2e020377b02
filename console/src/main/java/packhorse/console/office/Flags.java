package packhorse.console.office;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Consignment;
import packhorse.console.change.Problem;
import packhorse.console.change.TestPlan;
import packhorse.console.change.TestProgress;
import packhorse.console.change.YellowFlag;
import packhorse.console.change.YellowFlags;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.ledger.Waves;
import packhorse.console.wave.ActionNumbers;
import packhorse.console.wave.Analysis;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Sorting;
import packhorse.core.content.ReleaseName;
import packhorse.core.topology.EndpointId;

/** Raises an order's yellow flags from the accounts, the problems of all orders, and what test and beta group covered. */
public final class Flags {
    /** Members of a beta group that are read at once. */
    private static final int MEMBERS_READ = 1_000;

    private Flags() {}

    /** All that stand now. */
    public static List<YellowFlag> raise(Pages pages, ChangeOrder order, Population population) {
        List<YellowFlags.Holder> holders = Lists.all(pages, OfficeKinds.ACCOUNT, java.util.Optional.empty()).stream()
                .map(Stored::value)
                .filter(Account::open)
                .map(one -> new YellowFlags.Holder(one.id(), one.roles(), one.awayUntil()))
                .toList();
        List<Problem> problems = Lists.all(pages, Kinds.PROBLEM, java.util.Optional.empty()).stream()
                .map(Stored::value)
                .toList();
        TestProgress progress = OrderFiller.progress(pages, order);
        Set<String> kinds = new HashSet<>(progress.kinds());
        Map<String, Long> targets = new HashMap<>();
        Deployments.plan(pages, order).ifPresent(plan -> {
            List<Candidate> candidates = population.named(pages, plan);
            candidates.forEach(one -> targets.merge(one.stratum().machineKind(), 1L, Long::sum));
            List<Deployment> deployments = Deployments.of(pages, order.id());
            if (!deployments.isEmpty()) {
                Set<EndpointId> proved = proved(pages, plan, deployments.getLast());
                candidates.stream()
                        .filter(one -> proved.contains(one.endpoint()))
                        .forEach(one -> kinds.add(one.stratum().machineKind()));
            }
        });
        Set<ReleaseName> products = new HashSet<>(order.plans()
                .distribution()
                .releases()
                .map(Consignment::products)
                .orElse(List.of()));
        return YellowFlags.raise(
                new YellowFlags.Facts(
                        holders,
                        order.id(),
                        products,
                        problems,
                        targets,
                        scenarios(order),
                        kinds,
                        progress.scenarios()),
                pages.now());
    }

    /** Who of the beta group that was judged succeeded. Who else would be in it by now proves nothing. */
    private static Set<EndpointId> proved(Pages pages, Plan plan, Deployment last) {
        Set<EndpointId> proved = new HashSet<>();
        last.waves().stream()
                .filter(wave -> wave.id().isBeta() && wave.verdict().isPresent())
                .forEach(wave -> {
                    ActionNumbers numbers = ActionNumbers.of(plan, wave.members());
                    int after = 0;
                    List<Waves.Tried> page = pages.waves().tried(wave.id(), after, MEMBERS_READ);
                    while (!page.isEmpty()) {
                        for (Waves.Tried one : page) {
                            Attempts attempts =
                                    new Attempts(wave.id(), numbers, one.number(), one.endpoint(), one.actions());
                            if (Analysis.classify(attempts.member(one.site(), one.gone(), one.recalled()))
                                    == Sorting.SUCCEEDED) {
                                proved.add(one.endpoint());
                            }
                        }
                        after = page.getLast().number();
                        page = pages.waves().tried(wave.id(), after, MEMBERS_READ);
                    }
                });
        return proved;
    }

    /** What the test plan has cases for. */
    private static Set<String> scenarios(ChangeOrder order) {
        return order.plans().test().cases().stream()
                .map(TestPlan.Case::scenario)
                .filter(one -> !one.isEmpty())
                .collect(Collectors.toSet());
    }

    /** What no flag can be raised from, one line each: nobody is to take silence for an answer. */
    static List<String> notLookedAt(Pages pages, ChangeOrder order) {
        Set<String> planned = scenarios(order);
        Set<String> passed = new TreeSet<>(OrderFiller.progress(pages, order).scenarios());
        return List.of("which targets are in which scenario: not looked at; "
                + (planned.isEmpty()
                        ? "the test plan names no scenario"
                        : "of the test plan's " + planned.size() + " scenarios passed: "
                                + (passed.isEmpty() ? "none" : String.join(", ", passed))));
    }
}
