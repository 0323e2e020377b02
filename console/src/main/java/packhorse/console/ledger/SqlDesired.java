package packhorse.console.ledger;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import packhorse.core.message.StateCodec;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.topology.EndpointId;

/**
 * The desired states' tables. Numbers of changes are taken from a counter whose row is held until the transaction ends, so they become
 * visible in their order, and whoever has read up to one has seen all before it.
 */
final class SqlDesired implements Desired {
    /** PostgreSQL takes 65,535 parameters a statement, SQLite 32,766. */
    private static final int NAMES_MAX = 1_000;

    private static final String COUNTER = "desired";

    private final Handle handle;

    SqlDesired(Handle handle) {
        this.handle = handle;
    }

    @Override
    public void put(List<DesiredRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        long place = numbers(rows.size());
        Set<EndpointId> endpoints = new HashSet<>();
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO desired (endpoint, name, platform, action, place, item) VALUES (?, ?, ?, ?, ?, ?) ON"
                        + " CONFLICT (endpoint, name, platform) DO UPDATE SET action = excluded.action, place ="
                        + " excluded.place, item = excluded.item")) {
            for (DesiredRow row : rows) {
                place++;
                bulk.add(
                        row.endpoint().toString(),
                        row.line().name().toString(),
                        row.line().platform().toString(),
                        row.item().action(),
                        place,
                        StateCodec.write(row.item()).toByteArray());
                endpoints.add(row.endpoint());
            }
            bulk.flush();
        }
        change(endpoints);
    }

    /** So many numbers; the last one before the first of them. */
    private long numbers(int count) {
        return handle.createQuery(
                                "INSERT INTO counter (name, value) VALUES (:name, :count) ON CONFLICT (name) DO UPDATE"
                                        + " SET value = counter.value + excluded.value RETURNING value")
                        .bind("name", COUNTER)
                        .bind("count", count)
                        .mapTo(Long.class)
                        .one()
                - count;
    }

    private void change(Collection<EndpointId> endpoints) {
        long number = numbers(endpoints.size());
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO desired_head (endpoint, revision, change) VALUES (?, 1, ?) ON CONFLICT"
                        + " (endpoint) DO UPDATE SET revision = desired_head.revision + 1, change = excluded.change")) {
            for (EndpointId endpoint : new TreeSet<>(endpoints)) {
                number++;
                bulk.add(endpoint.toString(), number);
            }
            bulk.flush();
        }
    }

    @Override
    public void drop(Collection<String> actions) {
        List<String> names = actions.stream().sorted().toList();
        Set<EndpointId> endpoints = new HashSet<>();
        for (int from = 0; from < names.size(); from += NAMES_MAX) {
            List<String> some = names.subList(from, Math.min(names.size(), from + NAMES_MAX));
            Query query = handle.createQuery(
                    "DELETE FROM desired WHERE action IN (" + WaveScope.marks(some.size()) + ") RETURNING endpoint");
            for (int i = 0; i < some.size(); i++) {
                query.bind(i, some.get(i));
            }
            endpoints.addAll(query.map((row, context) -> EndpointId.parse(row.getString(1)))
                    .list());
        }
        if (!endpoints.isEmpty()) {
            change(endpoints);
        }
    }

    @Override
    public void raise(Map<EndpointId, Long> acted) {
        long number = numbers(acted.size());
        try (Bulk bulk = new Bulk(
                handle, "UPDATE desired_head SET revision = ?, change = ? WHERE endpoint = ? AND revision < ?")) {
            for (Map.Entry<EndpointId, Long> one : new TreeMap<>(acted).entrySet()) {
                number++;
                bulk.add(one.getValue() + 1, number, one.getKey().toString(), one.getValue());
            }
            bulk.flush();
        }
    }

    @Override
    public DesiredState of(EndpointId endpoint) {
        return Optional.ofNullable(of(List.of(endpoint)).get(endpoint)).orElse(DesiredState.NONE);
    }

    @Override
    public Map<EndpointId, DesiredState> of(Collection<EndpointId> endpoints) {
        List<EndpointId> sorted = endpoints.stream().distinct().sorted().toList();
        Map<EndpointId, DesiredState> states = new HashMap<>();
        for (int from = 0; from < sorted.size(); from += NAMES_MAX) {
            some(sorted.subList(from, Math.min(sorted.size(), from + NAMES_MAX)), states);
        }
        return states;
    }

    private void some(List<EndpointId> endpoints, Map<EndpointId, DesiredState> states) {
        String in = " WHERE endpoint IN (" + WaveScope.marks(endpoints.size()) + ")";
        Query items = handle.createQuery("SELECT endpoint, item FROM desired" + in + " ORDER BY place");
        Query heads = handle.createQuery("SELECT endpoint, revision FROM desired_head" + in);
        for (int i = 0; i < endpoints.size(); i++) {
            items.bind(i, endpoints.get(i).toString());
            heads.bind(i, endpoints.get(i).toString());
        }
        Map<EndpointId, List<DesiredItem>> byEndpoint = new HashMap<>();
        items.map((row, context) -> Map.entry(EndpointId.parse(row.getString(1)), item(row.getBytes(2))))
                .forEach(item -> byEndpoint
                        .computeIfAbsent(item.getKey(), unused -> new ArrayList<>())
                        .add(item.getValue()));
        heads.map((row, context) -> Map.entry(EndpointId.parse(row.getString(1)), row.getLong(2)))
                .forEach(head -> states.put(
                        head.getKey(),
                        new DesiredState(head.getValue(), byEndpoint.getOrDefault(head.getKey(), List.of()))));
    }

    private static DesiredItem item(byte[] bytes) {
        try {
            return StateCodec.read(packhorse.core.message.v1.DesiredItem.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "an item of a desired state cannot be read; restore the ledger's backup", e);
        }
    }

    @Override
    public List<Change> changedAfter(long number, int limit) {
        return handle.createQuery(
                        "SELECT change, endpoint FROM desired_head WHERE change > :number ORDER BY change LIMIT :limit")
                .bind("number", number)
                .bind("limit", limit)
                .map((row, context) -> new Change(row.getLong(1), EndpointId.parse(row.getString(2))))
                .list();
    }
}
