package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.audit.AuditEntry;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.change.Role;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;
import packhorse.core.content.Sha256;

final class BooksTest {
    enum Colour {
        RED,
        GREEN
    }

    record Card(String title, Colour colour, String box, int count) {
        Card counted() {
            return new Card(title, colour, box, count + 1);
        }
    }

    private static final Kind<Card> CARD =
            Kind.of("card", Card.class).byState(card -> card.colour().name()).byParent(Card::box);
    private static final Actor ANNA = Actor.person("anna", Role.REQUESTER);
    private static final Actor BERT = Actor.person("bert", Role.APPROVER, Role.VIEWER);
    private static final Instant NOW = Instant.parse("2026-03-02T08:00:00.123456Z");

    @TempDir
    private Path folder = Path.of("");

    private Books open(Database database) {
        return new Books(Ledger.open(database.config(folder)), InstantSource.fixed(NOW));
    }

    private static Card card(int n) {
        return new Card("card " + n, n % 2 == 0 ? Colour.RED : Colour.GREEN, "box" + n % 3, 0);
    }

    private static Refusal refused(Why why, Runnable work) {
        Refusal refusal = assertThrows(Refusal.class, work::run);
        assertEquals(why, refusal.why(), refusal.line());
        return refusal;
    }

    @ParameterizedTest
    @EnumSource
    void aRecordIsKeptWithItsVersionAndWhoChangedItLast(Database database) {
        try (Books books = open(database)) {
            Stored<Card> added = books.write(ANNA, pages -> pages.add(CARD, "c1", card(1)));
            assertEquals(added, books.read(pages -> pages.get(CARD, "c1")));
            assertEquals(1, added.version());
            assertEquals(Instant.parse("2026-03-02T08:00:00.123Z"), added.at());
            Stored<Card> changed = books.write(BERT, pages -> pages.change(added, card(2)));
            assertEquals(new Stored<>(CARD, "c1", 2, card(2), added.at(), "bert"), changed);
            assertEquals(changed, books.read(pages -> pages.get(CARD, "c1", OptionalLong.of(2))));
            books.write(BERT, pages -> {
                pages.remove(changed);
                return true;
            });
            assertEquals(Optional.empty(), books.read(pages -> pages.find(CARD, "c1")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoComesSecondIsToldAndNothingIsOverwritten(Database database) {
        try (Books books = open(database)) {
            Stored<Card> seen = books.write(ANNA, pages -> pages.add(CARD, "c1", card(1)));
            books.write(BERT, pages -> pages.change(seen, card(2)));
            String line =
                    "the card c1 was changed meanwhile by bert at 2026-03-02T08:00:00.123Z: you saw version 1, it is"
                            + " 2; look again";
            assertEquals(
                    line,
                    refused(Why.STALE, () -> books.write(ANNA, pages -> pages.change(seen, card(3))))
                            .line());
            assertEquals(
                    line,
                    refused(Why.STALE, () -> books.write(ANNA, pages -> pages.get(CARD, "c1", OptionalLong.of(1))))
                            .line());
            refused(
                    Why.STALE,
                    () -> books.write(ANNA, pages -> {
                        pages.remove(seen);
                        return true;
                    }));
            assertEquals(card(2), books.read(pages -> pages.get(CARD, "c1")).value());
            assertEquals(
                    "there is a card c1 already",
                    refused(Why.EXISTS, () -> books.write(ANNA, pages -> pages.add(CARD, "c1", card(3))))
                            .line());
            assertEquals(
                    "there is no card c9",
                    refused(Why.NOT_THERE, () -> books.read(pages -> pages.get(CARD, "c9")))
                            .line());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNameThatIsNoneIsRefused(Database database) {
        try (Books books = open(database)) {
            for (String name : List.of("", "a\nb", " a", "x".repeat(201), "a\0b")) {
                refused(Why.INVALID, () -> books.write(ANNA, pages -> pages.add(CARD, name, card(1))));
            }
            refused(Why.NOT_THERE, () -> books.read(pages -> pages.get(CARD, "no such one")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void recordsAreListedInPagesByIdStateAndParent(Database database) {
        try (Books books = open(database)) {
            books.write(ANNA, pages -> {
                for (int n = 0; n < 30; n++) {
                    pages.add(CARD, (n % 2 == 0 ? "a" : "B") + String.format("%02d", n), card(n));
                }
                pages.add(Kind.of("other", Card.class), "a01", card(1));
                return true;
            });
            List<String> all = books.read(pages -> ids(pages.list(CARD, Look.all())));
            assertEquals(30, all.size());
            assertEquals("B01", all.getFirst(), "capital letters stand first in either database");
            assertEquals(all.stream().sorted().toList(), all);
            assertEquals(
                    15,
                    books.<Integer>read(
                            pages -> pages.list(CARD, Look.in("RED")).size()));
            assertEquals(
                    List.of("a00", "a06", "a12"),
                    books.read(pages -> ids(
                            pages.list(CARD, Look.in("RED").withParent("box0").atMost(3)))));
            assertEquals(
                    List.of("a18", "a24"),
                    books.read(pages -> ids(
                            pages.list(CARD, Look.in("RED").withParent("box0").behind("a12")))));
            assertEquals(
                    10L,
                    books.<Long>read(pages -> pages.count(CARD, Look.of("box0").atMost(1))));
            refused(Why.INVALID, () -> Look.all().atMost(1_001));
        }
    }

    private static List<String> ids(List<Stored<Card>> cards) {
        return cards.stream().map(Stored::id).toList();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRefusedLeavesNothingBehind(Database database) {
        try (Books books = open(database)) {
            AtomicInteger told = new AtomicInteger();
            books.whenWritten(told::incrementAndGet);
            refused(
                    Why.REFUSED,
                    () -> books.write(ANNA, pages -> {
                        pages.add(CARD, "c1", card(1));
                        pages.next("CO", 2026);
                        pages.audit("card.add", "c1", Map.of("title", "x"));
                        throw new Refusal(Why.REFUSED, "no");
                    }));
            assertEquals(0, told.get());
            assertEquals(Optional.empty(), books.read(pages -> pages.find(CARD, "c1")));
            assertEquals("CO-2026-0001", books.write(ANNA, pages -> pages.next("CO", 2026)));
            assertEquals(0, new AuditBook(books.ledger()).verify().links());
            assertEquals(1, told.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoDidWhatStandsInTheChainInTheSameTransaction(Database database) {
        try (Books books = open(database)) {
            books.write(BERT, pages -> {
                pages.audit("card.add", "c1", Map.of("title", "x"));
                return pages.add(CARD, "c1", card(1));
            });
            books.write(Actor.product(), pages -> {
                pages.audit("card.turn", "c1", Map.of());
                return true;
            });
            List<AuditEntry> entries = new AuditBook(books.ledger())
                    .after(0, 9).stream()
                            .map(link -> AuditEntry.parse(link.bytes()))
                            .toList();
            assertEquals("bert", entries.getFirst().who());
            assertEquals("APPROVER,VIEWER", entries.getFirst().role());
            assertEquals("packhorse", entries.getLast().who());
            assertEquals("system", entries.getLast().role());
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesAreNeverGivenTwiceWhoeverAsks(Database database) throws Exception {
        try (Books books = open(database);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Set<String> names = new ConcurrentSkipListSet<>();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    for (int n = 0; n < 25; n++) {
                        assertTrue(names.add(books.write(ANNA, pages -> pages.next("CR", 2026))));
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            assertEquals(100, names.size());
            assertTrue(names.contains("CR-2026-0100"));
            assertEquals("CR-2027-0001", books.write(ANNA, pages -> pages.next("CR", 2027)));
        }
    }

    /** Counts up a card, each by what he read before: however they race, none of the sums is lost. */
    @ParameterizedTest
    @EnumSource
    void nobodysChangeIsLost(Database database) throws Exception {
        try (Books books = open(database);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            books.write(ANNA, pages -> pages.add(CARD, "c1", card(1)));
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    int done = 0;
                    while (done < 20) {
                        try {
                            Stored<Card> seen = books.read(pages -> pages.get(CARD, "c1"));
                            books.write(
                                    BERT,
                                    pages -> pages.change(seen, seen.value().counted()));
                            done++;
                        } catch (Refusal e) {
                            assertEquals(Why.STALE, e.why());
                        }
                    }
                    return done;
                }));
            }
            int done = 0;
            for (Future<Integer> each : all) {
                done += each.get();
            }
            Stored<Card> end = books.read(pages -> pages.get(CARD, "c1"));
            assertEquals(done, end.value().count());
            assertEquals(done + 1, end.version());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoLostTheFenceWritesNothing(Database database) {
        try (Books books = open(database)) {
            Fence first = new Fence(books.ledger(), "scheduler", "one", Duration.ofMinutes(5));
            long number = first.take().orElseThrow();
            books.writeFenced(first, number, Actor.product(), pages -> pages.add(CARD, "c1", card(1)));
            first.release();
            new Fence(books.ledger(), "scheduler", "two", Duration.ofMinutes(5))
                    .take()
                    .orElseThrow();
            refused(
                    Why.FENCED,
                    () -> books.writeFenced(first, number, Actor.product(), pages -> pages.add(CARD, "c2", card(1))));
            assertEquals(1L, books.<Long>read(pages -> pages.count(CARD, Look.all())));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoOnlyReadsCannotWrite(Database database) {
        try (Books books = open(database)) {
            assertThrows(IllegalStateException.class, () -> books.read(pages -> pages.add(CARD, "c1", card(1))));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasAnsweredOnceIsKnownTheSecondTime(Database database) {
        try (Books books = open(database)) {
            Answers.Answer answer =
                    new Answers.Answer(Sha256.of(new byte[] {1}), Instant.ofEpochMilli(5_000), 201, "{}");
            books.write(ANNA, pages -> {
                pages.answers().keep("anna", "k1", answer);
                return true;
            });
            assertEquals(
                    Optional.of(answer), books.read(pages -> pages.answers().find("anna", "k1")));
            assertEquals(Optional.empty(), books.read(pages -> pages.answers().find("bert", "k1")));
            refused(
                    Why.EXISTS,
                    () -> books.write(ANNA, pages -> {
                        pages.answers().keep("anna", "k1", answer);
                        return true;
                    }));
            assertEquals(1, books.<Integer>write(ANNA, pages -> pages.answers().forget(Instant.ofEpochMilli(5_001))));
        }
    }

    private static Deployment deployment(WaveState first, WaveState second) {
        DeploymentId id = new DeploymentId(OrderId.of(2026, 1), 1);
        List<Wave> waves = new ArrayList<>();
        for (WaveState state : List.of(first, second)) {
            waves.add(new Wave(
                    new WaveId(id, waves.size() + 1),
                    state,
                    NOW,
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    "",
                    Optional.empty(),
                    0));
        }
        return new Deployment(id, DeploymentState.ROLLING, NOW, Sha256.of(new byte[] {1}), List.of(), waves);
    }

    /** Law 1, by the database itself. */
    @ParameterizedTest
    @EnumSource
    void aDeploymentHasOneRunningWave(Database database) {
        try (Books books = open(database)) {
            Stored<Deployment> stored = books.write(
                    ANNA,
                    pages -> pages.add(
                            Kinds.DEPLOYMENT, "CO-2026-0001/D1", deployment(WaveState.ACTIVE, WaveState.DEFINED)));
            assertEquals(
                    "CO-2026-0001/D1/W2 cannot run: another wave of CO-2026-0001/D1 runs; let it end first",
                    refused(
                                    Why.REFUSED,
                                    () -> books.write(
                                            ANNA,
                                            pages -> pages.change(
                                                    stored, deployment(WaveState.DRAINING, WaveState.ACTIVE))))
                            .line());
            books.write(ANNA, pages -> pages.change(stored, deployment(WaveState.CLOSED, WaveState.ACTIVE)));
        }
    }
}
