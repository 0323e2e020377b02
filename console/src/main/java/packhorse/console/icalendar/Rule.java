package packhorse.console.icalendar;

import biweekly.util.DayOfWeek;
import biweekly.util.Frequency;
import biweekly.util.Recurrence;
import biweekly.util.com.google.ical.compat.javautil.DateIterator;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A recurrence rule (RFC 5545 §3.3.10), at most daily. The library reckons in UTC with what the wall clock shows, so that no zone, and least of
 * all this machine's, plays a part; what the clock shows becomes instants later, where its zone is known. UNTIL is held here, for it may be written as
 * an instant.
 *
 * @param recurrence the rule without its UNTIL
 * @param counted whether it ends after a number of times, which have to be counted from the beginning
 * @param until the last beginning
 */
record Rule(Recurrence recurrence, boolean counted, Optional<Moment> until) {
    /** Dates that the library may be asked for: more than there are days from 1970 to 2200. */
    static final int STEPS_MAX = 100_000;

    private static final int INTERVAL_MAX = 1_000;

    private static final int LIST_MAX = 366;

    private static final Set<Frequency> FREQUENCIES =
            EnumSet.of(Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY);

    private static final Pattern DAY = Pattern.compile("([+-]?\\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)");

    static Rule parse(String text, Moment start) throws BadEventException {
        Map<String, String> parts = parts(text);
        Frequency frequency = frequency(parts.remove("FREQ"));
        Recurrence.Builder rule = new Recurrence.Builder(frequency);
        boolean counted = false;
        Optional<Moment> until = Optional.empty();
        for (Map.Entry<String, String> part : parts.entrySet()) {
            String name = part.getKey();
            String value = part.getValue();
            switch (name) {
                case "INTERVAL" -> rule.interval(number(name, value, 1, INTERVAL_MAX));
                case "COUNT" -> {
                    rule.count(number(name, value, 1, Integer.MAX_VALUE));
                    counted = true;
                }
                case "UNTIL" -> until = Optional.of(until(value, start));
                case "WKST" ->
                    rule.workweekStarts(DayOfWeek.valueOfAbbr(day(name, value).group(2)));
                case "BYDAY" -> {
                    for (String item : list(name, value)) {
                        Matcher day = day(name, item);
                        Integer nth = day.group(1) == null ? null : number(name, day.group(1), -53, 53);
                        rule.byDay(nth, DayOfWeek.valueOfAbbr(day.group(2)));
                    }
                }
                case "BYMONTH" -> rule.byMonth(numbers(name, value, 1, 12));
                case "BYMONTHDAY" -> rule.byMonthDay(numbers(name, value, -31, 31));
                case "BYYEARDAY" -> rule.byYearDay(numbers(name, value, -366, 366));
                case "BYWEEKNO" -> rule.byWeekNo(numbers(name, value, -53, 53));
                case "BYSETPOS" -> rule.bySetPos(numbers(name, value, -366, 366));
                case "BYHOUR" -> rule.byHour(single(name, value, 23));
                case "BYMINUTE" -> rule.byMinute(single(name, value, 59));
                case "BYSECOND" -> rule.bySecond(single(name, value, 59));
                default ->
                    throw new BadEventException("RRULE has the part " + Texts.shown(name)
                            + ", which is not understood; write the dates out");
            }
        }
        if (counted && until.isPresent()) {
            throw new BadEventException("RRULE has both COUNT and UNTIL; keep one");
        }
        return new Rule(rule.build(), counted, until);
    }

