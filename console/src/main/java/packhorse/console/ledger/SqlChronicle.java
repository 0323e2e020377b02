package packhorse.console.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.console.audit.BoundLink;
import packhorse.console.wave.Action;
import packhorse.console.wave.Line;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.WaveId;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.message.StateCodec;
import packhorse.core.state.ActionState;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;

/**
 * Looks back in SQL. What an attempt's endpoint said of it is found by the endpoint, under which its reports lie together; so a look at
 * all attempts of a wave costs O(reports of its members), those of their other orders too.
 */
final class SqlChronicle implements Chronicle {
    /** Waves of one statement; an order of more deployments than make so many is counted in pieces. */
    private static final int WAVES_MAX = 500;

    /** What an endpoint fetches content for. */
    private static final String FETCHES =
            "a.purpose <> 'ROLL_BACK' AND a.operation IN ('DISTRIBUTE', 'INSTALL', 'UPDATE')";

    /** What was there already was not delivered. */
    private static final String GOT =
            "a.good = 1 AND a.state <> " + ActionState.ALREADY_AT_TARGET.number() + " AND " + FETCHES;

    private final Handle handle;

    SqlChronicle(Handle handle) {
        this.handle = handle;
    }

    // ---- numbers

    @Override
    public WaveSum sum(WaveId wave) {
        long attempts = handle.createQuery("SELECT count(*) FROM attempt WHERE wave = ?")
                .bind(0, wave.toString())
                .mapTo(Long.class)
                .one();
        List<Failed> failed = handle.createQuery("SELECT state, code, code_class, count(*) FROM attempt WHERE wave ="
                        + " ? AND ended = 1 AND good = 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
                .bind(0, wave.toString())
                .map((row, context) -> new Failed(
                        ActionState.of(row.getInt(1)), row.getInt(2), codeClass(row.getInt(3)), row.getLong(4)))
                .list();
        Optional<Instant> began = handle.createQuery(
                        "SELECT min(b.heard_at) FROM attempt a JOIN beginning b ON b.action = a.action WHERE a.wave ="
                                + " ?")
                .bind(0, wave.toString())
                .map((row, context) -> {
                    long at = row.getLong(1);
                    return row.wasNull() ? Optional.<Instant>empty() : Optional.of(Instant.ofEpochMilli(at));
                })
                .one();
        return new WaveSum(attempts, failed, began);
    }

    private static Optional<CodeClass> codeClass(int number) {
        return number == 0 ? Optional.empty() : Optional.of(CodeClass.of(number));
    }

    @Override
    public List<SiteSum> sites(Collection<WaveId> waves) {
        List<String> all = waves.stream().map(WaveId::toString).toList();
        Map<String, SiteSum> sums = new TreeMap<>();
        for (int from = 0; from < all.size(); from += WAVES_MAX) {
            sites(all.subList(from, Math.min(all.size(), from + WAVES_MAX)))
                    .forEach(one -> sums.merge(one.site(), one, SqlChronicle::both));
        }
        return List.copyOf(sums.values());
    }

    private static SiteSum both(SiteSum one, SiteSum other) {
        List<Got> got = new ArrayList<>(one.got());
        got.addAll(other.got());
        return new SiteSum(
                one.site(),
                one.endpoints() + other.endpoints(),
                got,
                one.bytesWan() + other.bytesWan(),
                one.bytesLan() + other.bytesLan());
    }

    private List<SiteSum> sites(List<String> waves) {
        String in = " a.wave IN (" + WaveScope.marks(waves.size()) + ")";
        Map<String, Long> endpoints = new TreeMap<>();
        Map<String, List<Got>> got = new TreeMap<>();
        WaveScope.bound(
                        handle.createQuery("SELECT a.site, count(DISTINCT a.endpoint) FROM attempt a WHERE" + in
                                + " AND " + GOT + " GROUP BY 1"),
                        0,
                        waves)
                .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(site -> endpoints.put(site.getKey(), site.getValue()));
        WaveScope.bound(
                        handle.createQuery("SELECT a.site, a.name, a.platform, count(DISTINCT a.endpoint) FROM attempt"
                                + " a WHERE" + in + " AND " + GOT + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"),
                        0,
                        waves)
                .map((row, context) -> Map.entry(
                        row.getString(1),
                        new Got(
                                new Line(ReleaseName.parse(row.getString(2)), new Platform(row.getString(3))),
                                row.getLong(4))))
                .forEach(one -> got.computeIfAbsent(one.getKey(), unused -> new ArrayList<>())
                        .add(one.getValue()));
        // An agent's numbers are those of the content, whichever of its actions it says them with: the highest is all
        // of it.
        return WaveScope.bound(
                        handle.createQuery("SELECT t.site, sum(t.wan), sum(t.lan) FROM (SELECT a.site AS site,"
                                + " max(" + bytes("n.bytes_wan") + ") AS wan, max(" + bytes("n.bytes_lan")
                                + ") AS lan FROM attempt a LEFT JOIN action_now n"
                                + " ON n.action = a.action AND n.endpoint = a.endpoint AND " + FETCHES + " WHERE" + in
                                + " GROUP BY a.site, a.endpoint, a.name, a.platform) t GROUP BY 1 ORDER BY 1"),
                        0,
                        waves)
                .map((row, context) -> new SiteSum(
                        row.getString(1),
                        endpoints.getOrDefault(row.getString(1), 0L),
                        got.getOrDefault(row.getString(1), List.of()),
                        row.getLong(2),
                        row.getLong(3)))
                .list();
    }

    /** As {@link StatusBook#bytes}: what was stored before it was bounded is read as if it had been. */
    private static String bytes(String column) {
        return "CASE WHEN " + column + " < 0 THEN 0 WHEN " + column + " > " + StatusBook.BYTES_MAX + " THEN "
                + StatusBook.BYTES_MAX + " ELSE " + column + " END";
    }

    // ---- rows

    @Override
    public Iterator<Attempt> attempts(WaveId wave) {
        Iterator<Row> rows = handle.createQuery("SELECT " + WaveScope.ATTEMPT + ", a.purpose, a.site, s.sequence, s.at,"
                        + " s.name AS said_name, s.version, s.platform AS said_platform, s.bundle, s.operation AS"
                        + " said_operation, s.state AS said_state, s.detail, s.code AS said_code, s.code_class AS"
                        + " said_class, s.bytes_wan, s.bytes_lan, s.desired_revision FROM attempt a LEFT JOIN status s"
                        + " ON s.endpoint = a.endpoint AND s.action = a.action WHERE a.wave = ? ORDER BY a.endpoint,"
                        + " a.number, a.attempt, s.received_at, s.journal, s.sequence")
                .bind(0, wave.toString())
                .setFetchSize(Bulk.ROWS_MAX)
                .map((row, context) -> row(row))
                .iterator();
        return new Grouped(rows);
    }

    /** An attempt beside one thing that was said of it. */
    private record Row(Attempt bare, Optional<StatusEntry> said) {}

    private static Row row(ResultSet row) throws SQLException {
        Action action = WaveScope.action(row);
        return new Row(
                new Attempt(action, Purpose.valueOf(row.getString("purpose")), row.getString("site"), List.of()),
                said(row, action));
    }

    /** Empty where nothing was said, or something that only a newer version understands. */
    private static Optional<StatusEntry> said(ResultSet row, Action action) throws SQLException {
        long sequence = row.getLong("sequence");
        if (row.wasNull()) {
            return Optional.empty();
        }
        try {
            packhorse.core.message.v1.Operation operation =
                    packhorse.core.message.v1.Operation.forNumber(row.getInt("said_operation"));
            if (operation == null) {
                return Optional.empty();
            }
            return Optional.of(new StatusEntry(
                    sequence,
                    Instant.ofEpochMilli(row.getLong("at")),
                    action.id().toString(),
                    new Subject(
                            new ReleaseId(
                                    ReleaseName.parse(row.getString("said_name")),
                                    Version.parse(row.getString("version")),
                                    new Platform(row.getString("said_platform"))),
                            row.getInt("bundle") == 1,
                            Optional.empty()),
                    StateCodec.read(operation),
                    ActionState.of(row.getInt("said_state")),
                    row.getString("detail"),
                    row.getInt("said_code"),
                    codeClass(row.getInt("said_class")),
                    StatusBook.bytes(row.getLong("bytes_wan")),
                    StatusBook.bytes(row.getLong("bytes_lan")),
                    row.getLong("desired_revision")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Rows of one attempt stand together; each is given once, with all of them. */
    private static final class Grouped implements Iterator<Attempt> {
        private final Iterator<Row> rows;
        private @Nullable Row next;

        Grouped(Iterator<Row> rows) {
            this.rows = rows;
            this.next = rows.hasNext() ? rows.next() : null;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Attempt next() {
            Row first = next;
            if (first == null) {
                throw new NoSuchElementException();
            }
            List<StatusEntry> said = new ArrayList<>();
            Row row = first;
            while (row != null
                    && row.bare().action().id().equals(first.bare().action().id())) {
                row.said().ifPresent(said::add);
                row = rows.hasNext() ? rows.next() : null;
            }
            next = row;
            return new Attempt(
                    first.bare().action(), first.bare().purpose(), first.bare().site(), said);
        }
    }

    @Override
    public List<OutboxBook.Delivery> told(String about, int limit) {
        return OutboxBook.log(handle, about, limit);
    }

    // ---- the audit trail

    @Override
    public Head head() {
        return handle.createQuery("SELECT number, digest FROM audit_head WHERE one = 1")
                .map((row, context) -> new Head(row.getLong(1), Sha256.parse(row.getString(2))))
                .one();
    }

    @Override
    public Iterator<BoundLink> links(Instant since, Predicate<AuditEntry> wanted) {
        long first = first(since);
        Sha256 before = handle.createQuery("SELECT digest FROM audit WHERE number < ? ORDER BY number DESC LIMIT 1")
                .bind(0, first)
                .map((row, context) -> Sha256.parse(row.getString(1)))
                .findOne()
                .orElse(AuditChain.BEGINNING);
        Iterator<AuditLink> links = handle.createQuery(
                        "SELECT number, bytes, digest FROM audit WHERE number >= ? ORDER BY number")
                .bind(0, first)
                .setFetchSize(Bulk.ROWS_MAX)
                .map((row, context) -> AuditBook.link(row))
                .iterator();
        return new Wanted(links, before, wanted);
    }

    /**
     * The number of the first link of that time or later: links stand in the order of their times. Where one is gone, the next one stands
     * for it; whoever verifies says so. Ledgers from before {@link AuditBook} saw to the order may have links in another one: where the search
     * meets one, it begins with the first. Cost: O(log links).
     */
    private long first(Instant since) {
        long low = 1;
        long high = head().number() + 1;
        Instant before = at(low).orElse(Instant.MAX);
        Instant behind = Instant.MAX;
        while (low < high) {
            long middle = low + (high - low) / 2;
            Instant at = at(middle).orElse(behind);
            if (at.isBefore(before) || at.isAfter(behind)) {
                return 1;
            }
            if (at.isBefore(since)) {
                low = middle + 1;
                before = at;
            } else {
                high = middle;
                behind = at;
            }
        }
        return low;
    }

    /** The time of the link with this number, or of the next that is there. */
    private Optional<Instant> at(long number) {
        return handle.createQuery("SELECT number, bytes, digest FROM audit WHERE number >= ? ORDER BY number LIMIT 1")
                .bind(0, number)
                .map((row, context) ->
                        AuditEntry.parse(AuditBook.link(row).bytes()).at())
                .findOne();
    }

    private static final class Wanted implements Iterator<BoundLink> {
        private final Iterator<AuditLink> links;
        private final Predicate<AuditEntry> wanted;
        private Sha256 before;
        private @Nullable BoundLink next;

        Wanted(Iterator<AuditLink> links, Sha256 before, Predicate<AuditEntry> wanted) {
            this.links = links;
            this.before = before;
            this.wanted = wanted;
            step();
        }

        private void step() {
            next = null;
            while (next == null && links.hasNext()) {
                AuditLink link = links.next();
                if (wanted.test(AuditEntry.parse(link.bytes()))) {
                    next = new BoundLink(before, link);
                }
                before = link.digest();
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public BoundLink next() {
            BoundLink found = next;
            if (found == null) {
                throw new NoSuchElementException();
            }
            step();
            return found;
        }
    }
}
