package packhorse.console.office;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.icalendar.CalendarFile;
import packhorse.console.icalendar.ImportRules;
import packhorse.console.icalendar.ImportedCalendar;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.core.UsageException;

/** Freeze calendars: when nothing may run, whatever order it is. */
public final class CalendarOffice {
    private static final Set<Role> FREEZERS =
            Set.of(Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR, Role.APPROVER, Role.ADMINISTRATOR);

    private final Desk desk;

    public CalendarOffice(Books books) {
        this.desk = new Desk(books);
    }

    /** Writes a freeze calendar, or another text of one. */
    public Stored<FreezeCalendar> write(Actor.Person who, String name, OptionalLong seen, List<Blackout> blackouts) {
        return desk.write(who, pages -> keepCalendar(pages, who, name, seen, blackouts, "written by " + who.name()));
    }

    /** Takes a freeze calendar from an iCalendar file. Refused where one of its events is not understood: a freeze that is missed is none. */
    public Stored<FreezeCalendar> importFile(
            Actor.Person who, String name, OptionalLong seen, byte[] file, String fileName, Duration ahead) {
        return desk.write(who, pages -> {
            ImportedCalendar imported;
            try {
                imported = CalendarFile.read(
                        new ByteArrayInputStream(file), fileName, ImportRules.everywhere(pages.now(), ahead));
            } catch (UsageException e) {
                throw Desk.invalid(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (!imported.problems().isEmpty()) {
                throw Desk.invalid(imported.problems().getFirst()
                        + (imported.problems().size() == 1
                                ? ""
                                : "; and " + (imported.problems().size() - 1) + " problems more"));
            }
            return keepCalendar(pages, who, name, seen, imported.blackouts(), fileName);
        });
    }

    private static Stored<FreezeCalendar> keepCalendar(
            Pages pages, Actor.Person who, String name, OptionalLong seen, List<Blackout> blackouts, String source) {
        Desk.requireRole(who, FREEZERS, "a calendar is written");
        Stored<FreezeCalendar> kept = Desk.put(
                pages,
                OfficeKinds.CALENDAR,
                name,
                seen,
                new FreezeCalendar(name, blackouts, source, who.id(), pages.now()));
        pages.audit(
                "calendar.write",
                name,
                Desk.details("blackouts", Integer.toString(blackouts.size()), "source", source));
        return kept;
    }

    /** Takes a freeze calendar away. */
    public void remove(Actor.Person who, String name, OptionalLong seen) {
        desk.write(who, pages -> {
            Desk.requireRole(who, FREEZERS, "a calendar is taken away");
            pages.remove(pages.get(OfficeKinds.CALENDAR, name, seen));
            pages.audit("calendar.remove", name, Desk.details());
            return 0;
        });
    }

    /** Freeze calendars, by name. */
    public List<Stored<FreezeCalendar>> list(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.CALENDAR, Optional.empty(), Optional.empty(), after, limit));
    }

    /** One freeze calendar. */
    public Stored<FreezeCalendar> get(String name) {
        return desk.read(pages -> pages.get(OfficeKinds.CALENDAR, name));
    }

    /** When nothing may run, whatever order it is. */
    public static List<Blackout> blackouts(Pages pages) {
        return Lists.all(pages, OfficeKinds.CALENDAR, Optional.empty()).stream()
                .flatMap(one -> one.value().blackouts().stream())
                .toList();
    }
}
