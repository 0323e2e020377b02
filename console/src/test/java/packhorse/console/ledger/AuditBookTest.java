package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.Proves;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;

final class AuditBookTest {
    @TempDir
    private Path folder = Path.of("");

    private static AuditEntry entry(String subject) {
        return new AuditEntry(
                Instant.ofEpochSecond(1_790_000_000),
                "anna",
                "approver",
                "order.approve",
                subject,
                new TreeMap<>(Map.of("digest", "0123")));
    }

    @ParameterizedTest
    @EnumSource
    @Proves("PROCESS 4 audit trail")
    void linksOfTwoConsolesAtOnceAreOneChain(Database database) throws Exception {
        LedgerConfig config = database.config(folder);
        try (Ledger one = Ledger.open(config);
                Ledger other = Ledger.open(config);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                AuditBook book = new AuditBook(i % 2 == 0 ? one : other);
                String subject = "CO-2026-" + i;
                all.add(threads.submit(() -> {
                    for (int n = 0; n < 25; n++) {
                        book.add(entry(subject));
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            AuditBook.Finding finding = new AuditBook(one).verify();
            assertEquals(Optional.empty(), finding.broken());
            assertEquals(100, finding.links());
            List<AuditLink> page = new AuditBook(other).after(98, 10);
            assertEquals(
                    List.of(99L, 100L), page.stream().map(AuditLink::number).toList());
            assertEquals(finding.digest(), page.getLast().digest());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotCarriedOutLeavesNoLink(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            assertThrows(
                    IllegalStateException.class,
                    () -> ledger.write(handle -> {
                        AuditBook.add(handle, entry("CO-2026-1"));
                        throw new IllegalStateException("the decision fails behind its link");
                    }));
            assertEquals(0, new AuditBook(ledger).verify().links());
            assertEquals(1, new AuditBook(ledger).add(entry("CO-2026-2")).number());
        }
    }

    @ParameterizedTest
    @EnumSource
    @Proves("PROCESS 4 audit trail")
    void whoeverChangesTheTablesIsFoundOut(Database database) throws IOException {
        for (String change : List.of(
                "UPDATE audit SET bytes = (SELECT bytes FROM audit WHERE number = 2) WHERE number = 3",
                "DELETE FROM audit WHERE number = 3",
                "DELETE FROM audit WHERE number = 5",
                "UPDATE audit SET number = 9 WHERE number = 5",
                "UPDATE audit_head SET number = 4")) {
            Path own = Files.createTempDirectory(folder, "changed");
            try (Ledger ledger = Ledger.open(database.config(own))) {
                AuditBook book = new AuditBook(ledger);
                for (int n = 1; n <= 5; n++) {
                    book.add(entry("CO-2026-" + n));
                }
                assertEquals(Optional.empty(), book.verify().broken());
                ledger.<Integer>write(handle -> handle.execute(change));
                assertTrue(book.verify().broken().isPresent(), change);
            }
        }
    }

    private static AuditEntry at(Instant at) {
        return new AuditEntry(at, "anna", "approver", "order.approve", "CO-2026-1", new TreeMap<>());
    }

    private static AuditEntry read(AuditLink link) {
        return AuditEntry.parse(link.bytes());
    }

    @ParameterizedTest
    @EnumSource
    void aClockThatGoesBackLeavesTheLinksInTheOrderOfTheirTimes(Database database) {
        Instant day = Instant.ofEpochSecond(1_790_000_000);
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            AuditBook book = new AuditBook(ledger);
            assertEquals(day, read(book.add(at(day))).at());
            AuditEntry back = read(book.add(at(day.minus(Duration.ofDays(400)))));
            assertEquals(day, back.at());
            assertEquals(
                    Map.of("clock", day.minus(Duration.ofDays(400)).toString()),
                    back.details(),
                    "what the clock said is not lost");
            AuditEntry little = read(book.add(at(day.minusMillis(20))));
            assertEquals(day, little.at());
            assertEquals(Map.of(), little.details());
            assertEquals(
                    day.plusSeconds(1), read(book.add(at(day.plusSeconds(1)))).at());
            assertEquals(Optional.empty(), book.verify().broken());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChainWithAClockThatWasBackIsReadFromItsBeginning(Database database) {
        Instant day = Instant.ofEpochSecond(1_790_000_000);
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            // As it was written before the order was seen to.
            ledger.<Integer>write(handle -> {
                AuditChain chain = new AuditChain();
                for (int n = 1; n <= 60; n++) {
                    AuditLink link = chain.add(at(n > 20 && n <= 40 ? day.minus(Duration.ofDays(400)) : day));
                    handle.execute(
                            "INSERT INTO audit (number, bytes, digest) VALUES (?, ?, ?)",
                            link.number(),
                            link.bytes(),
                            link.digest().hex());
                }
                return handle.execute(
                        "UPDATE audit_head SET number = 60, digest = ?",
                        chain.digest().hex());
            });
            assertEquals(Optional.empty(), new AuditBook(ledger).verify().broken());
            assertEquals(
                    1L,
                    ledger.<Long>read(handle -> new SqlChronicle(handle)
                            .links(day.minus(Duration.ofDays(1)), entry -> true)
                            .next()
                            .link()
                            .number()));
        }
    }
}
