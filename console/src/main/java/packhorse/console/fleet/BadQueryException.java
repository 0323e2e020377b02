package packhorse.console.fleet;

import org.jspecify.annotations.Nullable;

/** A query that cannot be read: one line with the place and the mend. */
public final class BadQueryException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int column;

    /** @param column where, from 1 */
    public BadQueryException(int column, String problem, @Nullable Throwable cause) {
        super("the query, column " + column + ": " + problem, cause);
        this.column = column;
    }

    /** Where, from 1. */
    public int column() {
        return column;
    }
}
