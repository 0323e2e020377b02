package packhorse.console.fleet;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;

/** What a query holds a record's value against. */
public sealed interface Operand {
    /** As it was written, quotes and escapes aside. */
    String text();

    /** Where {@code value} is: negative before, 0 within, positive after. Only for kinds with an order. */
    int place(Object value, Instant now);

    /** Whether {@code value} is it. */
    default boolean is(Object value, Instant now) {
        return place(value, now) == 0;
    }

    /** Any value at all: {@code label.ring==*} asks whether there is one. */
    record Any() implements Operand {
        @Override
        public String text() {
            return "*";
        }

        @Override
        public int place(Object value, Instant now) {
            return 0;
        }
    }

    /** One value, a {@code String}, {@code Long}, {@code Boolean}, {@code ByteCount} or {@code Version}. */
    record Value(String text, Comparable<?> value) implements Operand {
        @Override
        @SuppressWarnings("unchecked") // The field's kind made both.
        public int place(Object other, Instant now) {
            return ((Comparable<Object>) other).compareTo(value);
        }
    }

    /**
     * Text with {@code *} for any characters, compared without regard to case. A backslash before {@code *} or another backslash makes it
     * mean itself. Cost of a comparison: O(value × pattern) at worst, usually O(value).
     */
    record Pattern(String text, Glob glob) implements Operand {
        public Pattern(String text) {
            this(text, Glob.of(text));
        }

        @Override
        public int place(Object value, Instant now) {
            return glob.matches(value.toString()) ? 0 : value.toString().compareToIgnoreCase(text) < 0 ? -1 : 1;
        }
    }

    /** A moment, a day in UTC, or so long before or after the moment of asking. */
    sealed interface Moment extends Operand {
        /** The first instant of it. */
        Instant from(Instant now);

        /** The first instant after it, or the same one for a moment. */
        Instant to(Instant now);

        @Override
        default int place(Object value, Instant now) {
            Instant at = (Instant) value;
            Instant from = from(now);
            return at.isBefore(from) ? -1 : at.equals(from) || at.isBefore(to(now)) ? 0 : 1;
        }

        /** @throws IllegalArgumentException when it is no time, with the mend */
        static Moment parse(String text) {
            Matcher relative = Relative.FORM.matcher(text);
            if (relative.matches()) {
                return Relative.of(text, relative);
            }
            try {
                if (text.length() == "2026-01-01".length()) {
                    Instant from =
                            LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
                    return new Span(text, from, from.plus(Duration.ofDays(1)));
                }
                Instant at = OffsetDateTime.parse(text).toInstant();
                return new Span(text, at, at);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is not a time; write 2026-01-31, 2026-01-31T08:00Z, now or now-7d", e);
            }
        }
    }

    /** A day or a moment of the calendar. */
    record Span(String text, Instant from, Instant to) implements Moment {
        @Override
        public Instant from(Instant now) {
            return from;
        }

        @Override
        public Instant to(Instant now) {
            return to;
        }
    }

    /** {@code now}, {@code now-7d}, {@code now+2h}: so many seconds, minutes, hours, days or weeks from the moment of asking. */
    record Relative(String text, Duration shift) implements Moment {
        private static final java.util.regex.Pattern FORM =
                java.util.regex.Pattern.compile("now(?:([+-])([0-9]{1,6})([smhdw]))?");

        private static Relative of(String text, Matcher form) {
            if (form.group(1) == null) {
                return new Relative(text, Duration.ZERO);
            }
            Duration shift = Duration.ofSeconds(Long.parseLong(form.group(2))
                    * switch (form.group(3).toLowerCase(Locale.ROOT)) {
                        case "s" -> 1;
                        case "m" -> 60;
                        case "h" -> 3_600;
                        case "d" -> 86_400;
                        default -> 604_800;
                    });
            return new Relative(text, form.group(1).equals("-") ? shift.negated() : shift);
        }

        @Override
        public Instant from(Instant now) {
            return now.plus(shift);
        }

        @Override
        public Instant to(Instant now) {
            return now.plus(shift);
        }
    }
}
