package packhorse.console.ledger;

import java.nio.file.Path;
import java.util.Optional;
import packhorse.core.UsageException;

/** Where the ledger is. */
public sealed interface LedgerConfig {
    /** @param file of the embedded database; it is made when it is not there, its directory is not */
    record Embedded(Path file) implements LedgerConfig {}

    /**
     * @param url {@code postgresql://HOST[:PORT]/DATABASE}, without a password
     * @param user who owns the tables
     * @param password empty where the server trusts the connection
     */
    record Server(String url, String user, Optional<String> password) implements LedgerConfig {
        private static final String SCHEME = "postgresql://";

        public Server {
            if (!url.startsWith(SCHEME) || url.indexOf('@') >= 0 || url.lastIndexOf('/') < SCHEME.length()) {
                throw new UsageException("the ledger's address \"" + url
                        + "\" is not of the form postgresql://HOST[:PORT]/DATABASE; user and password stand in"
                        + " keys of their own");
            }
        }

        @Override
        public String toString() {
            return url;
        }
    }
}
