package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.law.World;
import packhorse.console.ledger.StatusBook.Answer;
import packhorse.console.ledger.StatusBook.Arrival;
import packhorse.core.message.ReportCheck;
import packhorse.core.message.v1.Operation;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.message.v1.Subject;
import packhorse.core.state.ActionState;
import packhorse.core.state.Recollection;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

final class StatusBookTest {
    private static final Instant RECEIVED = Instant.parse("2026-11-22T03:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    private static EndpointId endpoint(int number) {
        return EndpointId.parse("%032x".formatted(number));
    }

    private static StatusReport.Builder report(long sequence, String action, ActionState state) {
        return StatusReport.newBuilder()
                .setSequence(sequence)
                .setAtMillis(1_790_000_000_000L + sequence)
                .setAction(action)
                .setSubject(Subject.newBuilder()
                        .setName("acme/editor")
                        .setVersion("2.0")
                        .setPlatform("any"))
                .setOperation(Operation.OPERATION_INSTALL)
                .setState(state.number())
                .setBytesLan(sequence);
    }

    private static Arrival arrival(int endpoint, long journal, long oldest, List<StatusReport> reports) {
        return new Arrival(
                endpoint(endpoint),
                StatusReports.newBuilder()
                        .setJournal(journal)
                        .setOldest(oldest)
                        .addAllReports(reports)
                        .build(),
                RECEIVED);
    }

    private static Answer store(StatusBook book, Arrival arrival) {
        return book.store(List.of(arrival)).getFirst();
    }

    private static List<StatusReport> run(long from, long to) {
        List<StatusReport> reports = new ArrayList<>();
        for (long sequence = from; sequence <= to; sequence++) {
            reports.add(report(sequence, "a" + sequence, ActionState.FETCHING).build());
        }
        return reports;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsMissingIsCountedAlsoInLedgersFromBefore(Database database) {
        LedgerConfig config = database.config(folder);
        String head = "INSERT INTO report_head (endpoint, journal, sequence) VALUES ('" + endpoint(1) + "', 1, 6)";
        try (Ledger old = Ledger.open(config, MigrationVersion.fromVersion("13"))) {
            Vandal.change(old, head);
            for (int sequence = 4; sequence <= 6; sequence++) {
                Vandal.change(
                        old,
                        "INSERT INTO status (endpoint, journal, sequence, received_at, at, action, name, version,"
                                + " platform, bundle, operation, state, detail, code, code_class, bytes_wan, bytes_lan,"
                                + " desired_revision) VALUES ('" + endpoint(1) + "', 1, " + sequence
                                + ", 1, 1, 'a', 'n', 'v', 'p', 0, 1, 1, '', 0, 0, 0, 0, 0)");
            }
        }
        try (Ledger ledger = Ledger.open(config)) {
            StatusBook book = new StatusBook(ledger);
            store(book, arrival(1, 1, 7, run(7, 8)));
            // Another three that no ledger of ours was told of.
            store(book, arrival(1, 1, 12, run(12, 12)));
            store(book, arrival(2, 1, 1, run(1, 2)));

            assertEquals(
                    List.of(
                            new World.Journal(endpoint(1), 1, 12, 12, false),
                            new World.Journal(endpoint(2), 1, 2, 2, true)),
                    journals(ledger));

            Vandal.change(ledger, "DELETE FROM status WHERE sequence = 5");
            assertEquals(
                    new World.Journal(endpoint(1), 1, 11, 12, false),
                    journals(ledger).getFirst());
        }
    }

    private static List<World.Journal> journals(Ledger ledger) {
        return ledger.read(handle -> new SqlTraces(handle).journals(Traces.JournalName.BEGINNING, 10));
    }

    @ParameterizedTest
    @EnumSource
    void aReportIsKeptOnceHoweverOftenItComes(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            StatusBook book = new StatusBook(ledger);
            assertEquals(3, store(book, arrival(1, 7, 1, run(1, 3))).upTo());
            assertEquals(3, store(book, arrival(1, 7, 1, run(1, 3))).upTo());
            assertEquals(5, store(book, arrival(1, 7, 2, run(2, 5))).upTo());
            assertEquals(5, store(book, arrival(1, 7, 1, run(1, 2))).upTo(), "what is stored stays so");
            assertEquals(5, store(book, arrival(1, 7, 1, run(7, 9))).upTo(), "not across a gap");
            assertEquals(5, book.count());
            assertEquals(9, store(book, arrival(1, 7, 7, run(7, 9))).upTo(), "the agent has nothing older");
            assertEquals(2, store(book, arrival(1, 8, 1, run(1, 2))).upTo(), "another journal");
            assertEquals(1, store(book, arrival(2, 7, 1, run(1, 1))).upTo(), "another endpoint");
            assertEquals(5 + 3 + 2 + 1, book.count());
        }
    }

