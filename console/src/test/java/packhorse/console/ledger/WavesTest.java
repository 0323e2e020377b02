package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.ActionNumbers;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Footing;
import packhorse.console.wave.Heard;
import packhorse.console.wave.Line;
import packhorse.console.wave.Member;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.Retry;
import packhorse.console.wave.Tally;
import packhorse.console.wave.WaveId;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

final class WavesTest {
    private static final Actor PRODUCT = Actor.product();

    @TempDir
    private Path folder = Path.of("");

    private Books open(Database database) {
        return new Books(Ledger.open(database.config(folder)), () -> WaveWorld.at(0));
    }

    private static void does(Books books, Consumer<Pages> work) {
        books.write(PRODUCT, pages -> {
            work.accept(pages);
            return true;
        });
    }

    /** A wave as the pure functions see it, kept beside the ledger's. */
    private static final class Model {
        final Plan plan;
        final WaveId wave;
        final ActionNumbers numbers;
        final List<MemberRow> rows;
        final Map<ActionId, Action> actions = new TreeMap<>();
        final Map<Integer, Boolean> recalled = new HashMap<>();
        final Map<Integer, Boolean> gone = new HashMap<>();

        Model(WaveId wave, Plan plan, List<MemberRow> rows) {
            this.wave = wave;
            this.plan = plan;
            this.rows = rows;
            this.numbers = ActionNumbers.of(plan, rows.size());
        }

        Attempts attempts(int member) {
            return new Attempts(
                    wave,
                    numbers,
                    member,
                    rows.get(member - 1).endpoint(),
                    actions.values().stream()
                            .filter(action -> numbers.job(action.id().number()).member() == member)
                            .toList());
        }

        Member member(int member) {
            return attempts(member)
                    .member(
                            rows.get(member - 1).site(),
                            gone.getOrDefault(member, false),
                            recalled.getOrDefault(member, false));
        }

        List<Member> members() {
            List<Member> all = new ArrayList<>();
            for (int number = 1; number <= rows.size(); number++) {
                all.add(member(number));
            }
            return all;
        }

        Line line(ActionId id) {
            return Line.of(plan.subjects().get(numbers.job(id.number()).step() - 1));
        }

        Action queued(ActionId id, Purpose purpose, Instant now) {
            Operation operation = switch (purpose) {
                case DEPLOY -> plan.operation();
                case ROLL_BACK -> Operation.ROLLBACK;
                case PREPOSITION -> Operation.DISTRIBUTE;
            };
            return Action.queued(
                    id, rows.get(numbers.job(id.number()).member() - 1).endpoint(), line(id), operation, now);
        }

        boolean busy(Action action) {
            return actions.values().stream()
                    .anyMatch(other -> !other.ended()
                            && other.endpoint().equals(action.endpoint())
                            && other.line().equals(action.line()));
        }

        boolean unverified(int member) {
            Attempts attempts = attempts(member);
            return !attempts.takenBack() && attempts.actions().stream().anyMatch(Action::unverified);
        }

        Footing unverifiedAround(int member) {
            MemberRow row = rows.get(member - 1);
            long[] counts = new long[4];
            for (int other = 1; other <= rows.size(); other++) {
                MemberRow at = rows.get(other - 1);
                if (other != member && unverified(other)) {
                    counts[0]++;
                    counts[1] += at.site().equals(row.site()) ? 1 : 0;
                    counts[2] += row.pair().isPresent() && at.pair().equals(row.pair()) ? 1 : 0;
                    counts[3] += row.host().isPresent() && at.host().equals(row.host()) ? 1 : 0;
                }
            }
            return new Footing(counts[0], counts[1], counts[2], counts[3]);
        }
    }

    private static void dispatch(Books books, Model model, Purpose purpose, ActionId id, Instant now) {
        Action action = model.queued(id, purpose, now);
        List<Action> superseded = purpose == Purpose.DEPLOY
                ? model.attempts(model.numbers.job(id.number()).member()).superseded(now)
                : List.of();
        put(books, model, superseded);
        boolean busy = model.busy(action);
        Set<ActionId> left = books.write(PRODUCT, pages -> pages.waves().dispatch(purpose, List.of(action)));
        assertEquals(busy ? Set.of(id) : Set.of(), left);
        if (!busy) {
            model.actions.put(id, action);
        }
    }

