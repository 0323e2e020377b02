package packhorse.console.fleet;

/** Reads queries: what this package needs of a parser. */
@FunctionalInterface
public interface QueryReader {
    /**
     * Reads a query over the records that {@code fields} describes.
     *
     * @throws BadQueryException with the place and the mend
     */
    <R> Query<R> read(String text, Fields<R> fields);
}
