package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import packhorse.console.change.Actor;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.Role;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.OutboxBook.Delivery;
import packhorse.console.ledger.OutboxBook.State;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;

/** What people and other systems are told: to be looked at, sent again where it was given up, ticked where a person tells it. */
public final class NoticeOffice {
    /** Who mends what keeps a message from coming through. */
    private static final Set<Role> SENDERS =
            Set.of(Role.ADMINISTRATOR, Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR);

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final Desk desk;

    public NoticeOffice(Books books) {
        this.desk = new Desk(books);
    }

    /**
     * A page of it, the oldest first.
     *
     * @param after the id of the last one of the page before; empty: from the beginning
     */
    public List<Delivery> list(Optional<State> state, Optional<Means> means, String after, int limit) {
        return desk.read(pages ->
                pages.told(state, means, after.isEmpty() ? Optional.empty() : Optional.of(get(pages, after)), limit));
    }

    /** One of it. */
    public Delivery get(String id) {
        return desk.read(pages -> get(pages, id));
    }

    private static Delivery get(Pages pages, String id) {
        if (!ID.matcher(id).matches()) {
            throw Desk.invalid("\"" + id + "\" is no notice's id; notices are listed with theirs");
        }
        return pages.told(id).orElseThrow(() -> new Refusal(Refusal.Why.NOT_THERE, "there is no notice " + id));
    }

    /** Sends a message that was given up again, with all that is gathered in it, under its old id. */
    public Delivery resend(Actor.Person who, String id) {
        Desk.requireRole(who, SENDERS, "a notice is sent again");
        return desk.write(who, pages -> {
            Delivery was = get(pages, id);
            if (pages.sendAgain(was.batch()) == 0) {
                throw Desk.refused(
                        "the notice " + id + " is " + was.state() + ": only what was given up is sent again");
            }
            pages.audit(
                    "notice.resend",
                    was.entry().about(),
                    Desk.details("notice", id, "to", was.entry().address(), "reason", was.reason()));
            return get(pages, id);
        });
    }

    /** Writes down that somebody told it in person. */
    public Delivery tick(Actor.Person who, String id) {
        return desk.write(who, pages -> {
            Delivery was = get(pages, id);
            if (!pages.toldInPerson(id)) {
                throw Desk.refused(
                        was.entry().means() == Means.IN_PERSON
                                ? "the notice " + id + " is " + was.state() + " already"
                                        + (was.by().isEmpty() ? "" : ", by " + was.by())
                                : "the notice " + id + " goes by " + was.entry().means()
                                        + ": nobody tells it in person");
            }
            pages.audit(
                    "notice.told",
                    was.entry().about(),
                    Desk.details("notice", id, "to", was.entry().stakeholder()));
            return get(pages, id);
        });
    }
}
