package packhorse.core.identity;

import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import packhorse.core.topology.EndpointId;

/**
 * Whom the deployment's authority has thrown out: a live view, asked for every session and every request, because a resumed
 * TLS session shows its certificate to nobody.
 */
public interface DenyList {
    /** Whether the endpoint, or this one certificate of it, is denied. */
    boolean denied(EndpointId id, BigInteger serial);

    /** Every endpoint that is denied as a whole. */
    Set<EndpointId> endpoints();

    /** Every single certificate that is denied, whichever endpoint has it. */
    Set<BigInteger> serials();

    /** Grows with each change. */
    long revision();

    /** Calls {@code listener} after each change, on a thread of the list's own; it does not block. */
    void onChange(Runnable listener);

    /** Why {@code remote} is turned away, if it is. */
    default Optional<String> refuse(RemoteIdentity remote) {
        return denied(remote.id(), remote.serial())
                ? Optional.of("the certificate of " + remote + " was revoked; if that was a mistake, it joins anew:"
                        + " packhorse ca token --role " + remote.role().word() + ", then "
                        + remote.role().joining())
                : Optional.empty();
    }

    /** The list of an authority that never denied anybody. */
    static DenyList none() {
        return new DenyList() {
            @Override
            public boolean denied(EndpointId id, BigInteger serial) {
                return false;
            }

            @Override
            public Set<EndpointId> endpoints() {
                return Set.of();
            }

            @Override
            public Set<BigInteger> serials() {
                return Set.of();
            }

            @Override
            public long revision() {
                return 0;
            }

            @Override
            public void onChange(Runnable listener) {
                // It never changes.
            }
        };
    }
}
