package packhorse.console.office;

import java.util.Map;
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
        pages.tell(
                notifier,
                Notice.of(
                        kind,
                        order.id().text(),
                        key,
                        order.head().description(),
                        pages.now(),
                        pages.who().name(),
                        text,
                        kind.whole(facts)),
                order.plans().communications());
    }

    /** Tells other systems of a request. */
    void request(Pages pages, ChangeRequest request, NoticeKind kind, String text, Map<String, String> facts) {
        pages.tell(
                notifier,
                Notice.ofRequest(kind, request, pages.now(), pages.who().name(), text, facts),
                CommunicationsPlan.empty());
    }

    /** Tells other systems of a problem. */
    void problem(Pages pages, Problem problem, NoticeKind kind, String text, Map<String, String> facts) {
        pages.tell(
                notifier,
                Notice.ofProblem(kind, problem, pages.now(), pages.who().name(), text, facts),
                CommunicationsPlan.empty());
    }
}
