package packhorse.console.rest;

import java.util.List;
import packhorse.console.change.Assessment;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestState;
import packhorse.console.change.Role;
import packhorse.console.office.RequestOffice;

/** Change requests. */
final class RequestRoutes {
    private static final String ONE = "/requests/{request}";
    private static final String ID = "The request's number, such as CR-2026-0001.";

    private RequestRoutes() {}

    /** What somebody finds who looks at an emergency afterwards. */
    public record LaterLook(boolean justified, String remarks) {}

    static List<Route> of(RequestOffice office) {
        return List.of(
                Route.get("/requests", "listRequests", "Lists change requests by number.")
                        .asking("state", Parameter.Type.TEXT, "Only those in this state.")
                        .asking("filter", Parameter.Type.TEXT, Parameter.FILTER)
                        .storedPage(ChangeRequest.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(
                                    office.list(
                                            call.query("state", Names.of(RequestState.class)),
                                            call.narrowing(),
                                            call.after(),
                                            limit + 1),
                                    limit);
                        }),
                Route.post("/requests", "draftRequest", "Begins a change request.")
                        .access(Access.to(Role.REQUESTER))
                        .body(RequestForm.class)
                        .created(ChangeRequest.class, "/requests")
                        .does(call -> Answer.of(office.draft(call.who(), call.body(RequestForm.class)))),
                Route.get(ONE, "readRequest", "Shows a change request.")
                        .with("request", ID)
                        .stored(ChangeRequest.class)
                        .does(call -> Answer.of(office.get(id(call)))),
                Route.put(ONE + "/form", "editRequest", "Changes the form of a request that is with its requester.")
                        .with("request", ID)
                        .access(Access.to(Role.REQUESTER))
                        .versioned()
                        .body(RequestForm.class)
                        .stored(ChangeRequest.class)
                        .does(call -> Answer.of(
                                office.edit(call.who(), id(call), call.seen(), call.body(RequestForm.class)))),
                Route.post(ONE + "/submit", "submitRequest", "Hands a request in.")
                        .with("request", ID)
                        .access(Access.to(Role.REQUESTER))
                        .versioned()
                        .stored(ChangeRequest.class)
                        .does(call -> Answer.of(office.submit(call.who(), id(call), call.seen()))),
                Route.post(ONE + "/assess", "assessRequest", "Writes down what is known of it, for the board.")
                        .with("request", ID)
                        .access(Access.to(Role.SOLUTION_ARCHITECT, Role.CHANGE_COORDINATOR))
                        .versioned()
                        .body(Assessment.class)
                        .stored(ChangeRequest.class)
                        .does(call -> Answer.of(
                                office.assess(call.who(), id(call), call.seen(), call.body(Assessment.class)))),
                said(ONE + "/approve", "approveRequest", "Says yes; with the last one needed it is approved.")
                        .access(Access.to(Role.APPROVER))
                        .does(call -> Answer.of(office.approve(call.who(), id(call), call.seen(), call.said()))),
                said(ONE + "/reject", "rejectRequest", "Says no, for good.")
                        .access(Access.to(Role.APPROVER))
                        .does(call -> Answer.of(office.reject(call.who(), id(call), call.seen(), call.said()))),
                said(ONE + "/return", "returnRequest", "Gives it back for what is missing; its clock stops.")
                        .access(Access.to(Role.SOLUTION_ARCHITECT, Role.CHANGE_COORDINATOR, Role.APPROVER))
                        .does(call -> Answer.of(office.giveBack(call.who(), id(call), call.seen(), call.said()))),
                said(ONE + "/withdraw", "withdrawRequest", "Takes the wish back.")
                        .access(Access.to(Role.REQUESTER))
                        .does(call -> Answer.of(office.withdraw(call.who(), id(call), call.seen(), call.said()))),
                Route.post(ONE + "/accept", "acceptRequest", "Says whether what was done is what was asked for.")
                        .with("request", ID)
                        .access(Access.to(Role.REQUESTER))
                        .versioned()
                        .body(RequestOffice.AcceptanceForm.class)
                        .stored(ChangeRequest.class)
                        .does(call -> Answer.of(office.accept(
                                call.who(), id(call), call.seen(), call.body(RequestOffice.AcceptanceForm.class)))),
                Route.post(ONE + "/review", "reviewRequest", "Looks at an emergency again, afterwards.")
                        .with("request", ID)
                        .access(Access.to(Role.APPROVER))
                        .versioned()
                        .body(LaterLook.class)
                        .stored(ChangeRequest.class)
                        .does(call -> {
                            LaterLook look = call.body(LaterLook.class);
                            return Answer.of(
                                    office.review(call.who(), id(call), call.seen(), look.justified(), look.remarks()));
                        }),
                Route.post(ONE + "/close", "closeRequest", "Ends a request whose order has ended.")
                        .with("request", ID)
                        .access(Access.to(Role.CHANGE_COORDINATOR))
                        .versioned()
                        .stored(ChangeRequest.class)
                        .does(call -> Answer.of(office.close(call.who(), id(call), call.seen()))));
    }

    private static Route.Draft said(String path, String name, String summary) {
        return Route.post(path, name, summary)
                .with("request", ID)
                .versioned()
                .body(Said.class)
                .stored(ChangeRequest.class);
    }

    private static RequestId id(Call call) {
        return call.path("request", RequestId::new);
    }
}
