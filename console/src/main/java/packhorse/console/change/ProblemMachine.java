package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Moves a problem record.
 *
 * <pre>
 * from         move      to           who
 * OPEN         ASSIGN    ASSIGNED     INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * OPEN         TRANSFER  TRANSFERRED  INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * ASSIGNED     ASSIGN    ASSIGNED     INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * ASSIGNED     TRANSFER  TRANSFERRED  SOLUTION_ARCHITECT, PACKAGE_BUILDER, TEST_SPECIALIST, INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * ASSIGNED     RESOLVE   RESOLVED     SOLUTION_ARCHITECT, PACKAGE_BUILDER, TEST_SPECIALIST, INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * TRANSFERRED  ASSIGN    ASSIGNED     INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * TRANSFERRED  TRANSFER  TRANSFERRED  INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * TRANSFERRED  RESOLVE   RESOLVED     INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * RESOLVED     REOPEN    OPEN         SOLUTION_ARCHITECT, PACKAGE_BUILDER, TEST_SPECIALIST, INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * RESOLVED     CLOSE     CLOSED       INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * </pre>
 *
 * <p>Guards, besides: an assigned problem is resolved by whoever has it, or by a coordinator; a resolution and a reopening say what was
 * found.
 */
public final class ProblemMachine {
    /** What can be done with a problem. */
    public enum Move {
        ASSIGN,
        TRANSFER,
        RESOLVE,
        REOPEN,
        CLOSE
    }

    private static final Who COORDINATORS = Who.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);
    private static final Who WORKERS = Who.of(
            Role.SOLUTION_ARCHITECT,
            Role.PACKAGE_BUILDER,
            Role.TEST_SPECIALIST,
            Role.INSTALLATION_COORDINATOR,
            Role.CHANGE_COORDINATOR);

    /** The table, as above. */
    public static final Transitions<ProblemState, Move> TABLE = new Transitions<ProblemState, Move>()
            .row(ProblemState.OPEN, Move.ASSIGN, ProblemState.ASSIGNED, COORDINATORS)
            .row(ProblemState.OPEN, Move.TRANSFER, ProblemState.TRANSFERRED, COORDINATORS)
            .row(ProblemState.ASSIGNED, Move.ASSIGN, ProblemState.ASSIGNED, COORDINATORS)
            .row(ProblemState.ASSIGNED, Move.TRANSFER, ProblemState.TRANSFERRED, WORKERS)
            .row(ProblemState.ASSIGNED, Move.RESOLVE, ProblemState.RESOLVED, WORKERS)
            .row(ProblemState.TRANSFERRED, Move.ASSIGN, ProblemState.ASSIGNED, COORDINATORS)
            .row(ProblemState.TRANSFERRED, Move.TRANSFER, ProblemState.TRANSFERRED, COORDINATORS)
            .row(ProblemState.TRANSFERRED, Move.RESOLVE, ProblemState.RESOLVED, COORDINATORS)
            .row(ProblemState.RESOLVED, Move.REOPEN, ProblemState.OPEN, WORKERS)
            .row(ProblemState.RESOLVED, Move.CLOSE, ProblemState.CLOSED, COORDINATORS);

    private ProblemMachine() {}

    /**
     * Writes down what an outside problem system says of it; its state is ours.
     *
     * @param external what that system calls it
     */
    public static Problem remarked(Problem problem, String external, String what, String note, Instant now) {
        List<HistoryEntry> history = new ArrayList<>(problem.history());
        history.add(HistoryEntry.by(Actor.product(), now, what, note));
        return new Problem(
                problem.id(),
                problem.order(),
                problem.product(),
                problem.title(),
                problem.endpoints(),
                problem.codes(),
                problem.state(),
                problem.assignee(),
                problem.team(),
                problem.resolution(),
                Optional.of(external),
                problem.opened(),
                history);
    }

    /** Gives it to a person. */
    public static Outcome<Problem> assign(Problem problem, PersonId to, Actor actor, Instant now) {
        return step(problem, Move.ASSIGN, Optional.of(to), Optional.empty(), "", "gave it to " + to, actor, now);
    }

    /** Gives it to another team. */
    public static Outcome<Problem> transfer(Problem problem, String team, String why, Actor actor, Instant now) {
        return team.isBlank()
                ? Outcome.rejected(problem.id() + ": name the team it goes to")
                : step(
                        problem,
                        Move.TRANSFER,
                        Optional.empty(),
                        Optional.of(team),
                        why,
                        "transferred it to " + Words.named("the team", team),
                        actor,
                        now);
    }

    /** Says what was found and done. */
    public static Outcome<Problem> resolve(Problem problem, String resolution, Actor actor, Instant now) {
        boolean others = problem.state() == ProblemState.ASSIGNED
                && !problem.assignee().map(actor::is).orElse(false)
                && !COORDINATORS.includes(actor);
        if (others && WORKERS.includes(actor)) {
            return Outcome.rejected(
                    problem.id() + " is with " + problem.assignee().get() + ": they resolve it, or a coordinator");
        }
        return withReason(problem, Move.RESOLVE, resolution, "resolved it", actor, now);
    }

    /** Says that it is there again, or still. */
    public static Outcome<Problem> reopen(Problem problem, String why, Actor actor, Instant now) {
        return withReason(problem, Move.REOPEN, why, "opened it again", actor, now);
    }

    /** Ends it. */
    public static Outcome<Problem> close(Problem problem, Actor actor, Instant now) {
        return step(problem, Move.CLOSE, problem.assignee(), problem.team(), "", "closed it", actor, now);
    }

    private static Outcome<Problem> withReason(
            Problem problem, Move move, String why, String what, Actor actor, Instant now) {
        Outcome<Problem> stepped = step(
                problem,
                move,
                move == Move.REOPEN ? Optional.empty() : problem.assignee(),
                move == Move.REOPEN ? Optional.empty() : problem.team(),
                why,
                what,
                actor,
                now);
        return stepped.result().isPresent() && why.isBlank()
                ? Outcome.rejected(problem.id() + ": say what was found")
                : stepped;
    }

    private static Outcome<Problem> step(
            Problem problem,
            Move move,
            Optional<PersonId> assignee,
            Optional<String> team,
            String remarks,
            String what,
            Actor actor,
            Instant now) {
        return switch (TABLE.step(problem.id().text(), problem.state(), move, actor)) {
            case Outcome.Rejected<ProblemState> no -> no.as();
            case Outcome.Moved<ProblemState>(ProblemState to) -> {
                List<HistoryEntry> history = new ArrayList<>(problem.history());
                history.add(HistoryEntry.by(actor, now, what, remarks));
                yield Outcome.moved(new Problem(
                        problem.id(),
                        problem.order(),
                        problem.product(),
                        problem.title(),
                        problem.endpoints(),
                        problem.codes(),
                        to,
                        assignee,
                        team,
                        move == Move.RESOLVE ? remarks : problem.resolution(),
                        problem.external(),
                        problem.opened(),
                        history));
            }
        };
    }
}
