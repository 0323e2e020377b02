package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.DORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.refused;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.ledger.OutboxBook.Delivery;
import packhorse.console.ledger.OutboxBook.State;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.notice.Message;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.OutboxEntry;
import packhorse.console.notice.Parcel;
import packhorse.console.notice.Tries;

/** What was given up is sent again, and what a person tells is ticked, by name and in the trail. */
final class NoticeOfficeTest {
    private static final String MAIL = "0".repeat(31) + "1";
    private static final String ROOM = "0".repeat(31) + "2";

    @TempDir
    private Path folder = Path.of("");

    private static OutboxEntry entry(House house, String id, Means means) {
        return new OutboxEntry(
                id,
                NoticeKind.CLOSED,
                "CO-2026-0001",
                means,
                "sales",
                "sales@example.org",
                "",
                new Message("it is over", "it is over"),
                new TreeMap<>(),
                house.now(),
                house.now());
    }

    @ParameterizedTest
    @EnumSource
    void whatWasGivenUpIsSentAgainAndWhatAPersonTellsIsTicked(Database database) {
        try (House house = new House(database, folder)) {
            NoticeOffice notices = new NoticeOffice(house.books);
            OutboxBook book = new OutboxBook(house.books.ledger());
            book.add(List.of(entry(house, MAIL, Means.MAIL), entry(house, ROOM, Means.IN_PERSON)));
            Parcel parcel =
                    book.claim("one", house.now(), Duration.ofMinutes(1), 10).getFirst();
            assertTrue(book.settle("one", parcel, new Tries.Next.Dead("550 unknown"), house.now()));

            Delivery dead = notices.list(Optional.of(State.DEAD), Optional.empty(), "", 10)
                    .getFirst();
            assertEquals(MAIL, dead.entry().id());
            assertEquals("550 unknown", dead.reason());
            assertEquals(
                    List.of(ROOM),
                    notices.list(Optional.of(State.WAITING), Optional.of(Means.IN_PERSON), "", 10).stream()
                            .map(one -> one.entry().id())
                            .toList());
            assertEquals(
                    List.of(ROOM),
                    notices.list(Optional.empty(), Optional.empty(), MAIL, 10).stream()
                            .map(one -> one.entry().id())
                            .toList(),
                    "the page behind the first");

            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> notices.resend(DORA, MAIL)).why(),
                    "she builds, and mends no mail server");
            assertEquals(State.WAITING, notices.resend(GERD, MAIL).state());
            Parcel again =
                    book.claim("one", house.now(), Duration.ofMinutes(1), 10).getFirst();
            assertEquals(parcel.id(), again.id(), "under its old id");
            assertEquals(
                    "the notice " + MAIL + " is WAITING: only what was given up is sent again",
                    refused(() -> notices.resend(GERD, MAIL)).line());

            assertEquals(
                    "the notice " + MAIL + " goes by MAIL: nobody tells it in person",
                    refused(() -> notices.tick(DORA, MAIL)).line());
            Delivery told = notices.tick(DORA, ROOM);
            assertEquals(State.TOLD, told.state());
            assertEquals("dora", told.by());
            assertEquals(
                    "the notice " + ROOM + " is TOLD already, by dora",
                    refused(() -> notices.tick(GERD, ROOM)).line());
            assertEquals(
                    List.of("notice.resend by gerd", "notice.told by dora"),
                    house.audit.about("CO-2026-0001", 0, 10).stream()
                            .map(line ->
                                    line.entry().what() + " by " + line.entry().who())
                            .toList());
        }
    }
}
