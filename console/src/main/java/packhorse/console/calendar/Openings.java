package packhorse.console.calendar;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When a site is open: its windows minus its blackouts, as instants.
 *
 * <p>Algorithm: every window that may reach into the span asked for is laid on the wall clock, day by day, and turned into instants by
 * {@link Spans#shown}; all of them are merged where they overlap or touch, and the blackouts are cut out. Finding the next few openings
 * looks a week ahead, then four times as far, until there are enough whose end is seen, but never beyond {@link #HORIZON}.
 *
 * <p>Cost: O(days · windows + blackouts).
 */
public final class Openings {
    /** So far ahead is looked; two years of every blackout are more than anybody plans. An opening without an end is cut there. */
    public static final Duration HORIZON = Duration.ofDays(731);

    /** More openings than two years have nights. */
    public static final int COUNT_MAX = 1_000;

    private static final Duration FIRST_LOOK = Duration.ofDays(8);

    private static final int LOOK_FURTHER = 4;

    /** No two places differ by more than a day and a bit. */
    private static final int DAYS_OF_OFFSET = 2;

    private Openings() {}

    /**
     * The next openings from {@code from} on, at most {@code count}; one that is under way begins at {@code from}. Fewer where there
     * are no more within the horizon.
     *
     * @param blackouts those that hold at the site
     */
    public static List<Opening> next(
            List<Window> windows, List<Blackout> blackouts, ZoneId zone, Instant from, int count) {
        if (count < 1 || count > COUNT_MAX) {
            throw new IllegalArgumentException(count + " openings; ask for 1 to " + COUNT_MAX);
        }
        for (Duration look = FIRST_LOOK; ; look = look.multipliedBy(LOOK_FURTHER)) {
            boolean last = look.compareTo(HORIZON) >= 0;
            Instant to = from.plus(last ? HORIZON : look);
            List<Opening> openings = between(windows, blackouts, zone, from, to);
            long whole = openings.stream()
                    .filter(opening -> opening.to().isBefore(to))
                    .count();
            if (last || whole >= count) {
                return openings.subList(0, Math.min(count, openings.size()));
            }
        }
    }

    /** All openings inside {@code from} and {@code to}, cut at both. */
    public static List<Opening> between(
            List<Window> windows, List<Blackout> blackouts, ZoneId zone, Instant from, Instant to) {
        if (!from.isBefore(to)) {
            return List.of();
        }
        if (Duration.between(from, to).compareTo(HORIZON) > 0) {
            throw new IllegalArgumentException("openings over more than " + HORIZON.toDays() + " days");
        }
        List<Span> open = Spans.cut(Spans.merged(windows(windows, zone, from, to)), from, to);
        List<Span> closed = blackouts.stream()
                .flatMap(blackout -> blackout.at(zone).stream())
                .map(closure -> new Span(closure.from(), closure.to()))
                .toList();
        return Spans.without(open, Spans.merged(closed)).stream()
                .map(span -> new Opening(span.from(), span.to()))
                .toList();
    }

    /** The opening that is under way at {@code now}, from now on. */
    public static Optional<Opening> at(List<Window> windows, List<Blackout> blackouts, ZoneId zone, Instant now) {
        return next(windows, blackouts, zone, now, 1).stream()
                .filter(opening -> opening.contains(now))
                .findFirst();
    }

    private static List<Span> windows(List<Window> windows, ZoneId zone, Instant from, Instant to) {
        List<Span> spans = new ArrayList<>();
        ZoneRules rules = zone.getRules();
        for (Window window : windows) {
            switch (window) {
                case Window.Always always -> spans.add(new Span(from, to));
                case Window.Dated(LocalDate date, var start, Duration duration) -> {
                    LocalDateTime begin = date.atTime(start);
                    spans.addAll(Spans.shown(begin, begin.plus(duration), rules));
                }
                case Window.Weekly weekly -> {
                    LocalDate first = from.atOffset(ZoneOffset.UTC)
                            .toLocalDate()
                            .minusDays(weekly.duration().toDays() + 1 + DAYS_OF_OFFSET);
                    LocalDate last = to.atOffset(ZoneOffset.UTC).toLocalDate().plusDays(DAYS_OF_OFFSET);
                    for (LocalDate date = first; !date.isAfter(last); date = date.plusDays(1)) {
                        if (weekly.days().contains(date.getDayOfWeek())) {
                            LocalDateTime begin = date.atTime(weekly.start());
                            spans.addAll(Spans.shown(begin, begin.plus(weekly.duration()), rules));
                        }
                    }
                }
            }
        }
        return spans;
    }
}
