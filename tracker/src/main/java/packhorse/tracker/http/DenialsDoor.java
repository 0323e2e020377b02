package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Set;
import packhorse.core.identity.Admission;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.ToldDenials;

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
        request.contentType("application/json")
                .header("Cache-Control", "no-store")
                .result(ToldDenials.encode(denied));
    }
}
