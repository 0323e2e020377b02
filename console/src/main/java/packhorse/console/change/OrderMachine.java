package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import packhorse.console.change.ChangeOrder.Ending;
import packhorse.core.content.Sha256;

/**
 * Moves a change order along its road; {@link OrderDesk} does what is done on the way.
 *
 * <pre>
 * from           move                 to             who
 * PLANNING       ENTER_BUILDING       BUILDING       CHANGE_COORDINATOR
 * PLANNING       ENTER_TEST           TEST           CHANGE_COORDINATOR
 * PLANNING       ENTER_PLAN_APPROVAL  PLAN_APPROVAL  CHANGE_COORDINATOR
 * PLANNING       CANCEL               CANCELLED      CHANGE_COORDINATOR
 * BUILDING       ENTER_TEST           TEST           PACKAGE_BUILDER, CHANGE_COORDINATOR
 * BUILDING       ENTER_CLOSING        CLOSING        CHANGE_COORDINATOR
 * BUILDING       CANCEL               CANCELLED      CHANGE_COORDINATOR
 * TEST           REWORK               BUILDING       TEST_SPECIALIST, CHANGE_COORDINATOR
 * TEST           ENTER_PLAN_APPROVAL  PLAN_APPROVAL  TEST_SPECIALIST, CHANGE_COORDINATOR
 * TEST           ENTER_CLOSING        CLOSING        CHANGE_COORDINATOR
 * TEST           CANCEL               CANCELLED      CHANGE_COORDINATOR
 * PLAN_APPROVAL  REWORK               BUILDING       CHANGE_COORDINATOR
 * PLAN_APPROVAL  ENTER_PRODUCTION     PRODUCTION     INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * PLAN_APPROVAL  CANCEL               CANCELLED      CHANGE_COORDINATOR
 * PRODUCTION     REPLAN               PLAN_APPROVAL  INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * PRODUCTION     REWORK               BUILDING       CHANGE_COORDINATOR
 * PRODUCTION     ENTER_CLOSING        CLOSING        INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * CLOSING        CLOSE                CLOSED         CHANGE_COORDINATOR
 * </pre>
 *
 * <p>Guards, besides: the next stage is the next one that the category has; what goes forward leaves nothing required open, behind a gate
 * that was opened; production begins with a plan whose signatures hold for its digest of now, and where the category has a test with
 * exactly the releases that passed it; rework needs a building stage in the category and, as REPLAN and closing do, nothing under way on
 * endpoints; what goes back says why. What is under way in production is not
 * cancelled: it is aborted, sorted and closed.
 */
public final class OrderMachine {
    /** What can be done with an order. */
    public enum Move {
        ENTER_BUILDING,
        ENTER_TEST,
        ENTER_PLAN_APPROVAL,
        ENTER_PRODUCTION,
        ENTER_CLOSING,
        REWORK,
        REPLAN,
        CANCEL,
        CLOSE
    }

    /**
     * What a move depends on and the order does not hold.
     *
     * @param planDigest over releases, targets, waves, windows and thresholds, as they are now; where no endpoint is touched over what is asked
     *     for and the releases; empty where there is nothing to sign
     * @param underWay how many endpoints have an action that has begun and not ended
     * @param untested why what it carries now does not count as tested; empty where it passed, or where its category has no test
     */
    public record Facts(Optional<Sha256> planDigest, long underWay, Optional<String> untested) {}

