package packhorse.console.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.Query;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Narrowing;
import packhorse.console.ledger.Fleet.Chosen;
import packhorse.console.ledger.Fleet.Row;
import packhorse.console.ledger.SqlNarrowing.Condition;
import packhorse.core.topology.EndpointId;

/**
 * Goes through the fleet. Where a condition leaves some out, ids are chosen first and rows are read of these: a database that has to sort
 * sorts ids, not everything that is known of everybody.
 */
final class SqlMuster {
    /** A page is a hundred; whoever is not full by then reads on in larger pieces. */
    private static final int FIRST = 200;

    private final SqlFleet fleet;
    private final Handle handle;
    private final Instant now;

    SqlMuster(SqlFleet fleet, Handle handle, Instant now) {
        this.fleet = fleet;
        this.handle = handle;
        this.now = now;
    }

    void each(Narrowing narrowing, Optional<EndpointId> after, Predicate<Row> visitor) {
        Condition condition = SqlNarrowing.of(handle, narrowing, now);
        String behind = after.map(EndpointId::toString).orElse("");
        if (condition.isOpen()) {
            all(behind, visitor);
        } else {
            some(condition, behind, visitor);
        }
    }

    private void all(String behind, Predicate<Row> visitor) {
        try (ResultIterator<Row> rows = handle.createQuery("SELECT " + SqlFleet.COLUMNS
                        + " FROM endpoint WHERE endpoint > :after AND retired = 0 ORDER BY endpoint")
                .bind("after", behind)
                .setFetchSize(SqlFleet.ROWS_MAX)
                .map(SqlFleet.ROW)
                .iterator()) {
            while (rows.hasNext() && visitor.test(rows.next())) {
                // The visitor does what is to be done.
            }
        }
    }

    private void some(Condition condition, String behind, Predicate<Row> visitor) {
        List<Object> values = new ArrayList<>();
        values.add(behind);
        values.addAll(condition.values());
        Query query = WaveScope.bound(
                handle.createQuery("SELECT e.endpoint FROM endpoint e WHERE e.retired = 0 AND e.endpoint > ? AND "
                        + condition.sql() + " ORDER BY e.endpoint"),
                0,
                values);
        try (ResultIterator<String> ids =
                query.setFetchSize(SqlFleet.ROWS_MAX).mapTo(String.class).iterator()) {
            int size = FIRST;
            boolean going = true;
            while (going && ids.hasNext()) {
                List<EndpointId> piece = new ArrayList<>(size);
                while (piece.size() < size && ids.hasNext()) {
                    piece.add(EndpointId.parse(ids.next()));
                }
                going = visit(piece, visitor);
                size = Math.min(SqlFleet.ROWS_MAX, 2 * size);
            }
        }
    }

    private boolean visit(List<EndpointId> piece, Predicate<Row> visitor) {
        Map<EndpointId, Row> rows = fleet.find(piece);
        for (EndpointId endpoint : piece) {
            Row row = rows.get(endpoint);
            if (row != null && !visitor.test(row)) {
                return false;
            }
        }
        return true;
    }

    void choose(Narrowing narrowing, Predicate<EndpointFacts> fits, Consumer<Chosen> visitor) {
        Condition condition = SqlNarrowing.of(handle, narrowing, now);
        if (!condition.exact()) {
            each(narrowing, Optional.empty(), row -> {
                if (fits.test(row.facts())) {
                    visitor.accept(Chosen.of(row.facts()));
                }
                return true;
            });
            return;
        }
        WaveScope.bound(
                        handle.createQuery(
                                "SELECT e.endpoint, e.site, e.kind, e.pair, e.host FROM endpoint e WHERE e.retired ="
                                        + " 0 AND " + condition.sql()),
                        0,
                        condition.values())
                .setFetchSize(SqlFleet.ROWS_MAX)
                .map((row, context) -> new Chosen(
                        EndpointId.parse(row.getString(1)),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5)))
                .forEach(visitor);
    }
}
