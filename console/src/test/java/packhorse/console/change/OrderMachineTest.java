package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.ANNA;
import static packhorse.console.change.Cast.BERT;
import static packhorse.console.change.Cast.CARL;
import static packhorse.console.change.Cast.CORA;
import static packhorse.console.change.Cast.DORA;
import static packhorse.console.change.Cast.EMIL;
import static packhorse.console.change.Cast.FRITZ;
import static packhorse.console.change.Cast.GERD;
import static packhorse.console.change.Cast.HANNA;
import static packhorse.console.change.Cast.VIC;
import static packhorse.console.change.Cast.WHOLE;
import static packhorse.console.change.Cast.ZOE;
import static packhorse.console.change.Cast.approved;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.build;
import static packhorse.console.change.Cast.digest;
import static packhorse.console.change.Cast.done;
import static packhorse.console.change.Cast.facts;
import static packhorse.console.change.Cast.finished;
import static packhorse.console.change.Cast.move;
import static packhorse.console.change.Cast.opened;
import static packhorse.console.change.Cast.order;
import static packhorse.console.change.Cast.plans;
import static packhorse.console.change.Cast.refused;
import static packhorse.console.change.Cast.release;
import static packhorse.console.change.Cast.signed;
import static packhorse.console.change.Cast.standingAt;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.ChangeOrder.Ending;
import packhorse.console.change.OrderMachine.Move;
import packhorse.core.content.Kind;
import packhorse.core.testing.Cases;

final class OrderMachineTest {
    @Test
    @Proves({"PROCESS 1 change order", "PROCESS 4 change order"})
    void anOrderIsOpenedForApprovedRequestsAndSaysWhatTheySay() {
        ChangeOrder order = order(WHOLE, RiskClass.NORMAL);
        assertEquals("a newer editor", order.head().description());
        assertEquals(Set.of(RequestId.of(2026, 1)), order.requests());
        assertEquals(WHOLE, order.category());
        assertEquals(Set.of(ANNA.id()), order.duties().requesters());
        assertEquals(Set.of(BERT.id()), order.duties().approvers());
        assertEquals(1, order.history().size());
        ChangeRequest draft = Cast.draft(RiskClass.NORMAL);
        assertTrue(refused(OrderDesk.open(
                        OrderId.of(2026, 2), order.head(), List.of(draft), Optional.empty(), HANNA, at(4)))
                .contains("DRAFT"));
        assertTrue(refused(OrderDesk.open(
                        OrderId.of(2026, 2),
                        order.head(),
                        List.of(approved(1, WHOLE, RiskClass.NORMAL), approved(2, WHOLE, RiskClass.EMERGENCY)),
                        Optional.empty(),
                        HANNA,
                        at(4)))
                .contains("emergency"));
        assertTrue(refused(OrderDesk.open(
                        OrderId.of(2026, 2),
                        order.head(),
                        List.of(
                                approved(1, Category.of(RequestType.INSTALL), RiskClass.NORMAL),
                                approved(2, Category.of(RequestType.REMOVE), RiskClass.MAJOR)),
                        Optional.empty(),
                        HANNA,
                        at(4)))
                .contains("undo each other"));
    }

    @Test
    @Proves("PROCESS 1 change order")
    void planningIsLeftWhenSitesEstimateCommunicationsBackoutAndGuideStand() {
        ChangeOrder order = order(WHOLE, RiskClass.NORMAL);
        String reason = refused(move(order, Move.ENTER_BUILDING, HANNA));
        assertTrue(reason.contains("name the sites involved"), reason);
        order = OrderDesk.fill(order, Step.CHANGE_ORDER, OrderFindings.planning(order, at(4)));
        reason = refused(move(order, Move.ENTER_BUILDING, HANNA));
        for (String part : List.of("there is no estimate", "the criteria that trigger it", "the mechanism", "coming")) {
            assertTrue(reason.contains(part), reason);
        }
        order = done(OrderDesk.plan(order, plans(), HANNA, at(5)));
        order = OrderDesk.fill(order, Step.CHANGE_ORDER, OrderFindings.planning(order, at(5)));
        for (String key : List.of("sites", "schedule")) {
            order = done(OrderDesk.tick(order, Step.CHANGE_ORDER, key, "", Optional.empty(), HANNA, at(5)));
        }
        assertEquals(
                OrderState.BUILDING,
                done(move(order, Move.ENTER_BUILDING, HANNA)).state());
    }

