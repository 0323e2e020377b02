package packhorse.console.calendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

final class TimetableTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Window SUNDAYS = OpeningsTest.weekly("01:00", Duration.ofHours(4), DayOfWeek.SUNDAY);

    @Test
    void blackoutsOfOtherSitesAreLeftOut() {
        Blackout elsewhere = new Blackout.Fixed(
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2027-01-01T00:00:00Z"),
                "rebuilding",
                new Scope.Sites(Set.of("oslo")));
        Timetable berlin = new Timetable("berlin", BERLIN, List.of(SUNDAYS), List.of(elsewhere));
        assertEquals(1, berlin.next(Instant.parse("2026-02-01T12:00:00Z"), 1).size());
        Timetable oslo = new Timetable("oslo", ZoneId.of("Europe/Oslo"), List.of(SUNDAYS), List.of(elsewhere));
        assertEquals(
                Optional.of(Instant.parse("2027-01-03T00:00:00Z")),
                oslo.next(Instant.parse("2026-02-01T12:00:00Z"), 1).stream()
                        .map(Opening::from)
                        .findFirst());
    }

    @Test
    void theFirstOpeningThatFitsMayNotBeTheFirst() {
        Blackout cuts = new Blackout.Fixed(
                Instant.parse("2026-02-08T01:00:00Z"),
                Instant.parse("2026-02-08T12:00:00Z"),
                "stocktaking",
                new Scope.AllSites());
        Timetable berlin = new Timetable("berlin", BERLIN, List.of(SUNDAYS), List.of(cuts));
        Instant now = Instant.parse("2026-02-02T12:00:00Z");
        assertEquals(
                Optional.of(OpeningsTest.opening("2026-02-08T00:00:00Z", "2026-02-08T01:00:00Z")),
                berlin.firstThatFits(now, Duration.ofHours(1)));
        assertEquals(
                Optional.of(OpeningsTest.opening("2026-02-15T00:00:00Z", "2026-02-15T04:00:00Z")),
                berlin.firstThatFits(now, Duration.ofHours(2)));
        assertEquals(Optional.empty(), berlin.firstThatFits(now, Duration.ofHours(6)));
    }

    @Test
    void aBareOffsetIsNoZone() {
        OpeningsTest.assertRefused(
                "no IANA zone", () -> new Timetable("berlin", ZoneId.of("+01:00"), List.of(), List.of()));
        OpeningsTest.assertRefused(
                "no IANA zone", () -> new Timetable("berlin", ZoneId.of("UTC+1"), List.of(), List.of()));
    }

    @Test
    void previewsReadInSiteTimeAndUtc() {
        Blackout freeze = new Blackout.Local(
                LocalDateTime.parse("2026-03-22T03:00"),
                LocalDateTime.parse("2026-03-23T00:00"),
                Optional.empty(),
                "quarter's end",
                new Scope.AllSites());
        Timetable berlin = new Timetable("berlin", BERLIN, List.of(SUNDAYS), List.of(freeze));
        assertEquals(
                List.of(
                        "berlin: Sun 2026-03-22 01:00 +01:00 to Sun 2026-03-22 03:00 +01:00 Europe/Berlin = Sun"
                                + " 2026-03-22 00:00 to Sun 2026-03-22 02:00 UTC, 2 h, cut off by the blackout \"quarter's"
                                + " end\"",
                        "berlin: Sun 2026-03-29 01:00 +01:00 to Sun 2026-03-29 05:00 +02:00 Europe/Berlin"
                                + " = Sun 2026-03-29 00:00 to Sun 2026-03-29 03:00 UTC, 3 h, clocks change meanwhile,"
                                + " after the blackout \"quarter's end\""),
                Preview.lines(berlin, Instant.parse("2026-03-16T12:00:00Z"), 2));
    }

    @Test
    void aTimetableThatNeverOpensSaysSo() {
        Timetable never = new Timetable("berlin", BERLIN, List.of(), List.of());
        assertEquals(
                List.of("berlin: no opening within 731 days from Mon 2026-03-16 12:00 UTC; add a window or shorten a"
                        + " blackout"),
                Preview.lines(never, Instant.parse("2026-03-16T12:00:00Z"), 2));
    }

    @Test
    void windowsReadAsOneLine() {
        assertEquals("Sun 01:00 for 4 h", SUNDAYS.line());
        assertEquals("any time", new Window.Always().line());
        assertEquals(
                "Mon, Fri 22:30 for 1 d 1 h 30 min",
                OpeningsTest.weekly("22:30", Duration.ofMinutes(25 * 60 + 30), DayOfWeek.FRIDAY, DayOfWeek.MONDAY)
                        .line());
    }

    @Test
    void startsAreSpreadOverTheOpeningAndAllDoneInTime() {
        Opening night = OpeningsTest.opening("2026-02-03T21:00:00Z", "2026-02-04T05:00:00Z");
        Duration run = Duration.ofMinutes(30);
        int[] quarters = new int[4];
        Cases.run(4_000, random -> {
            EndpointId endpoint = EndpointId.ofBytes(Cases.bytes(random, 16));
            Instant start =
                    Spread.start(night, run, Duration.ofHours(2), endpoint, 42).orElseThrow();
            assertEquals(
                    Optional.of(start), Spread.start(night, run, Duration.ofHours(2), endpoint, 42), "the same again");
            assertTrue(night.fits(start, run));
            quarters[(int) Math.min(3, Duration.between(night.from(), start).toMinutes() / 30)]++;
            Instant late = Spread.start(night, Duration.ofMinutes(470), Duration.ofHours(2), endpoint, 42)
                    .orElseThrow();
            assertTrue(night.fits(late, Duration.ofMinutes(470)), "a long run begins early enough");
        });
        for (int quarter : quarters) {
            // A quarter of 4 000, with a standard deviation of 27.
            assertTrue(
                    Math.abs(quarter - 1_000) < 160,
                    List.of(quarters[0], quarters[1], quarters[2], quarters[3]).toString());
        }
    }

    @Test
    void aRunThatDoesNotFitHasNoStart() {
        Opening night = OpeningsTest.opening("2026-02-03T21:00:00Z", "2026-02-04T05:00:00Z");
        EndpointId endpoint = EndpointId.parse("ab".repeat(16));
        assertEquals(Optional.empty(), Spread.start(night, Duration.ofHours(9), Duration.ZERO, endpoint, 1));
        assertEquals(
                Optional.of(night.from()), Spread.start(night, Duration.ofHours(8), Duration.ofHours(3), endpoint, 1));
        assertEquals(Optional.of(night.from()), Spread.start(night, Duration.ofHours(1), Duration.ZERO, endpoint, 1));
    }
}
