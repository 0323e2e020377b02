package packhorse.console.rest;

import java.util.List;
import java.util.OptionalLong;
import packhorse.console.change.Actor;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Handover;
import packhorse.console.change.OrderHead;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderState;
import packhorse.console.change.Role;
import packhorse.console.change.StageGateMachine;
import packhorse.console.ledger.Stored;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.OrderPlanForm;
import packhorse.console.office.PlanOffice;
import packhorse.console.office.PlanPreview;
import packhorse.console.wave.Plan;

/** Change orders, from opening one to closing it. */
final class OrderRoutes {
    static final String ONE = "/orders/{order}";
    static final String ID = "The order's number, such as CO-2026-0001.";

    private static final Access PLANNERS =
            Access.to(Role.SOLUTION_ARCHITECT, Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);
    private static final Access COORDINATORS = Access.to(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);
    private static final Access TESTERS = Access.to(Role.TEST_SPECIALIST, Role.INSTALLATION_COORDINATOR);

    private OrderRoutes() {}

    /** Which releases an order carries that are not built for it. */
    public record Carried(List<OrderOffice.CarryForm> releases) {
        public Carried {
            releases = List.copyOf(releases);
        }
    }

    /** What is said at the gate of the stage at work. */
    public record AtGate(StageGateMachine.Move move, String remarks) {}

    /** Something to be read by all who follow the order. */
    public record Comment(String text) {}

    /** An act on one order with something to say. */
    private interface Acting<B> {
        Stored<ChangeOrder> on(Actor.Person who, OrderId id, OptionalLong seen, B body);
    }

    static List<Route> of(OrderOffice office, PlanOffice plans) {
        return List.of(
                Route.get("/orders", "listOrders", "Lists change orders by number.")
                        .asking("state", Parameter.Type.TEXT, "Only those in this state.")
                        .asking("filter", Parameter.Type.TEXT, Parameter.FILTER)
                        .storedPage(ChangeOrder.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(
                                    office.list(
                                            call.query("state", Names.of(OrderState.class)),
                                            call.narrowing(),
                                            call.after(),
                                            limit + 1),
                                    limit);
                        }),
                Route.post("/orders", "openOrder", "Opens an order for approved requests.")
                        .access(Access.to(Role.CHANGE_COORDINATOR))
                        .body(OrderOffice.OpenForm.class)
                        .created(ChangeOrder.class, "/orders")
                        .does(call -> Answer.of(office.open(call.who(), call.body(OrderOffice.OpenForm.class)))),
                Route.get(ONE, "readOrder", "Shows a change order, with what the product finds now.")
                        .with("order", ID)
                        .stored(ChangeOrder.class)
                        .does(call -> Answer.of(office.get(id(call)))),
                act(
                        Route.put(ONE + "/head", "fileOrder", "Files an order under something else."),
                        Access.to(Role.CHANGE_COORDINATOR),
                        OrderHead.class,
                        office::file),
                act(
                        Route.put(ONE + "/plans", "planOrder", "Plans what is planned besides the waves."),
                        PLANNERS,
                        OrderOffice.PlansForm.class,
                        office::plans),
                act(
                        Route.put(
                                ONE + "/releases",
                                "carryReleases",
                                "Says which releases an order carries, where they" + " are not built for it."),
                        PLANNERS,
                        Carried.class,
                        (who, id, seen, carried) -> office.carry(who, id, seen, carried.releases())),
                act(
                        Route.post(ONE + "/estimate", "estimateOrder", "Estimates what an order takes."),
                        PLANNERS,
                        PlanOffice.EstimateForm.class,
                        plans::estimate),
                Route.get(ONE + "/plan", "readPlan", "Shows an order's plan of waves.")
                        .with("order", ID)
                        .stored(Plan.class)
                        .does(call -> Answer.of(plans.plan(id(call)))),
                act(
                        Route.put(ONE + "/plan", "planWaves", "Plans the waves; the version is the order's."),
                        PLANNERS,
                        OrderPlanForm.class,
                        plans::planWaves),
                Route.get(ONE + "/preview", "previewPlan", "Shows what an order's plan would do as the fleet is now.")
                        .with("order", ID)
                        .one(PlanPreview.class)
                        .does(call -> Answer.of(plans.preview(id(call)))),
                Route.post(ONE + "/preview", "previewOther", "Shows what another plan would do; nothing is kept.")
                        .with("order", ID)
                        .body(OrderPlanForm.class)
                        .one(PlanPreview.class)
                        .does(call -> Answer.of(plans.preview(id(call), call.body(OrderPlanForm.class)))),
                act(
                        Route.post(ONE + "/gate", "speakAtGate", "Says something at the gate of the stage at work."),
                        Access.workers(),
                        AtGate.class,
                        (who, id, seen, said) -> office.speak(who, id, seen, said.move(), said.remarks())),
                act(
                        Route.post(ONE + "/ticks", "tickItem", "Ticks an item of the checklist at work."),
                        Access.workers(),
                        OrderOffice.TickForm.class,
                        office::tick),
                act(
                        Route.post(ONE + "/builds", "reportBuild", "Writes down what was built for an order."),
                        Access.to(Role.PACKAGE_BUILDER),
                        OrderOffice.BuildForm.class,
                        office::built),
                act(
                        Route.post(ONE + "/rehearsals", "reportRehearsal", "Writes down a rehearsal of the way back."),
                        TESTERS,
                        OrderOffice.RehearsalForm.class,
                        office::rehearsed),
                act(
                        Route.post(ONE + "/shipments", "reportShipment", "Writes down that something was sent."),
                        COORDINATORS,
                        OrderOffice.ShipForm.class,
                        office::ship),
                act(
                        Route.post(
                                ONE + "/receipts",
                                "receiveShipment",
                                "Writes down that what was sent is in hand at its site."),
                        COORDINATORS,
                        OrderOffice.ReceiptForm.class,
                        office::received),
                act(
                        Route.post(ONE + "/signatures", "signPlan", "Signs the plan that was seen."),
                        Access.to(Role.APPROVER),
                        OrderOffice.SignForm.class,
                        office::sign),
                act(
                        Route.post(ONE + "/moves", "moveOrder", "Moves an order along its road."),
                        Access.workers(),
                        OrderOffice.MoveForm.class,
                        office::move),
                act(
                        Route.put(ONE + "/handover", "writeHandover", "Writes the handover."),
                        COORDINATORS,
                        Handover.class,
                        office::handOver),
                Route.post(ONE + "/takeover", "takeOver", "Takes what was done over for operations.")
                        .with("order", ID)
                        .access(Access.workers())
                        .versioned()
                        .stored(ChangeOrder.class)
                        .does(call -> Answer.of(office.takeOver(call.who(), id(call), call.seen()))),
                Route.post(ONE + "/comments", "commentOrder", "Says something about an order.")
                        .with("order", ID)
                        .access(Access.workers())
                        .body(Comment.class)
                        .stored(ChangeOrder.class)
                        .does(call -> Answer.of(office.comment(
                                call.who(), id(call), call.body(Comment.class).text()))));
    }

    private static <B> Route act(Route.Draft draft, Access access, Class<B> body, Acting<B> act) {
        return draft.with("order", ID)
                .access(access)
                .versioned()
                .body(body)
                .stored(ChangeOrder.class)
                .does(call -> Answer.of(act.on(call.who(), id(call), call.seen(), call.body(body))));
    }

    static OrderId id(Call call) {
        return call.path("order", OrderId::new);
    }
}
