package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.ReleaseName;

/** Raises the yellow flags of an order from what is known. They are computed anew whenever they are shown; nobody can forget to raise one. */
public final class YellowFlags {
    /** Who is needed from the beta group on. */
    static final Set<Role> NEEDED =
            EnumSet.of(Role.APPROVER, Role.SOLUTION_ARCHITECT, Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    /** Problems of earlier orders are shown for half a year after they were opened, open ones for ever. */
    static final Duration REMEMBERED = Duration.ofDays(183);

    /**
     * Somebody who holds roles.
     *
     * @param awayUntil when they are back, where they are away
     */
    public record Holder(PersonId person, Set<Role> roles, Optional<Instant> awayUntil) {
        public Holder {
            roles = Set.copyOf(roles);
        }
    }

    /**
     * What the flags are raised from.
     *
     * @param holders all accounts
     * @param order this one: its own problems are no flag
     * @param products the release lines it is about
     * @param problems of all orders
     * @param targetKinds how many targets are of which kind
     * @param plannedScenarios that the test plan has cases for: in which of them a target is nobody knows
     * @param coveredKinds by the test, and by those of the beta group who succeeded
     * @param coveredScenarios by the test
     */
    public record Facts(
            Collection<Holder> holders,
            OrderId order,
            Set<ReleaseName> products,
            Collection<Problem> problems,
            Map<String, Long> targetKinds,
            Set<String> plannedScenarios,
            Set<String> coveredKinds,
            Set<String> coveredScenarios) {
        public Facts {
            holders = List.copyOf(holders);
            products = Set.copyOf(products);
            problems = List.copyOf(problems);
            targetKinds = Map.copyOf(targetKinds);
            plannedScenarios = Set.copyOf(plannedScenarios);
            coveredKinds = Set.copyOf(coveredKinds);
            coveredScenarios = Set.copyOf(coveredScenarios);
        }
    }

    private YellowFlags() {}

    /** All flags, in a steady order. */
    public static List<YellowFlag> raise(Facts facts, Instant now) {
        List<YellowFlag> flags = new ArrayList<>();
        for (Role role : NEEDED) {
            role(facts, role, now).ifPresent(flags::add);
        }
        facts.problems().stream()
                .filter(problem -> isWorthAFlag(facts, problem, now))
                .sorted(Comparator.comparing(Problem::id))
                .forEach(problem -> flags.add(new YellowFlag.EarlierProblem(
                        problem.product().orElseThrow(), problem.order(), problem.id(), isOpen(problem))));
        facts.targetKinds().entrySet().stream()
                .filter(kind -> kind.getValue() > 0 && !facts.coveredKinds().contains(kind.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .forEach(kind -> flags.add(new YellowFlag.UntestedKind(kind.getKey(), kind.getValue())));
        facts.plannedScenarios().stream()
                .filter(one -> !facts.coveredScenarios().contains(one))
                .sorted()
                .forEach(one -> flags.add(new YellowFlag.UntestedScenario(one)));
        return flags;
    }

    private static Optional<YellowFlag> role(Facts facts, Role role, Instant now) {
        List<Holder> holders = facts.holders().stream()
                .filter(holder -> holder.roles().contains(role))
                .toList();
        if (holders.isEmpty()) {
            return Optional.of(new YellowFlag.RoleEmpty(role));
        }
        boolean here = holders.stream()
                .anyMatch(holder ->
                        holder.awayUntil().map(until -> !until.isAfter(now)).orElse(true));
        return here
                ? Optional.empty()
                : holders.stream()
                        .flatMap(holder -> holder.awayUntil().stream())
                        .min(Comparator.naturalOrder())
                        .map(until -> new YellowFlag.RoleAway(role, until));
    }

    private static boolean isWorthAFlag(Facts facts, Problem problem, Instant now) {
        return !problem.order().equals(facts.order())
                && problem.product().map(facts.products()::contains).orElse(false)
                && (isOpen(problem) || problem.opened().plus(REMEMBERED).isAfter(now));
    }

    private static boolean isOpen(Problem problem) {
        return switch (problem.state()) {
            case OPEN, ASSIGNED, TRANSFERRED -> true;
            case RESOLVED, CLOSED -> false;
        };
    }
}
