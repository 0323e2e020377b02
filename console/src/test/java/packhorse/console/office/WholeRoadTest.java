package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.BERT;
import static packhorse.console.office.House.CORA;
import static packhorse.console.office.House.DORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Actor;
import packhorse.console.change.Assessment;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.Finding;
import packhorse.console.change.GoNoGo;
import packhorse.console.change.Handover;
import packhorse.console.change.Medium;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderMachine.Move;
import packhorse.console.change.OrderState;
import packhorse.console.change.PlanApproval.Capacity;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestState;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Stage;
import packhorse.console.change.StageGateMachine;
import packhorse.console.change.Step;
import packhorse.console.change.TestPlan;
import packhorse.console.change.TestResult;
import packhorse.console.change.YellowFlag;
import packhorse.console.gate.Verdict;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.office.DeploymentOffice.DecideForm;
import packhorse.console.office.OrderOffice.BuildForm;
import packhorse.console.office.OrderOffice.CarryForm;
import packhorse.console.office.OrderOffice.MoveForm;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.console.office.OrderOffice.RehearsalForm;
import packhorse.console.office.OrderOffice.SignForm;
import packhorse.console.office.OrderOffice.TickForm;
import packhorse.console.office.PlanOffice.EstimateForm;
import packhorse.console.office.TestOffice.ResultForm;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentMachine;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Hold;
import packhorse.core.content.Kind;
import packhorse.core.content.Sha256;
import packhorse.core.unit.ByteCount;

/** A package from the wish to the handover: built, tested, signed, rolled out, accepted; people do what the product cannot. */
final class WholeRoadTest {
    private static final Category WHOLE =
            Category.of(RequestType.PREPARE_PACKAGE, RequestType.TEST_PACKAGE, RequestType.INSTALL);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aPackageIsBuiltTestedRolledOutAndHandedOver() {
        try (House house = new House(Database.SQLITE, folder)) {
            house.accounts();
            house.fleet.endpoints(100);
            RequestId request = request(house);
            OrderId order = House.order(house.orders.open(GERD, new OpenForm(Set.of(request), Optional.empty())));
            plan(house, order);
            build(house, order);
            test(house, order);
            sign(house, order);
            DeploymentId deployment = ready(house, order);
            roll(house, order, deployment);
            close(house, order, request);
        }
    }

    private static RequestId request(House house) {
        RequestId request = House.id(house.requests.draft(ANNA, house.form(WHOLE, RiskClass.NORMAL)));
        house.requests.submit(ANNA, request, any());
        house.requests.assess(CORA, request, any(), new Assessment(true, "2 000 EUR", ""));
        house.requests.approve(BERT, request, any(), "");
        return request;
    }

    private static void plan(House house, OrderId order) {
        TestPlan tests = new TestPlan(
                Set.of(TestPlan.Level.INSTALL_AND_UNINSTALL),
                List.of("the release is built"),
                TestPlan.ExitCriteria.usual(),
                List.of(new TestPlan.Case(
                        "fresh",
                        "install it where none is",
                        TestPlan.Level.INSTALL_AND_UNINSTALL,
                        Set.of("desk"),
                        "fresh install",
                        true)),
                List.of());
        OrderOffice.PlansForm plans = House.plans();
        house.orders.plans(
                GERD,
                order,
                any(),
                new OrderOffice.PlansForm(
                        Optional.empty(),
                        plans.guide(),
                        plans.stakeholders(),
                        plans.communications(),
                        plans.backout(),
                        Optional.of(tests),
                        Optional.empty()));
        house.plans.estimate(
                GERD, order, any(), new EstimateForm(12, List.of(), "2 000 EUR", Optional.of(new ByteCount(1 << 20))));
        tick(house, GERD, order, Step.CHANGE_ORDER, "sites");
        tick(house, GERD, order, Step.CHANGE_ORDER, "schedule");
        assertEquals(
                OrderState.BUILDING,
                move(house, GERD, order, Move.ENTER_BUILDING).state());
    }

