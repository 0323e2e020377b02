package packhorse.core.identity;

import javax.net.ssl.SSLParameters;

/**
 * The one TLS that roles speak to each other: version 1.3 (RFC 8446), AES-128-GCM first because every machine of the last
 * decade computes it in hardware; the others are there for machines that do not.
 */
public final class TlsProfile {
    /** Whether a server asks its client for a certificate. */
    public enum ClientCertificate {
        /** No handshake without one. */
        NEEDED,
        /** One is asked for; who shows none is told by the protocol above what it may do. */
        WANTED,
        /** None is asked for. */
        NONE
    }

    private static final String[] VERSIONS = {"TLSv1.3"};
    private static final String[] CIPHERS = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };

    private TlsProfile() {}

    /** For whoever connects. */
    public static SSLParameters client() {
        return new SSLParameters(CIPHERS.clone(), VERSIONS.clone());
    }

    /** For whoever is connected to. */
    public static SSLParameters server(ClientCertificate certificate) {
        SSLParameters parameters = new SSLParameters(CIPHERS.clone(), VERSIONS.clone());
        parameters.setUseCipherSuitesOrder(true);
        switch (certificate) {
            case NEEDED -> parameters.setNeedClientAuth(true);
            case WANTED -> parameters.setWantClientAuth(true);
            case NONE -> parameters.setNeedClientAuth(false);
        }
        return parameters;
    }
}
