package packhorse.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.console.ledger.LedgerConfig;
import packhorse.core.UsageException;
import packhorse.core.config.YamlDocument;

final class ConsoleConfigTest {
    private static ConsoleConfig config(String yaml) {
        return ConsoleConfig.of(YamlDocument.parse("console.yaml", yaml));
    }

    @Test
    void theSampleIsOne() {
        ConsoleConfig sample = ConsoleConfig.read(Path.of("samples/console.yaml"));
        assertEquals(ConsoleConfig.PORT_DEFAULT, sample.listen().getFirst().getPort());
        assertFalse(sample.plain());
        assertEquals(1, sample.trackers().size());
    }

    @Test
    void littleIsAskedFor() {
        ConsoleConfig config = config("state: /var/lib/x\nplain: true\n");
        assertTrue(config.listen().getFirst().getAddress().isLoopbackAddress());
        assertEquals(new LedgerConfig.Embedded(Path.of("/var/lib/x/ledger.db")), config.ledger());
        assertEquals(Path.of("/var/lib/x/identity"), config.identity());
        assertEquals(Optional.empty(), config.clamd());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{state: s, plain: true, listen: ['0.0.0.0:7600']}|is no loopback address",
                "{state: s, listen: []}|listens on one address at least",
                "{state: s, ledger: {file: f, url: 'postgresql://h/d', user: u}}|leave out file: or url:",
                "{state: s, ledger: {user: u}}|this is for a server",
                "{state: s, ledger: {url: 'postgresql://h/d'}}|set user:",
                "{state: s, tracker: ['h:1']}|unknown key",
                "{plain: true}|\"state\" is missing"
            })
    void whatContradictsItselfIsToldWithItsPlace(String yaml, String said) {
        UsageException refused = assertThrows(UsageException.class, () -> config(yaml));
        String line = String.valueOf(refused.getMessage());
        assertTrue(line.startsWith("console.yaml:1:") && line.contains(said), line);
    }
}
