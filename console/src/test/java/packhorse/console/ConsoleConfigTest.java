package packhorse.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.intake.ScannerConfig;
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
        assertEquals(ScannerConfig.at(ScannerConfig.DEBIAN), sample.scanner(), "it shows what is so without it");
        assertEquals(Map.of(), sample.notices().channels(InstantSource.system()));
    }

    @Test
    void theSampleOfWhoIsToldBelongsIntoIt(@TempDir Path folder) throws IOException {
        String both =
                Files.readString(Path.of("samples/console.yaml")) + Files.readString(Path.of("samples/notify.yaml"));
        ConsoleConfig sample = ConsoleConfig.read(Files.writeString(folder.resolve("console.yaml"), both));
        assertEquals(
                Set.of(Means.MAIL, Means.CHAT, Means.WEBHOOK),
                sample.notices().channels(InstantSource.system()).keySet());
        assertEquals(Set.of("itsm"), sample.notices().callbacks().keySet());
    }

    @Test
    void whatTheSampleLeavesOutIsTakenAsItIsWritten(@TempDir Path folder) throws IOException {
        String text = Files.readString(Path.of("samples/console.yaml"));
        String mail = text.substring(text.indexOf("#notify:")).replaceAll("(?m)^#", "");
        ConsoleConfig sample = ConsoleConfig.read(Files.writeString(folder.resolve("console.yaml"), text + mail));
        assertEquals(
                Set.of(Means.MAIL),
                sample.notices().channels(InstantSource.system()).keySet());
    }

    @Test
    void littleIsAskedFor() {
        ConsoleConfig config = config("state: /var/lib/x\nplain: true\n");
        assertTrue(config.listen().getFirst().getAddress().isLoopbackAddress());
        assertEquals(new LedgerConfig.Embedded(Path.of("/var/lib/x/ledger.db")), config.ledger());
        assertEquals(Path.of("/var/lib/x/identity"), config.identity());
        assertEquals(ScannerConfig.DEBIAN, config.scanner().where());
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
                "{state: s, ledger: {security: tls}}|this is for a server",
                "{state: s, ledger: {url: 'postgresql://h/d?x=y', user: u}}|stand in keys of their own",
                "{state: s, ledger: {url: 'postgresql://h/d', user: u, security: none}}|is not this machine",
                "{state: s, ledger: {url: 'postgresql://127.0.0.1,h/d', user: u, security: none}}|is not this machine",
                "{state: s, ledger: {url: 'postgresql://h/d', user: u, security: starttls}}|is not one of tls, none",
                "{state: s, ledger: {url: 'postgresql://[::1]/d', user: u, security: none, trust: f}}|of no use",
                "{state: s, tracker: ['h:1']}|unknown key",
                "{state: s, clamd: '127.0.0.1:3310'}|unknown key",
                "{state: s, scanner: {addres: /run/x}}|unknown key",
                "{state: s, notify: {mail: {from: a@b.example}}}|server",
                "{plain: true}|\"state\" is missing"
            })
    void whatContradictsItselfIsToldWithItsPlace(String yaml, String said) {
        UsageException refused = assertThrows(UsageException.class, () -> config(yaml));
        String line = String.valueOf(refused.getMessage());
        assertTrue(line.startsWith("console.yaml:1:") && line.contains(said), line);
    }
}
