package packhorse.tracker.desired;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.state.DesiredItem;

/**
 * What one endpoint should have.
 *
 * @param items in order
 * @param refused wishes that fit the endpoint but not each other
 * @param variables what its configuration is filled in with
 */
public record Mandate(List<DesiredItem> items, List<Refused> refused, SortedMap<String, String> variables) {
    public Mandate {
        variables = Collections.unmodifiableSortedMap(new TreeMap<>(variables));
        items = List.copyOf(items);
        refused = List.copyOf(refused);
    }
}
