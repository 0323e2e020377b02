package packhorse.console.ledger;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Frequency;
import packhorse.console.change.CommunicationsPlan.Line;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.CommunicationsPlan.Occasion;
import packhorse.console.notice.Notice;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.OutboxEntry;
import packhorse.console.notice.Parcel;
import packhorse.console.notice.Quiet;
import packhorse.console.notice.Templates;
import packhorse.console.notice.Told;
import packhorse.console.notice.Tries;

final class OutboxBookTest {
    private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Notifier NOTIFIER = new Notifier(Templates.builtIn(), Quiet.never(), List.of());

    @TempDir
    private Path folder = Path.of("");

    private static Notice held(int number) {
        return Notice.of(
                NoticeKind.HELD,
                "CO-2026-0001",
                "held " + number,
                "Editor",
                NOON,
                "gerd",
                "Held.",
                Map.of("reason", "no " + number));
    }

    private static Notice wave(int number) {
        return Notice.of(
                NoticeKind.WAVE_STARTED,
                "CO-2026-0001",
                "W" + number,
                "Editor",
                NOON,
                "console",
                "Started.",
                Map.of("wave", "W" + number, "endpoints", "10"));
    }

    private static CommunicationsPlan plan(Means means, Frequency frequency) {
        return new CommunicationsPlan(List.of(
                new Line("sales", "sales@a.example", means, Set.of(Occasion.values()), frequency, "the desk, 4711")));
    }

    private static final CommunicationsPlan MAIL = plan(Means.MAIL, Frequency.AT_ONCE);

