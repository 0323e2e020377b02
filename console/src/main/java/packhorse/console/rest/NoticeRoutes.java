package packhorse.console.rest;

import java.util.List;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.Role;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.office.NoticeOffice;

/** What people and other systems are told. */
final class NoticeRoutes {
    private static final String ONE = "/notices/{notice}";
    private static final String ID = "The notice's id, 32 hexadecimal digits.";

    private NoticeRoutes() {}

    static List<Route> of(NoticeOffice office) {
        return List.of(
                Route.get("/notices", "listNotices", "Lists what people and other systems are told, the oldest first.")
                        .asking("state", Parameter.Type.TEXT, "Only those in this state: WAITING, TOLD or DEAD.")
                        .asking("means", Parameter.Type.TEXT, "Only those that go this way, such as IN_PERSON.")
                        .page(NoticeLine.class)
                        .does(call -> {
                            int limit = call.limit();
                            List<OutboxBook.Delivery> lines = office.list(
                                    call.query("state", Names.of(OutboxBook.State.class)),
                                    call.query("means", Names.of(Means.class)),
                                    call.after(),
                                    limit + 1);
                            return Answer.page(
                                    lines.stream().map(NoticeLine::of).toList(), limit, NoticeLine::id);
                        }),
                Route.get(ONE, "readNotice", "Shows what somebody is told, and what became of it.")
                        .with("notice", ID)
                        .one(NoticeLine.class)
                        .does(call -> Answer.of(NoticeLine.of(office.get(call.path("notice"))))),
                Route.post(ONE + "/resend", "resendNotice", "Sends what was given up again, under its old id.")
                        .with("notice", ID)
                        .access(Access.to(Role.ADMINISTRATOR, Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR))
                        .one(NoticeLine.class)
                        .does(call -> Answer.of(NoticeLine.of(office.resend(call.who(), call.path("notice"))))),
                Route.post(ONE + "/told", "tickNotice", "Writes down that it was told in person.")
                        .with("notice", ID)
                        .access(Access.workers())
                        .one(NoticeLine.class)
                        .does(call -> Answer.of(NoticeLine.of(office.tick(call.who(), call.path("notice"))))));
    }
}
