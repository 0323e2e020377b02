package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Moves a stage's gate. Feasibility and resources come in either order; both are needed before somebody lets the stage proceed.
 *
 * <pre>
 * from       move                 to          who
 * WAITING    APPROVE_FEASIBILITY  FEASIBLE    SOLUTION_ARCHITECT
 * WAITING    CONFIRM_RESOURCES    RESOURCED   INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * WAITING    RETURN               RETURNED    APPROVER, SOLUTION_ARCHITECT, CHANGE_COORDINATOR
 * FEASIBLE   CONFIRM_RESOURCES    COMPLETE    INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * FEASIBLE   RETURN               RETURNED    APPROVER, SOLUTION_ARCHITECT, CHANGE_COORDINATOR
 * RESOURCED  APPROVE_FEASIBILITY  COMPLETE    SOLUTION_ARCHITECT
 * RESOURCED  RETURN               RETURNED    APPROVER, SOLUTION_ARCHITECT, CHANGE_COORDINATOR
 * COMPLETE   PROCEED              PROCEEDING  APPROVER, CHANGE_COORDINATOR
 * COMPLETE   RETURN               RETURNED    APPROVER, SOLUTION_ARCHITECT, CHANGE_COORDINATOR
 * RETURNED   ASK                  WAITING     CHANGE_COORDINATOR
 * </pre>
 *
 * <p>Guards, besides: who lets a stage proceed neither asked for the change nor built it ({@link Duties}); a return has remarks.
 */
public final class StageGateMachine {
    /** What can be said at a gate. */
    public enum Move {
        APPROVE_FEASIBILITY,
        CONFIRM_RESOURCES,
        PROCEED,
        RETURN,
        ASK
    }

    private static final Who ARCHITECT = Who.of(Role.SOLUTION_ARCHITECT);
    private static final Who COORDINATORS = Who.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);
    private static final Who REMARKING = Who.of(Role.APPROVER, Role.SOLUTION_ARCHITECT, Role.CHANGE_COORDINATOR);

    /** The table, as above. */
    public static final Transitions<GateState, Move> TABLE = new Transitions<GateState, Move>()
            .row(GateState.WAITING, Move.APPROVE_FEASIBILITY, GateState.FEASIBLE, ARCHITECT)
            .row(GateState.WAITING, Move.CONFIRM_RESOURCES, GateState.RESOURCED, COORDINATORS)
            .row(GateState.WAITING, Move.RETURN, GateState.RETURNED, REMARKING)
            .row(GateState.FEASIBLE, Move.CONFIRM_RESOURCES, GateState.COMPLETE, COORDINATORS)
            .row(GateState.FEASIBLE, Move.RETURN, GateState.RETURNED, REMARKING)
            .row(GateState.RESOURCED, Move.APPROVE_FEASIBILITY, GateState.COMPLETE, ARCHITECT)
            .row(GateState.RESOURCED, Move.RETURN, GateState.RETURNED, REMARKING)
            .row(GateState.COMPLETE, Move.PROCEED, GateState.PROCEEDING, Who.of(Role.APPROVER, Role.CHANGE_COORDINATOR))
            .row(GateState.COMPLETE, Move.RETURN, GateState.RETURNED, REMARKING)
            .row(GateState.RETURNED, Move.ASK, GateState.WAITING, Who.of(Role.CHANGE_COORDINATOR));

    private StageGateMachine() {}

    /** Says it. */
    public static Outcome<StageGate> say(
            StageGate gate, Move move, String remarks, Duties duties, Actor actor, Instant now) {
        String subject = "the gate of " + gate.stage();
        return switch (TABLE.step(subject, gate.state(), move, actor)) {
            case Outcome.Rejected<GateState> no -> no.as();
            case Outcome.Moved<GateState>(GateState to) -> {
                Optional<String> refused = refuses(move, remarks, duties, actor);
                if (refused.isPresent()) {
                    yield Outcome.rejected(subject + ": " + refused.get());
                }
                List<HistoryEntry> history = new ArrayList<>(gate.history());
                history.add(HistoryEntry.by(actor, now, done(move), remarks));
                yield Outcome.moved(new StageGate(gate.stage(), to, history));
            }
        };
    }

    private static Optional<String> refuses(Move move, String remarks, Duties duties, Actor actor) {
        if (move == Move.RETURN && remarks.isBlank()) {
            return Optional.of("say what has to change");
        }
        return move == Move.PROCEED && actor instanceof Actor.Person person
                ? duties.refusesApproval(person.id())
                : Optional.empty();
    }

    private static String done(Move move) {
        return switch (move) {
            case APPROVE_FEASIBILITY -> "approved technical feasibility";
            case CONFIRM_RESOURCES -> "confirmed the resources";
            case PROCEED -> "let the stage proceed";
            case RETURN -> "returned it with remarks";
            case ASK -> "asked again";
        };
    }
}
