package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.ledger.Waves.Tried;
import packhorse.console.ledger.Waves.Who;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.ActionNumbers;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.WaveTally;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;

/** What a look at a wave reads: what changed since the last, and whom there is something to be done with. */
final class WaveLooksTest {
    private static final int MEMBERS = 30;
    private static final int SITES = 3;

    @TempDir
    private Path folder = Path.of("");

    private final List<MemberRow> rows = WaveWorld.rows(0, MEMBERS);

    private static Action queued(Plan plan, ActionNumbers numbers, Purpose purpose, int member, int step) {
        return Action.queued(
                new ActionId(WaveWorld.WAVE, numbers.number(new ActionNumbers.Job(purpose, member, step)), 1),
                WaveWorld.endpoint(member),
                Line.of(plan.subjects().get(step - 1)),
                purpose == Purpose.ROLL_BACK ? Operation.ROLLBACK : plan.operation(),
                WaveWorld.at(0));
    }

    private static Action ended(Action action, ActionState state) {
        return new Action(
                action.id(),
                action.endpoint(),
                action.line(),
                action.operation(),
                state,
                state != ActionState.FAILED,
                state != ActionState.FAILED,
                Optional.empty(),
                0,
                Optional.empty(),
                WaveWorld.at(1),
                false);
    }

    /** A wave of which everybody has the first step's attempt. */
    private Books begun(LedgerConfig config, Plan plan, ActionNumbers numbers) {
        Books books = new Books(Ledger.open(config), () -> WaveWorld.at(0));
        books.<Boolean>write(Actor.product(), pages -> {
            rows.forEach(row -> pages.fleet().enrol(row.endpoint(), "", row.site(), WaveWorld.at(0)));
            pages.waves().freeze(WaveWorld.WAVE, WaveWorld.membership(rows), rows, numbers.steps());
            pages.waves()
                    .dispatch(
                            Purpose.DEPLOY,
                            rows.stream()
                                    .map(row -> queued(plan, numbers, Purpose.DEPLOY, rows.indexOf(row) + 1, 1))
                                    .toList());
            return true;
        });
        return books;
    }

    private static void put(Books books, Action action) {
        books.<Boolean>write(Actor.product(), pages -> {
            pages.waves().put(List.of(action));
            pages.waves().sum(List.of(action.id()));
            return true;
        });
    }

    private static WaveTally look(Books books, Plan plan, Instant at) {
        return books.read(pages -> pages.waves().tally(WaveWorld.WAVE, plan, at));
    }

