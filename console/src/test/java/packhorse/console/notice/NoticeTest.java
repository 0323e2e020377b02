package packhorse.console.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Frequency;
import packhorse.console.change.CommunicationsPlan.Line;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.CommunicationsPlan.Occasion;

final class NoticeTest {
    private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final QuietHours NIGHT = new QuietHours(LocalTime.of(20, 0), LocalTime.of(7, 0), BERLIN);

    private static Notice notice(NoticeKind kind, String key) {
        Map<String, String> facts = new TreeMap<>();
        kind.own().forEach(name -> facts.put(name, "<" + name + ">"));
        return Notice.of(kind, "CO-2026-0001", key, "Editor 2.1", NOON, "gerd", "It happened.", facts);
    }

    private static CommunicationsPlan plan(Frequency frequency) {
        return new CommunicationsPlan(List.of(new Line(
                "sales", "sales@a.example", Means.MAIL, Set.of(Occasion.values()), frequency, "the desk, 4711")));
    }

    private static Notifier notifier(Quiet quiet) {
        return new Notifier(Templates.builtIn(), quiet, List.of());
    }

    private static List<OutboxEntry> entries(
            Notifier notifier, Notice notice, Frequency frequency, Told told, Instant now) {
        return notifier.entries(notice, plan(frequency), gather -> told, now);
    }

    @ParameterizedTest
    @EnumSource
    void everyKindHasWordsThatSayAllItsFacts(NoticeKind kind) {
        Message message = Templates.builtIn().message(notice(kind, "k"), "the desk, 4711");
        String all = message.subject() + "\n" + message.text();
        assertTrue(all.contains("CO-2026-0001") && all.contains("It happened."), all);
        kind.own().forEach(name -> assertTrue(all.contains("<" + name + ">"), kind + " does not say " + name));
        assertEquals(kind.occasion().isPresent(), all.contains("the desk, 4711"), all);
        assertEquals(kind, NoticeKind.of(kind.word()));
    }

