package packhorse.peer.agent;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BadContentException;

/**
 * Work that the owner sends away because it blocks. It runs on a virtual thread and touches nothing of the owner's; what it
 * brings back, or why it failed, comes home as a message whose continuation runs on the owner. Owns the permits for work that
 * fills a core.
 */
final class Errands {
    /** Whole-content proofs and torrent checks at a time: each fills a core. */
    private static final int HEAVY_MAX = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Errands.class);

    private final Consumer<AgentMessage> owner;
    private final Semaphore heavy = new Semaphore(HEAVY_MAX);

    /** @param owner puts a message into the owner's mailbox; may wait */
    Errands(Consumer<AgentMessage> owner) {
        this.owner = owner;
    }

    /** Does work elsewhere; exactly one of the two continuations runs, on the owner. */
    <T> void run(Callable<T> work, Consumer<T> then, Consumer<Refused> refused) {
        Thread.ofVirtual().name("agent-work").start(() -> {
            try {
                T result = work.call();
                home(() -> then.accept(result));
            } catch (UsageException e) {
                home(() -> refused.accept(Refused.usage(String.valueOf(e.getMessage()))));
            } catch (OperationException e) {
                home(() -> refused.accept(Refused.failed(String.valueOf(e.getMessage()))));
            } catch (IOException | BadContentException e) {
                home(() -> refused.accept(Refused.failed(e.getMessage() == null ? "" + e : e.getMessage())));
            } catch (InterruptedException e) {
                home(() -> refused.accept(Refused.failed("interrupted")));
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.error("work for the agent failed", e);
                home(() -> refused.accept(Refused.failed("unexpected: " + e)));
            } catch (Error e) {
                // Also when the memory ran out: whoever waits for this work would wait for ever.
                home(() -> refused.accept(Refused.failed("unexpected: " + e)));
                LOG.error("work for the agent failed", e);
                throw e;
            }
        });
    }

    /** The same for work that fills a core: it waits for its turn. */
    <T> void runHeavy(Callable<T> work, Consumer<T> then, Consumer<Refused> refused) {
        run(
                () -> {
                    heavy.acquire();
                    try {
                        return work.call();
                    } finally {
                        heavy.release();
                    }
                },
                then,
                refused);
    }

    /** A chore nobody waits for; its failure is worth a line in the log. */
    void quietly(String what, Runnable chore) {
        run(
                () -> {
                    chore.run();
                    return what;
                },
                done -> LOG.debug("done: {}", done),
                refused -> LOG.warn("could not {}: {}", what, refused.reason()));
    }

    private void home(Runnable then) {
        owner.accept(new AgentMessage.Returned(then));
    }
}
