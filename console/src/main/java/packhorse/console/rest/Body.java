package packhorse.console.rest;

/** What a route wants in a request's body. */
public sealed interface Body {
    /** Nothing; whatever comes is refused. */
    record None() implements Body {}

    /**
     * A record as JSON.
     *
     * @param type of the record
     */
    record Json(Class<?> type) implements Body {}

    /**
     * A file.
     *
     * @param mediaType of it
     * @param bytesMax the longest that is taken
     */
    record File(String mediaType, int bytesMax) implements Body {}

    /** A record that people fill in is never longer: plans name at most a few hundred waves and sites. */
    int JSON_BYTES_MAX = 1 << 20;

    /** A list of endpoints or a calendar: 100,000 lines with some labels. */
    int FILE_BYTES_MAX = 32 << 20;

    /** The longest body that is taken. */
    default int bytesMax() {
        return switch (this) {
            case None none -> 0;
            case Json json -> JSON_BYTES_MAX;
            case File file -> file.bytesMax();
        };
    }
}