    @ParameterizedTest
    @EnumSource
    void everyOccasionOfAPlanHasAKind(Occasion occasion) {
        assertTrue(EnumSet.allOf(NoticeKind.class).stream()
                .anyMatch(kind -> kind.occasion().equals(Optional.of(occasion))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "about {nothing} | the text of order.held names {nothing}, which such a notice has not; it has about,"
                        + " at, call, reason, text, title, who",
                "{verdict} | the text of order.held names {verdict}, which such a notice has not; it has about, at,"
                        + " call, reason, text, title, who",
                "a { b | the text of order.held has a \"{\" that opens no placeholder, at character 3; write {{ for a"
                        + " brace",
                "{Reason} | the text of order.held has a \"{\" that opens no placeholder, at character 1; write {{ for"
                        + " a brace"
            })
    void whatATemplateCannotSayIsRefusedWhenItIsRead(String text, String line) {
        assertEquals(
                line,
                assertThrows(IllegalArgumentException.class, () -> Template.parse(NoticeKind.HELD, "held", text))
                        .getMessage());
    }

    @Test
    void whatAFactSaysIsNeverATemplateAndNeverALineOfItsOwn() {
        Template template = Template.parse(NoticeKind.HELD, "{{{about}}: {reason}", "{reason}");
        Notice notice = Notice.of(
                NoticeKind.HELD,
                "CO-2026-0001",
                "k",
                "t",
                NOON,
                "gerd",
                "x",
                Map.of("reason", "{who}\r\nBcc: all@a.example\u202e"));
        Message message = template.fill(notice.values("c"));
        assertEquals("{CO-2026-0001}: {who} Bcc: all@a.example", message.subject());
        assertEquals("{who} Bcc: all@a.example", message.text());
    }

    @Test
    void aNoticeSaysAllOfItsFactsAndNoOthers() {
        assertThrows(
                IllegalArgumentException.class,
                () -> Notice.of(NoticeKind.HELD, "CO-2026-0001", "k", "t", NOON, "gerd", "x", Map.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> Notice.of(
                        NoticeKind.HELD,
                        "CO-2026-0001",
                        "k",
                        "t",
                        NOON,
                        "gerd",
                        "x",
                        Map.of("reason", "r", "law", "3")));
    }

    @Test
    void theSameHappeningIsTheSameEntryAndAnotherIsNot() {
        Notifier notifier = notifier(Quiet.never());
        String id = entries(notifier, notice(NoticeKind.GO, "go 1"), Frequency.AT_ONCE, Told.NEVER, NOON)
                .getFirst()
                .id();
        assertEquals(
                id,
                entries(notifier, notice(NoticeKind.GO, "go 1"), Frequency.AT_ONCE, Told.NEVER, NOON.plusSeconds(9))
                        .getFirst()
                        .id());
        assertNotEquals(
                id,
                entries(notifier, notice(NoticeKind.GO, "go 2"), Frequency.AT_ONCE, Told.NEVER, NOON)
                        .getFirst()
                        .id());
    }

    @Test
    void whoHearsDailyHearsTheRestInTheNextMessage() {
        Notifier notifier = notifier(Quiet.never());
        Notice notice = notice(NoticeKind.WAVE_STARTED, "w1");
        OutboxEntry first =
                entries(notifier, notice, Frequency.DAILY, Told.NEVER, NOON).getFirst();
        assertEquals(NOON, first.due());
        assertFalse(first.gather().isEmpty());
        Instant later = NOON.plusSeconds(60);
        Instant tomorrow = NOON.plus(Duration.ofDays(1));
        assertEquals(
                tomorrow,
                entries(notifier, notice, Frequency.DAILY, new Told(Optional.of(NOON), Optional.empty()), later)
                        .getFirst()
                        .due());
        assertEquals(
                tomorrow,
                entries(notifier, notice, Frequency.DAILY, new Told(Optional.of(NOON), Optional.of(tomorrow)), later)
                        .getFirst()
                        .due());
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhatIsUrgentWakesSomebodyAndItWaitsForNoDigest(NoticeKind kind) {
        Instant night = Instant.parse("2026-03-02T23:00:00Z");
        Notifier notifier = notifier(new Quiet(Optional.of(NIGHT), Map.of()));
        List<OutboxEntry> entries = entries(
                notifier, notice(kind, "k"), Frequency.DAILY, new Told(Optional.of(night), Optional.empty()), night);
        assertEquals(kind.occasion().isPresent() ? 1 : 0, entries.size());
        boolean urgent = Set.of(
                        NoticeKind.GATE_FAILED,
                        NoticeKind.LAW_BROKEN,
                        NoticeKind.HELD,
                        NoticeKind.ROLLED_BACK,
                        NoticeKind.ESCALATED)
                .contains(kind);
        assertEquals(urgent, kind.urgent());
        entries.forEach(entry -> {
            assertEquals(urgent ? night : Instant.parse("2026-03-04T06:00:00Z"), entry.due());
            assertEquals(urgent, entry.gather().isEmpty());
        });
    }

    @Test
    void aShiftNeverSleepsAndAnotherOfficeSleepsByItsOwnClock() {
        Instant evening = Instant.parse("2026-03-02T20:00:00Z");
        QuietHours newYork = new QuietHours(LocalTime.of(20, 0), LocalTime.of(7, 0), ZoneId.of("America/New_York"));
        Notice notice = notice(NoticeKind.GO, "go");
        for (Optional<QuietHours> own : List.of(Optional.<QuietHours>empty(), Optional.of(newYork))) {
            Notifier notifier = notifier(new Quiet(Optional.of(NIGHT), Map.of("sales@a.example", own)));
            assertEquals(
                    evening,
                    entries(notifier, notice, Frequency.AT_ONCE, Told.NEVER, evening)
                            .getFirst()
                            .due());
        }
    }

    @Test
    void otherSystemsHearTheirKindsAtOnceAndStandInNoPlan() {
        Notifier notifier = new Notifier(
                Templates.builtIn(),
                new Quiet(Optional.of(NIGHT), Map.of()),
                List.of(new Notifier.Listener("itsm", Set.of(NoticeKind.PROBLEM_OPENED))));
        Instant night = Instant.parse("2026-03-02T23:00:00Z");
        List<OutboxEntry> entries = notifier.entries(
                notice(NoticeKind.PROBLEM_OPENED, "k"), CommunicationsPlan.empty(), gather -> Told.NEVER, night);
        assertEquals(1, entries.size());
        assertEquals(Means.WEBHOOK, entries.getFirst().means());
        assertEquals("itsm", entries.getFirst().address());
        assertEquals(night, entries.getFirst().due());
        assertEquals(
                Set.of("about", "at", "code", "endpoints", "order", "text", "title", "who"),
                entries.getFirst().facts().keySet());
        assertEquals(
                List.of(),
                notifier.entries(
                        notice(NoticeKind.CHANGE_OPENED, "k"), plan(Frequency.AT_ONCE), g -> Told.NEVER, night));
    }

    @ParameterizedTest
    @CsvSource({
        "20:00, 07:00, 2026-03-02T18:59:59Z, 2026-03-02T18:59:59Z",
        "20:00, 07:00, 2026-03-02T19:00:00Z, 2026-03-03T06:00:00Z",
        "20:00, 07:00, 2026-03-03T05:59:59Z, 2026-03-03T06:00:00Z",
        "20:00, 07:00, 2026-03-03T06:00:00Z, 2026-03-03T06:00:00Z",
        "12:00, 13:00, 2026-03-02T11:30:00Z, 2026-03-02T12:00:00Z",
        // The clock goes from 02:00 to 03:00, and back from 03:00 to 02:00.
        "20:00, 02:30, 2026-03-29T00:30:00Z, 2026-03-29T01:30:00Z",
        "20:00, 02:30, 2026-10-25T00:15:00Z, 2026-10-25T00:30:00Z"
    })
    void quietHoursEndOnTheRecipientsClock(LocalTime from, LocalTime to, Instant at, Instant awake) {
        assertEquals(awake, new QuietHours(from, to, BERLIN).awake(at));
    }

    @Test
    void quietHoursNeverGoBackInTimeInAnyZone() {
        for (String zone : ZoneId.getAvailableZoneIds()) {
            QuietHours hours = new QuietHours(LocalTime.of(22, 30), LocalTime.of(2, 30), ZoneId.of(zone));
            for (Instant at = Instant.parse("2026-01-01T00:10:00Z");
                    at.isBefore(Instant.parse("2027-01-01T00:00:00Z"));
                    at = at.plus(Duration.ofMinutes(437))) {
                Instant awake = hours.awake(at);
                assertFalse(awake.isBefore(at), zone + " " + at);
                assertTrue(Duration.between(at, awake).toHours() <= 6, zone + " " + at + " " + awake);
            }
        }
    }

    @Test
    void triesWaitLongerEachTimeAreSpreadAndEnd() {
        Instant now = NOON;
        for (int before = 0; before + 1 < Tries.TRIES_MAX; before++) {
            Tries.Next next = Tries.next("id", before, new Attempt.Failed("no route"), now);
            Duration wait = Duration.between(now, ((Tries.Next.Again) next).due());
            long least = Math.min(30L << Math.min(before, 20), 3600);
            assertTrue(wait.toSeconds() >= least && wait.toSeconds() <= least * 6 / 5, before + ": " + wait);
        }
        assertEquals(
                new Tries.Next.Dead("given up after 24 tries: no route"),
                Tries.next("id", Tries.TRIES_MAX - 1, new Attempt.Failed("no route"), now));
        assertEquals(
                new Tries.Next.Dead("unknown user"), Tries.next("id", 0, new Attempt.Refused("unknown user"), now));
        assertEquals(new Tries.Next.Done(), Tries.next("id", 23, new Attempt.Sent(), now));
        assertNotEquals(
                Tries.next("one", 6, new Attempt.Failed("x"), now),
                Tries.next("other", 6, new Attempt.Failed("x"), now));
    }

    @Test
    void theOtherEndsWishIsGrantedUpToTheBound() {
        for (long wish : new long[] {1, 600, 999_999}) {
            Attempt attempt = new Attempt.Failed("busy", Optional.of(Duration.ofSeconds(wish)));
            Tries.Next.Again again = (Tries.Next.Again) Tries.next("id", 0, attempt, NOON);
            long wait = Duration.between(NOON, again.due()).toSeconds();
            assertTrue(wait >= Math.min(Math.max(wish, 30), 3600) && wait <= 3600 * 6 / 5, wish + ": " + wait);
        }
    }

    @Test
    void aDigestHoldsTheWordsOfAll() {
        Notifier notifier = notifier(Quiet.never());
        OutboxEntry one = entries(notifier, notice(NoticeKind.WAVE_STARTED, "w1"), Frequency.DAILY, Told.NEVER, NOON)
                .getFirst();
        OutboxEntry two = entries(notifier, notice(NoticeKind.GO, "g"), Frequency.DAILY, Told.NEVER, NOON)
                .getFirst();
        assertEquals(one.message(), new Parcel("id", List.of(one), 0).message());
        Message both = new Parcel("id", List.of(one, two), 0).message();
        assertTrue(both.subject().startsWith("CO-2026-0001: 2 messages"), both.subject());
        assertTrue(both.text().contains(one.message().text())
                && both.text().contains(two.message().text()));
    }
}