    @ParameterizedTest
    @EnumSource
    void whatIsNotDecidedIsNotTold(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            assertThrows(
                    IllegalStateException.class,
                    () -> ledger.write(handle -> {
                        assertEquals(1, OutboxBook.tell(handle, NOTIFIER, held(1), MAIL, NOON));
                        throw new IllegalStateException("the decision fails behind its notice");
                    }));
            assertEquals(List.of(), book.log("CO-2026-0001", 10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsDecidedTwiceIsToldOnce(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            assertEquals(1, book.tell(NOTIFIER, held(1), MAIL, NOON));
            assertEquals(0, book.tell(NOTIFIER, held(1), MAIL, NOON.plusSeconds(1)));
            Parcel parcel = book.claim("a", NOON, LONG, 10).getFirst();
            assertTrue(book.settle("a", parcel, new Tries.Next.Done(), NOON));
            assertEquals(0, book.tell(NOTIFIER, held(1), MAIL, NOON.plusSeconds(2)));
            assertEquals(List.of(), book.claim("a", NOON.plusSeconds(3), LONG, 10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsReadBackIsWhatWasWritten(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            book.tell(NOTIFIER, wave(1), plan(Means.CHAT, Frequency.DAILY), NOON);
            OutboxEntry written = NOTIFIER.entries(
                            wave(1), plan(Means.CHAT, Frequency.DAILY), gather -> Told.NEVER, NOON)
                    .getFirst();
            assertEquals(written, book.log("CO-2026-0001", 1).getFirst().entry());
            assertEquals(written, book.claim("a", NOON, LONG, 1).getFirst().first());
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoConsolesNeverHaveTheSameAtOnce(Database database) throws Exception {
        LedgerConfig config = database.config(folder);
        try (Ledger one = Ledger.open(config);
                Ledger other = Ledger.open(config);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            OutboxBook book = new OutboxBook(one);
            int all = 200;
            IntStream.range(0, all).forEach(n -> book.tell(NOTIFIER, held(n), MAIL, NOON));
            List<Future<List<Parcel>>> claims = new ArrayList<>();
            for (int console = 0; console < 4; console++) {
                OutboxBook its = new OutboxBook(console % 2 == 0 ? one : other);
                String holder = "console " + console;
                claims.add(threads.submit(() -> {
                    List<Parcel> mine = new ArrayList<>();
                    for (int round = 0; round < 200; round++) {
                        mine.addAll(its.claim(holder, NOON, LONG, 7));
                    }
                    return mine;
                }));
            }
            List<String> ids = new ArrayList<>();
            for (Future<List<Parcel>> claim : claims) {
                claim.get().forEach(parcel -> ids.add(parcel.id()));
            }
            assertEquals(all, ids.size());
            assertEquals(all, new HashSet<>(ids).size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoDiesWhileItSendsIsFollowedByAnotherWithTheSameMessage(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            CommunicationsPlan daily = plan(Means.MAIL, Frequency.DAILY);
            book.tell(NOTIFIER, wave(1), daily, NOON);
            Parcel first = book.claim("a", NOON, Duration.ofMillis(20), 10).getFirst();
            // Another that is gathered with it, and comes when the first is on its way.
            book.add(NOTIFIER.entries(wave(2), daily, gather -> Told.NEVER, NOON));
            List<Parcel> later = new ArrayList<>();
            await().until(() -> {
                later.addAll(book.claim("b", NOON, LONG, 10));
                return later.stream().anyMatch(parcel -> parcel.id().equals(first.id()));
            });
            Parcel again = later.stream()
                    .filter(parcel -> parcel.id().equals(first.id()))
                    .findFirst()
                    .orElseThrow();
            assertEquals(first, again);
            assertFalse(book.settle("a", first, new Tries.Next.Done(), NOON), "who lost the lease settles nothing");
            assertTrue(book.settle("b", again, new Tries.Next.Done(), NOON));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsGatheredIsOneMessageAndStaysOneAlsoBehindALimit(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            CommunicationsPlan daily = plan(Means.MAIL, Frequency.DAILY);
            book.tell(NOTIFIER, wave(0), daily, NOON);
            assertEquals(1, book.claim("a", NOON, LONG, 10).getFirst().entries().size());
            for (int n = 1; n <= 5; n++) {
                book.tell(NOTIFIER, wave(n), daily, NOON.plusSeconds(n));
            }
            assertEquals(List.of(), book.claim("a", NOON.plusSeconds(60), LONG, 10));
            Instant tomorrow = NOON.plus(Duration.ofDays(1));
            Parcel digest = book.claim("a", tomorrow, LONG, 10).getFirst();
            assertEquals(5, digest.entries().size());
            assertTrue(book.settle("a", digest, new Tries.Next.Again(tomorrow.plusSeconds(30), "no route"), tomorrow));
            Parcel again = book.claim("b", tomorrow.plusSeconds(30), LONG, 2).getFirst();
            assertEquals(digest.id(), again.id());
            assertEquals(5, again.entries().size());
            assertEquals(1, again.tries());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsDeadSaysWhyAndIsSentAgainByAPerson(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            book.tell(NOTIFIER, held(1), MAIL, NOON);
            Parcel parcel = book.claim("a", NOON, LONG, 10).getFirst();
            assertTrue(book.settle("a", parcel, new Tries.Next.Dead("550 no such user"), NOON));
            OutboxBook.Delivery dead = book.in(OutboxBook.State.DEAD, 10).getFirst();
            assertEquals("550 no such user", dead.reason());
            assertEquals(1, dead.tries());
            assertEquals(List.of(), book.claim("a", NOON.plus(LONG), LONG, 10));
            assertEquals(0, book.revive("nothing", NOON));
            assertEquals(1, book.revive(parcel.id(), NOON.plus(LONG)));
            Parcel again = book.claim("a", NOON.plus(LONG), LONG, 10).getFirst();
            assertEquals(parcel.id(), again.id());
            assertEquals(0, again.tries());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAPersonTellsIsTickedByThatPersonOnce(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            book.tell(NOTIFIER, held(1), plan(Means.IN_PERSON, Frequency.AT_ONCE), NOON);
            assertEquals(List.of(), book.claim("a", NOON, LONG, 10), "no console tells in person");
            String id = book.toTell(NOON, 10).getFirst().id();
            assertTrue(book.toldInPerson(id, "hanna", NOON.plusSeconds(60)));
            assertFalse(book.toldInPerson(id, "bert", NOON.plusSeconds(61)));
            OutboxBook.Delivery line = book.log("CO-2026-0001", 10).getFirst();
            assertEquals("hanna", line.by());
            assertEquals(Optional.of(NOON.plusSeconds(60)), line.told());
        }
    }
}
