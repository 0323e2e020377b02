package packhorse.console.office;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.PersonId;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/**
 * A join token as the console keeps it: the digest of its secret, and what it opens.
 *
 * @param names host names and addresses of the machine that it makes
 * @param endpoint the machine that it makes again; absent: a new one
 * @param used when a machine joined with it
 * @param revoked when it was taken back
 */
public record KeptToken(
        String id,
        Sha256 secret,
        String site,
        String role,
        List<String> names,
        Optional<EndpointId> endpoint,
        PersonId by,
        Instant created,
        Instant expiry,
        Optional<Instant> used,
        Optional<Instant> revoked) {
    public KeptToken {
        names = List.copyOf(names);
    }

    /** Whether a machine may still join with it. */
    public boolean holds(Instant now) {
        return used.isEmpty() && revoked.isEmpty() && now.isBefore(expiry);
    }

    KeptToken used(Instant now) {
        return new KeptToken(
                id, secret, site, role, names, endpoint, by, created, expiry, used.or(() -> Optional.of(now)), revoked);
    }

    KeptToken revoked(Instant now) {
        return new KeptToken(id, secret, site, role, names, endpoint, by, created, expiry, used, Optional.of(now));
    }
}
