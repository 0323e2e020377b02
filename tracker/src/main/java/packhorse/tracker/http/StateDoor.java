package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.selection.SwarmDecision.SiteState;
import packhorse.tracker.session.AgentSessions;
import packhorse.tracker.session.Overview;

/** {@code GET /healthz} for whoever watches, {@code GET /v1/swarms} for people: who pulls for which site, and who was rescued. */
final class StateDoor {
    private final AgentSessions sessions;
    private final Mirror mirror;

    StateDoor(AgentSessions sessions, Mirror mirror) {
        this.sessions = sessions;
        this.mirror = mirror;
    }

    void open(RoutesConfig routes) {
        routes.get("/healthz", this::health);
        routes.get(
                "/v1/swarms",
                request -> request.future(() -> sessions.overview()
                        .thenAccept(overview -> request.contentType("application/json")
                                .result(CanonicalJson.encode(swarms(overview))))));
    }

    /** Healthy means that agents are served; an origin that is away is said, but harms nobody yet. */
    private void health(Context request) {
        String trouble = mirror.trouble();
        request.result(trouble.isEmpty() ? "ok\n" : "ok, but " + trouble + "\n");
    }

    private static Json swarms(Overview overview) {
        List<Json> swarms = new ArrayList<>();
        for (Overview.SwarmLine swarm : overview.swarms()) {
            Map<String, Json> line = new TreeMap<>();
            line.put("pack", new JsonString(swarm.pack().hex()));
            line.put("members", new JsonInteger(swarm.members()));
            line.put("wanting", new JsonInteger(swarm.wanting()));
            line.put("origins", new JsonInteger(swarm.origins()));
            line.put(
                    "sites",
                    new JsonArray(swarm.sites().stream().map(StateDoor::site).toList()));
            swarms.add(JsonObject.of(line));
        }
        Map<String, Json> rescues = new TreeMap<>();
        overview.rescues().forEach((site, count) -> rescues.put(site, new JsonInteger(count)));
        return JsonObject.of(Map.of(
                "agents", new JsonInteger(overview.agents()),
                "rescues", JsonObject.of(rescues),
                "swarms", new JsonArray(swarms)));
    }

    private static Json site(SiteState site) {
        return JsonObject.of(Map.of(
                "site",
                new JsonString(site.site()),
                "members",
                new JsonInteger(site.members()),
                "complete",
                new JsonInteger(site.complete()),
                "wanting",
                new JsonInteger(site.wanting()),
                "pullers",
                strings(site.pullers()),
                "leads",
                strings(site.leads()),
                "rescued",
                strings(site.rescued()),
                "summoned",
                strings(site.summoned().stream().sorted().toList())));
    }

    private static Json strings(List<?> values) {
        return new JsonArray(values.stream()
                .<Json>map(value -> new JsonString(String.valueOf(value)))
                .toList());
    }
}
