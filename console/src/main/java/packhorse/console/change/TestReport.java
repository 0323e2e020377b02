package packhorse.console.change;

import java.time.Instant;
import java.util.List;
import packhorse.core.content.Sha256;

/**
 * How a test stage ended.
 *
 * @param manifests the releases that were tested
 * @param verdict pass, or back to building
 * @param deferred defects that are known and left
 */
public record TestReport(
        List<Sha256> manifests,
        Verdict verdict,
        List<String> risks,
        List<DefectId> deferred,
        DefectCount defects,
        TestProgress progress,
        Instant at) {
    /** How it ended. */
    public enum Verdict {
        PASS,
        FAIL,
        /** It has not. */
        INCOMPLETE
    }

    public TestReport {
        manifests = List.copyOf(manifests);
        risks = List.copyOf(risks);
        deferred = List.copyOf(deferred);
    }

    /** As things stand. */
    public static TestReport of(
            TestPlan plan, List<TestResult> results, List<Defect> defects, List<Sha256> manifests, Instant now) {
        TestProgress progress = TestProgress.of(plan, results, defects, manifests);
        return new TestReport(
                manifests,
                progress.passed() ? Verdict.PASS : progress.failed() ? Verdict.FAIL : Verdict.INCOMPLETE,
                plan.risks(),
                defects.stream()
                        .filter(defect -> defect.state() == DefectState.DEFERRED)
                        .map(Defect::id)
                        .toList(),
                DefectCount.of(defects),
                progress,
                now);
    }
}
