package packhorse.tracker.enrol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.topology.EndpointId;

/** Knows tokens that the authority did not issue itself. May be asked by several threads, which it may let wait some seconds. */
@FunctionalInterface
public interface TokenSource {
    /** The token of that name; empty where nobody issued it, or nobody can be asked now. */
    Optional<Token> token(String id);

    /**
     * A token.
     *
     * @param id names it
     * @param secret the digest of its secret
     * @param site of the machine it will make
     * @param role of that machine
     * @param names host names and addresses of that machine
     * @param endpoint which machine it makes again, if it is for one that was
     * @param expiry it is refused from then on
     */
    record Token(
            String id,
            Sha256 secret,
            String site,
            DeploymentRole role,
            List<String> names,
            Optional<EndpointId> endpoint,
            Instant expiry) {
        public Token {
            names = List.copyOf(names);
        }
    }
}
