package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import packhorse.console.change.Defect.Fault;
import packhorse.console.change.Defect.Severity;

/**
 * Moves a defect.
 *
 * <pre>
 * from       move     to         who
 * OPEN       CONFIRM  CONFIRMED  SOLUTION_ARCHITECT, PACKAGE_BUILDER, TEST_SPECIALIST
 * OPEN       DISMISS  DISMISSED  SOLUTION_ARCHITECT, TEST_SPECIALIST
 * CONFIRMED  MEND     MENDED     PACKAGE_BUILDER
 * CONFIRMED  DEFER    DEFERRED   SOLUTION_ARCHITECT, CHANGE_COORDINATOR
 * CONFIRMED  DISMISS  DISMISSED  SOLUTION_ARCHITECT, TEST_SPECIALIST
 * MENDED     VERIFY   VERIFIED   TEST_SPECIALIST
 * MENDED     REFUSE   CONFIRMED  TEST_SPECIALIST
 * DEFERRED   RESUME   CONFIRMED  SOLUTION_ARCHITECT, TEST_SPECIALIST, CHANGE_COORDINATOR
 * </pre>
 *
 * <p>Guards, besides: a blocking defect is not deferred; every move but CONFIRM, MEND and VERIFY says why; with CONFIRM it is said whose
 * fault it is.
 */
public final class DefectMachine {
    /** What can be done with a defect. */
    public enum Move {
        CONFIRM,
        MEND,
        VERIFY,
        REFUSE,
        DEFER,
        RESUME,
        DISMISS
    }

    private static final Who JUDGES = Who.of(Role.SOLUTION_ARCHITECT, Role.TEST_SPECIALIST);

    /** The table, as above. */
    public static final Transitions<DefectState, Move> TABLE = new Transitions<DefectState, Move>()
            .row(
                    DefectState.OPEN,
                    Move.CONFIRM,
                    DefectState.CONFIRMED,
                    Who.of(Role.SOLUTION_ARCHITECT, Role.PACKAGE_BUILDER, Role.TEST_SPECIALIST))
            .row(DefectState.OPEN, Move.DISMISS, DefectState.DISMISSED, JUDGES)
            .row(DefectState.CONFIRMED, Move.MEND, DefectState.MENDED, Who.of(Role.PACKAGE_BUILDER))
            .row(
                    DefectState.CONFIRMED,
                    Move.DEFER,
                    DefectState.DEFERRED,
                    Who.of(Role.SOLUTION_ARCHITECT, Role.CHANGE_COORDINATOR))
            .row(DefectState.CONFIRMED, Move.DISMISS, DefectState.DISMISSED, JUDGES)
            .row(DefectState.MENDED, Move.VERIFY, DefectState.VERIFIED, Who.of(Role.TEST_SPECIALIST))
            .row(DefectState.MENDED, Move.REFUSE, DefectState.CONFIRMED, Who.of(Role.TEST_SPECIALIST))
            .row(
                    DefectState.DEFERRED,
                    Move.RESUME,
                    DefectState.CONFIRMED,
                    Who.of(Role.SOLUTION_ARCHITECT, Role.TEST_SPECIALIST, Role.CHANGE_COORDINATOR));

    private DefectMachine() {}

    /** Says that it is one, and whose fault. */
    public static Outcome<Defect> confirm(Defect defect, Fault fault, Actor actor, Instant now) {
        return step(defect, Move.CONFIRM, fault, "confirmed it, fault of " + fault, "", actor, now);
    }

    /** Does any other move with it. */
    public static Outcome<Defect> move(Defect defect, Move move, String why, Actor actor, Instant now) {
        return switch (move) {
            case CONFIRM -> confirm(defect, defect.fault(), actor, now);
            case MEND -> step(defect, move, defect.fault(), "mended it", why, actor, now);
            case VERIFY -> step(defect, move, defect.fault(), "saw it mended", why, actor, now);
            case REFUSE -> said(defect, move, "saw it again", why, actor, now);
            case DEFER ->
                defect.severity() == Severity.BLOCKING && defect.state() == DefectState.CONFIRMED
                        ? Outcome.rejected(defect.id() + " is BLOCKING: it is mended or dismissed, not deferred")
                        : said(defect, move, "left it for later", why, actor, now);
            case RESUME -> said(defect, move, "took it up again", why, actor, now);
            case DISMISS -> said(defect, move, "found that it is none", why, actor, now);
        };
    }

    private static Outcome<Defect> said(Defect defect, Move move, String what, String why, Actor actor, Instant now) {
        Outcome<Defect> stepped = step(defect, move, defect.fault(), what, why, actor, now);
        return stepped.result().isPresent() && why.isBlank() ? Outcome.rejected(defect.id() + ": say why") : stepped;
    }

    private static Outcome<Defect> step(
            Defect defect, Move move, Fault fault, String what, String why, Actor actor, Instant now) {
        return switch (TABLE.step(defect.id().text(), defect.state(), move, actor)) {
            case Outcome.Rejected<DefectState> no -> no.as();
            case Outcome.Moved<DefectState>(DefectState to) -> {
                List<HistoryEntry> history = new ArrayList<>(defect.history());
                history.add(HistoryEntry.by(actor, now, what, why));
                yield Outcome.moved(new Defect(
                        defect.id(),
                        defect.order(),
                        defect.testCase(),
                        defect.title(),
                        defect.severity(),
                        fault,
                        to,
                        defect.arrived(),
                        history));
            }
        };
    }
}
