package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static packhorse.console.change.Cast.ANNA;
import static packhorse.console.change.Cast.BERT;
import static packhorse.console.change.Cast.CARL;
import static packhorse.console.change.Cast.DORA;
import static packhorse.console.change.Cast.EDITOR;
import static packhorse.console.change.Cast.GERD;
import static packhorse.console.change.Cast.HANNA;
import static packhorse.console.change.Cast.MORNING;
import static packhorse.console.change.Cast.at;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.YellowFlags.Facts;
import packhorse.console.change.YellowFlags.Holder;

final class YellowFlagsTest {
    private static final OrderId THIS = OrderId.of(2026, 9);
    private static final OrderId EARLIER = OrderId.of(2025, 3);

    private static Holder holder(Actor.Person person, Optional<Instant> awayUntil) {
        return new Holder(person.id(), person.roles(), awayUntil);
    }

    private static List<Holder> everybody() {
        List<Holder> all = new ArrayList<>();
        for (Actor.Person person : List.of(ANNA, BERT, CARL, DORA, GERD, HANNA)) {
            all.add(holder(person, Optional.empty()));
        }
        return all;
    }

    private static Facts facts(List<Holder> holders, List<Problem> problems) {
        return new Facts(holders, THIS, Set.of(EDITOR), problems, Map.of(), Set.of(), Set.of(), Set.of());
    }

    private static Problem problem(int number, OrderId order, Instant opened) {
        return Problem.open(
                ProblemId.of(2025, number), order, Optional.of(EDITOR), "slow", Set.of(), Set.of(), GERD, opened);
    }

    @Test
    @Proves("PROCESS 4 yellow flags")
    void aRoleThatNobodyHoldsOrWhoIsAwayIsAFlag() {
        assertEquals(List.of(), YellowFlags.raise(facts(everybody(), List.of()), MORNING));
        List<Holder> some = everybody();
        some.removeIf(one -> one.person().equals(DORA.id()));
        some.removeIf(one -> one.person().equals(GERD.id()));
        some.removeIf(one -> one.person().equals(BERT.id()));
        some.add(holder(GERD, Optional.of(at(5))));
        some.add(holder(BERT, Optional.of(at(5))));
        assertEquals(
                List.of(
                        new YellowFlag.RoleEmpty(Role.SOLUTION_ARCHITECT),
                        new YellowFlag.RoleAway(Role.INSTALLATION_COORDINATOR, at(5))),
                YellowFlags.raise(facts(some, List.of()), MORNING));
        // And is back.
        assertEquals(1, YellowFlags.raise(facts(some, List.of()), at(5)).size());
    }

    @Test
    @Proves("PROCESS 4 yellow flags")
    void problemsOfEarlierOrdersOfTheLineAreFlags() {
        Problem open = problem(1, EARLIER, MORNING.minus(Duration.ofDays(400)));
        Problem own = problem(2, THIS, MORNING);
        Problem closedLately = closed(problem(3, EARLIER, MORNING.minus(Duration.ofDays(100))));
        Problem closedLongAgo = closed(problem(4, EARLIER, MORNING.minus(Duration.ofDays(200))));
        Problem other = Problem.open(
                ProblemId.of(2025, 5), EARLIER, Optional.empty(), "slow", Set.of(), Set.of(), GERD, MORNING);
        assertEquals(
                List.of(
                        new YellowFlag.EarlierProblem(EDITOR, EARLIER, open.id(), true),
                        new YellowFlag.EarlierProblem(EDITOR, EARLIER, closedLately.id(), false)),
                YellowFlags.raise(facts(everybody(), List.of(closedLongAgo, closedLately, own, open, other)), MORNING));
    }

    private static Problem closed(Problem problem) {
        Problem now = Cast.done(ProblemMachine.assign(problem, GERD.id(), GERD, MORNING));
        now = Cast.done(ProblemMachine.resolve(now, "mended", GERD, MORNING));
        return Cast.done(ProblemMachine.close(now, GERD, MORNING));
    }

    @Test
    @Proves("PROCESS 4 yellow flags")
    void kindsAndScenariosThatWereNeverCoveredAreFlags() {
        Facts facts = new Facts(
                everybody(),
                THIS,
                Set.of(EDITOR),
                List.of(),
                Map.of("desk", 100L, "laptop", 40L, "kiosk", 0L),
                Set.of("fresh install", "site without a site peer"),
                Set.of("desk"),
                Set.of("fresh install"));
        assertEquals(
                List.of(
                        new YellowFlag.UntestedKind("laptop", 40),
                        new YellowFlag.UntestedScenario("site without a site peer")),
                YellowFlags.raise(facts, MORNING));
    }
}
