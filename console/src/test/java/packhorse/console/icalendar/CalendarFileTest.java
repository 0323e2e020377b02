package packhorse.console.icalendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Scope;
import packhorse.core.UsageException;
import packhorse.core.testing.Cases;

final class CalendarFileTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Scope ALL = new Scope.AllSites();
    private static final ImportRules RULES = new ImportRules(
            ALL,
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2027-12-31T00:00:00Z"),
            Optional.empty(),
            Map.of());

    @Test
    void aFreezeFromAnOfficeCalendarIsRead() {
        ImportedCalendar read = read("""
            BEGIN:VCALENDAR
            VERSION:2.0
            PRODID:-//Example//Change Calendar//EN
            BEGIN:VTIMEZONE
            TZID:W. Europe Standard Time
            BEGIN:STANDARD
            DTSTART:16010101T030000
            TZOFFSETFROM:+0200
            TZOFFSETTO:+0100
            RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VEVENT
            UID:freeze-1@example.org
            SUMMARY;LANGUAGE=en:Year's end\\, no changes at
              all
            DTSTART;TZID="W. Europe Standard Time":20261218T180000
            DTEND;TZID="W. Europe Standard Time":20270104T060000
            TRANSP:TRANSPARENT
            BEGIN:VALARM
            DTSTART:20200101T000000Z
            DURATION:PT1H
            ACTION:DISPLAY
            END:VALARM
            END:VEVENT
            BEGIN:VEVENT
            UID:freeze-2@example.org
            SUMMARY:Data centre move
            DTSTART:20260301T220000Z
            DURATION:PT8H
            END:VEVENT
            BEGIN:VEVENT
            UID:freeze-3@example.org
            SUMMARY:Christmas
            DTSTART;VALUE=DATE:20261224
            DTEND;VALUE=DATE:20261227
            END:VEVENT
            END:VCALENDAR
            """);
        assertEquals(List.of(), read.problems());
        assertEquals(3, read.events());
        assertEquals(
                List.of(
                        new Blackout.Local(
                                LocalDateTime.parse("2026-12-18T18:00"),
                                LocalDateTime.parse("2027-01-04T06:00"),
                                Optional.of(BERLIN),
                                "Year's end, no changes at all",
                                ALL),
                        new Blackout.Fixed(
                                Instant.parse("2026-03-01T22:00:00Z"),
                                Instant.parse("2026-03-02T06:00:00Z"),
                                "Data centre move",
                                ALL),
                        new Blackout.Local(
                                LocalDateTime.parse("2026-12-24T00:00"),
                                LocalDateTime.parse("2026-12-27T00:00"),
                                Optional.empty(),
                                "Christmas",
                                ALL)),
                read.blackouts());
    }

    @Test
    void aWholeDayWithoutAnEndIsOneDayByTheZoneThatTheRulesName() {
        ImportRules berlin = new ImportRules(ALL, RULES.from(), RULES.to(), Optional.of(BERLIN), Map.of());
        assertEquals(
                List.of(new Blackout.Local(
                        LocalDateTime.parse("2026-05-01T00:00"),
                        LocalDateTime.parse("2026-05-02T00:00"),
                        Optional.of(BERLIN),
                        "May Day",
                        ALL)),
                CalendarFile.read(calendar("DTSTART;VALUE=DATE:20260501\nSUMMARY:May Day"), "may.ics", berlin)
                        .blackouts());
    }

    @Test
    void aSeriesKeepsToTheWallClockThroughTheChangesOfTheClock() {
        List<Blackout> sundays = read(calendar("""
            SUMMARY:Backup
            DTSTART;TZID=Europe/Berlin:20260322T010000
            DTEND;TZID=Europe/Berlin:20260322T040000
            RRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=3\
            """)).blackouts();
        assertEquals(
                List.of(
                        "2026-03-22T00:00:00Z/2026-03-22T03:00:00Z",
                        "2026-03-29T00:00:00Z/2026-03-29T02:00:00Z",
                        "2026-04-04T23:00:00Z/2026-04-05T02:00:00Z"),
                spans(sundays));
    }

    /** Days are days of the calendar, hours pass: RFC 5545 §3.3.6. */
    @Test
    void durationsCountDaysByTheCalendarAndHoursByTheirLength() {
        assertEquals(
                List.of("2026-03-28T11:00:00Z/2026-03-29T10:00:00Z"),
                spans(read(calendar("DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1D"))
                        .blackouts()));
        assertEquals(
                List.of("2026-03-28T11:00:00Z/2026-03-29T11:00:00Z"),
                spans(read(calendar("DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:PT24H"))
                        .blackouts()));
    }

    @Test
    void exceptionsMovesAndCancellationsAreHeeded() {
        ImportedCalendar read = read("""
            BEGIN:VCALENDAR
            VERSION:2.0
            BEGIN:VEVENT
            UID:a
            SUMMARY:Month's end
            DTSTART;TZID=Europe/Berlin:20260131T180000
            DURATION:PT6H
            RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260831T155959Z
            EXDATE;TZID=Europe/Berlin:20260228T180000,20260430T180000
            EXDATE:20260531T160000Z
            EXDATE;VALUE=DATE:20260630
            RDATE;TZID=Europe/Berlin:20260715T180000
            END:VEVENT
            BEGIN:VEVENT
            UID:a
            RECURRENCE-ID;TZID=Europe/Berlin:20260331T180000
            SUMMARY:Month's end\\, moved
            DTSTART;TZID=Europe/Berlin:20260401T180000
            DURATION:PT6H
            END:VEVENT
            BEGIN:VEVENT
            UID:a
            RECURRENCE-ID:20260731T160000Z
            STATUS:CANCELLED
            DTSTART;TZID=Europe/Berlin:20260731T180000
            DURATION:PT6H
            END:VEVENT
            BEGIN:VEVENT
            UID:b
            STATUS:CANCELLED
            DTSTART:20260101T000000Z
            DURATION:P1D
            END:VEVENT
            END:VCALENDAR
            """);
        assertEquals(List.of(), read.problems());
        assertEquals(
                List.of(
                        "2026-01-31T17:00:00Z/2026-01-31T23:00:00Z",
                        "2026-07-15T16:00:00Z/2026-07-15T22:00:00Z",
                        "2026-04-01T16:00:00Z/2026-04-01T22:00:00Z"),
                spans(read.blackouts()));
    }

    @Test
    void anEndlessSeriesIsCutToTheRange() {
        List<String> spans = spans(read(calendar("DTSTART:20100101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"))
                .blackouts());
        assertTrue(
                spans.getFirst().compareTo("2025-12-28") >= 0
                        && spans.getFirst().compareTo("2026-01-01") <= 0,
                spans.getFirst());
        assertTrue(
                spans.getLast().compareTo("2027-12-31") >= 0 && spans.getLast().compareTo("2028-01-03") <= 0,
                spans.getLast());
        assertTrue(spans.size() >= 730 && spans.size() <= 740, spans.size() + " days");
    }

    /** Rules that are easy to reckon in another way, from a beginning long before the range: what skips ahead must not lose the step. */
    @Test
    void seriesAgreeWithCountingDaysByHand() {
        DateTimeFormatter written = DateTimeFormatter.ofPattern("uuuuMMdd");
        Cases.run(150, random -> {
            LocalDate start = LocalDate.of(1990, 1, 1).plusDays(random.nextInt(365 * 30));
            int interval = random.nextInt(1, 12);
            boolean weekly = random.nextBoolean();
            DayOfWeek second = DayOfWeek.of(random.nextInt(1, 8));
            String rule = weekly
                    ? "FREQ=WEEKLY;WKST=MO;BYDAY=" + abbreviation(start.getDayOfWeek()) + "," + abbreviation(second)
                            + ";INTERVAL=" + interval
                    : "FREQ=DAILY;INTERVAL=" + interval;
            LocalDate until = LocalDate.of(2026, 1, 1).plusDays(random.nextInt(600));
            boolean ends = random.nextBoolean();
            List<LocalDate> expected = LocalDate.of(2026, 2, 1)
                    .datesUntil(LocalDate.of(2027, 12, 1))
                    .filter(date -> !date.isBefore(start) && !(ends && date.isAfter(until)))
                    .filter(date -> weekly
                            ? (date.getDayOfWeek() == start.getDayOfWeek() || date.getDayOfWeek() == second)
                                    && ChronoUnit.WEEKS.between(monday(start), monday(date)) % interval == 0
                            : ChronoUnit.DAYS.between(start, date) % interval == 0)
                    .toList();
            String text = "DTSTART;VALUE=DATE:" + written.format(start) + "\nRRULE:" + rule
                    + (ends ? ";UNTIL=" + written.format(until) : "");
            ImportedCalendar read = read(calendar(text));
            assertEquals(List.of(), read.problems());
            assertEquals(
                    expected,
                    read.blackouts().stream()
                            .map(blackout -> ((Blackout.Local) blackout).from().toLocalDate())
                            .filter(date -> !date.isBefore(LocalDate.of(2026, 2, 1))
                                    && date.isBefore(LocalDate.of(2027, 12, 1)))
                            .toList(),
                    text);
        });
    }

    private static LocalDate monday(LocalDate date) {
        return date.minusDays(date.getDayOfWeek().getValue() - 1L);
    }

    private static String abbreviation(DayOfWeek day) {
        return day.name().substring(0, 2);
    }

    @Test
    void thisMachinesZonePlaysNoPart() {
        String text = calendar("""
            DTSTART;TZID=America/New_York:20260301T013000
            DTEND;TZID=America/New_York:20260301T043000
            RRULE:FREQ=WEEKLY;COUNT=4
            EXDATE;TZID=America/New_York:20260315T013000\
            """);
        List<Blackout> here = read(text).blackouts();
        TimeZone before = TimeZone.getDefault();
        try {
            for (String zone : List.of("Asia/Kathmandu", "America/New_York", "Pacific/Apia")) {
                TimeZone.setDefault(TimeZone.getTimeZone(zone));
                assertEquals(here, read(text).blackouts(), zone);
            }
        } finally {
            TimeZone.setDefault(before);
        }
        assertEquals(3, here.size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SUMMARY:x | it has no beginning; add DTSTART",
                "DTSTART:20261301T000000Z;DURATION:PT1H | DTSTART \"20261301T000000Z\" is no date",
                "DTSTART:20260230;DTEND:20260301 | DTSTART \"20260230\" is no date",
                "DTSTART:yesterday | is no date; write one such as 20261224",
                "DTSTART:00010101T000000Z;DURATION:PT1H | is out of reach; write years from 1970 to 2200",
                "DTSTART:20260101T000000Z | it has no end; add DTEND or DURATION",
                "DTSTART:20260101T000000Z;DTEND:20260101T000000Z | it does not end after it begins",
                "DTSTART:20260102T000000Z;DTEND:20260101T000000Z | it does not end after it begins",
                "DTSTART:20260101T000000Z;DURATION:-PT1H | DURATION \"-PT1H\" is none",
                "DTSTART:20260101T000000Z;DURATION:PT1H;DTEND:20260102T000000Z | both DTEND and DURATION",
                "DTSTART:20260101T000000Z;DTEND:20290101T000000Z | lasts longer than 366 days",
                "DTSTART:20260101T000000Z;DTEND:20260101T010000 | of different kinds",
                "DTSTART:20260101;DTEND:20260101T010000Z | of different kinds",
                "DTSTART:20260101T000000Z;DTSTART:20260102T000000Z;DURATION:PT1H | it has 2 properties DTSTART; keep"
                        + " one",
                "DTSTART;TZID=Mars/Olympus:20260101T000000;DURATION:PT1H | the zone \"Mars/Olympus\" is not known",
                "DTSTART;VALUE=PERIOD:20260101T000000Z/PT1H | is of the type PERIOD; write dates or times",
                "DTSTART:20260101T000000Z;DURATION:PT1H;EXRULE:FREQ=DAILY | it has an EXRULE",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=SECONDLY | repeats SECONDLY; a blackout repeats"
                        + " DAILY",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:COUNT=3 | repeats without FREQ",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:now and then | is none; write one such as FREQ=WEEKLY",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=DAILY,INTERVAL=0 | INTERVAL=0; write a number from"
                        + " 1 to 1000",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=DAILY,INTERVAL=99999999999 | write a number from 1"
                        + " to 1000",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=MONTHLY,BYDAY=99999999999MO | write days such as MO"
                        + " or -1FR",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=YEARLY,BYMONTH=13 | BYMONTH=13; write a number from"
                        + " 1 to 12",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=MONTHLY,BYMONTHDAY=0 | from -31 to 31, but not 0",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=DAILY,BYHOUR=1+2 | several times a day (BYHOUR)",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=DAILY,COUNT=2,UNTIL=20270101T000000Z | both COUNT"
                        + " and UNTIL",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=DAILY,RSCALE=CHINESE | the part RSCALE, which is"
                        + " not understood",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RRULE:FREQ=DAILY,FREQ=WEEKLY | two parts FREQ",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RDATE:20260105 | RDATE and DTSTART are of different kinds",
                "DTSTART:20260101T000000Z;DURATION:PT1H;RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T000000Z | changes"
                        + " all that follow",
                "DTSTART 20260101T000000Z | \"DTSTART 20260101T000000Z\" is not understood"
            })
    void aBadEventIsOneClearLineAndTheOthersAreRead(String bad, String words) {
        // In the table a semicolon parts lines, unless it begins a parameter; commas and plus signs stand for a rule's
        // own.
        String lines = bad.replaceAll(";(?!TZID=|VALUE=|RANGE=)", "\n");
        StringBuilder event = new StringBuilder();
        lines.lines()
                .map(line -> line.startsWith("RRULE") ? line.replace(',', ';').replace('+', ',') : line)
                .forEach(line -> event.append(line).append('\n'));
        ImportedCalendar read = read("BEGIN:VCALENDAR\nVERSION:2.0\n"
                + event("UID:bad@example.org\n" + event.toString().strip()) + event("DTSTART;VALUE=DATE:20260501")
                + "END:VCALENDAR\n");
        assertEquals(1, read.problems().size(), read.problems().toString());
        String problem = read.problems().getFirst();
        assertTrue(problem.startsWith("test.ics line 3 (UID bad@example.org): "), problem);
        assertTrue(problem.contains(words), problem);
        assertEquals(1, problem.lines().count());
        assertEquals(1, read.blackouts().size(), "the good one is read");
        assertEquals(1, read.events());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | test.ics: it is no iCalendar file; one begins with BEGIN:VCALENDAR and VERSION:2.0",
                "<html>no</html> | test.ics: it is no iCalendar file",
                "BEGIN:VCALENDAR;VERSION:2.0;END:VCALENDAR | test.ics: there is no event (VEVENT) in it",
                "BEGIN:VCALENDAR;VERSION:1.0;BEGIN:VEVENT;END:VEVENT;END:VCALENDAR | test.ics line 2: version 1.0 of"
                        + " the format",
                "BEGIN:VCALENDAR;VERSION:2.0;BEGIN:VEVENT;DTSTART:20260101 | test.ics: it ends in the middle of the"
                        + " event of line 3; get the whole file",
                "BEGIN:VCALENDAR;VERSION:2.0;BEGIN:VEVENT;DTSTART:20260101;END:VEVENT | test.ics: it ends in the"
                        + " middle; get the whole file",
                "BEGIN:VEVENT;DTSTART:20260101;END:VEVENT | test.ics line 1: an event outside a calendar",
                "BEGIN:VCALENDAR;VERSION:2.0;BEGIN:VEVENT;DTSTART:20260101;END:VCALENDAR | test.ics line 3: it does"
                        + " not end before",
                "BEGIN:VCALENDAR;VERSION:2.0;BEGIN:VEVENT;DTSTART:20260101;BEGIN:VEVENT;END:VEVENT;END:VEVENT;END:VCALENDAR"
                        + " | test.ics line 3: another event begins inside it, in line 5"
            })
    void aFileThatIsNotWholeSaysSo(String lines, String words) {
        ImportedCalendar read = read(lines.replace(';', '\n'));
        assertTrue(
                read.problems().stream().anyMatch(problem -> problem.contains(words)),
                read.problems().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
                "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31;BYSETPOS=366",
                "FREQ=WEEKLY;BYSETPOS=-366;INTERVAL=1000",
                "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYSETPOS=50;INTERVAL=999",
                "FREQ=DAILY;COUNT=2147483647",
                "FREQ=DAILY;BYSETPOS=2",
                "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1"
            })
    void hostileRulesEnd(String rule) {
        String text = calendar("DTSTART:19700101T000000Z\nDURATION:PT1H\nRRULE:" + rule);
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> read(text));
    }

    @Test
    void aFileFullOfHostileRulesEnds() {
        StringBuilder text = new StringBuilder("BEGIN:VCALENDAR\nVERSION:2.0\n");
        for (int i = 0; i < 1_500; i++) {
            text.append(event("DTSTART:19700101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"));
        }
        ImportedCalendar read = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> read(text + "END:VCALENDAR\n"));
        assertEquals(CalendarFile.PROBLEMS_MAX, read.problems().size());
        assertTrue(
                read.problems().getFirst().contains("more than 1000 events of the file repeat"),
                read.problems().getFirst());
        assertEquals("test.ics: and 401 more problems", read.problems().getLast());
    }

    @Test
    void aSeriesOfTooManyTimesIsRefused() {
        ImportRules long5 = new ImportRules(
                ALL, RULES.from(), RULES.from().plus(ImportRules.RANGE_MAX), Optional.empty(), Map.of());
        ImportedCalendar five =
                CalendarFile.read(calendar("DTSTART:20260101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"), "a", long5);
        assertEquals(List.of(), five.problems());
        assertTrue(five.blackouts().size() <= Series.OCCURRENCES_MAX);
    }

    @Test
    void moreThanTheProgramWantsIsRefused() throws IOException {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };
        UsageException tooLarge =
                assertThrows(UsageException.class, () -> CalendarFile.read(endless, "big.ics", RULES));
        assertTrue(String.valueOf(tooLarge.getMessage()).contains("big.ics: it is larger than 8 MiB"));

        StringBuilder many = new StringBuilder("BEGIN:VCALENDAR\nVERSION:2.0\n");
        many.append(event("DTSTART:20260101").repeat(CalendarFile.EVENTS_MAX + 1));
        ImportedCalendar read = read(many + "END:VCALENDAR\n");
        assertEquals(List.of("test.ics: it has more than 10000 events; split it"), read.problems());

        StringBuilder daily = new StringBuilder("BEGIN:VCALENDAR\nVERSION:2.0\n");
        daily.append(event("DTSTART:20260101\nRRULE:FREQ=DAILY").repeat(40));
        assertEquals(
                List.of("test.ics: it makes more than 20000 blackouts; shorten the range or split it"),
                read(daily + "END:VCALENDAR\n").problems());

        String deep = "BEGIN:VCALENDAR\nVERSION:2.0\n" + "BEGIN:X\n".repeat(100_000);
        assertEquals(
                List.of("test.ics line 10: components are nested deeper than 8"),
                read(deep).problems());
    }

    @Test
    void theBytesOfAFileAreUtf8WithOrWithoutAMark() throws IOException {
        byte[] bytes = ("\ufeff"
                        + calendar("DTSTART;VALUE=DATE:20260501\nSUMMARY:Tag der Arbeit – Prüfung\u202e\u0007"))
                .getBytes(StandardCharsets.UTF_8);
        ImportedCalendar read = CalendarFile.read(new ByteArrayInputStream(bytes), "test.ics", RULES);
        assertEquals("Tag der Arbeit – Prüfung", read.blackouts().getFirst().reason());
    }

    @Test
    void reasonsAreCutAndNeverMissing() {
        assertEquals(
                Blackout.REASON_MAX,
                read(calendar("DTSTART;VALUE=DATE:20260501\nSUMMARY:" + "x".repeat(5_000)))
                        .blackouts()
                        .getFirst()
                        .reason()
                        .length());
        assertEquals(
                "blackout in line 3 of the calendar",
                read(calendar("DTSTART;VALUE=DATE:20260501"))
                        .blackouts()
                        .getFirst()
                        .reason());
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin, Europe/Berlin",
        "/example.org/2025a/Europe/Berlin, Europe/Berlin",
        "/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires, America/Argentina/Buenos_Aires",
        "pacific standard time, America/Los_Angeles",
        "UTC, UTC",
        "Headquarters, Asia/Tokyo"
    })
    void zonesAreFoundByTheirManyNames(String name, String zone) {
        assertEquals(
                Optional.of(ZoneId.of(zone)), ZoneNames.find(name, Map.of("Headquarters", ZoneId.of("Asia/Tokyo"))));
    }

    /** Whatever comes in, something comes out, in time. */
    @Test
    void garbageNeverBreaksIt() {
        List<String> lines = new ArrayList<>(calendar("""
            UID:a
            SUMMARY:x
            DTSTART;TZID=Europe/Berlin:20260131T180000
            DTEND;TZID=Europe/Berlin:20260131T190000
            RRULE:FREQ=MONTHLY;BYDAY=-1SU;BYSETPOS=1;UNTIL=20260831T215959Z
            EXDATE;TZID=Europe/Berlin:20260228T180000
            RECURRENCE-ID:20260228T180000\
            """).lines().toList());
        Cases.run(3_000, random -> {
            List<String> mangled = new ArrayList<>(lines);
            int changes = random.nextInt(1, 4);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(mangled.size());
                String line = mangled.get(at);
                int cut = random.nextInt(line.length() + 1);
                switch (random.nextInt(4)) {
                    case 0 -> mangled.remove(at);
                    case 1 -> mangled.add(at, mangled.get(random.nextInt(mangled.size())));
                    case 2 ->
                        mangled.set(at, line.substring(0, cut) + (char) random.nextInt(1, 0x250) + line.substring(cut));
                    default -> mangled.set(at, line.substring(0, cut));
                }
                if (mangled.isEmpty()) {
                    return;
                }
            }
            ImportedCalendar read = read(String.join(random.nextBoolean() ? "\r\n" : "\n", mangled));
            assertTrue(
                    read.problems().stream()
                            .allMatch(problem -> problem.startsWith("test.ics")
                                    && problem.lines().count() == 1),
                    () -> read.problems().toString());
        });
    }

    private static ImportedCalendar read(String text) {
        return CalendarFile.read(text, "test.ics", RULES);
    }

    private static String calendar(String event) {
        return "BEGIN:VCALENDAR\nVERSION:2.0\n" + event(event) + "END:VCALENDAR\n";
    }

    private static String event(String lines) {
        return "BEGIN:VEVENT\n" + lines + "\nEND:VEVENT\n";
    }

    private static List<String> spans(List<Blackout> blackouts) {
        return blackouts.stream()
                .flatMap(blackout -> blackout.at(ZoneId.of("Asia/Tokyo")).stream())
                .map(closure -> closure.from() + "/" + closure.to())
                .toList();
    }
}
