package packhorse.tracker.desired;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

/**
 * What one endpoint is given so far, and with which of it a further order cannot be.
 *
 * <p><b>Problem.</b> Each order that fits an endpoint is held against all accepted before it; done pair by pair that is quadratic in the endpoint's
 * items, ten thousand at most, on the thread that all agents wait for. <b>Algorithm.</b> Orders contradict each other by an action, a release
 * or a release line they share ({@link Orders#conflict}); so of each of these the first accepted order is remembered, and the earliest of
 * those that a further order meets is the one it contradicts. Where only <i>another</i> release of a line contradicts, the first order
 * with each of two different releases is enough, whichever is asked for. <b>Cost.</b> O(names + needs) an order.
 */
final class Accepted {
    /** One attempt, said twice: a site's line and everybody's line may both name it, the first one says how. */
    private record Attempt(String action, Operation operation, Subject subject) {}

    /**
     * The first order that speaks of a line, and the first that speaks of another release of it.
     *
     * @param release of the first
     * @param order place of the first
     * @param otherOrder place of the other; {@link #NONE} where there is none
     */
    private record First(ReleaseId release, int order, int otherOrder) {
        int otherThan(ReleaseId asked) {
            return release.equals(asked) ? otherOrder : order;
        }
    }

    private static final int NONE = Integer.MAX_VALUE;

    private final List<Order> orders = new ArrayList<>();
    private final Set<Attempt> attempts = new HashSet<>();
    private final Map<String, Integer> actions = new HashMap<>();
    private final Map<ReleaseId, Integer> giving = new HashMap<>();
    private final Map<ReleaseId, Integer> taking = new HashMap<>();
    private final Map<ReleaseName, First> placed = new HashMap<>();
    private final Map<ReleaseName, First> needed = new HashMap<>();

    /** Whether the same attempt was accepted before. */
    boolean has(Order order) {
        return attempts.contains(attempt(order));
    }

    /** Why the order cannot be done beside what was accepted; empty when it can. */
    Optional<String> conflict(Order order) {
        Operation operation = order.item().operation();
        int first = actions.getOrDefault(order.item().action(), NONE);
        Map<ReleaseId, Integer> opposite = Orders.takesAway(operation) ? giving : taking;
        for (ReleaseId release : order.names()) {
            first = Math.min(first, opposite.getOrDefault(release, NONE));
            if (Orders.places(operation)) {
                first = Math.min(first, otherThan(release, placed));
                first = Math.min(first, otherThan(release, needed));
            }
        }
        if (Orders.places(operation)) {
            for (ReleaseId release : order.needs()) {
                first = Math.min(first, otherThan(release, placed));
            }
        }
        return first == NONE ? Optional.empty() : Orders.conflict(orders.get(first), order);
    }

    private static int otherThan(ReleaseId release, Map<ReleaseName, First> lines) {
        First first = lines.get(release.name());
        return first == null ? NONE : first.otherThan(release);
    }

    void add(Order order) {
        int place = orders.size();
        orders.add(order);
        attempts.add(attempt(order));
        actions.putIfAbsent(order.item().action(), place);
        Operation operation = order.item().operation();
        Map<ReleaseId, Integer> same = Orders.takesAway(operation) ? taking : giving;
        order.names().forEach(release -> same.putIfAbsent(release, place));
        if (Orders.places(operation)) {
            order.names().forEach(release -> note(release, place, placed));
            order.needs().forEach(release -> note(release, place, needed));
        }
    }

    private static void note(ReleaseId release, int place, Map<ReleaseName, First> lines) {
        lines.compute(release.name(), (line, first) -> noted(first, release, place));
    }

    private static First noted(@Nullable First first, ReleaseId release, int place) {
        if (first == null) {
            return new First(release, place, NONE);
        }
        return first.otherOrder() == NONE && !first.release().equals(release)
                ? new First(first.release(), first.order(), place)
                : first;
    }

    int size() {
        return orders.size();
    }

    /** What the endpoint is given. */
    List<DesiredItem> items() {
        return orders.stream().map(Order::item).toList();
    }

    private static Attempt attempt(Order order) {
        DesiredItem item = order.item();
        return new Attempt(item.action(), item.operation(), item.subject());
    }
}
