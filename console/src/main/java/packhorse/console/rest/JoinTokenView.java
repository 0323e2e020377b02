package packhorse.console.rest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.PersonId;
import packhorse.console.office.KeptToken;
import packhorse.core.topology.EndpointId;

/**
 * A join token as it is shown: nothing of its secret.
 *
 * @param site of the machine that it makes
 * @param role agent, origin, tracker or console
 * @param names host names and addresses of that machine
 * @param endpoint the machine that it makes again; absent: a new one
 * @param by who made it
 * @param used when a machine joined with it
 * @param revoked when it was taken back
 */
public record JoinTokenView(
        State state,
        String site,
        String role,
        List<String> names,
        Optional<EndpointId> endpoint,
        PersonId by,
        Instant created,
        Instant expiry,
        Optional<Instant> used,
        Optional<Instant> revoked) {
    /** What it is good for. */
    public enum State {
        OPEN,
        /** A machine joined with it. */
        USED,
        /** Somebody took it back. */
        REVOKED,
        /** Nobody came in time. */
        EXPIRED
    }

    static JoinTokenView of(KeptToken token, Instant now) {
        return new JoinTokenView(
                state(token, now),
                token.site(),
                token.role(),
                token.names(),
                token.endpoint(),
                token.by(),
                token.created(),
                token.expiry(),
                token.used(),
                token.revoked());
    }

    private static State state(KeptToken token, Instant now) {
        if (token.used().isPresent()) {
            return State.USED;
        }
        if (token.revoked().isPresent()) {
            return State.REVOKED;
        }
        return token.holds(now) ? State.OPEN : State.EXPIRED;
    }
}
