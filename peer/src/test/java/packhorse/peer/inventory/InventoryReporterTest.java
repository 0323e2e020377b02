package packhorse.peer.inventory;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.message.InventoryCodec;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.state.Inventory;

/** What is said, when, and what is not said again. */
final class InventoryReporterTest {
    private static final InventoryConfig OFTEN = new InventoryConfig(Duration.ofMillis(20), Duration.ZERO);
    private static final InventoryConfig ONCE = new InventoryConfig(Duration.ofHours(1), Duration.ZERO);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));
    private static final long FIRST = CLOCK.millis();

    @TempDir
    Path data;

    private final List<InventoryDelta> sent = new CopyOnWriteArrayList<>();
    private final AtomicReference<Inventory> machine =
            new AtomicReference<>(inventory(Map.of("os", "debian", "disk/a", "1")));

    private static Inventory inventory(Map<String, String> items) {
        TreeMap<String, java.util.SortedMap<String, String>> all = new TreeMap<>();
        items.forEach((key, value) -> all.put(key, new TreeMap<>(Map.of("value", value))));
        return new Inventory(all);
    }

    private InventoryReporter start(InventoryConfig config) {
        return InventoryReporter.of(data, config, last -> machine.get(), sent::add, CLOCK);
    }

    @Test
    void theFirstIsEverythingAndAChangeIsADifference() {
        try (InventoryReporter reporter = start(OFTEN)) {
            await().until(() -> sent.size() == 1);
            assertEquals(0, sent.getFirst().getBase());
            assertEquals(FIRST, sent.getFirst().getRevision());
            assertEquals(machine.get(), Inventory.EMPTY.with(InventoryCodec.read(sent.getFirst())));
            Inventory before = machine.get();
            machine.set(inventory(Map.of("os", "debian", "disk/b", "2")));
            reporter.changed();
            await().until(() -> sent.size() == 2);
            InventoryDelta difference = sent.get(1);
            assertEquals(FIRST, difference.getBase());
            assertEquals(List.of("disk/a"), difference.getRemovedList());
            assertEquals(1, difference.getChangedCount(), "the system did not change");
            assertEquals(machine.get(), before.with(InventoryCodec.read(difference)));
        }
    }

    @Test
    void aRestartSaysNothingWhenNothingChanged() {
        try (InventoryReporter reporter = start(ONCE)) {
            reporter.changed();
            await().until(() -> sent.size() == 1);
        }
        sent.clear();
        try (InventoryReporter reporter = start(ONCE)) {
            reporter.needed(FIRST);
            // Asked in order: what the first question brings, and the look before it, is there when the second was
            // answered.
            reporter.needed(0);
            await().until(() -> !sent.isEmpty());
            assertEquals(1, sent.size());
            assertEquals(0, sent.getFirst().getBase());
        }
    }

    @Test
    void aTrackerIsSentWhatItMisses() {
        try (InventoryReporter reporter = start(ONCE)) {
            await().until(() -> sent.size() == 1);
            machine.set(inventory(Map.of("os", "debian 13")));
            reporter.changed();
            await().until(() -> sent.size() == 2);
            sent.clear();
            reporter.needed(FIRST);
            reporter.needed(FIRST - 77);
            reporter.needed(FIRST + 1);
            reporter.needed(0);
            await().until(() -> sent.size() == 3);
            assertEquals(
                    List.of(FIRST, 0L, 0L),
                    sent.stream().map(InventoryDelta::getBase).toList());
            sent.forEach(delta -> assertEquals(FIRST + 1, delta.getRevision()));
        }
    }

    @Test
    void theSameWishIsNotAnsweredInACircle() {
        try (InventoryReporter reporter = start(ONCE)) {
            await().until(() -> sent.size() == 1);
            for (int i = 0; i < 50; i++) {
                reporter.needed(7);
            }
            reporter.needed(8);
            await().until(() -> sent.size() == 3);
            assertEquals(3, sent.size(), "the first look, what 7 misses, what 8 misses");
        }
    }

    @Test
    void aLongInventoryTravelsInSeveralFrames() {
        TreeMap<String, String> many = new TreeMap<>();
        for (int i = 0; i < 4_000; i++) {
            many.put("package/deb/p" + i, "v".repeat(200));
        }
        machine.set(inventory(many));
        try (InventoryReporter reporter = start(ONCE)) {
            reporter.changed();
            await().until(() -> !sent.isEmpty() && !sent.getLast().getMore());
            assertTrue(sent.size() > 2);
            Inventory all = Inventory.EMPTY;
            for (InventoryDelta frame : sent) {
                assertTrue(frame.getSerializedSize() < 1 << 20);
                all = all.with(InventoryCodec.read(frame));
            }
            assertEquals(machine.get(), all);
        }
    }

    @Test
    void aDamagedFileIsMadeAnewUnderANumberThatNobodyKnows() throws java.io.IOException {
        Files.write(data.resolve("inventory"), new byte[] {1, 2, 3, 4, (byte) 255});
        try (InventoryReporter reporter = start(ONCE)) {
            reporter.changed();
            await().until(() -> sent.size() == 1);
            assertEquals(FIRST, sent.getFirst().getRevision());
        }
    }

    @Test
    void aSenderThatFailsIsNoEnd() {
        java.util.concurrent.atomic.AtomicBoolean failing = new java.util.concurrent.atomic.AtomicBoolean(true);
        try (InventoryReporter reporter = InventoryReporter.of(
                data,
                OFTEN,
                last -> machine.get(),
                delta -> {
                    if (failing.get()) {
                        throw new IllegalStateException("no session");
                    }
                    sent.add(delta);
                },
                CLOCK)) {
            await().until(() -> Files.exists(data.resolve("inventory")));
            failing.set(false);
            reporter.needed(0);
            await().until(() -> sent.size() == 1);
        }
    }
}
