package packhorse.console.calendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;

final class OpeningsTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Scope ALL = new Scope.AllSites();
    private static final Window NIGHTS = weekly("22:00", Duration.ofHours(8), DayOfWeek.values());

    @Test
    void anOrdinaryNightOpensAsItReads() {
        assertEquals(
                List.of(
                        opening("2026-02-03T21:00:00Z", "2026-02-04T05:00:00Z"),
                        opening("2026-02-04T21:00:00Z", "2026-02-05T05:00:00Z")),
                Openings.next(List.of(NIGHTS), List.of(), BERLIN, Instant.parse("2026-02-03T12:00:00Z"), 2));
    }

    @Test
    void theNightInWhichClocksGoForwardEndsOnTheWallClockAndIsAnHourShorter() {
        assertEquals(
                List.of(opening("2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z")),
                Openings.next(List.of(NIGHTS), List.of(), BERLIN, Instant.parse("2026-03-28T12:00:00Z"), 1));
    }

    @Test
    void theNightInWhichClocksGoBackIsAnHourLonger() {
        assertEquals(
                List.of(opening("2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z")),
                Openings.next(List.of(NIGHTS), List.of(), BERLIN, Instant.parse("2026-10-24T12:00:00Z"), 1));
    }

    @Test
    void aBeginningThatTheClockSkipsIsTheMomentOfTheChange() {
        Window early = weekly("02:30", Duration.ofHours(2), DayOfWeek.SUNDAY);
        assertEquals(
                List.of(opening("2026-03-29T01:00:00Z", "2026-03-29T02:30:00Z")),
                Openings.next(List.of(early), List.of(), BERLIN, Instant.parse("2026-03-28T12:00:00Z"), 1));
    }

    @Test
    void aWindowThatTheClockSkipsAltogetherDoesNotOpenThatNight() {
        Window skipped = weekly("02:15", Duration.ofMinutes(30), DayOfWeek.SUNDAY);
        assertEquals(
                List.of(opening("2026-04-05T00:15:00Z", "2026-04-05T00:45:00Z")),
                Openings.next(List.of(skipped), List.of(), BERLIN, Instant.parse("2026-03-28T12:00:00Z"), 1));
    }

    @Test
    void timesThatTheClockShowsTwiceOpenTwice() {
        Window twice = weekly("02:15", Duration.ofMinutes(30), DayOfWeek.SUNDAY);
        assertEquals(
                List.of(
                        opening("2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z"),
                        opening("2026-10-25T01:15:00Z", "2026-10-25T01:45:00Z")),
                Openings.next(List.of(twice), List.of(), BERLIN, Instant.parse("2026-10-24T12:00:00Z"), 2));
        Window across = weekly("01:00", Duration.ofMinutes(90), DayOfWeek.SUNDAY);
        assertEquals(
                List.of(
                        opening("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"),
                        opening("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z")),
                Openings.next(List.of(across), List.of(), BERLIN, Instant.parse("2026-10-24T12:00:00Z"), 2));
    }

    /** At every instant of the five years at which a clock changes, in every zone: inside a window is what the wall clock shows inside it. */
    @Test
    void atEveryChangeOfEveryZoneTheWallClockDecides() {
        Instant from = Instant.parse("2024-01-01T00:00:00Z");
        Instant to = Instant.parse("2029-01-01T00:00:00Z");
        int changes = 0;
        for (String id : ZoneId.getAvailableZoneIds()) {
            ZoneId zone = ZoneId.of(id);
            for (var change = zone.getRules().nextTransition(from);
                    change != null && change.getInstant().isBefore(to);
                    change = zone.getRules().nextTransition(change.getInstant())) {
                changes++;
                wallClockDecides(zone, change.getInstant(), change.getDateTimeBefore());
            }
        }
        assertTrue(changes > 2_000, changes + " changes seen");
    }

    private static void wallClockDecides(ZoneId zone, Instant change, LocalDateTime around) {
        for (int offset : new int[] {-75, -30, 0, 20, 60}) {
            for (int minutes : new int[] {20, 45, 180, 26 * 60}) {
                LocalDateTime start = around.plusMinutes(offset);
                LocalDateTime end = start.plusMinutes(minutes);
                List<Window> windows = List.of(
                        new Window.Dated(start.toLocalDate(), start.toLocalTime(), Duration.ofMinutes(minutes)));
                List<Opening> openings = Openings.between(
                        windows, List.of(), zone, change.minus(Duration.ofDays(2)), change.plus(Duration.ofDays(3)));
                for (int probe = -200; probe <= 200; probe += 5) {
                    Instant instant = change.plusSeconds(60L * probe);
                    assertShown(zone, start, end, openings, instant);
                }
                assertShown(zone, start, end, openings, change.minusNanos(1));
                assertMinimal(openings);
            }
        }
    }

    private static void assertShown(
            ZoneId zone, LocalDateTime start, LocalDateTime end, List<Opening> openings, Instant instant) {
        LocalDateTime shown = LocalDateTime.ofInstant(instant, zone);
        boolean inside = !shown.isBefore(start) && shown.isBefore(end);
        if (inside != openings.stream().anyMatch(opening -> opening.contains(instant))) {
            throw new AssertionError(zone + ": at " + instant + " the clock shows " + shown + "; window from " + start
                    + " to " + end + " opened " + openings);
        }
    }

    private static void assertMinimal(List<Opening> openings) {
        for (int i = 1; i < openings.size(); i++) {
            assertTrue(openings.get(i - 1).to().isBefore(openings.get(i).from()), "overlap or touch: " + openings);
        }
    }

    /** Any windows and blackouts, any zone, any time: the openings are the instants inside a window and outside all blackouts, no more and no fewer. */
    @Test
    void openingsAreWindowsWithoutBlackouts() {
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        Cases.run(400, random -> {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            Instant from = Instant.parse("2024-01-01T00:00:00Z").plusSeconds(random.nextLong(5L * 365 * 86_400));
            Instant to = from.plus(Duration.ofHours(random.nextInt(1, 24 * 20)));
            List<Window> windows = windows(random, LocalDateTime.ofInstant(from, zone));
            List<Blackout> blackouts = blackouts(random, from, zone);
            List<Opening> openings = Openings.between(windows, blackouts, zone, from, to);
            assertMinimal(openings);
            for (Opening opening : openings) {
                assertTrue(!opening.from().isBefore(from) && !opening.to().isAfter(to), opening.toString());
                assertOpen(windows, blackouts, zone, opening.from(), true, from, to);
                assertOpen(windows, blackouts, zone, opening.to().minusNanos(1), true, from, to);
                assertOpen(windows, blackouts, zone, opening.from().minusNanos(1), false, from, to);
                assertOpen(windows, blackouts, zone, opening.to(), false, from, to);
            }
            for (int i = 0; i < 200; i++) {
                Instant instant = from.plusSeconds(
                        random.nextLong(Duration.between(from, to).toSeconds()));
                assertOpen(
                        windows,
                        blackouts,
                        zone,
                        instant,
                        openings.stream().anyMatch(opening -> opening.contains(instant)),
                        from,
                        to);
            }
        });
    }

    /** By the words of the rule, without any of the arithmetic. */
    private static void assertOpen(
            List<Window> windows,
            List<Blackout> blackouts,
            ZoneId zone,
            Instant instant,
            boolean expected,
            Instant from,
            Instant to) {
        if (instant.isBefore(from) || !instant.isBefore(to)) {
            return;
        }
        LocalDateTime shown = LocalDateTime.ofInstant(instant, zone);
        boolean inside = windows.stream().anyMatch(window -> switch (window) {
            case Window.Always unusedAlways -> true;
            case Window.Dated dated -> within(shown, dated.date().atTime(dated.start()), dated.duration());
            case Window.Weekly weekly ->
                shown.toLocalDate()
                        .minusDays(8)
                        .datesUntil(shown.toLocalDate().plusDays(1))
                        .filter(date -> weekly.days().contains(date.getDayOfWeek()))
                        .anyMatch(date -> within(shown, date.atTime(weekly.start()), weekly.duration()));
        });
        boolean closed = blackouts.stream()
                .flatMap(blackout -> blackout.at(zone).stream())
                .anyMatch(closure -> !instant.isBefore(closure.from()) && instant.isBefore(closure.to()));
        assertEquals(
                inside && !closed,
                expected,
                zone + " at " + instant + " = " + shown + " with " + windows + " and " + blackouts);
    }

    private static boolean within(LocalDateTime shown, LocalDateTime start, Duration duration) {
        return !shown.isBefore(start) && shown.isBefore(start.plus(duration));
    }

    private static List<Window> windows(RandomGenerator random, LocalDateTime near) {
        List<Window> windows = new ArrayList<>();
        int count = random.nextInt(0, 4);
        for (int i = 0; i < count; i++) {
            LocalTime start = LocalTime.of(random.nextInt(24), random.nextInt(60));
            if (random.nextInt(3) == 0) {
                windows.add(new Window.Dated(
                        near.toLocalDate().plusDays(random.nextInt(-3, 15)),
                        start,
                        Duration.ofMinutes(random.nextInt(1, 31 * 24 * 60))));
            } else {
                Set<DayOfWeek> days =
                        EnumSet.of(DayOfWeek.of(random.nextInt(1, 8)), DayOfWeek.of(random.nextInt(1, 8)));
                windows.add(new Window.Weekly(
                        days, start, Duration.ofMinutes(random.nextInt(1, random.nextBoolean() ? 600 : 7 * 24 * 60))));
            }
        }
        return windows;
    }

    private static List<Blackout> blackouts(RandomGenerator random, Instant near, ZoneId zone) {
        List<Blackout> blackouts = new ArrayList<>();
        int count = random.nextInt(0, 5);
        for (int i = 0; i < count; i++) {
            Instant from = near.plusSeconds(random.nextLong(-3L * 86_400, 15L * 86_400));
            Duration length = Duration.ofMinutes(random.nextInt(1, 3 * 24 * 60));
            if (random.nextBoolean()) {
                blackouts.add(new Blackout.Fixed(from, from.plus(length), "freeze", ALL));
            } else {
                LocalDateTime local = LocalDateTime.ofInstant(from, zone);
                blackouts.add(new Blackout.Local(
                        local,
                        local.plus(length),
                        random.nextBoolean() ? Optional.empty() : Optional.of(BERLIN),
                        "freeze",
                        ALL));
            }
        }
        return blackouts;
    }

    @Test
    void theNextOnesAreTheFirstOfAll() {
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        Cases.run(150, random -> {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            Instant from = Instant.parse("2024-01-01T00:00:00Z").plusSeconds(random.nextLong(3L * 365 * 86_400));
            List<Window> windows = windows(random, LocalDateTime.ofInstant(from, zone));
            List<Blackout> blackouts = blackouts(random, from, zone);
            List<Opening> all = Openings.between(windows, blackouts, zone, from, from.plus(Openings.HORIZON));
            int count = random.nextInt(1, 40);
            assertEquals(
                    all.subList(0, Math.min(count, all.size())), Openings.next(windows, blackouts, zone, from, count));
        });
    }

    @Test
    void aRunFitsNowWhenTheOpeningUnderWayIsLongEnough() {
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        Cases.run(300, random -> {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            Instant from = Instant.parse("2024-01-01T00:00:00Z").plusSeconds(random.nextLong(3L * 365 * 86_400));
            Timetable timetable = new Timetable(
                    "site", zone, windows(random, LocalDateTime.ofInstant(from, zone)), blackouts(random, from, zone));
            for (int i = 0; i < 20; i++) {
                Instant now = from.plusSeconds(random.nextLong(10L * 86_400));
                Duration run = Duration.ofSeconds(random.nextInt(5) == 0 ? 0 : random.nextLong(12L * 3_600));
                assertEquals(
                        timetable
                                .at(now)
                                .filter(opening -> opening.fits(now, run))
                                .isPresent(),
                        timetable.fits(now, run),
                        now + " " + run);
            }
        });
        Timetable any = new Timetable("site", BERLIN, List.of(new Window.Always()), List.of());
        assertTrue(any.fits(Instant.EPOCH, Duration.ofDays(30)));
        assertRefused("is none", () -> any.fits(Instant.EPOCH, Duration.ofSeconds(-1)));
    }

    @Test
    void windowsThatTouchAreOneOpening() {
        List<Window> windows = List.of(
                weekly("20:00", Duration.ofHours(2), DayOfWeek.MONDAY),
                weekly("22:00", Duration.ofHours(4), DayOfWeek.MONDAY));
        assertEquals(
                List.of(opening("2026-02-02T19:00:00Z", "2026-02-03T01:00:00Z")),
                Openings.next(windows, List.of(), BERLIN, Instant.parse("2026-02-01T12:00:00Z"), 1));
    }

    @Test
    void anOpeningUnderWayBeginsNow() {
        Instant now = Instant.parse("2026-02-03T23:30:00Z");
        assertEquals(
                Optional.of(opening("2026-02-03T23:30:00Z", "2026-02-04T05:00:00Z")),
                Openings.at(List.of(NIGHTS), List.of(), BERLIN, now));
        assertEquals(
                Optional.empty(),
                Openings.at(List.of(NIGHTS), List.of(), BERLIN, Instant.parse("2026-02-04T05:00:00Z")));
    }

    @Test
    void anyTimeIsCutByBlackoutsAlone() {
        Instant from = Instant.parse("2026-12-01T00:00:00Z");
        Blackout freeze = new Blackout.Local(
                LocalDateTime.parse("2026-12-18T00:00"),
                LocalDateTime.parse("2027-01-04T00:00"),
                Optional.empty(),
                "year's end",
                ALL);
        assertEquals(
                List.of(
                        new Opening(from, Instant.parse("2026-12-17T15:00:00Z")),
                        new Opening(Instant.parse("2027-01-03T15:00:00Z"), from.plus(Openings.HORIZON))),
                Openings.next(List.of(new Window.Always()), List.of(freeze), ZoneId.of("Asia/Tokyo"), from, 5));
    }

    @Test
    void withoutWindowsNothingOpens() {
        assertEquals(List.of(), Openings.next(List.of(), List.of(), BERLIN, Instant.EPOCH, 3));
    }

    @Test
    void aBlackoutInAnAmbiguousHourIsClosedThroughBothReadings() {
        Blackout hour = new Blackout.Local(
                LocalDateTime.parse("2026-10-25T02:10"),
                LocalDateTime.parse("2026-10-25T02:20"),
                Optional.of(BERLIN),
                "backup",
                ALL);
        assertEquals(
                Optional.of(new Blackout.Closure(
                        Instant.parse("2026-10-25T00:10:00Z"), Instant.parse("2026-10-25T01:20:00Z"), "backup")),
                hour.at(ZoneId.of("Asia/Tokyo")));
        Blackout skipped = new Blackout.Local(
                LocalDateTime.parse("2026-03-29T02:10"),
                LocalDateTime.parse("2026-03-29T02:20"),
                Optional.empty(),
                "backup",
                ALL);
        assertEquals(Optional.empty(), skipped.at(BERLIN));
    }

    @Test
    void aRunStartsOnlyIfItFits() {
        Opening night = opening("2026-02-03T21:00:00Z", "2026-02-04T05:00:00Z");
        Instant before = Instant.parse("2026-02-03T12:00:00Z");
        assertTrue(night.fits(before, Duration.ofHours(8)));
        assertTrue(!night.fits(before, Duration.ofHours(8).plusNanos(1)));
        assertTrue(night.fits(Instant.parse("2026-02-04T04:00:00Z"), Duration.ofHours(1)));
        assertTrue(!night.fits(Instant.parse("2026-02-04T04:00:01Z"), Duration.ofHours(1)));
        assertTrue(!night.fits(Instant.parse("2026-02-04T05:00:00Z"), Duration.ZERO));
        assertTrue(!night.fits(before, Duration.ofSeconds(Long.MAX_VALUE)));
    }

    @Test
    void nonsenseIsRefusedInOneLine() {
        assertRefused("without a day", () -> new Window.Weekly(Set.of(), LocalTime.NOON, Duration.ofHours(1)));
        assertRefused("at most 7 days", () -> weekly("12:00", Duration.ofDays(8), DayOfWeek.MONDAY));
        assertRefused("longer than nothing", () -> weekly("12:00", Duration.ZERO, DayOfWeek.MONDAY));
        assertRefused(
                "at most 31 days",
                () -> new Window.Dated(LocalDate.of(2026, 1, 1), LocalTime.NOON, Duration.ofDays(40)));
        assertRefused(
                "out of reach", () -> new Window.Dated(LocalDate.of(12026, 1, 1), LocalTime.NOON, Duration.ofDays(1)));
        assertRefused("not after it begins", () -> new Blackout.Fixed(Instant.EPOCH, Instant.EPOCH, "x", ALL));
        assertRefused(
                "needs a reason", () -> new Blackout.Fixed(Instant.EPOCH, Instant.EPOCH.plusSeconds(1), " ", ALL));
        assertRefused("for no site", () -> new Scope.Sites(Set.of()));
        assertRefused("ask for 1 to", () -> Openings.next(List.of(), List.of(), BERLIN, Instant.EPOCH, 0));
    }

    static void assertRefused(String words, Runnable asked) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, asked::run).getMessage());
        assertTrue(message.contains(words) && message.lines().count() == 1, message);
    }

    static Window weekly(String start, Duration duration, DayOfWeek... days) {
        return new Window.Weekly(Set.of(days), LocalTime.parse(start), duration);
    }

    static Opening opening(String from, String to) {
        return new Opening(Instant.parse(from), Instant.parse(to));
    }
}
