package packhorse.console.scheduler;

import java.util.Map;
import java.util.TreeMap;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.ledger.Pages;
import packhorse.console.notice.Notice;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.Notifier;

/** Tells whoever an order's communications plan names, and other systems, in the transaction that does what is told. */
public final class Bell {
    private final Notifier notifier;

    public Bell(Notifier notifier) {
        this.notifier = notifier;
    }

    /** Something is told once, whoever finds it due and however often. */
    void once(Pages pages, ChangeOrder order, Reminders.Due due) {
        tell(pages, order, due.kind(), due.key(), due.line(), due.facts(), due.plan());
    }

    /**
     * Something happened.
     *
     * @param subject the id of what it is about
     * @param line all of it, for people
     * @param facts those that the kind has; one that is left out is empty
     */
    void ring(Pages pages, ChangeOrder order, NoticeKind kind, String subject, String line, Map<String, String> facts) {
        tell(
                pages,
                order,
                kind,
                subject + " " + kind.word() + " " + pages.now().toEpochMilli(),
                line,
                facts,
                order.plans().communications());
    }

    /** Other systems hear of a request that nobody went on with. */
    void lapsed(Pages pages, ChangeRequest request) {
        String result = request.state().name();
        pages.tell(
                notifier,
                Notice.ofRequest(
                        NoticeKind.CHANGE_CLOSED,
                        request,
                        pages.now(),
                        pages.who().name(),
                        request.id() + " is " + result,
                        Map.of("result", result)),
                CommunicationsPlan.empty());
    }

    private void tell(
            Pages pages,
            ChangeOrder order,
            NoticeKind kind,
            String key,
            String line,
            Map<String, String> facts,
            CommunicationsPlan plan) {
        Map<String, String> all = new TreeMap<>();
        kind.own().forEach(name -> all.put(name, facts.getOrDefault(name, "")));
        pages.tell(
                notifier,
                Notice.of(
                        kind,
                        order.id().toString(),
                        key,
                        order.head().description(),
                        pages.now(),
                        pages.who().name(),
                        line,
                        all),
                plan);
    }
}
