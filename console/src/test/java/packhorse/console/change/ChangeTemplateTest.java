package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.ANNA;
import static packhorse.console.change.Cast.BERT;
import static packhorse.console.change.Cast.CARL;
import static packhorse.console.change.Cast.EDITOR;
import static packhorse.console.change.Cast.HANNA;
import static packhorse.console.change.Cast.MORNING;
import static packhorse.console.change.Cast.VIC;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.done;
import static packhorse.console.change.Cast.plans;
import static packhorse.console.change.Cast.refused;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.RequestForm.Field;

final class ChangeTemplateTest {
    private static RequestForm form(String what, String target, Optional<Instant> deadline) {
        return new RequestForm(
                what,
                "",
                "",
                Optional.empty(),
                List.of(),
                target,
                deadline,
                Optional.empty(),
                Optional.empty(),
                Set.of());
    }

    private static ChangeTemplate template(PersonId author) {
        return new ChangeTemplate(
                "monthly patch",
                author,
                new RequestForm(
                        "the monthly patch of the editor",
                        "it has holes",
                        "a restart",
                        Optional.of(Category.of(RequestType.UPDATE)),
                        List.of(EDITOR),
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Set.of()),
                plans().guide(),
                plans().backout(),
                plans().communications(),
                plans().test(),
                Map.of("CHANGE_ORDER/sites", "all", "READINESS/freezes", "none in that night "),
                Set.of(),
                Optional.of(MORNING.plus(Duration.ofDays(365))));
    }

    private static ChangeTemplate approvedTemplate() {
        return done(done(template(HANNA.id()).approve(BERT)).approve(CARL));
    }

    private static ChangeRequest submitted(ChangeTemplate template) {
        RequestForm form = template.filled(form("", "site==kiel", Optional.of(at(200))));
        return done(RequestMachine.submit(
                ChangeRequest.draft(RequestId.of(2026, 5), ANNA.id(), form, MORNING), ANNA, at(1)));
    }

    @Test
    @Proves("PROCESS 1 request approval")
    void aStandardChangeIsAskedOnlyWhatItsTemplateDoesNotSayAndIsApprovedAlready() {
        ChangeTemplate template = approvedTemplate();
        assertEquals(Set.of(Field.TARGET, Field.DEADLINE), template.questions());
        ChangeRequest request = submitted(template);
        request = done(RequestMachine.assess(request, Cast.feasible(), Optional.of(template), Actor.product(), at(2)));
        request = done(RequestMachine.approveByTemplate(request, template, at(2)));
        assertEquals(RequestState.APPROVED, request.state());
        assertEquals(0, request.approvalsMissing());
        ChangeOrder order = done(OrderDesk.open(
                OrderId.of(2026, 5),
                OrderHead.of(request, HANNA.id()),
                List.of(request),
                Optional.of(template),
                HANNA,
                at(3)));
        assertEquals(plans().guide(), order.plans().guide());
        assertEquals(List.of("sales"), order.plans().stakeholders());
        assertTrue(
                order.planning().find(Step.CHANGE_ORDER, "sites").orElseThrow().isDone());
        // The plan itself is signed, by one of the board.
        assertEquals(0, RiskClass.STANDARD.signatures(PlanApproval.Capacity.CLIENT));
        assertEquals(1, RiskClass.STANDARD.signatures(PlanApproval.Capacity.BOARD));
    }

    @Test
    void whatDiffersFromItsTemplateIsNoStandardChange() {
        ChangeTemplate template = approvedTemplate();
        RequestForm filled = template.filled(form("something else", "site==kiel", Optional.of(at(200))));
        assertEquals("the monthly patch of the editor", filled.what());
        assertEquals(Optional.empty(), template.refuses(filled, at(1)));
        RequestForm other = new RequestForm(
                "something else",
                filled.why(),
                filled.impact(),
                filled.category(),
                filled.products(),
                filled.target(),
                filled.deadline(),
                filled.risk(),
                filled.template(),
                filled.media());
        assertTrue(template.refuses(other, at(1)).orElseThrow().contains("differs"));
        assertTrue(template.refuses(Cast.form(Cast.WHOLE, RiskClass.NORMAL), at(1))
                .orElseThrow()
                .contains("no standard change"));
    }

    /** It has fewer signatures under its plan: nobody makes a standard change of another by saying yes to it. */
    @Test
    void nobodyButItsTemplateApprovesAStandardChange() {
        ChangeRequest request = done(RequestMachine.assess(
                submitted(template(HANNA.id())), Cast.feasible(), Optional.empty(), Cast.DORA, at(2)));
        assertTrue(refused(RequestMachine.approve(request, "", BERT, at(3))).contains("by its template"));
        assertEquals(
                RequestState.RETURNED,
                done(RequestMachine.giveBack(request, "as a normal change, please", BERT, at(3)))
                        .state());
    }

    @Test
    void itsNotesAreInEveryChecklistOnceTheGateIsOpen() {
        ChangeTemplate template = approvedTemplate();
        ChangeOrder order = Cast.standingAt(OrderState.PRODUCTION);
        assertEquals(order, OrderDesk.fill(order, template, at(9)));
        ChangeOrder filled = OrderDesk.fill(Cast.opened(order), template, at(9));
        ChecklistItem item =
                filled.checklist().orElseThrow().find(Step.READINESS, "freezes").orElseThrow();
        assertEquals("none in that night", item.tick().orElseThrow().note());
        assertTrue(template.says(Step.READINESS, "freezes", item.tick().orElseThrow()), "it is what was approved");
    }

    @Test
    void aTemplateHoldsWithTwoApprovalsOfOthersUntilItsEnd() {
        ChangeTemplate template = template(BERT.id());
        assertTrue(refused(template.approve(BERT)).contains("nobody approves their own"));
        assertTrue(refused(template.approve(VIC)).contains("APPROVER"));
        ChangeTemplate once = done(template.approve(CARL));
        assertTrue(refused(once.approve(CARL)).contains("already"));
        assertTrue(refused(RequestMachine.approveByTemplate(submitted(once), once, at(2)))
                .contains("by enough people"));
        assertTrue(approvedTemplate().holds(MORNING.plus(Duration.ofDays(364))));
        assertTrue(approvedTemplate()
                .refuses(
                        approvedTemplate().filled(form("", "x", Optional.of(at(1)))),
                        MORNING.plus(Duration.ofDays(365)))
                .orElseThrow()
                .contains("any more"));
    }
}
