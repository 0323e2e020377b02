package packhorse.console.ledger;

import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.ChangeTemplate;
import packhorse.console.change.Defect;
import packhorse.console.change.Problem;
import packhorse.console.change.TestPlan;
import packhorse.console.change.TestReport;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;

/** The kinds of records whose types are the domain's own; others are declared beside their types. */
public final class Kinds {
    public static final Kind<ChangeRequest> REQUEST = Kind.of("request", ChangeRequest.class)
            .byState(request -> request.state().name())
            .byParent(request -> request.order().map(Object::toString).orElse(""));

    public static final Kind<ChangeOrder> ORDER =
            Kind.of("order", ChangeOrder.class).byState(order -> order.state().name());

    /** By the order's id. */
    public static final Kind<Plan> PLAN = Kind.of("plan", Plan.class);

    public static final Kind<Deployment> DEPLOYMENT = Kind.of("deployment", Deployment.class)
            .byState(deployment -> deployment.state().name())
            .byParent(deployment -> deployment.id().order().toString());

    /** By the deployment's id. */
    public static final Kind<Readiness> READINESS = Kind.of("readiness", Readiness.class);

    public static final Kind<ChangeTemplate> TEMPLATE = Kind.of("template", ChangeTemplate.class);

    public static final Kind<Problem> PROBLEM = Kind.of("problem", Problem.class)
            .byState(problem -> problem.state().name())
            .byParent(problem -> problem.order().toString());

    public static final Kind<Defect> DEFECT = Kind.of("defect", Defect.class)
            .byState(defect -> defect.state().name())
            .byParent(defect -> defect.order().toString());

    /** By the order's id. */
    public static final Kind<TestPlan> TEST_PLAN = Kind.of("test_plan", TestPlan.class);

    /** By the order's id and a number. */
    public static final Kind<TestReport> TEST_REPORT = Kind.of("test_report", TestReport.class);

    private Kinds() {}
}
