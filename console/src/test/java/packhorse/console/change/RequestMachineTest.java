package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.ANNA;
import static packhorse.console.change.Cast.BERT;
import static packhorse.console.change.Cast.CARL;
import static packhorse.console.change.Cast.DORA;
import static packhorse.console.change.Cast.HANNA;
import static packhorse.console.change.Cast.MORNING;
import static packhorse.console.change.Cast.VIC;
import static packhorse.console.change.Cast.ZOE;
import static packhorse.console.change.Cast.approved;
import static packhorse.console.change.Cast.assessed;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.done;
import static packhorse.console.change.Cast.draft;
import static packhorse.console.change.Cast.feasible;
import static packhorse.console.change.Cast.form;
import static packhorse.console.change.Cast.refused;
import static packhorse.console.change.Cast.submitted;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.core.testing.Cases;

final class RequestMachineTest {
    private static final OrderId ORDER = OrderId.of(2026, 1);
    private static final ChangeOrder CLOSED = Cast.standingAt(OrderState.CLOSED);

    @Test
    @Proves("PROCESS 1 change request")
    void aRequestThatLacksSomethingIsNotTakenAndSaysWhat() {
        ChangeRequest request = ChangeRequest.draft(RequestId.of(2026, 1), ANNA.id(), RequestForm.empty(), MORNING);
        String reason = refused(RequestMachine.submit(request, ANNA, at(1)));
        for (RequestForm.Field field : RequestForm.Field.values()) {
            assertTrue(reason.contains(field.title()), reason);
        }
        ChangeRequest whole = done(RequestMachine.edit(request, form(Cast.WHOLE, RiskClass.NORMAL), ANNA, at(1)));
        assertEquals(
                RequestState.SUBMITTED,
                done(RequestMachine.submit(whole, ANNA, at(1))).state());
    }

    @Test
    void aDeadlineThatIsPastIsRefused() {
        String reason = refused(RequestMachine.submit(draft(RiskClass.NORMAL), ANNA, at(24 * 30)));
        assertTrue(reason.contains("deadline"), reason);
    }

    @Test
    void aStandardChangeNamesItsTemplate() {
        String reason = refused(RequestMachine.submit(draft(RiskClass.STANDARD), ANNA, at(1)));
        assertTrue(reason.contains("template"), reason);
    }

    @Test
    @Proves("PROCESS 1 change request")
    void whatIsReturnedIsCountedAndItsClockStands() {
        ChangeRequest request = submitted(RiskClass.NORMAL);
        Instant wished = request.form().deadline().orElseThrow();
        request = done(RequestMachine.giveBack(request, "which machines?", DORA, at(2)));
        assertEquals(RequestState.RETURNED, request.state());
        assertEquals(wished.plus(Duration.ofHours(5)), request.due(at(7)).orElseThrow());
        request = done(RequestMachine.submit(request, ANNA, at(12)));
        assertEquals(1, request.returned());
        assertEquals(wished.plus(Duration.ofHours(10)), request.due(at(500)).orElseThrow());
    }

    @Test
    void whatWasSaidOfAnEarlierSubmissionDoesNotCount() {
        ChangeRequest request = done(RequestMachine.approve(assessed(RiskClass.MAJOR), "", BERT, at(3)));
        request = done(RequestMachine.giveBack(request, "which machines?", CARL, at(4)));
        request = done(RequestMachine.submit(request, ANNA, at(5)));
        request = done(RequestMachine.assess(request, feasible(), Optional.empty(), DORA, at(6)));
        request = done(RequestMachine.approve(request, "", CARL, at(7)));
        assertEquals(RequestState.ASSESSED, request.state());
        assertEquals(1, request.approvalsMissing());
        assertEquals(
                RequestState.APPROVED,
                done(RequestMachine.approve(request, "", BERT, at(8))).state());
    }

