package packhorse.core.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the other end of a handshake belongs to this deployment.
 *
 * <p>The path is validated as RFC 5280 §6 says, by the JDK's {@code CertPathValidator}, to one anchor: the deployment's root.
 * Then the certificate must be an end entity's and name endpoint, role and site in our form. Host names are not compared:
 * machines move and trackers stand behind whatever address reaches them; what matters is that the other end <em>is</em> a
 * tracker, and only the deployment's authority can say so. Whoever needs a certain role names it here.
 *
 * <p>Being an {@code X509ExtendedTrustManager}, it is called directly, without the JDK's own checks around it (extended key
 * usage and host name): agents serve each other with certificates that are meant for clients.
 *
 * <p>Nothing is said here about revocation, which resumption would step around; see {@link DenyList}.
 */
final class DeploymentTrust extends X509ExtendedTrustManager {
    /** A machine's certificate, an issuing authority's, and the root that some servers append. */
    private static final int CHAIN_MAX = 3;

    private final X509Certificate root;
    private final InstantSource clock;
    private final Set<DeploymentRole> accepted;
    private final Duration clientGrace;

    /**
     * @param root the anchor
     * @param clock what time it is
     * @param accepted roles the other end may have
     * @param clientGrace how long ago a client's certificate may have expired
     */
    DeploymentTrust(X509Certificate root, InstantSource clock, Set<DeploymentRole> accepted, Duration clientGrace) {
        this.root = root;
        this.clock = clock;
        this.accepted = Set.copyOf(accepted);
        this.clientGrace = clientGrace;
    }

    private void check(X509Certificate @Nullable [] shown, Duration grace) throws CertificateException {
        if (shown == null || shown.length == 0) {
            throw new CertificateException("the other end showed no certificate");
        }
        if (shown.length > CHAIN_MAX) {
            throw new CertificateException(
                    "a chain of " + shown.length + " certificates; a deployment has two or three");
        }
        X509Certificate machine = shown[0];
        Instant now = clock.instant();
        Instant expired = machine.getNotAfter().toInstant();
        boolean late = !now.isBefore(expired) && now.isBefore(expired.plus(grace));
        try {
            validate(shown, late ? expired.minus(1, ChronoUnit.SECONDS) : now);
        } catch (CertPathValidatorException e) {
            throw new CertificateException(explain(shown, e, now), e);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("a certificate that cannot be read: " + e.getMessage(), e);
        }
        if (machine.getBasicConstraints() >= 0) {
            throw new CertificateException("the other end showed the certificate of an authority, not of a machine");
        }
        RemoteIdentity remote;
        try {
            remote = RemoteIdentity.of(machine);
        } catch (IdentityException e) {
            throw new CertificateException(e.getMessage(), e);
        }
        if (!accepted.contains(remote.role())) {
            throw new CertificateException("the other end is " + remote + ", but "
                    + accepted.stream().map(DeploymentRole::word).sorted().collect(Collectors.joining(" or "))
                    + " is expected here; is the address right?");
        }
    }

    private void validate(X509Certificate[] shown, Instant at) throws GeneralSecurityException {
        List<X509Certificate> path =
                Arrays.stream(shown).filter(one -> !one.equals(root)).toList();
        if (path.isEmpty()) {
            throw new CertificateException("the other end showed the deployment's root as its own");
        }
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    }

    private static String explain(X509Certificate[] shown, CertPathValidatorException e, Instant now) {
        X509Certificate culprit = e.getIndex() >= 0 && e.getIndex() < shown.length ? shown[e.getIndex()] : shown[0];
        String whose = "the certificate of \"" + culprit.getSubjectX500Principal() + "\"";
        Reason reason = e.getReason();
        if (reason == BasicReason.EXPIRED) {
            return whose + " expired on " + culprit.getNotAfter().toInstant() + "; it is "
                    + now.truncatedTo(ChronoUnit.SECONDS)
                    + " here: let that machine renew it or join anew, or set this machine's clock";
        }
        if (reason == BasicReason.NOT_YET_VALID) {
            return whose + " is not yet valid: is this machine's clock right? It says "
                    + now.truncatedTo(ChronoUnit.SECONDS) + ", the certificate begins on "
                    + culprit.getNotBefore().toInstant();
        }
        return whose + " is of another deployment: it does not lead to this one's root (" + e.getMessage()
                + "); check the address, or join this deployment: " + DeploymentRole.JOIN;
    }

    private static void requireVersion(@Nullable SSLSession handshake) throws CertificateException {
        if (handshake != null && !"TLSv1.3".equals(handshake.getProtocol())) {
            throw new CertificateException(
                    "the other end speaks " + handshake.getProtocol() + "; a deployment speaks TLSv1.3");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        requireVersion(engine.getHandshakeSession());
        check(chain, clientGrace);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        requireVersion(engine.getHandshakeSession());
        check(chain, Duration.ZERO);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        requireVersion(socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
        check(chain, clientGrace);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        requireVersion(socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
        check(chain, Duration.ZERO);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, clientGrace);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, Duration.ZERO);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {root};
    }
}
