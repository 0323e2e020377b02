package packhorse.core.state;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything an endpoint should have, in the order in which it is to be done.
 *
 * @param revision grows with each change; 0 is before the first
 * @param variables what configuration is filled in with on this endpoint
 */
public record DesiredState(long revision, List<DesiredItem> items, SortedMap<String, String> variables) {
    /** No ledger counts so far; whoever says that he acts on a higher one says nothing. Numbers above it are left to count on. */
    public static final long REVISION_MAX = 1L << 62;

    /** An endpoint has some dozens of releases; a state with more than this is a mistake. */
    public static final int ITEMS_MAX = 10_000;

    /** Some dozens are common; they stand in every update. */
    public static final int VARIABLES_MAX = 1_000;

    /** A name; longer ones are nobody's. */
    public static final int VARIABLE_NAME_MAX = 128;

    /** A value: a path, an address, a line. */
    public static final int VARIABLE_VALUE_MAX = 4_096;

    public static final DesiredState NONE = new DesiredState(0, List.of());

    /** Without variables. */
    public DesiredState(long revision, List<DesiredItem> items) {
        this(revision, items, new TreeMap<>());
    }

    public DesiredState {
        items = List.copyOf(items);
        variables = Collections.unmodifiableSortedMap(new TreeMap<>(variables));
        if (revision < 0 || items.size() > ITEMS_MAX || variables.size() > VARIABLES_MAX) {
            throw new IllegalArgumentException(
                    "revision " + revision + " with " + items.size() + " items and " + variables.size() + " variables");
        }
        variables.forEach((name, value) -> {
            if (name.isEmpty() || name.length() > VARIABLE_NAME_MAX || value.length() > VARIABLE_VALUE_MAX) {
                throw new IllegalArgumentException("a variable's name has 1 to " + VARIABLE_NAME_MAX
                        + " characters and its value at most " + VARIABLE_VALUE_MAX + ", not " + name.length() + " and "
                        + value.length());
            }
        });
        Set<String> actions = new HashSet<>();
        for (DesiredItem item : items) {
            if (!actions.add(item.action())) {
                throw new IllegalArgumentException("two items are named " + item.action());
            }
        }
    }
}
