package packhorse.console.calendar;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The windows and blackouts of one site.
 *
 * @param site its name
 * @param zone its zone, one of IANA's, never a bare offset: an offset knows no daylight saving time
 * @param windows when something may run; none: never
 * @param blackouts when it may not; those of other sites are left out
 */
public record Timetable(String site, ZoneId zone, List<Window> windows, List<Blackout> blackouts) {
    /** Asked for, the runtime copies its six hundred names each time. */
    private static final Set<String> ZONES = Set.copyOf(ZoneId.getAvailableZoneIds());

    public Timetable {
        windows = List.copyOf(windows);
        blackouts = blackouts.stream()
                .filter(blackout -> blackout.scope().covers(site))
                .toList();
        if (!ZONES.contains(zone.getId())) {
            throw new IllegalArgumentException("the site " + site + " has the zone \"" + zone.getId()
                    + "\", which is no IANA zone; write one such as Europe/Berlin");
        }
    }

    /** The next openings: {@link Openings#next}. */
    public List<Opening> next(Instant from, int count) {
        return Openings.next(windows, blackouts, zone, from, count);
    }

    /** The opening that is under way, from now on. */
    public Optional<Opening> at(Instant now) {
        return Openings.at(windows, blackouts, zone, now);
    }

    /** Whether a run that starts now is done before the site closes. Looks no further than that, so it may be asked for every endpoint. */
    public boolean fits(Instant now, Duration run) {
        if (run.isNegative() || run.compareTo(Openings.HORIZON) > 0) {
            throw new IllegalArgumentException(
                    "a run of " + run + " is none; it lasts from nothing to " + Openings.HORIZON.toDays() + " days");
        }
        Instant done = now.plus(run.isZero() ? Duration.ofNanos(1) : run);
        return Openings.between(windows, blackouts, zone, now, done).equals(List.of(new Opening(now, done)));
    }

    /** The first opening, from now on, that is long enough for a run. */
    public Optional<Opening> firstThatFits(Instant now, Duration run) {
        return next(now, Openings.COUNT_MAX).stream()
                .filter(opening -> opening.fits(now, run))
                .findFirst();
    }

    /** The blackouts that close the site at some time between {@code from} and {@code to}, in their order. */
    public List<Blackout.Closure> closures(Instant from, Instant to) {
        return blackouts.stream()
                .flatMap(blackout -> blackout.at(zone).stream())
                .filter(closure -> closure.from().isBefore(to) && from.isBefore(closure.to()))
                .sorted(Comparator.comparing(Blackout.Closure::from).thenComparing(Blackout.Closure::reason))
                .toList();
    }
}