    @Test
    void aWholeOrderGoesFromItsPlanToItsEnd() {
        ChangeOrder order = standingAt(OrderState.CLOSED);
        assertEquals(Optional.of(Ending.DONE), order.ending());
        assertEquals(
                List.of(Stage.BUILDING, Stage.TEST, Stage.PRODUCTION),
                order.stages().stream().map(StageEntry::stage).toList());
        assertEquals(Set.of(EMIL.id()), order.duties().builders());
        assertTrue(refused(OrderDesk.comment(order, "well done", ANNA, at(20))).contains("final"));
    }

    @Test
    @Proves("PROCESS 1 every stage opens with the same gate")
    void noStageWorksBeforeItsGateIsOpen() {
        for (OrderState state : List.of(OrderState.BUILDING, OrderState.TEST, OrderState.PRODUCTION)) {
            ChangeOrder order = standingAt(state);
            ChecklistItem item = order.checklist().orElseThrow().items().stream()
                    .filter(one -> one.performs().isPresent())
                    .findFirst()
                    .orElseThrow();
            assertTrue(refused(OrderDesk.tick(order, item.step(), item.key(), "done", Optional.empty(), ZOE, at(6)))
                    .contains("gate"));
            // All items done does not help.
            ChangeOrder all = opened(order);
            all = finished(all);
            ChangeOrder shut = all.edit()
                    .gate(StageGate.closed(all.stage().orElseThrow().stage(), at(6)))
                    .done();
            Move next = switch (state) {
                case BUILDING -> Move.ENTER_TEST;
                case TEST -> Move.ENTER_PLAN_APPROVAL;
                default -> Move.ENTER_CLOSING;
            };
            assertTrue(refused(move(shut, next, HANNA)).contains("never opened"));
        }
        ChangeOrder building = standingAt(OrderState.BUILDING);
        assertTrue(refused(OrderDesk.built(
                        building,
                        build(release("acme/editor", "2.0"), digest(1), EMIL.id()),
                        Kind.PACKAGE,
                        Medium.ELECTRONIC,
                        EMIL,
                        at(6)))
                .contains("gate"));
    }

    @Test
    @Proves({"PROCESS 1 building", "PROCESS 1 test"})
    void aStageIsNotLeftWithOpenItems() {
        ChangeOrder building = opened(standingAt(OrderState.BUILDING));
        building = OrderDesk.fill(building, Step.BUILDING, OrderFindings.building(building, at(6)));
        String reason = refused(move(building, Move.ENTER_TEST, EMIL));
        for (String part :
                List.of("scan", "version-controlled", "response and control files", "pristine", "catalogue")) {
            assertTrue(reason.contains(part), reason);
        }
        building = done(OrderDesk.built(
                building,
                build(release("acme/editor", "2.0"), digest(1), EMIL.id()),
                Kind.PACKAGE,
                Medium.ELECTRONIC,
                EMIL,
                at(6)));
        building = OrderDesk.fill(building, Step.BUILDING, OrderFindings.building(building, at(6)));
        building = done(
                OrderDesk.tick(building, Step.BUILDING, "control-files", "answers.txt", Optional.empty(), EMIL, at(6)));
        ChangeOrder test = opened(done(move(building, Move.ENTER_TEST, EMIL)));
        reason = refused(move(test, Move.ENTER_PLAN_APPROVAL, FRITZ));
        for (String part :
                List.of("rehearse the backout", "transmission and installation times", "scan the release again")) {
            assertTrue(reason.contains(part), reason);
        }
    }

    @Test
    @Proves("PROCESS 1 test")
    void whatFailsItsTestGoesBackToBuildingAndIsCounted() {
        ChangeOrder order = done(move(standingAt(OrderState.TEST), Move.REWORK, FRITZ));
        assertEquals(OrderState.BUILDING, order.state());
        assertEquals(1, order.reworks());
        assertFalse(order.stage().orElseThrow().gate().isOpen());
        assertTrue(order.checklist().orElseThrow().items().stream().noneMatch(ChecklistItem::isDone));
        assertTrue(refused(OrderMachine.move(
                        standingAt(OrderState.TEST), Move.REWORK, facts(), " ", Optional.empty(), FRITZ, at(9)))
                .contains("say why"));
        ChangeOrder testOnly = order(Category.of(RequestType.TEST_PACKAGE), RiskClass.NORMAL);
        testOnly = done(move(finished(testOnly), Move.ENTER_TEST, HANNA));
        assertTrue(refused(move(testOnly, Move.REWORK, FRITZ)).contains("no building stage"));
    }

