package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.audit.AuditEntry;
import packhorse.console.ledger.LedgerConfig.Embedded;
import packhorse.console.ledger.LedgerConfig.Server;
import packhorse.core.UsageException;

final class LedgerTest {
    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource
    void aLedgerIsOpenedAgainWithWhatItHad(Database database) {
        LedgerConfig config = database.config(folder);
        try (Ledger ledger = Ledger.open(config)) {
            new Fence(ledger, "scheduler", "console-1", Duration.ofMinutes(1)).take();
        }
        try (Ledger ledger = Ledger.open(config)) {
            assertEquals(
                    1L,
                    ledger.<Long>read(handle -> handle.createQuery("SELECT fence FROM lease")
                            .mapTo(Long.class)
                            .one()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNewerVersionsLedgerIsRefused(Database database) {
        LedgerConfig config = database.config(folder);
        try (Ledger ledger = Ledger.open(config)) {
            ledger.<Integer>write(handle -> handle.execute("INSERT INTO flyway_schema_history (installed_rank,"
                    + " version, description, type, script, checksum, installed_by, execution_time, success) SELECT 999,"
                    + " '999', 'of the future', type, 'V999__of_the_future.sql', 1, installed_by, 1, success FROM"
                    + " flyway_schema_history WHERE version = '1'"));
        }
        UsageException refused =
                assertThrows(UsageException.class, () -> Ledger.open(config).close());
        assertTrue(
                String.valueOf(refused.getMessage())
                        .endsWith("has schema 999, which this version does not know; run the newer packhorse that wrote"
                                + " it"),
                refused::toString);
    }

    @Test
    void aLedgerThatCannotBeOpenedIsOneLine() throws IOException {
        Path missing = folder.resolve("missing");
        assertEquals(
                "the ledger's directory " + missing + " is not there; make it, or name another file",
                assertThrows(
                                UsageException.class,
                                () -> Ledger.open(new Embedded(missing.resolve("ledger.db")))
                                        .close())
                        .getMessage());
        Path text = Files.writeString(folder.resolve("ledger.db"), "no database\n".repeat(100));
        String said = String.valueOf(assertThrows(
                        UsageException.class,
                        () -> Ledger.open(new Embedded(text)).close())
                .getMessage());
        assertTrue(said.contains("file is not a database") && !said.contains("\n"), said);
        assertThrows(UsageException.class, () -> new Server("postgresql://u:p@host/db", "u", Optional.empty()));
        assertThrows(UsageException.class, () -> new Server("mysql://host/db", "u", Optional.empty()));
    }

    /** What was acknowledged stands after a kill, and nothing that was half-done. */
    @Test
    void whatWasSaidToBeStoredOutlivesAKill() throws Exception {
        Path file = folder.resolve("ledger.db");
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long acknowledged = 0;
        try (BufferedReader said = writer.inputReader()) {
            while (acknowledged < 50) {
                acknowledged = Long.parseLong(said.readLine());
            }
            // By its handle: the process's own method would close what it said and nobody read yet.
            writer.toHandle().destroyForcibly();
            List<String> rest = said.lines().toList();
            acknowledged = rest.isEmpty() ? acknowledged : Long.parseLong(rest.getLast());
        }
        try (Ledger ledger = Ledger.open(new Embedded(file))) {
            AuditBook.Finding finding = new AuditBook(ledger).verify();
            assertEquals(Optional.empty(), finding.broken());
            assertTrue(finding.links() >= acknowledged, finding.links() + " of " + acknowledged);
        }
    }

    /** Adds links for ever, and says each one's number once it is stored. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            try (Ledger ledger = Ledger.open(new Embedded(Path.of(args[0])))) {
                AuditBook book = new AuditBook(ledger);
                while (true) {
                    System.out.println(book.add(new AuditEntry(
                                    Instant.EPOCH, "writer", "system", "test.write", "x", Collections.emptySortedMap()))
                            .number());
                }
            }
        }
    }
}
