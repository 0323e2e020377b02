package packhorse.console.wave;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import packhorse.console.gate.SiteTally;

/**
 * Folds a wave's members into numbers, in one look. A ledger that counts by a query of its own has to come to the same; O(n).
 *
 * <p>For the gate a member has succeeded, failed, or was not heard of; that it has to be taken back later because its wave failed does not
 * change how it went. Who may have begun and was given up counts as failed: something may be broken there.
 */
public final class Tally {
    private enum Ending {
        SUCCEEDED,
        FAILED,
        UNREPORTED,
        EXCLUDED,
        PENDING
    }

    private static final class SiteCount {
        private long succeeded;
        private long failed;
        private long unreported;
    }

    private Tally() {}

    /** The members' numbers at {@code now}. */
    public static WaveTally of(Collection<Member> members, RetryPolicy policy, Instant now) {
        Map<Sorting, Long> sorted = new EnumMap<>(Sorting.class);
        Map<String, SiteCount> sites = new TreeMap<>();
        long staged = 0;
        long underWay = 0;
        long unverified = 0;
        long retried = 0;
        long pending = 0;
        long excluded = 0;
        for (Member member : members) {
            sorted.merge(Analysis.classify(member), 1L, Long::sum);
            staged += member.staged() ? 1 : 0;
            underWay += member.latest().filter(action -> action.underWay(now)).isPresent() ? 1 : 0;
            unverified += member.latest().filter(Action::unverified).isPresent() ? 1 : 0;
            retried += member.latest().map(action -> action.id().attempt() - 1L).orElse(0L);
            switch (ending(member)) {
                case SUCCEEDED -> site(sites, member).succeeded++;
                case FAILED -> site(sites, member).failed++;
                case UNREPORTED -> site(sites, member).unreported++;
                case EXCLUDED -> excluded++;
                case PENDING -> pending++;
            }
        }
        long retryable = 0;
        long waiting = 0;
        long nextSteps = 0;
        for (Member member : members) {
            nextSteps += Attempts.awaitsStep(member) ? 1 : 0;
            if (Retry.rule(member, policy, retried, members.size()) instanceof Retry.Ruling.Again again) {
                if (again.notBefore().isAfter(now)) {
                    waiting++;
                } else {
                    retryable++;
                }
            }
        }
        List<SiteTally> tallies = new ArrayList<>();
        sites.forEach(
                (name, count) -> tallies.add(new SiteTally(name, count.succeeded, count.failed, count.unreported)));
        return new WaveTally(
                members.size(),
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

    private static SiteCount site(Map<String, SiteCount> sites, Member member) {
        return sites.computeIfAbsent(member.site(), unused -> new SiteCount());
    }

    private static Ending ending(Member member) {
        if (member.latest().isEmpty()) {
            return member.gone() ? Ending.EXCLUDED : Ending.PENDING;
        }
        Action action = member.latest().get();
        if (!action.ended()) {
            return Ending.PENDING;
        }
        if (member.betweenSteps()) {
            return member.gone() ? Ending.EXCLUDED : Ending.PENDING;
        }
        if (action.succeeded()) {
            return Ending.SUCCEEDED;
        }
        if (action.unverified()) {
            return Ending.FAILED;
        }
        return switch (Analysis.classify(member)) {
            case EXCLUDED -> Ending.EXCLUDED;
            case SUCCEEDED, REDISTRIBUTE, ROLLBACK, PENDING -> action.givenUp() ? Ending.UNREPORTED : Ending.FAILED;
        };
    }
}