    @Test
    @Proves("PROCESS 1 category decides the stages")
    void theCategoryDecidesTheRoad() {
        ChangeOrder commit = finished(order(Category.of(RequestType.COMMIT), RiskClass.NORMAL));
        assertTrue(refused(move(commit, Move.ENTER_BUILDING, HANNA)).contains("PLAN_APPROVAL comes next"));
        assertEquals(
                OrderState.PLAN_APPROVAL,
                done(move(commit, Move.ENTER_PLAN_APPROVAL, HANNA)).state());
        ChangeOrder prepare = finished(order(Category.of(RequestType.PREPARE_MEDIA), RiskClass.NORMAL));
        prepare = finished(opened(done(move(prepare, Move.ENTER_BUILDING, HANNA))));
        assertTrue(refused(move(prepare, Move.ENTER_TEST, HANNA)).contains("CLOSING comes next"));
        assertEquals(
                OrderState.CLOSING,
                done(move(prepare, Move.ENTER_CLOSING, HANNA)).state());
    }

    @Test
    @Proves("PROCESS 1 plan approval")
    void productionBeginsWithSignaturesOfClientAndBoardUnderThisPlan() {
        ChangeOrder order = standingAt(OrderState.PLAN_APPROVAL);
        assertTrue(refused(move(order, Move.ENTER_PRODUCTION, GERD)).contains("1 for the CLIENT, 1 for the BOARD"));
        assertTrue(refused(OrderDesk.sign(order, PlanApproval.Capacity.BOARD, digest(98), digest(99), "", BERT, at(8)))
                .contains("has changed"));
        ChangeOrder both = signed(order);
        assertEquals(
                OrderState.PRODUCTION,
                done(move(both, Move.ENTER_PRODUCTION, GERD)).state());
        String reason = refused(OrderMachine.move(
                both,
                Move.ENTER_PRODUCTION,
                new OrderMachine.Facts(Optional.of(digest(100)), 0, Optional.empty()),
                "",
                Optional.empty(),
                GERD,
                at(9)));
        assertTrue(reason.contains("2 of another plan are void"), reason);
        assertTrue(refused(OrderMachine.move(
                        both,
                        Move.ENTER_PRODUCTION,
                        new OrderMachine.Facts(Optional.empty(), 0, Optional.empty()),
                        "",
                        Optional.empty(),
                        GERD,
                        at(9)))
                .contains("no plan"));
    }

    @Test
    @Proves("PROCESS 1 plan approval")
    void neitherRequesterNorBuilderSignsAndNobodySignsTwice() {
        ChangeOrder order = standingAt(OrderState.PLAN_APPROVAL);
        for (PersonId own : List.of(ANNA.id(), EMIL.id())) {
            Actor all = new Actor.Person(own, Set.of(Role.values()));
            assertTrue(
                    refused(OrderDesk.sign(order, PlanApproval.Capacity.CLIENT, digest(99), digest(99), "", all, at(8)))
                            .contains("nobody approves their own"));
        }
        ChangeOrder once =
                done(OrderDesk.sign(order, PlanApproval.Capacity.CLIENT, digest(99), digest(99), "", BERT, at(8)));
        assertTrue(refused(OrderDesk.sign(once, PlanApproval.Capacity.BOARD, digest(99), digest(99), "", BERT, at(8)))
                .contains("signed this plan already"));
        assertTrue(refused(OrderDesk.sign(once, PlanApproval.Capacity.BOARD, digest(99), digest(99), "", VIC, at(8)))
                .contains("APPROVER"));
    }

    @Test
    void whoApprovedDoesNotBuild() {
        ChangeOrder order = opened(standingAt(OrderState.BUILDING));
        Actor bert = new Actor.Person(BERT.id(), Set.of(Role.APPROVER, Role.PACKAGE_BUILDER));
        assertTrue(refused(OrderDesk.built(
                        order,
                        build(release("acme/editor", "2.0"), digest(1), BERT.id()),
                        Kind.PACKAGE,
                        Medium.ELECTRONIC,
                        bert,
                        at(6)))
                .contains("nobody approves their own"));
    }

