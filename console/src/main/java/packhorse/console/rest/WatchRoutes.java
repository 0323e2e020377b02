package packhorse.console.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** For whoever watches the console, and for whoever writes a program for it. */
final class WatchRoutes {
    private static final String DOCUMENT = "openapi.json";

    private WatchRoutes() {}

    static List<Route> of(RestParts parts, RestMeters meters) {
        return List.of(
                Route.watch("/health", "readHealth", "Says how the console is.")
                        .access(Access.anybody())
                        .one(Health.class)
                        .does(call -> Answer.of(parts.health().get())),
                Route.watch("/metrics", "readMetrics", "Shows the console's numbers as Prometheus reads them.")
                        .answersFile(RestMeters.MEDIA_TYPE)
                        .does(call -> Answer.text(RestMeters.MEDIA_TYPE, meters.scrape())),
                Route.get("/openapi.json", "readOpenApi", "Shows this document.")
                        .access(Access.anybody())
                        .answersFile("application/json")
                        .does(call -> Answer.file("application/json", Optional.empty(), document())));
    }

    /** The OpenAPI document, as it is delivered. */
    static byte[] document() {
        try (InputStream in = WatchRoutes.class.getResourceAsStream(DOCUMENT)) {
            if (in == null) {
                throw new IllegalStateException(DOCUMENT + " is not beside its class");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
