package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import packhorse.console.change.Defect.Severity;
import packhorse.console.change.TestPlan.Case;
import packhorse.console.change.TestPlan.Level;
import packhorse.console.change.TestResult.Verdict;
import packhorse.core.content.Sha256;

/**
 * A test, done against planned. A case counts by its last result on each kind of machine, with exactly the releases under test: after
 * rework everything is open again. Cost: O(results).
 *
 * @param byLevel how much of each level is done
 * @param open what keeps the exit criteria from being met, one line each
 * @param failed whether something was tried and is wrong, so that waiting will not help
 * @param transmission the measured times of getting there
 * @param installation the measured times of putting in place
 * @param kinds the kinds of machines that a case was passed on
 * @param scenarios the scenarios that a case was passed for
 */
public record TestProgress(
        Map<Level, Done> byLevel,
        List<String> open,
        boolean failed,
        Times transmission,
        Times installation,
        Set<String> kinds,
        Set<String> scenarios) {
    /**
     * Done against planned; a case counts once for each kind of machine it names.
     *
     * @param passed with the last result
     * @param failed with the last result
     * @param planned in all
     */
    public record Done(int passed, int failed, int planned) {
        Done plus(Done other) {
            return new Done(passed + other.passed, failed + other.failed, planned + other.planned);
        }
    }

    /** Measured times: how many, the one in the middle, the longest. */
    public record Times(int count, Duration median, Duration longest) {
        static Times of(List<Duration> measured) {
            List<Duration> sorted = measured.stream().sorted().toList();
            return sorted.isEmpty()
                    ? new Times(0, Duration.ZERO, Duration.ZERO)
                    : new Times(sorted.size(), sorted.get((sorted.size() - 1) / 2), sorted.get(sorted.size() - 1));
        }
    }

    private record Place(String testCase, String kind) {}

    /**
     * How far it is.
     *
     * @param manifests the releases under test
     */
    public static TestProgress of(
            TestPlan plan, List<TestResult> results, List<Defect> defects, List<Sha256> manifests) {
        List<TestResult> valid = results.stream()
                .filter(result -> result.manifests().equals(manifests)
                        && plan.find(result.testCase()).isPresent())
                .toList();
        Map<Place, TestResult> last = last(plan, valid);
        Map<Level, Done> byLevel = new EnumMap<>(Level.class);
        List<String> open = new ArrayList<>(plan.missing().stream()
                .map(what -> "the test plan lacks " + what)
                .toList());
        boolean failed = false;
        for (Level level : plan.levels()) {
            byLevel.put(level, new Done(0, 0, 0));
        }
        for (Case one : plan.cases()) {
            for (String kind : one.kinds().isEmpty() ? Set.of("") : one.kinds()) {
                TestResult result = last.get(new Place(one.name(), kind));
                boolean passed = result != null && result.verdict() == Verdict.PASS;
                boolean wrong = result != null && result.verdict() == Verdict.FAIL;
                byLevel.merge(one.level(), new Done(passed ? 1 : 0, wrong ? 1 : 0, 1), Done::plus);
                if (one.required() && !passed) {
                    failed |= wrong;
                    open.add(one.name()
                            + (kind.isEmpty() ? "" : " on " + kind)
                            + (wrong ? " failed" : " is not passed yet"));
                }
            }
        }
        Times transmission = times(valid, TestResult::transmission);
        Times installation = times(valid, TestResult::installation);
        if (plan.exit().timesMeasured() && (transmission.count() == 0 || installation.count() == 0)) {
            open.add("transmission and installation times are not measured yet");
        }
        List<String> tooMany = tooMany(plan, DefectCount.of(defects));
        open.addAll(tooMany);
        return new TestProgress(
                byLevel,
                List.copyOf(open),
                failed || !tooMany.isEmpty(),
                transmission,
                installation,
                covered(valid, TestResult::kind),
                covered(
                        valid,
                        result ->
                                plan.find(result.testCase()).map(Case::scenario).orElse("")));
    }

    /** Whether the exit criteria are met. */
    public boolean passed() {
        return open.isEmpty();
    }

    /** As a checklist takes it. */
    public Finding exit(Instant now) {
        return passed()
                ? Finding.met("the exit criteria are met", now)
                : Finding.notMet(open.size() + " open: " + String.join("; ", open), now);
    }

    /** As a checklist takes it. */
    public Finding measured(Instant now) {
        String text = transmission.count() + " transmissions, median " + transmission.median() + "; "
                + installation.count() + " installations, median " + installation.median();
        return transmission.count() > 0 && installation.count() > 0
                ? Finding.met(text, now)
                : Finding.notMet(text, now);
    }

    private static Map<Place, TestResult> last(TestPlan plan, List<TestResult> results) {
        Map<Place, TestResult> last = new HashMap<>();
        for (TestResult result : results) {
            // A case that names no kind is the same case on every kind.
            boolean named = plan.find(result.testCase())
                    .map(one -> !one.kinds().isEmpty())
                    .orElse(false);
            last.merge(
                    new Place(result.testCase(), named ? result.kind() : ""),
                    result,
                    (before, now) -> now.at().isBefore(before.at()) ? before : now);
        }
        return last;
    }

    private static List<String> tooMany(TestPlan plan, DefectCount defects) {
        List<String> open = new ArrayList<>();
        note(open, Severity.BLOCKING, defects.open(Severity.BLOCKING), 0);
        note(open, Severity.SEVERE, defects.open(Severity.SEVERE), plan.exit().severeOpenMax());
        note(
                open,
                Severity.MODERATE,
                defects.open(Severity.MODERATE),
                plan.exit().moderateOpenMax());
        return open;
    }

    private static void note(List<String> open, Severity severity, int count, int max) {
        if (count > max) {
            open.add(count + " " + severity + " defects are open, at most " + max);
        }
    }

    private static Times times(List<TestResult> results, Function<TestResult, Optional<Duration>> which) {
        return Times.of(
                results.stream().flatMap(result -> which.apply(result).stream()).toList());
    }

    private static Set<String> covered(List<TestResult> results, Function<TestResult, String> which) {
        Set<String> covered = new HashSet<>();
        for (TestResult result : results) {
            String one = which.apply(result);
            if (result.verdict() == Verdict.PASS && !one.isEmpty()) {
                covered.add(one);
            }
        }
        return Set.copyOf(covered);
    }
}
