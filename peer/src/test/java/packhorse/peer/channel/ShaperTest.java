package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import packhorse.core.state.Priority;
import packhorse.core.unit.ByteRate;

/** Who waits and who is let go, by a clock that the test turns. */
final class ShaperTest {
    private final AtomicLong now = new AtomicLong();
    private final Shaper shaper = new Shaper(now::get);

    private CompletableFuture<Boolean> pass(Shaper.Turn turn, long bytes) {
        CompletableFuture<Boolean> passed = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                passed.complete(shaper.pass(turn, Priority.NORMAL, bytes));
            } catch (InterruptedException e) {
                passed.completeExceptionally(e);
            }
        });
        return passed;
    }

    @Test
    void withoutARateNobodyWaitsAndBatchesAreLarge() throws Exception {
        assertTrue(pass(shaper.turn(), 1_000_000_000).get(60, TimeUnit.SECONDS));
        assertEquals(Buffers.BATCH, shaper.batchMax());
    }

    @Test
    void batchesShrinkWithTheRate() {
        shaper.rate(Optional.of(new ByteRate(200_000)));
        assertEquals(20_000, shaper.batchMax());
        shaper.rate(Optional.of(new ByteRate(1)));
        assertEquals(4096, shaper.batchMax());
        shaper.rate(Optional.of(new ByteRate(1_000_000_000)));
        assertEquals(Buffers.BATCH, shaper.batchMax());
    }

    @Test
    void whoWaitsIsLetGoWhenItsConnectionEndsOrTheRateIsTakenAway() throws Exception {
        shaper.rate(Optional.of(new ByteRate(1_000)));
        assertTrue(pass(shaper.turn(), 1_000_000).get(60, TimeUnit.SECONDS));
        Shaper.Turn ending = shaper.turn();
        CompletableFuture<Boolean> ended = pass(ending, 1_000);
        CompletableFuture<Boolean> going = pass(shaper.turn(), 1_000);
        assertFalse(ended.isDone() || going.isDone());
        shaper.withdraw(ending);
        assertFalse(ended.get(60, TimeUnit.SECONDS));
        assertFalse(going.isDone());
        shaper.rate(Optional.empty());
        assertTrue(going.get(60, TimeUnit.SECONDS));
        assertFalse(pass(ending, 1_000).get(60, TimeUnit.SECONDS));
    }

    @Test
    void whoWaitsGoesWhenItsTimeHasCome() throws Exception {
        shaper.rate(Optional.of(new ByteRate(1_000_000)));
        assertTrue(pass(shaper.turn(), 200_000).get(60, TimeUnit.SECONDS));
        CompletableFuture<Boolean> next = pass(shaper.turn(), 1_000);
        assertFalse(next.isDone());
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(200));
        assertTrue(next.get(60, TimeUnit.SECONDS));
    }
}
