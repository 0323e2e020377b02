package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.BERT;
import static packhorse.console.office.House.CORA;
import static packhorse.console.office.House.DORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.change.Assessment;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.Defect;
import packhorse.console.change.Finding;
import packhorse.console.change.GoNoGo;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderMachine;
import packhorse.console.change.OrderState;
import packhorse.console.change.PlanApproval.Capacity;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestState;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.change.Stage;
import packhorse.console.change.StageGateMachine;
import packhorse.console.change.Step;
import packhorse.console.change.YellowFlag;
import packhorse.console.gate.Verdict;
import packhorse.console.json.Records;
import packhorse.console.ledger.AuditBook;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.MemberRow;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.ledger.Stored;
import packhorse.console.office.DeploymentOffice.DecideForm;
import packhorse.console.office.OrderOffice.CarryForm;
import packhorse.console.office.OrderOffice.MoveForm;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.console.office.OrderOffice.RehearsalForm;
import packhorse.console.office.OrderOffice.SignForm;
import packhorse.console.office.OrderOffice.TickForm;
import packhorse.console.office.PlanOffice.EstimateForm;
import packhorse.console.office.WaveOffice.ForceForm;
import packhorse.console.scheduler.ForcedWindow;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentMachine;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Heard;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;

/** A request on its way to endpoints, each step by whoever may do it, and refused to whoever may not. */
final class RoadTest {
    private static final Category INSTALL = Category.of(RequestType.INSTALL);

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource
    void fourPeopleBringARequestToItsBetaGroup(Database database) {
        try (House house = new House(database, folder)) {
            house.accounts();
            RequestId request = approved(house);
            OrderId order = ordered(house, request);
            planned(house, order);
            signed(house, order);

            Stored<ChangeOrder> production = house.orders.move(
                    GERD, order, any(), new MoveForm(OrderMachine.Move.ENTER_PRODUCTION, "", Optional.empty()));
            assertEquals(OrderState.PRODUCTION, production.value().state());
            Deployment deployment = started(house, order);
            assertEquals(DeploymentState.BETA, deployment.state());
            assertEquals(
                    Set.of(GERD.id()), house.orders.get(order).value().duties().operators());
            AuditBook.Finding audit = new AuditBook(house.books.ledger()).verify();
            assertEquals(Optional.empty(), audit.broken());
            assertTrue(audit.links() > 20, "each act is in the chain: " + audit.links());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPlanIsAmendedOnlyWhileNothingIsUnderWayAndGoesOnWhenItIsSignedAgain(Database database) {
        try (House house = new House(database, folder)) {
            house.accounts();
            OrderId order = ordered(house, approved(house));
            planned(house, order);
            signed(house, order);
            MoveForm production = new MoveForm(OrderMachine.Move.ENTER_PRODUCTION, "", Optional.empty());
            house.orders.move(GERD, order, any(), production);
            DeploymentId id = started(house, order).id();
            WaveId beta = new WaveId(id, 0);
            house.running(beta);
            ActionId action = begun(house, beta);

            MoveForm replan = new MoveForm(OrderMachine.Move.REPLAN, "more time to send it", Optional.empty());
            assertTrue(refused(() -> house.orders.move(GERD, order, any(), replan))
                    .line()
                    .contains("1 "));
            said(house, action, ActionState.COMMITTABLE);
            house.orders.move(GERD, order, any(), replan);
            assertTrue(refused(() -> house.plans.planWaves(GERD, order, any(), OrderPlanForm.of("site==tokyo")))
                    .line()
                    .contains("with other waves"));
            house.plans.planWaves(
                    GERD,
                    order,
                    any(),
                    Records.read(
                            OrderPlanForm.class,
                            "{\"query\":\"site==berlin\",\"transfer\":{\"coveragePercent\":90,\"spread\":\"PT2H\"}}",
                            "the plan"));
            Sha256 digest = house.plans.preview(order).digest();
            assertEquals(digest, house.view.get(id).value().plan(), "it carries out what is planned now");
            assertFalse(house.view.standing(id).signed());
            house.orders.sign(CORA, order, any(), new SignForm(Capacity.BOARD, digest, ""));
            house.orders.sign(
                    House.person("carl", Role.APPROVER), order, any(), new SignForm(Capacity.CLIENT, digest, ""));
            house.orders.move(GERD, order, any(), production);
            assertTrue(house.view.standing(id).signed(), "and it goes on");
            ForceForm form = new ForceForm(Optional.empty(), House.MORNING.plus(Duration.ofHours(9)), "quickly");
            String gate =
                    refused(() -> house.waves.force(GERD, beta, any(), form)).line();
            assertTrue(gate.contains("gate"), gate);
            assertEquals(
                    DeploymentState.ABORTING,
                    house.deployments
                            .abort(GERD, id, any(), "not at this price")
                            .value()
                            .state(),
                    "whoever stops it does not");
        }
    }

    @Test
    void whatIsUnderWayIsNotCancelledByTheWayOfPlanningAnew() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            DeploymentId id = started(house, order).id();
            house.orders.move(
                    GERD, order, any(), new MoveForm(OrderMachine.Move.REPLAN, "other windows", Optional.empty()));
            MoveForm cancel = new MoveForm(OrderMachine.Move.CANCEL, "not wanted any more", Optional.empty());

            Refusal live = refused(() -> house.orders.move(GERD, order, any(), cancel));
            assertTrue(live.line().contains(id + " is BETA: let it end, or abort it"), live.line());

            for (Wave wave : house.view.get(id).value().waves()) {
                house.waves.skip(CORA, wave.id(), any(), "not wanted any more");
            }
            house.deployments.abort(GERD, id, any(), "not wanted any more");
            house.product(id, DeploymentMachine.Move.ABORTED);
            house.deployments.evaluate(GERD, id, any(), "nothing was changed");
            assertEquals(
                    OrderState.CANCELLED,
                    house.orders.move(GERD, order, any(), cancel).value().state());
        }
    }

