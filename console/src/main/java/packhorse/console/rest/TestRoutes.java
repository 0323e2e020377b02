package packhorse.console.rest;

import java.util.List;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Defect;
import packhorse.console.change.DefectId;
import packhorse.console.change.OrderId;
import packhorse.console.change.Role;
import packhorse.console.change.TestReport;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.OrderScan;
import packhorse.console.office.TestOffice;
import packhorse.console.office.TestRecord;

/** The test of what an order carries: results, scans, defects. */
final class TestRoutes {
    private static final String DEFECT = "The defect's number, such as DF-2026-0001.";

    private TestRoutes() {}

    static List<Route> of(TestOffice office, OrderOffice orders) {
        return List.of(
                Route.get(OrderRoutes.ONE + "/test-report", "readTestReport", "Says how an order's test stands.")
                        .with("order", OrderRoutes.ID)
                        .one(TestReport.class)
                        .does(call -> Answer.of(office.report(OrderRoutes.id(call)))),
                Route.get(OrderRoutes.ONE + "/test-results", "listTestResults", "Lists an order's test results.")
                        .with("order", OrderRoutes.ID)
                        .storedList(TestRecord.class)
                        .does(call -> Answer.storedList(office.results(
                                orders.get(OrderRoutes.id(call)).value().id()))),
                Route.post(OrderRoutes.ONE + "/test-results", "reportTestResult", "Writes a test's result down.")
                        .with("order", OrderRoutes.ID)
                        .access(Access.workers())
                        .body(TestOffice.ResultForm.class)
                        .stored(TestRecord.class)
                        .does(call -> Answer.of(office.record(
                                call.who(), OrderRoutes.id(call), call.body(TestOffice.ResultForm.class)))),
                Route.post(OrderRoutes.ONE + "/scans", "reportScan", "Writes down what a scanner said of the releases.")
                        .with("order", OrderRoutes.ID)
                        .access(Access.to(Role.TEST_SPECIALIST))
                        .body(BuildReport.Scan.class)
                        .stored(OrderScan.class)
                        .does(call -> Answer.of(
                                office.scanned(call.who(), OrderRoutes.id(call), call.body(BuildReport.Scan.class)))),
                Route.get("/defects", "listDefects", "Lists defects by number.")
                        .asking("order", Parameter.Type.TEXT, "Only those of this order.")
                        .storedPage(Defect.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(
                                    office.defects(call.query("order", OrderId::new), call.after(), limit + 1), limit);
                        }),
                Route.post(OrderRoutes.ONE + "/defects", "reportDefect", "Writes down a defect that was found.")
                        .with("order", OrderRoutes.ID)
                        .access(Access.workers())
                        .body(TestOffice.DefectForm.class)
                        .created(Defect.class, "/defects")
                        .does(call -> Answer.of(office.found(
                                call.who(), OrderRoutes.id(call), call.body(TestOffice.DefectForm.class)))),
                Route.get("/defects/{defect}", "readDefect", "Shows a defect.")
                        .with("defect", DEFECT)
                        .stored(Defect.class)
                        .does(call -> Answer.of(office.defect(call.path("defect", DefectId::new)))),
                Route.post("/defects/{defect}/moves", "moveDefect", "Moves a defect along its road.")
                        .with("defect", DEFECT)
                        .access(Access.workers())
                        .versioned()
                        .body(TestOffice.DefectMove.class)
                        .stored(Defect.class)
                        .does(call -> Answer.of(office.move(
                                call.who(),
                                call.path("defect", DefectId::new),
                                call.seen(),
                                call.body(TestOffice.DefectMove.class)))));
    }
}
