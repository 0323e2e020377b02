package packhorse.tracker;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.ToldDenials;
import packhorse.core.trust.MetadataSource;

/**
 * The deny-list on a tracker that is no authority: it asks the one that is, each second, and keeps the answer on disk. While the
 * authority is away the last answer counts, also after a restart: losing the authority lets nobody back in.
 */
final class FollowedDenials implements AutoCloseable {
    /** A revoked machine's sessions end within 5 s everywhere: one second of them is spent here. */
    static final Duration LOOK = Duration.ofSeconds(1);

    /** An endpoint takes 35 characters, a serial 43: several hundred thousand denials. */
    private static final long LIST_BYTES_MAX = 16 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(FollowedDenials.class);

    private final MetadataSource authority;
    private final ToldDenials told;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("denials").daemon().factory());
    /** Only the thread. */
    private String trouble = "";

    private FollowedDenials(MetadataSource authority, ToldDenials told) {
        this.authority = authority;
        this.told = told;
    }

    /**
     * Starts to follow.
     *
     * @param authority the address of the tracker that issues, with {@code denied} below it
     * @param told remembers the last answer
     */
    static FollowedDenials start(MetadataSource authority, ToldDenials told) {
        FollowedDenials followed = new FollowedDenials(authority, told);
        var unused = followed.thread.scheduleWithFixedDelay(followed::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return followed;
    }

    private void look() {
        try {
            byte[] answer = authority
                    .fetch("denied", LIST_BYTES_MAX)
                    .orElseThrow(
                            () -> new OperationException(authority + " has no deny-list; is it the tracker with ca:?"));
            if (told.tell(answer)) {
                LOG.info(
                        "{} endpoints and {} single certificates are denied",
                        told.endpoints().size(),
                        told.serials().size());
            }
            trouble = "";
        } catch (IOException | RuntimeException e) {
            // Whatever it is: a task that throws is not run again, and nobody would be revoked here any more.
            if (!String.valueOf(e.getMessage()).equals(trouble)) {
                trouble = String.valueOf(e.getMessage());
                LOG.warn("the deny-list cannot be asked for, the last one counts: {}", trouble);
            }
        }
    }

    /** What is known, live. */
    DenyList list() {
        return told;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
