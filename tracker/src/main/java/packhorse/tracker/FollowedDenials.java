package packhorse.tracker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.ToldDenials;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.topology.EndpointId;
import packhorse.core.trust.DurableFiles;
import packhorse.core.trust.MetadataSource;

/**
 * The deny-list on a tracker that is no authority: it asks the one that is, each second, and keeps the answer on disk. While the
 * authority is away the last answer counts, also after a restart: losing the authority lets nobody back in.
 */
final class FollowedDenials implements AutoCloseable {
    /** A revoked machine's sessions end within 5 s everywhere: one second of them is spent here. */
    static final Duration LOOK = Duration.ofSeconds(1);

    /** 33 characters each: half a million denials. */
    private static final long LIST_BYTES_MAX = 16 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(FollowedDenials.class);

    private final MetadataSource authority;
    private final Path kept;
    private final ToldDenials told = new ToldDenials();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("denials").daemon().factory());
    /** Only the thread. */
    private String trouble = "";

    private FollowedDenials(MetadataSource authority, Path kept) {
        this.authority = authority;
        this.kept = kept;
    }

    /**
     * Starts to follow.
     *
     * @param authority the address of the tracker that issues, with {@code denied} below it
     * @param kept the file that remembers the last answer
     * @throws UsageException when that file is damaged
     */
    static FollowedDenials start(MetadataSource authority, Path kept) {
        FollowedDenials followed = new FollowedDenials(authority, kept);
        followed.remember();
        var unused = followed.thread.scheduleWithFixedDelay(followed::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return followed;
    }

    private void remember() {
        if (Files.notExists(kept)) {
            return;
        }
        try {
            tell(Files.readAllBytes(kept));
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException(
                    kept + " is damaged: " + e.getMessage()
                            + "; remove it while the issuing tracker runs, it is asked again",
                    e);
        }
    }

    private void look() {
        try {
            byte[] answer = authority
                    .fetch("denied", LIST_BYTES_MAX)
                    .orElseThrow(
                            () -> new OperationException(authority + " has no deny-list; is it the tracker with ca:?"));
            if (tell(answer)) {
                new DurableFiles().replace(kept, answer);
                LOG.info("{} endpoints are denied", told.endpoints().size());
            }
            trouble = "";
        } catch (IOException | OperationException | IllegalArgumentException e) {
            if (!String.valueOf(e.getMessage()).equals(trouble)) {
                trouble = String.valueOf(e.getMessage());
                LOG.warn("the deny-list cannot be asked for, the last one counts: {}", trouble);
            }
        }
    }

    /** Whether it was news. */
    private boolean tell(byte[] answer) {
        JsonFields fields =
                JsonFields.of(JsonReader.parse(answer), "the deny-list").ignoreUnknown();
        long revision = fields.integer("revision");
        List<String> endpoints = fields.strings("endpoints");
        Set<EndpointId> denied = endpoints.stream().map(EndpointId::parse).collect(Collectors.toUnmodifiableSet());
        boolean news = revision > told.revision();
        told.tell(revision, denied);
        return news;
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
