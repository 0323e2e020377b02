package packhorse.console.rest;

import packhorse.console.office.FreezeCalendar;

/**
 * A freeze calendar in a list.
 *
 * @param blackouts how many times it closes
 * @param source a file, or who wrote it
 */
public record CalendarLine(int blackouts, String source) {
    static CalendarLine of(FreezeCalendar calendar) {
        return new CalendarLine(calendar.blackouts().size(), calendar.source());
    }
}
