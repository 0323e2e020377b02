package packhorse.tracker.desired;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A line of the sheet: variables of some endpoints, which their configuration is filled in with.
 *
 * @param place where it stands, for messages
 * @param whom it is for; of two that set the same, the one that says more exactly whom holds, and of equals the later
 * @param values by name
 */
public record Setting(String place, Selector whom, SortedMap<String, String> values) {
    public Setting {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }
}