    /** Two consoles are told the same by several trackers at once, in portions, repeated and out of order. */
    @ParameterizedTest
    @EnumSource
    void twoConsolesAtOnceKeepEachReportOnce(Database database) throws Exception {
        LedgerConfig config = database.config(folder);
        int endpoints = 5;
        long reports = 60;
        try (Ledger one = Ledger.open(config);
                Ledger other = Ledger.open(config);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                StatusBook book = new StatusBook(thread % 2 == 0 ? one : other);
                RandomGenerator random =
                        RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(thread);
                all.add(threads.submit(() -> {
                    Map<Integer, Long> told = new HashMap<>();
                    while (told.values().stream()
                                    .filter(upTo -> upTo == reports)
                                    .count()
                            < endpoints) {
                        List<Arrival> some = new ArrayList<>();
                        for (int i = random.nextInt(1, 4); i > 0; i--) {
                            int endpoint = random.nextInt(endpoints);
                            long from = random.nextLong(1, told.getOrDefault(endpoint, 0L) + 3);
                            some.add(arrival(endpoint, 7, 1, run(from, Math.min(reports, from + random.nextInt(12)))));
                        }
                        List<Answer> answers = book.store(some);
                        for (int i = 0; i < some.size(); i++) {
                            int endpoint =
                                    Integer.parseInt(some.get(i).endpoint().toString(), 16);
                            long upTo = answers.get(i).upTo();
                            assertTrue(upTo >= told.getOrDefault(endpoint, 0L), "an acknowledgement was taken back");
                            told.put(endpoint, upTo);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            assertEquals(endpoints * reports, new StatusBook(one).count());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whereAnActionStandsIsWhatWasStoredLastAndAnEndIsFinal(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            StatusBook book = new StatusBook(ledger);
            store(
                    book,
                    arrival(
                            1,
                            7,
                            1,
                            List.of(report(1, "a", ActionState.ACCEPTED).build())));
            assertEquals(Optional.of(ActionState.ACCEPTED), book.state(endpoint(1), "a"));
            store(
                    book,
                    arrival(
                            1,
                            7,
                            2,
                            List.of(
                                    report(2, "a", ActionState.FAILED)
                                            .setCode(5)
                                            .build(),
                                    report(3, "a", ActionState.FETCHING).build())));
            assertEquals(Optional.of(ActionState.FAILED), book.state(endpoint(1), "a"));
            store(
                    book,
                    arrival(
                            1,
                            7,
                            4,
                            List.of(report(4, "a", ActionState.COMMITTABLE).build())));
            assertEquals(Optional.of(ActionState.FAILED), book.state(endpoint(1), "a"));
            store(
                    book,
                    arrival(
                            2,
                            7,
                            1,
                            List.of(report(1, "a", ActionState.FETCHING).build())));
            store(
                    book,
                    arrival(
                            3,
                            7,
                            1,
                            List.of(report(1, "a", ActionState.FETCHING).build())));
            assertEquals(Map.of(ActionState.FAILED, 1L, ActionState.FETCHING, 2L), book.tally("a"));
            assertEquals(6, book.count(), "what comes late is kept all the same");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoAsksIsToldTheChecksOfWhatIsStored(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            StatusBook book = new StatusBook(ledger);
            assertEquals(new Answer(0, new Recollection(0, List.of())), store(book, arrival(1, 7, 1, List.of())));
            List<StatusReport> reports = run(1, 100);
            store(book, arrival(1, 7, 1, reports));
            Answer answer = store(book, arrival(1, 7, 1, List.of()));
            assertEquals(100, answer.upTo());
            assertEquals(100, answer.recollection().last());
            assertEquals(37, answer.recollection().first());
            for (long sequence = 37; sequence <= 100; sequence++) {
                assertEquals(
                        ReportCheck.of(reports.get((int) sequence - 1)),
                        answer.recollection().check(sequence));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sequencesThatCannotBeAreNoReports(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            StatusBook book = new StatusBook(ledger);
            assertEquals(
                    0, store(book, arrival(1, 7, Long.MIN_VALUE, run(0, 0))).upTo());
            assertEquals(
                    2, store(book, arrival(1, 7, Long.MIN_VALUE, run(1, 2))).upTo());
            StatusReport last =
                    report(Long.MAX_VALUE, "z", ActionState.FETCHING).build();
            assertEquals(
                    Long.MAX_VALUE,
                    store(book, arrival(1, 7, Long.MAX_VALUE, List.of(last))).upTo());
            StatusReport beyond =
                    report(Long.MIN_VALUE, "z", ActionState.FETCHING).build();
            assertEquals(
                    Long.MAX_VALUE,
                    store(book, arrival(1, 7, 1, List.of(beyond))).upTo());
            assertEquals(3, book.count());
        }
    }

    /** What no agent of ours says is kept as far as it can be, and stops nobody else's. */
    @ParameterizedTest
    @EnumSource
    void strangeReportsStopNobody(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            StatusBook book = new StatusBook(ledger);
            Cases.run(20, random -> {
                int endpoint = 100 + random.nextInt(1_000_000);
                StatusReport strange = report(1, "x".repeat(random.nextInt(400)), ActionState.FETCHING)
                        .setDetail("\0line\nof\u001b[2J " + "ä".repeat(random.nextInt(10_000)))
                        .setState(random.nextInt())
                        .setOperationValue(random.nextInt(40))
                        .setCode(random.nextInt())
                        .setCodeClass(random.nextInt())
                        .setBytesWan(random.nextLong())
                        .build();
                List<Answer> answers = book.store(List.of(
                        arrival(
                                1,
                                7,
                                0,
                                List.of(report(0, "a", ActionState.FETCHING).build())),
                        arrival(endpoint, random.nextLong(), 1, List.of(strange)),
                        arrival(endpoint + 1, 9, 1, run(1, 2))));
                assertEquals(1, answers.get(1).upTo());
                assertEquals(2, answers.get(2).upTo());
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyEndpointsAtOnceAreOneTransaction(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            StatusBook book = new StatusBook(ledger);
            List<Arrival> all = new ArrayList<>();
            for (int endpoint = 0; endpoint < 2_500; endpoint++) {
                all.add(arrival(endpoint, 7, 1, run(1, 2)));
            }
            assertTrue(book.store(all).stream().allMatch(answer -> answer.upTo() == 2));
            assertEquals(5_000, book.count());
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsThatNobodyCanHaveAreBounded(Database database) {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            StatusBook book = new StatusBook(ledger);
            StatusReport report = report(1, "a", ActionState.FETCHING)
                    .setBytesWan(Long.MIN_VALUE)
                    .setBytesLan(Long.MAX_VALUE)
                    .build();
            store(book, arrival(1, 1, 1, List.of(report)));
            for (String table : List.of("status", "action_now")) {
                assertEquals(
                        List.of(0L, StatusBook.BYTES_MAX),
                        ledger.read(handle -> handle.createQuery("SELECT bytes_wan, bytes_lan FROM " + table)
                                .map((row, context) -> List.of(row.getLong(1), row.getLong(2)))
                                .one()));
            }
        }
    }
}
