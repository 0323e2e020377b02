package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Consignment;
import packhorse.console.change.Finding;
import packhorse.console.change.Function;
import packhorse.console.change.Stage;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Plan;
import packhorse.core.state.Operation;

/** Whether the repository is as an order needs it, or leaves it. */
final class Promotions {
    private Promotions() {}

    /** What brings nothing to endpoints needs nothing offered; all else is offered as exactly the bytes that the order carries. */
    static Finding promoted(Pages pages, ChangeOrder order) {
        Optional<Operation> nothing =
                Deployments.plan(pages, order).map(Plan::operation).filter(operation -> !operation.needsContent());
        return nothing.map(operation -> Finding.met(operation + " brings nothing to endpoints", pages.now()))
                .orElseGet(() -> offered(pages, carried(order)));
    }

    /** Whether the repository is as the order's request types leave it. */
    static Finding repository(Pages pages, ChangeOrder order) {
        List<Finding> found = order.category().types().stream()
                .filter(type -> type.function().place() == Function.Place.REPOSITORY)
                .map(type -> repository(
                        pages,
                        type.function(),
                        carried(order).stream()
                                .filter(item -> item.kind() == type.work().kind())
                                .toList()))
                .toList();
        return Stream.of(Finding.Answer.NOT_MET, Finding.Answer.UNKNOWN, Finding.Answer.MET)
                .flatMap(answer -> found.stream().filter(one -> one.answer() == answer))
                .findFirst()
                .orElseGet(() -> Finding.met("nothing is changed in the repository", pages.now()));
    }

    private static Finding repository(Pages pages, Function function, List<Consignment.Item> items) {
        return switch (function) {
            case ADD_TO_PRODUCTION -> offered(pages, items);
            case RETIRE -> gone(pages, items, CataloguedRelease.State.RETIRED);
            case ARCHIVE_AND_RETIRE -> gone(pages, items, CataloguedRelease.State.ARCHIVED);
            case ROLLBACK_PUBLISHED ->
                Finding.unknown("the product does not look at which image was offered before", pages.now());
            case PREPARE, TEST, DISTRIBUTE, INSTALL, UPDATE, ACTIVATE, COMMIT, ROLLBACK, REMOVE, DELETE ->
                Finding.met(function + " changes nothing in the repository", pages.now());
        };
    }

    private static List<Consignment.Item> carried(ChangeOrder order) {
        return order.plans().distribution().releases().stream()
                .flatMap(all -> all.releases().stream())
                .toList();
    }

    private static Optional<CataloguedRelease> known(Pages pages, Consignment.Item item) {
        return pages.find(OfficeKinds.RELEASE, CataloguedRelease.key(item.release()))
                .map(Stored::value);
    }

    private static Finding offered(Pages pages, List<Consignment.Item> items) {
        if (items.isEmpty()) {
            return Finding.notMet("it carries no release of this kind: there is nothing to promote", pages.now());
        }
        List<String> missing = items.stream()
                .flatMap(item -> known(pages, item)
                        .map(known -> missing(item, known))
                        .orElseGet(() ->
                                Optional.of(item.release() + " is not in the catalogue: catalogue and promote it"))
                        .stream())
                .toList();
        return missing.isEmpty()
                ? Finding.met("all of " + items.size() + " are offered to production", pages.now())
                : Finding.notMet(String.join("; ", missing), pages.now());
    }

    private static Finding gone(Pages pages, List<Consignment.Item> items, CataloguedRelease.State wanted) {
        if (items.isEmpty()) {
            return Finding.notMet("it carries no release of this kind: there is nothing to retire", pages.now());
        }
        List<String> there = items.stream()
                .filter(item -> known(pages, item)
                        .filter(release -> release.state() == wanted)
                        .isEmpty())
                .map(item -> item.release() + " is not " + wanted + " in the catalogue: retire it there")
                .toList();
        String installed = items.stream()
                .flatMap(item -> known(pages, item)
                        .flatMap(CataloguedRelease::installed)
                        .map(where -> "; " + item.release() + " was " + where.text())
                        .stream())
                .collect(Collectors.joining());
        return there.isEmpty()
                ? Finding.met(wanted + " in the catalogue: all of " + items.size() + installed, pages.now())
                : Finding.notMet(String.join("; ", there), pages.now());
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
