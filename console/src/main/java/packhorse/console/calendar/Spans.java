package packhorse.console.calendar;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** From the wall clock to instants, and the arithmetic of sets of instants. */
final class Spans {
    /** Calendars before this year and after the next are mistakes; java.time reckons with years that no instant has. */
    private static final int YEAR_MIN = 1970;

    private static final int YEAR_MAX = 2999;

    private Spans() {}

    static void requireYear(LocalDate date) {
        if (date.getYear() < YEAR_MIN || date.getYear() > YEAR_MAX) {
            throw new IllegalArgumentException(
                    date + " is out of reach; write a year from " + YEAR_MIN + " to " + YEAR_MAX);
        }
    }

    /**
     * The instants at which the wall clock shows a time from {@code from} up to {@code to}, in order. Between two changes of the offset
     * the wall clock runs evenly, so each such piece is moved by its offset and cut; what remains of neighbours is put together where
     * it touches. One span on ordinary days; none where the clock skips all of it; two where it shows the end, or the beginning, twice.
     */
    static List<Span> shown(LocalDateTime from, LocalDateTime to, ZoneRules rules) {
        Instant earliest = from.toInstant(ZoneOffset.MAX);
        Instant latest = to.toInstant(ZoneOffset.MIN);
        List<Span> spans = new ArrayList<>();
        Instant pieceFrom = earliest;
        while (pieceFrom.isBefore(latest)) {
            ZoneOffset offset = rules.getOffset(pieceFrom);
            ZoneOffsetTransition change = rules.nextTransition(pieceFrom);
            Instant pieceTo = change == null || change.getInstant().isAfter(latest) ? latest : change.getInstant();
            Instant begin = later(from.toInstant(offset), pieceFrom);
            Instant end = earlier(to.toInstant(offset), pieceTo);
            if (begin.isBefore(end)) {
                spans.add(new Span(begin, end));
            }
            pieceFrom = pieceTo;
        }
        return merged(spans);
    }

    /** Sorted, and put together where they overlap or touch. */
    static List<Span> merged(Collection<Span> spans) {
        List<Span> merged = new ArrayList<>();
        for (Span span : spans.stream().sorted().toList()) {
            Span last = merged.isEmpty() ? span : merged.getLast();
            if (!merged.isEmpty() && !span.from().isAfter(last.to())) {
                merged.set(merged.size() - 1, new Span(last.from(), later(last.to(), span.to())));
            } else {
                merged.add(span);
            }
        }
        return merged;
    }

    /** What of the first is not in the second; both sorted and without overlap. */
    static List<Span> without(List<Span> spans, List<Span> taken) {
        List<Span> left = new ArrayList<>();
        int next = 0;
        for (Span span : spans) {
            Instant from = span.from();
            while (next < taken.size() && !taken.get(next).to().isAfter(from)) {
                next++;
            }
            for (int i = next; i < taken.size() && taken.get(i).from().isBefore(span.to()); i++) {
                if (from.isBefore(taken.get(i).from())) {
                    left.add(new Span(from, taken.get(i).from()));
                }
                from = later(from, taken.get(i).to());
            }
            if (from.isBefore(span.to())) {
                left.add(new Span(from, span.to()));
            }
        }
        return left;
    }

    /** Cut to what lies inside {@code from} and {@code to}. */
    static List<Span> cut(List<Span> spans, Instant from, Instant to) {
        List<Span> cut = new ArrayList<>();
        for (Span span : spans) {
            Instant begin = later(span.from(), from);
            Instant end = earlier(span.to(), to);
            if (begin.isBefore(end)) {
                cut.add(new Span(begin, end));
            }
        }
        return cut;
    }

    static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** "2 h 30 min". */
    static String text(Duration duration) {
        StringBuilder text = new StringBuilder();
        add(text, duration.toDays(), "d");
        add(text, duration.toHoursPart(), "h");
        add(text, duration.toMinutesPart(), "min");
        add(text, duration.toSecondsPart(), "s");
        return text.isEmpty() ? "less than 1 s" : text.toString();
    }

    private static void add(StringBuilder text, long number, String unit) {
        if (number > 0) {
            text.append(text.isEmpty() ? "" : " ").append(number).append(' ').append(unit);
        }
    }
}
