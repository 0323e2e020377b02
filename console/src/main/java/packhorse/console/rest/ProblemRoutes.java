package packhorse.console.rest;

import java.util.List;
import packhorse.console.change.OrderId;
import packhorse.console.change.Problem;
import packhorse.console.change.ProblemId;
import packhorse.console.change.ProblemState;
import packhorse.console.office.ProblemOffice;

/** Problems that came up while an order was carried out. */
final class ProblemRoutes {
    private static final String ONE = "/problems/{problem}";
    private static final String ID = "The problem's number, such as PR-2026-0001.";

    private ProblemRoutes() {}

    static List<Route> of(ProblemOffice office) {
        return List.of(
                Route.get("/problems", "listProblems", "Lists problems by number.")
                        .asking("state", Parameter.Type.TEXT, "Only those in this state.")
                        .asking("order", Parameter.Type.TEXT, "Only those of this order.")
                        .asking("filter", Parameter.Type.TEXT, Parameter.FILTER)
                        .storedPage(Problem.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(
                                    office.list(
                                            call.query("state", Names.of(ProblemState.class)),
                                            call.query("order", OrderId::new),
                                            call.narrowing(),
                                            call.after(),
                                            limit + 1),
                                    limit);
                        }),
                Route.post(OrderRoutes.ONE + "/problems", "openProblem", "Opens a problem of an order.")
                        .with("order", OrderRoutes.ID)
                        .access(Access.workers())
                        .body(ProblemOffice.ProblemForm.class)
                        .created(Problem.class, "/problems")
                        .does(call -> Answer.of(office.open(
                                call.who(), OrderRoutes.id(call), call.body(ProblemOffice.ProblemForm.class)))),
                Route.get(ONE, "readProblem", "Shows a problem.")
                        .with("problem", ID)
                        .stored(Problem.class)
                        .does(call -> Answer.of(office.get(id(call)))),
                Route.post(ONE + "/moves", "moveProblem", "Assigns, transfers, resolves, reopens or closes a problem.")
                        .with("problem", ID)
                        .access(Access.workers())
                        .versioned()
                        .body(ProblemOffice.ProblemMove.class)
                        .stored(Problem.class)
                        .does(call -> Answer.of(office.move(
                                call.who(), id(call), call.seen(), call.body(ProblemOffice.ProblemMove.class)))));
    }

    private static ProblemId id(Call call) {
        return call.path("problem", ProblemId::new);
    }
}
