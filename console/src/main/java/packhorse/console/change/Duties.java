package packhorse.console.change;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Separation of duties in one change: who took which part in it, and what those may not do besides. It looks at what somebody did, not
 * at the roles somebody holds: the same person may build one change and approve another.
 *
 * <pre>
 * who took part as     may not
 * requester, builder   approve the request, let a stage proceed, sign the plan, review an emergency later
 * who approved         build
 * operators            decide go or no-go without anybody who is none
 * </pre>
 *
 * @param requesters of all requests that the order carries out
 * @param builders who made the release, its media or its sources' package
 * @param operators who plan its deployments, stage, announce, launch, force, skip or abort, as a coordinator of whichever kind
 * @param approvers who said yes to a request, let a stage proceed or signed the plan
 */
public record Duties(
        Set<PersonId> requesters, Set<PersonId> builders, Set<PersonId> operators, Set<PersonId> approvers) {
    public Duties {
        requesters = Set.copyOf(requesters);
        builders = Set.copyOf(builders);
        operators = Set.copyOf(operators);
        approvers = Set.copyOf(approvers);
    }

    /** Those of a request that nobody works on yet. */
    static Duties of(PersonId requester) {
        return new Duties(Set.of(requester), Set.of(), Set.of(), Set.of());
    }

    /** Why this person may not approve, let proceed, sign or review; empty where nothing speaks against it. */
    public Optional<String> refusesApproval(PersonId person) {
        if (requesters.contains(person)) {
            return Optional.of(person + " asked for the change: nobody approves their own; ask another approver");
        }
        if (builders.contains(person)) {
            return Optional.of(person + " built what is changed: nobody approves their own; ask another approver");
        }
        return Optional.empty();
    }

    /** Why this person may not build. */
    public Optional<String> refusesBuilding(PersonId person) {
        return approvers.contains(person)
                ? Optional.of(person + " approved the change: nobody approves their own; let another build it")
                : Optional.empty();
    }

    /** Why these may not decide whether it goes on. */
    public Optional<String> refusesGoNoGo(Collection<PersonId> deciders) {
        if (deciders.isEmpty()) {
            return Optional.of("nobody decides: name who says go or no-go");
        }
        return operators.containsAll(deciders)
                ? Optional.of("go or no-go is not its operator's alone (" + new TreeSet<>(deciders)
                        + "): let somebody decide with them who does not operate this change")
                : Optional.empty();
    }

    /** The same with one more builder. */
    public Duties withBuilder(PersonId person) {
        return new Duties(requesters, with(builders, person), operators, approvers);
    }

    /** The same with one more operator. */
    public Duties withOperator(PersonId person) {
        return new Duties(requesters, builders, with(operators, person), approvers);
    }

    /** The same with one more who approved. */
    public Duties withApprover(PersonId person) {
        return new Duties(requesters, builders, operators, with(approvers, person));
    }

    private static Set<PersonId> with(Set<PersonId> before, PersonId one) {
        Set<PersonId> after = new TreeSet<>(before);
        after.add(one);
        return after;
    }
}
