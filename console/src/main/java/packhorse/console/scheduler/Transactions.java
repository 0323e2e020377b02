package packhorse.console.scheduler;

import java.util.function.Function;
import packhorse.console.change.Actor;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fence;
import packhorse.console.ledger.Pages;

/** The ledger as the scheduler and its clerks use it: what they do in one go, and under whose right. */
public interface Transactions {
    /** Looks, as of one moment. */
    <T> T read(Function<Pages, T> work);

    /** Writes what anybody may write. */
    <T> T write(Function<Pages, T> work);

    /**
     * Writes what only the scheduler with this number may write.
     *
     * @throws packhorse.console.ledger.Refusal FENCED, where another one has taken over since
     */
    <T> T fenced(long number, Function<Pages, T> work);

    /** The product's own, in these books. */
    static Transactions of(Books books, Fence fence) {
        return new Transactions() {
            @Override
            public <T> T read(Function<Pages, T> work) {
                return books.read(work);
            }

            @Override
            public <T> T write(Function<Pages, T> work) {
                return books.write(Actor.product(), work);
            }

            @Override
            public <T> T fenced(long number, Function<Pages, T> work) {
                return books.writeFenced(fence, number, Actor.product(), work);
            }
        };
    }
}
