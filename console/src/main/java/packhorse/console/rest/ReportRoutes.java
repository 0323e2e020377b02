package packhorse.console.rest;

import java.util.List;
import packhorse.console.change.Role;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.ReportOffice;
import packhorse.console.office.WrittenReport;

/** Reports that people write about an order. */
final class ReportRoutes {
    private ReportRoutes() {}

    /**
     * A report's text.
     *
     * @param body in Markdown
     */
    public record ReportText(WrittenReport.Form form, String body) {}

    static List<Route> of(ReportOffice office, OrderOffice orders) {
        return List.of(
                Route.get(
                                OrderRoutes.ONE + "/reports",
                                "listReports",
                                "Lists the reports that were written of an order.")
                        .with("order", OrderRoutes.ID)
                        .storedList(WrittenReport.class)
                        .does(call -> Answer.storedList(office.list(
                                orders.get(OrderRoutes.id(call)).value().id()))),
                Route.post(OrderRoutes.ONE + "/reports", "writeReport", "Writes a report; an earlier one stays, too.")
                        .with("order", OrderRoutes.ID)
                        .access(Access.to(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR))
                        .body(ReportText.class)
                        .stored(WrittenReport.class)
                        .does(call -> {
                            ReportText text = call.body(ReportText.class);
                            return Answer.of(office.write(call.who(), OrderRoutes.id(call), text.form(), text.body()));
                        }));
    }
}
