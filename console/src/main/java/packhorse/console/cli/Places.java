package packhorse.console.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import packhorse.core.UsageException;

/** Where in REST things are. */
final class Places {
    private Places() {}

    /** Of {@code CO-2026-0001/D1}. */
    static String deployment(String id) {
        if (!id.matches("CO-[0-9]{4}-[0-9]{4,9}/D[0-9]{1,6}")) {
            throw new UsageException("\"" + id + "\" is no deployment; it looks like CO-2026-0001/D1");
        }
        return "/api/v1/deployments/" + id;
    }

    /** As one step of a path. */
    static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
