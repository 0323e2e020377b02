package packhorse.console.change;

import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the trade measures itself by, for each kind of work apart. Every share has its denominator: what could not be counted yet is in
 * neither. Cost: O(requests).
 *
 * @param inTime finished in the requested time, of those finished; the clock stood while they were returned
 * @param returned returned for missing information, of those submitted
 * @param builtInTime releases built by the time that was planned, of those built
 * @param withoutRework passed the test stage the first time, of those that passed it
 * @param satisfied content with what was done, of those who said
 */
public record Measurements(Share inTime, Share returned, Share builtInTime, Share withoutRework, Share satisfied) {
    /** So many of so many. */
    public record Share(long count, long of) {
        public static final Share NONE = new Share(0, 0);

        public Share {
            if (count < 0 || count > of) {
                throw new IllegalArgumentException(count + " of " + of);
            }
        }

        Share and(boolean counts) {
            return new Share(count + (counts ? 1 : 0), of + 1);
        }

        /** Never a bare percentage. */
        @Override
        public String toString() {
            return count + " of " + of;
        }
    }

    /**
     * One request with what became of it.
     *
     * @param buildDue when its release was to be built
     * @param built when it was
     * @param testPassed whether it left the test stage for good
     * @param reworks how often it went back to building before that
     */
    public record Measured(
            ChangeRequest request,
            Optional<Instant> buildDue,
            Optional<Instant> built,
            boolean testPassed,
            int reworks) {
        private boolean submitted() {
            return request.submitted().isPresent();
        }

        private Optional<Boolean> inTime() {
            return request.closed().flatMap(end -> request.due(end).map(due -> !end.isAfter(due)));
        }

        private Optional<Boolean> builtInTime() {
            return built.flatMap(at -> buildDue.map(due -> !at.isAfter(due)));
        }

        private Optional<Boolean> satisfied() {
            return request.acceptance().map(said -> said.satisfaction() >= Acceptance.SATISFIED);
        }

        private Set<Work> works() {
            return request.form().category().map(Category::works).orElse(Set.of());
        }
    }

    /** Of each kind of work; a request that asks for two kinds counts in both. */
    public static Map<Work, Measurements> of(Collection<Measured> all) {
        Map<Work, Measurements> byWork = new EnumMap<>(Work.class);
        for (Work work : Work.values()) {
            byWork.put(work, of(all, one -> one.works().contains(work)));
        }
        return byWork;
    }

    private static Measurements of(Collection<Measured> all, Predicate<Measured> which) {
        Share inTime = Share.NONE;
        Share returned = Share.NONE;
        Share builtInTime = Share.NONE;
        Share withoutRework = Share.NONE;
        Share satisfied = Share.NONE;
        for (Measured one : all) {
            if (!which.test(one)) {
                continue;
            }
            inTime = one.inTime().map(inTime::and).orElse(inTime);
            returned = one.submitted() ? returned.and(one.request().returned() > 0) : returned;
            builtInTime = one.builtInTime().map(builtInTime::and).orElse(builtInTime);
            withoutRework = one.testPassed() ? withoutRework.and(one.reworks() == 0) : withoutRework;
            satisfied = one.satisfied().map(satisfied::and).orElse(satisfied);
        }
        return new Measurements(inTime, returned, builtInTime, withoutRework, satisfied);
    }
}
