package packhorse.console.icalendar;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import packhorse.console.calendar.Blackout;

/**
 * How long an event lasts: some of it on the wall clock, the rest as it passes. Days and weeks are days of the calendar, whatever the clock does
 * in them; hours and minutes of a duration pass (RFC 5545 §3.3.6). An end on the same clock as the beginning is all wall clock.
 */
record Length(Duration onTheClock, Duration passing) {
    /** A year and a day: a longer freeze is a mistake, or several. */
    static final Duration MAX = Duration.ofDays(366);

    private static final Pattern DURATION = Pattern.compile(
            "\\+?P(?:(\\d{1,4})W)?(?:(\\d{1,5})D)?(?:T(?:(\\d{1,6})H)?(?:(\\d{1,8})M)?(?:(\\d{1,9})S)?)?");

    static Length of(Event event, Moment start, ImportRules rules) throws BadEventException {
        var end = event.one("DTEND");
        var duration = event.one("DURATION");
        if (end.isPresent() && duration.isPresent()) {
            throw new BadEventException("it has both DTEND and DURATION; keep one");
        }
        Length length;
        if (end.isPresent()) {
            length = until(start, Moment.one(end.get(), rules));
        } else if (duration.isPresent()) {
            length = parse(duration.get().getValue().strip());
        } else if (start.wholeDay()) {
            length = new Length(Duration.ofDays(1), Duration.ZERO);
        } else {
            throw new BadEventException("it has no end; add DTEND or DURATION");
        }
        Duration whole = length.onTheClock.plus(length.passing);
        if (whole.isZero() || whole.isNegative()) {
            throw new BadEventException("it does not end after it begins; mend DTEND or DURATION");
        }
        if (whole.compareTo(MAX) > 0) {
            throw new BadEventException("it lasts longer than " + MAX.toDays() + " days; mend DTEND or DURATION");
        }
        return length;
    }

    private static Length until(Moment start, Moment end) throws BadEventException {
        if (start.wholeDay() != end.wholeDay()
                || start.zone().isPresent() != end.zone().isPresent()) {
            throw new BadEventException(
                    "DTSTART and DTEND are of different kinds; write both as dates, both as times, both with a zone");
        }
        return start.zone().equals(end.zone())
                ? new Length(Duration.between(start.shown(), end.shown()), Duration.ZERO)
                : new Length(Duration.ZERO, Duration.between(start.instant(), end.instant()));
    }

    private static Length parse(String text) throws BadEventException {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            throw new BadEventException(
                    "DURATION \"" + Texts.shown(text) + "\" is none; write one such as P2D or PT8H");
        }
        return new Length(
                Duration.ofDays(7 * number(parts.group(1)) + number(parts.group(2))),
                Duration.ofHours(number(parts.group(3)))
                        .plusMinutes(number(parts.group(4)))
                        .plusSeconds(number(parts.group(5))));
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** The blackout that begins at {@code start}. */
    Blackout from(Moment start, String reason, ImportRules rules) throws BadEventException {
        try {
            LocalDateTime end = start.shown().plus(onTheClock);
            if (start.isUtc()) {
                return new Blackout.Fixed(
                        start.instant(), start.at(end).instant().plus(passing), reason, rules.scope());
            }
            Optional<ZoneId> zone = start.zone().or(rules::floating);
            if (passing.isZero()) {
                return new Blackout.Local(start.shown(), end, zone, reason, rules.scope());
            }
            if (zone.isPresent()) {
                Instant until = end.atZone(zone.get()).toInstant().plus(passing);
                return new Blackout.Fixed(start.shown().atZone(zone.get()).toInstant(), until, reason, rules.scope());
            }
            return new Blackout.Local(start.shown(), end.plus(passing), zone, reason, rules.scope());
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new BadEventException(String.valueOf(e.getMessage()));
        }
    }
}
