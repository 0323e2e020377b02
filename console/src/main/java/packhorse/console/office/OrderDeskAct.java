package packhorse.console.office;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.OrderId;
import packhorse.console.change.Outcome;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;

/** One act on an order: what the product finds is filled in before, so that it is decided by, and after, so that it is seen. */
final class OrderDeskAct {
    private OrderDeskAct() {}

    static Stored<ChangeOrder> on(
            Pages pages,
            OrderFiller filler,
            OrderId id,
            OptionalLong seen,
            String what,
            Map<String, String> details,
            BiFunction<ChangeOrder, Pages, Outcome<ChangeOrder>> act) {
        Stored<ChangeOrder> stored = pages.get(Kinds.ORDER, id.text(), seen);
        ChangeOrder before = filler.filled(pages, stored.value());
        ChangeOrder after = Desk.require(act.apply(before, pages));
        Stored<ChangeOrder> kept = pages.change(stored, filler.filled(pages, after));
        Map<String, String> all = new LinkedHashMap<>(details);
        all.put("state", after.state().name());
        pages.audit(what, id.text(), all);
        return kept;
    }
}
