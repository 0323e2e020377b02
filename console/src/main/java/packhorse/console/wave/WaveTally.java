package packhorse.console.wave;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.gate.Evidence;
import packhorse.console.gate.SiteTally;

/**
 * A wave in numbers: what decisions are taken from, since lists of its members are long.
 *
 * @param members how many were frozen
 * @param sorted by {@link Analysis}; together they are all members
 * @param staged how many have the content
 * @param underWay how many have begun, or may begin at any moment, and have not ended
 * @param unverified how many count against the blast radius
 * @param retryable how many would be tried again by themselves now
 * @param waiting how many would be, but only after a pause
 * @param retried how many retries there were
 * @param pending how many have not ended, of those whom it concerns
 * @param excluded whom it does not concern
 * @param sites how those that ended ended, by site
 * @param nextSteps how many have done a step and wait for the next one to be dispatched; they are pending
 */
public record WaveTally(
        long members,
        SortedMap<Sorting, Long> sorted,
        long staged,
        long underWay,
        long unverified,
        long retryable,
        long waiting,
        long retried,
        long pending,
        long excluded,
        List<SiteTally> sites,
        long nextSteps) {
    /** Of an order of one step. */
    public WaveTally(
            long members,
            SortedMap<Sorting, Long> sorted,
            long staged,
            long underWay,
            long unverified,
            long retryable,
            long waiting,
            long retried,
            long pending,
            long excluded,
            List<SiteTally> sites) {
        this(members, sorted, staged, underWay, unverified, retryable, waiting, retried, pending, excluded, sites, 0);
    }

    public WaveTally {
        SortedMap<Sorting, Long> every = new TreeMap<>();
        for (Sorting one : Sorting.values()) {
            every.put(one, sorted.getOrDefault(one, 0L));
        }
        sorted = Collections.unmodifiableSortedMap(every);
        sites = List.copyOf(sites);
    }

    /** Of a wave that nothing is known of yet. */
    public static WaveTally untouched(long members) {
        Map<Sorting, Long> pending = new EnumMap<>(Sorting.class);
        pending.put(Sorting.PENDING, members);
        return new WaveTally(members, new TreeMap<>(pending), 0, 0, 0, 0, 0, 0, members, 0, List.of());
    }

    public long of(Sorting one) {
        return sorted.getOrDefault(one, 0L);
    }

    /**
     * What a gate sees.
     *
     * @param over whether the time of all who have not ended is over: then they are unreported, before they are pending
     */
    public Evidence evidence(boolean over) {
        if (!over || pending == 0) {
            return new Evidence(count(1), count(2), count(3), pending, excluded, sites);
        }
        return new Evidence(count(1), count(2), count(3) + pending, 0, excluded, List.of());
    }

    private long count(int which) {
        return sites.stream()
                .mapToLong(site -> which == 1 ? site.succeeded() : which == 2 ? site.failed() : site.unreported())
                .sum();
    }
}
