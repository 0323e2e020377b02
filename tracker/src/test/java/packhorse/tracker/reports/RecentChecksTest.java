package packhorse.tracker.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import packhorse.core.state.Recollection;
import packhorse.core.testing.Cases;

/** Against the same said slowly: a map of everything. */
final class RecentChecksTest {
    private static Recollection slowly(NavigableMap<Long, Integer> all) {
        if (all.isEmpty()) {
            return Recollection.NONE;
        }
        long last = all.lastKey();
        List<Integer> row = new ArrayList<>();
        for (long at = last; all.containsKey(at) && row.size() < RecentChecks.CHECKS_MAX; at--) {
            row.addFirst(all.get(at));
        }
        return new Recollection(last, row);
    }

    @Test
    void remembersTheRunBeforeTheLastInWhateverOrderReportsCome() {
        Cases.run(300, random -> {
            RecentChecks checks = new RecentChecks();
            TreeMap<Long, Integer> all = new TreeMap<>();
            assertEquals(slowly(all), checks.recall());
            long last = random.nextInt(3) == 0 ? random.nextLong(1000) : 0;
            for (int step = 0; step < 200; step++) {
                long sequence = switch (random.nextInt(12)) {
                    case 0 -> last + 1 + random.nextInt(100);
                    case 1 -> last + 2;
                    case 2 -> Math.max(1, last - random.nextInt(80));
                    default -> last + 1;
                };
                last = Math.max(last, sequence);
                int check = random.nextInt();
                // A report is added once.
                if (all.putIfAbsent(sequence, check) == null) {
                    checks.put(sequence, check);
                }
                assertEquals(slowly(all), checks.recall());
            }
        });
    }
}
