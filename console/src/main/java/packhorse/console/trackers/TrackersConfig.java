package packhorse.console.trackers;

import java.time.Duration;
import java.util.List;
import packhorse.core.topology.HostPort;

/**
 * Which trackers there are, and how they are come back to.
 *
 * @param trackers addresses where agents' sessions are taken; a session is kept with each
 * @param software for people: name and version
 * @param retryMin first pause after a tracker could not be reached; doubles from there, shortened by chance
 * @param retryMax longest pause
 * @param refusedPause between attempts after a tracker said that coming back changes nothing
 */
public record TrackersConfig(
        List<HostPort> trackers, String software, Duration retryMin, Duration retryMax, Duration refusedPause) {
    /** A tracker is missed by its agents at once; some connections a second cost nobody anything. */
    public static final Duration RETRY_MIN_DEFAULT = Duration.ofMillis(250);

    /** A tracker that comes back governs again within this. */
    public static final Duration RETRY_MAX_DEFAULT = Duration.ofSeconds(5);

    /** Somebody mends a configuration, and watches. */
    public static final Duration REFUSED_PAUSE_DEFAULT = Duration.ofSeconds(10);

    public TrackersConfig {
        trackers = List.copyOf(trackers);
        if (trackers.stream().distinct().count() != trackers.size()) {
            throw new IllegalArgumentException("a tracker is named once, not twice: " + trackers);
        }
    }

    /** With the usual pauses. */
    public static TrackersConfig of(List<HostPort> trackers, String software) {
        return new TrackersConfig(trackers, software, RETRY_MIN_DEFAULT, RETRY_MAX_DEFAULT, REFUSED_PAUSE_DEFAULT);
    }
}