    /** What was looked at for some machines says nothing of others, and nothing of the same ones as they are found later. */
    @Test
    void aTickIsOfOneDeploymentAndOfWhatWasFoundThen() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            DeploymentId first = started(house, order).id();
            for (Wave wave : house.view.get(first).value().waves()) {
                house.waves.skip(CORA, wave.id(), any(), "not wanted any more");
            }
            house.deployments.abort(GERD, first, any(), "not these");
            house.product(first, DeploymentMachine.Move.ABORTED);
            house.deployments.evaluate(GERD, first, any(), "nothing was changed");

            DeploymentId second = house.deployments.plan(GERD, order).value().id();
            TickForm depots = new TickForm(Step.READINESS, "depots", "two are up", Optional.empty());
            assertEquals(
                    second + " was not looked at yet, and a tick of depots is of what is found: packhorse wave stage "
                            + second + ", read packhorse wave show-standing " + second + ", then tick it",
                    refused(() -> house.orders.tick(GERD, order, any(), depots)).line());
            house.fleet.silent(3);
            house.deployments.stage(GERD, second, any());
            house.product(second, DeploymentMachine.Move.DEPOTS_STAGED);
            List<String> blocking = looked(house, second);
            assertEquals(4, blocking.size(), blocking.toString());
            assertTrue(
                    blocking.toString()
                            .contains("depots fetch with the first wave: not looked at; gerd ticked it for " + first
                                    + ", so tick it again: packhorse order tick-item " + order
                                    + " --step READINESS --key depots --note WHAT)"),
                    blocking.toString());

            house.orders.tick(GERD, order, any(), depots);
            assertTrue(ticked(house, order, "depots").isDone(), "at once");
            house.orders.tick(GERD, order, any(), new TickForm(Step.READINESS, "freezes", "none", Optional.empty()));
            house.orders.tick(GERD, order, any(), new TickForm(Step.STAGING, "means", "there", Optional.empty()));
            TickForm targets = new TickForm(Step.READINESS, "targets", "three are in a drawer", Optional.empty());
            house.orders.tick(GERD, order, any(), targets);
            assertTrue(ticked(house, order, "targets").isDone());
            house.fleet.silent(10);
            blocking = looked(house, second);
            assertEquals(1, blocking.size(), blocking.toString());
            assertTrue(
                    blocking.getFirst().contains("(2 of 12; gerd ticked another finding, so tick it again: "),
                    blocking.getFirst());
            assertFalse(ticked(house, order, "targets").isDone());

