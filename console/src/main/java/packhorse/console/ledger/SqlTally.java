package packhorse.console.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.statement.Query;
import packhorse.console.gate.SiteTally;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.Line;
import packhorse.console.wave.Member;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Progress;
import packhorse.console.wave.Retry;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.Tally;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveTally;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/**
 * Counts a wave. The database puts members together that are alike in all that counts; one of each kind is then sorted by
 * {@link Tally} itself, and stands for all of them. So there is one rule, and 100,000 members cost one pass over an index and some members
 * of each site in memory. When a failure happened matters for its retry, so those that failed are many kinds.
 *
 * <p>Only sites at which something was written since the last count are counted again ({@link TallyMemo}), and those where a lease ran out since:
 * a look costs O(sites + members of sites that changed).
 */
final class SqlTally {
    /** Where so many sites have changed, one pass over all members is as cheap. */
    private static final int STALE_MAX = 500;

    private static final EndpointId ANYBODY = EndpointId.ofBytes(new byte[EndpointId.LENGTH_BYTES]);
    private static final Line ANY_LINE = new Line(ReleaseName.parse("any/any"), new Platform("any"));

    private final WaveScope scope;
    private final WaveId wave;
    private final RetryPolicy policy;
    private final int steps;
    private final Instant at;

    SqlTally(WaveScope scope, WaveId wave, Plan plan, Instant at) {
        this.scope = scope;
        this.wave = wave;
        this.policy = plan.retry();
        this.steps = plan.subjects().size();
        this.at = at;
    }

    /**
     * One that stands for so many.
     *
     * @param operation empty: none has an attempt
     * @param lease 0 none was given, 1 it ran out, 2 it counts
     * @param ended when it failed, in milliseconds; 0: it did not
     */
    record Kind(
            boolean staged,
            boolean gone,
            boolean recalled,
            boolean takenBack,
            String operation,
            int state,
            boolean changed,
            boolean verified,
            int codeClass,
            boolean givenUp,
            int attempt,
            int lease,
            long ended,
            int step,
            boolean partly,
            long count) {}

    /**
     * A site as it was counted.
     *
     * @param change its number of changes then
     * @param from the moment that leases were compared with, in milliseconds
     * @param until another moment from which on a lease that counts does not any more
     */
    record Site(long change, long from, long until, List<Kind> kinds) {
        boolean holds(long changeNow, long at) {
            return change == changeNow && at >= from && at < until;
        }
    }

    private static final class SiteCount {
        private long succeeded;
        private long failed;
        private long unreported;
    }

    WaveTally take() {
        List<Counted> kinds = new ArrayList<>();
        sites().forEach((name, site) ->
                site.kinds().forEach(kind -> kinds.add(new Counted(member(name, kind), kind.count()))));
        Map<Sorting, Long> sorted = new EnumMap<>(Sorting.class);
        Map<String, SiteCount> sites = new TreeMap<>();
        long members = 0;
        long staged = 0;
        long underWay = 0;
        long unverified = 0;
        long retried = 0;
        long pending = 0;
        long excluded = 0;
        long nextSteps = 0;
        for (Counted kind : kinds) {
            WaveTally one = Tally.of(List.of(kind.member()), policy, at);
            one.sorted().forEach((sorting, count) -> sorted.merge(sorting, count * kind.count(), Long::sum));
            members += kind.count();
            staged += one.staged() * kind.count();
            underWay += one.underWay() * kind.count();
            unverified += one.unverified() * kind.count();
            retried += one.retried() * kind.count();
            pending += one.pending() * kind.count();
            excluded += one.excluded() * kind.count();
            nextSteps += one.nextSteps() * kind.count();
            for (SiteTally tally : one.sites()) {
                SiteCount site = sites.computeIfAbsent(tally.site(), unused -> new SiteCount());
                site.succeeded += tally.succeeded() * kind.count();
                site.failed += tally.failed() * kind.count();
                site.unreported += tally.unreported() * kind.count();
            }
        }
        long retryable = 0;
        long waiting = 0;
        for (Counted kind : kinds) {
            if (Retry.rule(kind.member(), policy, retried, members) instanceof Retry.Ruling.Again again) {
                if (again.notBefore().isAfter(at)) {
                    waiting += kind.count();
                } else {
                    retryable += kind.count();
                }
            }
        }
        List<SiteTally> tallies = new ArrayList<>();
        sites.forEach(
                (name, count) -> tallies.add(new SiteTally(name, count.succeeded, count.failed, count.unreported)));
        return new WaveTally(
                members,
                new TreeMap<>(sorted),
                staged,
                underWay,
                unverified,
                retryable,
                waiting,
                retried,
                pending,
                excluded,
                tallies,
                nextSteps);
    }

    private record Counted(Member member, long count) {}

