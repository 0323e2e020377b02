package packhorse.console.rest;

import java.time.Instant;
import java.util.function.Function;
import packhorse.console.ledger.Stored;

/**
 * A record as the ledger has it.
 *
 * @param id names it among its kind, for ever
 * @param version 1 when it was added, one more with each change; its ETag
 * @param at when it was last changed
 * @param by who changed it
 * @param value the record
 */
public record Versioned<T>(String id, long version, Instant at, String by, T value) {
    static <T> Versioned<T> of(Stored<T> stored) {
        return of(stored, Function.identity());
    }

    static <T, V> Versioned<V> of(Stored<T> stored, Function<T, V> view) {
        return new Versioned<>(stored.id(), stored.version(), stored.at(), stored.by(), view.apply(stored.value()));
    }
}
