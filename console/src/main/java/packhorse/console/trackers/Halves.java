package packhorse.console.trackers;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
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

    private final Consumer<List<Q>> ask;
    private final BiConsumer<List<Q>, RuntimeException> failed;
    private int inARow;
    private @Nullable RuntimeException last;

    private Halves(Consumer<List<Q>> ask, BiConsumer<List<Q>, RuntimeException> failed) {
        this.ask = ask;
        this.failed = failed;
    }

    /**
     * Asks them all.
     *
     * @param ask answers all of some, or throws and has answered none
     * @param failed is told of those that were not answered, and why
     */
    public static <Q> void ask(List<Q> questions, Consumer<List<Q>> ask, BiConsumer<List<Q>, RuntimeException> failed) {
        new Halves<>(ask, failed).some(questions);
    }

    private void some(List<Q> questions) {
        if (last != null && inARow >= FAILED_MAX) {
            failed.accept(questions, last);
            return;
        }
        try {
            ask.accept(questions);
            inARow = 0;
        } catch (RuntimeException e) {
            inARow++;
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
