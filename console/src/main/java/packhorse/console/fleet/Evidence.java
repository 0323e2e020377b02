package packhorse.console.fleet;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/**
 * What is known of how endpoints came to have what they have.
 *
 * @param latest the latest action of each place
 * @param excluded who is left out, and why
 * @param deviating since when a place is not as it should be, by the report before this one
 */
public record Evidence(Map<Place, Attempt> latest, Map<Place, Exclusion> excluded, Map<Place, Instant> deviating) {
    /** Nothing is known. */
    public static final Evidence NONE = new Evidence(Map.of(), Map.of(), Map.of());

    /** A release line on an endpoint. */
    public record Place(EndpointId endpoint, ReleaseName line, Platform platform) {}

    /**
     * What was tried.
     *
     * @param action its name
     * @param version that it was about
     * @param at when it came to its state
     */
    public record Attempt(
            String action,
            Operation operation,
            Version version,
            ActionState state,
            int code,
            Optional<CodeClass> codeClass,
            Instant at) {
        /** Whether nothing follows. */
        boolean ended() {
            return state.ends(operation);
        }

        /** Whether it ended as it should. */
        boolean succeeded() {
            return ended() && state.succeeded(operation);
        }
    }

    /** Somebody said that the requirement is not for this endpoint. */
    public record Exclusion(String by, String reason, Instant at) {}

    public Evidence {
        latest = Map.copyOf(latest);
        excluded = Map.copyOf(excluded);
        deviating = Map.copyOf(deviating);
    }
}
