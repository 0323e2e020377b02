package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Set;
import packhorse.core.identity.Admission;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.topology.EndpointId;

/**
 * {@code GET /v1/denied}: whom the authority on this tracker has thrown out, for the other trackers of the deployment, which have no
 * journal of their own to look at.
 */
final class DenialsDoor {
    private final DenyList denied;
    private final Admission trackers;

    DenialsDoor(Admission admission) {
        this.denied = admission.denied();
        this.trackers = new Admission(denied, Set.of(DeploymentRole.TRACKER), admission.clock());
    }

    void open(RoutesConfig routes) {
        routes.get("/v1/denied", new AdmittedOnly(trackers, this::list));
    }

    private void list(Context request) {
        // The revision first: a denial that comes in between is told under the old one, and again under the next.
        long revision = denied.revision();
        request.contentType("application/json")
                .header("Cache-Control", "no-store")
                .result(CanonicalJson.encode(JsonObject.of(Map.of(
                        "endpoints",
                        new JsonArray(denied.endpoints().stream()
                                .map(EndpointId::toString)
                                .sorted()
                                .<packhorse.core.json.Json>map(JsonString::new)
                                .toList()),
                        "revision",
                        new JsonInteger(revision)))));
    }
}
