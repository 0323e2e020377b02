package packhorse.console.office;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Consignment;
import packhorse.console.change.Finding;
import packhorse.console.change.Stage;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;

/** Whether production's repository offers what an order carries. */
final class Promotions {
    private Promotions() {}

    static Finding promoted(Pages pages, ChangeOrder order) {
        List<Consignment.Item> items = order.plans().distribution().releases().stream()
                .flatMap(all -> all.releases().stream())
                .toList();
        List<String> missing = new ArrayList<>();
        int unknown = 0;
        for (Consignment.Item item : items) {
            Optional<CataloguedRelease> known = pages.find(OfficeKinds.RELEASE, CataloguedRelease.key(item.release()))
                    .map(Stored::value);
            if (known.isEmpty()) {
                unknown++;
            } else if (!known.get().manifest().equals(item.manifest())
                    || known.get().offered() != Stage.PRODUCTION
                    || known.get().state() != CataloguedRelease.State.OFFERED) {
                missing.add(item.release() + " is offered to " + known.get().offered());
            }
        }
        if (!missing.isEmpty()) {
            return Finding.notMet(String.join("; ", missing) + ": promote it", pages.now());
        }
        if (unknown > 0 || items.isEmpty()) {
            return Finding.unknown(
                    unknown + " of " + items.size() + " releases are not in this catalogue", pages.now());
        }
        return Finding.met("all of " + items.size() + " are offered to production", pages.now());
    }
}
