package packhorse.console.ledger;

import java.util.function.Function;

/**
 * A kind of records: what they are called in the ledger, and which type they have. Whoever owns a type declares its kind, once, as a
 * constant; two kinds of one name are a fault.
 *
 * @param <T> the records' type, one that {@link packhorse.console.json.Records} writes and reads
 */
public final class Kind<T> {
    /** The column's width. */
    private static final int NAME_LENGTH_MAX = 32;

    private final String name;
    private final Class<T> type;
    private final Function<T, String> state;
    private final Function<T, String> parent;

    private Kind(String name, Class<T> type, Function<T, String> state, Function<T, String> parent) {
        this.name = name;
        this.type = type;
        this.state = state;
        this.parent = parent;
    }

    /**
     * A kind without states and parents.
     *
     * @param name lower-case letters, digits and underscores; for ever: it stands in the ledger
     * @throws IllegalArgumentException for another name
     */
    public static <T> Kind<T> of(String name, Class<T> type) {
        if (!name.matches("[a-z][a-z0-9_]*") || name.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException("\"" + name + "\" names no kind of records");
        }
        return new Kind<>(name, type, one -> "", one -> "");
    }

    /** The same, to be looked for by its state. */
    public Kind<T> byState(Function<T, String> now) {
        return new Kind<>(name, type, now, parent);
    }

    /** The same, to be looked for by the id of what it belongs to. */
    public Kind<T> byParent(Function<T, String> of) {
        return new Kind<>(name, type, state, of);
    }

    /** As the ledger calls it. */
    public String name() {
        return name;
    }

    /** The records' type. */
    public Class<T> type() {
        return type;
    }

    String state(T value) {
        return state.apply(value);
    }

    String parent(T value) {
        return parent.apply(value);
    }

    @Override
    public String toString() {
        return name.replace('_', ' ');
    }
}
