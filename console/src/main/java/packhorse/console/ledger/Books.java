package packhorse.console.ledger;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import packhorse.console.change.Actor;

/**
 * The ledger's door for everybody who decides: each decision is one transaction over {@link Pages}.
 *
 * <p>What is handed in may be run several times, when the database says that another came first, so it has no effect outside; a
 * {@link Refusal} or any other exception leaves everything as it was.
 */
public final class Books implements AutoCloseable {
    /** What this thread wants to have done with its next transaction. */
    private static final ThreadLocal<@Nullable BiConsumer<@Nullable Object, Pages>> BESIDE = new ThreadLocal<>();

    private final Ledger ledger;
    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Over an opened ledger, which is closed with it. */
    public Books(Ledger ledger, InstantSource clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** The ledger itself, for what is kept beside the records. */
    public Ledger ledger() {
        return ledger;
    }

    /** Called after each transaction of this process that wrote; it must return at once. */
    public void whenWritten(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Does {@code act}, and at the end of its first transaction that writes also {@code also}, with what that transaction gives back: both
     * or neither. For what has to be kept with a decision by somebody who does not make it.
     */
    public <R> R alongside(BiConsumer<@Nullable Object, Pages> also, Supplier<R> act) {
        BESIDE.set(also);
        try {
            return act.get();
        } finally {
            BESIDE.remove();
        }
    }

    /** Does {@code work}, all of it or nothing. */
    public <T> T write(Actor who, Function<Pages, T> work) {
        Instant now = now();
        BiConsumer<@Nullable Object, Pages> also = BESIDE.get();
        BESIDE.remove();
        T result = ledger.write(handle -> {
            SqlPages pages = new SqlPages(ledger, handle, who, now, true);
            T done = work.apply(pages);
            if (also != null) {
                also.accept(done, pages);
            }
            pages.end();
            return done;
        });
        listeners.forEach(Runnable::run);
        return result;
    }

    /**
     * Does {@code work} for whoever alone may do it.
     *
     * @param number what {@link Fence#take} gave him; {@link Refusal.Why#FENCED} where somebody else has taken over since
     */
    public <T> T writeFenced(Fence fence, long number, Actor who, Function<Pages, T> work) {
        Instant now = now();
        T result = ledger.write(handle -> {
            if (!fence.holds(handle, number)) {
                throw new Refusal(
                        Refusal.Why.FENCED,
                        "another process has taken over " + fence.name() + " since number " + number + "; stop");
            }
            SqlPages pages = new SqlPages(ledger, handle, who, now, true);
            T done = work.apply(pages);
            pages.end();
            return done;
        });
        listeners.forEach(Runnable::run);
        return result;
    }

    /** Looks, all of it as of one moment. */
    public <T> T read(Function<Pages, T> work) {
        Instant now = now();
        return ledger.read(handle -> work.apply(new SqlPages(ledger, handle, Actor.product(), now, false)));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public void close() {
        ledger.close();
    }
}
