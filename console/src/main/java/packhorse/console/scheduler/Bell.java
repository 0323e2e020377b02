package packhorse.console.scheduler;

import java.util.Map;
import java.util.TreeMap;
import packhorse.console.change.ChangeOrder;
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

    /**
     * Something happened.
     *
     * @param subject the id of what it is about
     * @param line all of it, for people
     * @param facts those that the kind has; one that is left out is empty
     */
    void ring(Pages pages, ChangeOrder order, NoticeKind kind, String subject, String line, Map<String, String> facts) {
        Map<String, String> all = new TreeMap<>();
        kind.own().forEach(name -> all.put(name, facts.getOrDefault(name, "")));
        pages.tell(
                notifier,
                Notice.of(
                        kind,
                        order.id().toString(),
                        subject + " " + kind.word() + " " + pages.now().toEpochMilli(),
                        order.head().description(),
                        pages.now(),
                        pages.who().name(),
                        line,
                        all),
                order.plans().communications());
    }
}
