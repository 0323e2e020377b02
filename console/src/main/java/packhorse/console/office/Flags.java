package packhorse.console.office;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Consignment;
import packhorse.console.change.Problem;
import packhorse.console.change.TestProgress;
import packhorse.console.change.YellowFlag;
import packhorse.console.change.YellowFlags;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Division;
import packhorse.console.wave.WaveId;
import packhorse.core.content.ReleaseName;
import packhorse.core.topology.EndpointId;

/** Raises an order's yellow flags from the accounts, the problems of all orders, and what test and beta group covered. */
public final class Flags {
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
            boolean beta = !deployments.isEmpty()
                    && plan.beta().isPresent()
                    && deployments.get(deployments.size() - 1).waves().stream()
                            .anyMatch(
                                    wave -> wave.id().isBeta() && wave.verdict().isPresent());
            if (beta) {
                Set<EndpointId> group =
                        Set.copyOf(Division.of(plan, candidates).waves().getOrDefault(WaveId.BETA, List.of()));
                candidates.stream()
                        .filter(one -> group.contains(one.endpoint()))
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
                        holders, order.id(), products, problems, targets, Map.of(), kinds, progress.scenarios()),
                pages.now());
    }
}
