package packhorse.tracker.session;

import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.v1.Envelope;

/**
 * What one agent sent to be kept on disk, done one after the other and in order, off the threads that must not wait. The
 * next is begun when the one before is stored for good, so an agent that sends faster than the disk fills its own tray only.
 */
final class PaperTray {
    private static final Logger LOG = LoggerFactory.getLogger(PaperTray.class);

    /** A tray of reports is some hundred kilobytes at most; more waits at the agent. */
    private static final int PAPERS_MAX = 16;

    private final Object lock = new Object();
    private final Executor workers;
    private final Function<Envelope, CompletionStage<?>> work;

    // Guarded by lock.
    private final ArrayDeque<Envelope> papers = new ArrayDeque<>(2);

    // Guarded by lock.
    private boolean busy;

    /** @param work told of one at a time; the stage it returns completes when that one is done */
    PaperTray(Executor workers, Function<Envelope, CompletionStage<?>> work) {
        this.workers = workers;
        this.work = work;
    }

    /** Takes one; false when the tray is full. */
    boolean offer(Envelope paper) {
        synchronized (lock) {
            if (papers.size() >= PAPERS_MAX) {
                return false;
            }
            papers.add(paper);
            if (!busy) {
                busy = true;
                workers.execute(this::next);
            }
            return true;
        }
    }

    private void next() {
        Envelope paper;
        synchronized (lock) {
            paper = papers.poll();
            if (paper == null) {
                busy = false;
                return;
            }
        }
        done(paper)
                .whenCompleteAsync(
                        (result, failure) -> {
                            if (failure != null) {
                                complain(
                                        failure instanceof CompletionException && failure.getCause() != null
                                                ? failure.getCause()
                                                : failure);
                            }
                            next();
                        },
                        workers);
    }

    private static void complain(Throwable cause) {
        if (cause instanceof CancellationException) {
            LOG.debug("nobody stores what an agent sent now; it sends it again");
        } else {
            LOG.error("what an agent sent was not stored and is not acknowledged: {}", cause.toString());
        }
    }

    private CompletionStage<?> done(Envelope paper) {
        try {
            return work.apply(paper);
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
