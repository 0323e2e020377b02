package packhorse.console.report;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.gate.Verdict;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;

/**
 * What became of a wave.
 *
 * @param name as its plan calls it
 * @param membership digest over the frozen members, in hexadecimal; empty: not frozen yet
 * @param members how many were frozen
 * @param sorted how the analysis sorts them now
 * @param attempts of all of them, retries too
 * @param failures how many attempts failed, by return code and its meaning
 * @param verdict what was said of it in the end; empty: nothing yet
 * @param evidence what that rests on, a line each
 * @param decidedBy the gate or the person who judged or skipped it, and why; empty: nobody yet
 */
public record WaveStory(
        WaveId id,
        String name,
        WaveState state,
        String membership,
        long members,
        Map<Sorting, Long> sorted,
        long attempts,
        SortedMap<String, Long> failures,
        Optional<Verdict> verdict,
        List<String> evidence,
        String decidedBy,
        Optional<Instant> began,
        Optional<Instant> ended) {
    public WaveStory {
        SortedMap<Sorting, Long> every = new TreeMap<>();
        for (Sorting one : Sorting.values()) {
            every.put(one, sorted.getOrDefault(one, 0L));
        }
        sorted = Collections.unmodifiableSortedMap(every);
        evidence = List.copyOf(evidence);
        failures = Collections.unmodifiableSortedMap(new TreeMap<>(failures));
    }

    long of(Sorting one) {
        return sorted.getOrDefault(one, 0L);
    }
}
