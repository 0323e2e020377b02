package packhorse.console.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
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
 * {@link Tally} itself, and stands for all of them. So there is one rule, and 100,000 members cost one pass over an index and some dozens
 * of members in memory. When a failure happened matters for its retry, so those that failed are many kinds.
 */
final class SqlTally {
    private static final EndpointId ANYBODY = EndpointId.ofBytes(new byte[EndpointId.LENGTH_BYTES]);
    private static final Line ANY_LINE = new Line(ReleaseName.parse("any/any"), new Platform("any"));

    private final Handle handle;
    private final WaveId wave;
    private final RetryPolicy policy;
    private final int steps;
    private final Instant at;

    SqlTally(Handle handle, WaveId wave, Plan plan, Instant at) {
        this.handle = handle;
        this.wave = wave;
        this.policy = plan.retry();
        this.steps = plan.subjects().size();
        this.at = at;
    }

    /** One that stands for so many. */
    private record Kind(Member member, long count) {}

    private static final class SiteCount {
        private long succeeded;
        private long failed;
        private long unreported;
    }

    WaveTally take() {
        List<Kind> kinds = kinds();
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
        for (Kind kind : kinds) {
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
        for (Kind kind : kinds) {
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

    private List<Kind> kinds() {
        return handle.createQuery(
                        "SELECT m.site, m.staged, m.gone, m.recalled, m.taken_back, a.operation, a.state, a.changed,"
                                + " a.verified, a.code_class, a.given_up, a.attempt, CASE WHEN a.leased_until = 0 THEN 0"
                                + " WHEN a.leased_until > :counts THEN 2 ELSE 1 END, CASE WHEN a.ended = 1 AND a.good = 0"
                                + " THEN a.since ELSE 0 END, m.step, m.partly, count(*) FROM member m LEFT JOIN attempt a"
                                + " ON a.action = m.action WHERE m.wave = :wave GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,"
                                + " 11, 12, 13, 14, 15, 16")
                .bind("wave", wave.toString())
                .bind("counts", at.minus(LeaseDesk.CLOCK_SKEW).toEpochMilli())
                .map((row, context) -> new Kind(
                        new Member(
                                ANYBODY,
                                row.getString(1),
                                row.getInt(2) == 1,
                                Optional.ofNullable(row.getString(6)).isPresent()
                                        ? Optional.of(action(row))
                                        : Optional.empty(),
                                row.getInt(3) == 1,
                                row.getInt(4) == 1,
                                row.getInt(5) == 1,
                                new Progress(row.getInt(15), steps, row.getInt(16) == 1)),
                        row.getLong(17)))
                .list();
    }

    private Action action(ResultSet row) throws SQLException {
        int codeClass = row.getInt(10);
        return new Action(
                new ActionId(wave, 1, row.getInt(12)),
                ANYBODY,
                ANY_LINE,
                Operation.valueOf(row.getString(6)),
                ActionState.of(row.getInt(7)),
                row.getInt(8) == 1,
                row.getInt(9) == 1,
                codeClass == 0 ? Optional.empty() : Optional.of(CodeClass.of(codeClass)),
                0,
                switch (row.getInt(13)) {
                    case 0 -> Optional.empty();
                    case 1 -> Optional.of(at.minus(LeaseDesk.HALT_WITHIN));
                    default -> Optional.of(at.plus(LeaseDesk.LEASE_TIME));
                },
                Instant.ofEpochMilli(row.getLong(14)),
                row.getInt(11) == 1);
    }
}
