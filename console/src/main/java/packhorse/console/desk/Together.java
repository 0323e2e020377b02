package packhorse.console.desk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.trackers.Halves;
import packhorse.core.OperationException;

/**
 * Questions on their way into the ledger, one transaction after the other. What waits when one ends goes into the next together: the busier it is,
 * the more share one flush of the disk. Where a transaction fails, its halves are tried, so that a question that cannot be answered costs
 * nobody else's answer. A full queue makes whoever brings more wait, and with them their tracker.
 *
 * @param <Q> what is asked
 * @param <A> what each is answered
 */
final class Together<Q, A> implements AutoCloseable {
    /** Endpoints that ask at the same moment; each has at most one question on its way. */
    private static final int WAITING_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Together.class);

    private static final long CLOSING_SECONDS_MAX = 30;
    private static final long LOOK_MILLIS = 200;

    private record Waiting<Q, A>(Q question, CompletableFuture<A> answer) {}

    private final int most;
    private final Function<List<Q>, List<A>> clerk;
    private final BlockingQueue<Waiting<Q, A>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Thread thread;
    private volatile boolean closed;

    /**
     * Begins to take questions.
     *
     * @param name of the thread
     * @param most so many go into one transaction
     * @param clerk answers them in their order
     */
    Together(String name, int most, Function<List<Q>, List<A>> clerk) {
        this.most = most;
        this.clerk = clerk;
        this.thread = Thread.ofPlatform().name(name).start(this::run);
    }

    /** Completes with the answer once its transaction is stored. */
    CompletableFuture<A> ask(Q question) {
        Waiting<Q, A> one = new Waiting<>(question, new CompletableFuture<>());
        try {
            if (closed) {
                throw new OperationException("the console is being closed");
            }
            waiting.put(one);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted while endpoints waited for the ledger", e);
        }
        return one.answer();
    }

    /** How many wait for the ledger. */
    int waiting() {
        return waiting.size();
    }

    private void run() {
        List<Waiting<Q, A>> together = new ArrayList<>();
        while (!closed || !waiting.isEmpty()) {
            try {
                Waiting<Q, A> first = waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                together.add(first);
                waiting.drainTo(together, most - 1);
                // Who is not answered asks again.
                Halves.ask(
                        together,
                        this::answer,
                        (some, e) -> some.forEach(one -> one.answer().completeExceptionally(e)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Error e) {
                // Their transaction is undone. Those that wait behind them have to be answered all the same.
                LOG.error(
                        "{} that came together were not stored",
                        Thread.currentThread().getName(),
                        e);
                together.forEach(one -> one.answer().completeExceptionally(e));
            } finally {
                together.clear();
            }
        }
    }

    private void answer(List<Waiting<Q, A>> some) {
        List<A> answers = clerk.apply(some.stream().map(Waiting::question).toList());
        for (int i = 0; i < answers.size(); i++) {
            some.get(i).answer().complete(answers.get(i));
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSING_SECONDS_MAX));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
