package packhorse.console.calendar;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * When something may run, on the wall clock of whatever site it is applied to: the same window is 22:00 in Berlin and 22:00 in Tokyo. The
 * duration is one of the wall clock, too: 22:00 for 8 hours ends when the clock shows 06:00, which may be 7 or 9 hours later in the night
 * in which clocks change.
 */
public sealed interface Window permits Window.Always, Window.Weekly, Window.Dated {
    /** A week at most: a longer one would meet itself. */
    Duration WEEKLY_MAX = Duration.ofDays(7);

    /** A month at most: whoever needs more means {@link Always} and blackouts. */
    Duration DATED_MAX = Duration.ofDays(31);

    /** For people. */
    String line();

    /** At any time. */
    record Always() implements Window {
        @Override
        public String line() {
            return "any time";
        }
    }

    /**
     * On these days of every week.
     *
     * @param days on which it begins
     * @param start when it begins
     * @param duration how long it lasts; beyond midnight where it is long enough
     */
    record Weekly(Set<DayOfWeek> days, LocalTime start, Duration duration) implements Window {
        public Weekly {
            if (days.isEmpty()) {
                throw new IllegalArgumentException("a weekly window without a day; name one, such as MONDAY");
            }
            days = Collections.unmodifiableSet(EnumSet.copyOf(days));
            requireDuration(duration, WEEKLY_MAX);
        }

        @Override
        public String line() {
            return days.stream().map(Window::day).collect(Collectors.joining(", ")) + " " + start + " for "
                    + Spans.text(duration);
        }
    }

    /** Once. */
    record Dated(LocalDate date, LocalTime start, Duration duration) implements Window {
        public Dated {
            requireDuration(duration, DATED_MAX);
            Spans.requireYear(date);
        }

        @Override
        public String line() {
            return day(date.getDayOfWeek()) + " " + date + " " + start + " for " + Spans.text(duration);
        }
    }

    private static void requireDuration(Duration duration, Duration most) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException("a window of " + duration
                    + " is none; it lasts longer than nothing and at most " + most.toDays() + " days");
        }
    }

    private static String day(DayOfWeek day) {
        return day.getDisplayName(java.time.format.TextStyle.SHORT, Locale.ENGLISH);
    }
}
