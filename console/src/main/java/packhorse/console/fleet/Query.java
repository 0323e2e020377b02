package packhorse.console.fleet;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A question that a record answers with yes or no: {@code site==berlin;label.env==prod}. Whoever has one knows that its selectors,
 * operators and values were checked. Two are equal when their one canonical text is.
 *
 * <p>Cost of an answer: O(comparisons × values of the record).
 */
public final class Query<R> {
    /** What somebody writes by hand; as for an order's targets. */
    public static final int CHARS_MAX = 4_096;

    /** Terms inside each other; nobody can read more. */
    public static final int DEPTH_MAX = 16;

    /** A list of values is one; a longer list of endpoints is a static list. */
    public static final int COMPARISONS_MAX = 200;

    private final Term<R> term;
    private final String text;

    private Query(Term<R> term) {
        this.term = term;
        this.text = term.text();
    }

    /** @throws IllegalArgumentException when it is too deep or too long, with the mend */
    public static <R> Query<R> of(Term<R> term) {
        if (term.depth() > DEPTH_MAX) {
            throw new IllegalArgumentException("the query has " + term.depth() + " levels; at most " + DEPTH_MAX
                    + " are kept; make groups of its parts");
        }
        long comparisons = term.comparisons().count();
        if (comparisons > COMPARISONS_MAX) {
            throw new IllegalArgumentException("the query has " + comparisons + " comparisons; at most "
                    + COMPARISONS_MAX + " are kept; use =in= or a static list");
        }
        return new Query<>(term);
    }

    /** What it is made of, for whoever carries it out elsewhere. */
    public Term<R> term() {
        return term;
    }

    /** The names of all fields that it asks for: what has to be loaded to answer it. */
    public SortedSet<String> selectors() {
        SortedSet<String> selectors = new TreeSet<>();
        term.comparisons()
                .forEach(comparison -> selectors.add(comparison.field().name()));
        return Collections.unmodifiableSortedSet(selectors);
    }

    /** Whether a record fits, asked at {@code now}. */
    public boolean matches(R record, Instant now) {
        return term.matches(record, now);
    }

    /** The canonical text: what reads back as an equal query. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Query<?> that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