    private static void build(House house, OrderId order) {
        BuildForm built = new BuildForm(
                new BuildReport(
                        House.EDITOR,
                        House.MANIFEST,
                        new ByteCount(1 << 20),
                        new BuildReport.Source("git.example.org/editor", "4f2c"),
                        new BuildReport.Scan(Optional.of("clamd 1.4"), List.of(), house.now()),
                        List.of(),
                        List.of(),
                        new BuildReport.Rounds(3, 3),
                        List.of(),
                        DORA.id(),
                        house.now(),
                        house.now()),
                Kind.PACKAGE,
                Medium.ELECTRONIC);
        assertEquals(
                Why.REFUSED,
                refused(() -> house.orders.built(DORA, order, any(), built)).why(),
                "before its gate");
        open(house, order);
        house.orders.built(DORA, order, any(), built);
        tick(house, DORA, order, Step.BUILDING, "control-files");
        assertEquals(OrderState.TEST, move(house, DORA, order, Move.ENTER_TEST).state());
        assertEquals(
                Stage.BUILDING,
                house.releases.get(House.EDITOR).value().offered(),
                "what is built is catalogued with its report");
    }

    private static void test(House house, OrderId order) {
        open(house, order);
        assertTrue(refused(() -> house.releases.promote(GERD, order, Stage.PRODUCTION))
                .line()
                .contains("only what passed is promoted"));
        ResultForm good = new ResultForm(
                "fresh",
                TestResult.Verdict.PASS,
                Optional.empty(),
                "desk",
                Optional.of(Duration.ofSeconds(40)),
                Optional.of(Duration.ofSeconds(20)),
                "");
        house.tests.record(DORA, order, good);
        long version = house.orders.get(order).version();
        house.tests.record(DORA, order, good);
        assertEquals(version + 1, house.orders.get(order).version(), "a second time measured");
        byte[] junit = """
            <testsuite><testcase name="fresh">
            <properties><property name="packhorse.installation" value="20"/></properties></testcase>
            <testcase name="unplanned"/></testsuite>
            """.getBytes(StandardCharsets.UTF_8);
        ImportedResults imported = house.tests.importResults(DORA, order, Optional.empty(), "desk", junit);
        assertEquals(List.of(1, 0, 0), List.of(imported.passed(), imported.failed(), imported.blocked()));
        assertTrue(
                imported.notes().toString().contains("unplanned"),
                imported.notes().toString());
        scan(house, order);
        house.orders.rehearsed(DORA, order, any(), new RehearsalForm(true, Duration.ofMinutes(4)));
        tick(house, DORA, order, Step.TEST, "endpoints");
        assertTrue(refused(() -> move(house, DORA, order, Move.ENTER_PLAN_APPROVAL))
                .line()
                .contains("meet the entry criteria"));
        tick(house, GERD, order, Step.TEST, "entry");
        tick(house, DORA, order, Step.TEST, "report");
        assertEquals(
                OrderState.PLAN_APPROVAL,
                move(house, DORA, order, Move.ENTER_PLAN_APPROVAL).state());
    }

    /** A scan is of what the order carries then; once it carries something else, that is not scanned. */
    private static void scan(House house, OrderId order) {
        house.tests.scanned(
                Actor.product(), order, new BuildReport.Scan(Optional.of("clamd 1.4"), List.of(), house.now()));
        CarryForm passed = new CarryForm(House.EDITOR, Optional.empty(), Optional.empty(), Optional.empty());
        CarryForm other = new CarryForm(
                House.release("acme/editor", "2.1"),
                Optional.of(Sha256.of(new byte[] {2})),
                Optional.empty(),
                Optional.empty());
        assertEquals(Finding.Answer.MET, scanned(house, order));
        house.orders.carry(GERD, order, any(), List.of(other));
        assertEquals(Finding.Answer.UNKNOWN, scanned(house, order), "of these bytes nobody said anything");
        house.tests.scan(DORA, order, "more.deb", true, new byte[1]);
        house.orders.carry(GERD, order, any(), List.of(passed));
        assertEquals(Finding.Answer.UNKNOWN, scanned(house, order), "the last scan counts");
        house.tests.scanned(
                Actor.product(), order, new BuildReport.Scan(Optional.of("clamd 1.4"), List.of(), house.now()));
        assertEquals(Finding.Answer.MET, scanned(house, order));
    }

