package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.governance.GovernanceOverview;
import packhorse.tracker.selection.SwarmDecision.SiteState;
import packhorse.tracker.session.AgentSessions;
import packhorse.tracker.session.Overview;

/**
 * {@code GET /healthz} for whoever watches; for people {@code GET /v1/swarms}: who pulls for which site, and who was rescued; and
 * {@code GET /v1/desired}: which file is in force, what of it does not act and why, and how many reports are stored.
 */
final class StateDoor {
    private final AgentSessions sessions;
    private final Mirror mirror;

    private final Supplier<GovernanceOverview> governance;

    StateDoor(AgentSessions sessions, Mirror mirror, Supplier<GovernanceOverview> governance) {
        this.sessions = sessions;
        this.mirror = mirror;
        this.governance = governance;
    }

    void open(RoutesConfig routes) {
        routes.get("/healthz", this::health);
        routes.get(
                "/v1/swarms",
                request -> request.future(() -> sessions.overview()
                        .thenAccept(overview -> request.contentType("application/json")
                                .result(CanonicalJson.encode(swarms(overview))))));
        routes.get(
                "/v1/desired",
                request -> request.contentType("application/json")
                        .result(CanonicalJson.encode(desired(governance.get()))));
    }

    /** Healthy means that agents are served; an origin that is away or a broken file is said, but harms nobody yet. */
    private void health(Context request) {
        StringBuilder lines = new StringBuilder();
        Stream.concat(Stream.of(mirror.trouble()), governance.get().trouble().stream())
                .filter(trouble -> !trouble.isEmpty())
                .forEach(trouble -> lines.append(lines.isEmpty() ? "ok, but " : "and ")
                        .append(trouble)
                        .append('\n'));
        request.result(lines.isEmpty() ? "ok\n" : lines.toString());
    }

    private static Json desired(GovernanceOverview overview) {
        Map<String, Json> lines = new TreeMap<>();
        lines.put("file", new JsonString(overview.file()));
        lines.put("edition", new JsonString(overview.edition().toString()));
        lines.put("catalogue", new JsonInteger(overview.catalogue()));
        lines.put("acting", new JsonInteger(overview.acting()));
        lines.put("entitlements", new JsonInteger(overview.entitlements()));
        lines.put("refused", strings(overview.refused()));
        lines.put("trouble", new JsonString(overview.trouble().orElse("")));
        lines.put("endpoints", new JsonInteger(overview.endpoints()));
        lines.put("reportsStored", new JsonInteger(overview.reports().stored()));
        lines.put("reportsKnown", new JsonInteger(overview.reports().known()));
        lines.put("reportsMissing", new JsonInteger(overview.reports().missing()));
        lines.put("reportsRefused", new JsonInteger(overview.reports().refused()));
        return JsonObject.of(lines);
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
