package packhorse.console.office;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.change.Outcome;
import packhorse.console.change.PersonId;
import packhorse.console.change.Problem;
import packhorse.console.change.ProblemId;
import packhorse.console.change.ProblemMachine;
import packhorse.console.change.ProblemState;
import packhorse.console.change.TestDesk;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.core.content.ReleaseName;
import packhorse.core.topology.EndpointId;

/** What people do with problem records. */
public final class ProblemOffice {
    private final Desk desk;
    private final OrderFiller filler;
    private final Teller teller;

    /**
     * @param filler keeps the order's checklist in step
     * @param teller tells other systems
     */
    public ProblemOffice(Books books, OrderFiller filler, Teller teller) {
        this.teller = teller;
        this.desk = new Desk(books);
        this.filler = filler;
    }

    /**
     * A problem that came up.
     *
     * @param codes the return codes it was seen with
     */
    public record ProblemForm(
            Optional<ReleaseName> product, String title, Set<EndpointId> endpoints, Set<Integer> codes) {}

    /**
     * A move of a problem.
     *
     * @param assignee who gets it, for ASSIGN
     * @param team where it goes, for TRANSFER
     * @param text what was found, for RESOLVE and REOPEN; why, for TRANSFER
     */
    public record ProblemMove(
            ProblemMachine.Move move, Optional<PersonId> assignee, Optional<String> team, String text) {}

    /** Opens a problem record, in a person's name or the product's. */
    public Stored<Problem> open(Actor who, OrderId id, ProblemForm form) {
        return desk.write(who, pages -> {
            pages.get(Kinds.ORDER, id.text());
            ProblemId next = new ProblemId(pages.next("PR", Desk.year(pages.now())));
            Problem problem = Problem.open(
                    next, id, form.product(), form.title(), form.endpoints(), form.codes(), who, pages.now());
            Stored<Problem> kept = pages.add(Kinds.PROBLEM, next.text(), Desk.require(TestDesk.open(problem, who)));
            pages.audit(
                    "problem.open",
                    next.text(),
                    Desk.details(
                            "order",
                            id.text(),
                            "title",
                            form.title(),
                            "endpoints",
                            Integer.toString(form.endpoints().size())));
            teller.problem(
                    pages,
                    kept.value(),
                    NoticeKind.PROBLEM_OPENED,
                    next + " was opened: " + form.title(),
                    Map.of(
                            "order",
                            id.text(),
                            "code",
                            form.codes().stream().sorted().map(String::valueOf).collect(Collectors.joining(", ")),
                            "endpoints",
                            Integer.toString(form.endpoints().size())));
            filler.refresh(pages, id);
            return kept;
        });
    }

    /** Moves a problem. */
    public Stored<Problem> move(Actor.Person who, ProblemId id, OptionalLong seen, ProblemMove form) {
        return desk.write(who, pages -> {
            Stored<Problem> stored = pages.get(Kinds.PROBLEM, id.text(), seen);
            Problem was = stored.value();
            Outcome<Problem> moved = switch (form.move()) {
                case ASSIGN ->
                    form.assignee()
                            .map(to -> {
                                if (!pages.get(OfficeKinds.ACCOUNT, to.name())
                                        .value()
                                        .open()) {
                                    throw Desk.refused(id + ": the account of " + to
                                            + " is shut; name somebody who still signs in");
                                }
                                return ProblemMachine.assign(was, to, who, pages.now());
                            })
                            .orElseGet(() -> Outcome.rejected(id + ": name who gets it"));
                case TRANSFER -> ProblemMachine.transfer(was, form.team().orElse(""), form.text(), who, pages.now());
                case RESOLVE -> ProblemMachine.resolve(was, form.text(), who, pages.now());
                case REOPEN -> ProblemMachine.reopen(was, form.text(), who, pages.now());
                case CLOSE -> ProblemMachine.close(was, who, pages.now());
            };
            Stored<Problem> kept = pages.change(stored, Desk.require(moved));
            pages.audit(
                    "problem." + form.move().name().toLowerCase(Locale.ROOT),
                    id.text(),
                    Desk.details(
                            "text", form.text(), "state", kept.value().state().name()));
            if (form.move() == ProblemMachine.Move.TRANSFER) {
                teller.problem(
                        pages,
                        kept.value(),
                        NoticeKind.PROBLEM_TRANSFERRED,
                        id + " was transferred to " + kept.value().team().orElse(""),
                        Map.of(
                                "order",
                                was.order().text(),
                                "team",
                                kept.value().team().orElse("")));
            }
            filler.refresh(pages, was.order());
            return kept;
        });
    }

    /** A page of problems. */
    public List<Stored<Problem>> list(
            Optional<ProblemState> state, Optional<OrderId> order, Narrowing narrowing, String after, int limit) {
        return desk.read(pages -> Lists.page(
                pages,
                Kinds.PROBLEM,
                state.map(ProblemState::name),
                order.map(OrderId::text),
                narrowing.over(ListFields.PROBLEMS),
                after,
                limit));
    }

    /** One problem. */
    public Stored<Problem> get(ProblemId id) {
        return desk.read(pages -> pages.get(Kinds.PROBLEM, id.text()));
    }
}
