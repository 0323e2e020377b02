package packhorse.console.calendar;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The next openings of a site as people read them: on its wall clock and in UTC, with what is special about each. */
public final class Preview {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("EEE uuuu-MM-dd HH:mm", Locale.ENGLISH);

    private static final DateTimeFormatter WITH_OFFSET =
            DateTimeFormatter.ofPattern("EEE uuuu-MM-dd HH:mm xxx", Locale.ENGLISH);

    private Preview() {}

    /** One line for each opening, or one that says that there is none. */
    public static List<String> lines(Timetable timetable, Instant from, int count) {
        List<Opening> openings = timetable.next(from, count);
        if (openings.isEmpty()) {
            return List.of(timetable.site() + ": no opening within " + Openings.HORIZON.toDays() + " days from "
                    + MOMENT.format(from.atOffset(ZoneOffset.UTC)) + " UTC; add a window or shorten a blackout");
        }
        List<String> lines = new ArrayList<>();
        Instant seen = from;
        for (Opening opening : openings) {
            lines.add(line(timetable, opening, seen));
            seen = opening.to();
        }
        return List.copyOf(lines);
    }

    private static String line(Timetable timetable, Opening opening, Instant since) {
        ZoneId zone = timetable.zone();
        String line = timetable.site() + ": "
                + WITH_OFFSET.format(opening.from().atZone(zone)) + " to "
                + WITH_OFFSET.format(opening.to().atZone(zone)) + " " + zone + " = "
                + MOMENT.format(opening.from().atOffset(ZoneOffset.UTC)) + " to "
                + MOMENT.format(opening.to().atOffset(ZoneOffset.UTC)) + " UTC, " + Spans.text(opening.length());
        if (!zone.getRules().getOffset(opening.from()).equals(zone.getRules().getOffset(opening.to()))) {
            line += ", clocks change meanwhile";
        }
        return line
                + named(", after the blackout ", timetable.closures(since, opening.from()))
                + named(
                        ", cut off by the blackout ",
                        timetable.closures(opening.to(), opening.to().plusNanos(1)));
    }

    private static String named(String words, List<Blackout.Closure> closures) {
        return closures.isEmpty()
                ? ""
                : words
                        + closures.stream()
                                .map(closure -> "\"" + closure.reason() + "\"")
                                .distinct()
                                .collect(Collectors.joining(", "));
    }
}
