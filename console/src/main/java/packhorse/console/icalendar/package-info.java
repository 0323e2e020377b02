/**
 * Reads blackouts from iCalendar files (RFC 5545), as calendars of change freezes and holidays come. Whoever imports a calendar enters by
 * {@link packhorse.console.icalendar.CalendarFile#read}; what comes out are values of {@code packhorse.console.calendar}. Lines and
 * parameters are read by vinnie, recurrences reckoned by biweekly; nobody else knows either.
 *
 * <p>Invariants: an event is read whole or reported in one line with its place, never dropped in silence; whatever the file says, size,
 * events, occurrences and steps are bounded; the network is never asked and the machine's own time zone plays no part.
 */
@NullMarked
package packhorse.console.icalendar;

import org.jspecify.annotations.NullMarked;
