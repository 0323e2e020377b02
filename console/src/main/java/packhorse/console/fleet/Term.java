package packhorse.console.fleet;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A query's parts: comparisons, all or any of which hold. */
public sealed interface Term<R> permits Term.All, Term.AnyOf, Comparison {
    /** Whether a record fits. */
    boolean matches(R record, Instant now);

    /** As a query writes it, in one way only. */
    String text();

    /** The comparisons in it, from left to right. */
    Stream<Comparison<R>> comparisons();

    /** Levels of terms inside each other. */
    int depth();

    /** All of them hold. */
    record All<R>(List<Term<R>> terms) implements Term<R> {
        public All {
            terms = List.copyOf(terms);
        }

        @Override
        public boolean matches(R record, Instant now) {
            for (Term<R> term : terms) {
                if (!term.matches(record, now)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String text() {
            return terms.stream()
                    .map(term -> term instanceof AnyOf<R> ? "(" + term.text() + ")" : term.text())
                    .collect(Collectors.joining(";"));
        }

        @Override
        public Stream<Comparison<R>> comparisons() {
            return terms.stream().flatMap(Term::comparisons);
        }

        @Override
        public int depth() {
            return 1 + terms.stream().mapToInt(Term::depth).max().orElse(0);
        }
    }

    /** At least one of them holds. */
    record AnyOf<R>(List<Term<R>> terms) implements Term<R> {
        public AnyOf {
            terms = List.copyOf(terms);
        }

        @Override
        public boolean matches(R record, Instant now) {
            for (Term<R> term : terms) {
                if (term.matches(record, now)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String text() {
            return terms.stream().map(Term::text).collect(Collectors.joining(","));
        }

        @Override
        public Stream<Comparison<R>> comparisons() {
            return terms.stream().flatMap(Term::comparisons);
        }

        @Override
        public int depth() {
            return 1 + terms.stream().mapToInt(Term::depth).max().orElse(0);
        }
    }
}
