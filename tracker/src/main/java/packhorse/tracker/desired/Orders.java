package packhorse.tracker.desired;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.tracker.desired.Stock.Listed;
import packhorse.tracker.desired.Stock.ListedBundle;

/** Holds the wishes of a sheet against the catalogue: what can be done becomes an order, the rest is refused with its reason. */
final class Orders {
    private final Stock stock;
    private final List<Order> orders = new ArrayList<>();
    private final List<Refused> refused = new ArrayList<>();

    private Orders(Stock stock) {
        this.stock = stock;
    }

    static Orders of(Sheet sheet, Stock stock) {
        Orders all = new Orders(stock);
        sheet.wishes().forEach(all::take);
        return all;
    }

    List<Order> orders() {
        return orders;
    }

    List<Refused> refused() {
        return refused;
    }

    private void take(Wish wish) {
        if (wish.bundle()) {
            bundle(wish);
        } else {
            release(wish);
        }
    }

    private void release(Wish wish) {
        List<Platform> platforms = stock.platforms(wish.name(), wish.version());
        Platform platform = wish.platform().orElse(Platform.ANY);
        Optional<Listed> listed = stock.release(new ReleaseId(wish.name(), wish.version(), platform));
        if (listed.isEmpty() && wish.operation().needsContent()) {
            refuse(
                    wish,
                    platforms.isEmpty()
                            ? "the catalogue (version " + stock.version() + ") does not list " + wish.name() + "@"
                                    + wish.version() + "; publish it, or mend the name"
                            : wish.name() + "@" + wish.version() + " is not listed for " + platform + " but for "
                                    + words(platforms) + "; write for example " + wish.name() + "@" + wish.version()
                                    + "("
                                    + platforms.getFirst() + ")");
            return;
        }
        Optional<Sha256> signed = listed.map(Listed::manifest);
        add(wish, platform, signed, List.of(new ReleaseId(wish.name(), wish.version(), platform)));
    }

    private void bundle(Wish wish) {
        Optional<ListedBundle> listed = stock.bundle(wish.name(), wish.version());
        if (listed.isEmpty() && wish.operation().needsContent()) {
            refuse(
                    wish,
                    "the catalogue (version " + stock.version()
                            + ") does not list the bundle; publish it, or mend the name");
            return;
        }
        List<ReleaseId> members = listed.map(ListedBundle::members).orElse(List.of());
        Optional<ReleaseId> unknown = wish.operation().needsContent()
                ? members.stream()
                        .filter(member -> stock.release(member).isEmpty())
                        .findFirst()
                : Optional.empty();
        if (unknown.isPresent()) {
            refuse(wish, "its member " + unknown.get() + " is not in the catalogue; publish it");
            return;
        }
        add(wish, Platform.ANY, listed.map(ListedBundle::document), members);
    }

    private void add(Wish wish, Platform platform, Optional<Sha256> signed, List<ReleaseId> names) {
        if (wish.digest().isPresent() && signed.isPresent() && !signed.equals(wish.digest())) {
            refuse(
                    wish,
                    "its digest is " + wish.digest().get() + ", but the catalogue signed " + signed.get()
                            + "; approve that one, or find out who changed it");
            return;
        }
        Set<ReleaseId> needs = Set.of();
        if (wish.operation().needsContent()) {
            switch (Needs.of(stock, names)) {
                case Needs.Found.All all -> needs = all.releases();
                case Needs.Found.Impossible impossible -> {
                    refuse(wish, impossible.why());
                    return;
                }
            }
        }
        Set<Sha256> packs = new HashSet<>();
        if (wish.operation().needsContent()) {
            names.forEach(id -> stock.release(id).ifPresent(one -> packs.add(one.pack())));
            needs.forEach(id -> stock.release(id).ifPresent(one -> packs.add(one.pack())));
        }
        DesiredItem item = wish.item(platform, signed.or(wish::digest));
        orders.add(new Order(wish, item, new LinkedHashSet<>(names), needs, Set.copyOf(packs)));
    }

    private void refuse(Wish wish, String why) {
        refused.add(new Refused(wish.place(), wish.toString(), why));
    }

    private static String words(List<Platform> platforms) {
        return String.join(", ", platforms.stream().map(Platform::word).toList());
    }

    /** Why {@code later} cannot be done on an endpoint that is given {@code first} too; empty when it can. */
    static Optional<String> conflict(Order first, Order later) {
        if (first.item().action().equals(later.item().action())) {
            return Optional.of("the action " + later.item().action() + " is already the one at "
                    + first.wish().place() + "; give it an \"action\" of its own");
        }
        boolean placesFirst = places(first.item().operation());
        boolean placesLater = places(later.item().operation());
        for (ReleaseId one : first.names()) {
            for (ReleaseId other : later.names()) {
                if (one.equals(other)
                        && undoes(first.item().operation(), later.item().operation())) {
                    return Optional.of(
                            first.wish() + " at " + first.wish().place() + " asks for the opposite; take one away");
                }
                if (placesFirst && placesLater && one.name().equals(other.name()) && !one.equals(other)) {
                    return Optional.of(first.wish() + " at " + first.wish().place() + " puts another of " + one.name()
                            + " in its place; take one away");
                }
            }
        }
        return placesFirst && placesLater ? broken(first, later).or(() -> broken(later, first)) : Optional.empty();
    }

    /** What one needs in another version than the other puts in place. */
    private static Optional<String> broken(Order needing, Order placing) {
        for (ReleaseId needed : needing.needs()) {
            for (ReleaseId placed : placing.names()) {
                if (needed.name().equals(placed.name()) && !needed.equals(placed)) {
                    return Optional.of(needing.wish() + " at " + needing.wish().place() + " needs " + needed
                            + ", but " + placing.wish() + " at "
                            + placing.wish().place() + " puts " + placed
                            + " in its place; ask for versions that fit");
                }
            }
        }
        return Optional.empty();
    }

    static boolean places(Operation operation) {
        return switch (operation) {
            case INSTALL, UPDATE, ACTIVATE -> true;
            case DISTRIBUTE, COMMIT, ROLLBACK, REMOVE, DELETE -> false;
        };
    }

    private static boolean undoes(Operation first, Operation later) {
        return takesAway(first) != takesAway(later);
    }

    static boolean takesAway(Operation operation) {
        return switch (operation) {
            case REMOVE, DELETE, ROLLBACK -> true;
            case DISTRIBUTE, INSTALL, UPDATE, ACTIVATE, COMMIT -> false;
        };
    }
}
