package packhorse.console.calendar;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/** Where a blackout holds. */
public sealed interface Scope permits Scope.AllSites, Scope.Sites {
    boolean covers(String site);

    /** Everywhere. */
    record AllSites() implements Scope {
        @Override
        public boolean covers(String site) {
            return true;
        }
    }

    /** At these sites. */
    record Sites(Set<String> names) implements Scope {
        public Sites {
            if (names.isEmpty()) {
                throw new IllegalArgumentException("a blackout for no site; name one, or take all");
            }
            names = Collections.unmodifiableSet(new TreeSet<>(names));
        }

        @Override
        public boolean covers(String site) {
            return names.contains(site);
        }
    }
}