    private static Map<String, String> parts(String text) throws BadEventException {
        Map<String, String> parts = new HashMap<>();
        for (String part : text.toUpperCase(Locale.ROOT).split(";", -1)) {
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw new BadEventException(
                        "RRULE \"" + Texts.shown(text) + "\" is none; write one such as FREQ=WEEKLY;BYDAY=SU");
            }
            if (parts.put(
                            part.substring(0, equals).strip(),
                            part.substring(equals + 1).strip())
                    != null) {
                throw new BadEventException(
                        "RRULE has two parts " + Texts.shown(part.substring(0, equals)) + "; keep one");
            }
        }
        return parts;
    }

    private static Frequency frequency(@Nullable String name) throws BadEventException {
        for (Frequency frequency : FREQUENCIES) {
            if (frequency.name().equals(name)) {
                return frequency;
            }
        }
        throw new BadEventException("RRULE repeats " + (name == null ? "without FREQ" : Texts.shown(name))
                + "; a blackout repeats DAILY, WEEKLY, MONTHLY or YEARLY");
    }

    private static Moment until(String value, Moment start) throws BadEventException {
        Moment until = Moment.plain("UNTIL", Optional.empty(), value);
        return until.zone().isPresent() ? until : new Moment(until.shown(), until.wholeDay(), start.zone());
    }

    private static List<String> list(String name, String value) throws BadEventException {
        List<String> items = List.of(value.split(",", -1));
        if (items.size() > LIST_MAX) {
            throw new BadEventException(
                    "RRULE has " + items.size() + " values in " + name + "; write at most " + LIST_MAX);
        }
        return items;
    }

    private static List<Integer> numbers(String name, String value, int least, int most) throws BadEventException {
        List<Integer> numbers = new ArrayList<>();
        for (String item : list(name, value)) {
            numbers.add(number(name, item, least, most));
        }
        return numbers;
    }

    private static Integer single(String name, String value, int most) throws BadEventException {
        if (value.contains(",")) {
            throw new BadEventException("RRULE repeats several times a day (" + name + "); write an event for each");
        }
        return number(name, value, 0, most);
    }

    private static int number(String name, String value, int least, int most) throws BadEventException {
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most && (number != 0 || least == 0)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The line below says it.
        }
        throw new BadEventException("RRULE has " + name + "=" + Texts.shown(value) + "; write a number from " + least
                + " to " + most + (least < 0 ? ", but not 0" : ""));
    }

    private static Matcher day(String name, String value) throws BadEventException {
        Matcher day = DAY.matcher(value);
        if (!day.matches()) {
            throw new BadEventException(
                    "RRULE has " + name + "=" + Texts.shown(value) + "; write days such as MO or -1FR");
        }
        return day;
    }

    /** The beginnings from {@code from} to {@code to}, both by the wall clock; at most {@code most}. */
    List<Moment> beginnings(Moment start, LocalDateTime from, LocalDateTime to, int most) throws BadEventException {
        DateIterator dates = recurrence.getDateIterator(date(start.shown()), TimeZone.getTimeZone("UTC"));
        if (!counted && from.isAfter(start.shown())) {
            dates.advanceTo(date(from));
        }
        List<Moment> beginnings = new ArrayList<>();
        for (int steps = 0; dates.hasNext(); steps++) {
            Moment beginning = start.at(LocalDateTime.ofInstant(dates.next().toInstant(), ZoneOffset.UTC));
            if (beginning.shown().isAfter(to) || isOver(beginning)) {
                break;
            }
            if (!beginning.shown().isBefore(from)) {
                beginnings.add(beginning);
            }
            if (steps >= STEPS_MAX || beginnings.size() > most) {
                throw new BadEventException("RRULE repeats more than " + (steps >= STEPS_MAX ? STEPS_MAX : most)
                        + " times in the range; shorten it");
            }
        }
        return beginnings;
    }

    private boolean isOver(Moment beginning) {
        return until.isPresent() && isAfter(beginning, until.get());
    }

    private static boolean isAfter(Moment beginning, Moment last) {
        if (last.wholeDay()) {
            return beginning.shown().toLocalDate().isAfter(last.shown().toLocalDate());
        }
        if (beginning.zone().isPresent() && last.zone().isPresent()) {
            return beginning.instant().isAfter(last.instant());
        }
        return beginning.shown().isAfter(last.shown());
    }

    private static Date date(LocalDateTime shown) {
        return Date.from(shown.toInstant(ZoneOffset.UTC));
    }

    /** How far a wall clock can be from UTC, and a day for good measure. */
    static final Duration MARGIN = Duration.ofDays(2);
}
