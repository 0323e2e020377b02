package packhorse.console.notify;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import packhorse.core.UsageException;
import packhorse.core.identity.Pem;

/** Whose servers' certificates are believed. */
final class Trust {
    private Trust() {}

    /**
     * A TLS context that believes what the certificates of {@code file} signed, or without one what the system believes.
     *
     * @throws UsageException when the file cannot be read or holds no certificate
     */
    static SSLContext context(Optional<Path> file) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            if (file.isPresent()) {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                int number = 0;
                for (X509Certificate certificate : Pem.readCertificates(file.get())) {
                    store.setCertificateEntry("ca" + number++, certificate);
                }
                factory.init(store);
            } else {
                factory.init((KeyStore) null);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new UsageException(
                    "TLS with the certificates of " + file.map(Path::toString).orElse("the system")
                            + " cannot be set up: " + e.getMessage(),
                    e);
        }
    }
}
