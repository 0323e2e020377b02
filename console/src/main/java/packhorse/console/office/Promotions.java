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
import packhorse.console.wave.Plan;
import packhorse.core.state.Operation;

/** Whether production's repository offers what an order carries. */
final class Promotions {
    private Promotions() {}

    /** What brings nothing to endpoints needs nothing offered; all else is offered as exactly the bytes that the order carries. */
    static Finding promoted(Pages pages, ChangeOrder order) {
        Optional<Operation> nothing =
                Deployments.plan(pages, order).map(Plan::operation).filter(operation -> !operation.needsContent());
        return nothing.map(operation -> Finding.met(operation + " brings nothing to endpoints", pages.now()))
                .orElseGet(() -> offered(pages, order));
    }

    /** Whether production offers all that it carries. */
    static Finding offered(Pages pages, ChangeOrder order) {
        List<Consignment.Item> items = order.plans().distribution().releases().stream()
                .flatMap(all -> all.releases().stream())
                .toList();
        List<String> missing = new ArrayList<>();
        for (Consignment.Item item : items) {
            pages.find(OfficeKinds.RELEASE, CataloguedRelease.key(item.release()))
                    .map(Stored::value)
                    .map(known -> missing(item, known))
                    .orElseGet(() -> Optional.of(item.release() + " is not in the catalogue: catalogue and promote it"))
                    .ifPresent(missing::add);
        }
        if (items.isEmpty()) {
            return Finding.notMet("it carries no release yet: there is nothing to promote", pages.now());
        }
        return missing.isEmpty()
                ? Finding.met("all of " + items.size() + " are offered to production", pages.now())
                : Finding.notMet(String.join("; ", missing), pages.now());
    }

    private static Optional<String> missing(Consignment.Item item, CataloguedRelease known) {
        if (!known.manifest().equals(item.manifest())) {
            return Optional.of(
                    item.release() + " is carried as " + item.manifest().hex() + " and catalogued as "
                            + known.manifest().hex() + ": carry what is catalogued");
        }
        if (known.state() != CataloguedRelease.State.OFFERED) {
            return Optional.of(item.release() + " is " + known.state() + ": restore it, or publish another");
        }
        return known.offered() == Stage.PRODUCTION
                ? Optional.empty()
                : Optional.of(item.release() + " is offered to " + known.offered() + " only: promote it");
    }
}
