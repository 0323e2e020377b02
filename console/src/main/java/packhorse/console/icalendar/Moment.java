package packhorse.console.icalendar;

import com.github.mangstadt.vinnie.VObjectProperty;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A date or a time as an event writes it: what the wall clock shows, and whose wall clock.
 *
 * @param shown what it shows; midnight where it is a whole day
 * @param wholeDay whether only a date was written
 * @param zone whose clock; absent where it floats
 */
record Moment(LocalDateTime shown, boolean wholeDay, Optional<ZoneId> zone) {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    private static final DateTimeFormatter DATE_TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    /** Calendars go no further; the reckoning of recurrences gives up after a hundred years without a date. */
    private static final int YEAR_MIN = 1970;

    private static final int YEAR_MAX = 2200;

    /** All dates of a property: EXDATE and RDATE may write several. */
    static List<Moment> all(VObjectProperty property, ImportRules rules) throws BadEventException {
        List<Moment> moments = new ArrayList<>();
        for (String value : property.getValue().split(",", Event.VALUES_MAX + 1)) {
            if (moments.size() == Event.VALUES_MAX) {
                throw new BadEventException(property.getName() + " has more than " + Event.VALUES_MAX + " dates");
            }
            moments.add(one(property, value.strip(), rules));
        }
        return moments;
    }

    static Moment one(VObjectProperty property, ImportRules rules) throws BadEventException {
        return one(property, property.getValue().strip(), rules);
    }

    private static Moment one(VObjectProperty property, String value, ImportRules rules) throws BadEventException {
        Optional<String> type = Optional.ofNullable(property.getParameters().first("VALUE"));
        Moment moment = plain(property.getName(), type, value);
        String zone = property.getParameters().first("TZID");
        return moment.wholeDay || moment.zone.isPresent() || zone == null
                ? moment
                : new Moment(moment.shown, false, Optional.of(zone(zone, rules)));
    }

    /** One without a zone of its own, unless it is written in UTC. */
    static Moment plain(String name, Optional<String> type, String value) throws BadEventException {
        String kind = type.orElse(value.length() == 8 ? "DATE" : "DATE-TIME");
        try {
            if (kind.equalsIgnoreCase("DATE")) {
                return inReach(new Moment(LocalDate.parse(value, DATE).atStartOfDay(), true, Optional.empty()), value);
            }
            if (kind.equalsIgnoreCase("DATE-TIME")) {
                boolean utc = value.endsWith("Z");
                LocalDateTime shown =
                        LocalDateTime.parse(utc ? value.substring(0, value.length() - 1) : value, DATE_TIME);
                return inReach(new Moment(shown, false, utc ? Optional.of(ZoneOffset.UTC) : Optional.empty()), value);
            }
        } catch (DateTimeException e) {
            throw new BadEventException(name + " \"" + Texts.shown(value)
                    + "\" is no date; write one such as 20261224, 20261224T180000 or 20261224T170000Z");
        }
        throw new BadEventException(name + " is of the type " + Texts.shown(kind) + "; write dates or times");
    }

    private static Moment inReach(Moment moment, String value) throws BadEventException {
        int year = moment.shown.getYear();
        if (year < YEAR_MIN || year > YEAR_MAX) {
            throw new BadEventException(
                    "the date " + value + " is out of reach; write years from " + YEAR_MIN + " to " + YEAR_MAX);
        }
        return moment;
    }

    private static ZoneId zone(String name, ImportRules rules) throws BadEventException {
        Optional<ZoneId> zone = ZoneNames.find(name, rules.zones());
        if (zone.isEmpty()) {
            throw new BadEventException("the zone \"" + Texts.shown(name)
                    + "\" is not known; say which IANA zone it means, such as Europe/Berlin");
        }
        return zone.get();
    }

    /** The same clock at another time. */
    Moment at(LocalDateTime other) {
        return new Moment(other, wholeDay, zone);
    }

    boolean isUtc() {
        return zone.filter(ZoneOffset.UTC::equals).isPresent();
    }

    /** The first instant at which that clock shows it, or would have; a floating one is taken for UTC. */
    Instant instant() {
        return shown.atZone(zone.orElse(ZoneOffset.UTC)).toInstant();
    }
}
