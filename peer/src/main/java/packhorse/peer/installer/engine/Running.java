package packhorse.peer.installer.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.install.Progress;
import packhorse.peer.install.Step;

/**
 * What the worker is at: a step of a transaction, with a time limit, or something aside that belongs to none. Its thread is a daemon of
 * its own; all else here is the owner's.
 *
 * <p>It is told to end by an interrupt, once its limit has passed or nobody wants it any more. Java has no other way, so one that does
 * not listen {@link #hangs}, and only the end of the process is left.
 */
final class Running {
    /** A step that was told to end, and does not, is in the hands of the system. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    private final Optional<At> at;
    private final long total;
    private final Duration limit;
    private final long untilNanos;
    private final AtomicLong done = new AtomicLong();
    private @Nullable Thread worker;
    private boolean overtime;
    private boolean abandoned;
    private long endNanos;
    private long toldBytes = -1;

    /** A step of a transaction. */
    record At(Progress progress, Step step) {}

    /** How it ended: one of the two is there. */
    record Ended(
            Running of, @Nullable Outcome outcome, @Nullable Throwable fault) {}

    /** What the worker does. */
    @FunctionalInterface
    interface Work {
        Outcome run(LongConsumer progress) throws Exception;
    }

    private Running(Optional<At> at, long total, Duration limit, long untilNanos) {
        this.at = at;
        this.total = total;
        this.limit = limit;
        this.untilNanos = untilNanos;
    }

    /** @param total bytes that it goes through; 0 where that says nothing */
    static Running step(At at, long total, Duration limit, long nowNanos) {
        return new Running(Optional.of(at), total, limit, nowNanos + limit.toNanos());
    }

    /** Belongs to no transaction, and has its own bounds. */
    static Running aside() {
        return new Running(Optional.empty(), 0, Duration.ZERO, 0);
    }

    /** Nothing that the work throws is lost: whoever waits for its end is told of it. */
    void start(String name, Work work, Consumer<Ended> ended) {
        Thread fresh = Thread.ofPlatform().name(name).daemon(true).unstarted(() -> {
            try {
                Outcome outcome = work.run(done::set);
                ended.accept(new Ended(this, outcome, null));
            } catch (Throwable fault) {
                ended.accept(new Ended(this, null, fault));
            }
        });
        worker = fresh;
        fresh.start();
    }

    Optional<At> at() {
        return at;
    }

    long total() {
        return total;
    }

    /** How long it may take. */
    Duration limit() {
        return limit;
    }

    /** Whether its limit has passed before it ended. */
    boolean overtime() {
        return overtime;
    }

    /** Whether it was told to end because nobody wants it any more. */
    boolean abandoned() {
        return abandoned;
    }

    void abandon(long nowNanos) {
        abandoned = true;
        interrupt(nowNanos);
    }

    /** Tells it to end once its limit has passed; true when that is just now. */
    boolean expire(long nowNanos) {
        if (overtime || abandoned || nowNanos - untilNanos < 0) {
            return false;
        }
        overtime = true;
        interrupt(nowNanos);
        return true;
    }

    private void interrupt(long nowNanos) {
        endNanos = nowNanos + GRACE.toNanos();
        if (worker != null) {
            worker.interrupt();
        }
    }

    /** Whether it was told to end, and does not. */
    boolean hangs(long nowNanos) {
        return (overtime || abandoned) && nowNanos - endNanos >= 0;
    }

    /** How far it is, where that is something new. */
    OptionalLong news() {
        long bytes = done.get();
        if (bytes == toldBytes) {
            return OptionalLong.empty();
        }
        toldBytes = bytes;
        return OptionalLong.of(bytes);
    }
}
