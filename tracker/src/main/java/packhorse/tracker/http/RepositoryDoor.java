package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Optional;
import packhorse.core.identity.Admission;
import packhorse.tracker.catalogue.Mirror;

/**
 * {@code GET /repository/…}: the mirror of the origin's repository. All but the timestamp never changes under its name and may be kept
 * by whoever got it. Only machines of this deployment read it.
 */
final class RepositoryDoor {
    private static final String BASE = "/repository/";

    private final Mirror mirror;
    private final Admission admission;

    RepositoryDoor(Mirror mirror, Admission admission) {
        this.mirror = mirror;
        this.admission = admission;
    }

    void open(RoutesConfig routes) {
        routes.get(BASE + "<path>", new AdmittedOnly(admission, this::serve));
    }

    private void serve(Context request) {
        String path = request.pathParam("path");
        Optional<byte[]> bytes = mirror.fetch(path);
        if (bytes.isEmpty()) {
            request.status(404).result("the catalogue knows of no " + path + "\n");
            return;
        }
        boolean steady = !path.equals("metadata/timestamp.json");
        request.header("Cache-Control", steady ? "private, max-age=31536000, immutable" : "no-cache")
                .contentType(path.endsWith(".json") ? "application/json" : "application/octet-stream")
                .result(bytes.get());
    }
}
