package packhorse.console.rest;

/**
 * A parameter of a route, in its path or its query.
 *
 * @param name as it stands in the path's braces or before the query's {@code =}
 * @param place where it stands
 * @param type what its text is
 * @param meaning one sentence, as the OpenAPI document has it
 */
public record Parameter(String name, Place place, Type type, String meaning) {
    /** Where a parameter stands. */
    public enum Place {
        /** In the path; always there. */
        PATH,
        /** In the query; may be left out. */
        QUERY
    }

    /** What a parameter's text is. */
    public enum Type {
        /** A text of one line. */
        TEXT,
        /** A whole number from 0. */
        COUNT,
        /** True or false. */
        FLAG,
        /** A moment, RFC 3339. */
        TIME
    }

    /** The longest value: a filter over inventory that a person wrote. */
    public static final int LENGTH_MAX = 4_096;

    /** What a list's filter is; the fields are told when one asks for what is none. */
    static final String FILTER = "Only those that fit, in RSQL: state==APPROVED;at=gt=now-7d.";

    static Parameter path(String name, String meaning) {
        return new Parameter(name, Place.PATH, Type.TEXT, meaning);
    }

    static Parameter query(String name, Type type, String meaning) {
        return new Parameter(name, Place.QUERY, type, meaning);
    }
}