    /** Else whoever built could name another, and sign. */
    @Test
    void aBuildIsReportedByWhoBuilt() {
        ChangeOrder order = opened(standingAt(OrderState.BUILDING));
        assertTrue(refused(OrderDesk.built(
                        order,
                        build(release("acme/editor", "2.0"), digest(1), new PersonId("otto")),
                        Kind.PACKAGE,
                        Medium.ELECTRONIC,
                        EMIL,
                        at(6)))
                .contains("otto"));
    }

    @Test
    void whoLetTheStageProceedDoesNotBuild() {
        ChangeOrder order = opened(standingAt(OrderState.BUILDING));
        Actor hanna = new Actor.Person(HANNA.id(), Set.of(Role.CHANGE_COORDINATOR, Role.PACKAGE_BUILDER));
        assertTrue(refused(OrderDesk.built(
                        order,
                        build(release("acme/editor", "2.0"), digest(1), HANNA.id()),
                        Kind.PACKAGE,
                        Medium.ELECTRONIC,
                        hanna,
                        at(6)))
                .contains("hanna approved the change"));
    }

    @Test
    void thePlanStandsInProductionAndIsTakenBackToBeSignedAnew() {
        ChangeOrder order = standingAt(OrderState.PRODUCTION);
        assertTrue(refused(OrderDesk.plan(order, plans(), HANNA, at(9))).contains("REPLAN"));
        String reason = refused(OrderMachine.move(
                order,
                Move.REPLAN,
                new OrderMachine.Facts(Optional.of(digest(99)), 7, Optional.empty()),
                "another window",
                Optional.empty(),
                GERD,
                at(9)));
        assertTrue(reason.contains("7 endpoints are under way"), reason);
        ChangeOrder back = done(move(order, Move.REPLAN, GERD));
        assertEquals(OrderState.PLAN_APPROVAL, back.state());
        assertEquals(
                OrderState.PLAN_APPROVAL,
                done(OrderDesk.plan(back, plans(), HANNA, at(9))).state());
    }

    @Test
    void whatIsBuiltAnewIsWhatTheOrderCarries() {
        ChangeOrder order = standingAt(OrderState.TEST);
        assertEquals(
                List.of(digest(1)),
                order.plans().distribution().releases().orElseThrow().manifests());
        order = opened(done(move(order, Move.REWORK, FRITZ)));
        order = done(OrderDesk.built(
                order,
                build(release("acme/editor", "2.0"), digest(2), EMIL.id()),
                Kind.PACKAGE,
                Medium.ELECTRONIC,
                EMIL,
                at(9)));
        assertEquals(
                List.of(digest(2)),
                order.plans().distribution().releases().orElseThrow().manifests());
        assertEquals(2, order.builds().size());
    }

    @Test
    @Proves("PROCESS 1 closing")
    void anOrderIsClosedWithReportsHandoverAcceptanceAndNoProblemLeftBehind() {
        ChangeOrder order = standingAt(OrderState.CLOSING);
        ChangeRequest request =
                done(RequestMachine.order(approved(1, WHOLE, RiskClass.NORMAL), order.id(), HANNA, at(5)));
        Problem problem = Problem.open(
                ProblemId.of(2026, 4), order.id(), Optional.of(Cast.EDITOR), "slow", Set.of(), Set.of(), GERD, at(9));
        order = OrderDesk.fill(
                order,
                Step.CLOSING,
                OrderFindings.closing(
                        order, List.of(request), List.of(problem), Optional.empty(), Optional.empty(), at(11)));
        String reason = refused(move(order, Move.CLOSE, HANNA));
        for (String part : List.of("status report", "evaluation report", "CR-2026-0001", "PR-2026-0004", "cut-over")) {
            assertTrue(reason.contains(part), reason);
        }
        order = done(OrderDesk.handOver(
                order,
                new Handover(
                        "the editor",
                        "restart it on Sundays",
                        List.of(problem.id()),
                        "the old one leaves in May",
                        Optional.empty(),
                        Optional.empty()),
                HANNA,
                at(12)));
        assertTrue(refused(OrderDesk.takeOver(order, HANNA, at(12))).contains("wrote the handover"));
        order = done(OrderDesk.takeOver(order, EMIL, at(12)));
        request = done(RequestMachine.accept(request, new Acceptance(ANNA.id(), true, 4, "", at(12))));
        order = OrderDesk.fill(
                order,
                Step.CLOSING,
                OrderFindings.closing(
                        order, List.of(request), List.of(problem), Optional.of(at(12)), Optional.of(at(12)), at(12)));
        assertTrue(refused(OrderMachine.move(order, Move.CLOSE, facts(), "", Optional.empty(), HANNA, at(13)))
                .contains("how it ended"));
        assertEquals(OrderState.CLOSED, done(move(order, Move.CLOSE, HANNA)).state());
    }

