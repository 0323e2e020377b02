package packhorse.console.wave;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import packhorse.core.state.Subject;

/**
 * In which order things are taken back: what was changed last first. Waves from the last to the beta group, and on each endpoint the
 * releases from the last to the first, since a later one may rest on an earlier one.
 */
public final class BackoutOrder {
    private BackoutOrder() {}

    /** The waves with something to be taken back, in the order of recovery. */
    public static List<WaveId> waves(Map<WaveId, WaveTally> tallies) {
        return tallies.entrySet().stream()
                .filter(entry -> entry.getValue().of(Sorting.ROLLBACK) > 0)
                .map(Map.Entry::getKey)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    /** The releases in the order of recovery. */
    public static List<Subject> releases(Plan plan) {
        List<Subject> reversed = new ArrayList<>(plan.subjects());
        Collections.reverse(reversed);
        return List.copyOf(reversed);
    }
}