    private static Finding.Answer scanned(House house, OrderId order) {
        return house.orders
                .get(order)
                .value()
                .checklist()
                .flatMap(list -> list.find(Step.TEST, "scan"))
                .flatMap(ChecklistItem::finding)
                .orElseThrow()
                .answer();
    }

    private static void sign(House house, OrderId order) {
        house.plans.planWaves(GERD, order, any(), OrderPlanForm.of("site==berlin"));
        ChangeOrder planned = house.orders.get(order).value();
        assertEquals(
                List.of("berlin", "tokyo"),
                planned.plans().distribution().sites(),
                "sites and times are forecast, and not asked for again");
        assertTrue(
                planned.plans().distribution().estimate().orElseThrow().basis().startsWith("a lower bound"),
                "and labelled as the bounds they are");
        Sha256 digest = house.plans.preview(order).digest();
        house.orders.sign(CORA, order, any(), new SignForm(Capacity.BOARD, digest, ""));
        house.orders.sign(BERT, order, any(), new SignForm(Capacity.CLIENT, digest, ""));
        carryUntested(house, order);
        assertTrue(refused(() -> house.tests.scan(DORA, order, "editor.deb", false, new byte[1]))
                .line()
                .contains("is PLAN_APPROVAL: what is scanned is under test"));
        assertEquals(
                OrderState.PRODUCTION,
                move(house, GERD, order, Move.ENTER_PRODUCTION).state());
    }

    /** What was carried instead of what passed the test is signed by all, and does not get to production. */
    private static void carryUntested(House house, OrderId order) {
        CarryForm passed = new CarryForm(House.EDITOR, Optional.empty(), Optional.empty(), Optional.empty());
        CarryForm other = new CarryForm(
                House.release("acme/editor", "2.1"),
                Optional.of(Sha256.of(new byte[] {2})),
                Optional.empty(),
                Optional.empty());
        house.orders.carry(GERD, order, any(), List.of(other));
        Sha256 digest = house.plans.preview(order).digest();
        house.orders.sign(CORA, order, any(), new SignForm(Capacity.BOARD, digest, ""));
        house.orders.sign(BERT, order, any(), new SignForm(Capacity.CLIENT, digest, ""));
        String line =
                refused(() -> move(house, GERD, order, Move.ENTER_PRODUCTION)).line();
        assertTrue(line.contains("has not passed its test (fresh on desk is not passed yet"), line);
        house.orders.carry(GERD, order, any(), List.of(passed));
    }

    private static DeploymentId ready(House house, OrderId order) {
        open(house, order);
        house.releases.promote(GERD, order, Stage.PRODUCTION);
        DeploymentId deployment = house.deployments.plan(GERD, order).value().id();
        assertTrue(refused(() -> house.deployments.plan(GERD, order)).line().contains("one deployment at a time"));
        house.deployments.stage(GERD, deployment, any());
        house.product(deployment, DeploymentMachine.Move.DEPOTS_STAGED);
        assertEquals(
                DeploymentState.READINESS,
                house.deployments.check(GERD, deployment, any()).value().state(),
                "people have to look");
        tick(house, GERD, order, Step.STAGING, "means");
        tick(house, GERD, order, Step.READINESS, "freezes");
        tick(house, GERD, order, Step.READINESS, "depots");
        assertEquals(
                DeploymentState.READY,
                house.deployments.check(GERD, deployment, any()).value().state());
        house.deployments.announce(GERD, deployment, any());
        return deployment;
    }