    @Test
    void whatIsUnderWayIsNotCancelled() {
        assertTrue(refused(move(standingAt(OrderState.PRODUCTION), Move.CANCEL, HANNA))
                .contains("not possible"));
        assertEquals(
                Optional.of(Ending.CANCELLED), standingAt(OrderState.CANCELLED).ending());
    }

    @Test
    void goOrNoGoIsNotItsOperatorsAlone() {
        ChangeOrder order = opened(standingAt(OrderState.PRODUCTION));
        order = done(OrderDesk.operated(order, "launched the beta group", true, GERD, at(10)));
        YellowFlag flag = new YellowFlag.UntestedKind("laptop", 40);
        assertTrue(refused(go(order, GoNoGo.Decision.GO, Set.of(GERD), List.of(), Set.of(), ""))
                .contains("operator's alone"));
        assertTrue(refused(go(order, GoNoGo.Decision.GO, Set.of(VIC), List.of(), Set.of(), ""))
                .contains("vic is none"));
        assertTrue(refused(go(order, GoNoGo.Decision.GO, Set.of(GERD, BERT), List.of(flag), Set.of(), "fine"))
                .contains("laptop"));
        assertTrue(refused(go(order, GoNoGo.Decision.GO, Set.of(BERT), List.of(flag), Set.of(flag.text()), ""))
                .contains("say why"));
        ChangeOrder gone = done(
                go(order, GoNoGo.Decision.GO, Set.of(GERD, BERT), List.of(flag), Set.of(flag.text()), "few of them"));
        assertEquals(List.of(flag.text()), gone.decisions().get(0).flags());
        // Whoever wants to stop may.
        assertEquals(
                1,
                done(go(order, GoNoGo.Decision.NO_GO, Set.of(GERD), List.of(flag), Set.of(), "it burns"))
                        .decisions()
                        .size());
    }

    private static Outcome<ChangeOrder> go(
            ChangeOrder order,
            GoNoGo.Decision decision,
            Set<Actor.Person> deciders,
            List<YellowFlag> flags,
            Set<String> seen,
            String remarks) {
        return OrderDesk.decide(order, decision, deciders, "72 of 72 clean", flags, seen, remarks, at(11));
    }

    @Test
    void backoutAddsItsOwnItems() {
        ChangeOrder order = opened(standingAt(OrderState.PRODUCTION));
        assertTrue(refused(OrderDesk.backOut(order, "it burns", VIC, at(9))).contains("INSTALLATION_COORDINATOR"));
        ChangeOrder back = done(OrderDesk.backOut(order, "the gate failed", Actor.product(), at(9)));
        back = done(OrderDesk.backOut(back, "and again", GERD, at(9)));
        assertEquals(
                4,
                back.checklist().orElseThrow().open(Step.BACKOUT_AND_RECOVERY).size());
        assertTrue(refused(move(back, Move.ENTER_CLOSING, GERD)).contains("mend the cause"));
    }

    @Test
    void aReleaseThatIsCarriedIsSentAndReceivedOnce() {
        ChangeOrder order = opened(standingAt(OrderState.PRODUCTION));
        Shipment sent = new Shipment(
                release("acme/editor", "2.0"),
                "kiel",
                "DVD 7",
                "courier",
                GERD.id(),
                at(9),
                Optional.empty(),
                Optional.empty());
        order = done(OrderDesk.shipped(order, sent, GERD, at(9)));
        Shipment there = done(sent.receive(new PersonId("kurt"), at(30)));
        order = done(OrderDesk.shipped(order, there, GERD, at(31)));
        assertEquals(List.of(there), order.shipments());
        assertTrue(refused(there.receive(new PersonId("kurt"), at(40))).contains("already"));
        assertTrue(refused(sent.receive(new PersonId("kurt"), at(1))).contains("before"));
    }

