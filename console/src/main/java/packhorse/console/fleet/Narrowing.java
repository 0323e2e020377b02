package packhorse.console.fleet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.topology.EndpointId;

/**
 * Whom a query can be about at most, in what a table has columns for: whoever reads endpoints leaves the others out before he looks at what
 * is known of them. Who fits the query fits its narrowing; the other way round only where it is {@link #isExact exact}.
 *
 * <p>It is made of the query's own comparisons. What no table has a column for is anybody, what stands beside it with "and" still narrows;
 * a group is what its query and its list are. So nothing here has a meaning of its own that could differ from the query's.
 */
public sealed interface Narrowing {
    /** Nobody is left out. */
    record Anybody() implements Narrowing {}

    /** Whoever all of these leave. */
    record All(List<Narrowing> parts) implements Narrowing {
        public All {
            parts = List.copyOf(parts);
        }
    }

    /** Whoever one of these leaves. */
    record AnyOf(List<Narrowing> parts) implements Narrowing {
        public AnyOf {
            parts = List.copyOf(parts);
        }
    }

    /** These. */
    record Listed(List<EndpointId> endpoints) implements Narrowing {
        public Listed {
            endpoints = List.copyOf(endpoints);
        }
    }

    /** What a table has a column for. */
    enum Column {
        ID,
        NAME,
        SITE,
        LABEL,
        ONLINE,
        LAST_SEEN
    }

    /**
     * Whoever fits one comparison over one column.
     *
     * @param label its name; empty for other columns
     */
    record Compared(Comparison<EndpointFacts> comparison, Column column, String label) implements Narrowing {
        private static final EndpointId NOBODY = EndpointId.ofBytes(new byte[EndpointId.LENGTH_BYTES]);

        /** Whether an endpoint fits that has this text there; empty: it has none. For names, sites and labels. */
        public boolean holds(String text, Instant now) {
            EndpointFacts bare = EndpointFacts.enrolled(
                    NOBODY, column == Column.NAME ? text : "", column == Column.SITE ? text : "", Instant.EPOCH);
            TreeMap<String, String> labels = new TreeMap<>();
            labels.put(label, text);
            return comparison.matches(column == Column.LABEL ? bare.withLabels(labels) : bare, now);
        }

        /** Whether an endpoint fits that has a session, or has none. */
        public boolean holds(boolean online, Instant now) {
            return comparison.matches(
                    EndpointFacts.enrolled(NOBODY, "", "", Instant.EPOCH).seen(online, Instant.EPOCH), now);
        }
    }

    /** Of a query; the roster knows the groups that it asks for. */
    static Narrowing of(Query<EndpointFacts> query, Roster roster) {
        return of(query.term(), roster);
    }

    private static Narrowing of(Term<EndpointFacts> term, Roster roster) {
        return switch (term) {
            case Term.All<EndpointFacts>(List<Term<EndpointFacts>> terms) -> all(terms, roster);
            case Term.AnyOf<EndpointFacts>(List<Term<EndpointFacts>> terms) ->
                anyOf(terms.stream().map(one -> of(one, roster)).toList());
            case Comparison<EndpointFacts> comparison -> of(comparison, roster);
        };
    }

    private static Narrowing all(List<Term<EndpointFacts>> terms, Roster roster) {
        List<Narrowing> parts = new ArrayList<>();
        terms.forEach(term -> parts.add(of(term, roster)));
        return new All(parts);
    }

    /** Whoever one of these leaves; anybody where one leaves anybody. */
    static Narrowing anyOf(List<Narrowing> parts) {
        return parts.stream().anyMatch(Anybody.class::isInstance) ? new Anybody() : new AnyOf(parts);
    }

    private static Narrowing of(Comparison<EndpointFacts> comparison, Roster roster) {
        String selector = comparison.field().name();
        if (selector.equals(EndpointFields.GROUP)) {
            return comparison.operator().denies() ? new Anybody() : roster.narrowed(comparison.operands());
        }
        if (selector.startsWith(EndpointFields.LABEL_DOT)) {
            return new Compared(comparison, Column.LABEL, selector.substring(EndpointFields.LABEL_DOT.length()));
        }
        return column(selector)
                .<Narrowing>map(column -> new Compared(comparison, column, ""))
                .orElseGet(Anybody::new);
    }

    private static Optional<Column> column(String selector) {
        return switch (selector) {
            case "id" -> Optional.of(Column.ID);
            case "name" -> Optional.of(Column.NAME);
            case "site" -> Optional.of(Column.SITE);
            case "online" -> Optional.of(Column.ONLINE);
            case "lastSeen" -> Optional.of(Column.LAST_SEEN);
            default -> Optional.empty();
        };
    }

    /** Whether whoever is left fits the query as well. */
    default boolean isExact() {
        return switch (this) {
            case Anybody anybody -> false;
            case All(List<Narrowing> parts) -> parts.stream().allMatch(Narrowing::isExact);
            case AnyOf(List<Narrowing> parts) -> parts.stream().allMatch(Narrowing::isExact);
            case Listed listed -> true;
            case Compared compared -> true;
        };
    }
}
