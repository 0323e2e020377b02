package packhorse.console.ledger;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Narrowing;
import packhorse.console.json.Records;
import packhorse.console.ledger.Refusal.Why;
import packhorse.core.state.Inventory;
import packhorse.core.topology.EndpointId;

/** The fleet's tables. */
final class SqlFleet implements Fleet {
    static final int ROWS_MAX = 1_000;
    static final String COLUMNS = "endpoint, name, site, tracker, seen_at, retired, version, facts";
    static final RowMapper<Row> ROW = (row, context) -> row(row);

    private final Engine engine;
    private final Handle handle;
    private final Instant now;
    private final WaveScope scope;
    private final SqlTraits traits;
    private final SqlMuster muster;

    SqlFleet(Engine engine, Handle handle, Instant now, WaveScope scope) {
        this.engine = engine;
        this.handle = handle;
        this.now = now;
        this.scope = scope;
        this.traits = new SqlTraits(handle);
        this.muster = new SqlMuster(this, handle, now);
    }

    private static Row row(ResultSet row) throws SQLException {
        EndpointFacts facts = Records.read(
                EndpointFacts.class, row.getString("facts"), "the ledger's endpoint " + row.getString("endpoint"));
        String tracker = row.getString("tracker");
        long seen = row.getLong("seen_at");
        return new Row(
                new EndpointFacts(
                        facts.endpoint(),
                        row.getString("name"),
                        row.getString("site"),
                        facts.labels(),
                        facts.os(),
                        facts.hardware(),
                        facts.agent(),
                        facts.lines(),
                        !tracker.isEmpty(),
                        seen == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(seen)),
                        facts.enrolled(),
                        facts.asked()),
                tracker,
                row.getInt("retired") == 1,
                row.getLong("version"));
    }

    @Override
    public void enrol(EndpointId endpoint, String name, String site, Instant at) {
        handle.createUpdate(
                        "INSERT INTO endpoint (endpoint, name, site, tracker, seen_at, retired, version, facts) VALUES"
                                + " (:endpoint, '', :site, '', 0, 0, 1, :facts) ON CONFLICT (endpoint) DO NOTHING")
                .bind("endpoint", endpoint.toString())
                .bind("site", site)
                .bind("facts", Records.write(EndpointFacts.enrolled(endpoint, name, site, at)))
                .execute();
        // What it was called is only certain once the row is held: somebody else may have written it first.
        EndpointFacts before = get(endpoint, engine.forUpdate()).facts();
        handle.createUpdate("UPDATE endpoint SET name = CASE WHEN :name = '' THEN name ELSE :name END, site = CASE WHEN"
                        + " :site = '' THEN site ELSE :site END, retired = 0 WHERE endpoint = :endpoint")
                .bind("endpoint", endpoint.toString())
                .bind("name", name)
                .bind("site", site)
                .execute();
        if (!name.isEmpty()) {
            traits.change(endpoint, before, before.withName(name));
        }
    }

    @Override
    public void add(Collection<EndpointFacts> endpoints) {
        Set<EndpointId> there =
                find(endpoints.stream().map(EndpointFacts::endpoint).toList()).keySet();
        List<EndpointFacts> fresh = endpoints.stream()
                .filter(one -> !there.contains(one.endpoint()))
                .sorted(Comparator.comparing(EndpointFacts::endpoint))
                .toList();
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO endpoint (endpoint, name, site, tracker, seen_at, retired, version, facts, kind, pair,"
                        + " host) VALUES (?, ?, ?, '', ?, 0, 1, ?, ?, ?, ?)")) {
            for (EndpointFacts one : fresh) {
                Chosen chosen = Chosen.of(one);
                bulk.add(
                        one.endpoint().toString(),
                        one.name(),
                        one.site(),
                        one.lastSeen().map(Instant::toEpochMilli).orElse(0L),
                        Records.write(one),
                        chosen.kind(),
                        chosen.pair(),
                        chosen.host());
            }
            bulk.flush();
        }
        traits.add(fresh);
    }

    @Override
    public Optional<Row> find(EndpointId endpoint) {
        return find(endpoint, "");
    }

    private Optional<Row> find(EndpointId endpoint, String lock) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM endpoint WHERE endpoint = :endpoint" + lock)
                .bind("endpoint", endpoint.toString())
                .map(ROW)
                .findOne();
    }

    /** What is asked of many, some hundreds in one statement. */
    private static List<List<String>> pieces(Collection<EndpointId> endpoints) {
        List<String> names =
                endpoints.stream().map(EndpointId::toString).distinct().sorted().toList();
        List<List<String>> pieces = new ArrayList<>();
        for (int from = 0; from < names.size(); from += ROWS_MAX) {
            pieces.add(names.subList(from, Math.min(names.size(), from + ROWS_MAX)));
        }
        return pieces;
    }

    @Override
    public Map<EndpointId, Row> find(Collection<EndpointId> endpoints) {
        Map<EndpointId, Row> rows = new HashMap<>();
        for (List<String> some : pieces(endpoints)) {
            WaveScope.bound(
                            handle.createQuery("SELECT " + COLUMNS + " FROM endpoint WHERE endpoint IN ("
                                    + WaveScope.marks(some.size()) + ")"),
                            0,
                            some)
                    .map(ROW)
                    .forEach(row -> rows.put(row.facts().endpoint(), row));
        }
        return rows;
    }

    @Override
    public Map<EndpointId, Long> revisions(Collection<EndpointId> endpoints) {
        Map<EndpointId, Long> revisions = new HashMap<>();
        for (List<String> some : pieces(endpoints)) {
            WaveScope.bound(
                            handle.createQuery("SELECT endpoint, revision FROM inventory WHERE endpoint IN ("
                                    + WaveScope.marks(some.size()) + ")"),
                            0,
                            some)
                    .map((row, context) -> Map.entry(EndpointId.parse(row.getString(1)), row.getLong(2)))
                    .forEach(one -> revisions.put(one.getKey(), one.getValue()));
        }
        return revisions;
    }

    @Override
    public Row get(EndpointId endpoint) {
        return get(endpoint, "");
    }

    private Row get(EndpointId endpoint, String lock) {
        return find(endpoint, lock).orElseThrow(() -> new Refusal(Why.NOT_THERE, "there is no endpoint " + endpoint));
    }

    @Override
    public List<Row> named(String name) {
        return handle.createQuery(
                        "SELECT " + COLUMNS + " FROM endpoint WHERE name = :name ORDER BY endpoint LIMIT " + LIMIT_MAX)
                .bind("name", name)
                .map(ROW)
                .list();
    }

    @Override
    public List<Row> list(Optional<EndpointId> after, int limit) {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new Refusal(Why.INVALID, limit + " at once; ask for 1 to " + LIMIT_MAX);
        }
        return handle.createQuery("SELECT " + COLUMNS
                        + " FROM endpoint WHERE endpoint > :after AND retired = 0 ORDER BY" + " endpoint LIMIT :limit")
                .bind("after", after.map(EndpointId::toString).orElse(""))
                .bind("limit", limit)
                .setFetchSize(ROWS_MAX)
                .map(ROW)
                .list();
    }

    @Override
    public void each(Narrowing narrowing, Optional<EndpointId> after, Predicate<Row> visitor) {
        muster.each(narrowing, after, visitor);
    }

    @Override
    public void choose(Narrowing narrowing, Predicate<EndpointFacts> fits, Consumer<Chosen> visitor) {
        muster.choose(narrowing, fits, visitor);
    }

    @Override
    public long count() {
        return handle.createQuery("SELECT count(*) FROM endpoint WHERE retired = 0")
                .mapTo(Long.class)
                .one();
    }

    @Override
    public void here(String tracker, Collection<Here> here, boolean full) {
        if (full) {
            handle.createUpdate("UPDATE endpoint SET tracker = '', seen_at = :now WHERE tracker = :tracker")
                    .bind("now", now.toEpochMilli())
                    .bind("tracker", tracker)
                    .execute();
        }
        // In one order, whoever does it: two transactions that hold rows of each other's would wait for ever.
        List<Here> sorted =
                here.stream().sorted(Comparator.comparing(Here::endpoint)).toList();
        try (PreparedBatch batch = handle.prepareBatch("INSERT INTO endpoint (endpoint, name, site, tracker, seen_at,"
                + " retired, version, facts) VALUES (?, '', ?, ?, ?, 0, 1, ?) ON CONFLICT (endpoint) DO UPDATE SET site ="
                + " CASE WHEN excluded.site = '' THEN endpoint.site ELSE excluded.site END, tracker = excluded.tracker,"
                + " seen_at = excluded.seen_at")) {
            for (Here one : sorted) {
                batch.add(
                        one.endpoint().toString(),
                        one.site(),
                        tracker,
                        now.toEpochMilli(),
                        Records.write(EndpointFacts.enrolled(one.endpoint(), "", one.site(), one.since())));
                flush(batch, ROWS_MAX);
            }
            flush(batch, 1);
        }
    }

    @Override
    public void away(String tracker, Collection<EndpointId> gone, Instant at) {
        try (PreparedBatch batch = handle.prepareBatch(
                "UPDATE endpoint SET tracker = '', seen_at = ? WHERE endpoint = ? AND tracker = ?")) {
            for (EndpointId one : gone.stream().sorted().toList()) {
                batch.add(at.toEpochMilli(), one.toString(), tracker);
                flush(batch, ROWS_MAX);
            }
            flush(batch, 1);
        }
    }

    private static void flush(PreparedBatch batch, int least) {
        if (batch.size() >= least) {
            batch.execute();
        }
    }

    private Row seen(EndpointId endpoint, OptionalLong version) {
        Row row = get(endpoint, engine.forUpdate());
        if (version.isPresent() && version.getAsLong() != row.version()) {
            throw new Refusal(
                    Why.STALE,
                    "the endpoint " + endpoint + " was changed meanwhile: you saw version " + version.getAsLong()
                            + ", it is " + row.version() + "; look again");
        }
        return row;
    }

    @Override
    public Row label(EndpointId endpoint, OptionalLong seen, Map<String, String> labels) {
        Row row = seen(endpoint, seen);
        return write(row, row.facts().withLabels(labels), row.retired());
    }

    @Override
    public Row retire(EndpointId endpoint, OptionalLong seen) {
        Row row = seen(endpoint, seen);
        handle.createQuery("SELECT wave, site FROM member WHERE endpoint = ? AND gone = 0")
                .bind(0, endpoint.toString())
                .map((at, context) -> Map.entry(at.getString(1), at.getString(2)))
                .forEach(at -> scope.wrote(at.getKey(), at.getValue()));
        handle.execute("UPDATE member SET gone = 1 WHERE endpoint = ? AND gone = 0", endpoint.toString());
        return write(row, row.facts(), true);
    }

    private Row write(Row row, EndpointFacts facts, boolean retired) {
        handle.createUpdate("UPDATE endpoint SET retired = :retired, version = version + 1 WHERE endpoint = :endpoint")
                .bind("retired", retired ? 1 : 0)
                .bind("endpoint", facts.endpoint().toString())
                .execute();
        write(row.facts(), facts);
        return new Row(facts, row.tracker(), retired, row.version() + 1);
    }

    /** The facts, and what stands beside them to be looked for. */
    private void write(EndpointFacts before, EndpointFacts facts) {
        Chosen chosen = Chosen.of(facts);
        handle.createUpdate("UPDATE endpoint SET facts = :facts, name = :name, kind = :kind, pair = :pair, host = :host"
                        + " WHERE endpoint = :endpoint")
                .bind("facts", Records.write(facts))
                .bind("name", facts.name())
                .bind("kind", chosen.kind())
                .bind("pair", chosen.pair())
                .bind("host", chosen.host())
                .bind("endpoint", facts.endpoint().toString())
                .execute();
        traits.change(facts.endpoint(), before, facts);
    }

    @Override
    public Optional<Kept> inventory(EndpointId endpoint) {
        return handle.createQuery("SELECT revision, body FROM inventory WHERE endpoint = :endpoint")
                .bind("endpoint", endpoint.toString())
                .map((row, context) -> new Kept(
                        row.getLong(1),
                        Records.read(
                                Inventory.class, unpacked(row.getBytes(2)), "the ledger's inventory of " + endpoint)))
                .findOne();
    }

    @Override
    public long revision(EndpointId endpoint) {
        return handle.createQuery("SELECT revision FROM inventory WHERE endpoint = :endpoint")
                .bind("endpoint", endpoint.toString())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
    }

    @Override
    public void keep(EndpointId endpoint, long revision, Inventory inventory, Set<String> selectors) {
        Row row = find(endpoint, engine.forUpdate()).orElseGet(() -> {
            enrol(endpoint, "", "", now);
            return get(endpoint, engine.forUpdate());
        });
        handle.createUpdate("INSERT INTO inventory (endpoint, revision, body) VALUES (:endpoint, :revision, :body) ON"
                        + " CONFLICT (endpoint) DO UPDATE SET revision = excluded.revision, body = excluded.body")
                .bind("endpoint", endpoint.toString())
                .bind("revision", revision)
                .bind("body", packed(Records.write(inventory)))
                .execute();
        write(row.facts(), row.facts().withInventory(inventory, selectors));
    }

    private static byte[] packed(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String unpacked(byte[] bytes) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(in.readNBytes(Records.CHARS_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("an inventory cannot be read; restore the ledger's backup", e);
        }
    }
}