    @Test
    @Proves("PROCESS 1 request approval")
    void theQuorumIsByRisk() {
        for (RiskClass risk : List.of(RiskClass.NORMAL, RiskClass.MAJOR, RiskClass.EMERGENCY)) {
            ChangeRequest request = assessed(risk);
            int wanted = risk == RiskClass.NORMAL ? 1 : 2;
            for (Actor.Person one : List.of(BERT, CARL).subList(0, wanted)) {
                assertEquals(RequestState.ASSESSED, request.state());
                request = done(RequestMachine.approve(request, "", one, at(3)));
            }
            assertEquals(RequestState.APPROVED, request.state(), risk.name());
        }
        ChangeRequest half = done(RequestMachine.approve(assessed(RiskClass.MAJOR), "", BERT, at(3)));
        assertTrue(refused(RequestMachine.approve(half, "", BERT, at(4))).contains("already"));
    }

    @Test
    @Proves("PROCESS 1 request approval")
    void nobodyApprovesTheirOwn() {
        ChangeRequest own = new ChangeRequest(
                RequestId.of(2026, 7),
                ZOE.id(),
                form(Cast.WHOLE, RiskClass.NORMAL),
                RequestState.DRAFT,
                0,
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        own = done(RequestMachine.submit(own, ZOE, at(1)));
        own = done(RequestMachine.assess(own, feasible(), Optional.empty(), ZOE, at(2)));
        assertTrue(refused(RequestMachine.approve(own, "", ZOE, at(3))).contains("nobody approves their own"));
        assertTrue(refused(RequestMachine.reject(own, "no", ZOE, at(3))).contains("nobody approves their own"));
    }

    @Test
    @Proves("PROCESS 1 request approval")
    void theBoardMayRejectAndReturn() {
        ChangeRequest request = assessed(RiskClass.MAJOR);
        assertEquals(
                RequestState.REJECTED,
                done(RequestMachine.reject(request, "too dear", BERT, at(3))).state());
        assertEquals(
                RequestState.RETURNED,
                done(RequestMachine.giveBack(request, "how dear?", BERT, at(3))).state());
    }

    @Test
    void whatIsNotFeasibleIsNotApproved() {
        ChangeRequest request = done(RequestMachine.assess(
                submitted(RiskClass.NORMAL),
                new Assessment(false, "0 EUR", "no such editor"),
                Optional.empty(),
                DORA,
                at(2)));
        assertTrue(refused(RequestMachine.approve(request, "", BERT, at(3))).contains("not feasible"));
    }

    @Test
    @Proves("PROCESS 1 request approval")
    void anEmergencyIsLookedAtAgainBeforeItIsClosed() {
        ChangeRequest request = approved(RiskClass.EMERGENCY);
        assertEquals(at(3).plus(Duration.ofDays(7)), request.reviewDue().orElseThrow());
        request = done(RequestMachine.order(request, ORDER, HANNA, at(4)));
        assertTrue(refused(RequestMachine.close(request, CLOSED, HANNA, at(5))).contains("review"));
        Duties duties = new Duties(Set.of(ANNA.id()), Set.of(CARL.id()), Set.of(), Set.of());
        assertTrue(refused(RequestMachine.review(request, duties, true, "it burned", CARL, at(6)))
                .contains("built"));
        assertTrue(refused(RequestMachine.review(request, duties, true, "it burned", DORA, at(6)))
                .contains("APPROVER"));
        request = done(RequestMachine.review(request, duties, true, "it burned", BERT, at(6)));
        assertTrue(request.reviewDue().isEmpty());
        assertEquals(
                RequestState.CLOSED,
                done(RequestMachine.close(request, CLOSED, HANNA, at(7))).state());
        assertTrue(refused(RequestMachine.review(approved(RiskClass.NORMAL), duties, true, "it burned", BERT, at(6)))
                .contains("no approved emergency"));
    }

    @Test
    void onlyItsRequesterSubmitsChangesAndWithdrawsIt() {
        Actor other = Cast.person("otto", Role.REQUESTER);
        assertTrue(refused(RequestMachine.submit(draft(RiskClass.NORMAL), other, at(1)))
                .contains("anna's"));
        assertTrue(refused(RequestMachine.withdraw(draft(RiskClass.NORMAL), "", other, at(1)))
                .contains("anna's"));
        assertTrue(refused(RequestMachine.edit(draft(RiskClass.NORMAL), RequestForm.empty(), other, at(1)))
                .contains("anna's"));
        assertTrue(refused(RequestMachine.edit(submitted(RiskClass.NORMAL), RequestForm.empty(), ANNA, at(1)))
                .contains("SUBMITTED"));
    }

    @Test
    void whoHasNotTheRoleIsToldWhoHas() {
        assertEquals(
                "CR-2026-0001: APPROVE is for APPROVER, product; vic is none",
                refused(RequestMachine.approve(assessed(RiskClass.NORMAL), "", VIC, at(3))));
        assertEquals(
                "CR-2026-0001 is DRAFT: ASSESS is not possible; possible are SUBMIT, WITHDRAW",
                refused(RequestMachine.assess(draft(RiskClass.NORMAL), feasible(), Optional.empty(), DORA, at(3))));
        ChangeRequest gone = done(RequestMachine.withdraw(draft(RiskClass.NORMAL), "", ANNA, at(1)));
        assertEquals(
                "CR-2026-0001 is WITHDRAWN, which is final: SUBMIT is not possible any more",
                refused(RequestMachine.submit(gone, ANNA, at(2))));
    }

    @Test
    void whatNobodyGoesOnWithLapses() {
        ChangeRequest returned =
                done(RequestMachine.giveBack(submitted(RiskClass.NORMAL), "which machines?", DORA, at(2)));
        assertTrue(refused(RequestMachine.lapse(returned, at(2).plus(Duration.ofDays(29))))
                .contains("not lapse yet"));
        assertEquals(
                RequestState.LAPSED,
                done(RequestMachine.lapse(returned, at(2).plus(Duration.ofDays(30))))
                        .state());
        ChangeRequest approved = approved(RiskClass.NORMAL);
        assertFalse(RequestMachine.isForgotten(approved, at(3).plus(Duration.ofDays(89))));
        assertEquals(
                RequestState.LAPSED,
                done(RequestMachine.lapse(approved, at(3).plus(Duration.ofDays(90))))
                        .state());
    }

    @Test
    void theRequesterSaysOnceWhatTheyThink() {
        ChangeRequest ordered = done(RequestMachine.order(approved(RiskClass.NORMAL), ORDER, HANNA, at(4)));
        ChangeRequest accepted = done(RequestMachine.accept(ordered, new Acceptance(ANNA.id(), true, 5, "", at(9))));
        assertEquals(5, accepted.acceptance().orElseThrow().satisfaction());
        assertTrue(refused(RequestMachine.accept(accepted, new Acceptance(ANNA.id(), false, 1, "no", at(10))))
                .contains("already"));
        assertTrue(refused(RequestMachine.accept(ordered, new Acceptance(BERT.id(), true, 5, "", at(9))))
                .contains("anna"));
    }

    @Test
    void aRequestIsClosedAfterItsOrder() {
        ChangeRequest ordered = done(RequestMachine.order(approved(RiskClass.NORMAL), ORDER, HANNA, at(4)));
        assertTrue(refused(RequestMachine.close(ordered, Cast.standingAt(OrderState.CLOSING), HANNA, at(5)))
                .contains("which is CLOSING"));
        assertEquals(
                RequestState.CLOSED,
                done(RequestMachine.close(ordered, Cast.standingAt(OrderState.CANCELLED), HANNA, at(5)))
                        .state());
        ChangeRequest other = done(RequestMachine.order(approved(RiskClass.NORMAL), OrderId.of(2026, 2), HANNA, at(4)));
        assertTrue(refused(RequestMachine.close(other, CLOSED, HANNA, at(5))).contains("CO-2026-0002, not by"));
    }

    @Test
    void theProductApprovesOnlyByATemplate() {
        assertTrue(refused(RequestMachine.assess(
                        submitted(RiskClass.NORMAL), feasible(), Optional.empty(), Actor.product(), at(2)))
                .contains("template"));
        assertTrue(refused(RequestMachine.approve(assessed(RiskClass.NORMAL), "", Actor.product(), at(3)))
                .contains("template"));
    }

    /** Whatever is tried, by whomever: the table is kept, what is final stays, and what is approved has its quorum. */
    @Test
    void randomWalksStayOnTheTable() {
        List<Actor> everybody = List.of(ANNA, BERT, CARL, DORA, HANNA, VIC, ZOE, Actor.product());
        Set<RequestState> seen = new HashSet<>();
        Cases.run(400, random -> {
            RiskClass risk = List.of(RiskClass.NORMAL, RiskClass.MAJOR, RiskClass.EMERGENCY)
                    .get(random.nextInt(3));
            ChangeRequest request = draft(risk);
            Instant now = MORNING;
            for (int step = 0; step < 40; step++) {
                now = now.plus(Duration.ofHours(random.nextInt(200)));
                Actor actor = everybody.get(random.nextInt(everybody.size()));
                ChangeRequest before = request;
                Outcome<ChangeRequest> outcome = any(request, actor, random, now);
                if (outcome.result().isPresent()) {
                    request = outcome.result().get();
                    check(before, request);
                } else {
                    refused(outcome);
                }
                seen.add(request.state());
            }
        });
        assertEquals(Set.of(RequestState.values()), seen);
    }

    private static Outcome<ChangeRequest> any(ChangeRequest request, Actor actor, RandomGenerator random, Instant now) {
        return switch (Cast.any(RequestMachine.Move.class, random)) {
            case SUBMIT -> RequestMachine.submit(withDeadline(request, now), actor, now);
            case ASSESS -> RequestMachine.assess(request, feasible(), Optional.empty(), actor, now);
            case RETURN -> RequestMachine.giveBack(request, "what?", actor, now);
            case APPROVE -> RequestMachine.approve(request, "", actor, now);
            // Most roads end here otherwise.
            case REJECT ->
                random.nextInt(5) > 0
                        ? RequestMachine.approve(request, "", actor, now)
                        : RequestMachine.reject(request, "no", actor, now);
            case WITHDRAW ->
                random.nextInt(5) > 0
                        ? RequestMachine.submit(withDeadline(request, now), actor, now)
                        : RequestMachine.withdraw(request, "", actor, now);
            case LAPSE -> RequestMachine.lapse(request, now);
            case ORDER -> RequestMachine.order(request, ORDER, actor, now);
            case CLOSE ->
                request.reviewDue().isPresent()
                        ? RequestMachine.review(request, Duties.of(ANNA.id()), true, "well", actor, now)
                        : RequestMachine.close(request, CLOSED, actor, now);
        };
    }

    private static ChangeRequest withDeadline(ChangeRequest request, Instant now) {
        return request.state().isFinal()
                ? request
                : RequestMachine.edit(
                                request,
                                new RequestForm(
                                        "x",
                                        "y",
                                        "z",
                                        Optional.of(Cast.WHOLE),
                                        List.of(Cast.EDITOR),
                                        "all",
                                        Optional.of(now.plus(Duration.ofDays(9))),
                                        request.form().risk(),
                                        Optional.empty(),
                                        Set.of()),
                                ANNA,
                                now)
                        .result()
                        .orElse(request);
    }

    private static void check(ChangeRequest before, ChangeRequest after) {
        assertFalse(before.state().isFinal(), "left " + before.state());
        if (before.state() != after.state()) {
            assertTrue(
                    RequestMachine.TABLE.rows().stream()
                            .anyMatch(row -> row.from() == before.state() && row.to() == after.state()),
                    before.state() + " to " + after.state());
        }
        if (after.state() == RequestState.APPROVED) {
            assertTrue(after.approvedBy().size() >= after.risk().approvals());
            assertFalse(after.approvedBy().contains(ANNA.id()));
        }
        if (after.state() == RequestState.CLOSED) {
            assertTrue(after.reviewDue().isEmpty());
        }
        assertTrue(after.history().size() >= before.history().size());
    }
}
