package packhorse.core.state;

import java.util.List;

/**
 * What a tracker remembers of one journal's reports, so that the journal's owner can tell whether it is still the journal that it
 * was.
 *
 * @param last the last sequence that is stored there, 0 for none, or where the tracker says nothing of it
 * @param checks of the last reports that are stored there, in their order and without a gap; the last one is {@code last}'s
 */
public record Recollection(long last, List<Integer> checks) {
    /** Nothing is remembered, or nothing is said. */
    public static final Recollection NONE = new Recollection(0, List.of());

    public Recollection {
        checks = List.copyOf(checks);
        if (last < 0 || checks.size() > last) {
            throw new IllegalArgumentException(checks.size() + " checks cannot end at sequence " + last);
        }
    }

    /** The first sequence whose check is here; the one after {@link #last} where none is. */
    public long first() {
        return last - checks.size() + 1;
    }

    /** The check of a report from {@link #first} to {@link #last}. */
    public int check(long sequence) {
        return checks.get(Math.toIntExact(sequence - first()));
    }
}
