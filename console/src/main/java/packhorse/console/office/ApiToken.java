package packhorse.console.office;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.core.PlainText;
import packhorse.core.content.Sha256;

/**
 * What a program, a command line or a page shows instead of a password. Only the digest of its secret is kept: it is 256 random bits, so nobody guesses it
 * from that. Whoever has it asks as its person, with no more roles than the person has then.
 *
 * @param id names it, and stands in it
 * @param purpose what it is for, for people
 * @param roles that it may use; absent: all of the person's
 * @param expires when it opens nothing any more
 * @param revoked when it was taken back
 */
public record ApiToken(
        String id,
        PersonId person,
        String purpose,
        Sha256 secret,
        Optional<Set<Role>> roles,
        Instant created,
        Instant expires,
        Optional<Instant> revoked) {
    private static final int PURPOSE_CHARS_MAX = 200;

    public ApiToken {
        purpose = PlainText.line(purpose).strip();
        if (purpose.isEmpty() || purpose.length() > PURPOSE_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "say what the token is for, in 1 to " + PURPOSE_CHARS_MAX + " characters");
        }
        roles = roles.map(some -> {
            EnumSet<Role> ordered = EnumSet.noneOf(Role.class);
            ordered.addAll(some);
            return Collections.unmodifiableSet(ordered);
        });
        if (!expires.isAfter(created)) {
            throw new IllegalArgumentException("a token that ends at " + expires + " never begins; name a later time");
        }
    }

    /** Whether it opens something. */
    public boolean holds(Instant now) {
        return revoked.isEmpty() && now.isBefore(expires);
    }

    ApiToken revoked(Instant now) {
        return new ApiToken(id, person, purpose, secret, roles, created, expires, Optional.of(now));
    }
}
