package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.PlanApproval.Capacity;
import packhorse.core.content.Sha256;

/**
 * The signatures under an order's plans. One that names another digest than the plan has now is void: nobody has to take it back, and
 * it holds again where the plan is exactly what was signed. Each person signs a plan once, in one capacity.
 *
 * @param all in the order they were given, void ones too
 */
public record PlanApprovals(List<PlanApproval> all) {
    public PlanApprovals {
        all = List.copyOf(all);
    }

    public static PlanApprovals none() {
        return new PlanApprovals(List.of());
    }

    /** Those that hold for this plan. */
    public List<PlanApproval> holding(Sha256 digest) {
        return all.stream().filter(one -> one.digest().equals(digest)).toList();
    }

    /** Those that the plan has left behind. */
    public List<PlanApproval> voided(Sha256 digest) {
        return all.stream().filter(one -> !one.digest().equals(digest)).toList();
    }

    /** Whether the plan may be carried out. */
    public boolean suffice(Sha256 digest, RiskClass risk, Duties duties) {
        return missing(digest, risk, duties).isEmpty();
    }

    /** How many signatures are missing, by capacity; those are not counted that {@link Duties} refuse now. */
    public Map<Capacity, Integer> missing(Sha256 digest, RiskClass risk, Duties duties) {
        Map<Capacity, Integer> missing = new EnumMap<>(Capacity.class);
        Set<PersonId> counted = new HashSet<>();
        for (Capacity capacity : Capacity.values()) {
            int wanted = risk.signatures(capacity);
            for (PlanApproval one : holding(digest)) {
                if (wanted > 0
                        && one.capacity() == capacity
                        && duties.refusesApproval(one.person()).isEmpty()
                        && counted.add(one.person())) {
                    wanted--;
                }
            }
            if (wanted > 0) {
                missing.put(capacity, wanted);
            }
        }
        return missing;
    }

    /** Signs the plan that has the digest {@code seen}. */
    public Outcome<PlanApprovals> sign(
            Capacity capacity, Sha256 seen, Sha256 plan, String remarks, Duties duties, Actor actor, Instant now) {
        if (!(actor instanceof Actor.Person person) || !Who.of(Role.APPROVER).includes(actor)) {
            return Outcome.forbidden("a plan is signed by APPROVER; " + actor.name() + " is none");
        }
        Optional<String> refused = duties.refusesApproval(person.id());
        if (refused.isPresent()) {
            return Outcome.rejected(refused.get());
        }
        if (!seen.equals(plan)) {
            return Outcome.rejected("the plan has changed since it was shown to " + actor.name()
                    + ": look at it again and sign what it is now");
        }
        Optional<PlanApproval> before = holding(plan).stream()
                .filter(one -> one.person().equals(person.id()))
                .findFirst();
        if (before.isPresent()) {
            return Outcome.rejected(actor.name() + " signed this plan already, as "
                    + before.get().capacity() + "; somebody else has to sign");
        }
        List<PlanApproval> more = new ArrayList<>(all);
        more.add(new PlanApproval(person.id(), capacity, plan, remarks, now));
        return Outcome.moved(new PlanApprovals(more));
    }
}