    private static void roll(House house, OrderId order, DeploymentId id) {
        house.deployments.start(GERD, id, any());
        house.wave(id, 0, Verdict.PASS, false);
        house.deployments.hold(GERD, order, "a look at the logs");
        house.deployments.hold(ANNA_AS_COORDINATOR, id, "twice is once");
        assertEquals(1, house.view.get(id).value().holding().size());
        house.product(id, DeploymentMachine.Move.EVALUATE_BETA);
        Set<String> flags =
                house.view.standing(id).flags().stream().map(YellowFlag::text).collect(Collectors.toSet());
        assertEquals(Set.of(), flags, "test and beta group covered every kind");
        DecideForm go = new DecideForm(GoNoGo.Decision.GO, Set.of(), "");
        assertTrue(refused(() -> house.deployments.decide(BERT, id, any(), go))
                .line()
                .contains("a look at the logs"));
        house.deployments.lift(GERD, id, any(), Hold.Kind.OPERATOR, "");
        assertTrue(refused(() -> house.deployments.decide(GERD, id, any(), go))
                .line()
                .contains("not its operator's alone"));
        Deployment rolling = house.deployments.decide(BERT, id, any(), go).value();
        assertEquals(DeploymentState.ROLLING, rolling.state());
        house.closeWave(id, 0);
        house.wave(id, 1, Verdict.PASS, true);
        house.wave(id, 2, Verdict.PASS, true);
        house.product(id, DeploymentMachine.Move.ANALYSE);
        assertTrue(refused(() -> move(house, GERD, order, Move.ENTER_CLOSING))
                .line()
                .contains("let it end, or abort it"));
        house.deployments.evaluate(GERD, id, any(), "");
        house.deployments.close(GERD, id, any());
        tick(house, GERD, order, Step.ANALYSIS, "report");
    }

    private static final Actor.Person ANNA_AS_COORDINATOR =
            House.person("helga", packhorse.console.change.Role.CHANGE_COORDINATOR);

    private static void close(House house, OrderId order, RequestId request) {
        assertEquals(
                OrderState.CLOSING, move(house, GERD, order, Move.ENTER_CLOSING).state());
        MoveForm end = new MoveForm(Move.CLOSE, "", Optional.of(ChangeOrder.Ending.DONE));
        String open = refused(() -> house.orders.move(GERD, order, any(), end)).line();
        for (String wanted :
                List.of("status report", "evaluation report", "nothing was said yet", "the handover lacks")) {
            assertTrue(open.contains(wanted), open);
        }
        house.reports.write(GERD, order, WrittenReport.Form.STATUS, "all done");
        house.reports.write(GERD, order, WrittenReport.Form.EVALUATION, "as planned");
        house.requests.accept(ANNA, request, any(), new RequestOffice.AcceptanceForm(true, 5, ""));
        handOver(house, order);
        assertEquals(
                OrderState.CLOSED,
                house.orders.move(GERD, order, any(), end).value().state());
        assertEquals(RequestState.CLOSED, house.requests.get(request).value().state(), "with its order");
        assertEquals(Optional.empty(), house.audit.verify().broken());
    }

    /** What was taken over and is changed then, somebody takes over again; never whoever wrote it. */
    private static void handOver(House house, OrderId order) {
        Handover first = new Handover("the editor", "none", List.of(), "at once", Optional.empty(), Optional.empty());
        house.orders.handOver(GERD, order, any(), first);
        assertTrue(
                refused(() -> house.orders.takeOver(GERD, order, any())).line().contains("gerd wrote the handover"));
        Handover taken = house.orders.takeOver(CORA, order, any()).value().handover();
        assertEquals(Optional.of(CORA.id()), taken.taken().map(Handover.Taken::by));
        assertEquals(
                taken, house.orders.handOver(GERD, order, any(), taken).value().handover(), "the same text once more");
        Handover other =
                new Handover("the editor", "on Sundays", List.of(), "at once", taken.taken(), Optional.empty());
        assertEquals(
                Optional.empty(),
                house.orders
                        .handOver(GERD, order, any(), other)
                        .value()
                        .handover()
                        .taken(),
                "nobody took this over yet");
        house.orders.takeOver(CORA, order, any());
    }

    private static void open(House house, OrderId order) {
        house.orders.speak(CORA, order, any(), StageGateMachine.Move.APPROVE_FEASIBILITY, "");
        house.orders.speak(GERD, order, any(), StageGateMachine.Move.CONFIRM_RESOURCES, "");
        house.orders.speak(GERD, order, any(), StageGateMachine.Move.PROCEED, "");
    }

    private static void tick(House house, Actor.Person who, OrderId order, Step step, String key) {
        house.orders.tick(who, order, any(), new TickForm(step, key, "done", Optional.empty()));
    }

    private static ChangeOrder move(House house, Actor.Person who, OrderId order, Move move) {
        return house.orders
                .move(who, order, any(), new MoveForm(move, "", Optional.empty()))
                .value();
    }
}
