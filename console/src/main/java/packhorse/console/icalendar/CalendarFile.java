package packhorse.console.icalendar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import packhorse.console.calendar.Blackout;
import packhorse.core.UsageException;

/**
 * An iCalendar file (RFC 5545) as blackouts: every event is one, a series as many as fall into the range.
 *
 * <p>Understood are VEVENT with DTSTART, DTEND or DURATION, whole days, UTC, zones and floating times, RRULE from daily to yearly, RDATE, EXDATE,
 * RECURRENCE-ID and STATUS:CANCELLED. Whole days and times without a zone hold by each site's own clock, unless the rules name a zone.
 *
 * <p>A file comes from anywhere: its size, events, occurrences and the steps of a rule are bounded, and whatever is not understood is a problem
 * with its place.
 */
public final class CalendarFile {
    /** Twenty years of holidays are some hundred kilobytes. */
    public static final int BYTES_MAX = 8 * 1024 * 1024;

    public static final int EVENTS_MAX = 10_000;

    /** Each may take some ten thousand steps before it is known to be fruitless. */
    public static final int RULES_MAX = 1_000;

    /** All series together; the openings of a site are reckoned over all of them. */
    public static final int BLACKOUTS_MAX = 20_000;

    /** Nobody reads more; the last line says how many there are. */
    public static final int PROBLEMS_MAX = 100;

    private CalendarFile() {}

    /**
     * Reads it all.
     *
     * @param name what problems call it
     * @throws UsageException when it is larger than {@link #BYTES_MAX}
     */
    public static ImportedCalendar read(InputStream file, String name, ImportRules rules) throws IOException {
        byte[] bytes = file.readNBytes(BYTES_MAX + 1);
        if (bytes.length > BYTES_MAX) {
            throw new UsageException(name + ": it is larger than " + BYTES_MAX / (1024 * 1024)
                    + " MiB; split it, or leave attachments out");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        return read(text.startsWith("\ufeff") ? text.substring(1) : text, name, rules);
    }

    static ImportedCalendar read(String text, String name, ImportRules rules) {
        EventReader.Found found = EventReader.read(text, name);
        List<String> problems = new ArrayList<>(found.problems());
        Map<Event, Series> series = new LinkedHashMap<>();
        Map<String, List<Moment>> replaced = new HashMap<>();
        int repeating = 0;
        for (Event event : found.events()) {
            try {
                Series understood = Series.of(event, rules);
                if (understood.rule().isPresent() && ++repeating > RULES_MAX) {
                    throw new BadEventException("more than " + RULES_MAX + " events of the file repeat; split it");
                }
                series.put(event, understood);
                understood
                        .standsInFor()
                        .ifPresent(moment -> replaced.computeIfAbsent(event.uid(), uid -> new ArrayList<>())
                                .add(moment));
            } catch (BadEventException e) {
                problems.add(problem(name, event, e));
            }
        }
        List<Blackout> blackouts = new ArrayList<>();
        int events = 0;
        for (Map.Entry<Event, Series> entry : series.entrySet()) {
            Event event = entry.getKey();
            Series understood = entry.getValue();
            try {
                List<Moment> others = understood.standsInFor().isPresent()
                        ? List.of()
                        : replaced.getOrDefault(event.uid(), List.of());
                blackouts.addAll(understood.blackouts(others, rules));
                events++;
            } catch (BadEventException e) {
                problems.add(problem(name, event, e));
            }
            if (blackouts.size() > BLACKOUTS_MAX) {
                problems.add(
                        name + ": it makes more than " + BLACKOUTS_MAX + " blackouts; shorten the range or split it");
                break;
            }
        }
        return new ImportedCalendar(blackouts, events, shortened(problems, name));
    }

    private static String problem(String name, Event event, BadEventException reason) {
        String uid = event.uid().isBlank() ? "" : " (UID " + Texts.shown(event.uid()) + ")";
        return name + " line " + event.line() + uid + ": " + reason.getMessage();
    }

    private static List<String> shortened(List<String> problems, String name) {
        if (problems.size() <= PROBLEMS_MAX) {
            return problems;
        }
        List<String> first = new ArrayList<>(problems.subList(0, PROBLEMS_MAX - 1));
        first.add(name + ": and " + (problems.size() - first.size()) + " more problems");
        return first;
    }
}