    /** As whoever hears of them writes it. */
    private static void put(Books books, Model model, List<Action> actions) {
        actions.forEach(action -> model.actions.put(action.id(), action));
        does(books, pages -> {
            pages.waves().put(actions);
            pages.waves()
                    .sum(actions.stream().filter(Action::ended).map(Action::id).toList());
        });
    }

    @SafeVarargs
    private static <T> T any(RandomGenerator random, T... values) {
        return values[random.nextInt(values.length)];
    }

    private static void step(Books books, Model model, RandomGenerator random, Instant now) {
        int number = random.nextInt(1, model.rows.size() + 1);
        Attempts attempts = model.attempts(number);
        Member member = model.member(number);
        switch (random.nextInt(12)) {
            case 0 -> {
                int step = random.nextInt(1, model.numbers.steps() + 1);
                ActionId id = new ActionId(
                        model.wave, model.numbers.number(new ActionNumbers.Job(Purpose.PREPOSITION, number, step)), 1);
                if (!model.actions.containsKey(id)) {
                    dispatch(books, model, Purpose.PREPOSITION, id, now);
                }
            }
            case 1, 2, 3 -> {
                if (member.latest().isEmpty()) {
                    dispatch(
                            books,
                            model,
                            Purpose.DEPLOY,
                            new ActionId(
                                    model.wave,
                                    model.numbers.number(new ActionNumbers.Job(Purpose.DEPLOY, number, 1)),
                                    1),
                            now);
                } else if (attempts.nextStep().isPresent()) {
                    dispatch(books, model, Purpose.DEPLOY, attempts.nextStep().get(), now);
                } else if (Retry.rule(member, model.plan.retry(), 0, 100)
                        instanceof Retry.Ruling.Again(ActionId next, Instant notBefore)) {
                    assertTrue(notBefore.isAfter(Instant.EPOCH));
                    dispatch(books, model, Purpose.DEPLOY, next, now);
                }
            }
            case 4 ->
                attempts.nextBack(member.recalled(), now)
                        .ifPresent(id -> dispatch(books, model, Purpose.ROLL_BACK, id, now));
            case 5 ->
                attempts.actions().stream()
                        .filter(action -> !action.ended())
                        .findFirst()
                        .ifPresent(action -> {
                            Action leased = action.leased(now.plusSeconds(random.nextInt(1, 120)));
                            model.actions.put(leased.id(), leased);
                            does(
                                    books,
                                    pages -> pages.waves()
                                            .lease(List.of(new Leased(
                                                    leased,
                                                    member.site(),
                                                    Sha256.of(new byte[] {1}),
                                                    Optional.empty(),
                                                    now))));
                        });
            case 6 -> {
                if (random.nextInt(8) == 0) {
                    attempts.givenUp(model.plan, now).ifPresent(action -> {
                        if (model.actions.containsKey(action.id())) {
                            put(books, model, List.of(action));
                        } else {
                            model.actions.put(action.id(), action);
                            does(books, pages -> pages.waves().dispatch(Purpose.DEPLOY, List.of(action)));
                        }
                    });
                }
            }
            case 7 -> {
                if (random.nextInt(12) == 0) {
                    for (int each = 1; each <= model.rows.size(); each++) {
                        model.recalled.put(each, true);
                    }
                    does(books, pages -> pages.waves().recall(model.wave));
                } else if (random.nextInt(8) == 0) {
                    model.gone.put(number, true);
                    does(books, pages -> pages.fleet().retire(member.endpoint(), OptionalLong.empty()));
                }
            }
            default -> {
                if (!attempts.actions().isEmpty()) {
                    Action action = attempts.actions()
                            .get(random.nextInt(attempts.actions().size()));
                    ActionState said = any(random, ActionState.values());
                    Optional<CodeClass> failure = said == ActionState.FAILED && random.nextBoolean()
                            ? Optional.of(any(
                                    random,
                                    CodeClass.TRANSIENT,
                                    CodeClass.PERMANENT,
                                    CodeClass.USER,
                                    CodeClass.ENVIRONMENT))
                            : Optional.empty();
                    put(
                            books,
                            model,
                            List.of(Heard.of(action, said, failure, 5, now).now()));
                }
            }
        }
    }

