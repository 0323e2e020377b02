package packhorse.core.trust;

import java.util.EnumMap;
import java.util.Map;

/**
 * The private keys of all four roles, together only at a catalogue's making.
 *
 * @param root offline
 * @param targets offline
 * @param snapshot online, on the origin
 * @param timestamp online, on the origin
 */
public record CatalogueKeys(RoleKeys root, RoleKeys targets, RoleKeys snapshot, RoleKeys timestamp) {
    /** The online half. */
    public OnlineKeys online() {
        return new OnlineKeys(snapshot.keys(), timestamp.keys());
    }

    Map<Role, KeySet> keySets() {
        Map<Role, KeySet> sets = new EnumMap<>(Role.class);
        sets.put(Role.ROOT, root.keySet());
        sets.put(Role.TARGETS, targets.keySet());
        sets.put(Role.SNAPSHOT, snapshot.keySet());
        sets.put(Role.TIMESTAMP, timestamp.keySet());
        return sets;
    }
}
