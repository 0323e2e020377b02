package packhorse.dist.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.calendar.Window;
import packhorse.console.change.Actor;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.Checklist;
import packhorse.console.change.Consignment;
import packhorse.console.change.DistributionPlan;
import packhorse.console.change.Duties;
import packhorse.console.change.Handover;
import packhorse.console.change.Medium;
import packhorse.console.change.OrderHead;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderPlans;
import packhorse.console.change.OrderState;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.change.Stage;
import packhorse.console.change.StageEntry;
import packhorse.console.change.StageGate;
import packhorse.console.gate.Thresholds;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentMachine;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Judging;
import packhorse.console.wave.Plan;
import packhorse.console.wave.PlanDigest;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Targets;
import packhorse.console.wave.Timeouts;
import packhorse.console.wave.Transfer;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WavePlan;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

/** An order in production whose one wave is for everybody, written into a ledger as its road of approvals would have left it. */
record LargeOrder(OrderId id) {
    /** What it installs. */
    static final Subject SUBJECT = new Subject(
            new ReleaseId(new ReleaseName("bench", "content"), Version.parse("1.0"), Platform.ANY),
            false,
            Optional.of(Sha256.of("bench".getBytes(StandardCharsets.UTF_8))));

    private static final RequestId REQUEST = RequestId.of(2026, 1);
    private static final PersonId REQUESTER = new PersonId("bench-requester");
    private static final Actor.Person COORDINATOR =
            new Actor.Person(new PersonId("bench-coordinator"), Set.of(Role.INSTALLATION_COORDINATOR));
    private static final Actor.Person APPROVER =
            new Actor.Person(new PersonId("bench-approver"), Set.of(Role.APPROVER));

    DeploymentId deployment() {
        return new DeploymentId(id, 1);
    }

    WaveId wave() {
        return new WaveId(deployment(), 1);
    }

    /** One wave of all, nothing waited for before it begins. */
    static Plan plan() {
        return new Plan(
                List.of(SUBJECT),
                Operation.INSTALL,
                Targets.query("site==*"),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                List.of(new Window.Always()),
                List.of(),
                Thresholds.of(0.01, 0.05, 0.05, 0.95),
                BlastRadius.ONE_OF_A_PAIR,
                RetryPolicy.of(Map.of(), 1, Duration.ZERO, 0),
                Timeouts.DEFAULT,
                new Transfer(0, Duration.ZERO, OptionalLong.empty()),
                new Judging(Judging.By.GATE, 0, false),
                InstallPolicy.DEFAULT,
                1);
    }

    /** Writes it, in production, and its deployment, whose wave is to be frozen next. */
    void write(Books books, Instant now) {
        write(books, now, true);
    }

    /** Writes it without a deployment. */
    void propose(Books books, Instant now) {
        write(books, now, false);
    }

    private void write(Books books, Instant now, boolean deploy) {
        Plan plan = plan();
        Sha256 digest = PlanDigest.of(plan, List.of(SUBJECT.digest().orElseThrow()));
        Duties duties = new Duties(Set.of(REQUESTER), Set.of(), Set.of(COORDINATOR.id()), Set.of());
        PlanApprovals approvals = PlanApprovals.none()
                .sign(PlanApproval.Capacity.BOARD, digest, digest, "", duties, APPROVER, now)
                .result()
                .orElseThrow();
        ChangeOrder order = new ChangeOrder(
                id,
                new OrderHead(
                        "",
                        "",
                        new PersonId("bench-owner"),
                        "",
                        "",
                        Optional.empty(),
                        "a newer content",
                        Set.of(),
                        "",
                        Optional.empty(),
                        Set.of()),
                Set.of(REQUEST),
                Category.of(RequestType.INSTALL),
                RiskClass.STANDARD,
                OrderState.PRODUCTION,
                duties,
                plans(),
                new Checklist(List.of()),
                List.of(new StageEntry(
                        Stage.PRODUCTION,
                        StageGate.closed(Stage.PRODUCTION, now),
                        new Checklist(List.of()),
                        now,
                        Optional.empty())),
                new Checklist(List.of()),
                approvals,
                List.of(),
                List.of(),
                List.of(),
                Handover.empty(),
                0,
                Optional.empty(),
                List.of(),
                List.of());
        books.<Boolean>write(COORDINATOR, pages -> {
            if (pages.find(Kinds.REQUEST, REQUEST.toString()).isEmpty()) {
                pages.add(Kinds.REQUEST, REQUEST.toString(), ChangeRequest.draft(REQUEST, REQUESTER, form(), now));
            }
            pages.add(Kinds.ORDER, id.toString(), order);
            pages.add(Kinds.PLAN, id.toString(), plan);
            if (deploy) {
                pages.add(Kinds.DEPLOYMENT, deployment().toString(), started(plan, digest, now));
            }
            return true;
        });
    }

    private static RequestForm form() {
        return new RequestForm(
                "a newer content",
                "the old one is old",
                "none",
                Optional.of(Category.of(RequestType.INSTALL)),
                List.of(SUBJECT.id().name()),
                plan().targets().query(),
                Optional.empty(),
                Optional.of(RiskClass.STANDARD),
                Optional.empty(),
                Set.of());
    }

    /** What it carries is what its plan brings. */
    private static OrderPlans plans() {
        DistributionPlan empty = DistributionPlan.empty();
        Consignment carried = new Consignment(List.of(
                new Consignment.Item(SUBJECT.id(), SUBJECT.digest().orElseThrow(), Kind.PACKAGE, Medium.ELECTRONIC)));
        return OrderPlans.empty()
                .with(new DistributionPlan(
                        Optional.of(carried),
                        empty.targets(),
                        empty.sites(),
                        empty.start(),
                        empty.end(),
                        empty.estimate(),
                        empty.benefit()));
    }

    private Deployment started(Plan plan, Sha256 digest, Instant now) {
        Deployment planned = Deployment.planned(deployment(), plan, digest, now);
        Deployment notified = new Deployment(
                deployment(), DeploymentState.NOTIFIED, now, planned.plan(), planned.holds(), planned.waves());
        return DeploymentMachine.move(notified, DeploymentMachine.Move.START_WAVES, true, COORDINATOR, now)
                .result()
                .orElseThrow();
    }
}
