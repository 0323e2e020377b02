package packhorse.core.state;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything an endpoint should have, in the order in which it is to be done.
 *
 * @param revision grows with each change; 0 is before the first
 */
public record DesiredState(long revision, List<DesiredItem> items) {
    /** An endpoint has some dozens of releases; a state with more than this is a mistake. */
    public static final int ITEMS_MAX = 10_000;

    public static final DesiredState NONE = new DesiredState(0, List.of());

    public DesiredState {
        items = List.copyOf(items);
        if (revision < 0 || items.size() > ITEMS_MAX) {
            throw new IllegalArgumentException("revision " + revision + " with " + items.size() + " items");
        }
        Set<String> actions = new HashSet<>();
        for (DesiredItem item : items) {
            if (!actions.add(item.action())) {
                throw new IllegalArgumentException("two items are named " + item.action());
            }
        }
    }
}
