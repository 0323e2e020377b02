package packhorse.console.rest;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.Role;
import packhorse.console.office.CalendarOffice;
import packhorse.console.office.FreezeCalendar;
import packhorse.core.UsageException;

/** Freeze calendars. */
final class CalendarRoutes {
    private static final String ALL = "/calendars";
    private static final String ONE = ALL + "/{calendar}";
    private static final String ID = "The calendar's name.";
    private static final Access FREEZERS =
            Access.to(Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR, Role.APPROVER, Role.ADMINISTRATOR);

    /** Where nobody says how far a file is read: what repeats is known for the next two years. */
    private static final Duration AHEAD = Duration.ofDays(2 * 366);

    private CalendarRoutes() {}

    /** Beyond it the reader says what it takes. */
    private static final long DAYS_MAX = 100_000;

    /** When nothing may run. */
    public record Blackouts(List<Blackout> blackouts) {
        public Blackouts {
            blackouts = List.copyOf(blackouts);
        }
    }

    /** A new calendar and its name. */
    public record NewCalendar(String name, List<Blackout> blackouts) {
        public NewCalendar {
            blackouts = List.copyOf(blackouts);
        }
    }

    static List<Route> of(CalendarOffice office) {
        return List.of(
                Route.get(ALL, "listCalendars", "Lists freeze calendars by name.")
                        .storedPage(CalendarLine.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.list(call.after(), limit + 1), limit, CalendarLine::of);
                        }),
                Route.post(ALL, "addCalendar", "Writes a freeze calendar: when nothing may run, whatever order it is.")
                        .access(FREEZERS)
                        .body(NewCalendar.class)
                        .created(FreezeCalendar.class, ALL)
                        .does(call -> {
                            NewCalendar form = call.body(NewCalendar.class);
                            return Answer.of(
                                    office.write(call.who(), form.name(), OptionalLong.of(0), form.blackouts()));
                        }),
                Route.post(
                                ALL + "/import",
                                "importCalendar",
                                "Takes a freeze calendar from an iCalendar file, in place of what it was.")
                        .asking("name", Parameter.Type.TEXT, "The calendar's name; one that is not there is made.")
                        .asking("days", Parameter.Type.COUNT, "How many days ahead it is read; else two years.")
                        .access(FREEZERS)
                        .file("text/calendar")
                        .stored(CalendarLine.class)
                        .does(call -> Answer.of(
                                office.importFile(
                                        call.who(),
                                        call.query("name")
                                                .orElseThrow(() ->
                                                        new UsageException("what is it called? write name=CALENDAR")),
                                        OptionalLong.empty(),
                                        call.bytes(),
                                        "the file",
                                        call.count("days").stream()
                                                .mapToObj(CalendarRoutes::days)
                                                .findFirst()
                                                .orElse(AHEAD)),
                                CalendarLine::of)),
                one(Route.get(ONE, "readCalendar", "Shows a freeze calendar."))
                        .stored(FreezeCalendar.class)
                        .does(call -> Answer.of(office.get(call.path("calendar")))),
                one(Route.put(ONE, "writeCalendar", "Writes other times into a freeze calendar."))
                        .access(FREEZERS)
                        .versioned()
                        .body(Blackouts.class)
                        .stored(FreezeCalendar.class)
                        .does(call -> Answer.of(office.write(
                                call.who(),
                                call.path("calendar"),
                                call.seen(),
                                call.body(Blackouts.class).blackouts()))),
                one(Route.delete(ONE, "removeCalendar", "Takes a freeze calendar away: its times are open again."))
                        .access(FREEZERS)
                        .versioned()
                        .does(call -> {
                            office.remove(call.who(), call.path("calendar"), call.seen());
                            return Answer.done();
                        }));
    }

    private static Duration days(long days) {
        if (days > DAYS_MAX) {
            throw new UsageException("days=" + days + " is more than " + DAYS_MAX);
        }
        return Duration.ofDays(days);
    }

    private static Route.Draft one(Route.Draft draft) {
        return draft.with("calendar", ID);
    }
}
