package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.console.ledger.AuditBook;
import packhorse.console.ledger.Books;

/** The audit trail, to be looked at: everybody with an account may; nobody writes in it by hand. */
public final class AuditOffice {
    /** Links looked through for one page of one subject. */
    private static final int LOOKED_AT_MAX = 100_000;

    private final AuditBook book;

    public AuditOffice(Books books) {
        this.book = new AuditBook(books.ledger());
    }

    /** One link with what it says. */
    public record Line(long number, String digest, AuditEntry entry) {}

    /** The links behind a number, in their order. */
    public List<Line> after(long number, int limit) {
        if (limit < 1 || limit > Lists.PAGE_MAX) {
            throw Desk.invalid("a page of " + limit + " links; ask for 1 to " + Lists.PAGE_MAX);
        }
        return book.after(number, limit).stream().map(AuditOffice::line).toList();
    }

    /** The links about one record and what belongs to it: {@code CO-2026-0001} names its deployments and waves, too. */
    public List<Line> about(String subject, long after, int limit) {
        List<Line> found = new java.util.ArrayList<>();
        long at = after;
        int looked = 0;
        while (found.size() < limit && looked < LOOKED_AT_MAX) {
            List<AuditLink> page = book.after(at, Lists.PAGE_MAX);
            for (AuditLink link : page) {
                Line line = line(link);
                String about = line.entry().subject();
                if (found.size() < limit
                        && (about.equals(subject)
                                || about.startsWith(subject + "/")
                                || Optional.ofNullable(line.entry().details().get("order"))
                                        .filter(subject::equals)
                                        .isPresent())) {
                    found.add(line);
                }
                at = link.number();
            }
            looked += page.size();
            if (page.size() < Lists.PAGE_MAX) {
                break;
            }
        }
        return found;
    }

    /** Walks the whole chain. */
    public AuditBook.Finding verify() {
        return book.verify();
    }

    private static Line line(AuditLink link) {
        return new Line(link.number(), link.digest().hex(), AuditEntry.parse(link.bytes()));
    }
}
