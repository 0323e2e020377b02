package packhorse.tracker.catalogue;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What is mirrored, and where to.
 *
 * @param origin base URL of the origin's repository
 * @param data directory for what was verified; may be deleted at any time while the tracker is stopped
 * @param trustedRoot the deployment's root.json, brought here by hand
 * @param refresh time between two looks at the origin: how long a new release stays unseen
 */
public record MirrorConfig(URI origin, Path data, Path trustedRoot, Duration refresh) {
    /** One small file each time; people do not notice 5 s. */
    public static final Duration REFRESH_DEFAULT = Duration.ofSeconds(5);

    /** An origin is not asked more often than this, whatever is configured. */
    public static final Duration REFRESH_MIN = Duration.ofMillis(100);

    public MirrorConfig {
        if (refresh.compareTo(REFRESH_MIN) < 0) {
            throw new IllegalArgumentException("the catalogue is looked at each " + REFRESH_MIN.toMillis()
                    + " ms at the most, not each " + refresh.toMillis() + " ms");
        }
    }
}
