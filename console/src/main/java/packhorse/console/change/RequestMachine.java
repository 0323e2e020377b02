package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import packhorse.console.change.RequestApproval.Verdict;
import packhorse.console.change.RequestForm.Field;

/**
 * Moves a change request: the one place that knows what may follow what, and who may do it.
 *
 * <pre>
 * from       move      to         who
 * DRAFT      SUBMIT    SUBMITTED  REQUESTER
 * DRAFT      WITHDRAW  WITHDRAWN  REQUESTER
 * SUBMITTED  ASSESS    ASSESSED   SOLUTION_ARCHITECT, CHANGE_COORDINATOR, product
 * SUBMITTED  RETURN    RETURNED   SOLUTION_ARCHITECT, CHANGE_COORDINATOR
 * SUBMITTED  WITHDRAW  WITHDRAWN  REQUESTER
 * ASSESSED   APPROVE   APPROVED   APPROVER, product
 * ASSESSED   REJECT    REJECTED   APPROVER
 * ASSESSED   RETURN    RETURNED   APPROVER
 * ASSESSED   WITHDRAW  WITHDRAWN  REQUESTER
 * RETURNED   SUBMIT    SUBMITTED  REQUESTER
 * RETURNED   WITHDRAW  WITHDRAWN  REQUESTER
 * RETURNED   LAPSE     LAPSED     product
 * APPROVED   ORDER     ORDERED    CHANGE_COORDINATOR
 * APPROVED   WITHDRAW  WITHDRAWN  REQUESTER
 * APPROVED   LAPSE     LAPSED     product
 * ORDERED    CLOSE     CLOSED     CHANGE_COORDINATOR
 * </pre>
 *
 * <p>Guards, besides: what is submitted is complete and contradicts nothing; a request is its own requester's to submit and to withdraw;
 * an approval is one of a quorum ({@link RiskClass}) and moves the request with the last that is needed; it is nobody's own
 * ({@link Duties}); one no is enough; what was said of an earlier submission does not count; the product assesses and approves only what
 * follows a template that was approved for all, and nobody else approves that; a request is closed after its order, an emergency after
 * its later review, too.
 *
 * <p>The clock stands from RETURN to SUBMIT, WITHDRAW or LAPSE. A request lapses when its requester does not answer for
 * {@link #ANSWER_WITHIN}, or when nobody orders it within {@link #ORDER_WITHIN} of its approval: what was weighed then is not true now.
 */
public final class RequestMachine {
    /** What can be done with a request. */
    public enum Move {
        SUBMIT,
        ASSESS,
        RETURN,
        APPROVE,
        REJECT,
        WITHDRAW,
        LAPSE,
        ORDER,
        CLOSE
    }

    /** A month to answer a question; after it the question is forgotten. */
    public static final Duration ANSWER_WITHIN = Duration.ofDays(30);
    /** A quarter: the board looks at its budgets anew. */
    public static final Duration ORDER_WITHIN = Duration.ofDays(90);

    /** The table, as above. */
    public static final Transitions<RequestState, Move> TABLE = new Transitions<RequestState, Move>()
            .row(RequestState.DRAFT, Move.SUBMIT, RequestState.SUBMITTED, Who.of(Role.REQUESTER))
            .row(RequestState.DRAFT, Move.WITHDRAW, RequestState.WITHDRAWN, Who.of(Role.REQUESTER))
            .row(
                    RequestState.SUBMITTED,
                    Move.ASSESS,
                    RequestState.ASSESSED,
                    Who.orProduct(Role.SOLUTION_ARCHITECT, Role.CHANGE_COORDINATOR))
            .row(
                    RequestState.SUBMITTED,
                    Move.RETURN,
                    RequestState.RETURNED,
                    Who.of(Role.SOLUTION_ARCHITECT, Role.CHANGE_COORDINATOR))
            .row(RequestState.SUBMITTED, Move.WITHDRAW, RequestState.WITHDRAWN, Who.of(Role.REQUESTER))
            .row(RequestState.ASSESSED, Move.APPROVE, RequestState.APPROVED, Who.orProduct(Role.APPROVER))
            .row(RequestState.ASSESSED, Move.REJECT, RequestState.REJECTED, Who.of(Role.APPROVER))
            .row(RequestState.ASSESSED, Move.RETURN, RequestState.RETURNED, Who.of(Role.APPROVER))
            .row(RequestState.ASSESSED, Move.WITHDRAW, RequestState.WITHDRAWN, Who.of(Role.REQUESTER))
            .row(RequestState.RETURNED, Move.SUBMIT, RequestState.SUBMITTED, Who.of(Role.REQUESTER))
            .row(RequestState.RETURNED, Move.WITHDRAW, RequestState.WITHDRAWN, Who.of(Role.REQUESTER))
            .row(RequestState.RETURNED, Move.LAPSE, RequestState.LAPSED, Who.onlyProduct())
            .row(RequestState.APPROVED, Move.ORDER, RequestState.ORDERED, Who.of(Role.CHANGE_COORDINATOR))
            .row(RequestState.APPROVED, Move.WITHDRAW, RequestState.WITHDRAWN, Who.of(Role.REQUESTER))
            .row(RequestState.APPROVED, Move.LAPSE, RequestState.LAPSED, Who.onlyProduct())
            .row(RequestState.ORDERED, Move.CLOSE, RequestState.CLOSED, Who.of(Role.CHANGE_COORDINATOR));

