package packhorse.console.rest;

import java.time.InstantSource;
import java.util.List;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Medium;
import packhorse.console.change.Role;
import packhorse.console.intake.BuildReports;
import packhorse.console.intake.JUnitReport;
import packhorse.console.office.ImportedResults;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.OrderScan;
import packhorse.console.office.TestOffice;
import packhorse.core.content.Kind;
import packhorse.core.topology.EndpointId;

/** Files of other programs: what a build says of itself, test results, and content that a scanner looks at. */
final class IntakeRoutes {
    private IntakeRoutes() {}

    static List<Route> of(TestOffice tests, OrderOffice orders, InstantSource clock) {
        return List.of(
                Route.post(
                                OrderRoutes.ONE + "/build-reports",
                                "importBuildReport",
                                "Takes a build's own report, packhorse-build-report, of a release that an order"
                                        + " carries.")
                        .with("order", OrderRoutes.ID)
                        .asking("kind", Parameter.Type.TEXT, "PACKAGE, as without it, or IMAGE.")
                        .asking("medium", Parameter.Type.TEXT, "Where it goes: ELECTRONIC, as without it, or OFFLINE.")
                        .access(Access.to(Role.PACKAGE_BUILDER))
                        .versioned()
                        .file("application/json", BuildReports.BYTES_MAX)
                        .stored(ChangeOrder.class)
                        .does(call -> Answer.of(orders.built(
                                call.who(),
                                orders.get(OrderRoutes.id(call)).value().id(),
                                call.seen(),
                                new OrderOffice.BuildForm(
                                        BuildReports.read(
                                                call.bytes(),
                                                "the body",
                                                call.who().id(),
                                                clock.instant()),
                                        call.query("kind", Names.of(Kind.class)).orElse(Kind.PACKAGE),
                                        call.query("medium", Names.of(Medium.class))
                                                .orElse(Medium.ELECTRONIC))))),
                Route.post(
                                OrderRoutes.ONE + "/scans/content",
                                "scanContent",
                                "Has a file looked at by the console's virus scanner; nothing of the file is kept.")
                        .with("order", OrderRoutes.ID)
                        .asking("name", Parameter.Type.TEXT, "The file's name, as findings call it.")
                        .asking("add", Parameter.Type.FLAG, "Beside what was said of other files before.")
                        .access(Access.to(Role.TEST_SPECIALIST, Role.PACKAGE_BUILDER))
                        .file("application/octet-stream")
                        .stored(OrderScan.class)
                        .does(call -> Answer.of(tests.scan(
                                call.who(),
                                OrderRoutes.id(call),
                                call.query("name").orElse("content"),
                                call.flag("add"),
                                call.bytes()))),
                Route.post(
                                OrderRoutes.ONE + "/test-results/junit",
                                "importTestResults",
                                "Takes test results out of a file of JUnit's XML.")
                        .with("order", OrderRoutes.ID)
                        .asking(
                                "endpoint",
                                Parameter.Type.TEXT,
                                "On which endpoint it ran, where the file does not say.")
                        .asking("kind", Parameter.Type.TEXT, "On which kind of machine, where the file does not say.")
                        .access(Access.to(Role.TEST_SPECIALIST))
                        .file("application/xml", JUnitReport.BYTES_MAX)
                        .one(ImportedResults.class)
                        .does(call -> Answer.of(tests.importResults(
                                call.who(),
                                OrderRoutes.id(call),
                                call.query("endpoint", EndpointId::parse),
                                call.query("kind").orElse(""),
                                call.bytes()))));
    }
}