    /** All sites, counted where something was written since they were counted last. */
    private Map<String, Site> sites() {
        Map<String, Long> changes = new TreeMap<>();
        scope.handle
                .createQuery("SELECT site, change FROM wave_site WHERE wave = ?")
                .bind(0, wave.toString())
                .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(site -> changes.put(site.getKey(), site.getValue()));
        long from = at.minus(LeaseDesk.CLOCK_SKEW).toEpochMilli();
        Map<String, Site> sites = scope.memo().of(wave.toString());
        sites.keySet().retainAll(changes.keySet());
        List<String> stale = new ArrayList<>();
        changes.forEach((site, change) -> {
            Site known = sites.get(site);
            if (known == null || !known.holds(change, from) || scope.hasWritten(wave, site)) {
                stale.add(site);
            }
        });
        if (!stale.isEmpty()) {
            scope.memo().counted(stale.size());
            count(stale, changes, from, sites);
            if (!scope.writing()) {
                scope.memo().keep(wave.toString(), sites);
            }
        }
        return sites;
    }

    /** Counts these sites; all of them in one pass where they are many. */
    private void count(List<String> stale, Map<String, Long> changes, long from, Map<String, Site> sites) {
        boolean all = stale.size() > STALE_MAX;
        List<String> asked = all ? List.copyOf(changes.keySet()) : stale;
        Map<String, List<Kind>> kinds = new HashMap<>();
        Map<String, Long> until = new HashMap<>();
        Query query = scope.handle
                .createQuery(
                        "SELECT m.site, m.staged, m.gone, m.recalled, m.taken_back, a.operation, a.state, a.changed,"
                                + " a.verified, a.code_class, a.given_up, a.attempt, CASE WHEN a.leased_until = 0 THEN 0"
                                + " WHEN a.leased_until > ? THEN 2 ELSE 1 END, CASE WHEN a.ended = 1 AND a.good = 0 THEN"
                                + " a.since ELSE 0 END, m.step, m.partly, count(*), min(a.leased_until) FROM member m LEFT"
                                + " JOIN attempt a ON a.action = m.action WHERE m.wave = ?"
                                + (all ? "" : " AND m.site IN (" + WaveScope.marks(stale.size()) + ")")
                                + " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16")
                .bind(0, from)
                .bind(1, wave.toString());
        if (!all) {
            WaveScope.bound(query, 2, stale);
        }
        query.setFetchSize(Bulk.ROWS_MAX)
                .map((row, context) -> {
                    String site = row.getString(1);
                    Kind kind = kind(row);
                    kinds.computeIfAbsent(site, unused -> new ArrayList<>()).add(kind);
                    if (kind.lease() == 2) {
                        until.merge(site, row.getLong(18), Math::min);
                    }
                    return kind;
                })
                .forEach(kind -> {});
        for (String site : asked) {
            sites.put(
                    site,
                    new Site(
                            Optional.ofNullable(changes.get(site)).orElse(0L),
                            from,
                            until.getOrDefault(site, Long.MAX_VALUE),
                            List.copyOf(kinds.getOrDefault(site, List.of()))));
        }
    }

    private static Kind kind(ResultSet row) throws SQLException {
        return new Kind(
                row.getInt(2) == 1,
                row.getInt(3) == 1,
                row.getInt(4) == 1,
                row.getInt(5) == 1,
                Optional.ofNullable(row.getString(6)).orElse(""),
                row.getInt(7),
                row.getInt(8) == 1,
                row.getInt(9) == 1,
                row.getInt(10),
                row.getInt(11) == 1,
                row.getInt(12),
                row.getInt(13),
                row.getLong(14),
                row.getInt(15),
                row.getInt(16) == 1,
                row.getLong(17));
    }

    private Member member(String site, Kind kind) {
        return new Member(
                ANYBODY,
                site,
                kind.staged(),
                kind.operation().isEmpty() ? Optional.empty() : Optional.of(action(kind)),
                kind.gone(),
                kind.recalled(),
                kind.takenBack(),
                new Progress(kind.step(), steps, kind.partly()));
    }

    private Action action(Kind kind) {
        return new Action(
                new ActionId(wave, 1, kind.attempt()),
                ANYBODY,
                ANY_LINE,
                Operation.valueOf(kind.operation()),
                ActionState.of(kind.state()),
                kind.changed(),
                kind.verified(),
                kind.codeClass() == 0 ? Optional.empty() : Optional.of(CodeClass.of(kind.codeClass())),
                0,
                switch (kind.lease()) {
                    case 0 -> Optional.empty();
                    case 1 -> Optional.of(at.minus(LeaseDesk.HALT_WITHIN));
                    default -> Optional.of(at.plus(LeaseDesk.LEASE_TIME));
                },
                Instant.ofEpochMilli(kind.ended()),
                kind.givenUp());
    }
}
