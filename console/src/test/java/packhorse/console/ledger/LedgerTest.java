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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.audit.AuditEntry;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.ledger.LedgerConfig.Embedded;
import packhorse.console.ledger.LedgerConfig.Server;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.WaveId;
import packhorse.core.UsageException;
import packhorse.core.state.Operation;

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
        long acknowledged = killed(Writer.class, file, 50);
        try (Ledger ledger = Ledger.open(new Embedded(file))) {
            AuditBook.Finding finding = new AuditBook(ledger).verify();
            assertEquals(Optional.empty(), finding.broken());
            assertTrue(finding.links() >= acknowledged, finding.links() + " of " + acknowledged);
        }
    }

    /** Killed in the middle of transactions of many statements, each of them is there whole or not at all. */
    @Test
    void aTransactionIsWholeOrNotThereAfterAKill() throws Exception {
        Path file = folder.resolve("ledger.db");
        for (int kill = 0; kill < 3; kill++) {
            long acknowledged = killed(Decider.class, file, 5 + 10 * kill);
            try (Books books = new Books(Ledger.open(new Embedded(file)), InstantSource.system())) {
                AuditBook.Finding finding = new AuditBook(books.ledger()).verify();
                assertEquals(Optional.empty(), finding.broken());
                assertTrue(finding.links() >= acknowledged, finding.links() + " of " + acknowledged);
                Map<String, Long> counts = books.ledger().read(handle -> {
                    Map<String, Long> rows = new TreeMap<>();
                    for (String table :
                            List.of("record", "membership", "member", "attempt", "desired", "desired_head")) {
                        rows.put(
                                table,
                                handle.createQuery("SELECT count(*) FROM " + table)
                                        .mapTo(Long.class)
                                        .one());
                    }
                    return rows;
                });
                long decided = finding.links();
                assertEquals(
                        new TreeMap<>(Map.of(
                                "record",
                                decided,
                                "membership",
                                decided,
                                "member",
                                decided * Decider.MEMBERS,
                                "attempt",
                                decided * Decider.MEMBERS,
                                "desired",
                                decided * Decider.MEMBERS,
                                "desired_head",
                                decided * Decider.MEMBERS)),
                        counts);
            }
        }
    }

    /** Starts a writer, kills it some time after it has said {@code least}, and answers what it said last. */
    private static long killed(Class<?> writer, Path file, long least) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        writer.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long acknowledged = 0;
        try (BufferedReader said = process.inputReader()) {
            while (acknowledged < least) {
                acknowledged = Long.parseLong(said.readLine());
            }
            // By its handle: the process's own method would close what it said and nobody read yet.
            process.toHandle().destroyForcibly();
            List<String> rest = said.lines().toList();
            return rest.isEmpty() ? acknowledged : Long.parseLong(rest.getLast());
        }
    }

    /** Decides for ever: each time a record, a wave, its attempts and desired items, and the audit link that counts them. */
    static final class Decider {
        static final int MEMBERS = 200;

        record Note(String text) {}

        private Decider() {}

        public static void main(String[] args) {
            Kind<Note> kind = Kind.of("note", Note.class);
            try (Books books = new Books(Ledger.open(new Embedded(Path.of(args[0]))), InstantSource.system())) {
                while (true) {
                    System.out.println(books.<Long>write(Actor.product(), pages -> {
                        String name = pages.next("CO", 2026);
                        long number = Long.parseLong(name.substring("CO-2026-".length()));
                        WaveId wave = new WaveId(new DeploymentId(new OrderId(name), 1), 1);
                        List<MemberRow> rows = WaveWorld.rows((int) number * MEMBERS, MEMBERS);
                        pages.add(kind, name, new Note("x"));
                        pages.waves().freeze(wave, WaveWorld.membership(rows), rows, 1);
                        List<Action> actions = new ArrayList<>();
                        List<DesiredRow> desired = new ArrayList<>();
                        for (int i = 1; i <= MEMBERS; i++) {
                            ActionId id = new ActionId(wave, i, 1);
                            DesiredRow row = WaveWorld.desired((int) number * MEMBERS + i, 1, id.toString());
                            actions.add(
                                    Action.queued(id, row.endpoint(), row.line(), Operation.INSTALL, WaveWorld.at(0)));
                            desired.add(row);
                        }
                        pages.waves().dispatch(Purpose.DEPLOY, actions);
                        pages.desired().put(desired);
                        pages.audit("order.dispatch", name, Map.of());
                        return number;
                    }));
                }
            }
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
