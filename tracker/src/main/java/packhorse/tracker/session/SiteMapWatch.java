package packhorse.tracker.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.UsageException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.topology.SiteMap;

/**
 * Reads the site map again whenever its file changed. A file that is broken or gone changes nothing and is said in one line;
 * it is looked at again when it changes again. Polling, because editors and configuration tools replace files in ways that a
 * directory watch sees as anything.
 */
public final class SiteMapWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SiteMapWatch.class);

    /** A person who saved the file does not wait longer. */
    public static final Duration POLL = Duration.ofSeconds(1);

    private final Path file;
    private final Consumer<SiteMap> listener;
    private final Duration poll;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    // Only the watching thread, after the start.
    private @Nullable Stamp stamp;

    private record Stamp(
            FileTime modified, long size, @Nullable Object key) {}

    private SiteMapWatch(Path file, Duration poll, Consumer<SiteMap> listener) {
        this.file = file;
        this.poll = poll;
        this.listener = listener;
        this.stamp = stampOf(file);
        this.thread = Thread.ofPlatform().name("site-map-watch").unstarted(this::run);
    }

    /** Starts to watch; {@code listener} is told of changes only. */
    public static SiteMapWatch start(Path file, Duration poll, Consumer<SiteMap> listener) {
        SiteMapWatch watch = new SiteMapWatch(file, poll, listener);
        watch.thread.start();
        return watch;
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
        Stamp now = stampOf(file);
        if (now == null ? stamp == null : now.equals(stamp)) {
            return;
        }
        stamp = now;
        try {
            SiteMap sites = SiteMapFile.read(file);
            listener.accept(sites);
            LOG.info(
                    "{} was read again: {} sites, {} origins",
                    file,
                    sites.sites().size(),
                    sites.origins().size());
        } catch (UsageException e) {
            LOG.error("the old site map stays in force: {}", e.getMessage());
        }
    }

    private static @Nullable Stamp stampOf(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return null;
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