    private RequestMachine() {}

    /** Writes down what an outside system calls it, or what its people say of it. It approves nothing. */
    public static ChangeRequest remarked(ChangeRequest request, String what, String note, Instant now) {
        return request.edit().said(Actor.product(), now, what, note);
    }

    /** Changes the form of a request that is with its requester. */
    public static Outcome<ChangeRequest> edit(ChangeRequest request, RequestForm form, Actor actor, Instant now) {
        if (request.state() != RequestState.DRAFT && request.state() != RequestState.RETURNED) {
            return Outcome.rejected(request.id() + " is " + request.state()
                    + ": what is asked for is changed in a draft, or when it was returned");
        }
        if (!actor.is(request.requester())) {
            return Outcome.rejected(notYours(request, actor));
        }
        return Outcome.moved(request.edit().form(form).said(actor, now, "changed the form", ""));
    }

    /** Hands a request in, for the first time or again. */
    public static Outcome<ChangeRequest> submit(ChangeRequest request, Actor actor, Instant now) {
        return own(request, Move.SUBMIT, actor, to -> {
            List<String> troubles = troubles(request.form(), now);
            return troubles.isEmpty()
                    ? Outcome.moved(
                            request.edit().go(now).nextRound(now).state(to).said(actor, now, "submitted it", ""))
                    : Outcome.rejected(request.id() + " cannot be submitted: " + String.join("; ", troubles));
        });
    }

    /** What keeps a form from being submitted, one line each. */
    public static List<String> troubles(RequestForm form, Instant now) {
        List<String> troubles = new ArrayList<>();
        if (!form.missing().isEmpty()) {
            troubles.add("fill in " + form.missing().stream().map(Field::title).collect(Collectors.joining(", ")));
        }
        troubles.addAll(form.contradictions(now));
        return troubles;
    }

    /**
     * Writes down what is known of it, for the board.
     *
     * @param template the one it follows, needed where the product does it
     */
    public static Outcome<ChangeRequest> assess(
            ChangeRequest request, Assessment assessment, Optional<ChangeTemplate> template, Actor actor, Instant now) {
        Optional<String> unfit = withoutPeople(request, template, actor, now);
        if (unfit.isPresent()) {
            return Outcome.rejected(unfit.get());
        }
        return step(
                request,
                Move.ASSESS,
                actor,
                to -> Outcome.moved(request.edit()
                        .assessment(assessment)
                        .state(to)
                        .said(
                                actor,
                                now,
                                assessment.feasible() ? "found it feasible" : "found it not feasible",
                                assessment.remarks())));
    }

    /** Gives it back for what is missing; the clock stops. */
    public static Outcome<ChangeRequest> giveBack(ChangeRequest request, String missing, Actor actor, Instant now) {
        return step(request, Move.RETURN, actor, to -> {
            ChangeRequest.Edit edit = request.edit().stop(now, missing).state(to);
            if (request.state() == RequestState.ASSESSED && actor instanceof Actor.Person person) {
                edit.approval(new RequestApproval(person.id(), Verdict.RETURN, request.round(), missing, now));
            }
            return Outcome.moved(edit.said(actor, now, "returned it", missing));
        });
    }

