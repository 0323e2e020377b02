package packhorse.console.law;

import java.util.Optional;
import packhorse.console.wave.DeploymentId;

/**
 * A law that was broken.
 *
 * @param deployment whose, where it is one's
 * @param what one line for people
 */
public record Breach(int law, Optional<DeploymentId> deployment, String what) {
    static Breach of(Law law, DeploymentId deployment, String what) {
        return new Breach(law.number(), Optional.of(deployment), what);
    }

    static Breach of(Law law, String what) {
        return new Breach(law.number(), Optional.empty(), what);
    }

    /** For people. */
    public String line() {
        return "law " + law + deployment.map(id -> " in " + id).orElse("") + ": " + what;
    }
}
