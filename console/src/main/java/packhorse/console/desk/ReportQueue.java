package packhorse.console.desk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import packhorse.console.ledger.StatusBook;
import packhorse.console.scheduler.ReportClerk;
import packhorse.core.OperationException;

/**
 * Reports on their way into the ledger. What waits when a transaction ends goes into the next one together: the busier it is, the more share one
 * flush of the disk. A full queue makes whoever brings more wait, and with them their tracker.
 */
final class ReportQueue implements AutoCloseable {
    /** Endpoints that report at the same moment; each has at most one batch on its way. */
    private static final int WAITING_MAX = 10_000;

    /** A transaction of these takes some tens of milliseconds. */
    private static final int TOGETHER_MAX = 500;

    private static final long CLOSING_SECONDS_MAX = 30;
    private static final long LOOK_MILLIS = 200;

    private record Waiting(StatusBook.Arrival arrival, CompletableFuture<StatusBook.Answer> answer) {}

    private final ReportClerk clerk;
    private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Thread thread;
    private volatile boolean closed;

    ReportQueue(ReportClerk clerk) {
        this.clerk = clerk;
        this.thread = Thread.ofPlatform().name("reports").start(this::run);
    }

    /** Completes once they are stored. */
    CompletableFuture<StatusBook.Answer> store(StatusBook.Arrival arrival) {
        Waiting one = new Waiting(arrival, new CompletableFuture<>());
        try {
            if (closed) {
                throw new OperationException("the console is being closed");
            }
            waiting.put(one);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted while reports waited for the ledger", e);
        }
        return one.answer();
    }

    private void run() {
        List<Waiting> together = new ArrayList<>();
        while (!closed || !waiting.isEmpty()) {
            try {
                Waiting first = waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                together.add(first);
                waiting.drainTo(together, TOGETHER_MAX - 1);
                List<StatusBook.Answer> answers =
                        clerk.store(together.stream().map(Waiting::arrival).toList());
                for (int i = 0; i < answers.size(); i++) {
                    together.get(i).answer().complete(answers.get(i));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                // They are not acknowledged, so they come again.
                together.forEach(one -> one.answer().completeExceptionally(e));
            } finally {
                together.clear();
            }
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