    @ParameterizedTest
    @EnumSource
    void onlySitesAtWhichSomethingChangedAreCountedAgain(Database database) {
        Plan plan = WaveWorld.plan(1);
        ActionNumbers numbers = ActionNumbers.of(plan, MEMBERS);
        LedgerConfig config = database.config(folder);
        try (Books books = begun(config, plan, numbers);
                Books other = new Books(Ledger.open(config), () -> WaveWorld.at(0))) {
            TallyMemo memo = books.ledger().tallies();
            assertEquals(MEMBERS, look(books, plan, WaveWorld.at(0)).pending());
            assertEquals(SITES, memo.counted());
            look(books, plan, WaveWorld.at(1));
            assertEquals(SITES, memo.counted(), "nothing changed");

            // By another console, which this one hears of in the ledger only.
            put(other, ended(queued(plan, numbers, Purpose.DEPLOY, 4, 1), ActionState.COMMITTED));
            assertEquals(MEMBERS - 1, look(books, plan, WaveWorld.at(2)).pending());
            assertEquals(SITES + 1, memo.counted(), "one site changed");

            books.write(Actor.product(), pages -> pages.fleet().retire(WaveWorld.endpoint(5), OptionalLong.empty()));
            look(books, plan, WaveWorld.at(2));
            assertEquals(SITES + 2, memo.counted(), "a member is gone");

            books.write(Actor.product(), pages -> pages.waves().recall(WaveWorld.WAVE));
            look(books, plan, WaveWorld.at(2));
            assertEquals(2 * SITES + 2, memo.counted(), "all were recalled");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCameToNothingIsNotRemembered(Database database) {
        Plan plan = WaveWorld.plan(1);
        ActionNumbers numbers = ActionNumbers.of(plan, MEMBERS);
        try (Books books = begun(database.config(folder), plan, numbers)) {
            look(books, plan, WaveWorld.at(0));
            Action done = ended(queued(plan, numbers, Purpose.DEPLOY, 4, 1), ActionState.COMMITTED);
            assertThrows(
                    Refusal.class,
                    () -> books.<Boolean>write(Actor.product(), pages -> {
                        pages.waves().put(List.of(done));
                        assertEquals(
                                MEMBERS - 1,
                                pages.waves()
                                        .tally(WaveWorld.WAVE, plan, WaveWorld.at(0))
                                        .pending(),
                                "whoever writes sees what he wrote");
                        throw new Refusal(Refusal.Why.REFUSED, "no");
                    }));
            assertEquals(MEMBERS, look(books, plan, WaveWorld.at(0)).pending());
            put(books, done);
            assertEquals(MEMBERS - 1, look(books, plan, WaveWorld.at(0)).pending());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSiteIsCountedAgainWhenALeaseRunsOutThere(Database database) {
        Plan plan = WaveWorld.plan(1);
        ActionNumbers numbers = ActionNumbers.of(plan, MEMBERS);
        try (Books books = begun(database.config(folder), plan, numbers)) {
            Action leased = queued(plan, numbers, Purpose.DEPLOY, 4, 1).leased(WaveWorld.at(60));
            books.<Boolean>write(Actor.product(), pages -> {
                pages.waves()
                        .lease(List.of(new Leased(
                                leased, "site1", Sha256.of(new byte[] {1}), Optional.empty(), WaveWorld.at(0))));
                return true;
            });
            assertEquals(1, look(books, plan, WaveWorld.at(0)).underWay());
            long counted = books.ledger().tallies().counted();
            assertEquals(1, look(books, plan, WaveWorld.at(59)).underWay());
            assertEquals(counted, books.ledger().tallies().counted());
            assertEquals(0, look(books, plan, WaveWorld.at(120)).underWay());
            assertEquals(counted + 1, books.ledger().tallies().counted());
        }
    }

    private static List<Integer> who(Books books, Who who) {
        return books.read(pages -> pages.waves().tried(WaveWorld.WAVE, who, 0, 1_000).stream()
                .map(Tried::number)
                .toList());
    }

    @ParameterizedTest
    @EnumSource
    void whoeverLooksForWorkReadsOnlyMembersWithWork(Database database) {
        Plan plan = WaveWorld.plan(2);
        ActionNumbers numbers = ActionNumbers.of(plan, MEMBERS);
        try (Books books = begun(database.config(folder), plan, numbers)) {
            assertEquals(MEMBERS, who(books, Who.ALL).size());
            for (Who one : List.of(Who.WITHOUT_ATTEMPT, Who.FAILED, Who.AWAITING_STEP, Who.TO_TAKE_BACK)) {
                assertEquals(List.of(), who(books, one), one.name());
            }

            put(books, ended(queued(plan, numbers, Purpose.DEPLOY, 4, 1), ActionState.COMMITTED));
            put(books, ended(queued(plan, numbers, Purpose.DEPLOY, 7, 1), ActionState.FAILED));
            assertEquals(List.of(7), who(books, Who.FAILED));
            assertEquals(List.of(4), who(books, Who.AWAITING_STEP));
            assertEquals(List.of(), who(books, Who.TO_TAKE_BACK), "what is in place may stay");

            books.write(Actor.product(), pages -> pages.waves().recall(WaveWorld.WAVE));
            assertEquals(List.of(4), who(books, Who.TO_TAKE_BACK));

            Action back = queued(plan, numbers, Purpose.ROLL_BACK, 4, 1);
            books.write(Actor.product(), pages -> pages.waves().dispatch(Purpose.ROLL_BACK, List.of(back)));
            assertEquals(List.of(), who(books, Who.TO_TAKE_BACK), "it is being taken back");
            put(books, ended(back, ActionState.UNDO_FAILED));
            assertEquals(List.of(4), who(books, Who.TO_TAKE_BACK), "a person may begin once more");
        }
    }

    @Test
    void whatIsPutInPlaceWhileTheWaveIsRecalledIsToBeTakenBack() throws Exception {
        LedgerConfig config = Database.POSTGRESQL.config(folder);
        Plan plan = WaveWorld.plan(1);
        ActionNumbers numbers = ActionNumbers.of(plan, MEMBERS);
        try (Books books = begun(config, plan, numbers);
                Books other = new Books(Ledger.open(config), () -> WaveWorld.at(0));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> heard = books.write(Actor.product(), pages -> {
                pages.waves().recall(WaveWorld.WAVE);
                Future<?> put = threads.submit(() ->
                        put(other, ended(queued(plan, numbers, Purpose.DEPLOY, 4, 1), ActionState.COMMITTED)));
                while (waiting(books) == 0) {
                    assertFalse(put.isDone(), "it has to wait for this one's rows");
                    Thread.onSpinWait();
                }
                return put;
            });
            heard.get();

            assertEquals(List.of(4), who(books, Who.TO_TAKE_BACK));
        }
    }

    /** Transactions that wait for another one's. */
    private static long waiting(Books books) {
        return books.ledger()
                .read(handle -> handle.createQuery("SELECT count(*) FROM pg_locks WHERE NOT granted")
                        .mapTo(Long.class)
                        .one());
    }

    @ParameterizedTest
    @EnumSource
    void countsThatNobodyCanHaveAreReadAsIfTheyHadBeenBounded(Database database) {
        Plan plan = WaveWorld.plan(1);
        ActionNumbers numbers = ActionNumbers.of(plan, MEMBERS);
        try (Books books = begun(database.config(folder), plan, numbers)) {
            for (int member = 1; member <= MEMBERS; member++) {
                Action action = queued(plan, numbers, Purpose.DEPLOY, member, 1);
                long bytes = List.of(Long.MIN_VALUE, Long.MAX_VALUE, 7L).get(member % 3);
                Vandal.change(
                        books.ledger(),
                        "INSERT INTO action_now (action, endpoint, operation, state, ended, code, code_class, since,"
                                + " bytes_wan, bytes_lan) VALUES ('" + action.id() + "', '" + action.endpoint()
                                + "', 2, 10, 1, 0, 0, 1, " + bytes + ", " + bytes + ")");
            }
            List<Long> sums = books.read(pages -> pages.chronicle().sites(List.of(WaveWorld.WAVE))).stream()
                    .map(Chronicle.SiteSum::bytesWan)
                    .toList();
            assertEquals(List.of(0L, 10 * StatusBook.BYTES_MAX, 70L), sums);
        }
    }
}
