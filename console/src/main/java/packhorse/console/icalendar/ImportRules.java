package packhorse.console.icalendar;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import packhorse.console.calendar.Scope;

/**
 * How a calendar becomes blackouts.
 *
 * @param scope where they hold
 * @param from what ends before it is left out
 * @param to what begins after it is left out; an endless series ends there
 * @param floating the zone of whole days and of times without one; absent: each site's own
 * @param zones what zone names mean that are neither IANA's nor Windows'; asked first
 */
public record ImportRules(Scope scope, Instant from, Instant to, Optional<ZoneId> floating, Map<String, ZoneId> zones) {
    /** Nobody plans further ahead, and a daily series is some thousand blackouts by then. */
    public static final Duration RANGE_MAX = Duration.ofDays(5 * 366);

    public ImportRules {
        zones = Map.copyOf(zones);
        if (!from.isBefore(to) || Duration.between(from, to).compareTo(RANGE_MAX) > 0) {
            throw new IllegalArgumentException("a calendar is read over more than nothing and at most "
                    + RANGE_MAX.toDays() + " days, not from " + from + " to " + to);
        }
    }

    /** For all sites, whole days by each site's own clock, from now on for so long. */
    public static ImportRules everywhere(Instant now, Duration ahead) {
        return new ImportRules(new Scope.AllSites(), now, now.plus(ahead), Optional.empty(), Map.of());
    }
}
