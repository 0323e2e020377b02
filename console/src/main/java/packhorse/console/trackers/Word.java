package packhorse.console.trackers;

import java.util.Map;
import java.util.Set;
import packhorse.core.message.v1.DesiredStateUpdate;

/**
 * What is said of one endpoint.
 *
 * @param desired everything it should have; its revision grows with each change and is above any that a {@link Sighting} named for
 *     another state. Revision 0: nothing is said, and the endpoint keeps what it has
 * @param groups that entitlements may name
 * @param labels that entitlements may name
 * @param inventoryHave revision of its inventory that is stored, 0 for none
 */
public record Word(DesiredStateUpdate desired, Set<String> groups, Map<String, String> labels, long inventoryHave) {
    /** Nothing is desired of it, and nothing of it is known. */
    public static final Word NOTHING = new Word(DesiredStateUpdate.getDefaultInstance(), Set.of(), Map.of(), 0);

    public Word {
        groups = Set.copyOf(groups);
        labels = Map.copyOf(labels);
    }
}
