package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flywaydb.core.api.MigrationVersion;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.audit.AuditEntry;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.ledger.LedgerConfig.Embedded;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Purpose;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.state.Inventory;
import packhorse.core.state.Operation;
import packhorse.core.testing.Cases;

final class LedgerArchiveTest {
    @TempDir
    private Path folder = Path.of("");

    private static void fill(Ledger ledger) {
        ledger.write(handle -> {
            for (int n = 1; n <= 1_234; n++) {
                AuditBook.add(
                        handle,
                        new AuditEntry(
                                Instant.ofEpochSecond(n),
                                "änna",
                                "approver",
                                "order.approve",
                                "CO-2026-" + n,
                                new TreeMap<>(Map.of("reason", "\"weil\" \\ " + n))));
            }
            return true;
        });
        new Fence(ledger, "scheduler", "console-1", Duration.ofHours(1)).take();
        // Not closed: whoever gave the ledger does that.
        Books books = new Books(ledger, () -> WaveWorld.at(0));
        books.<Boolean>write(Actor.person("anna", Role.APPROVER), pages -> {
            pages.add(NOTE, "n 1", new Note("größer", Optional.empty()));
            pages.attachments().add("CO-2026-0001/A01", Sha256.of(ATTACHED), ATTACHED);
            List<MemberRow> rows = WaveWorld.rows(0, 7);
            pages.waves().freeze(WaveWorld.WAVE, WaveWorld.membership(rows), rows, 1);
            DesiredRow wanted = WaveWorld.desired(1, 1, new ActionId(WaveWorld.WAVE, 1, 1).toString());
            pages.waves()
                    .dispatch(
                            Purpose.DEPLOY,
                            List.of(Action.queued(
                                    new ActionId(WaveWorld.WAVE, 1, 1),
                                    wanted.endpoint(),
                                    wanted.line(),
                                    Operation.INSTALL,
                                    WaveWorld.at(0))));
            pages.desired().put(List.of(wanted));
            pages.fleet().keep(WaveWorld.endpoint(1), 7, Inventory.EMPTY, Set.of());
            return true;
        });
    }

    record Note(String text, Optional<String> more) {}

    private static final byte[] ATTACHED = {0, -1, 13, 10, 0};
    private static final Kind<Note> NOTE = Kind.of("note", Note.class);

    private static List<Object> filled(Ledger ledger) {
        Books books = new Books(ledger, () -> WaveWorld.at(0));
        return books.read(pages -> List.of(
                pages.get(NOTE, "n 1"),
                Sha256.of(pages.attachments().find("CO-2026-0001/A01").orElseThrow()),
                pages.waves().membership(WaveWorld.WAVE),
                pages.waves().tally(WaveWorld.WAVE, WaveWorld.plan(1), WaveWorld.at(1)),
                pages.waves().action(new ActionId(WaveWorld.WAVE, 1, 1)),
                pages.desired().of(WaveWorld.endpoint(1)),
                pages.fleet().get(WaveWorld.endpoint(1)),
                pages.fleet().inventory(WaveWorld.endpoint(1))));
    }

    @ParameterizedTest
    @CsvSource({"SQLITE, SQLITE", "SQLITE, POSTGRESQL", "POSTGRESQL, SQLITE", "POSTGRESQL, POSTGRESQL"})
    void aBackupIsTheWholeLedgerInEitherDatabase(Database from, Database to) throws IOException {
        Path backup = folder.resolve("ledger.backup");
        AuditBook.Finding before;
        LedgerArchive.Summary written;
        List<Object> content;
        try (Ledger ledger = Ledger.open(from.config(Files.createDirectory(folder.resolve("from"))))) {
            fill(ledger);
            before = new AuditBook(ledger).verify();
            content = filled(ledger);
            written = LedgerArchive.write(ledger, backup);
        }
        assertTrue(written.rows() > 1_234 + 2 + 7, written::toString);

        LedgerConfig config = to.config(Files.createDirectory(folder.resolve("to")));
        assertEquals(written, LedgerArchive.restore(config, backup));

        try (Ledger ledger = Ledger.open(config)) {
            assertEquals(before, new AuditBook(ledger).verify());
            assertEquals(content, filled(ledger));
            assertFalse(new Fence(ledger, "scheduler", "console-2", Duration.ofHours(1))
                    .take()
                    .isPresent());
            assertEquals(
                    1_235,
                    new AuditBook(ledger)
                            .add(new AuditEntry(Instant.EPOCH, "a", "b", "c.d", "e", new TreeMap<>()))
                            .number());
        }
        assertTrue(String.valueOf(assertThrows(UsageException.class, () -> LedgerArchive.restore(config, backup))
                        .getMessage())
                .contains("holds something already"));
    }

