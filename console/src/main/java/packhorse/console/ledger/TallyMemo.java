package packhorse.console.ledger;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What was counted of waves' sites, so that a look at a wave counts only where something was written since the last. It holds what was true as of
 * a site's number of changes and is asked with the number that the ledger has now; so it is never wrong, at worst of no use.
 *
 * <p>Bounds: the waves that were looked at last, of each so many kinds of members.
 */
final class TallyMemo {
    /** More waves than run at once. */
    private static final int WAVES_MAX = 32;

    /** A wave of which nearly every member is a kind of its own is not worth it. */
    private static final int KINDS_MAX = 20_000;

    private final LongAdder counted = new LongAdder();

    private final Map<String, Map<String, SqlTally.Site>> waves = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Map<String, SqlTally.Site>> eldest) {
            return size() > WAVES_MAX;
        }
    };

    /** What is held of a wave, by site; the caller's own. */
    synchronized Map<String, SqlTally.Site> of(String wave) {
        @Nullable Map<String, SqlTally.Site> known = waves.get(wave);
        return known == null ? new TreeMap<>() : new TreeMap<>(known);
    }

    /** Holds this instead. */
    synchronized void keep(String wave, Map<String, SqlTally.Site> sites) {
        long kinds =
                sites.values().stream().mapToLong(site -> site.kinds().size()).sum();
        if (kinds > KINDS_MAX) {
            waves.remove(wave);
        } else {
            waves.put(wave, new TreeMap<>(sites));
        }
    }

    /** So many sites were counted anew. */
    void counted(int sites) {
        counted.add(sites);
    }

    /** How many sites were counted since the start. */
    long counted() {
        return counted.sum();
    }
}
