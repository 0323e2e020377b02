package packhorse.tracker.reports;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import packhorse.core.state.Recollection;
import packhorse.core.state.ReportId;
import packhorse.core.topology.EndpointId;

/**
 * Which sequences of which journals are stored, as intervals: a journal whose reports come in order is one interval however long it
 * is. O(log intervals) each. An endpoint that loses its journal begins another; of each endpoint the {@value #JOURNALS_MAX}
 * used last are remembered. Beside the intervals stand the {@linkplain RecentChecks checks} of what was stored last, which tell an
 * endpoint that was put back to an earlier state.
 */
final class JournalIndex {
    /** A machine is set up anew less often than this in its life. */
    static final int JOURNALS_MAX = 16;

    /** Holes come from reports that were dropped or overtaken; an agent that makes more of them is broken. */
    static final int INTERVALS_MAX = 1_000;

    /**
     * What is known of one journal.
     *
     * @param stored first to last, both included, by first
     */
    private record Kept(NavigableMap<Long, Long> stored, RecentChecks checks) {}

    private final Map<EndpointId, Map<Long, Kept>> journals = new LinkedHashMap<>();

    /** What became of an offered sequence. */
    enum Offer {
        /** It was not there and is now. */
        NEW,
        /** It was there before. */
        KNOWN,
        /** It would make one hole too many, and is not taken. */
        SCATTERED
    }

    Offer add(ReportId id) {
        NavigableMap<Long, Long> stored = journals.computeIfAbsent(id.endpoint(), endpoint -> latest())
                .computeIfAbsent(id.journal(), journal -> new Kept(new TreeMap<>(), new RecentChecks()))
                .stored();
        long sequence = id.sequence();
        Map.Entry<Long, Long> below = stored.floorEntry(sequence);
        if (below != null && below.getValue() >= sequence) {
            return Offer.KNOWN;
        }
        boolean joinsBelow = below != null && below.getValue() == sequence - 1;
        Long aboveEnd = sequence == Long.MAX_VALUE ? null : stored.get(sequence + 1);
        if (!joinsBelow && aboveEnd == null && stored.size() >= INTERVALS_MAX) {
            return Offer.SCATTERED;
        }
        if (aboveEnd != null) {
            stored.remove(sequence + 1);
        }
        stored.put(joinsBelow && below != null ? below.getKey() : sequence, aboveEnd == null ? sequence : aboveEnd);
        return Offer.NEW;
    }

    private static Map<Long, Kept> latest() {
        return new LinkedHashMap<>(4, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Kept> eldest) {
                return size() > JOURNALS_MAX;
            }
        };
    }

    /** Remembers the check of a report that was added and is on the disk for good; nothing takes that back. */
    void note(ReportId id, int check) {
        Kept kept = of(id.endpoint(), id.journal());
        if (kept != null) {
            kept.checks().put(id.sequence(), check);
        }
    }

    /** Takes back what {@link #add} took. */
    void remove(ReportId id) {
        NavigableMap<Long, Long> stored = stored(id.endpoint(), id.journal());
        Map.Entry<Long, Long> around = stored == null ? null : stored.floorEntry(id.sequence());
        if (stored == null || around == null || around.getValue() < id.sequence()) {
            return;
        }
        stored.remove(around.getKey());
        if (around.getKey() < id.sequence()) {
            stored.put(around.getKey(), id.sequence() - 1);
        }
        if (around.getValue() > id.sequence()) {
            stored.put(id.sequence() + 1, around.getValue());
        }
    }

    /**
     * The last sequence of the unbroken run from {@code first} on; {@code first - 1} when the first is not stored, and 0 of nothing.
     */
    long runFrom(EndpointId endpoint, long journal, long first) {
        NavigableMap<Long, Long> stored = stored(endpoint, journal);
        Map.Entry<Long, Long> around = stored == null ? null : stored.floorEntry(first);
        return around == null || around.getValue() < first ? Math.max(0, first - 1) : around.getValue();
    }

    /** The last sequence stored of that journal, 0 for none. */
    long last(EndpointId endpoint, long journal) {
        NavigableMap<Long, Long> stored = stored(endpoint, journal);
        return stored == null || stored.isEmpty() ? 0 : stored.lastEntry().getValue();
    }

    /** What of that journal was stored last. */
    Recollection recall(EndpointId endpoint, long journal) {
        Kept kept = of(endpoint, journal);
        return kept == null ? Recollection.NONE : kept.checks().recall();
    }

    int endpoints() {
        return journals.size();
    }

    private @Nullable NavigableMap<Long, Long> stored(EndpointId endpoint, long journal) {
        Kept kept = of(endpoint, journal);
        return kept == null ? null : kept.stored();
    }

    private @Nullable Kept of(EndpointId endpoint, long journal) {
        Map<Long, Kept> its = journals.get(endpoint);
        return its == null ? null : its.get(journal);
    }
}