    /** As many as an order may have are twice the heap of a console. */
    @Test
    void longRowsAreFetchedAndBoundSoThatFewMegabytesAreHeldAtOnce() {
        assertEquals(1_000, LedgerArchive.together(0));
        assertEquals(2, LedgerArchive.together(LONG));
        assertEquals(1, LedgerArchive.together(9 << 20));
        assertFalse(LedgerArchive.isFull(2, 2L * LONG));
        assertTrue(LedgerArchive.isFull(3, 3L * LONG));
        assertFalse(LedgerArchive.isFull(499, 499));
        assertTrue(LedgerArchive.isFull(500, 500));
    }

    @ParameterizedTest
    @EnumSource(Database.class)
    void attachmentsOfMegabytesComeBackAsTheyWere(Database database) throws IOException {
        Path backup = folder.resolve("ledger.backup");
        try (Ledger ledger = Ledger.open(database.config(Files.createDirectory(folder.resolve("from"))))) {
            new Books(ledger, () -> WaveWorld.at(0)).<Boolean>write(Actor.person("anna", Role.APPROVER), pages -> {
                for (int number = 1; number <= 12; number++) {
                    byte[] bytes = attached(number);
                    pages.attachments().add("CO-2026-0001/A" + number, Sha256.of(bytes), bytes);
                }
                return true;
            });
            LedgerArchive.write(ledger, backup);
        }

        LedgerConfig config = database.config(Files.createDirectory(folder.resolve("to")));
        LedgerArchive.restore(config, backup);

        try (Ledger ledger = Ledger.open(config)) {
            new Books(ledger, () -> WaveWorld.at(0)).<Boolean>read(pages -> {
                for (int number = 1; number <= 12; number++) {
                    assertArrayEquals(
                            attached(number),
                            pages.attachments().find("CO-2026-0001/A" + number).orElseThrow());
                }
                return true;
            });
        }
    }

    private static final int LONG = 3 << 20;

    private static byte[] attached(int number) {
        byte[] bytes = new byte[LONG + number];
        Arrays.fill(bytes, (byte) number);
        return bytes;
    }

    /** One that a console made before the tables came that look for endpoints and for a wave's sites. */
    @ParameterizedTest
    @EnumSource(Database.class)
    void aBackupOfAnOlderSchemaIsTakenAndBroughtToThisOnes(Database database) throws IOException {
        Path backup = folder.resolve("ledger.backup");
        AuditBook.Finding before;
        LedgerConfig old = database.config(Files.createDirectory(folder.resolve("from")));
        try (Ledger ledger = Ledger.open(old, MigrationVersion.fromVersion("10"))) {
            AuditEntry entry = new AuditEntry(Instant.EPOCH, "a", "b", "c.d", "e", new TreeMap<>());
            assertEquals(1, new AuditBook(ledger).add(entry).number());
            before = new AuditBook(ledger).verify();
            LedgerArchive.Summary written = LedgerArchive.write(ledger, backup);
            assertEquals("10", written.schema());
            assertTrue(written.tables() < Tables.ALL.size(), written::toString);
        }

        LedgerConfig config = database.config(Files.createDirectory(folder.resolve("to")));
        LedgerArchive.restore(config, backup);

        try (Ledger ledger = Ledger.open(config)) {
            assertEquals(before, new AuditBook(ledger).verify());
            assertEquals(Tables.ALL, ledger.read(Tables::present));
        }
    }

