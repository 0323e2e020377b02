package packhorse.core.identity;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether who is at the other end may be served. A handshake decides once; this is asked again for every session and every
 * request, because in between a certificate expires, a machine is denied, and a resumed session shows its certificate to nobody.
 *
 * @param denied who is thrown out, as it stands at each moment
 * @param roles who may come at all
 * @param clock what time it is
 */
public record Admission(DenyList denied, Set<DeploymentRole> roles, InstantSource clock) {
    public Admission {
        roles = Set.copyOf(roles);
    }

    /** Why whoever holds {@code session} is turned away, if it is; {@code null} is a connection without TLS. */
    public Optional<String> refuse(@Nullable SSLSession session) {
        if (session == null) {
            return Optional.of("only machines of this deployment are served here, over TLS with their certificates");
        }
        try {
            return refuse(RemoteIdentity.of(session));
        } catch (IdentityException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Why {@code remote} is turned away, if it is. */
    public Optional<String> refuse(RemoteIdentity remote) {
        if (!remote.current(clock.instant())) {
            return Optional.of("the certificate of " + remote + " counts from " + remote.notBefore() + " to "
                    + remote.notAfter() + ", and it is " + clock.instant().truncatedTo(ChronoUnit.SECONDS)
                    + " here: let that machine renew it or join anew, or set its clock");
        }
        if (!roles.contains(remote.role())) {
            return Optional.of("this is not for the " + remote + " but for "
                    + roles.stream().map(DeploymentRole::word).sorted().collect(Collectors.joining(" and ")) + " only");
        }
        return denied.refuse(remote);
    }
}
