package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.scheduler.ModelAgent.Nature.AWAY;
import static packhorse.console.scheduler.ModelAgent.Nature.BAD;
import static packhorse.console.scheduler.ModelAgent.Nature.FULL;
import static packhorse.console.scheduler.ModelAgent.Nature.GOOD;
import static packhorse.console.scheduler.ModelAgent.Nature.LOSSY;
import static packhorse.console.scheduler.ModelAgent.Nature.SHAKY;
import static packhorse.console.scheduler.ModelAgent.Nature.SILENT;

import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Scope;
import packhorse.console.calendar.Window;
import packhorse.console.gate.Verdict;
import packhorse.console.ledger.AuditBook;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Fence;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Cap;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Hold;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WavePlan;
import packhorse.console.wave.WaveState;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.topology.EndpointId;

final class SchedulerTest {
    @TempDir
    Path folder;

    private static ModelAgent.Nature[] all(int count, ModelAgent.Nature nature) {
        ModelAgent.Nature[] natures = new ModelAgent.Nature[count];
        Arrays.fill(natures, nature);
        return natures;
    }

    private Theatre theatre(Plan plan, ModelAgent.Nature... natures) {
        return new Theatre(Theatre.embedded(folder), plan, natures);
    }

    private static void assertLawful(Theatre theatre, Theatre.Console console) {
        assertEquals(0, console.laws.breaches());
        theatre.begun().forEach((action, times) -> assertEquals(1, times, action + " began more than once"));
        assertEquals(
                Optional.empty(), new AuditBook(console.books.ledger()).verify().broken());
    }

