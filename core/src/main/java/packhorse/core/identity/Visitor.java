package packhorse.core.identity;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * The TLS of whoever has no certificate of a deployment but knows its root: a publisher, say. It shows nothing of itself and talks
 * to machines of that deployment only.
 */
public final class Visitor {
    private Visitor() {}

    /**
     * TLS 1.3 to machines whose certificates lead to {@code root}.
     *
     * @param accepted the roles that may answer
     */
    public static SSLContext context(X509Certificate root, Set<DeploymentRole> accepted, InstantSource clock) {
        return MachineIdentity.context(null, new DeploymentTrust(root, clock, accepted, Duration.ZERO));
    }

    /**
     * Like {@link #context(X509Certificate, Set, InstantSource)}, with the root in a file: {@code deployment-ca.crt}.
     *
     * @throws packhorse.core.UsageException when there is no certificate in it
     */
    public static SSLContext context(Path rootFile, Set<DeploymentRole> accepted, InstantSource clock) {
        return context(Pem.readCertificates(rootFile).getFirst(), accepted, clock);
    }
}
