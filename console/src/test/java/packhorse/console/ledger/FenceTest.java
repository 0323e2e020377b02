package packhorse.console.ledger;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FenceTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(40);

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource
    void oneHasTheRightUntilHeGivesItBack(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            Fence first = new Fence(ledger, "scheduler", "console-1", LONG);
            Fence second = new Fence(ledger, "scheduler", "console-2", LONG);
            assertEquals(OptionalLong.of(1), first.take());
            assertEquals(OptionalLong.empty(), second.take());
            assertEquals(OptionalLong.of(1), first.take(), "who prolongs keeps his number");
            second.release();
            assertEquals(OptionalLong.empty(), second.take(), "nobody gives back what he has not");
            first.release();
            assertEquals(OptionalLong.of(2), second.take());
            assertEquals(
                    OptionalLong.of(1), new Fence(ledger, "mailer", "console-1", LONG).take(), "each right by itself");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOlderFenceWritesNothing(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            Fence stopped = new Fence(ledger, "scheduler", "console-1", SHORT);
            long old = stopped.take().orElseThrow();
            Fence next = new Fence(ledger, "scheduler", "console-2", LONG);
            await().until(() -> next.take().isPresent());
            assertFalse(ledger.<Boolean>write(handle -> stopped.holds(handle, old)));
            assertTrue(ledger.<Boolean>write(handle -> next.holds(handle, old + 1)));
            assertEquals(OptionalLong.empty(), stopped.take());
        }
    }

    /** Leases that are outlived on purpose: however they race, no number is two holders', and each write was under the newest. */
    @ParameterizedTest
    @EnumSource
    void aNumberIsNeverTwoHolders(Database database) throws Exception {
        LedgerConfig config = database.config(folder);
        Map<Long, String> holders = new ConcurrentHashMap<>();
        AtomicInteger refused = new AtomicInteger();
        try (Ledger ledger = Ledger.open(config);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ledger.<Integer>write(handle -> handle.execute("CREATE TABLE work (fence BIGINT NOT NULL)"));
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Fence fence = new Fence(ledger, "scheduler", "console-" + i, SHORT);
                String name = "console-" + i;
                all.add(threads.submit(() -> {
                    long seen = 0;
                    for (int round = 0; round < 60; round++) {
                        OptionalLong taken = fence.take();
                        if (taken.isPresent()) {
                            seen = taken.getAsLong();
                            assertEquals(name, holders.merge(seen, name, (was, now) -> was));
                        }
                        long mine = seen;
                        if (!ledger.<Boolean>write(handle -> fence.holds(handle, mine)
                                && handle.execute("INSERT INTO work (fence) VALUES (?)", mine) == 1)) {
                            refused.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            assertTrue(refused.get() > 0, "nobody was ever too late: the leases were too long");
            List<Long> written = ledger.read(handle -> handle.createQuery("SELECT fence FROM work")
                    .mapTo(Long.class)
                    .list());
            assertTrue(written.stream().allMatch(holders::containsKey));
        }
    }
}