    @Test
    void aDeploymentWithABetaGroupAndTwoWavesPasses() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, GOOD))) {
            Theatre.Console console = theatre.console();

            theatre.playTo(console, DeploymentState.ANALYSIS);

            Deployment done = console.deployment();
            assertEquals(
                    List.of(3, 4, 5), done.waves().stream().map(Wave::members).toList());
            for (Wave wave : done.waves()) {
                assertEquals(WaveState.CLOSED, wave.state());
                assertEquals(Optional.of(Verdict.PASS), wave.verdict());
                assertTrue(
                        wave.evidence().contains(wave.members() + "/" + wave.members() + " succeeded"),
                        wave.evidence());
            }
            assertEquals(12, theatre.begun().size());
            assertLawful(theatre, console);
            List<String> told = console.told();
            assertTrue(told.stream().anyMatch(line -> line.startsWith("GO ")), told.toString());
            assertEquals(
                    3,
                    told.stream()
                            .filter(line -> line.startsWith("WAVE_JUDGED "))
                            .count(),
                    told.toString());
        }
    }

    @Test
    void aWaveThatFailsItsGateIsTakenBackByItselfAndTheRestIsSkipped() {
        ModelAgent.Nature[] natures = all(12, GOOD);
        try (Theatre theatre = theatre(Theatre.plan(), natures)) {
            Theatre.Console console = theatre.console();
            theatre.playTo(console, DeploymentState.ROLLING);
            // Whoever is in the first wave turns bad, but one.
            List<packhorse.core.topology.EndpointId> first = console.read(pages -> pages.waves()
                    .membership(console.deployment().wave(1).id())
                    .orElseThrow()
                    .members());
            for (ModelAgent agent : theatre.agents) {
                if (first.indexOf(agent.id) > 0) {
                    agent.nature = BAD;
                }
            }

            theatre.playTo(console, DeploymentState.RECOVERY_CHECK);

            Deployment done = console.deployment();
            assertEquals(Optional.of(Verdict.PASS), done.wave(0).verdict());
            assertEquals(Optional.of(Verdict.FAIL), done.wave(1).verdict());
            assertEquals(WaveState.SKIPPED, done.wave(2).state());
            List<StatusEntry> undone = theatre.agents.stream()
                    .flatMap(agent -> agent.journal().stream())
                    .filter(entry -> entry.operation() == Operation.ROLLBACK)
                    .toList();
            assertEquals(2, undone.size(), "the one that had gone well: " + undone);
            long redistribute = console.read(pages -> pages.waves()
                    .tally(done.wave(1).id(), Theatre.plan(), theatre.clock.instant())
                    .of(Sorting.REDISTRIBUTE));
            assertEquals(4, redistribute);
            assertLawful(theatre, console);
        }
    }

    @Test
    void whatFailsForAWhileIsTriedAgainWithinItsBudget() {
        ModelAgent.Nature[] natures = all(12, GOOD);
        natures[0] = SHAKY;
        natures[5] = SHAKY;
        natures[11] = SHAKY;
        try (Theatre theatre = theatre(Theatre.plan(), natures)) {
            Theatre.Console console = theatre.console();

            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertEquals(15, theatre.begun().size());
            assertEquals(
                    3,
                    theatre.begun().keySet().stream()
                            .filter(action -> action.endsWith(".2"))
                            .count());
            assertLawful(theatre, console);
        }
    }

    @Test
    void whoIsAwayOrSilentIsGivenUpWhenTheWavesTimeIsOver() {
        ModelAgent.Nature[] natures = all(12, GOOD);
        Plan plan = Theatre.plan(
                List.of(Theatre.subject("acme/app")),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                BlastRadius.ONE_OF_A_PAIR);
        natures[3] = SILENT;
        try (Theatre theatre = theatre(plan, natures)) {
            Theatre.Console console = theatre.console();
            theatre.turn(console);
            theatre.turn(console);
            theatre.agents.get(7).nature = AWAY;

            theatre.play(console, () -> console.deployment().wave(1).state() == WaveState.CLOSED);

            Deployment done = console.deployment();
            assertTrue(done.wave(1).since().isAfter(Theatre.BEGIN.plus(Duration.ofMinutes(30))));
            assertLawful(theatre, console);
        }
    }

    @Test
    void aHoldStopsLeasesAtOnceAndLiftingItLetsEverythingGoOn() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, GOOD))) {
            Theatre.Console console = theatre.console();
            theatre.play(
                    console,
                    () -> console.deployment().state() == DeploymentState.ROLLING
                            && console.deployment().wave(1).state() == WaveState.PREPOSITIONING);
            console.scheduler.tick();
            theatre.hold(console);
            Instant held = theatre.clock.instant();
            int before = theatre.begun().size();
            for (int turns = 0; turns < 30; turns++) {
                theatre.turn(console);
            }
            assertEquals(before, theatre.begun().size(), "nothing begins while it is held");
            assertTrue(console.leases.granted() > 0);

            theatre.lift(console);
            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertEquals(12, theatre.begun().size());
            theatre.agents.forEach(agent -> agent.begunAt()
                    .values()
                    .forEach(at -> assertFalse(at.isAfter(held.plus(LeaseDesk.HALT_WITHIN))
                            && at.isBefore(held.plus(Duration.ofMinutes(5))))));
            assertLawful(theatre, console);
        }
    }

    @Test
    void aBlackoutHoldsAndItsEndLifts() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, GOOD))) {
            Theatre.Console console = theatre.console();
            theatre.playTo(console, DeploymentState.ROLLING);
            Instant from = theatre.clock.instant();
            theatre.fleet.blackouts.add(
                    new Blackout.Fixed(from, from.plus(Duration.ofMinutes(5)), "month's end", new Scope.AllSites()));

            theatre.play(
                    console,
                    () -> console.deployment().holding().stream().anyMatch(hold -> hold.kind() == Hold.Kind.BLACKOUT));
            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertFalse(console.deployment().isHeld());
            Instant to = from.plus(Duration.ofMinutes(5));
            theatre.agents.forEach(agent -> agent.begunAt()
                    .values()
                    .forEach(at -> assertTrue(at.isBefore(from) || !at.isBefore(to), at.toString())));
            assertTrue(
                    console.told().stream().anyMatch(line -> line.startsWith("HELD") && line.contains("month's end")));
            assertLawful(theatre, console);
        }
    }

    @Test
    void aNamedPersonOpensAWaveInsideABlackoutAndNothingElse() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, GOOD))) {
            Theatre.Console console = theatre.console();
            theatre.playTo(console, DeploymentState.ROLLING);
            Instant from = theatre.clock.instant();
            theatre.fleet.blackouts.add(
                    new Blackout.Fixed(from, from.plus(Duration.ofDays(9)), "month's end", new Scope.AllSites()));
            theatre.play(
                    console,
                    () -> console.deployment().holding().stream().anyMatch(hold -> hold.kind() == Hold.Kind.BLACKOUT));
            WaveId first = new WaveId(Theatre.ID, 1);
            console.books.write(
                    Theatre.OLGA,
                    pages -> pages.add(
                            ForcedWindow.KIND,
                            first.toString(),
                            new ForcedWindow(
                                    first,
                                    Optional.empty(),
                                    Theatre.OLGA.id(),
                                    "the office is flooded tomorrow",
                                    from.plus(Duration.ofHours(12)))));

            theatre.play(console, () -> console.deployment().wave(1).state() == WaveState.CLOSED);
            for (int turns = 0; turns < 20; turns++) {
                theatre.turn(console);
            }

            assertEquals(Optional.of(Verdict.PASS), console.deployment().wave(1).verdict());
            assertTrue(console.deployment().isHeld(), "what was not forced waits");
            assertTrue(theatre.begun().keySet().stream().noneMatch(action -> action.contains("/W2/")));
            assertLawful(theatre, console);
        }
    }

    /** When the sites of {@link #closed} open again. */
    private static final Instant OPENING = Theatre.BEGIN.plus(Duration.ofDays(5));

    /** One wave of all, and nothing is open for five days. */
    private Theatre closed() {
        Plan plan = Theatre.plan(
                List.of(Theatre.subject("acme/app")),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                BlastRadius.ONE_OF_A_PAIR);
        Theatre theatre = theatre(plan, all(12, GOOD));
        theatre.fleet.blackouts.add(new Blackout.Fixed(Theatre.BEGIN, OPENING, "month's end", new Scope.AllSites()));
        return theatre;
    }

    private static void force(Theatre theatre, Theatre.Console console, WaveId wave, Optional<String> site) {
        ForcedWindow window = new ForcedWindow(
                wave,
                site,
                Theatre.OLGA.id(),
                "the office is flooded tomorrow",
                theatre.clock.instant().plus(Duration.ofHours(12)));
        console.books.write(Theatre.OLGA, pages -> {
            Optional<Stored<ForcedWindow>> before = pages.find(ForcedWindow.KIND, wave.toString());
            Wave forced =
                    pages.get(Kinds.DEPLOYMENT, Theatre.ID.toString()).value().wave(wave.number());
            return before.isPresent()
                    ? pages.change(
                            before.get(),
                            forced.state() == WaveState.ACTIVE
                                    ? window.inPlaceOf(before.get().value(), forced.since(), pages.now())
                                    : window)
                    : pages.add(ForcedWindow.KIND, wave.toString(), window);
        });
    }

    /** Who has begun, by their numbers. */
    private static List<Integer> beginners(Theatre theatre) {
        return IntStream.range(0, theatre.agents.size())
                .filter(agent -> !theatre.agents.get(agent).begun().isEmpty())
                .boxed()
                .toList();
    }

    @Test
    void oneForcedSiteBeginsAndTheOthersKeepTheirOpeningAndTheirTime() {
        try (Theatre theatre = closed()) {
            Theatre.Console console = theatre.console();
            force(theatre, console, new WaveId(Theatre.ID, 1), Optional.of("berlin"));
            for (int turns = 0; turns < 30; turns++) {
                theatre.turn(console);
            }
            assertEquals(List.of(0, 2, 4, 6, 8, 10), beginners(theatre), "those in berlin, and at once");

            theatre.clock.pass(Duration.ofHours(20));
            theatre.turn(console);
            assertEquals(WaveState.ACTIVE, console.deployment().wave(1).state(), "the others are still to begin");
            theatre.clock.pass(Duration.between(theatre.clock.instant(), OPENING.minus(Duration.ofMinutes(5))));
            theatre.turn(console);
            assertEquals(6, theatre.begun().size(), "nobody else has begun, minutes before they may");
            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertEquals(12, theatre.begun().size());
            assertEquals(Optional.of(Verdict.PASS), console.deployment().wave(1).verdict());
            assertLawful(theatre, console);
        }
    }

    @Test
    void aForcedWindowReachesThoseWhoWereSentALaterStartBefore() {
        try (Theatre theatre = closed()) {
            Theatre.Console console = theatre.console();
            WaveId wave = new WaveId(Theatre.ID, 1);
            force(theatre, console, wave, Optional.of("berlin"));
            for (int turns = 0; turns < 5; turns++) {
                theatre.turn(console);
            }
            assertEquals(6, beginners(theatre).size());
            long changes = console.read(
                    pages -> pages.desired().of(theatre.agents.getFirst().id).revision());

            force(theatre, console, wave, Optional.of("tokyo"));
            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertEquals(12, theatre.begun().size());
            assertEquals(
                    changes,
                    console.<Long>read(pages ->
                            pages.desired().of(theatre.agents.getFirst().id).revision()),
                    "who has begun is told nothing");
            assertTrue(theatre.clock.instant().isBefore(Theatre.BEGIN.plus(Duration.ofDays(1))));
            assertLawful(theatre, console);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "berlin"})
    void aSecondForcedWindowTakesNoTimeFromAWaveThatBeganByTheFirst(String second) {
        try (Theatre theatre = closed()) {
            Theatre.Console console = theatre.console();
            WaveId wave = new WaveId(Theatre.ID, 1);
            force(theatre, console, wave, Optional.of("berlin"));
            for (int turns = 0; turns < 30; turns++) {
                theatre.turn(console);
            }
            assertEquals(6, theatre.begun().size());
            theatre.clock.pass(Duration.ofHours(20));

            force(theatre, console, wave, Optional.of(second).filter(site -> !site.isEmpty()));
            for (int turns = 0; turns < 30; turns++) {
                theatre.turn(console);
            }
            assertEquals(second.isEmpty() ? 12 : 6, theatre.begun().size(), "whom it is for begin");
            theatre.clock.pass(Duration.ofDays(4));
            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertEquals(12, theatre.begun().size());
            assertEquals(Optional.of(Verdict.PASS), console.deployment().wave(1).verdict());
            assertLawful(theatre, console);
        }
    }

    @Test
    void whoeverIsForcedLateHasTheWavesTimeFromThenOn() {
        try (Theatre theatre = closed()) {
            theatre.fleet.blackouts.set(
                    0,
                    new Blackout.Fixed(
                            Theatre.BEGIN,
                            Theatre.BEGIN.plus(Duration.ofDays(5)),
                            "month's end",
                            new Scope.Sites(Set.of("tokyo"))));
            Theatre.Console console = theatre.console();
            WaveId wave = new WaveId(Theatre.ID, 1);
            for (int turns = 0; turns < 10; turns++) {
                theatre.turn(console);
            }
            assertEquals(List.of(0, 2, 4, 6, 8, 10), beginners(theatre), "by their timetable");
            theatre.clock.pass(Duration.ofMinutes(27));
            theatre.turn(console);
            assertEquals(WaveState.ACTIVE, console.deployment().wave(1).state());

            force(theatre, console, wave, Optional.of("tokyo"));
            console.scheduler.tick();
            theatre.clock.pass(Duration.ofMinutes(20));
            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertEquals(12, theatre.begun().size());
            assertEquals(Optional.of(Verdict.PASS), console.deployment().wave(1).verdict());
            assertLawful(theatre, console);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsTakenBackWaitsForItsOpeningUnlessAPersonForcesIt(boolean forced) {
        // Monday from midnight to six in Berlin; it is two o'clock.
        Window night = new Window.Weekly(EnumSet.of(DayOfWeek.MONDAY), LocalTime.MIDNIGHT, Duration.ofHours(6));
        try (Theatre theatre = theatre(inside(night), all(12, GOOD))) {
            Theatre.Console console = theatre.console();
            theatre.playTo(console, DeploymentState.ROLLING);
            WaveId failing = console.deployment().wave(1).id();
            List<EndpointId> first = console.read(
                    pages -> pages.waves().membership(failing).orElseThrow().members());
            theatre.agents.stream().filter(agent -> first.indexOf(agent.id) > 0).forEach(agent -> agent.nature = BAD);
            theatre.play(console, () -> console.deployment().wave(1).state() == WaveState.ACTIVE);
            theatre.clock.pass(Duration.ofHours(6));
            theatre.playTo(console, DeploymentState.BACKOUT);

            theatre.clock.pass(Duration.ofHours(2));
            theatre.turn(console);
            assertEquals(DeploymentState.BACKOUT, console.deployment().state(), "its time begins when it opens");
            assertEquals(0, undone(theatre));
            if (forced) {
                force(theatre, console, failing, Optional.empty());
            } else {
                theatre.clock.pass(Duration.between(theatre.clock.instant(), Instant.parse("2026-03-08T23:05:00Z")));
            }
            theatre.playTo(console, DeploymentState.RECOVERY_CHECK);

            assertEquals(1, undone(theatre), "the one that had gone well");
            assertLawful(theatre, console);
        }
    }

    private static long undone(Theatre theatre) {
        return theatre.agents.stream()
                .flatMap(agent -> agent.journal().stream())
                .filter(entry -> entry.operation() == Operation.ROLLBACK && entry.state() == ActionState.UNDONE)
                .count();
    }

    private static Plan inside(Window window) {
        Plan plan = Theatre.plan();
        return new Plan(
                plan.subjects(),
                plan.operation(),
                plan.targets(),
                plan.beta(),
                plan.waves(),
                List.of(window),
                plan.blackouts(),
                plan.thresholds(),
                plan.blastRadius(),
                plan.retry(),
                plan.timeouts(),
                plan.transfer(),
                plan.judging(),
                plan.policy(),
                plan.seed());
    }

    @Test
    void contentThatWasLostOnItsWayIsSentAheadAgainWithinThePlansBounds() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, LOSSY))) {
            Theatre.Console console = theatre.console();

            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertLawful(theatre, console);
            List<String> sent = theatre.agents.stream()
                    .flatMap(agent -> agent.journal().stream())
                    .filter(entry -> entry.state() == ActionState.STAGED)
                    .map(StatusEntry::action)
                    .toList();
            assertEquals(12, sent.size());
            assertTrue(sent.stream().allMatch(action -> action.endsWith(".2")), sent.toString());
        }
    }

    @Test
    void contentThatFailedForGoodIsNotSentAheadAgain() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, FULL))) {
            Theatre.Console console = theatre.console();
            for (int turns = 0; turns < 50; turns++) {
                theatre.turn(console);
            }
            assertEquals(WaveState.PREPOSITIONING, console.deployment().wave(0).state());
            assertTrue(
                    theatre.agents.stream()
                            .flatMap(agent -> agent.journal().stream())
                            .noneMatch(entry -> entry.action().endsWith(".2")),
                    "for good is for good");
        }
    }

    @Test
    void aPlanThatWasAmendedIsHeldUntilItIsSignedAgain() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, GOOD))) {
            Theatre.Console console = theatre.console();
            theatre.playTo(console, DeploymentState.ROLLING);
            Plan signed = Theatre.plan();
            Plan amended = Theatre.plan(
                    signed.subjects(),
                    signed.beta(),
                    signed.waves(),
                    new BlastRadius(new Cap.Count(100), new Cap.Count(100), new Cap.Count(1), new Cap.Count(100)));
            console.books.write(
                    Theatre.OLGA,
                    pages -> pages.change(
                            pages.get(Kinds.PLAN, Theatre.ID.order().toString()), amended));
            theatre.turn(console);
            assertTrue(console.deployment().holding().stream().anyMatch(hold -> hold.kind() == Hold.Kind.POLICY));
            int before = theatre.begun().size();
            for (int turns = 0; turns < 10; turns++) {
                theatre.turn(console);
            }
            assertEquals(before, theatre.begun().size());

            console.books.write(
                    Theatre.OLGA,
                    pages -> pages.change(
                            pages.get(Kinds.PLAN, Theatre.ID.order().toString()), signed));
            theatre.playTo(console, DeploymentState.ANALYSIS);

            assertFalse(console.deployment().isHeld());
            assertLawful(theatre, console);
        }
    }

    @Test
    void noMoreThanTheBlastRadiusIsUnverifiedAtOnce() {
        Plan plan = Theatre.plan(
                List.of(Theatre.subject("acme/app")),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                new BlastRadius(new Cap.Count(2), new Cap.Count(2), new Cap.Count(1), new Cap.Count(2)));
        try (Theatre theatre = theatre(plan, all(12, SILENT))) {
            Theatre.Console console = theatre.console();

            for (int turns = 0; turns < 20; turns++) {
                theatre.turn(console);
            }

            assertEquals(2, theatre.begun().size(), "two are unverified, so nobody else begins");
            assertTrue(console.leases.refused() > 0);
            assertLawful(theatre, console);
        }
    }

    @Test
    void releasesInAGivenOrderAreDoneOneAfterTheOther() {
        Plan plan = Theatre.plan(
                List.of(Theatre.subject("acme/os"), Theatre.subject("acme/database"), Theatre.subject("acme/server")),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                BlastRadius.ONE_OF_A_PAIR);
        try (Theatre theatre = theatre(plan, all(4, GOOD))) {
            Theatre.Console console = theatre.console();

            theatre.playTo(console, DeploymentState.ANALYSIS);

            for (ModelAgent agent : theatre.agents) {
                assertEquals(
                        List.of("acme/os", "acme/database", "acme/server"),
                        agent.journal().stream()
                                .filter(entry -> entry.operation() == Operation.INSTALL)
                                .map(entry -> entry.subject().id().name().toString())
                                .distinct()
                                .toList());
            }
            assertEquals(12, theatre.begun().size());
            assertLawful(theatre, console);
        }
    }

    @ParameterizedTest
    @EnumSource(Database.class)
    void anotherConsoleTakesOverAndBothTogetherDoEverythingOnce(Database database) {
        try (Theatre theatre = new Theatre(database.config(folder), Theatre.plan(), all(12, GOOD))) {
            Theatre.Console one = theatre.console("one", Duration.ofMillis(1), UnaryOperator.identity());
            Theatre.Console two = theatre.console("two", Duration.ofMillis(1), UnaryOperator.identity());
            for (int turns = 0; turns < 500; turns++) {
                theatre.turn(turns % 2 == 0 ? one : two);
                if (one.deployment().state() == DeploymentState.ANALYSIS) {
                    break;
                }
            }
            assertEquals(DeploymentState.ANALYSIS, one.deployment().state());
            assertEquals(12, theatre.begun().size());
            assertTrue(one.scheduler.counts().decisions() > 0);
            assertTrue(two.scheduler.counts().decisions() > 0);
            assertLawful(theatre, one);
            assertLawful(theatre, two);
        }
    }

    @Test
    void aSchedulerThatFailedGivesNoLeaseUntilItHasLookedAgain() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, GOOD))) {
            Theatre.Console console = theatre.console();
            List<LeaseClerk.Ask> ask =
                    List.of(new LeaseClerk.Ask(theatre.agents.getFirst().id, Optional.empty(), Theatre.ID + "/W0/1.1"));
            theatre.fleet.fault.set(new StackOverflowError("planted"));
            Instant before = console.scheduler.counts().looked();
            theatre.clock.pass(Duration.ofSeconds(1));

            console.scheduler.look();

            assertEquals(Optional.empty(), console.leases.rule(ask));
            assertFalse(console.scheduler.counts().leader());
            assertEquals(before, console.scheduler.counts().looked());
            console.scheduler.look();
            assertTrue(console.leases.rule(ask).isPresent());
            assertEquals(theatre.clock.instant(), console.scheduler.counts().looked());
            theatre.playTo(console, DeploymentState.ANALYSIS);
            assertLawful(theatre, console);
        }
    }

    @Test
    void aRightThatWasNotKeptInItsTimeIsNoneAnyMore() {
        try (Theatre theatre = theatre(Theatre.plan(), all(1, GOOD))) {
            Fence fence = new Fence(
                    theatre.console().books.ledger(), "another right", "one", SchedulerConfig.DEFAULT.leaseTime());
            Right right = new Right(fence, Duration.ofSeconds(5), theatre.clock);
            assertTrue(right.take().isPresent());
            theatre.clock.pass(Duration.ofSeconds(14));
            assertTrue(right.number().isPresent());
            theatre.clock.pass(Duration.ofSeconds(1));
            assertEquals(OptionalLong.empty(), right.number(), "who should keep it hangs");
            assertTrue(right.take().isPresent());
            assertTrue(right.number().isPresent());
        }
    }

    @Test
    void whoWasOvertakenWritesNothingAndGivesNoLease() {
        try (Theatre theatre = theatre(Theatre.plan(), all(12, GOOD))) {
            Theatre.Console one = theatre.console("one", Duration.ofMillis(1), UnaryOperator.identity());
            Theatre.Console two = theatre.console("two", Duration.ofMinutes(1), UnaryOperator.identity());
            assertTrue(one.scheduler.tick());
            long stale = one.right.number().orElseThrow();
            // The other one may have to ask again until a millisecond is over.
            boolean taken = false;
            for (int asks = 0; asks < 1_000 && !taken; asks++) {
                taken = two.scheduler.tick();
            }
            assertTrue(taken);

            assertEquals(
                    Refusal.Why.FENCED,
                    assertThrows(Refusal.class, () -> one.transactions.fenced(stale, pages -> 1))
                            .why());
            assertFalse(one.scheduler.tick());
            assertEquals(
                    Optional.empty(),
                    one.leases.rule(List.of(new LeaseClerk.Ask(
                            theatre.agents.getFirst().id, Optional.empty(), Theatre.ID + "/W0/1.1"))));
            assertTrue(one.leases.passed() > 0);
        }
    }
}
