package packhorse.console.fleet;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Something of a record that a query may ask for.
 *
 * @param name as queries write it
 * @param words that a {@link Kind#WORD} may be; empty for other kinds
 * @param meaning one line for people
 * @param values what a record has of it, of the kind's own type; none where nothing is known
 */
public record Field<R>(String name, Kind kind, SortedSet<String> words, String meaning, Values<R> values) {
    /** What records have. */
    @FunctionalInterface
    public interface Values<R> {
        Collection<?> of(R record, Instant now);
    }

    public Field {
        words = Collections.unmodifiableSortedSet(new TreeSet<>(words));
    }
}
