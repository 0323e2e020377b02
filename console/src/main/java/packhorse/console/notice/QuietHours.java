package packhorse.console.notice;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * Hours of the day in which only what is urgent comes. They may go over midnight; where a clock change leaves their end out, it is the
 * moment after the gap.
 *
 * @param from their first moment, on the recipient's own clock
 * @param to the first moment after them
 * @param zone whose clock
 */
public record QuietHours(LocalTime from, LocalTime to, ZoneId zone) {
    public QuietHours {
        if (from.equals(to)) {
            throw new IllegalArgumentException(
                    "quiet hours from " + from + " to " + to + " are none or all; name two times, or leave them out");
        }
    }

    /** {@code at}, or where it is quiet then, the first moment after. */
    public Instant awake(Instant at) {
        ZonedDateTime local = at.atZone(zone);
        LocalTime time = local.toLocalTime();
        boolean overMidnight = to.isBefore(from);
        boolean evening = overMidnight && !time.isBefore(from);
        boolean morning = overMidnight && time.isBefore(to);
        boolean within = !overMidnight && !time.isBefore(from) && time.isBefore(to);
        if (!evening && !morning && !within) {
            return at;
        }
        Instant end = local.toLocalDate()
                .plusDays(evening ? 1 : 0)
                .atTime(to)
                .atZone(zone)
                .toInstant();
        // Between the two readings of an hour that comes twice, the first of which is over.
        return end.isAfter(at) ? end : at;
    }
}
