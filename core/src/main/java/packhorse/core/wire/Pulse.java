package packhorse.core.wire;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The thread that keeps time for channels: it looks at all of them every so often, and at those that wait for room in their
 * owner's mailbox much more often. A look at 20 000 idle channels takes about a millisecond, so a wheel of timers would save
 * nothing.
 */
final class Pulse implements AutoCloseable {
    /** How long a message waits for room that has become free. */
    private static final long WAITING_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final InstantSource clock;
    private final Duration every;
    private final Set<WireChannel> channels = ConcurrentHashMap.newKeySet();
    private final Set<WireChannel> waiting = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private volatile boolean closing;

    private Pulse(String name, InstantSource clock, Duration every) {
        this.clock = clock;
        this.every = every;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    }

    static Pulse start(String name, InstantSource clock, Duration every) {
        Pulse pulse = new Pulse(name, clock, every);
        pulse.thread.start();
        return pulse;
    }

    Set<WireChannel> channels() {
        return channels;
    }

    void add(WireChannel channel) {
        channels.add(channel);
    }

    void remove(WireChannel channel) {
        channels.remove(channel);
        waiting.remove(channel);
    }

    /** The channel has a message that its owner had no room for. */
    void waits(WireChannel channel) {
        waiting.add(channel);
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        long nextNanos = System.nanoTime();
        try {
            while (!closing) {
                long leftNanos = nextNanos - System.nanoTime();
                pause(waiting.isEmpty() ? leftNanos : Math.min(leftNanos, WAITING_NANOS));
                waiting.removeIf(channel -> !channel.offerAgain());
                long nowNanos = System.nanoTime();
                if (nowNanos - nextNanos >= 0) {
                    nextNanos = nowNanos + every.toNanos();
                    channels.forEach(channel -> channel.tick(nowNanos, clock.instant()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Woken early it beats early, which does no harm. */
    @SuppressWarnings("WaitNotInLoop")
    private void pause(long nanos) throws InterruptedException {
        lock.lock();
        try {
            if (nanos > 0 && !closing) {
                var unused = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