    /** Says yes; with the last one needed it is approved. */
    public static Outcome<ChangeRequest> approve(ChangeRequest request, String remarks, Actor actor, Instant now) {
        return step(request, Move.APPROVE, actor, to -> {
            if (!(actor instanceof Actor.Person person)) {
                return Outcome.rejected(
                        request.id() + ": the product approves only by a template; name the one it follows");
            }
            if (request.risk() == RiskClass.STANDARD) {
                return Outcome.rejected(
                        request.id() + " is a standard change: it is approved by its template; return it"
                                + " to be asked for as a normal one");
            }
            Optional<String> refused = refusesVote(request, person.id());
            if (refused.isPresent()) {
                return Outcome.rejected(request.id() + ": " + refused.get());
            }
            if (!request.assessment().map(Assessment::feasible).orElse(false)) {
                return Outcome.rejected(
                        request.id() + " was found not feasible: reject it, or return it for a new look");
            }
            ChangeRequest voted = request.edit()
                    .approval(new RequestApproval(person.id(), Verdict.APPROVE, request.round(), remarks, now))
                    .said(actor, now, "approved it", remarks);
            return Outcome.moved(
                    voted.approvalsMissing() > 0
                            ? voted
                            : voted.edit().state(to).decided(now).said(actor, now, "it is approved", ""));
        });
    }

    /** Approves what a template approved for all. */
    public static Outcome<ChangeRequest> approveByTemplate(
            ChangeRequest request, ChangeTemplate template, Instant now) {
        Actor product = Actor.product();
        Optional<String> unfit = withoutPeople(request, Optional.of(template), product, now);
        if (unfit.isPresent()) {
            return Outcome.rejected(unfit.get());
        }
        return step(
                request,
                Move.APPROVE,
                product,
                to -> Outcome.moved(request.edit()
                        .state(to)
                        .decided(now)
                        .said(product, now, "it is approved by the template " + template.name(), "")));
    }

    /** Says no, for good. */
    public static Outcome<ChangeRequest> reject(ChangeRequest request, String why, Actor actor, Instant now) {
        return step(request, Move.REJECT, actor, to -> {
            if (!(actor instanceof Actor.Person person)) {
                return Outcome.rejected(request.id() + ": a person rejects");
            }
            Optional<String> refused = refusesVote(request, person.id());
            return refused.isPresent()
                    ? Outcome.rejected(request.id() + ": " + refused.get())
                    : Outcome.moved(request.edit()
                            .approval(new RequestApproval(person.id(), Verdict.REJECT, request.round(), why, now))
                            .state(to)
                            .decided(now)
                            .said(actor, now, "rejected it", why));
        });
    }

    /** Takes the wish back. */
    public static Outcome<ChangeRequest> withdraw(ChangeRequest request, String why, Actor actor, Instant now) {
        return own(
                request,
                Move.WITHDRAW,
                actor,
                to -> Outcome.moved(request.edit().go(now).state(to).said(actor, now, "withdrew it", why)));
    }

    /** Whether nobody went on with it for too long. */
    public static boolean isForgotten(ChangeRequest request, Instant now) {
        return switch (request.state()) {
            case RETURNED ->
                !now.isBefore(request.stoppages()
                        .get(request.stoppages().size() - 1)
                        .from()
                        .plus(ANSWER_WITHIN));
            case APPROVED ->
                request.decided()
                        .map(at -> !now.isBefore(at.plus(ORDER_WITHIN)))
                        .orElse(false);
            case DRAFT, SUBMITTED, ASSESSED, REJECTED, WITHDRAWN, LAPSED, ORDERED, CLOSED -> false;
        };
    }

    /** Lets a forgotten request lapse. */
    public static Outcome<ChangeRequest> lapse(ChangeRequest request, Instant now) {
        Actor product = Actor.product();
        return step(
                request,
                Move.LAPSE,
                product,
                to -> isForgotten(request, now)
                        ? Outcome.moved(request.edit().go(now).state(to).said(product, now, "it lapsed", ""))
                        : Outcome.rejected(request.id() + " does not lapse yet"));
    }

    /** Gives it to an order. */
    public static Outcome<ChangeRequest> order(ChangeRequest request, OrderId order, Actor actor, Instant now) {
        return step(
                request,
                Move.ORDER,
                actor,
                to -> Outcome.moved(
                        request.edit().order(order).state(to).said(actor, now, "ordered it as " + order, "")));
    }

