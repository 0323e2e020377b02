package packhorse.tracker.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.tracker.desired.Shop.id;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.core.testing.Cases;

/** The orders of one endpoint against each other: as if each pair were looked at, and without looking at each pair. */
final class AcceptedTest {
    private static final int ORDERS = 60;

    /** An order as a bundle makes it: some releases it is about, some that they need. */
    private static Order order(RandomGenerator random, int line) {
        Operation[] operations = Operation.values();
        Set<ReleaseId> names = releases(random, 1 + random.nextInt(2));
        return order(
                line,
                operations[random.nextInt(operations.length)],
                names,
                releases(random, random.nextInt(3)),
                random.nextInt(5) == 0 ? Optional.of("action" + random.nextInt(4)) : Optional.empty());
    }

    private static Order order(
            int line, Operation operation, Set<ReleaseId> names, Set<ReleaseId> needs, Optional<String> action) {
        ReleaseId first = names.iterator().next();
        Wish plain = Shop.wish(line, operation, first.name() + "@" + first.version(), Selector.ALL);
        Wish wish = new Wish(
                plain.place(),
                action,
                plain.name(),
                plain.version(),
                plain.platform(),
                plain.bundle(),
                plain.digest(),
                plain.operation(),
                plain.whom(),
                plain.fetchNotBefore(),
                plain.activateNotBefore(),
                plain.deadline(),
                plain.priority(),
                plain.lease(),
                plain.leaseFor(),
                plain.policy());
        DesiredItem item = wish.item(Platform.ANY, Optional.empty());
        return new Order(wish, item, names, needs, Set.of());
    }

    private static Set<ReleaseId> releases(RandomGenerator random, int count) {
        Set<ReleaseId> releases = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            releases.add(id("acme/p" + random.nextInt(12) + "@" + (1 + random.nextInt(2)) + ".0"));
        }
        return releases;
    }

    @Test
    void itIsAsIfEachPairWereLookedAt() {
        Cases.run(500, random -> {
            Accepted accepted = new Accepted();
            List<Order> before = new ArrayList<>();
            for (int line = 0; line < ORDERS; line++) {
                Order order = order(random, line);
                assertEquals(before.stream().anyMatch(one -> same(one.item(), order.item())), accepted.has(order));
                if (accepted.has(order)) {
                    continue;
                }
                Optional<String> expected = before.stream()
                        .flatMap(one -> Orders.conflict(one, order).stream())
                        .findFirst();
                assertEquals(expected, accepted.conflict(order));
                if (expected.isEmpty()) {
                    accepted.add(order);
                    before.add(order);
                }
            }
            assertEquals(before.stream().map(Order::item).toList(), accepted.items());
        });
    }

    private static boolean same(DesiredItem item, DesiredItem other) {
        return item.action().equals(other.action())
                && item.operation() == other.operation()
                && item.subject().equals(other.subject());
    }

    @Test
    void theWorkGrowsWithTheItemsAndNotWithTheirPairs() {
        allocatedFor(500);
        long small = allocatedFor(1_000);
        long large = allocatedFor(8_000);
        assertTrue(large < 16 * small, () -> "eight times the items took " + large + " bytes instead of " + small);
    }

    /** Memory that a mandate of so many items passes through: it counts the work, on however busy a machine. */
    private static long allocatedFor(int items) {
        List<Wish> wishes = new ArrayList<>();
        String[] releases = new String[items];
        for (int i = 0; i < items; i++) {
            releases[i] = "acme/p" + i + "@1.0";
            wishes.add(Shop.wish(i, Operation.INSTALL, releases[i], Selector.ALL));
        }
        Ruling ruling = Ruling.of(Shop.sheet(wishes, List.of()), Shop.stock(releases));
        var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();
        Mandate mandate = ruling.mandate(ruling.target(Shop.endpoint(1), Optional.empty()));
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        assertEquals(items, mandate.items().size(), mandate.refused()::toString);
        return allocated;
    }
}
