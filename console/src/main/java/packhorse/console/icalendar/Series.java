package packhorse.console.icalendar;

import com.github.mangstadt.vinnie.VObjectProperty;
import com.github.mangstadt.vinnie.io.VObjectPropertyValues;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.console.calendar.Blackout;

/**
 * An event understood: when it happens, how long it lasts, what it is called. Once, or as often as its rule (RRULE) and its dates (RDATE) say,
 * without the exceptions (EXDATE) and without those that another event of the same identifier stands in for (RECURRENCE-ID).
 *
 * <p>What the event does to the availability of its owner (TRANSP) plays no part: freezes are often entered as "free".
 *
 * @param start its first beginning
 * @param standsInFor the one of another series that it replaces
 */
record Series(
        Moment start,
        Length length,
        String reason,
        Optional<Rule> rule,
        List<Moment> dates,
        List<Moment> exceptions,
        Optional<Moment> standsInFor,
        boolean cancelled) {
    /** Ten years of weeks, or five of weekdays and a bit; more is a mistake or an attack. */
    static final int OCCURRENCES_MAX = 2_000;

    static Series of(Event event, ImportRules rules) throws BadEventException {
        if (event.broken().isPresent()) {
            throw new BadEventException(event.broken().get());
        }
        if (!event.all("EXRULE").isEmpty()) {
            throw new BadEventException(
                    "it has an EXRULE, which no standard knows any more; write its dates as EXDATE");
        }
        Optional<VObjectProperty> begins = event.one("DTSTART");
        if (begins.isEmpty()) {
            throw new BadEventException("it has no beginning; add DTSTART");
        }
        Moment start = Moment.one(begins.get(), rules);
        Optional<VObjectProperty> repeats = event.one("RRULE");
        Optional<Rule> rule = repeats.isEmpty()
                ? Optional.empty()
                : Optional.of(Rule.parse(repeats.get().getValue().strip(), start));
        Optional<VObjectProperty> replaces = event.one("RECURRENCE-ID");
        Optional<Moment> standsInFor = Optional.empty();
        if (replaces.isPresent()) {
            if (replaces.get().getParameters().first("RANGE") != null) {
                throw new BadEventException("it changes all that follow (RANGE); write the series as two events");
            }
            standsInFor = Optional.of(Moment.one(replaces.get(), rules));
        }
        boolean cancelled = event.one("STATUS")
                .filter(status -> status.getValue().strip().equalsIgnoreCase("CANCELLED"))
                .isPresent();
        return new Series(
                start,
                Length.of(event, start, rules),
                reason(event),
                rule,
                moments(event, "RDATE", rules),
                moments(event, "EXDATE", rules),
                standsInFor,
                cancelled);
    }

    private static List<Moment> moments(Event event, String name, ImportRules rules) throws BadEventException {
        List<Moment> moments = new ArrayList<>();
        for (VObjectProperty property : event.all(name)) {
            moments.addAll(Moment.all(property, rules));
            if (moments.size() > Event.VALUES_MAX) {
                throw new BadEventException(name + " has more than " + Event.VALUES_MAX + " dates");
            }
        }
        return moments;
    }

    private static String reason(Event event) {
        String summary = event.all("SUMMARY").stream()
                .findFirst()
                .map(property -> Texts.cut(VObjectPropertyValues.unescape(property.getValue()), Blackout.REASON_MAX))
                .orElse("");
        return summary.isBlank() ? "blackout in line " + event.line() + " of the calendar" : summary;
    }

    /** The blackouts inside the range. */
    List<Blackout> blackouts(List<Moment> replaced, ImportRules rules) throws BadEventException {
        if (cancelled) {
            return List.of();
        }
        LocalDateTime earliest = wall(rules.from())
                .minus(length.onTheClock())
                .minus(length.passing())
                .minus(Rule.MARGIN);
        LocalDateTime latest = wall(rules.to()).plus(Rule.MARGIN);
        Set<Moment> beginnings = new LinkedHashSet<>();
        beginnings.add(start);
        if (rule.isPresent()) {
            beginnings.addAll(rule.get().beginnings(start, earliest, latest, OCCURRENCES_MAX));
        }
        for (Moment date : dates) {
            if (date.wholeDay() != start.wholeDay()) {
                throw new BadEventException(
                        "RDATE and DTSTART are of different kinds; write both as dates or both as times");
            }
            beginnings.add(date);
        }
        Exceptions excepted = new Exceptions(exceptions, replaced);
        List<Blackout> blackouts = new ArrayList<>();
        for (Moment beginning :
                beginnings.stream().sorted(Comparator.comparing(Moment::shown)).toList()) {
            boolean inRange =
                    !beginning.shown().isBefore(earliest) && !beginning.shown().isAfter(latest);
            if (inRange && !excepted.mean(beginning)) {
                blackouts.add(length.from(beginning, reason, rules));
            }
        }
        return blackouts;
    }

    private static LocalDateTime wall(Instant instant) {
        return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
