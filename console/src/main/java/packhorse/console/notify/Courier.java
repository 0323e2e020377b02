package packhorse.console.notify;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.notice.Attempt;
import packhorse.console.notice.Outbox;
import packhorse.console.notice.Parcel;
import packhorse.console.notice.Tries;

/**
 * Takes what is due from the outbox and has it delivered: one owner thread that claims and waits, and a virtual thread for each
 * message, so that an address that does not answer stops no other. A console may be killed at any line: what was not written down as
 * told is sent again when its lease is over.
 */
public final class Courier implements AutoCloseable {
    /** Messages on their way at once; a mail server takes that many connections from one of its own. */
    static final int ROUND_MAX = 16;
    /** Twice the longest try: who still holds it then is dead. */
    static final Duration LEASE = Channel.DEADLINE.multipliedBy(2);
    /** Entries of other consoles and retries come without a call; nobody waits for a mail by the second. */
    static final Duration POLL = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
    private static final Duration STOP_MAX = Duration.ofSeconds(5);

    private final Outbox outbox;
    private final Map<Means, Channel> channels;
    private final InstantSource clock;
    private final String holder;
    private final Duration lease;
    private final Duration deadline;
    private final Semaphore call = new Semaphore(0);
    private final Semaphore free = new Semaphore(ROUND_MAX);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread owner;
    private final LongAdder told = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder dead = new LongAdder();
    private volatile boolean closed;

    /**
     * Ready to {@link #start}.
     *
     * @param channels by means; what has none is tried as often as everything else, and then dead
     * @param holder this process, by a name that no other has, nor this one after its next start
     */
    public Courier(Outbox outbox, Map<Means, Channel> channels, InstantSource clock, String holder) {
        this(outbox, channels, clock, holder, LEASE, Channel.DEADLINE);
    }

    Courier(
            Outbox outbox,
            Map<Means, Channel> channels,
            InstantSource clock,
            String holder,
            Duration lease,
            Duration deadline) {
        this.outbox = outbox;
        this.channels = channels.isEmpty() ? Map.of() : new EnumMap<>(channels);
        this.clock = clock;
        this.holder = holder;
        this.lease = lease;
        this.deadline = deadline;
        this.owner = Thread.ofPlatform().name("courier").daemon().unstarted(this::run);
    }

    /** Starts the owner thread. */
    public void start() {
        owner.start();
    }

    /** Something may be due: call it after a decision. Any thread may. */
    public void wake() {
        if (call.availablePermits() == 0) {
            call.release();
        }
    }

    private void run() {
        while (!closed) {
            boolean more = false;
            try {
                more = round() == ROUND_MAX;
            } catch (RuntimeException e) {
                LOG.warn("telling people waits: {}", String.valueOf(e.getMessage()));
            } catch (Error e) {
                LOG.error("telling people waits", e);
            }
            if (!more) {
                try {
                    boolean unusedCalled = call.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
                    call.drainPermits();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    /** Takes what is due, as much of it as there is room for, and has it delivered. Returns how many messages it took. */
    int round() {
        int room = free.drainPermits();
        List<Parcel> parcels = List.of();
        try {
            parcels = room == 0 ? List.of() : outbox.claim(holder, clock.instant(), lease, room);
        } finally {
            free.release(room - parcels.size());
        }
        for (Parcel parcel : parcels) {
            Future<?> unusedTask = threads.submit(() -> {
                try {
                    deliver(parcel);
                } catch (RuntimeException e) {
                    LOG.warn("message {} is sent again when its lease is over", parcel.id(), e);
                } finally {
                    free.release();
                    wake();
                }
            });
        }
        return parcels.size();
    }

    private Attempt attempt(Parcel parcel) {
        Channel channel = channels.get(parcel.first().means());
        if (channel == null) {
            return new Attempt.Failed("no " + parcel.first().means()
                    + " is configured; add it to notify: of the console's configuration");
        }
        Future<Attempt> attempt = threads.submit(() -> channel.deliver(parcel));
        try {
            return attempt.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            attempt.cancel(true);
            return new Attempt.Failed("no end within " + deadline.toSeconds() + " s");
        } catch (ExecutionException e) {
            LOG.warn("a channel failed", e);
            return new Attempt.Failed("a fault of this program: " + e.getCause());
        } catch (InterruptedException e) {
            attempt.cancel(true);
            throw new IllegalStateException("stopped while it was sent", e);
        }
    }

    private void deliver(Parcel parcel) {
        Attempt attempt = attempt(parcel);
        Instant now = clock.instant();
        Tries.Next next = Tries.next(parcel.id(), parcel.tries(), attempt, now);
        if (!outbox.settle(holder, parcel, next, now)) {
            LOG.warn("message {} was taken over by another console while it was sent; it may come twice", parcel.id());
            return;
        }
        switch (next) {
            case Tries.Next.Done done -> told.increment();
            case Tries.Next.Again again -> failed.increment();
            case Tries.Next.Dead gone -> dead.increment();
        }
        switch (next) {
            case Tries.Next.Done done ->
                LOG.info(
                        "told {} of {} ({})",
                        parcel.first().address(),
                        parcel.first().about(),
                        parcel.id());
            case Tries.Next.Again again ->
                LOG.info("telling {} waits until {}: {}", parcel.first().address(), again.due(), again.reason());
            case Tries.Next.Dead dead ->
                LOG.warn("telling {} ended: {}", parcel.first().address(), dead.reason());
        }
    }

    /**
     * What it has done since its start.
     *
     * @param told messages that came through
     * @param failed tries that come again
     * @param dead messages that were given up
     * @param underWay messages that are being handed over
     */
    public record Counts(long told, long failed, long dead, int underWay) {}

    /** What it has done since its start. */
    public Counts counts() {
        return new Counts(told.sum(), failed.sum(), dead.sum(), ROUND_MAX - free.availablePermits());
    }

    /** Ends after the tries that run, or after some seconds without them; those are sent again by whoever comes next. Closes the channels. */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            if (owner.isAlive() && !owner.join(STOP_MAX)) {
                owner.interrupt();
            }
            threads.shutdown();
            boolean unusedEnded = threads.awaitTermination(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<Runnable> unusedLeft = threads.shutdownNow();
        for (Channel channel : channels.values()) {
            channel.close();
        }
    }
}