    /** Whatever happens to members, the database counts what the pure functions count. */
    @ParameterizedTest
    @EnumSource
    void theLedgersNumbersAreThoseOfThePureFunctions(Database database) {
        try (Books books = open(database)) {
            Cases.run(database == Database.SQLITE ? 14 : 8, random -> {
                Plan plan = WaveWorld.plan(random.nextInt(1, 4));
                // One after the other, each of an endpoint's own: what is not over of one would stop the next.
                int first = 1_000 * random.nextInt(1, 1_000_000);
                WaveId wave = new WaveId(new DeploymentId(OrderId.of(2026, 1), first), 1);
                List<MemberRow> rows = WaveWorld.rows(first, 9);
                Model model = new Model(wave, plan, rows);
                does(books, pages -> {
                    rows.forEach(row -> pages.fleet().enrol(row.endpoint(), "", row.site(), WaveWorld.at(0)));
                    pages.waves()
                            .freeze(
                                    wave,
                                    WaveWorld.membership(rows),
                                    rows,
                                    plan.subjects().size());
                });
                Instant now = WaveWorld.at(0);
                for (int turn = 0; turn < 160; turn++) {
                    now = now.plusSeconds(random.nextInt(1, 100));
                    step(books, model, random, now);
                    if (turn % 4 == 3) {
                        check(books, model, random, now);
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsHeardLateOfAnAttemptThatWasGivenUpSettlesWhereItsMemberStands(Database database) {
        try (Books books = open(database)) {
            List<MemberRow> rows = WaveWorld.rows(0, 2);
            Model model = new Model(WaveWorld.WAVE, WaveWorld.plan(1), rows);
            does(books, pages -> {
                rows.forEach(row -> pages.fleet().enrol(row.endpoint(), "", row.site(), WaveWorld.at(0)));
                pages.waves().freeze(WaveWorld.WAVE, WaveWorld.membership(rows), rows, 1);
            });
            ActionId deploy = first(model, Purpose.DEPLOY);
            dispatch(books, model, Purpose.DEPLOY, deploy, WaveWorld.at(1));
            says(books, model, deploy, ActionState.APPLYING, 2);
            put(books, model, List.of(known(model, deploy).givenUp(ActionState.TIMED_OUT, WaveWorld.at(3))));
            ActionId back = first(model, Purpose.ROLL_BACK);
            dispatch(books, model, Purpose.ROLL_BACK, back, WaveWorld.at(4));
            says(books, model, back, ActionState.UNDONE, 5);
            assertTrue(model.attempts(1).takenBack());
            // Only now it is heard that nothing had been left in place.
            says(books, model, deploy, ActionState.FAILED, 6);
            assertFalse(model.attempts(1).takenBack());
            check(books, model, RandomGenerator.of("L64X128MixRandom"), WaveWorld.at(100_000));
        }
    }

    private static ActionId first(Model model, Purpose purpose) {
        return new ActionId(model.wave, model.numbers.number(new ActionNumbers.Job(purpose, 1, 1)), 1);
    }

    private static Action known(Model model, ActionId id) {
        return Optional.ofNullable(model.actions.get(id)).orElseThrow();
    }

    private static void says(Books books, Model model, ActionId id, ActionState state, long second) {
        put(
                books,
                model,
                List.of(Heard.of(known(model, id), state, Optional.empty(), 0, WaveWorld.at(second))
                        .now()));
    }

    private static void check(Books books, Model model, RandomGenerator random, Instant now) {
        List<Member> members = model.members();
        Instant began = now.minusSeconds(random.nextInt(400));
        int asked = random.nextInt(1, model.rows.size() + 1);
        long toTakeBack = 0;
        long takingBack = 0;
        for (int number = 1; number <= model.rows.size(); number++) {
            Attempts attempts = model.attempts(number);
            toTakeBack +=
                    attempts.nextBack(members.get(number - 1).recalled(), began).isPresent() ? 1 : 0;
            takingBack += attempts.takingBack() ? 1 : 0;
        }
        long back = toTakeBack;
        long backNow = takingBack;
        books.read(pages -> {
            Waves waves = pages.waves();
            assertEquals(Tally.of(members, model.plan.retry(), now), waves.tally(model.wave, model.plan, now));
            assertEquals(back, waves.toTakeBack(model.wave, began));
            assertEquals(backNow, waves.takingBack(model.wave));
            Crowding crowding = waves.crowding(model.rows.subList(0, asked).stream()
                    .map(row -> new Waves.Seat(model.wave, row.endpoint()))
                    .toList());
            for (int number = 1; number <= asked; number++) {
                assertEquals(
                        model.unverifiedAround(number),
                        crowding.unverified(
                                model.wave, model.rows.get(number - 1).endpoint()));
            }
            for (Action action : model.actions.values()) {
                assertEquals(Optional.of(action), waves.action(action.id()));
            }
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    void aMembershipIsFixedOnceAndComesBackWithItsDigest(Database database) {
        try (Books books = open(database)) {
            List<MemberRow> rows = WaveWorld.rows(0, 2_345);
            does(books, pages -> pages.waves().freeze(WaveWorld.WAVE, WaveWorld.membership(rows), rows, 1));
            assertEquals(
                    Optional.of(WaveWorld.membership(rows)),
                    books.read(pages -> pages.waves().membership(WaveWorld.WAVE)));
            assertEquals(
                    Why.EXISTS,
                    assertThrows(
                                    Refusal.class,
                                    () -> does(
                                            books,
                                            pages -> pages.waves()
                                                    .freeze(WaveWorld.WAVE, WaveWorld.membership(rows), rows, 1)))
                            .why());
            assertEquals(
                    List.of("site0", "site1", "site2"),
                    books.read(pages -> pages.waves().sites(WaveWorld.WAVE)));
            EndpointId tenth = WaveWorld.endpoint(10);
            assertEquals("site1", books.read(pages -> pages.waves().site(WaveWorld.WAVE, tenth)));
            assertEquals(
                    new Footing(2_345, 782, 2, 2),
                    books.read(pages -> pages.waves()
                            .crowding(List.of(new Waves.Seat(WaveWorld.WAVE, tenth)))
                            .population(WaveWorld.WAVE, tenth)));
            does(books, pages -> pages.waves().thaw(WaveWorld.WAVE));
            assertEquals(Optional.empty(), books.read(pages -> pages.waves().membership(WaveWorld.WAVE)));
        }
    }

    /** Law 3, by the database itself: whoever comes second on a release line is left out, and is told. */
    @ParameterizedTest
    @EnumSource
    void anEndpointHasOneUnfinishedActionInAReleaseLine(Database database) {
        try (Books books = open(database)) {
            List<MemberRow> rows = WaveWorld.rows(0, 5);
            WaveId other = new WaveId(WaveWorld.DEPLOYMENT, 2);
            Line line = Line.of(WaveWorld.subject(1));
            does(books, pages -> {
                pages.waves().freeze(WaveWorld.WAVE, WaveWorld.membership(rows), rows, 1);
                pages.waves().freeze(other, WaveWorld.membership(rows), rows, 1);
            });
            List<Action> first = new ArrayList<>();
            List<Action> second = new ArrayList<>();
            for (int number = 1; number <= 5; number++) {
                first.add(Action.queued(
                        new ActionId(WaveWorld.WAVE, number, 1),
                        WaveWorld.endpoint(number),
                        line,
                        Operation.INSTALL,
                        WaveWorld.at(0)));
                second.add(Action.queued(
                        new ActionId(other, number, 1),
                        WaveWorld.endpoint(number),
                        line,
                        Operation.INSTALL,
                        WaveWorld.at(0)));
            }
            assertEquals(
                    Set.of(),
                    books.write(PRODUCT, pages -> pages.waves().dispatch(Purpose.DEPLOY, first.subList(0, 3))));
            assertEquals(
                    Set.of(new ActionId(other, 2, 1), new ActionId(other, 3, 1)),
                    books.write(PRODUCT, pages -> pages.waves().dispatch(Purpose.DEPLOY, second.subList(1, 5))));
            assertFalse(books.<Boolean>read(pages -> pages.waves().hasLeftOut(other, line)));
            does(
                    books,
                    pages -> pages.waves().put(List.of(first.get(1).givenUp(ActionState.CANCELLED, WaveWorld.at(9)))));
            assertTrue(books.<Boolean>read(pages -> pages.waves().hasLeftOut(other, line)));
            assertTrue(assertThrows(
                            RuntimeException.class,
                            () -> books.ledger()
                                    .write(handle -> handle.execute("UPDATE attempt SET ended = 0, wave ="
                                            + " wave, endpoint = '" + WaveWorld.endpoint(1) + "' WHERE action = '"
                                            + second.get(3).id() + "'")))
                    .toString()
                    .contains("did not take it"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsDesiredIsOneItemALineAndItsRevisionGrows(Database database) {
        try (Books books = open(database)) {
            DesiredRow one = WaveWorld.desired(1, 1, "CO-2026-0001/D1/W1/1.1");
            DesiredRow two = WaveWorld.desired(1, 2, "CO-2026-0001/D1/W1/2.1");
            DesiredRow later = WaveWorld.desired(1, 1, "CO-2026-0002/D1/W1/1.1");
            does(books, pages -> pages.desired().put(List.of(one, two, WaveWorld.desired(2, 1, "x"))));
            assertEquals(
                    List.of(one.item(), two.item()),
                    books.read(pages -> pages.desired().of(WaveWorld.endpoint(1)))
                            .items());
            long seen = books.read(pages -> pages.desired().changedAfter(0, 10))
                    .getLast()
                    .number();
            does(books, pages -> pages.desired().put(List.of(later)));
            var now = books.read(pages -> pages.desired().of(WaveWorld.endpoint(1)));
            assertEquals(List.of(two.item(), later.item()), now.items());
            assertEquals(2, now.revision());
            assertEquals(
                    List.of(WaveWorld.endpoint(1)),
                    books.read(pages -> pages.desired().changedAfter(seen, 10)).stream()
                            .map(Desired.Change::endpoint)
                            .toList());
            does(books, pages -> pages.desired().drop(List.of("CO-2026-0002/D1/W1/1.1", "nobody's")));
            assertEquals(
                    3,
                    books.read(pages -> pages.desired().of(WaveWorld.endpoint(1)))
                            .revision());
            assertEquals(
                    0,
                    books.read(pages -> pages.desired().of(WaveWorld.endpoint(9)))
                            .revision());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHundredThousandMembersAreFrozenAndDispatchedWithinHalfAMinute(Database database) {
        int members = Integer.getInteger("packhorse.members", 20_000);
        try (Books books = open(database)) {
            List<MemberRow> rows = WaveWorld.rows(0, members);
            Plan plan = WaveWorld.plan(1);
            Line line = Line.of(WaveWorld.subject(1));
            long before = System.nanoTime();
            does(books, pages -> pages.waves().freeze(WaveWorld.WAVE, WaveWorld.membership(rows), rows, 1));
            long frozen = System.nanoTime();
            does(books, pages -> {
                List<Action> actions = new ArrayList<>();
                List<DesiredRow> desired = new ArrayList<>();
                for (int number = 1; number <= members; number++) {
                    ActionId id = new ActionId(WaveWorld.WAVE, number, 1);
                    actions.add(
                            Action.queued(id, WaveWorld.endpoint(number), line, Operation.INSTALL, WaveWorld.at(0)));
                    desired.add(WaveWorld.desired(number, 1, id.toString()));
                }
                assertEquals(Set.of(), pages.waves().dispatch(Purpose.DEPLOY, actions));
                pages.desired().put(desired);
            });
            long dispatched = System.nanoTime();
            assertEquals(
                    members,
                    books.read(pages -> pages.waves().tally(WaveWorld.WAVE, plan, WaveWorld.at(1)))
                            .pending());
            long tallied = System.nanoTime();
            System.out.println(database + " " + members + " members: freeze " + (frozen - before) / 1_000_000
                    + " ms, dispatch " + (dispatched - frozen) / 1_000_000 + " ms, tally "
                    + (tallied - dispatched) / 1_000_000 + " ms");
            assertTrue(Duration.ofNanos(dispatched - before).toSeconds() < 60, "far beyond its time");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRevisionGoesOnAboveTheOneThatAnEndpointActsOn(Database database) {
        try (Books books = open(database)) {
            EndpointId one = WaveWorld.endpoint(1);
            EndpointId two = WaveWorld.endpoint(2);
            does(
                    books,
                    pages -> pages.desired().put(List.of(WaveWorld.desired(1, 1, "x"), WaveWorld.desired(2, 1, "y"))));
            long seen = books.read(pages -> pages.desired().changedAfter(0, 10))
                    .getLast()
                    .number();

            does(books, pages -> pages.desired().raise(Map.of(one, 9L, two, 1L, WaveWorld.endpoint(3), 7L)));
            does(books, pages -> pages.desired().raise(Map.of(one, 9L)));

            Map<EndpointId, Long> revisions = new HashMap<>();
            books.read(pages -> pages.desired().of(List.of(one, two, WaveWorld.endpoint(3))))
                    .forEach((endpoint, state) -> revisions.put(endpoint, state.revision()));
            assertEquals(Map.of(one, 10L, two, 1L), revisions);
            assertEquals(
                    List.of(one),
                    books.read(pages -> pages.desired().changedAfter(seen, 10)).stream()
                            .map(Desired.Change::endpoint)
                            .toList(),
                    "the other consoles learn of it");
        }
    }
}
