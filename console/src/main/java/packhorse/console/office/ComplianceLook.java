package packhorse.console.office;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.fleet.Compliance;
import packhorse.console.fleet.Deviation;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Evidence;
import packhorse.console.fleet.Requirement;
import packhorse.console.fleet.Roster;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Action;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/**
 * Looks at one member of a group after the other: whether it has what it should have. Some hundreds at once, since what was tried of each
 * is read for all of these together; nobody else is in memory.
 *
 * <p>Cost: O(endpoints looked at + waves that brought the line × endpoints looked at ÷ {@value #TOGETHER}).
 */
final class ComplianceLook {
    private static final int TOGETHER = 500;

    private final FleetFacts facts;

    ComplianceLook(FleetFacts facts) {
        this.facts = facts;
    }

    /** Hears of each member of the group. */
    @FunctionalInterface
    interface Visitor {
        /**
         * One of the group.
         *
         * @param deviation absent where it has what it should have
         * @return whether to go on
         */
        boolean visit(EndpointId endpoint, Optional<Deviation> deviation);
    }

    /** A wave that brought the requirement's release line. */
    private record Brought(WaveId wave, Subject subject) {}

    /** Goes through the group in the order of the ids, behind {@code after} where one is given. */
    void each(Pages pages, Requirement requirement, Optional<EndpointId> after, Visitor visitor) {
        Roster roster = facts.roster(pages);
        List<Brought> brought = brought(pages, requirement);
        List<EndpointFacts> waiting = new ArrayList<>();
        boolean[] going = {true};
        pages.fleet().each(roster.narrowed(requirement.group()), after, row -> {
            if (roster.contains(requirement.group(), row.facts(), pages.now())) {
                waiting.add(row.facts());
            }
            if (waiting.size() == TOGETHER) {
                going[0] = visit(pages, requirement, brought, waiting, visitor);
                waiting.clear();
            }
            return going[0];
        });
        if (going[0]) {
            visit(pages, requirement, brought, waiting, visitor);
        }
    }

    private static boolean visit(
            Pages pages,
            Requirement requirement,
            List<Brought> brought,
            Collection<EndpointFacts> some,
            Visitor visitor) {
        Evidence evidence = evidence(pages, requirement, brought, some);
        for (EndpointFacts one : some) {
            Optional<Deviation> deviation =
                    Compliance.deviation(requirement, one, evidence, FleetFacts.SILENT_AFTER, pages.now());
            if (!visitor.visit(one.endpoint(), deviation)) {
                return false;
            }
        }
        return true;
    }

    private static List<Brought> brought(Pages pages, Requirement requirement) {
        List<Brought> brought = new ArrayList<>();
        for (Stored<Deployment> stored : Lists.all(pages, Kinds.DEPLOYMENT, Optional.empty())) {
            Deployment deployment = stored.value();
            Optional<Subject> subject = pages
                    .find(Kinds.PLAN, deployment.id().order().text())
                    .stream()
                    .flatMap(plan -> plan.value().subjects().stream())
                    .filter(one -> one.id().name().equals(requirement.line())
                            && one.id().platform().equals(requirement.platform()))
                    .findFirst();
            if (subject.isPresent()) {
                deployment.waves().stream()
                        .filter(wave -> wave.membership().isPresent())
                        .map(Wave::id)
                        .forEach(wave -> brought.add(new Brought(wave, subject.get())));
            }
        }
        return brought;
    }

    /** What was tried of the requirement's release line, the latest of each endpoint. */
    private static Evidence evidence(
            Pages pages, Requirement requirement, List<Brought> brought, Collection<EndpointFacts> some) {
        List<EndpointId> endpoints = some.stream().map(EndpointFacts::endpoint).toList();
        Map<Evidence.Place, Evidence.Attempt> latest = new HashMap<>();
        for (Brought one : brought) {
            pages.waves().attempts(one.wave(), endpoints).stream()
                    .filter(action -> action.line().name().equals(requirement.line())
                            && action.line().platform().equals(requirement.platform()))
                    .forEach(action -> latest.merge(
                            new Evidence.Place(action.endpoint(), requirement.line(), requirement.platform()),
                            attempt(action, one.subject()),
                            (former, other) -> former.at().isAfter(other.at()) ? former : other));
        }
        return new Evidence(latest, Map.of(), Map.of());
    }

    private static Evidence.Attempt attempt(Action action, Subject subject) {
        return new Evidence.Attempt(
                action.id().toString(),
                action.operation(),
                subject.id().version(),
                action.state(),
                action.code(),
                action.codeClass(),
                action.since());
    }
}
