package packhorse.core.wire;

import java.net.ConnectException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.mina.core.RuntimeIoException;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.RemoteIdentity;

/** One line for people about why a server was not reached: what, and how to mend it. It continues "the tracker HOST:PORT …". */
final class TroubleLine {
    private TroubleLine() {}

    /** Of the connection itself. */
    static String ofConnecting(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof ConnectException) {
                String message = String.valueOf(each.getMessage());
                return message.contains("refused")
                        ? "does not accept connections; is it running?"
                        : message.contains("timed out") ? "does not answer" : "cannot be reached: " + message;
            }
        }
        Throwable inner = cause instanceof RuntimeIoException && cause.getCause() != null ? cause.getCause() : cause;
        String message = inner.getMessage();
        return "cannot be reached: " + (message == null ? inner.getClass().getSimpleName() : message);
    }

    /** Of TLS, and of whatever came before Welcome. */
    static String ofGreeting(Throwable cause, RemoteIdentity self, Instant now) {
        Optional<String> own = ofOwnCertificate(self, now);
        for (Throwable each = cause; each != null; each = each.getCause()) {
            switch (each) {
                case CertificateExpiredException e -> {
                    return "shows a certificate that has expired by this machine's clock, which says " + now
                            + "; set the clock if it is wrong, else the tracker's certificate is to be renewed";
                }
                case CertificateNotYetValidException e -> {
                    return "shows a certificate that does not count yet by this machine's clock, which says " + now
                            + "; set the clock";
                }
                case IdentityException e -> {
                    return "is not whom it should be: " + e.getMessage();
                }
                default -> {
                    // The cause of the cause may say more.
                }
            }
        }
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof CertPathValidatorException) {
                return "shows a certificate that is not of this machine's deployment; is this its address?";
            }
        }
        if (!(cause instanceof SSLException)) {
            return String.valueOf(cause.getMessage());
        }
        String message = String.valueOf(cause.getMessage());
        if (message.contains("fatal alert") || message.contains("certificate_")) {
            return own.orElse(
                    "does not accept this machine's certificate (" + message.replace("Received fatal alert: ", "")
                            + "); was it issued by this deployment, and is the clock right, which says " + now + "?");
        }
        if (message.contains("nrecognized SSL message")) {
            return "does not speak TLS there; is it the port for agents, 7301?";
        }
        return "failed in the handshake: " + message;
    }

    /** What is wrong with this machine's own certificate, if something is. */
    static Optional<String> ofOwnCertificate(RemoteIdentity self, Instant now) {
        if (now.isBefore(self.notBefore())) {
            return Optional.of("is not asked: this machine's certificate counts from " + self.notBefore()
                    + ", but its clock says " + now + "; set the clock");
        }
        return now.isBefore(self.notAfter())
                ? Optional.empty()
                : Optional.of("is not asked: this machine's certificate expired at " + self.notAfter()
                        + " and its clock says " + now
                        + "; set the clock if it is wrong, else join anew: "
                        + self.role().joining() + " --replace");
    }
}
