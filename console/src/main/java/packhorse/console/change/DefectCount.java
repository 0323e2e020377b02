package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.change.Defect.Fault;
import packhorse.console.change.Defect.Severity;

/**
 * Defects as a test report shows them.
 *
 * @param bySeverity how many of each are still open, and how many came in all
 * @param byState how many stand where
 * @param byFault what is to blame
 * @param arrivals how many came on each day (UTC) that one came on: a test is not over while they still come
 */
public record DefectCount(
        Map<Severity, OpenOf> bySeverity,
        Map<DefectState, Integer> byState,
        Map<Fault, Integer> byFault,
        SortedMap<Instant, Integer> arrivals) {
    private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();

    /** So many are open of so many. */
    public record OpenOf(int open, int all) {
        OpenOf plus(boolean isOpen) {
            return new OpenOf(open + (isOpen ? 1 : 0), all + 1);
        }
    }

    /** Counts them. */
    public static DefectCount of(List<Defect> defects) {
        Map<Severity, OpenOf> bySeverity = new EnumMap<>(Severity.class);
        for (Severity severity : Severity.values()) {
            bySeverity.put(severity, new OpenOf(0, 0));
        }
        Map<DefectState, Integer> byState = new EnumMap<>(DefectState.class);
        Map<Fault, Integer> byFault = new EnumMap<>(Fault.class);
        SortedMap<Instant, Integer> arrivals = new TreeMap<>();
        for (Defect defect : defects) {
            bySeverity.computeIfPresent(
                    defect.severity(),
                    (severity, count) -> count.plus(defect.state().isOpen()));
            byState.merge(defect.state(), 1, Integer::sum);
            byFault.merge(defect.fault(), 1, Integer::sum);
            long second = defect.arrived().getEpochSecond();
            arrivals.merge(Instant.ofEpochSecond(second - Math.floorMod(second, DAY_SECONDS)), 1, Integer::sum);
        }
        return new DefectCount(bySeverity, byState, byFault, arrivals);
    }

    /** How many of a severity are still open. */
    public int open(Severity severity) {
        OpenOf count = bySeverity.get(severity);
        return count == null ? 0 : count.open();
    }
}
