package packhorse.console.rest;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.office.ApiToken;

/**
 * A token as it is shown, without its secret.
 *
 * @param purpose what it is for, for people
 * @param roles that it may use; absent: all of the person's
 * @param expires when it opens nothing any more
 * @param revoked when it was taken back
 */
public record TokenView(
        String id,
        PersonId person,
        String purpose,
        Optional<Set<Role>> roles,
        Instant created,
        Instant expires,
        Optional<Instant> revoked) {
    static TokenView of(ApiToken token) {
        return new TokenView(
                token.id(),
                token.person(),
                token.purpose(),
                token.roles(),
                token.created(),
                token.expires(),
                token.revoked());
    }
}
