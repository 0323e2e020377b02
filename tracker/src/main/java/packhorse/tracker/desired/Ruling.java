package packhorse.tracker.desired;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/**
 * What a sheet means with a catalogue: answers for one endpoint at a time. Made anew when either changes; immutable.
 *
 * <p>An endpoint <i>should</i> have what the orders name that fit it, in the sheet's order. Of two that contradict each other the first acts and
 * the later is refused; the same order twice is once. It <i>may</i> have the content of what it should have, with what that needs, and whatever
 * release an entitlement grants it. Building is O(wishes × releases they need + entitlements × releases), an answer O(wishes + entitlements)
 * and what the wishes that fit name and need.
 */
public final class Ruling {
    private record Grant(Entitlement entitlement, Set<ReleaseId> releases, Set<Sha256> packs) {}

    private final Sheet sheet;
    private final Stock stock;
    private final Orders orders;
    private final List<Grant> grants = new ArrayList<>();
    private final Map<EndpointId, Set<String>> groups;

    private Ruling(Sheet sheet, Stock stock) {
        this.sheet = sheet;
        this.stock = stock;
        this.orders = Orders.of(sheet, stock);
        this.groups = sheet.roster().groupsOf();
        for (Entitlement entitlement : sheet.entitlements()) {
            Set<ReleaseId> releases = new LinkedHashSet<>();
            Set<Sha256> packs = new HashSet<>();
            for (ReleaseId release : stock.releases()) {
                if (entitlement.releases().matches(release)) {
                    releases.add(release);
                    stock.release(release).ifPresent(listed -> packs.add(listed.pack()));
                }
            }
            grants.add(new Grant(entitlement, releases, packs));
        }
    }

    public static Ruling of(Sheet sheet, Stock stock) {
        return new Ruling(sheet, stock);
    }

    public Sheet sheet() {
        return sheet;
    }

    public Stock stock() {
        return stock;
    }

    /** Wishes that cannot come true for anybody. */
    public List<Refused> refused() {
        return List.copyOf(orders.refused());
    }

    /** How many wishes can. */
    public int acting() {
        return orders.orders().size();
    }

    /** An endpoint with what the sheet says of it. */
    public Target target(EndpointId endpoint, Optional<String> site) {
        return new Target(
                Optional.of(endpoint),
                site,
                groups.getOrDefault(endpoint, Set.of()),
                sheet.roster().labelsOf(Optional.of(endpoint)));
    }

    /** What the endpoint should have. */
    public Mandate mandate(Target target) {
        Accepted accepted = new Accepted();
        List<Refused> conflicts = new ArrayList<>();
        for (Order order : orders.orders()) {
            if (!order.wish().whom().matches(target) || accepted.has(order)) {
                continue;
            }
            Optional<String> conflict = accepted.conflict(order);
            if (conflict.isPresent()) {
                conflicts.add(new Refused(order.wish().place(), order.wish().toString(), conflict.get()));
            } else if (accepted.size() >= DesiredState.ITEMS_MAX) {
                conflicts.add(new Refused(
                        order.wish().place(),
                        order.wish().toString(),
                        "an endpoint has at most " + DesiredState.ITEMS_MAX + " items; make a bundle of some"));
            } else {
                accepted.add(order);
            }
        }
        return new Mandate(accepted.items(), conflicts, variables(target));
    }

    private SortedMap<String, String> variables(Target target) {
        SortedMap<String, String> values = new TreeMap<>();
        // A stable sort: of equally exact ones the later holds.
        sheet.settings().stream()
                .filter(setting -> setting.whom().matches(target))
                .sorted(Comparator.comparingInt(setting -> setting.whom().exactness()))
                .forEach(setting -> values.putAll(setting.values()));
        return values;
    }

    /** How long the endpoint has the right to do the irreversible step of an action from now on; empty: not by asking. */
    public Optional<Duration> leaseFor(Target target, String action) {
        return mandate(target).items().stream().anyMatch(item -> item.action().equals(action))
                ? orders.orders().stream()
                        .filter(order -> order.item().action().equals(action)
                                && order.wish().whom().matches(target))
                        .findFirst()
                        .flatMap(order -> order.wish().leaseFor())
                : Optional.empty();
    }

    /** Whether the endpoint should have or may have the pack. */
    public boolean mayHave(Target target, Sha256 pack) {
        for (Grant grant : grants) {
            if (grant.packs().contains(pack) && grant.entitlement().whom().matches(target)) {
                return true;
            }
        }
        for (Order order : orders.orders()) {
            if (order.packs().contains(pack) && order.wish().whom().matches(target)) {
                return true;
            }
        }
        return false;
    }

    /** Every release that the endpoint should have or may have, in the catalogue's order. */
    public List<ReleaseId> everythingFor(Target target) {
        Map<ReleaseId, Boolean> found = new HashMap<>();
        for (Grant grant : grants) {
            if (grant.entitlement().whom().matches(target)) {
                grant.releases().forEach(release -> found.put(release, true));
            }
        }
        for (Order order : orders.orders()) {
            if (order.item().operation().needsContent() && order.wish().whom().matches(target)) {
                order.names().forEach(release -> found.put(release, true));
                order.needs().forEach(release -> found.put(release, true));
            }
        }
        return stock.releases().stream().filter(found::containsKey).toList();
    }

    /** The digest that the catalogue signed for a release. */
    public Optional<Sha256> digest(ReleaseId release) {
        return stock.release(release).map(Stock.Listed::manifest);
    }

    /** Why the endpoint may not have the subject, in one line with the mend; empty when it may. */
    public Optional<String> refusal(Target target, Subject subject) {
        return refusal(subject, pack -> mayHave(target, pack), asked -> notEntitled(target, asked));
    }

    /**
     * As above, where somebody else says what the endpoint may have.
     *
     * @param may whether it may have a pack
     * @param notEntitled what to say of a release that it may not have
     */
    public Optional<String> refusal(Subject subject, Predicate<Sha256> may, Function<Subject, String> notEntitled) {
        if (subject.bundle()) {
            return stock.bundle(subject.id().name(), subject.id().version())
                    .map(bundle -> bundle.members().stream()
                            .flatMap(member -> refusal(Subject.release(member), may, notEntitled).stream())
                            .findFirst())
                    .orElseGet(() -> Optional.of(unlisted(subject)));
        }
        Optional<Stock.Listed> listed = stock.release(subject.id());
        if (listed.isEmpty()) {
            return Optional.of(unlisted(subject));
        }
        if (subject.digest().isPresent()
                && !subject.digest().get().equals(listed.get().manifest())) {
            return Optional.of("the catalogue signed " + subject.id() + " as "
                    + listed.get().manifest() + ", not as " + subject.digest().get()
                    + "; refresh the catalogue and ask again");
        }
        return may.test(listed.get().pack()) ? Optional.empty() : Optional.of(notEntitled.apply(subject));
    }

    private String unlisted(Subject subject) {
        return subject + " is not in the tracker's catalogue (version " + stock.version()
                + "); publish it, or mend the name";
    }

    private String notEntitled(Target target, Subject subject) {
        String who = "this endpoint"
                + target.site().map(site -> " (site " + site + ")").orElse(" (in no known site)");
        return who + " is not entitled to " + subject
                + "; ask whoever runs the tracker for a line under \"entitlements\" in "
                + (sheet.name().isEmpty() ? "its file of desired states, which it was started without" : sheet.name());
    }
}
