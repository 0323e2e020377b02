package packhorse.console.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.ActionNumbers;
import packhorse.console.wave.Line;
import packhorse.console.wave.WaveId;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/**
 * What the waves' tables share in one transaction: what was looked up and cannot change meanwhile, and at which sites of which waves something
 * was written. Those sites' numbers grow at the transaction's end, all at once and in one order: two transactions that write of the same
 * sites wait for each other there, and never for ever.
 */
final class WaveScope {
    /** An attempt's columns, as {@link #action} reads them. */
    static final String ATTEMPT = "a.action, a.endpoint AS attempted_by, a.name, a.platform, a.operation, a.state,"
            + " a.changed, a.verified, a.code_class, a.code, a.leased_until, a.since, a.given_up";

    private record Place(String wave, String site) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int waves = wave.compareTo(other.wave);
            return waves != 0 ? waves : site.compareTo(other.site);
        }
    }

    final Engine engine;
    final Handle handle;
    final Instant now;
    private final TallyMemo memo;
    private final boolean writing;
    private final Map<WaveId, ActionNumbers> numbers = new HashMap<>();
    private final Map<String, String> sites = new HashMap<>();
    private final SortedSet<Place> written = new TreeSet<>();

    WaveScope(Engine engine, Handle handle, Instant now, TallyMemo memo, boolean writing) {
        this.engine = engine;
        this.handle = handle;
        this.now = now;
        this.memo = memo;
        this.writing = writing;
    }

    // ---- what was looked up

    /** What the numbers in a wave's actions stand for. */
    ActionNumbers numbers(WaveId wave) {
        return numbers.computeIfAbsent(
                wave,
                id -> handle.createQuery("SELECT members, steps FROM membership WHERE wave = ?")
                        .bind(0, id.toString())
                        .map((row, context) -> new ActionNumbers(Math.max(1, row.getInt(1)), row.getInt(2)))
                        .one());
    }

    /** Somebody is in the wave now, or nobody any more. */
    void membersChanged(WaveId wave) {
        numbers.remove(wave);
    }

    /** The attempt stands beside a member of this site. */
    void known(String action, String site) {
        sites.put(action, site);
    }

    // ---- what was written

    /** Something was written of the wave's members at a site. */
    void wrote(String wave, String site) {
        written.add(new Place(wave, site));
    }

    /** Something was written of all the wave's members. */
    void wroteAll(WaveId wave) {
        handle.createQuery("SELECT site FROM wave_site WHERE wave = ?")
                .bind(0, wave.toString())
                .mapTo(String.class)
                .forEach(site -> wrote(wave.toString(), site));
    }

    /** Something was written of these attempts. */
    void wrote(Collection<ActionId> actions) {
        List<String> unknown = actions.stream()
                .map(ActionId::toString)
                .filter(action -> !sites.containsKey(action))
                .toList();
        for (int from = 0; from < unknown.size(); from += Bulk.ROWS_MAX) {
            List<String> some = unknown.subList(from, Math.min(unknown.size(), from + Bulk.ROWS_MAX));
            bound(
                            handle.createQuery(
                                    "SELECT action, site FROM attempt WHERE action IN (" + marks(some.size()) + ")"),
                            0,
                            some)
                    .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                    .forEach(known -> known(known.getKey(), known.getValue()));
        }
        for (ActionId action : actions) {
            Optional.ofNullable(sites.get(action.toString()))
                    .ifPresent(site -> wrote(action.wave().toString(), site));
        }
    }

    /** Whether something was written, and others do not see it yet. */
    boolean hasWritten(WaveId wave, String site) {
        return written.contains(new Place(wave.toString(), site));
    }

    /** At the transaction's end: whoever has counted these sites has to count them again. */
    void end() {
        if (written.isEmpty()) {
            return;
        }
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO wave_site (wave, site, change) VALUES (?, ?, 1) ON CONFLICT (wave, site) DO UPDATE SET"
                        + " change = wave_site.change + 1")) {
            written.forEach(place -> bulk.add(place.wave(), place.site()));
            bulk.flush();
        }
        written.clear();
    }

    /** Counts that were made before; whoever writes looks at them only, since what he reads may come to nothing. */
    TallyMemo memo() {
        return memo;
    }

    boolean writing() {
        return writing;
    }

    // ---- rows

    static String marks(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    /** A query with these values at its marks, from a position on. */
    static Query bound(Query query, int from, Collection<?> values) {
        int at = from;
        for (Object value : values) {
            query.bind(at, value);
            at++;
        }
        return query;
    }

    /** A query about a wave, with so many values behind it. */
    Query named(String begin, WaveId wave, Collection<?> values, String end) {
        return bound(handle.createQuery(begin + marks(values.size()) + end).bind(0, wave.toString()), 1, values);
    }

    static Optional<String> some(String text) {
        return Optional.of(text).filter(one -> !one.isEmpty());
    }

    static Action action(ResultSet row) throws SQLException {
        int codeClass = row.getInt("code_class");
        long leasedUntil = row.getLong("leased_until");
        return new Action(
                ActionId.parse(row.getString("action")),
                EndpointId.parse(row.getString("attempted_by")),
                new Line(ReleaseName.parse(row.getString("name")), new Platform(row.getString("platform"))),
                Operation.valueOf(row.getString("operation")),
                ActionState.of(row.getInt("state")),
                row.getInt("changed") == 1,
                row.getInt("verified") == 1,
                codeClass == 0 ? Optional.empty() : Optional.of(CodeClass.of(codeClass)),
                row.getInt("code"),
                leasedUntil == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(leasedUntil)),
                Instant.ofEpochMilli(row.getLong("since")),
                row.getInt("given_up") == 1);
    }
}
