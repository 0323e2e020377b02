package packhorse.tracker.enrol;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.topology.EndpointId;

/** One thing that happened at the authority, as its journal keeps it. */
sealed interface JournalEntry {
    /** When. */
    Instant at();

    /**
     * A token was handed to somebody.
     *
     * @param id names it
     * @param secret the digest of its secret
     * @param site of the machine it will make
     * @param role of that machine
     * @param names host names and addresses of that machine
     * @param endpoint which machine it makes again, if it is for one that was
     * @param expiry it is refused from then on
     */
    record TokenIssued(
            Instant at,
            String id,
            Sha256 secret,
            String site,
            DeploymentRole role,
            List<String> names,
            Optional<EndpointId> endpoint,
            Instant expiry)
            implements JournalEntry {
        public TokenIssued {
            names = List.copyOf(names);
        }
    }

    /**
     * A certificate was issued.
     *
     * @param endpoint whom it names
     * @param role as what
     * @param site of which site
     * @param names with which host names and addresses
     * @param serial of the certificate
     * @param key SHA-256 of the public key it vouches for (SubjectPublicKeyInfo)
     * @param notAfter it counts until then
     * @param token the token that this used up, if it was not a renewal
     * @param certificate in base64, kept with a token so that a lost answer can be given again
     */
    record Certified(
            Instant at,
            EndpointId endpoint,
            DeploymentRole role,
            String site,
            List<String> names,
            BigInteger serial,
            Sha256 key,
            Instant notAfter,
            Optional<String> token,
            Optional<String> certificate)
            implements JournalEntry {
        public Certified {
            names = List.copyOf(names);
            if (token.isPresent() != certificate.isPresent()) {
                throw new IllegalArgumentException("a certificate is kept with its token, and only then");
            }
        }
    }

    /**
     * Somebody was thrown out.
     *
     * @param revision of the deny-list that this makes
     * @param endpoint whom; empty when one certificate only
     * @param serial the certificate; empty when the endpoint as a whole
     */
    record Denied(Instant at, long revision, Optional<EndpointId> endpoint, Optional<BigInteger> serial)
            implements JournalEntry {
        public Denied {
            if (endpoint.isPresent() == serial.isPresent()) {
                throw new IllegalArgumentException("a denial names an endpoint or a certificate, one of them");
            }
        }
    }
}
