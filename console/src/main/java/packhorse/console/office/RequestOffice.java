package packhorse.console.office;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.change.Acceptance;
import packhorse.console.change.Actor;
import packhorse.console.change.Assessment;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.ChangeTemplate;
import packhorse.console.change.Duties;
import packhorse.console.change.OrderId;
import packhorse.console.change.Outcome;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestMachine;
import packhorse.console.change.RequestState;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;

/**
 * What people do with change requests. A request that follows a template is filled in from it, and where the template holds for it the
 * product assesses and approves it with the submission: nobody is asked what stands there already.
 */
public final class RequestOffice {
    private final Desk desk;
    private final OrderFiller filler;
    private final Teller teller;

    /**
     * @param filler keeps an order's checklist in step with what its requesters say
     * @param teller tells other systems
     */
    public RequestOffice(Books books, OrderFiller filler, Teller teller) {
        this.teller = teller;
        this.desk = new Desk(books);
        this.filler = filler;
    }

    /** What the requester says of what was done. */
    public record AcceptanceForm(boolean accepted, int satisfaction, String remarks) {}

    /** Begins a request. */
    public Stored<ChangeRequest> draft(Actor.Person who, RequestForm form) {
        return desk.write(who, pages -> draft(pages, who, form));
    }

    Stored<ChangeRequest> draft(Pages pages, Actor.Person who, RequestForm form) {
        Desk.requireRole(who, Set.of(Role.REQUESTER), "a request is begun");
        RequestId id = new RequestId(pages.next("CR", Desk.year(pages.now())));
        Stored<ChangeRequest> stored = pages.add(
                Kinds.REQUEST, id.text(), ChangeRequest.draft(id, who.id(), filled(pages, form), pages.now()));
        pages.audit(
                "request.draft",
                id.text(),
                Desk.details("what", stored.value().form().what()));
        return stored;
    }

    /** Changes the form of a request that is with its requester. */
    public Stored<ChangeRequest> edit(Actor.Person who, RequestId id, OptionalLong seen, RequestForm form) {
        return act(
                who,
                id,
                seen,
                "request.edit",
                "",
                (request, pages) -> RequestMachine.edit(request, filled(pages, form), who, pages.now()));
    }

    /** Hands a request in. A standard change that its template covers is approved with it. */
    public Stored<ChangeRequest> submit(Actor.Person who, RequestId id, OptionalLong seen) {
        return desk.write(who, pages -> submit(pages, who, id, seen));
    }

    Stored<ChangeRequest> submit(Pages pages, Actor.Person who, RequestId id, OptionalLong seen) {
        return act(pages, id, seen, "request.submit", "", (request, unused) -> {
            ChangeRequest submitted = Desk.require(RequestMachine.submit(request, who, pages.now()));
            return submitted.risk() == RiskClass.STANDARD ? byTemplate(submitted, pages) : Outcome.moved(submitted);
        });
    }

    private static Outcome<ChangeRequest> byTemplate(ChangeRequest submitted, Pages pages) {
        ChangeTemplate template = template(pages, submitted.form().template().orElseThrow());
        Assessment known = new Assessment(true, "as the template " + template.name() + " says", "");
        ChangeRequest assessed = Desk.require(
                RequestMachine.assess(submitted, known, Optional.of(template), Actor.product(), pages.now()));
        pages.audit(
                "request.approve",
                submitted.id().text(),
                Desk.details("by", "the template " + template.name(), "approvals", "0 of 0 more wanted"));
        return RequestMachine.approveByTemplate(assessed, template, pages.now());
    }

    /** Writes down what is known of it, for the board. */
    public Stored<ChangeRequest> assess(Actor.Person who, RequestId id, OptionalLong seen, Assessment assessment) {
        return act(
                who,
                id,
                seen,
                "request.assess",
                assessment.feasible() ? "feasible" : assessment.remarks(),
                (request, pages) -> RequestMachine.assess(request, assessment, Optional.empty(), who, pages.now()));
    }

    /** Says yes; with the last one needed it is approved. */
    public Stored<ChangeRequest> approve(Actor.Person who, RequestId id, OptionalLong seen, String remarks) {
        return act(
                who,
                id,
                seen,
                "request.approve",
                remarks,
                (request, pages) -> RequestMachine.approve(request, remarks, who, pages.now()));
    }

    /** Says no, for good. */
    public Stored<ChangeRequest> reject(Actor.Person who, RequestId id, OptionalLong seen, String why) {
        return act(
                who,
                id,
                seen,
                "request.reject",
                why,
                (request, pages) -> RequestMachine.reject(request, why, who, pages.now()));
    }

    /** Gives it back for what is missing; the clock stops. */
    public Stored<ChangeRequest> giveBack(Actor.Person who, RequestId id, OptionalLong seen, String missing) {
        return act(
                who,
                id,
                seen,
                "request.return",
                missing,
                (request, pages) -> RequestMachine.giveBack(request, missing, who, pages.now()));
    }

    /** Takes the wish back. */
    public Stored<ChangeRequest> withdraw(Actor.Person who, RequestId id, OptionalLong seen, String why) {
        return act(
                who,
                id,
                seen,
                "request.withdraw",
                why,
                (request, pages) -> RequestMachine.withdraw(request, why, who, pages.now()));
    }

