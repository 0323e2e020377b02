package packhorse.core.identity;

import java.math.BigInteger;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import packhorse.core.topology.EndpointId;

/**
 * What the other end of a session proved to be.
 *
 * @param id of its endpoint
 * @param role the one it has
 * @param site its home site; where it is today, its addresses say
 * @param serial of its certificate
 * @param notBefore the certificate counts from then on
 * @param notAfter and until then
 */
public record RemoteIdentity(
        EndpointId id, DeploymentRole role, String site, BigInteger serial, Instant notBefore, Instant notAfter) {
    /** Before role and endpoint, in the one URI of a certificate's subject alternative names. */
    static final String URI_PREFIX = "spiffe://packhorse/";

    /** A {@code GeneralName} of the kind uniformResourceIdentifier, RFC 5280 §4.2.1.6. */
    private static final Integer NAME_IS_URI = 6;

    /**
     * Who is at the other end of {@code session}, also of a resumed one.
     *
     * @throws IdentityException when it showed no certificate, or one of another form
     */
    public static RemoteIdentity of(SSLSession session) {
        Certificate[] chain;
        try {
            chain = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException e) {
            throw new IdentityException(
                    "the other end showed no certificate; a machine of this deployment has one: " + DeploymentRole.JOIN,
                    e);
        }
        if (chain.length == 0 || !(chain[0] instanceof X509Certificate certificate)) {
            throw new IdentityException("the other end showed no X.509 certificate");
        }
        return of(certificate);
    }

    /**
     * Whom {@code certificate} names; whether it counts, a trust manager has said before.
     *
     * @throws IdentityException when it does not name endpoint, role and site in our form
     */
    public static RemoteIdentity of(X509Certificate certificate) {
        String name = "";
        String site = "";
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                switch (part.getType().toUpperCase(Locale.ROOT)) {
                    case "CN" -> name = String.valueOf(part.getValue());
                    case "OU" -> site = String.valueOf(part.getValue());
                    default -> throw foreign(certificate, "its subject has the part " + part.getType());
                }
            }
        } catch (InvalidNameException e) {
            throw new IdentityException("a certificate with an unreadable subject", e);
        }
        String uri = uri(certificate);
        String[] words =
                uri.startsWith(URI_PREFIX) ? uri.substring(URI_PREFIX.length()).split("/", -1) : new String[0];
        if (words.length != 2 || !words[1].equals(name)) {
            throw foreign(certificate, "it has no " + URI_PREFIX + "ROLE/ENDPOINT that agrees with its subject");
        }
        if (site.isEmpty()) {
            throw foreign(certificate, "it names no site");
        }
        try {
            return new RemoteIdentity(
                    EndpointId.parse(name),
                    DeploymentRole.parse(words[0]),
                    site,
                    certificate.getSerialNumber(),
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant());
        } catch (IllegalArgumentException e) {
            throw foreign(certificate, String.valueOf(e.getMessage()));
        }
    }

    private static String uri(X509Certificate certificate) {
        String found = "";
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return found;
            }
            for (List<?> name : names) {
                if (NAME_IS_URI.equals(name.get(0))) {
                    if (!found.isEmpty()) {
                        throw foreign(certificate, "it names two identities");
                    }
                    found = String.valueOf(name.get(1));
                }
            }
            return found;
        } catch (CertificateParsingException e) {
            throw new IdentityException("a certificate with unreadable names", e);
        }
    }

    private static IdentityException foreign(X509Certificate certificate, String why) {
        return new IdentityException("the certificate of \"" + certificate.getSubjectX500Principal()
                + "\" is none of a machine of this deployment: " + why);
    }

    /** Whether the certificate counts at {@code now}. A resumed session can outlive it, so whoever opens one asks. */
    public boolean current(Instant now) {
        return !now.isBefore(notBefore) && now.isBefore(notAfter);
    }

    /** The serial as certificates are listed and revoked by it: lower-case hexadecimal. */
    public String serialHex() {
        return serial.toString(16);
    }

    /** The role and the endpoint, for a log line. */
    @Override
    public String toString() {
        return role.word() + " " + id + " of " + site;
    }
}
