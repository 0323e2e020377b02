package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.EMIL;
import static packhorse.console.change.Cast.FRITZ;
import static packhorse.console.change.Cast.GERD;
import static packhorse.console.change.Cast.VIC;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.digest;
import static packhorse.console.change.Cast.done;
import static packhorse.console.change.Cast.opened;
import static packhorse.console.change.Cast.refused;
import static packhorse.console.change.Cast.standingAt;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.core.content.Sha256;

final class TestDeskTest {
    private static TestResult result(String name, Sha256 manifest, PersonId by) {
        return new TestResult(
                name,
                List.of(manifest),
                TestResult.Verdict.PASS,
                Optional.empty(),
                "desk",
                Optional.empty(),
                Optional.empty(),
                "",
                by,
                at(6));
    }

    @Test
    @Proves("PROCESS 1 test")
    void aResultIsOfACaseOfThePlanWithTheReleasesUnderTest() {
        ChangeOrder shut = standingAt(OrderState.TEST);
        TestResult good = result("fresh", digest(1), FRITZ.id());
        assertTrue(refused(TestDesk.record(shut, good, FRITZ)).contains("gate"));
        ChangeOrder order = opened(shut);
        assertEquals(good, done(TestDesk.record(order, good, FRITZ)));
        assertTrue(refused(TestDesk.record(order, good, EMIL)).contains("TEST_SPECIALIST"));
        assertTrue(refused(TestDesk.record(order, result("fresh", digest(1), EMIL.id()), FRITZ))
                .contains("who saw it"));
        assertTrue(refused(TestDesk.record(order, result("other", digest(1), FRITZ.id()), FRITZ))
                .contains("no case other"));
        assertTrue(refused(TestDesk.record(order, result("fresh", digest(2), FRITZ.id()), FRITZ))
                .contains("other releases"));
        assertTrue(refused(TestDesk.record(standingAt(OrderState.BUILDING), good, FRITZ))
                .contains("BUILDING"));
    }

    @Test
    void defectsAndProblemsComeFromThoseWhoWork() {
        ChangeOrder order = standingAt(OrderState.TEST);
        DefectId id = DefectId.of(2026, 1);
        assertEquals(
                id,
                done(TestDesk.found(order, id, Optional.of("fresh"), "odd", Defect.Severity.MINOR, FRITZ, at(6)))
                        .id());
        assertTrue(refused(TestDesk.found(order, id, Optional.empty(), "odd", Defect.Severity.MINOR, VIC, at(6)))
                .contains("vic is none"));
        assertTrue(refused(TestDesk.found(
                        standingAt(OrderState.CLOSED),
                        id,
                        Optional.empty(),
                        "odd",
                        Defect.Severity.MINOR,
                        FRITZ,
                        at(6)))
                .contains("final"));
        Problem problem = Problem.open(
                ProblemId.of(2026, 1), order.id(), Optional.empty(), "slow", Set.of(), Set.of(), GERD, at(6));
        assertEquals(problem, done(TestDesk.open(problem, Actor.product())));
        assertTrue(refused(TestDesk.open(problem, VIC)).contains("vic is none"));
    }
}
