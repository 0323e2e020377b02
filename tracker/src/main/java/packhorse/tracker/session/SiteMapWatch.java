package packhorse.tracker.session;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.UsageException;
import packhorse.core.config.FileWatch;
import packhorse.core.config.SiteMapFile;
import packhorse.core.topology.SiteMap;

/**
 * Reads the site map again whenever its file changed. A file that is broken or gone changes nothing and is said in one line;
 * it is looked at again when it changes again, or can be read again.
 */
public final class SiteMapWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SiteMapWatch.class);

    /** A person who saved the file does not wait longer. */
    public static final Duration POLL = Duration.ofSeconds(1);

    private final Consumer<SiteMap> listener;
    private final Duration poll;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    // Only the watching thread, after the start.
    private final FileWatch watched;
    private String trouble = "";

    private SiteMapWatch(Path file, Duration poll, Consumer<SiteMap> listener) {
        this.watched = new FileWatch(file);
        this.poll = poll;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("site-map-watch").unstarted(this::run);
    }

    /** Starts to watch; {@code listener} is told of changes only. */
    public static SiteMapWatch start(Path file, Duration poll, Consumer<SiteMap> listener) {
        SiteMapWatch watch = new SiteMapWatch(file, poll, listener);
        watch.prime();
        watch.thread.start();
        return watch;
    }

    /** What is there is in force already. */
    private void prime() {
        try {
            var unused = watched.look();
        } catch (UsageException e) {
            complain(e);
        }
    }

    private void run() {
        try {
            while (!closing.await(poll.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            if (watched.look().isPresent()) {
                SiteMap sites = SiteMapFile.read(watched.file());
                listener.accept(sites);
                trouble = "";
                LOG.info(
                        "{} was read again: {} sites, {} origins",
                        watched.file(),
                        sites.sites().size(),
                        sites.origins().size());
            }
        } catch (UsageException e) {
            complain(e);
        }
    }

    private void complain(UsageException e) {
        String line = String.valueOf(e.getMessage());
        if (!line.equals(trouble)) {
            trouble = line;
            LOG.error("the old site map stays in force: {}", line);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
