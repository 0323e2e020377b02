package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.governance.GovernanceOverview;
import packhorse.tracker.session.AgentSessions;
import packhorse.tracker.session.OpenSwarmDesk;

/**
 * What the plain HTTP server offers.
 *
 * @param sessions asked what agents are there
 * @param desk where other clients' questions go
 * @param mirror where open releases are found
 * @param governance how governing goes
 * @param meters counters beside those of sessions and desk
 * @param announceUrls for open torrents, in order of preference; asked for each time since ports may be chosen by the system
 */
public record Doors(
        AgentSessions sessions,
        OpenSwarmDesk desk,
        Mirror mirror,
        Supplier<GovernanceOverview> governance,
        Meters meters,
        AnnounceUrls announceUrls) {
    /** Says where this tracker is announced to. */
    @FunctionalInterface
    public interface AnnounceUrls {
        List<String> urls();
    }

    List<Consumer<RoutesConfig>> all() {
        return List.of(
                new AnnounceDoor(desk)::open,
                new OpenDoor(mirror, announceUrls)::open,
                new StateDoor(sessions, mirror, governance)::open,
                meters::open);
    }
}