            house.orders.tick(GERD, order, any(), targets);
            assertEquals(List.of(), looked(house, second));
            assertEquals(DeploymentState.READY, house.view.get(second).value().state());
            assertTrue(
                    house.orders.get(order).value().history().stream()
                            .anyMatch(entry -> entry.what().contains("did targets of")
                                    && entry.what().endsWith(" again, after gerd")),
                    "each of them is remembered");
        }
    }

    /** What nobody answered in time, or what was not met: nobody can any more once the deployment is given up. */
    @Test
    void whatWasGivenUpBeforeItWasReadyKeepsNoOrderOpen() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            DeploymentId first = started(house, order).id();
            house.wave(first, 0, Verdict.FAIL, true);
            house.product(first, DeploymentMachine.Move.EVALUATE_BETA);
            house.product(first, DeploymentMachine.Move.NO_GO);
            house.deployments.backOut(GERD, first, any(), "it loses files");
            house.product(first, DeploymentMachine.Move.RECOVERED);
            house.deployments.evaluate(GERD, first, any(), "all taken back");
            assertEquals(
                    "gerd looked: two are up",
                    ticked(house, order, "depots").finding().orElseThrow().text(),
                    "what was ready stays as it was found");

            DeploymentId unseen = house.deployments.plan(GERD, order).value().id();
            givenUp(house, unseen);
            assertMet(house, order, unseen);

            DeploymentId unanswered = staged(house, order);
            house.fleet.silent(3);
            assertEquals(4, looked(house, unanswered).size());
            TickForm targets = new TickForm(Step.READINESS, "targets", "three are in a drawer", Optional.empty());
            house.orders.tick(GERD, order, any(), targets);
            house.fleet.silent(4);
            looked(house, unanswered);
            assertFalse(ticked(house, order, "targets").isDone());
            givenUp(house, unanswered);
            assertMet(house, order, unanswered);

            DeploymentId unready = staged(house, order);
            house.later(Duration.ofMinutes(1));
            house.orders.rehearsed(GERD, order, any(), new RehearsalForm(false, Duration.ofMinutes(4)));
            looked(house, unready);
            assertEquals(
                    DeploymentState.PLANNED, house.view.get(unready).value().state());
            assertEquals(
                    Finding.Answer.NOT_MET,
                    ticked(house, order, "rehearsal").finding().orElseThrow().answer());
            givenUp(house, unready);
            assertMet(house, order, unready);

            house.problems.open(
                    GERD, order, new ProblemOffice.ProblemForm(Optional.empty(), "it loses files", Set.of(), Set.of()));
            house.orders.tick(
                    CORA, order, any(), new TickForm(Step.BACKOUT_AND_RECOVERY, "cause", "a leak", Optional.empty()));
            house.orders.tick(
                    GERD, order, any(), new TickForm(Step.BACKOUT_AND_RECOVERY, "order", "so", Optional.empty()));
            house.orders.tick(GERD, order, any(), new TickForm(Step.ANALYSIS, "report", "not so", Optional.empty()));
            MoveForm closing = new MoveForm(OrderMachine.Move.ENTER_CLOSING, "", Optional.empty());
            assertEquals(
                    OrderState.CLOSING,
                    house.orders.move(GERD, order, any(), closing).value().state());
        }
    }

    private static DeploymentId staged(House house, OrderId order) {
        DeploymentId id = house.deployments.plan(GERD, order).value().id();
        house.deployments.stage(GERD, id, any());
        house.product(id, DeploymentMachine.Move.DEPOTS_STAGED);
        return id;
    }

    private static void givenUp(House house, DeploymentId id) {
        for (Wave wave : house.view.get(id).value().waves()) {
            house.waves.skip(CORA, wave.id(), any(), "not wanted any more");
        }
        house.deployments.abort(GERD, id, any(), "not these");
        house.product(id, DeploymentMachine.Move.ABORTED);
        house.deployments.evaluate(GERD, id, any(), "nothing was changed");
    }

    private static void assertMet(House house, OrderId order, DeploymentId ended) {
        for (String key : List.of("baseline", "targets", "machines", "depots", "approvals", "rehearsal", "window")) {
            ChecklistItem item = ticked(house, order, key);
            assertTrue(item.isDone(), key);
            assertEquals(
                    ended + " ended before it was ready",
                    item.finding().orElseThrow().text());
        }
    }

    private static List<String> looked(House house, DeploymentId deployment) {
        house.deployments.check(GERD, deployment, any());
        return house.view.standing(deployment).blocking();
    }

    private static ChecklistItem ticked(House house, OrderId order, String key) {
        return house.orders
                .get(order)
                .value()
                .checklist()
                .flatMap(list -> list.find(Step.READINESS, key))
                .orElseThrow();
    }

    @Test
    void whoIsToldIsNotTakenAwayOnceThePlanIsForApproval() {
        try (House house = new House(Database.SQLITE, folder)) {
            house.accounts();
            OrderId order = ordered(house, approved(house));
            planned(house, order);
            Refusal nobody = refused(() -> house.orders.plans(
                    GERD,
                    order,
                    any(),
                    Records.read(OrderOffice.PlansForm.class, "{\"communications\":{\"lines\":[]}}", "the plans")));
            assertTrue(nobody.line().contains("who is told that it is coming"), nobody.line());
        }
    }

    @Test
    void whatDidNotPassItsTestIsToldTheWaysThatItsRoadHas() {
        try (House house = new House(Database.SQLITE, folder)) {
            house.accounts();
            OrderId built = tested(house, RequestType.PREPARE_PACKAGE, RequestType.TEST_PACKAGE, RequestType.INSTALL);
            OrderId bare = tested(house, RequestType.TEST_PACKAGE, RequestType.INSTALL);
            assertTrue(
                    untested(house, built).endsWith("): carry what passed, or take it back with REWORK and test it"));
            assertTrue(untested(house, bare).endsWith("): carry what passed, or cancel it and ask for another"));
            house.tests.found(
                    DORA,
                    bare,
                    new TestOffice.DefectForm(Optional.empty(), "it loses files", Defect.Severity.BLOCKING));
            String defect = untested(house, bare);
            assertTrue(
                    defect.endsWith(
                            "): carry what passed, mend and verify its defects or dismiss them, or cancel it and ask"
                                    + " for another"),
                    defect);
        }
    }

    private static OrderId tested(House house, RequestType first, RequestType... others) {
        RequestId request =
                House.id(house.requests.draft(ANNA, house.form(Category.of(first, others), RiskClass.NORMAL)));
        house.requests.submit(ANNA, request, any());
        house.requests.assess(CORA, request, any(), new Assessment(true, "2 000 EUR", ""));
        house.requests.approve(BERT, request, any(), "");
        return House.order(house.orders.open(GERD, new OpenForm(Set.of(request), Optional.empty())));
    }

    private static String untested(House house, OrderId order) {
        return house.books
                .read(pages -> OrderFiller.untested(
                        pages, pages.get(Kinds.ORDER, order.text()).value()))
                .orElseThrow();
    }

    @Test
    void aPublishedBundleIsCarriedAndPlannedAsOne() {
        try (House house = new House(Database.SQLITE, folder)) {
            house.accounts();
            OrderId order = ordered(house, approved(house));
            CarryForm suite = new CarryForm(
                    new ReleaseId(House.EDITOR.name(), House.EDITOR.version(), Platform.ANY),
                    Optional.of(House.MANIFEST),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(true));
            CarryForm alone =
                    new CarryForm(House.EDITOR, Optional.of(House.MANIFEST), Optional.empty(), Optional.empty());
            assertTrue(refused(() -> house.orders.carry(GERD, order, any(), List.of(suite, alone)))
                    .line()
                    .contains("a bundle beside others"));
            house.orders.carry(GERD, order, any(), List.of(suite));
            house.plans.planWaves(GERD, order, any(), OrderPlanForm.of("site==berlin"));
            Sha256 together = house.plans.preview(order).digest();
            assertEquals(
                    List.of(new Subject(suite.release(), true, suite.manifest())),
                    house.books
                            .<Plan>read(
                                    pages -> pages.get(Kinds.PLAN, order.text()).value())
                            .subjects());
            house.orders.carry(
                    GERD,
                    order,
                    any(),
                    List.of(new CarryForm(suite.release(), suite.manifest(), Optional.empty(), Optional.empty())));
            assertFalse(together.equals(house.plans.preview(order).digest()), "one release is something else to sign");
        }
    }

    @Test
    void aPersonsVerdictStandsBesideTheGatesFigures() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            DeploymentId id = started(house, order).id();
            WaveId beta = new WaveId(id, 0);
            house.running(beta);
            said(house, begun(house, beta), ActionState.COMMITTED);
            house.drained(beta);

            List<String> seen = house.view.progress(id).waves().getFirst().gate();
            assertTrue(seen.getFirst().startsWith("1/3 succeeded, 33.3 %, at "), seen.toString());
            assertTrue(seen.stream().anyMatch(line -> line.startsWith("2/3 unreported, ")), seen.toString());

            house.waves.judge(CORA, beta, any(), Verdict.PASS, "two are in a drawer");
            DeploymentView.Standing standing = house.view.standing(id);
            assertEquals(
                    List.of(new YellowFlag.UntestedKind("desk", 4)),
                    standing.flags().stream()
                            .filter(flag -> flag instanceof YellowFlag.UntestedKind)
                            .toList(),
                    "a laptop succeeded; the desk did not report, whoever else the beta group would have by now");
            assertTrue(
                    standing.notLookedAt().getFirst().contains("the test plan names no scenario"),
                    standing.notLookedAt().toString());
            String kept = house.view.get(id).value().wave(0).evidence();
            assertTrue(kept.startsWith("PASS by cora: two are in a drawer | the gate says INCONCLUSIVE: "), kept);
            seen.forEach(line -> assertTrue(kept.contains(line), kept));
        }
    }

    @Test
    void aChangeCoordinatorWhoOperatesDoesNotDecideAlone() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            WaveId beta = new WaveId(started(house, order).id(), 0);
            Actor.Person paul = House.person("paul", Role.CHANGE_COORDINATOR, Role.APPROVER);
            house.waves.force(
                    paul,
                    beta,
                    any(),
                    new ForceForm(Optional.empty(), house.now().plus(Duration.ofHours(2)), "the office is flooded"));
            assertEquals(
                    Set.of(GERD.id(), paul.id()),
                    house.orders.get(order).value().duties().operators());
            house.running(beta);
            said(house, begun(house, beta), ActionState.COMMITTED);
            house.drained(beta);
            String alone = refused(() -> house.waves.judge(paul, beta, any(), Verdict.PASS, "it looks well"))
                    .line();
            assertTrue(alone.contains("not its operator's alone"), alone);
            house.waves.judge(CORA, beta, any(), Verdict.PASS, "it looks well");
            assertFalse(
                    house.orders.get(order).value().duties().operators().contains(CORA.id()),
                    "to judge is not to operate");
        }
    }

    @Test
    void aWindowIsForcedByWhoeverMayInTheirNameForAWhileAndWithAReason() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            WaveId wave = new WaveId(started(house, order).id(), 1);
            Instant until = house.now().plus(Duration.ofHours(2));
            ForceForm form = new ForceForm(Optional.empty(), until, "the office is flooded tomorrow");
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> house.waves.force(CORA, wave, any(), form)).why());
            assertEquals(
                    Why.INVALID,
                    refused(() -> house.waves.force(GERD, wave, any(), new ForceForm(Optional.empty(), until, " ")))
                            .why());
            for (Instant wrong : List.of(house.now(), house.now().plus(Duration.ofHours(25)))) {
                assertTrue(refused(() ->
                                house.waves.force(GERD, wave, any(), new ForceForm(Optional.empty(), wrong, "why not")))
                        .line()
                        .contains("within the next 24 hours"));
            }
            house.waves.force(GERD, wave, any(), form);
            ForcedWindow kept = house.books.read(
                    pages -> pages.get(ForcedWindow.KIND, wave.toString()).value());
            assertEquals(GERD.id(), kept.person());
            assertTrue(
                    new AuditBook(house.books.ledger())
                            .after(0, 1_000).stream()
                                    .anyMatch(link -> new String(link.bytes(), java.nio.charset.StandardCharsets.UTF_8)
                                            .contains("wave.force")),
                    "the trail says so");
            house.waves.unforce(GERD, wave, any(), "it dried up");
            assertEquals(Optional.empty(), house.books.read(pages -> pages.find(ForcedWindow.KIND, wave.toString())));
        }
    }

    @Test
    void noGoNeedsNoFlagsThatCannotBeFound() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            DeploymentId id = started(house, order).id();
            house.wave(id, 0, Verdict.PASS, true);
            house.product(id, DeploymentMachine.Move.EVALUATE_BETA);
            house.fleet.unreadable();

            assertEquals(
                    Why.INVALID,
                    refused(() -> house.deployments.decide(
                                    CORA, id, any(), new DecideForm(GoNoGo.Decision.GO, Set.of(), "on")))
                            .why());
            assertEquals(
                    DeploymentState.ANALYSIS,
                    house.deployments
                            .decide(CORA, id, any(), new DecideForm(GoNoGo.Decision.NO_GO, Set.of(), "it loses files"))
                            .value()
                            .state());
        }
    }

    @Test
    void whatIsTakenBackMayBeForcedToo() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            DeploymentId id = started(house, order).id();
            WaveId beta = new WaveId(id, 0);
            house.wave(id, 0, Verdict.FAIL, true);
            ForceForm form =
                    new ForceForm(Optional.empty(), house.now().plus(Duration.ofHours(2)), "the shop stands still");
            Refusal over = refused(() -> house.waves.force(GERD, beta, any(), form));
            assertTrue(over.line().contains("is CLOSED: nothing of it begins any more"), over.line());

            house.product(id, DeploymentMachine.Move.EVALUATE_BETA);
            house.product(id, DeploymentMachine.Move.NO_GO);
            house.waves.force(GERD, beta, any(), form);
            house.waves.unforce(GERD, beta, any(), "the shop is empty");
            assertEquals(Optional.empty(), house.books.read(pages -> pages.find(ForcedWindow.KIND, beta.toString())));
        }
    }

    @Test
    void aWindowIsNotForcedOnceNobodyBeginsAnyMoreAndIsRememberedWhileItsWaveRuns() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house);
            WaveId beta = new WaveId(started(house, order).id(), 0);
            house.running(beta);
            ForceForm form =
                    new ForceForm(Optional.empty(), house.now().plus(Duration.ofHours(2)), "the shop stands still");
            house.waves.force(GERD, beta, any(), form);
            house.waves.unforce(GERD, beta, any(), "it dried up");
            assertEquals(
                    house.now(),
                    house.books
                            .<ForcedWindow>read(pages -> pages.get(ForcedWindow.KIND, beta.toString())
                                    .value())
                            .until(),
                    "it opens nothing, and the wave's time is reckoned by it");
            house.drained(beta);
            Refusal late = refused(() -> house.waves.force(GERD, beta, any(), form));
            assertTrue(late.line().contains("is DRAINING: nothing of it begins any more"), late.line());
        }
    }

    /** One member of three has begun. */
    private static ActionId begun(House house, WaveId wave) {
        List<EndpointId> members = List.of(House.Fleet.endpoint(1), House.Fleet.endpoint(2), House.Fleet.endpoint(3));
        ActionId action = new ActionId(wave, 1, 1);
        house.books.write(Actor.product(), pages -> {
            pages.waves()
                    .freeze(
                            wave,
                            FrozenMembership.of(members),
                            members.stream()
                                    .map(one -> new MemberRow(one, "berlin", Optional.empty(), Optional.empty()))
                                    .toList(),
                            1);
            return pages.waves()
                    .dispatch(
                            Purpose.DEPLOY,
                            List.of(Action.queued(
                                    action,
                                    members.getFirst(),
                                    new Line(House.EDITOR.name(), House.EDITOR.platform()),
                                    Operation.INSTALL,
                                    house.now())));
        });
        said(house, action, ActionState.APPLYING);
        return action;
    }

    private static void said(House house, ActionId id, ActionState state) {
        house.books.write(Actor.product(), pages -> {
            Action before = pages.waves().action(id).orElseThrow();
            pages.waves()
                    .put(List.of(Heard.of(before, state, Optional.empty(), 0, house.now())
                            .now()));
            return 0;
        });
    }

    /** With everybody's accounts, signed and in production. */
    private static OrderId inProduction(House house) {
        house.accounts();
        OrderId order = ordered(house, approved(house));
        planned(house, order);
        signed(house, order);
        house.orders.move(GERD, order, any(), new MoveForm(OrderMachine.Move.ENTER_PRODUCTION, "", Optional.empty()));
        return order;
    }

    private static RequestId approved(House house) {
        Stored<ChangeRequest> draft = house.requests.draft(BERT, house.form(INSTALL, RiskClass.NORMAL));
        RequestId request = House.id(draft);
        assertEquals(
                Why.FORBIDDEN,
                refused(() -> house.requests.draft(GERD, house.form(INSTALL, RiskClass.NORMAL)))
                        .why());
        assertEquals(
                Why.REFUSED,
                refused(() -> house.requests.submit(ANNA, request, any())).why());
        house.requests.submit(BERT, request, OptionalLong.of(draft.version()));
        house.requests.assess(CORA, request, any(), new Assessment(true, "2 000 EUR", ""));

        Refusal own = refused(() -> house.requests.approve(BERT, request, any(), "mine"));
        assertEquals(Why.REFUSED, own.why());
        assertTrue(own.line().contains("nobody approves their own"), own.line());
        assertEquals(
                Why.FORBIDDEN,
                refused(() -> house.requests.approve(GERD, request, any(), "")).why());
        Stored<ChangeRequest> approved = house.requests.approve(CORA, request, any(), "");
        assertEquals(RequestState.APPROVED, approved.value().state());
        return request;
    }

    private static OrderId ordered(House house, RequestId request) {
        assertEquals(
                Why.FORBIDDEN,
                refused(() -> house.orders.open(CORA, new OpenForm(Set.of(request), Optional.empty())))
                        .why());
        OrderId order = House.order(house.orders.open(GERD, new OpenForm(Set.of(request), Optional.empty())));
        assertEquals(RequestState.ORDERED, house.requests.get(request).value().state());
        assertEquals(
                "the old one loses files",
                house.orders.get(order).value().plans().distribution().benefit(),
                "what the request says is asked of nobody");
        return order;
    }

    private static void planned(House house, OrderId order) {
        MoveForm approval = new MoveForm(OrderMachine.Move.ENTER_PLAN_APPROVAL, "", Optional.empty());
        Refusal open = refused(() -> house.orders.move(GERD, order, any(), approval));
        assertTrue(open.line().contains("the backout plan lacks"), open.line());
        Stored<ChangeOrder> seen = house.orders.get(order);
        house.orders.plans(GERD, order, OptionalLong.of(seen.version()), House.plans());
        Refusal second = refused(() -> house.orders.plans(CORA, order, OptionalLong.of(seen.version()), House.plans()));
        assertEquals(Why.STALE, second.why());
        assertTrue(second.line().contains("gerd"), "the second is told who was first: " + second.line());

        house.orders.carry(
                GERD,
                order,
                any(),
                List.of(new CarryForm(House.EDITOR, Optional.of(House.MANIFEST), Optional.empty(), Optional.empty())));
        house.plans.planWaves(GERD, order, any(), OrderPlanForm.of("site==berlin"));
        house.plans.estimate(GERD, order, any(), new EstimateForm(12, List.of(), "2 000 EUR", Optional.empty()));
        house.orders.tick(GERD, order, any(), new TickForm(Step.CHANGE_ORDER, "sites", "", Optional.empty()));
        house.orders.tick(GERD, order, any(), new TickForm(Step.CHANGE_ORDER, "schedule", "", Optional.empty()));
        assertEquals(
                OrderState.PLAN_APPROVAL,
                house.orders.move(GERD, order, any(), approval).value().state());
    }

    private static void signed(House house, OrderId order) {
        assertEquals(
                order + " is PLAN_APPROVAL: releases are promoted to production in PRODUCTION, behind its open gate",
                refused(() -> house.releases.promote(GERD, order, Stage.PRODUCTION))
                        .line());
        MoveForm production = new MoveForm(OrderMachine.Move.ENTER_PRODUCTION, "", Optional.empty());
        Sha256 digest = house.plans.preview(order).digest();
        Refusal own =
                refused(() -> house.orders.sign(BERT, order, any(), new SignForm(Capacity.CLIENT, digest, "I pay")));
        assertTrue(own.line().contains("nobody approves their own"), own.line());
        house.orders.sign(CORA, order, any(), new SignForm(Capacity.BOARD, digest, ""));
        house.orders.sign(House.person("carl", Role.APPROVER), order, any(), new SignForm(Capacity.CLIENT, digest, ""));

        house.plans.planWaves(GERD, order, any(), OrderPlanForm.of("site==tokyo"));
        Refusal voided = refused(() -> house.orders.move(GERD, order, any(), production));
        assertTrue(voided.line().contains("2 of another plan are void"), voided.line());
        Refusal changed =
                refused(() -> house.orders.sign(CORA, order, any(), new SignForm(Capacity.BOARD, digest, "")));
        assertTrue(changed.line().contains("has changed since it was shown"), changed.line());
        house.plans.planWaves(GERD, order, any(), OrderPlanForm.of("site==berlin"));
    }

    private static Deployment started(House house, OrderId order) {
        assertTrue(refused(() -> house.orders.tick(
                        GERD, order, any(), new TickForm(Step.STAGING, "means", "there", Optional.empty())))
                .line()
                .contains("work begins when somebody lets it proceed"));
        for (StageGateMachine.Move said :
                List.of(StageGateMachine.Move.CONFIRM_RESOURCES, StageGateMachine.Move.APPROVE_FEASIBILITY)) {
            house.orders.speak(said == StageGateMachine.Move.CONFIRM_RESOURCES ? GERD : CORA, order, any(), said, "");
        }
        assertTrue(refused(() -> house.releases.promote(GERD, order, Stage.PRODUCTION))
                .line()
                .contains("work begins when somebody lets it proceed"));
        house.orders.speak(CORA, order, any(), StageGateMachine.Move.PROCEED, "");
        assertEquals(
                order + ": a tick of means is of a deployment, and none is planned: packhorse order plan-deployment "
                        + order + ", then tick it",
                refused(() -> house.orders.tick(
                                GERD, order, any(), new TickForm(Step.STAGING, "means", "there", Optional.empty())))
                        .line());
        Deployment deployment = house.deployments.plan(GERD, order).value();
        house.deployments.stage(GERD, deployment.id(), any());
        house.product(deployment.id(), DeploymentMachine.Move.DEPOTS_STAGED);
        Stored<Deployment> unready = house.deployments.check(GERD, deployment.id(), any());
        assertEquals(DeploymentState.PLANNED, unready.value().state(), "nothing was rehearsed, and nobody looked");
        assertTrue(
                house.view.standing(deployment.id()).blocking().stream()
                        .anyMatch(line -> line.contains("never rehearsed")),
                house.view.standing(deployment.id()).blocking().toString());
        assertTrue(
                house.view.standing(deployment.id()).blocking().stream()
                        .anyMatch(line -> line.contains("depots fetch with the first wave: not looked at")),
                "what was not looked at is said");
        promoted(house, order, deployment.id());

        house.orders.rehearsed(GERD, order, any(), new RehearsalForm(true, Duration.ofMinutes(4)));
        house.orders.tick(GERD, order, any(), new TickForm(Step.STAGING, "means", "all there", Optional.empty()));
        house.orders.tick(GERD, order, any(), new TickForm(Step.READINESS, "freezes", "none", Optional.empty()));
        house.orders.tick(GERD, order, any(), new TickForm(Step.READINESS, "depots", "two are up", Optional.empty()));
        house.deployments.simulate(GERD, deployment.id(), any());
        house.deployments.stage(GERD, deployment.id(), any());
        house.product(deployment.id(), DeploymentMachine.Move.DEPOTS_STAGED);
        assertEquals(
                DeploymentState.READY,
                house.deployments.check(GERD, deployment.id(), any()).value().state(),
                house.view.standing(deployment.id()).blocking().toString());
        house.deployments.announce(GERD, deployment.id(), any());
        assertEquals(
                Why.FORBIDDEN,
                refused(() -> house.deployments.start(CORA, deployment.id(), any()))
                        .why());
        return house.deployments.start(GERD, deployment.id(), any()).value();
    }

    /** What production does not offer is not deployed; what is, is as the order carries it. */
    private static void promoted(House house, OrderId order, DeploymentId deployment) {
        Predicate<String> promotion = line -> line.startsWith("production offers exactly these releases: ");
        Supplier<List<String>> blocking = () -> {
            house.deployments.simulate(GERD, deployment, any());
            house.deployments.stage(GERD, deployment, any());
            house.product(deployment, DeploymentMachine.Move.DEPOTS_STAGED);
            house.deployments.check(GERD, deployment, any());
            return house.view.standing(deployment).blocking().stream()
                    .filter(promotion)
                    .toList();
        };
        assertTrue(
                house.view.standing(deployment).blocking().stream()
                        .filter(promotion)
                        .anyMatch(line -> line.endsWith("is not in the catalogue: catalogue and promote it")),
                house.view.standing(deployment).blocking().toString());
        house.releases.catalogue(
                House.DORA,
                new ReleaseOffice.ReleaseForm(House.EDITOR, House.MANIFEST, new ByteCount(1 << 20), Kind.PACKAGE));
        List<String> catalogued = blocking.get();
        assertTrue(catalogued.toString().contains("is offered to BUILDING only: promote it"), catalogued.toString());
        house.releases.promote(GERD, order, Stage.PRODUCTION);
        assertEquals(List.of(), blocking.get());
    }
}
