package packhorse.peer.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** However work ends, its owner hears of it, once. */
final class ErrandsTest {
    private final BlockingQueue<AgentMessage> mailbox = new LinkedBlockingQueue<>();
    private final Errands errands = new Errands(mailbox::add);

    /** What the owner heard of the work. */
    private String outcome(boolean heavy, Callable<String> work) throws InterruptedException {
        List<String> heard = new ArrayList<>();
        if (heavy) {
            errands.runHeavy(work, heard::add, refused -> heard.add(refused.reason()));
        } else {
            errands.run(work, heard::add, refused -> heard.add(refused.reason()));
        }
        assertInstanceOf(AgentMessage.Returned.class, mailbox.poll(60, TimeUnit.SECONDS))
                .then()
                .run();
        assertEquals(1, heard.size());
        return heard.getFirst();
    }

    @Test
    void workThatEndsWithAnErrorIsRefusedLikeAnyOther() throws Exception {
        assertEquals("done", outcome(false, () -> "done"));
        assertEquals("broken", outcome(false, () -> {
            throw new IOException("broken");
        }));
        assertEquals("unexpected: java.lang.IllegalStateException: odd", outcome(false, () -> {
            throw new IllegalStateException("odd");
        }));
        assertEquals("interrupted", outcome(false, () -> {
            throw new InterruptedException();
        }));
        // More than there are permits for work that fills a core.
        for (int i = 0; i < 3; i++) {
            assertEquals("unexpected: java.lang.OutOfMemoryError: Java heap space", outcome(true, () -> {
                throw new OutOfMemoryError("Java heap space");
            }));
        }
        assertEquals("done", outcome(true, () -> "done"));
        assertTrue(mailbox.isEmpty());
    }
}
