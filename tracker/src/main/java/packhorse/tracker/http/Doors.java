package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.function.Consumer;
import packhorse.tracker.session.AgentSessions;

/**
 * What the HTTP server offers.
 *
 * @param sessions where reports go
 */
public record Doors(AgentSessions sessions) {
    List<Consumer<RoutesConfig>> all() {
        return List.of(new AgentDoor(sessions)::open);
    }
}