    private static final Who COORDINATOR = Who.of(Role.CHANGE_COORDINATOR);
    private static final Who COORDINATORS = Who.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);
    private static final Who TESTERS = Who.of(Role.TEST_SPECIALIST, Role.CHANGE_COORDINATOR);

    /** The table, as above. */
    public static final Transitions<OrderState, Move> TABLE = new Transitions<OrderState, Move>()
            .row(OrderState.PLANNING, Move.ENTER_BUILDING, OrderState.BUILDING, COORDINATOR)
            .row(OrderState.PLANNING, Move.ENTER_TEST, OrderState.TEST, COORDINATOR)
            .row(OrderState.PLANNING, Move.ENTER_PLAN_APPROVAL, OrderState.PLAN_APPROVAL, COORDINATOR)
            .row(OrderState.PLANNING, Move.CANCEL, OrderState.CANCELLED, COORDINATOR)
            .row(
                    OrderState.BUILDING,
                    Move.ENTER_TEST,
                    OrderState.TEST,
                    Who.of(Role.PACKAGE_BUILDER, Role.CHANGE_COORDINATOR))
            .row(OrderState.BUILDING, Move.ENTER_CLOSING, OrderState.CLOSING, COORDINATOR)
            .row(OrderState.BUILDING, Move.CANCEL, OrderState.CANCELLED, COORDINATOR)
            .row(OrderState.TEST, Move.REWORK, OrderState.BUILDING, TESTERS)
            .row(OrderState.TEST, Move.ENTER_PLAN_APPROVAL, OrderState.PLAN_APPROVAL, TESTERS)
            .row(OrderState.TEST, Move.ENTER_CLOSING, OrderState.CLOSING, COORDINATOR)
            .row(OrderState.TEST, Move.CANCEL, OrderState.CANCELLED, COORDINATOR)
            .row(OrderState.PLAN_APPROVAL, Move.REWORK, OrderState.BUILDING, COORDINATOR)
            .row(OrderState.PLAN_APPROVAL, Move.ENTER_PRODUCTION, OrderState.PRODUCTION, COORDINATORS)
            .row(OrderState.PLAN_APPROVAL, Move.CANCEL, OrderState.CANCELLED, COORDINATOR)
            .row(OrderState.PRODUCTION, Move.REPLAN, OrderState.PLAN_APPROVAL, COORDINATORS)
            .row(OrderState.PRODUCTION, Move.REWORK, OrderState.BUILDING, COORDINATOR)
            .row(OrderState.PRODUCTION, Move.ENTER_CLOSING, OrderState.CLOSING, COORDINATORS)
            .row(OrderState.CLOSING, Move.CLOSE, OrderState.CLOSED, COORDINATOR);

    private OrderMachine() {}

    /**
     * Moves it, or says why not.
     *
     * @param remarks why; needed for REWORK, REPLAN and CANCEL
     * @param ending how it ended, for CLOSE
     */
    public static Outcome<ChangeOrder> move(
            ChangeOrder order,
            Move move,
            Facts facts,
            String remarks,
            Optional<Ending> ending,
            Actor actor,
            Instant now) {
        return switch (TABLE.step(order.id().text(), order.state(), move, actor)) {
            case Outcome.Rejected<OrderState> no -> no.as();
            case Outcome.Moved<OrderState>(OrderState to) -> {
                Optional<String> guarded = guard(order, move, to, facts, remarks, ending);
                if (guarded.isPresent()) {
                    yield Outcome.rejected(order.id() + ": " + guarded.get());
                }
                ChangeOrder.Edit edit = order.edit().state(to, now);
                switch (move) {
                    case REWORK -> edit.reworked();
                    case CANCEL -> edit.ending(Ending.CANCELLED);
                    case CLOSE -> edit.ending(ending.orElseThrow());
                    case ENTER_BUILDING, ENTER_TEST, ENTER_PLAN_APPROVAL, ENTER_PRODUCTION, ENTER_CLOSING, REPLAN -> {}
                }
                yield Outcome.moved(edit.said(actor, now, order.state() + " to " + to, remarks));
            }
        };
    }

    private static Optional<String> guard(
            ChangeOrder order, Move move, OrderState to, Facts facts, String remarks, Optional<Ending> ending) {
        return switch (move) {
            case ENTER_BUILDING, ENTER_TEST, ENTER_PLAN_APPROVAL, ENTER_CLOSING ->
                to != next(order)
                        ? Optional.of("by its category " + next(order) + " comes next, not " + to)
                        : open(order).or(() -> under(facts));
            case ENTER_PRODUCTION -> unsigned(order, facts).or(facts::untested);
            case REWORK ->
                !order.category().has(Stage.BUILDING)
                        ? Optional.of(
                                "it has no building stage to go back to: cancel it and ask for what is to be built")
                        : reason(remarks).or(() -> under(facts));
            case REPLAN -> reason(remarks).or(() -> under(facts));
            case CANCEL -> reason(remarks);
            case CLOSE ->
                open(order)
                        .or(() -> ending.filter(end -> end != Ending.CANCELLED).isPresent()
                                ? Optional.empty()
                                : Optional.of("say how it ended: DONE, PARTLY or BACKED_OUT"));
        };
    }

    /** Where an order goes when all is well. */
    static OrderState next(ChangeOrder order) {
        Category category = order.category();
        boolean production = category.has(Stage.PRODUCTION);
        return switch (order.state()) {
            case PLANNING ->
                category.has(Stage.BUILDING)
                        ? OrderState.BUILDING
                        : category.has(Stage.TEST) ? OrderState.TEST : OrderState.PLAN_APPROVAL;
            case BUILDING ->
                category.has(Stage.TEST) ? OrderState.TEST : production ? OrderState.PLAN_APPROVAL : OrderState.CLOSING;
            case TEST -> production ? OrderState.PLAN_APPROVAL : OrderState.CLOSING;
            case PLAN_APPROVAL -> OrderState.PRODUCTION;
            case PRODUCTION -> OrderState.CLOSING;
            case CLOSING -> OrderState.CLOSED;
            case CLOSED, CANCELLED -> order.state();
        };
    }

    private static Optional<String> open(ChangeOrder order) {
        List<String> open = new ArrayList<>();
        order.stage()
                .filter(entry -> !entry.gate().isOpen())
                .ifPresent(entry -> open.add("the gate of " + entry.stage() + " was never opened"));
        order.checklist().stream()
                .flatMap(list -> list.open().stream())
                .forEach(item -> open.add("open in " + item.step().title() + ": " + item.activity()
                        + item.finding().map(found -> " (" + found.text() + ")").orElse("")));
        return open.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", open));
    }

    private static Optional<String> unsigned(ChangeOrder order, Facts facts) {
        if (facts.planDigest().isEmpty()) {
            return Optional.of(nothingToSign(order));
        }
        Map<PlanApproval.Capacity, Integer> missing =
                order.approvals().missing(facts.planDigest().get(), order.risk(), order.duties());
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        int voided = order.approvals().voided(facts.planDigest().get()).size();
        return Optional.of("signatures are missing under this plan: "
                + missing.entrySet().stream()
                        .map(one -> one.getValue() + " for the " + one.getKey())
                        .collect(Collectors.joining(", "))
                + (voided == 0 ? "" : "; " + voided + " of another plan are void"));
    }

    /** Why nobody can sign yet, and what is to be done. */
    public static String nothingToSign(ChangeOrder order) {
        return order.category().touchesEndpoints()
                ? "there is no plan to sign: plan its waves first"
                : "there is nothing to sign: carry the releases that it is about first";
    }

    private static Optional<String> under(Facts facts) {
        return facts.underWay() == 0
                ? Optional.empty()
                : Optional.of(facts.underWay() + " endpoints are under way: hold it and let them end, or abort it");
    }

    private static Optional<String> reason(String remarks) {
        return remarks.isBlank() ? Optional.of("say why") : Optional.empty();
    }
}
