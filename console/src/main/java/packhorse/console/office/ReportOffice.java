package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.change.Role;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Stored;

/** Reports that are written and kept with an order: the product drafts them from what it knows, a person signs them off. */
public final class ReportOffice {
    private static final Set<Role> AUTHORS = Set.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    private final Desk desk;
    private final OrderFiller filler;

    /** @param filler keeps the order's checklist in step */
    public ReportOffice(Books books, OrderFiller filler) {
        this.desk = new Desk(books);
        this.filler = filler;
    }

    /** Keeps a report; an earlier one of its form stays, too. */
    public Stored<WrittenReport> write(Actor.Person who, OrderId id, WrittenReport.Form form, String body) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, AUTHORS, id + ": a report is written");
            pages.get(Kinds.ORDER, id.text());
            Stored<WrittenReport> kept = pages.add(
                    OfficeKinds.REPORT,
                    pages.next("RP", Desk.year(pages.now())),
                    new WrittenReport(id, form, body, who.id(), pages.now()));
            pages.audit("report.write", kept.id(), Desk.details("order", id.text(), "form", form.name()));
            filler.refresh(pages, id);
            return kept;
        });
    }

    /**
     * Keeps what the product drew as a person's report.
     *
     * @param drawn lines of text
     * @param remarks what the person adds; may be empty
     */
    public Stored<WrittenReport> sign(
            Actor.Person who, OrderId id, WrittenReport.Form form, String drawn, String remarks) {
        String said = remarks.isBlank() ? "" : "\n\n" + remarks.strip();
        return write(who, id, form, "```\n" + drawn.stripTrailing() + "\n```" + said);
    }

    /** Reports of an order. */
    public List<Stored<WrittenReport>> list(OrderId id) {
        return desk.read(pages -> Lists.all(pages, OfficeKinds.REPORT, Optional.of(id.text())));
    }

    /** One report. */
    public Stored<WrittenReport> get(String id) {
        return desk.read(pages -> pages.get(OfficeKinds.REPORT, id));
    }
}