    /** What the requester says of what was done; once, while its order is closing. */
    public static Outcome<ChangeRequest> accept(ChangeRequest request, Acceptance acceptance) {
        if (request.state() != RequestState.ORDERED) {
            return Outcome.rejected(request.id() + " is " + request.state() + ": what is ordered is accepted or not");
        }
        if (request.acceptance().isPresent()) {
            return Outcome.rejected(request.id() + ": " + request.requester() + " said so already, at "
                    + request.acceptance().get().at());
        }
        if (!request.requester().equals(acceptance.person())) {
            return Outcome.rejected(
                    request.id() + ": what was done is accepted by " + request.requester() + ", who asked for it");
        }
        Actor requester = Actor.person(acceptance.person().name(), Role.REQUESTER);
        return Outcome.moved(request.edit()
                .acceptance(acceptance)
                .said(
                        requester,
                        acceptance.at(),
                        (acceptance.accepted() ? "accepted" : "did not accept") + " what was done, satisfaction "
                                + acceptance.satisfaction() + " of " + Acceptance.BEST,
                        acceptance.remarks()));
    }

    /** Looks at an emergency again, afterwards. */
    public static Outcome<ChangeRequest> review(
            ChangeRequest request, Duties duties, boolean justified, String remarks, Actor actor, Instant now) {
        if (request.risk().reviewWithin().isEmpty() || request.approvedBy().isEmpty()) {
            return Outcome.rejected(request.id() + " is no approved emergency: nothing is to be reviewed");
        }
        if (request.review().isPresent()) {
            return Outcome.rejected(request.id() + " was reviewed already, by "
                    + request.review().get().person());
        }
        if (!(actor instanceof Actor.Person person) || !Who.of(Role.APPROVER).includes(actor)) {
            return Outcome.forbidden(request.id() + ": a review is for APPROVER; " + actor.name() + " is none");
        }
        return duties.refusesApproval(person.id())
                .map(refused -> Outcome.<ChangeRequest>rejected(request.id() + ": " + refused))
                .orElseGet(() -> Outcome.moved(request.edit()
                        .review(new LaterReview(person.id(), justified, remarks, now))
                        .said(
                                actor,
                                now,
                                justified ? "found the haste justified" : "found no need for the haste",
                                remarks)));
    }

    /** Ends a request whose order has ended, well or not. */
    public static Outcome<ChangeRequest> close(ChangeRequest request, ChangeOrder order, Actor actor, Instant now) {
        return step(request, Move.CLOSE, actor, to -> {
            if (!request.order().equals(Optional.of(order.id()))) {
                return Outcome.rejected(
                        request.id() + " is done by " + request.order().get() + ", not by " + order.id());
            }
            if (!order.state().isFinal()) {
                return Outcome.rejected(request.id() + " is done by " + order.id() + ", which is " + order.state()
                        + ": end that first");
            }
            return request.reviewDue()
                    .map(due -> Outcome.<ChangeRequest>rejected(
                            request.id() + " was an emergency: it is closed after its review, due " + due))
                    .orElseGet(() ->
                            Outcome.moved(request.edit().closed(now).state(to).said(actor, now, "closed it", "")));
        });
    }

    private static Optional<String> refusesVote(ChangeRequest request, PersonId person) {
        Optional<String> duty = Duties.of(request.requester()).refusesApproval(person);
        if (duty.isPresent()) {
            return duty;
        }
        return request.approvedBy().contains(person)
                ? Optional.of(person + " approved it already; " + request.approvalsMissing() + " more of others needed")
                : Optional.empty();
    }

    /** What the product needs to act without anybody: a standard change and a template that holds for it. */
    private static Optional<String> withoutPeople(
            ChangeRequest request, Optional<ChangeTemplate> template, Actor actor, Instant now) {
        if (!(actor instanceof Actor.Product)) {
            return Optional.empty();
        }
        if (template.isEmpty()) {
            return Optional.of(request.id() + " follows no template: a person has to look at it");
        }
        return template.get().refuses(request.form(), now).map(why -> request.id() + ": " + why);
    }

    private static String notYours(ChangeRequest request, Actor actor) {
        return request.id() + " is " + request.requester() + "'s; " + actor.name() + " cannot do this for them";
    }

    private static Outcome<ChangeRequest> own(ChangeRequest request, Move move, Actor actor, Then then) {
        return step(
                request,
                move,
                actor,
                to -> actor.is(request.requester()) ? then.to(to) : Outcome.rejected(notYours(request, actor)));
    }

    private static Outcome<ChangeRequest> step(ChangeRequest request, Move move, Actor actor, Then then) {
        return switch (TABLE.step(request.id().text(), request.state(), move, actor)) {
            case Outcome.Moved<RequestState>(RequestState to) -> then.to(to);
            case Outcome.Rejected<RequestState> no -> no.as();
        };
    }

    private interface Then {
        Outcome<ChangeRequest> to(RequestState state);
    }
}
