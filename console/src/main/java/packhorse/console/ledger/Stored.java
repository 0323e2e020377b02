package packhorse.console.ledger;

import java.time.Instant;

/**
 * A record as the ledger has it.
 *
 * @param id names it among its kind, for ever
 * @param version 1 when it was added, one more with each change
 * @param at when it was last changed, to the millisecond
 * @param by who changed it
 */
public record Stored<T>(Kind<T> kind, String id, long version, T value, Instant at, String by) {}
