package packhorse.console.icalendar;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Beginnings of a series that do not happen. One with a zone is held against one with a zone by the instant, against one without by what the
 * clock shows; a date means every time of its day, since calendars write either for the other.
 */
final class Exceptions {
    private final Set<LocalDate> days = new HashSet<>();
    private final Set<LocalDate> wholeDays = new HashSet<>();
    private final Set<Instant> instants = new HashSet<>();
    private final Set<LocalDateTime> shown = new HashSet<>();
    private final Set<LocalDateTime> floating = new HashSet<>();

    Exceptions(Collection<Moment> first, Collection<Moment> second) {
        first.forEach(this::add);
        second.forEach(this::add);
    }

    private void add(Moment moment) {
        days.add(moment.shown().toLocalDate());
        if (moment.wholeDay()) {
            wholeDays.add(moment.shown().toLocalDate());
            return;
        }
        shown.add(moment.shown());
        if (moment.zone().isPresent()) {
            instants.add(moment.instant());
        } else {
            floating.add(moment.shown());
        }
    }

    boolean mean(Moment beginning) {
        LocalDate day = beginning.shown().toLocalDate();
        if (beginning.wholeDay()) {
            return days.contains(day);
        }
        boolean sameTime = beginning.zone().isPresent()
                ? instants.contains(beginning.instant()) || floating.contains(beginning.shown())
                : shown.contains(beginning.shown());
        return sameTime || wholeDays.contains(day);
    }
}
