package packhorse.core.trust;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Says in a few words why a connection failed. A TLS library buries the reason: what a trust manager found is the cause of the
 * cause, and what the other end disliked is the name of an alert (RFC 8446 §6).
 */
public final class ConnectionTrouble {
    private static final String ALERT = "Received fatal alert: ";

    private ConnectionTrouble() {}

    /** The reason, without the address: the caller names that. */
    public static String reason(@Nullable Throwable failure) {
        String outermost = null;
        Throwable innermost = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case CertificateException certificate -> {
                    return String.valueOf(certificate.getMessage());
                }
                case SSLException tls -> {
                    String said = String.valueOf(tls.getMessage());
                    int alert = said.indexOf(ALERT);
                    if (alert >= 0) {
                        return alert(said.substring(alert + ALERT.length()));
                    }
                }
                case UnresolvedAddressException name -> {
                    return "the name cannot be looked up; check its spelling and this machine's DNS";
                }
                case UnknownHostException name -> {
                    return "the name cannot be looked up; check its spelling and this machine's DNS";
                }
                default -> {}
            }
            if (outermost == null
                    && cause.getMessage() != null
                    && !cause.getMessage().isBlank()) {
                outermost = cause.getMessage();
            }
            innermost = cause;
        }
        if (outermost != null) {
            return outermost.contains("plaintext connection")
                    ? "it does not speak TLS; is that the right port?"
                    : outermost;
        }
        if (innermost instanceof HttpConnectTimeoutException) {
            return "no answer to the attempt to connect";
        }
        if (failure instanceof ConnectException) {
            return "connection refused";
        }
        return innermost == null ? "no reason given" : innermost.getClass().getSimpleName();
    }

    private static String alert(String alert) {
        String name = alert.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "certificate_required",
                    "bad_certificate",
                    "unknown_ca",
                    "certificate_unknown",
                    "certificate_expired",
                    "certificate_revoked",
                    "access_denied" ->
                "the other end refuses this machine's certificate (" + name
                        + "): is this machine of the same deployment, and its clock right? If so, join it anew";
            case "protocol_version", "handshake_failure", "insufficient_security" ->
                "no common TLS with the other end (" + name + "); this deployment speaks TLS 1.3";
            default -> "the other end broke the handshake off (" + name + ")";
        };
    }
}