    /** What the requester says of what was done, while its order is closing. */
    public Stored<ChangeRequest> accept(Actor.Person who, RequestId id, OptionalLong seen, AcceptanceForm said) {
        return desk.write(who, pages -> {
            Stored<ChangeRequest> stored = pages.get(Kinds.REQUEST, id.text(), seen);
            Acceptance acceptance =
                    new Acceptance(who.id(), said.accepted(), said.satisfaction(), said.remarks(), pages.now());
            Stored<ChangeRequest> kept =
                    pages.change(stored, Desk.require(RequestMachine.accept(stored.value(), acceptance)));
            pages.audit(
                    "request.accept",
                    id.text(),
                    Desk.details(
                            "accepted",
                            said.accepted() ? "yes" : "no",
                            "satisfaction",
                            said.satisfaction() + " of " + Acceptance.BEST,
                            "remarks",
                            said.remarks()));
            kept.value().order().ifPresent(order -> filler.refresh(pages, order));
            return kept;
        });
    }

    /** Looks at an emergency again, afterwards. */
    public Stored<ChangeRequest> review(
            Actor.Person who, RequestId id, OptionalLong seen, boolean justified, String remarks) {
        return act(who, id, seen, "request.review", remarks, (request, pages) -> {
            Duties duties = order(pages, request)
                    .map(ChangeOrder::duties)
                    .orElseGet(() -> new Duties(Set.of(request.requester()), Set.of(), Set.of(), Set.of()));
            return RequestMachine.review(request, duties, justified, remarks, who, pages.now());
        });
    }

    /** Ends a request whose order has ended. */
    public Stored<ChangeRequest> close(Actor.Person who, RequestId id, OptionalLong seen) {
        return act(
                who,
                id,
                seen,
                "request.close",
                "",
                (request, pages) -> order(pages, request)
                        .map(order -> RequestMachine.close(request, order, who, pages.now()))
                        .orElseGet(() -> Outcome.rejected(
                                id + " is " + request.state() + " and was never ordered: withdraw it, or order it")));
    }

    /** A page of requests in the order of their numbers. */
    public List<Stored<ChangeRequest>> list(
            Optional<RequestState> state, Narrowing narrowing, String after, int limit) {
        return desk.read(pages -> Lists.page(
                pages,
                Kinds.REQUEST,
                state.map(RequestState::name),
                Optional.empty(),
                narrowing.over(ListFields.REQUESTS),
                after,
                limit));
    }

    /** One request. */
    public Stored<ChangeRequest> get(RequestId id) {
        return desk.read(pages -> pages.get(Kinds.REQUEST, id.text()));
    }

    /** The form with what its template says filled in. */
    private static RequestForm filled(Pages pages, RequestForm form) {
        return form.template().map(name -> template(pages, name).filled(form)).orElse(form);
    }

    private static ChangeTemplate template(Pages pages, String name) {
        return pages.find(Kinds.TEMPLATE, name)
                .map(Stored::value)
                .orElseThrow(() -> Desk.invalid(
                        "there is no template " + name + "; name one that there is, or ask for a normal change"));
    }

    private static Optional<ChangeOrder> order(Pages pages, ChangeRequest request) {
        return request.order()
                .map(OrderId::text)
                .map(id -> pages.get(Kinds.ORDER, id).value());
    }

    /** Other systems hear of a change that is asked for, approved, or ended. */
    private void told(Pages pages, ChangeRequest was, ChangeRequest now) {
        if (was.round() != now.round()) {
            teller.request(
                    pages,
                    now,
                    NoticeKind.CHANGE_OPENED,
                    now.id() + " was submitted by " + now.requester(),
                    Map.of("risk", now.risk().name()));
        }
        switch (now.state()) {
            case APPROVED ->
                teller.request(pages, now, NoticeKind.CHANGE_APPROVED, now.id() + " is approved", Map.of());
            case REJECTED, WITHDRAWN, CLOSED -> {
                if (now.round() > 0) {
                    teller.request(
                            pages,
                            now,
                            NoticeKind.CHANGE_CLOSED,
                            now.id() + " is " + now.state(),
                            Map.of("result", now.state().name()));
                }
            }
            case DRAFT, SUBMITTED, ASSESSED, RETURNED, ORDERED, LAPSED -> {
                // Nobody outside waits for it; what lapses, the scheduler tells.
            }
        }
    }

    private interface Act {
        Outcome<ChangeRequest> on(ChangeRequest request, Pages pages);
    }

    private Stored<ChangeRequest> act(
            Actor.Person who, RequestId id, OptionalLong seen, String what, String remarks, Act act) {
        return desk.write(who, pages -> act(pages, id, seen, what, remarks, act));
    }

    private Stored<ChangeRequest> act(
            Pages pages, RequestId id, OptionalLong seen, String what, String remarks, Act act) {
        Stored<ChangeRequest> stored = pages.get(Kinds.REQUEST, id.text(), seen);
        Stored<ChangeRequest> kept = pages.change(stored, Desk.require(act.on(stored.value(), pages)));
        pages.audit(
                what,
                id.text(),
                Desk.details("remarks", remarks, "state", kept.value().state().name()));
        if (kept.value().state() != stored.value().state()) {
            told(pages, stored.value(), kept.value());
        }
        return kept;
    }
}
