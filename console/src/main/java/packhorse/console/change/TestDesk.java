package packhorse.console.change;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Sha256;

/**
 * What testers write down. Results, defects and problems are many, so they lie beside the order and not in it; whether they may be
 * written is decided here.
 */
public final class TestDesk {
    private static final Who FINDERS =
            Who.of(Role.SOLUTION_ARCHITECT, Role.PACKAGE_BUILDER, Role.TEST_SPECIALIST, Role.INSTALLATION_COORDINATOR);
    private static final Who OPENERS = Who.orProduct(
            Role.SOLUTION_ARCHITECT, Role.TEST_SPECIALIST, Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    private TestDesk() {}

    /** Takes a result, or says why not. */
    public static Outcome<TestResult> record(ChangeOrder order, TestResult result, Actor actor) {
        if (!actor.isOneOf(Set.of(Role.TEST_SPECIALIST)) || !actor.is(result.by())) {
            return Outcome.forbidden(order.id() + ": a result is written by the TEST_SPECIALIST who saw it; "
                    + actor.name() + " is not");
        }
        Optional<String> closed = closed(order, "results are written");
        if (closed.isPresent()) {
            return Outcome.rejected(closed.get());
        }
        if (order.plans().test().find(result.testCase()).isEmpty()) {
            return Outcome.rejected(order.id() + ": the test plan has no case " + result.testCase());
        }
        List<Sha256> carried = carried(order);
        return result.manifests().equals(carried)
                ? Outcome.moved(result)
                : Outcome.rejected(order.id() + " carries other releases than those that were tried: try these");
    }

    /** What a scan of now is of: exactly what is under test. Or says why none is taken. */
    public static Outcome<List<Sha256>> scanned(ChangeOrder order) {
        Optional<String> closed = closed(order, "what is scanned is under test; a scan is taken");
        if (closed.isPresent()) {
            return Outcome.rejected(closed.get());
        }
        List<Sha256> carried = carried(order);
        return carried.isEmpty()
                ? Outcome.rejected(order.id() + " carries no release yet: there is nothing to scan")
                : Outcome.moved(carried);
    }

    private static Optional<String> closed(ChangeOrder order, String what) {
        Optional<StageEntry> entry = order.stage().filter(one -> one.stage() == Stage.TEST);
        return entry.isEmpty()
                ? Optional.of(order.id() + " is " + order.state() + ": " + what + " in TEST")
                : entry.filter(one -> !one.gate().isOpen())
                        .map(one -> order.id() + ": the gate of TEST is "
                                + one.gate().state() + "; testing begins when somebody lets it proceed");
    }

    private static List<Sha256> carried(ChangeOrder order) {
        return order.plans()
                .distribution()
                .releases()
                .map(Consignment::manifests)
                .orElse(List.of());
    }

    /** Takes a defect that was found, or says why not. */
    public static Outcome<Defect> found(
            ChangeOrder order,
            DefectId id,
            Optional<String> testCase,
            String title,
            Defect.Severity severity,
            Actor actor,
            Instant now) {
        if (order.state().isFinal()) {
            return Outcome.rejected(order.id() + " is " + order.state() + ", which is final: ask for a new change");
        }
        return FINDERS.includes(actor)
                ? Outcome.moved(Defect.found(id, order.id(), testCase, title, severity, actor, now))
                : Outcome.forbidden(
                        order.id() + ": a defect is found by " + FINDERS + "; " + actor.name() + " is none");
    }

    /** Opens a problem record, or says why not. One may come up long after its order ended. */
    public static Outcome<Problem> open(Problem problem, Actor actor) {
        return OPENERS.includes(actor)
                ? Outcome.moved(problem)
                : Outcome.forbidden(
                        problem.id() + ": a problem is opened by " + OPENERS + "; " + actor.name() + " is none");
    }
}
