package packhorse.console.icalendar;

import java.util.List;
import packhorse.console.calendar.Blackout;

/**
 * What a file held. Whoever imports it looks at the problems first: a freeze that could not be read is a freeze that would not hold.
 *
 * @param blackouts in the order of the file, a series in the order of time
 * @param events how many events were read well, those outside the range and cancelled ones included
 * @param problems one line for each that was not: file, line, identifier, reason and mend
 */
public record ImportedCalendar(List<Blackout> blackouts, int events, List<String> problems) {
    public ImportedCalendar {
        blackouts = List.copyOf(blackouts);
        problems = List.copyOf(problems);
    }
}
