package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.console.ledger.LedgerConfig.Security;
import packhorse.console.ledger.LedgerConfig.Server;

/** What is said to a server's driver. */
final class ServerConnectionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://db.example.org/d",
                "postgresql://192.0.2.20:5432/d",
                "postgresql://127.0.0.1,db.example.org/d",
                "postgresql://localhost.example.org/d",
                "postgresql://[2001:db8::1]:5432/d"
            })
    void whatIsElsewhereHasToProveItsName(String url) {
        Properties said = Engine.properties(new Server(url, "u", Optional.empty()));
        assertEquals("verify-full", said.getProperty("sslmode"));
        assertEquals(
                "org.postgresql.ssl.DefaultJavaSSLFactory",
                said.getProperty("sslfactory"),
                "by what the system believes");
        assertEquals("true", said.getProperty("tcpKeepAlive"));
    }

    @Test
    void oneMayNameWhoIsBelieved() {
        Properties said = Engine.properties(new Server(
                "postgresql://db.example.org/d",
                "u",
                Optional.empty(),
                Security.TLS,
                Optional.of(Path.of("/x/ca.pem"))));
        assertEquals("verify-full", said.getProperty("sslmode"));
        assertEquals("/x/ca.pem", said.getProperty("sslrootcert"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql://localhost:5432/d", "postgresql://127.0.0.1/d", "postgresql://[::1]:5432/d"})
    void thisMachineNeedsNoCertificate(String url) {
        assertEquals(
                "prefer",
                Engine.properties(new Server(url, "u", Optional.empty())).getProperty("sslmode"));
    }
}
