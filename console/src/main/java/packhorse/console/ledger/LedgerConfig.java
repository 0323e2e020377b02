package packhorse.console.ledger;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import packhorse.core.UsageException;

/** Where the ledger is. */
public sealed interface LedgerConfig {
    /** @param file of the embedded database; it is made when it is not there, its directory is not */
    record Embedded(Path file) implements LedgerConfig {}

    /** How the connection to a server is kept from others. */
    enum Security {
        /** TLS, and the server's certificate is of its name and proved. */
        TLS,
        /** Nothing; for a server on this machine. */
        NONE
    }

    /**
     * @param url {@code postgresql://HOST[:PORT]/DATABASE}, without a password
     * @param user who owns the tables
     * @param password empty where the server trusts the connection
     * @param security {@link Security#NONE} for a server on this machine only
     * @param trust certificates in PEM form that are believed instead of the system's
     */
    record Server(String url, String user, Optional<String> password, Security security, Optional<Path> trust)
            implements LedgerConfig {
        private static final String SCHEME = "postgresql://";

        /** TLS, unless it is on this machine. */
        public Server(String url, String user, Optional<String> password) {
            this(url, user, password, isHere(url) ? Security.NONE : Security.TLS, Optional.empty());
        }

        public Server {
            if (!url.startsWith(SCHEME)
                    || url.indexOf('@') >= 0
                    || url.indexOf('?') >= 0
                    || url.lastIndexOf('/') < SCHEME.length()) {
                throw new UsageException("the ledger's address \"" + url
                        + "\" is not of the form postgresql://HOST[:PORT]/DATABASE; user, password, security and trust"
                        + " stand in keys of their own");
            }
            if (security == Security.NONE && !isHere(url)) {
                throw new UsageException("the ledger's server " + url + " is not this machine, and the ledger does not"
                        + " travel without TLS: leave out security: none, or name 127.0.0.1");
            }
            if (security == Security.NONE && trust.isPresent()) {
                throw new UsageException(
                        "certificates are of no use without TLS: set security: tls, or leave out trust:");
            }
        }

        /** Whether all hosts of an address are this machine. */
        public static boolean isHere(String url) {
            if (!url.startsWith(SCHEME)) {
                return false;
            }
            String hosts = url.substring(SCHEME.length()).split("/", 2)[0];
            return Arrays.stream(hosts.split(",", -1))
                    .allMatch(host -> host.matches("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?"));
        }

        @Override
        public String toString() {
            return url;
        }
    }
}
