package packhorse.console.wave;

import java.util.Collection;
import java.util.List;
import packhorse.core.topology.EndpointId;

/**
 * Whom an order is for: whoever a query finds, and whoever a list names.
 *
 * @param query over inventory, site and labels; may be empty
 * @param listed sorted, each once
 */
public record Targets(String query, List<EndpointId> listed) {
    /** A query that somebody writes by hand. */
    public static final int QUERY_CHARS_MAX = 4_096;

    public Targets {
        query = query.strip();
        if (query.length() > QUERY_CHARS_MAX) {
            throw new IllegalArgumentException("the query of the targets has " + query.length()
                    + " characters; at most " + QUERY_CHARS_MAX + " are kept; make a group of it");
        }
        listed = listed.stream().sorted().distinct().toList();
    }

    public static Targets query(String query) {
        return new Targets(query, List.of());
    }

    public static Targets listed(Collection<EndpointId> endpoints) {
        return new Targets("", List.copyOf(endpoints));
    }

    public boolean isEmpty() {
        return query.isEmpty() && listed.isEmpty();
    }
}
