package packhorse.console.trackers;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks many questions at once. Where that fails, each half of them is asked by itself, and so on: one that cannot be answered costs its own
 * answer and about twice as many tries as their number has binary digits, and nobody else's answer.
 *
 * @param <Q> a question
 */
public final class Halves<Q> {
    /** Where so many fail one after the other, it is not for a question among them: a database is away. The rest is not tried. */
    static final int FAILED_MAX = 32;

    /**
     * The same where nothing was answered for so long since the first of them failed: each waits for the database, and others wait behind
     * them all.
     */
    static final Duration FAILED_FOR_MAX = Duration.ofSeconds(15);

    private final Consumer<List<Q>> ask;
    private final BiConsumer<List<Q>, RuntimeException> failed;
    private final LongSupplier nanos;
    private int inARow;
    private long firstFailedNanos;
    private @Nullable RuntimeException last;

    private Halves(Consumer<List<Q>> ask, BiConsumer<List<Q>, RuntimeException> failed, LongSupplier nanos) {
        this.ask = ask;
        this.failed = failed;
        this.nanos = nanos;
    }

    /**
     * Asks them all.
     *
     * @param ask answers all of some, or throws and has answered none
     * @param failed is told of those that were not answered, and why
     */
    public static <Q> void ask(List<Q> questions, Consumer<List<Q>> ask, BiConsumer<List<Q>, RuntimeException> failed) {
        ask(questions, ask, failed, System::nanoTime);
    }

    /** By a clock of its own. */
    static <Q> void ask(
            List<Q> questions,
            Consumer<List<Q>> ask,
            BiConsumer<List<Q>, RuntimeException> failed,
            LongSupplier nanos) {
        new Halves<>(ask, failed, nanos).some(questions);
    }

    private boolean away() {
        return inARow >= FAILED_MAX || (inARow > 0 && nanos.getAsLong() - firstFailedNanos > FAILED_FOR_MAX.toNanos());
    }

    private void some(List<Q> questions) {
        if (last != null && away()) {
            failed.accept(questions, last);
            return;
        }
        try {
            ask.accept(questions);
            inARow = 0;
        } catch (RuntimeException e) {
            if (inARow++ == 0) {
                firstFailedNanos = nanos.getAsLong();
            }
            last = e;
            int half = questions.size() / 2;
            if (half == 0) {
                failed.accept(questions, e);
            } else {
                some(questions.subList(0, half));
                some(questions.subList(half, questions.size()));
            }
        }
    }
}
