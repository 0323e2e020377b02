package packhorse.console.trackers;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireLoop;

/** A session with each tracker, kept until it is closed. Safe for any thread; nothing blocks but {@link #close}. */
public final class TrackerSessions implements AutoCloseable {
    /** Sessions are few and speak for many. */
    private static final int READERS = 2;

    private static final Duration BEAT = Duration.ofMillis(100);

    private final WireLoop loop;
    private final List<TrackerLink> links = new ArrayList<>();

    private TrackerSessions(WireLoop loop) {
        this.loop = loop;
    }

    /**
     * Starts to look for all of them.
     *
     * @param identity of a console of the deployment
     * @param desk answers for the rest of the console
     * @param clock the machine's
     * @param random spreads attempts
     */
    public static TrackerSessions start(
            TrackersConfig config,
            MachineIdentity identity,
            ConsoleDesk desk,
            InstantSource clock,
            RandomGenerator random) {
        TrackerSessions sessions = new TrackerSessions(WireLoop.shared(READERS, clock, BEAT));
        for (HostPort tracker : config.trackers()) {
            sessions.links.add(TrackerLink.start(tracker, config, identity, desk, clock, random, sessions.loop));
        }
        return sessions;
    }

    /**
     * What is to be said of these endpoints may be other than before: whoever of them is with a tracker is told. Call it after the
     * transaction; once is enough for many.
     */
    public void desiredChanged(Set<EndpointId> endpoints) {
        links.forEach(link -> link.due(endpoints));
    }

    /** What holds for all is other than before. */
    public void standingChanged() {
        links.forEach(TrackerLink::standingDue);
    }

    /** How each goes, in the order of the configuration. */
    public List<TrackerState> trackers() {
        return links.stream().map(TrackerLink::state).toList();
    }

    /** Endpoints that have a session with a tracker now. */
    public long here() {
        return links.stream().map(TrackerLink::here).mapToLong(Collection::size).sum();
    }

    @Override
    public void close() {
        links.forEach(TrackerLink::close);
        loop.close();
    }
}
