package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What operations take over when an order ends.
 *
 * @param scope what they take over
 * @param maintenance procedures for it
 * @param openProblems that come with it; no open problem may be left out
 * @param cutOver how and when the old release or system is left
 * @param taken who took it over for operations
 * @param by who wrote it last; whoever writes it does not take it over
 */
public record Handover(
        String scope,
        String maintenance,
        List<ProblemId> openProblems,
        String cutOver,
        Optional<Taken> taken,
        Optional<PersonId> by) {
    /** That it was taken over. */
    public record Taken(PersonId by, Instant at) {}

    public Handover {
        scope = Words.prose("what is taken over", scope);
        maintenance = Words.prose("the maintenance procedures", maintenance);
        openProblems = Words.bounded("the open problems", openProblems);
        cutOver = Words.prose("the cut-over", cutOver);
    }

    /** Nothing written yet. */
    public static Handover empty() {
        return new Handover("", "", List.of(), "", Optional.empty(), Optional.empty());
    }

    /** The same text, as somebody wrote it: what was taken over before it said this is to be taken over again. */
    Handover writtenOver(Handover was, PersonId writer) {
        return says(was)
                ? was
                : new Handover(scope, maintenance, openProblems, cutOver, Optional.empty(), Optional.of(writer));
    }

    private boolean says(Handover other) {
        return scope.equals(other.scope)
                && maintenance.equals(other.maintenance)
                && openProblems.equals(other.openProblems)
                && cutOver.equals(other.cutOver);
    }

    /** The same, taken over. */
    Handover takenBy(PersonId person, Instant at) {
        return new Handover(scope, maintenance, openProblems, cutOver, Optional.of(new Taken(person, at)), by);
    }

    /** What is still to be written or done. */
    public List<String> missing(List<Problem> problems) {
        List<String> missing = new ArrayList<>();
        if (scope.isEmpty()) {
            missing.add("what operations take over");
        }
        if (maintenance.isEmpty()) {
            missing.add("the maintenance procedures");
        }
        if (cutOver.isEmpty()) {
            missing.add("the cut-over");
        }
        List<ProblemId> leftOut = problems.stream()
                .filter(problem -> problem.state() != ProblemState.CLOSED)
                .map(Problem::id)
                .filter(id -> !openProblems.contains(id))
                .toList();
        if (!leftOut.isEmpty()) {
            missing.add("the open problems " + leftOut);
        }
        if (taken.isEmpty()) {
            missing.add("who takes it over");
        }
        return missing;
    }
}
