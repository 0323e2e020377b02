package packhorse.console.office;

import java.util.Map;
import java.util.TreeMap;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.Problem;
import packhorse.console.ledger.Pages;
import packhorse.console.notice.Notice;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.Notifier;

/** Tells of what people decided those whom the communications plan names, and other systems, in the transaction in which it happens. */
public final class Teller {
    private final Notifier notifier;

    /** @param notifier knows templates, quiet hours, and which systems hear of what */
    public Teller(Notifier notifier) {
        this.notifier = notifier;
    }

    /**
     * Tells of an order.
     *
     * @param key tells this happening from every other of the order
     * @param text one line that says it all
     * @param facts what its kind has besides; those that are missing are empty
     */
    void order(Pages pages, ChangeOrder order, NoticeKind kind, String key, String text, Map<String, String> facts) {
        tell(
                pages,
                kind,
                order.id().text(),
                key,
                order.head().description(),
                text,
                facts,
                order.plans().communications());
    }

    /** Tells other systems of a request. */
    void request(Pages pages, ChangeRequest request, NoticeKind kind, String text, Map<String, String> facts) {
        tell(
                pages,
                kind,
                request.id().text(),
                request.id() + " " + kind.word() + " " + request.round(),
                request.form().what(),
                text,
                facts,
                CommunicationsPlan.empty());
    }

    /** Tells other systems of a problem. */
    void problem(Pages pages, Problem problem, NoticeKind kind, String text, Map<String, String> facts) {
        tell(
                pages,
                kind,
                problem.id().text(),
                problem.id() + " " + kind.word() + " " + problem.history().size(),
                problem.title(),
                text,
                facts,
                CommunicationsPlan.empty());
    }

    private void tell(
            Pages pages,
            NoticeKind kind,
            String about,
            String key,
            String title,
            String text,
            Map<String, String> facts,
            CommunicationsPlan plan) {
        Map<String, String> all = new TreeMap<>();
        kind.own().forEach(name -> all.put(name, facts.getOrDefault(name, "")));
        pages.tell(
                notifier,
                Notice.of(kind, about, key, title, pages.now(), pages.who().name(), text, all),
                plan);
    }
}
