package packhorse.peer.installer;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InstallerEvent;

/**
 * What the installer has to say, until the agent takes it: the newest of each kind, so that neither an agent that stands still
 * nor a full pipe ever holds up a step. A report says everything; whoever missed the one before misses nothing.
 */
final class Outgoing {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All guarded by lock.
    private InstallerNews.@Nullable Alive alive;
    private InstallerNews.@Nullable Report report;
    private InstallerNews.@Nullable Progress progress;
    private InstallerNews.@Nullable Died died;
    private boolean writing;

    void say(InstallerNews news) {
        lock.lock();
        try {
            switch (news) {
                case InstallerNews.Alive now -> alive = now;
                case InstallerNews.Report now -> report = now;
                case InstallerNews.Progress now -> progress = now;
                case InstallerNews.Died now -> died = now;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Writes whatever there is, for ever; ends when nobody reads any more. */
    void write(OutputStream out) throws IOException, InterruptedException {
        while (true) {
            for (InstallerNews news : take()) {
                for (InstallerEvent event : InstallerCodec.write(news)) {
                    out.write(FrameCodec.encode(Envelope.newBuilder()
                            .setVersion(FrameCodec.VERSION)
                            .setInstallerEvent(event)
                            .build()));
                }
            }
            out.flush();
        }
    }

    /** Signs of life first: they say nothing of anything else. */
    private Deque<InstallerNews> take() throws InterruptedException {
        lock.lock();
        try {
            writing = false;
            changed.signalAll();
            while (isEmpty()) {
                changed.await();
            }
            Deque<InstallerNews> taken = new ArrayDeque<>();
            for (InstallerNews one : new InstallerNews[] {alive, report, progress, died}) {
                if (one != null) {
                    taken.add(one);
                }
            }
            alive = null;
            report = null;
            progress = null;
            died = null;
            writing = true;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmpty() {
        return alive == null && report == null && progress == null && died == null;
    }

    /** Waits until all was written, bounded. */
    void settle(long millisMax) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millisMax);
            while ((writing || !isEmpty()) && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
