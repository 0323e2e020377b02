package packhorse.peer.adapter;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Brings a long file to the disk while it is still being written. Who writes, and hashes what he writes, and flushes at the end, keeps
 * the disk waiting first and waits for the disk then; so every {@link #PORTION_BYTES} a thread of its own begins with what is there. It
 * promises nothing: the flush at the end is as needed as without it. But a flush that failed is reported once by most systems
 * and forgotten, so one that fails here fails the writing.
 */
final class WriteBehind implements AutoCloseable {
    /** As much as a disk takes in a tenth of a second; each flush may cost a commit of the file system's journal. */
    static final long PORTION_BYTES = 32L << 20;

    /** What is done to bring the file to the disk. */
    interface Flush {
        void run() throws IOException;
    }

    private final Flush flush;
    private long waiting;
    private @Nullable FutureTask<Boolean> running;

    WriteBehind(Flush flush) {
        this.flush = flush;
    }

    static WriteBehind of(FileChannel channel) {
        return new WriteBehind(() -> channel.force(false));
    }

    /**
     * So many bytes more were written.
     *
     * @throws IOException where an earlier portion did not get to the disk
     */
    void wrote(long bytes) throws IOException {
        waiting += bytes;
        if (waiting < PORTION_BYTES || (running != null && !running.isDone())) {
            return;
        }
        finish();
        waiting = 0;
        FutureTask<Boolean> next = new FutureTask<>(() -> {
            flush.run();
            return true;
        });
        running = next;
        Thread.ofPlatform().daemon().name("write-behind").start(next);
    }

    /**
     * Waits for what is under way.
     *
     * @throws IOException where it failed
     */
    void finish() throws IOException {
        if (running == null) {
            return;
        }
        try {
            boolean unused = running.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before all was on the disk");
        }
    }

    /** Waits too, and says nothing: whoever was cut off has said why. */
    @Override
    public void close() {
        try {
            finish();
        } catch (IOException e) {
            // Said by finish to whoever wrote all.
        }
    }
}
