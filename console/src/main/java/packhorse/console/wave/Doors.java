package packhorse.console.wave;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Opening;
import packhorse.console.calendar.Timetable;
import packhorse.console.calendar.Window;

/**
 * The opening that each site's starts are planned into: the one under way where a run still fits, else the next in which one does. Looked up
 * once for each kind of timetable, since a thousand sites have few.
 *
 * @param bySite a site that never opens has none
 */
public record Doors(Map<String, Opening> bySite) {
    public Doors {
        bySite = Map.copyOf(bySite);
    }

    /**
     * As the sites' timetables say.
     *
     * @param run as {@link Timeouts#run} says; what a lease adds to it is added here
     */
    public static Doors of(Collection<Timetable> sites, Duration run, Instant now) {
        record Kind(ZoneId zone, List<Window> windows, List<Blackout> blackouts) {}
        Map<Kind, Optional<Opening>> seen = new HashMap<>();
        Map<String, Opening> bySite = new HashMap<>();
        for (Timetable site : sites) {
            seen.computeIfAbsent(
                            new Kind(site.zone(), site.windows(), site.blackouts()),
                            unused -> site.firstThatFits(now, run.plus(LeaseDesk.HALT_WITHIN)))
                    .ifPresent(opening -> bySite.put(site.site(), opening));
        }
        return new Doors(bySite);
    }

    /** The site's opening; absent: it never opens for so long, or nobody knows the site. */
    public Optional<Opening> at(String site) {
        return Optional.ofNullable(bySite.get(site));
    }
}
