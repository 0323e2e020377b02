package packhorse.tracker.desired;

import java.util.List;
import packhorse.core.state.DesiredItem;

/**
 * What one endpoint should have.
 *
 * @param items in order
 * @param refused wishes that fit the endpoint but not each other
 */
public record Mandate(List<DesiredItem> items, List<Refused> refused) {
    public Mandate {
        items = List.copyOf(items);
        refused = List.copyOf(refused);
    }
}
