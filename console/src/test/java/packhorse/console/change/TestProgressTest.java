package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.FRITZ;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.digest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.Defect.Severity;
import packhorse.console.change.TestPlan.Case;
import packhorse.console.change.TestPlan.ExitCriteria;
import packhorse.console.change.TestPlan.Level;
import packhorse.console.change.TestResult.Verdict;
import packhorse.core.content.Sha256;

final class TestProgressTest {
    private static final List<Sha256> THESE = List.of(digest(1));

    private static Case testCase(String name, Level level, Set<String> kinds, boolean required) {
        return new Case(name, "try it", level, kinds, name + " scenario", required);
    }

    private static final TestPlan PLAN = new TestPlan(
            EnumSet.of(Level.INSTALL_AND_UNINSTALL, Level.PERFORMANCE),
            List.of("built"),
            new ExitCriteria(0, 1, true),
            List.of(
                    testCase("fresh", Level.INSTALL_AND_UNINSTALL, Set.of("desk", "laptop"), true),
                    testCase("fast", Level.PERFORMANCE, Set.of(), true),
                    testCase("pretty", Level.PERFORMANCE, Set.of(), false)),
            List.of("printers were not tried"));

    private static TestResult result(String name, String kind, Verdict verdict, int hour) {
        return new TestResult(
                name,
                THESE,
                verdict,
                Optional.empty(),
                kind,
                Optional.of(Duration.ofSeconds(hour)),
                Optional.of(Duration.ofSeconds(10L * hour)),
                verdict == Verdict.PASS ? "" : "it crashed",
                FRITZ.id(),
                at(hour));
    }

    private static List<TestResult> allPassed() {
        return List.of(
                result("fresh", "desk", Verdict.PASS, 1),
                result("fresh", "laptop", Verdict.PASS, 2),
                result("fast", "desk", Verdict.PASS, 3));
    }

    @Test
    @Proves("PROCESS 4 test plan")
    void whatIsDoneIsCountedAgainstWhatIsPlanned() {
        TestProgress none = TestProgress.of(PLAN, List.of(), List.of(), THESE);
        assertEquals(new TestProgress.Done(0, 0, 2), none.byLevel().get(Level.INSTALL_AND_UNINSTALL));
        assertEquals(new TestProgress.Done(0, 0, 2), none.byLevel().get(Level.PERFORMANCE));
        assertFalse(none.passed());
        assertFalse(none.failed());
        assertEquals(4, none.open().size());
        TestProgress all = TestProgress.of(PLAN, allPassed(), List.of(), THESE);
        assertTrue(all.passed(), all.open().toString());
        assertEquals(new TestProgress.Done(1, 0, 2), all.byLevel().get(Level.PERFORMANCE));
        assertEquals(new TestProgress.Times(3, Duration.ofSeconds(2), Duration.ofSeconds(3)), all.transmission());
        assertEquals(Duration.ofSeconds(20), all.installation().median());
        assertEquals(Set.of("desk", "laptop"), all.kinds());
        assertEquals(Set.of("fresh scenario", "fast scenario"), all.scenarios());
    }

    @Test
    @Proves("PROCESS 1 test")
    void aReportSaysPassFailOrNotYetWithRisksAndDefects() {
        assertEquals(
                TestReport.Verdict.INCOMPLETE,
                TestReport.of(PLAN, List.of(), List.of(), THESE, at(9)).verdict());
        List<TestResult> failed = new ArrayList<>(allPassed());
        failed.add(result("fresh", "laptop", Verdict.FAIL, 4));
        TestReport report = TestReport.of(PLAN, failed, List.of(), THESE, at(9));
        assertEquals(TestReport.Verdict.FAIL, report.verdict());
        assertEquals(List.of("fresh on laptop failed"), report.progress().open());
        failed.add(result("fresh", "laptop", Verdict.PASS, 5));
        report = TestReport.of(PLAN, failed, List.of(), THESE, at(9));
        assertEquals(TestReport.Verdict.PASS, report.verdict());
        assertEquals(List.of("printers were not tried"), report.risks());
    }

    @Test
    void whatWasTriedWithOtherBytesSaysNothing() {
        assertEquals(
                4,
                TestProgress.of(PLAN, allPassed(), List.of(), List.of(digest(2)))
                        .open()
                        .size());
        assertTrue(TestProgress.of(PLAN, List.of(result("gone", "desk", Verdict.PASS, 1)), List.of(), THESE)
                .kinds()
                .isEmpty());
    }

    @Test
    @Proves("PROCESS 4 test plan")
    void theExitCriteriaCountOpenDefects() {
        Defect severe = Defect.found(
                DefectId.of(2026, 1), OrderId.of(2026, 1), Optional.empty(), "bad", Severity.SEVERE, FRITZ, at(1));
        TestProgress progress = TestProgress.of(PLAN, allPassed(), List.of(severe), THESE);
        assertEquals(List.of("1 SEVERE defects are open, at most 0"), progress.open());
        assertTrue(progress.failed());
        Defect moderate = Defect.found(
                DefectId.of(2026, 1), OrderId.of(2026, 1), Optional.empty(), "odd", Severity.MODERATE, FRITZ, at(1));
        assertTrue(TestProgress.of(PLAN, allPassed(), List.of(moderate), THESE).passed());
    }

    @Test
    @Proves("PROCESS 4 test plan")
    void aPlanNeedsEntryCriteriaAndACaseOfEachLevel() {
        assertEquals(
                List.of("the entry criteria", "the levels"), TestPlan.empty().missing());
        TestPlan more = new TestPlan(EnumSet.allOf(Level.class), PLAN.entry(), PLAN.exit(), PLAN.cases(), List.of());
        assertEquals(
                List.of(
                        "a case of the level unit",
                        "a case of the level integration",
                        "a case of the level system",
                        "a case of the level acceptance"),
                more.missing());
        assertFalse(TestProgress.of(more, allPassed(), List.of(), THESE).passed());
        assertThrows(
                IllegalArgumentException.class,
                () -> new TestPlan(
                        Set.of(),
                        List.of(),
                        ExitCriteria.usual(),
                        List.of(testCase("a", Level.UNIT, Set.of(), true), testCase("a", Level.UNIT, Set.of(), true)),
                        List.of()));
    }
}
