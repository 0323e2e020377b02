package packhorse.console.rest;

import java.util.Locale;

/** What is done with a resource; the methods of HTTP that are used here (RFC 9110 §9). */
public enum Verb {
    /** Reads, and changes nothing. */
    GET,
    /** Adds, or acts on a record. */
    POST,
    /** Puts another value in a record's place. */
    PUT,
    /** Takes away. */
    DELETE;

    /** As OpenAPI writes it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether something may be different afterwards. */
    public boolean changes() {
        return this != GET;
    }
}
