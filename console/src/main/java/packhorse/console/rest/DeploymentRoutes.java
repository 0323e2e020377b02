package packhorse.console.rest;

import java.util.List;
import java.util.OptionalLong;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.change.Role;
import packhorse.console.ledger.Stored;
import packhorse.console.office.DeploymentOffice;
import packhorse.console.office.DeploymentProgress;
import packhorse.console.office.DeploymentView;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Hold;
import packhorse.console.wave.Readiness;

/** Deployments: an order's plan, carried out. */
final class DeploymentRoutes {
    static final String ONE = "/deployments/{order}/{deployment}";
    private static final String NUMBER = "The deployment's place in its order: D1, D2 and so on.";

    private static final Access OPERATORS = Access.to(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    private DeploymentRoutes() {}

    /**
     * Why something is held.
     *
     * @param why for all who see it
     */
    public record Holding(String why) {}

    /** Which hold is lifted, and why it may be. */
    public record Lifting(Hold.Kind kind, String remarks) {}

    /** An act on one deployment with something to say. */
    private interface Acting<B> {
        Stored<Deployment> on(Actor.Person who, DeploymentId id, OptionalLong seen, B body);
    }

    private interface Moving {
        Stored<Deployment> on(Actor.Person who, DeploymentId id, OptionalLong seen);
    }

    static List<Route> of(DeploymentOffice office, DeploymentView view) {
        return List.of(
                Route.get("/deployments", "listDeployments", "Lists deployments by order and number.")
                        .asking("state", Parameter.Type.TEXT, "Only those in this state.")
                        .asking("order", Parameter.Type.TEXT, "Only those of this order.")
                        .asking("filter", Parameter.Type.TEXT, Parameter.FILTER)
                        .storedPage(Deployment.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(
                                    view.list(
                                            call.query("state", Names.of(DeploymentState.class)),
                                            call.query("order", OrderId::new),
                                            call.narrowing(),
                                            call.after(),
                                            limit + 1),
                                    limit);
                        }),
                Route.post(OrderRoutes.ONE + "/deployments", "planDeployment", "Begins to carry an order's plan out.")
                        .with("order", OrderRoutes.ID)
                        .access(OPERATORS)
                        .created(Deployment.class, "/deployments")
                        .does(call -> Answer.of(office.plan(call.who(), OrderRoutes.id(call)))),
                Route.post(OrderRoutes.ONE + "/hold", "holdOrder", "Holds all of an order at once.")
                        .with("order", OrderRoutes.ID)
                        .access(Access.workers())
                        .body(Holding.class)
                        .storedList(Deployment.class)
                        .does(call -> Answer.storedList(office.hold(
                                call.who(),
                                OrderRoutes.id(call),
                                call.body(Holding.class).why()))),
                Route.get(ONE, "readDeployment", "Shows a deployment.")
                        .with("order", OrderRoutes.ID)
                        .with("deployment", NUMBER)
                        .stored(Deployment.class)
                        .does(call -> Answer.of(view.get(id(call)))),
                Route.get(ONE + "/readiness", "readReadiness", "Says what was found when readiness was looked at last.")
                        .with("order", OrderRoutes.ID)
                        .with("deployment", NUMBER)
                        .stored(Readiness.class)
                        .does(call -> Answer.of(view.readiness(id(call)))),
                Route.get(ONE + "/standing", "readStanding", "Says what stands against going on.")
                        .with("order", OrderRoutes.ID)
                        .with("deployment", NUMBER)
                        .one(Standing.class)
                        .does(call -> Answer.of(Standing.of(view.standing(id(call))))),
                Route.get(ONE + "/progress", "readProgress", "Says how far it is, counted now.")
                        .with("order", OrderRoutes.ID)
                        .with("deployment", NUMBER)
                        .one(DeploymentProgress.class)
                        .does(call -> Answer.of(view.progress(id(call)))),
                moving(
                        "/stage",
                        "stageDeployment",
                        "Begins to stage it; depots fetch with the first wave.",
                        office::stage),
                moving("/check", "checkDeployment", "Looks whether all is ready.", office::check),
                moving("/announce", "announceDeployment", "Tells the stakeholders what is coming.", office::announce),
                moving("/start", "startDeployment", "Starts the beta group, or the waves.", office::start),
                moving("/simulate", "simulateDeployment", "Goes back to its simulation.", office::simulate),
                moving("/close", "closeDeployment", "Closes it.", office::close),
                Route.post(ONE + "/hold", "holdDeployment", "Holds a deployment at once; no version is wanted.")
                        .with("order", OrderRoutes.ID)
                        .with("deployment", NUMBER)
                        .access(Access.workers())
                        .body(Holding.class)
                        .stored(Deployment.class)
                        .does(call -> Answer.of(office.hold(
                                call.who(), id(call), call.body(Holding.class).why()))),
                act(
                        "/lift",
                        "liftHold",
                        "Lifts a hold.",
                        Lifting.class,
                        (who, id, seen, said) -> office.lift(who, id, seen, said.kind(), said.remarks())),
                act(
                        "/decide",
                        "decideDeployment",
                        "Decides after the beta group: go, no-go or extend.",
                        DeploymentOffice.DecideForm.class,
                        office::decide),
                act(
                        "/abort",
                        "abortDeployment",
                        "Aborts it: nothing more begins, what has begun ends.",
                        Said.class,
                        (who, id, seen, said) -> office.abort(who, id, seen, said.text())),
                act(
                        "/backout",
                        "backOutDeployment",
                        "Takes back what has to be taken back.",
                        Said.class,
                        (who, id, seen, said) -> office.backOut(who, id, seen, said.text())),
                act(
                        "/evaluate",
                        "evaluateDeployment",
                        "Ends the analysis.",
                        Said.class,
                        (who, id, seen, said) -> office.evaluate(who, id, seen, said.text())));
    }

    private static Route.Draft draft(String act, String name, String summary) {
        return Route.post(ONE + act, name, summary)
                .with("order", OrderRoutes.ID)
                .with("deployment", NUMBER)
                .access(Access.workers())
                .versioned()
                .stored(Deployment.class);
    }

    private static Route moving(String path, String name, String summary, Moving moving) {
        return draft(path, name, summary)
                .access(OPERATORS)
                .does(call -> Answer.of(moving.on(call.who(), id(call), call.seen())));
    }

    private static <B> Route act(String path, String name, String summary, Class<B> body, Acting<B> act) {
        return draft(path, name, summary)
                .body(body)
                .does(call -> Answer.of(act.on(call.who(), id(call), call.seen(), call.body(body))));
    }

    static DeploymentId id(Call call) {
        return DeploymentId.parse(call.path("order") + "/" + call.path("deployment"));
    }
}
