package packhorse.console.change;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What was decided after the beta group, or after a wave that nobody could judge: who, on what evidence, and in view of which flags.
 *
 * @param evidence what was seen, with its denominators
 * @param flags the yellow flags that stood when it was decided
 * @param remarks why, needed where a flag stands or it does not go on
 */
public record GoNoGo(
        Decision decision, Set<PersonId> deciders, String evidence, List<String> flags, String remarks, Instant at) {
    /** What was decided. */
    public enum Decision {
        GO,
        NO_GO,
        /** Watch longer, or more of them. */
        EXTEND
    }

    public GoNoGo {
        deciders = Set.copyOf(deciders);
        evidence = Words.said("the evidence", evidence);
        flags = List.copyOf(flags);
        remarks = decision == Decision.GO && flags.isEmpty()
                ? Words.prose("the remarks", remarks)
                : Words.said("the reason", remarks);
    }

    /**
     * Decides, or says why these may not.
     *
     * @param standing the flags as they stand now
     * @param acknowledged the lines of those that the deciders have seen
     */
    public static Outcome<GoNoGo> decide(
            Decision decision,
            Set<Actor.Person> deciders,
            String evidence,
            List<YellowFlag> standing,
            Set<String> acknowledged,
            String remarks,
            Duties duties,
            Instant now) {
        Set<PersonId> people = deciders.stream().map(Actor.Person::id).collect(Collectors.toCollection(TreeSet::new));
        Optional<Actor.Person> without = deciders.stream()
                .filter(person -> !person.isOneOf(Set.of(Role.APPROVER, Role.INSTALLATION_COORDINATOR)))
                .findFirst();
        if (without.isPresent()) {
            return Outcome.forbidden("go or no-go is decided by APPROVER, INSTALLATION_COORDINATOR; "
                    + without.get().name() + " is none");
        }
        // Whoever wants to stop may.
        Optional<String> refused =
                decision == Decision.NO_GO && !people.isEmpty() ? Optional.empty() : duties.refusesGoNoGo(people);
        if (refused.isPresent()) {
            return Outcome.rejected(refused.get());
        }
        List<String> flags = standing.stream().map(YellowFlag::text).toList();
        List<String> overlooked =
                flags.stream().filter(flag -> !acknowledged.contains(flag)).toList();
        if (decision == Decision.GO && !overlooked.isEmpty()) {
            return Outcome.rejected("yellow flags stand that nobody acknowledged: " + String.join("; ", overlooked));
        }
        if (remarks.isBlank() && (decision != Decision.GO || !flags.isEmpty())) {
            return Outcome.rejected(
                    "say why: " + (flags.isEmpty() ? "it is " + decision : flags.size() + " yellow flags stand"));
        }
        return Outcome.moved(new GoNoGo(decision, people, evidence, flags, remarks, now));
    }
}
