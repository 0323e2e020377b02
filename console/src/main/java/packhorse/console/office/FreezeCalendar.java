package packhorse.console.office;

import java.time.Instant;
import java.util.List;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.PersonId;

/**
 * When nothing may run, whatever order it is: a change freeze, a month's end, backups. Every order's windows are cut by all of these.
 *
 * @param source where it came from, for people: a file, or who wrote it
 */
public record FreezeCalendar(String name, List<Blackout> blackouts, String source, PersonId by, Instant at) {
    /** All calendars together are laid over each opening that is reckoned. */
    public static final int BLACKOUTS_MAX = 20_000;

    public FreezeCalendar {
        blackouts = List.copyOf(blackouts);
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name of a calendar; write 1 to 64 letters, digits, '.', '_' or '-'");
        }
        if (blackouts.size() > BLACKOUTS_MAX) {
            throw new IllegalArgumentException("the calendar " + name + " has " + blackouts.size()
                    + " blackouts; at most " + BLACKOUTS_MAX + " are kept");
        }
    }
}
