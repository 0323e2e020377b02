package packhorse.tracker.reports;

import java.util.ArrayList;
import java.util.List;
import packhorse.core.state.Recollection;

/**
 * The checks of the {@value #CHECKS_MAX} reports of one journal that were stored last, in a ring by sequence. An agent whose disk was
 * put back compares them with what it has. A journal of few reports takes few bytes; O(1) for each report that comes in order.
 */
final class RecentChecks {
    /**
     * How far behind an agent may have been put back and still know which of the reports that it keeps are stored here; behind that
     * it sends all that it keeps under a new journal, and some may be counted twice.
     */
    static final int CHECKS_MAX = Long.SIZE;

    private static final int CHECKS_LEAST = 8;

    /** The check of a sequence stands at its remainder. While this is shorter than it may become, it is longer than {@link #last}. */
    private int[] checks = new int[CHECKS_LEAST];
    /** Which places hold the check of the one sequence up to {@link #last} that belongs there now, a bit each. */
    private long known;

    private long last;

    /** Remembers the check of a report that is stored for good. */
    void put(long sequence, int check) {
        if (sequence <= last - CHECKS_MAX) {
            return;
        }
        if (sequence > last) {
            advance(sequence);
        }
        checks[place(sequence)] = check;
        known |= 1L << place(sequence);
    }

    private void advance(long to) {
        if (to >= checks.length && checks.length < CHECKS_MAX) {
            int length = to >= CHECKS_MAX ? CHECKS_MAX : 2 * Integer.highestOneBit((int) to);
            checks = java.util.Arrays.copyOf(checks, Math.min(CHECKS_MAX, length));
        }
        if (to - last > CHECKS_MAX) {
            known = 0;
        } else {
            for (long passed = last + 1; passed <= to; passed++) {
                known &= ~(1L << place(passed));
            }
        }
        last = to;
    }

    private int place(long sequence) {
        return (int) (sequence % checks.length);
    }

    /** The last one and those before it as far as there is none missing between. */
    Recollection recall() {
        long first = last + 1;
        while (first > 1 && last - first + 1 < CHECKS_MAX && (known & (1L << place(first - 1))) != 0) {
            first--;
        }
        List<Integer> row = new ArrayList<>();
        for (long sequence = first; sequence <= last; sequence++) {
            row.add(checks[place(sequence)]);
        }
        return new Recollection(last, row);
    }
}
