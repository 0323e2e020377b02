package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.any;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.audit.AuditEntry;
import packhorse.console.change.Actor;
import packhorse.console.change.Category;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerArchive;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.Look;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.Quiet;
import packhorse.console.notice.Templates;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;

/** A ledger that goes on from a backup. */
final class RestoringTest {
    @TempDir
    private Path folder = Path.of("");

    private static final char[] WORDS = "correct horse battery".toCharArray();

    @Test
    void whatOpenedSomethingInTheBackupOpensNothingAndTheTrailSaysSo() {
        Path backup = folder.resolve("backup");
        try (House house = new House(Database.SQLITE, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            Actor.Person adam = accounts.first(accounts.firstSecret().orElseThrow(), "adam", "Adam", WORDS)
                    .value()
                    .person();
            AccountOffice.Shown login = accounts.login("adam", WORDS);
            AccountOffice.Shown token = accounts.token(
                    adam, new AccountOffice.TokenForm("nightly", Optional.empty(), Duration.ofDays(90)), login.token());
            LedgerArchive.write(house.books.ledger(), backup);

            LedgerConfig again = new LedgerConfig.Embedded(folder.resolve("again.db"));
            Restoring.Restored restored = Restoring.of(again, backup, house::now);
            assertEquals(2, restored.tokens());
            try (Books books = new Books(Ledger.open(again), house::now)) {
                AccountOffice there = new AccountOffice(books, new SecureRandom());
                assertEquals(Optional.empty(), there.authenticate(login.token()));
                assertEquals(Optional.empty(), there.authenticate(token.token()));
                assertTrue(
                        there.authenticate(there.login("adam", WORDS).token()).isPresent());
                AuditOffice audit = new AuditOffice(books);
                AuditEntry said = audit.about("ledger", 0, 10).getFirst().entry();
                assertEquals("ledger.restore", said.what());
                assertEquals(restored.archive().digest().hex(), said.details().get("backup"));
                assertFalse(audit.verify().broken().isPresent());
            }
        }
    }

    /** A busy console makes so many in a year or two; a ledger of that many is not laid here. */
    @Test
    void howeverManyTokensThereAreEachOfThemEnds() {
        int count = 100_001;
        Instant now = Instant.parse("2026-03-02T08:00:00Z");
        ApiToken opens = new ApiToken(
                "t",
                ANNA.id(),
                "login",
                Sha256.of(new byte[0]),
                Optional.empty(),
                now,
                now.plusSeconds(1),
                Optional.empty());
        Set<String> ended = new HashSet<>();
        Pages pages = (Pages) Proxy.newProxyInstance(
                Pages.class.getClassLoader(),
                new Class<?>[] {Pages.class},
                (unused, method, arguments) -> switch (method.getName()) {
                    case "now" -> now;
                    case "list" -> {
                        Look look = (Look) arguments[1];
                        int first = look.after().isEmpty() ? 0 : Integer.parseInt(look.after()) - 1_000_000 + 1;
                        yield IntStream.range(first, Math.min(first + look.limit(), count))
                                .mapToObj(number -> new Stored<>(
                                        OfficeKinds.API_TOKEN,
                                        Integer.toString(1_000_000 + number),
                                        1,
                                        opens,
                                        now,
                                        "anna"))
                                .toList();
                    }
                    case "change" -> {
                        assertFalse(((ApiToken) arguments[1]).holds(now));
                        ended.add(((Stored<?>) arguments[0]).id());
                        yield arguments[0];
                    }
                    default -> throw new IllegalStateException(method + " is not for this");
                });
        assertEquals(count, Restoring.end(pages));
        assertEquals(count, ended.size());
    }

    /** Cut after the ledger's rows were laid: nothing of it is there, and it is done again. */
    @ParameterizedTest
    @EnumSource
    void aRestoreThatWasCutLeavesNoOldTokenOpenAndIsRepeated(Database database) throws IOException {
        Path backup = folder.resolve("backup");
        try (House house = new House(Database.SQLITE, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            accounts.first(accounts.firstSecret().orElseThrow(), "adam", "Adam", WORDS);
            AccountOffice.Shown login = accounts.login("adam", WORDS);
            LedgerArchive.write(house.books.ledger(), backup);

            LedgerConfig again = database.config(Files.createDirectory(folder.resolve("again")));
            assertThrows(
                    IllegalStateException.class,
                    () -> Restoring.of(again, backup, () -> {
                        throw new IllegalStateException("killed");
                    }));
            try (Books books = new Books(Ledger.open(again), house::now)) {
                assertEquals(
                        Optional.empty(), new AccountOffice(books, new SecureRandom()).authenticate(login.token()));
            }
            assertEquals(1, Restoring.of(again, backup, house::now).tokens());
            try (Books books = new Books(Ledger.open(again), house::now)) {
                assertEquals(
                        Optional.empty(), new AccountOffice(books, new SecureRandom()).authenticate(login.token()));
                AuditOffice audit = new AuditOffice(books);
                assertEquals(
                        List.of("ledger.restore"),
                        audit.about("ledger", 0, 10).stream()
                                .map(link -> link.entry().what())
                                .toList());
                assertFalse(audit.verify().broken().isPresent());
            }
            assertThrows(UsageException.class, () -> Restoring.of(again, backup, house::now));
        }
    }

    /** The next number after a restore is given a second time; who refuses ids that it had has to hear of it all the same. */
    @Test
    void aNumberThatIsGivenOnceMoreIsToldUnderAnotherId() {
        Notifier notifier = new Notifier(
                Templates.builtIn(),
                Quiet.never(),
                List.of(new Notifier.Listener("ccb", Set.of(NoticeKind.CHANGE_OPENED))));
        Path backup = folder.resolve("backup");
        try (House house = new House(Database.SQLITE, folder)) {
            LedgerArchive.write(house.books.ledger(), backup);
            String lost = submitted(house.books, house, notifier);
            house.later(Duration.ofHours(1));
            LedgerConfig again = new LedgerConfig.Embedded(folder.resolve("again.db"));
            Restoring.of(again, backup, house::now);
            try (Books books = new Books(Ledger.open(again), house::now)) {
                assertNotEquals(lost, submitted(books, house, notifier));
            }
        }
    }

    private static String submitted(Books books, House house, Notifier notifier) {
        RequestOffice requests = new RequestOffice(books, new OrderFiller(), new Teller(notifier));
        RequestId id = House.id(requests.draft(ANNA, house.form(Category.of(RequestType.INSTALL), RiskClass.NORMAL)));
        assertEquals("CR-2026-0001", id.text());
        requests.submit(ANNA, id, any());
        return new OutboxBook(books.ledger())
                .log(id.text(), 10)
                .getFirst()
                .entry()
                .id();
    }
}
