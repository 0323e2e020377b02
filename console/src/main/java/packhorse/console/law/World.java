package packhorse.console.law;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditLink;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.Duties;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.RiskClass;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Cap;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.WaveId;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/**
 * What the laws look at, at one instant.
 *
 * @param actions those that have not ended, and those that changed since the world before
 * @param starts of steps that cannot be undone by looking away, since the world before or earlier
 * @param timetables of the sites, by name
 */
public record World(
        Instant now,
        List<Order> orders,
        List<Action> actions,
        List<Start> starts,
        Map<String, Timetable> timetables,
        List<Journal> journals,
        Audit audit) {
    public World {
        orders = List.copyOf(orders);
        actions = List.copyOf(actions);
        starts = List.copyOf(starts);
        timetables = Map.copyOf(timetables);
        journals = List.copyOf(journals);
    }

    /** Nothing has happened. */
    public static World empty(Instant now) {
        return new World(
                now,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                new Audit(0, AuditChain.BEGINNING, List.of()));
    }

    /**
     * A deployment with whatever of its order the laws need.
     *
     * @param approvers who said yes to its requests
     * @param sorted its frozen waves, sorted
     * @param exposures what its blast radius bounds
     */
    public record Order(
            Deployment deployment,
            RiskClass risk,
            Duties duties,
            Set<PersonId> approvers,
            PlanApprovals signatures,
            Map<WaveId, SortedMap<Sorting, Long>> sorted,
            List<Exposure> exposures) {
        public Order {
            approvers = Set.copyOf(approvers);
            sorted = Collections.unmodifiableMap(new TreeMap<>(sorted));
            exposures = List.copyOf(exposures);
        }

        /** Whether the plan with this digest is signed by enough. */
        boolean signed(Sha256 plan) {
            return signatures.suffice(plan, risk, duties);
        }
    }

    /**
     * How many may be broken at once of some group, and are.
     *
     * @param what which group, for people
     */
    public record Exposure(String what, Cap cap, long population, long unverified) {}

    /**
     * Something was begun on an endpoint that looking away does not undo.
     *
     * @param plan the digest of the plan that the lease was given for
     * @param forcedBy who let it begin whatever the timetable says
     */
    public record Start(
            ActionId action, EndpointId endpoint, String site, Instant at, Sha256 plan, Optional<PersonId> forcedBy) {}

    /**
     * An endpoint's reports.
     *
     * @param stored up to this one all are stored, but for those that were never to be had
     * @param acknowledged up to this one the endpoint was told that it may forget them
     * @param whole whether all from the first on are stored and none beyond: no gap
     */
    public record Journal(EndpointId endpoint, long journal, long stored, long acknowledged, boolean whole) {}

    /**
     * The audit trail.
     *
     * @param number of its newest link
     * @param head that link's digest
     * @param added the links since the world before
     */
    public record Audit(long number, Sha256 head, List<AuditLink> added) {
        public Audit {
            added = List.copyOf(added);
        }
    }

    /** The deployment, where the world has it. */
    Optional<Order> order(DeploymentId id) {
        for (Order order : orders) {
            if (order.deployment().id().equals(id)) {
                return Optional.of(order);
            }
        }
        return Optional.empty();
    }

    /** Those of {@code now} that were not there before. */
    static List<Start> begun(World before, World now) {
        return now.starts()
                .subList(
                        Math.min(before.starts().size(), now.starts().size()),
                        now.starts().size());
    }
}