    @Test
    void nothingLeavesAnEnd() {
        for (OrderState end : List.of(OrderState.CLOSED, OrderState.CANCELLED)) {
            ChangeOrder order = standingAt(end);
            assertTrue(order.state().isFinal());
            for (Move any : Move.values()) {
                assertTrue(refused(move(order, any, ZOE)).contains("final"), any.name());
            }
            assertTrue(refused(OrderDesk.plan(order, plans(), ZOE, at(20))).contains("final"));
            assertTrue(refused(OrderDesk.handOver(order, Handover.empty(), ZOE, at(20)))
                    .contains("final"));
        }
    }

    /** Whatever is tried, by whomever, whatever is open: only rows of the table happen, and nothing leaves an end. */
    @Test
    void randomWalksStayOnTheTable() {
        List<Actor> everybody = List.of(ANNA, BERT, CORA, CARL, DORA, EMIL, FRITZ, GERD, HANNA, VIC, ZOE);
        Set<OrderState> seen = new HashSet<>();
        Cases.run(150, random -> {
            ChangeOrder order = done(OrderDesk.plan(order(WHOLE, RiskClass.NORMAL), plans(), HANNA, at(4)));
            for (int step = 0; step < 80 && !order.state().isFinal(); step++) {
                order = random.nextBoolean() ? prepared(order, random) : order;
                ChangeOrder before = order;
                List<Transitions.Row<OrderState, Move>> rows = OrderMachine.TABLE.rows().stream()
                        .filter(row -> row.from() == before.state())
                        .toList();
                // Half of the time something that could be, else anything by anybody.
                boolean likely = random.nextBoolean();
                Actor actor = likely ? ZOE : everybody.get(random.nextInt(everybody.size()));
                Move move = likely ? rows.get(random.nextInt(rows.size())).move() : Cast.any(Move.class, random);
                if (move == Move.CANCEL && random.nextInt(20) > 0) {
                    continue;
                }
                long underWay = random.nextInt(3);
                Outcome<ChangeOrder> outcome = OrderMachine.move(
                        order,
                        move,
                        new OrderMachine.Facts(Optional.of(digest(99)), underWay, Optional.empty()),
                        "because",
                        Optional.of(Ending.PARTLY),
                        actor,
                        at(10));
                if (outcome.refusal().isPresent()) {
                    refused(outcome);
                    continue;
                }
                order = outcome.result().orElseThrow();
                check(before, move, order, actor, underWay);
                seen.add(order.state());
            }
        });
        Set<OrderState> all = new HashSet<>(Set.of(OrderState.values()));
        all.remove(OrderState.PLANNING);
        assertEquals(all, seen);
    }

    private static ChangeOrder prepared(ChangeOrder order, RandomGenerator random) {
        ChangeOrder now = order;
        if (now.stage()
                .filter(entry -> entry.gate().state() == GateState.WAITING)
                .isPresent()) {
            now = opened(now);
        }
        if (now.checklist().isPresent() && random.nextBoolean()) {
            now = finished(now);
        }
        return now.state() == OrderState.PLAN_APPROVAL && now.approvals().all().isEmpty() ? signed(now) : now;
    }

    private static void check(ChangeOrder before, Move move, ChangeOrder after, Actor actor, long underWay) {
        Transitions.Row<OrderState, Move> row =
                OrderMachine.TABLE.find(before.state(), move).orElseThrow();
        assertEquals(row.to(), after.state());
        assertTrue(row.who().includes(actor));
        assertFalse(before.state().isFinal());
        switch (move) {
            case ENTER_TEST, ENTER_PLAN_APPROVAL, ENTER_CLOSING, CLOSE, ENTER_BUILDING -> {
                assertEquals(List.of(), before.checklist().orElseThrow().open());
                assertTrue(before.stage().map(entry -> entry.gate().isOpen()).orElse(true));
            }
            case ENTER_PRODUCTION -> assertTrue(after.approvals().suffice(digest(99), after.risk(), after.duties()));
            case REWORK, REPLAN -> assertEquals(0, underWay);
            case CANCEL -> assertEquals(OrderState.CANCELLED, after.state());
        }
    }
}
