package packhorse.peer.channel;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import packhorse.core.state.Priority;
import packhorse.core.unit.ByteRate;

/**
 * Holds one direction of the WAN traffic to its rate. A direction of a connection asks with a batch in its hand and waits until it may
 * pass it on; not reading further meanwhile is what slows the sender down (TCP's window does the rest). {@link TokenBucket}
 * says when, {@link Turns} says who.
 */
final class Shaper {
    /** Batches shrink with the rate to a tenth of a second's worth, so that whoever is more urgent waits no longer than that. */
    private static final int BATCHES_PER_SECOND = 10;

    private static final int BATCH_BYTES_MIN = 4 << 10;
    /** Nobody sleeps longer without looking again: a clock that jumps cannot hold a connection for ever. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** One direction of one connection. Its fields are guarded by the shaper's lock, but for {@code withdrawn}. */
    static final class Turn {
        private final Condition moved;
        private volatile boolean withdrawn;

        private Turn(Condition moved) {
            this.moved = moved;
        }
    }

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Turns<Turn> turns = new Turns<>();
    private volatile Optional<TokenBucket> bucket = Optional.empty();

    Shaper(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    Turn turn() {
        return new Turn(lock.newCondition());
    }

    void rate(Optional<ByteRate> rate) {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            Optional<TokenBucket> before = bucket;
            if (rate.isPresent() && before.isPresent()) {
                before.get().rate(rate.get(), now);
            } else {
                bucket = rate.map(some -> new TokenBucket(some, now));
            }
            turns.everybody().forEach(turn -> turn.moved.signal());
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes to take in hand at most. */
    int batchMax() {
        return bucket.map(some ->
                        Math.clamp(some.rate().bytesPerSecond() / BATCHES_PER_SECOND, BATCH_BYTES_MIN, Buffers.BATCH))
                .orElse(Buffers.BATCH);
    }

    /** Waits until the batch may go on; false once the turn is withdrawn. */
    boolean pass(Turn turn, Priority priority, long bytes) throws InterruptedException {
        if (bucket.isEmpty()) {
            return !turn.withdrawn;
        }
        lock.lockInterruptibly();
        try {
            turns.join(turn, priority, bytes);
            while (!turn.withdrawn) {
                Optional<TokenBucket> limit = bucket;
                if (limit.isEmpty()) {
                    return true;
                }
                boolean mine = turns.next().filter(turn::equals).isPresent();
                long wait = mine ? limit.get().waitNanos(nanoTime.getAsLong()) : LOOK_AGAIN_NANOS;
                if (wait <= 0) {
                    limit.get().take(bytes, nanoTime.getAsLong());
                    turns.serve();
                    return true;
                }
                long left = turn.moved.awaitNanos(Math.min(wait, LOOK_AGAIN_NANOS));
                assert left <= wait;
            }
            return false;
        } finally {
            turns.leave(turn);
            turns.next().ifPresent(next -> next.moved.signal());
            lock.unlock();
        }
    }

    /** Whoever waits on this turn waits no longer, now and ever. */
    void withdraw(Turn turn) {
        turn.withdrawn = true;
        lock.lock();
        try {
            turn.moved.signal();
        } finally {
            lock.unlock();
        }
    }
}
