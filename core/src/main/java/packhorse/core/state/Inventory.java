package packhorse.core.state;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a machine is made of and what is installed on it: items by key ({@code os}, {@code disk/sda}, {@code package/deb/bash}), each a
 * few fields. Immutable. Two inventories differ by what {@link #since} says, and {@link #with} puts that on again, so that
 * {@code before.with(after.since(before))} is {@code after}; both are O(items).
 *
 * @param items fields by key
 */
public record Inventory(SortedMap<String, SortedMap<String, String>> items) {
    /** A desktop with everything has 4,000 packages. */
    public static final int ITEMS_MAX = 20_000;

    public static final int FIELDS_MAX = 64;
    public static final int KEY_LENGTH_MAX = 256;
    public static final int VALUE_LENGTH_MAX = 2_048;

    public static final Inventory EMPTY = new Inventory(new TreeMap<>());

    /**
     * From one inventory to another.
     *
     * @param changed items that are new or other than before, whole
     * @param removed keys of those that are gone
     */
    public record Difference(SortedMap<String, SortedMap<String, String>> changed, SortedSet<String> removed) {
        public Difference {
            changed = copy(changed);
            removed = Collections.unmodifiableSortedSet(new TreeSet<>(removed));
        }

        public boolean isEmpty() {
            return changed.isEmpty() && removed.isEmpty();
        }
    }

    public Inventory {
        items = copy(items);
        if (items.size() > ITEMS_MAX) {
            throw new IllegalArgumentException("an inventory has " + items.size() + " items, the most is " + ITEMS_MAX);
        }
        items.forEach(Inventory::requireTame);
    }

    private static void requireTame(String key, Map<String, String> fields) {
        if (key.isEmpty() || key.length() > KEY_LENGTH_MAX || fields.size() > FIELDS_MAX) {
            throw new IllegalArgumentException(
                    "an inventory's key has 1 to " + KEY_LENGTH_MAX + " characters and at most " + FIELDS_MAX
                            + " fields, not " + key.length() + " and " + fields.size());
        }
        fields.forEach((name, value) -> {
            if (name.isEmpty() || name.length() > KEY_LENGTH_MAX || value.length() > VALUE_LENGTH_MAX) {
                throw new IllegalArgumentException("the item " + key + " has a field of " + name.length() + " and "
                        + value.length() + " characters; the most are " + KEY_LENGTH_MAX + " and " + VALUE_LENGTH_MAX);
            }
        });
    }

    private static SortedMap<String, SortedMap<String, String>> copy(Map<String, ? extends Map<String, String>> items) {
        SortedMap<String, SortedMap<String, String>> copy = new TreeMap<>();
        items.forEach((key, fields) -> copy.put(key, Collections.unmodifiableSortedMap(new TreeMap<>(fields))));
        return Collections.unmodifiableSortedMap(copy);
    }

    /** What has to be said to somebody who knows {@code before}. */
    public Difference since(Inventory before) {
        SortedMap<String, SortedMap<String, String>> changed = new TreeMap<>();
        items.forEach((key, fields) -> {
            if (!fields.equals(before.items.get(key))) {
                changed.put(key, fields);
            }
        });
        SortedSet<String> removed = new TreeSet<>(before.items.keySet());
        removed.removeAll(items.keySet());
        return new Difference(changed, removed);
    }

    /** This inventory after {@code difference}. */
    public Inventory with(Difference difference) {
        SortedMap<String, SortedMap<String, String>> next = new TreeMap<>(items);
        next.keySet().removeAll(difference.removed());
        next.putAll(difference.changed());
        return new Inventory(next);
    }
}