    @Test
    void aDamagedOrCutBackupChangesNothing() throws IOException {
        Path backup = folder.resolve("ledger.backup");
        try (Ledger ledger = Ledger.open(new Embedded(folder.resolve("ledger.db")))) {
            fill(ledger);
            LedgerArchive.write(ledger, backup);
        }
        byte[] whole = Files.readAllBytes(backup);
        Cases.run(40, random -> {
            byte[] bad = random.nextBoolean()
                    ? Cases.withFlippedBit(whole, random.nextInt(whole.length * 8))
                    : Arrays.copyOf(whole, random.nextInt(whole.length));
            Path file = folder.resolve("bad.backup");
            Embedded empty = new Embedded(folder.resolve("empty.db"));
            try {
                Files.write(file, bad);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            String said = String.valueOf(assertThrows(UsageException.class, () -> LedgerArchive.restore(empty, file))
                    .getMessage());
            assertTrue(said.startsWith(file + " is no whole backup of a ledger: "), said);
            assertFalse(Files.exists(empty.file()));
        });
    }

    /** Its digest fits, its chain does not: somebody changed the database before the backup was made. */
    @Test
    void aBackupWhoseAuditChainIsBrokenIsNotTaken() {
        Path backup = folder.resolve("ledger.backup");
        try (Ledger ledger = Ledger.open(new Embedded(folder.resolve("ledger.db")))) {
            fill(ledger);
            ledger.<Integer>write(handle -> handle.execute("DELETE FROM audit WHERE number = 7"));
            LedgerArchive.write(ledger, backup);
        }
        Embedded other = new Embedded(folder.resolve("other.db"));
        assertThrows(OperationException.class, () -> LedgerArchive.restore(other, backup));
        try (Ledger ledger = Ledger.open(other)) {
            assertEquals(Optional.empty(), new AuditBook(ledger).verify().broken());
            assertEquals(0, new AuditBook(ledger).verify().links());
        }
    }

    @Test
    void whereABackupCannotBeWrittenIsSaid() throws IOException {
        try (Ledger ledger = Ledger.open(new Embedded(folder.resolve("ledger.db")))) {
            Path nowhere = folder.resolve("missing").resolve("ledger.backup");
            String said = String.valueOf(assertThrows(UsageException.class, () -> LedgerArchive.write(ledger, nowhere))
                    .getMessage());
            assertTrue(said.startsWith("cannot write the backup " + nowhere), said);
            // A directory takes no file's place.
            Path taken = folder.resolve("taken");
            Files.createDirectories(taken.resolve("full"));
            assertThrows(UsageException.class, () -> LedgerArchive.write(ledger, taken));
            assertFalse(Files.exists(folder.resolve("taken.new")));
        }
    }

    @Test
    void nobodyElseMayReadALedgerOrItsBackup() throws IOException {
        Path backup = folder.resolve("ledger.backup");
        Files.createSymbolicLink(folder.resolve("ledger.backup.new"), folder.resolve("elsewhere"));
        try (Ledger ledger = Ledger.open(new Embedded(folder.resolve("ledger.db")))) {
            fill(ledger);
            LedgerArchive.write(ledger, backup);
            for (String file : List.of("ledger.db", "ledger.db-wal", "ledger.backup")) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))),
                        file);
            }
        }
        assertFalse(Files.exists(folder.resolve("elsewhere")));
    }

    @ParameterizedTest
    @EnumSource
    void noTableIsLeftOut(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            List<String> tables = ledger.read(handle -> switch (ledger.engine()) {
                case SQLITE ->
                    handle.createQuery("SELECT name FROM sqlite_master WHERE type = 'table'")
                            .mapTo(String.class)
                            .list();
                case POSTGRESQL ->
                    handle.createQuery("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
                            .mapTo(String.class)
                            .list();
            });
            TreeSet<String> own = new TreeSet<>(tables);
            own.remove("flyway_schema_history");
            assertEquals(new TreeSet<>(Tables.ALL), own);
        }
    }

    /** A backup of none of them would be taken for one. */
    @Test
    void tablesThatTheConnectionDoesNotSeeAreNotTakenForNone() {
        try (Handle elsewhere = Jdbi.open("jdbc:sqlite::memory:")) {
            OperationException unseen = assertThrows(OperationException.class, () -> Tables.present(elsewhere));
            assertTrue(String.valueOf(unseen.getMessage()).contains("not where its connection looks for them"));
        }
    }
}
