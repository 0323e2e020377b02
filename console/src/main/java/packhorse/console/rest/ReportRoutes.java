package packhorse.console.rest;

import java.util.List;
import java.util.Optional;
import packhorse.console.change.OrderId;
import packhorse.console.change.Role;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.ReportOffice;
import packhorse.console.office.WrittenReport;
import packhorse.console.report.Format;
import packhorse.console.report.Report;
import packhorse.console.retrospect.Retrospect;
import packhorse.console.retrospect.Retrospect.Telling;
import packhorse.core.UsageException;

/** Reports that people write about an order. */
final class ReportRoutes {
    /** How wide the lines of a signed report are. */
    private static final int COLUMNS = 100;

    private ReportRoutes() {}

    /**
     * A report's text.
     *
     * @param body in Markdown
     */
    public record ReportText(WrittenReport.Form form, String body) {}

    /**
     * Which report of the product a person takes for theirs.
     *
     * @param form STATUS or EVALUATION
     * @param remarks what they add; may be empty
     */
    public record ReportSignature(WrittenReport.Form form, String remarks) {}

    static List<Route> of(ReportOffice office, OrderOffice orders, Retrospect retrospect) {
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
                        }),
                Route.post(
                                OrderRoutes.ONE + "/reports/signature",
                                "signReport",
                                "Keeps what the product reports now as the report of whoever signs it.")
                        .with("order", OrderRoutes.ID)
                        .access(Access.to(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR))
                        .body(ReportSignature.class)
                        .stored(WrittenReport.class)
                        .does(call -> {
                            ReportSignature signature = call.body(ReportSignature.class);
                            OrderId order = OrderRoutes.id(call);
                            Report drawn = retrospect.report(telling(signature.form()), order);
                            return Answer.of(office.sign(
                                    call.who(),
                                    order,
                                    signature.form(),
                                    Format.TEXT.of(drawn, Optional.empty(), COLUMNS),
                                    signature.remarks()));
                        }));
    }

    private static Telling telling(WrittenReport.Form form) {
        return switch (form) {
            case STATUS -> Telling.STATUS;
            case EVALUATION -> Telling.EVALUATION;
            case ANALYSIS ->
                throw new UsageException(
                        "form=ANALYSIS: the product draws no analysis of its own; its counts stand in the"
                                + " EVALUATION, and a person writes what they mean");
        };
    }
}
