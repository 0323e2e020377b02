package packhorse.console.calendar;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * The windows and blackouts of one site.
 *
 * @param site its name
 * @param zone its zone, one of IANA's, never a bare offset: an offset knows no daylight saving time
 * @param windows when something may run; none: never
 * @param blackouts when it may not; those of other sites are left out
 */
public record Timetable(String site, ZoneId zone, List<Window> windows, List<Blackout> blackouts) {
    public Timetable {
        windows = List.copyOf(windows);
        blackouts = blackouts.stream()
                .filter(blackout -> blackout.scope().covers(site))
                .toList();
        if (!ZoneId.getAvailableZoneIds().contains(zone.getId())) {
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
                .sorted(java.util.Comparator.comparing(Blackout.Closure::from).thenComparing(Blackout.Closure::reason))
                .toList();
    }
}
