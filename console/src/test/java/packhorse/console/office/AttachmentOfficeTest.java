package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.BERT;
import static packhorse.console.office.House.CORA;
import static packhorse.console.office.House.DORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.VERA;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.change.Assessment;
import packhorse.console.change.Attachment;
import packhorse.console.change.Category;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderMachine;
import packhorse.console.change.PersonId;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.change.Step;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.ledger.Stored;
import packhorse.console.office.OrderOffice.MoveForm;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.console.office.OrderOffice.TickForm;
import packhorse.core.content.Sha256;

/** Files are kept with an order as they came, and a tick names none that is not there. */
final class AttachmentOfficeTest {
    private static final byte[] PLAN = "who, when, where".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder = Path.of("");

    private static OrderId ordered(House house) {
        house.accounts();
        RequestId request =
                House.id(house.requests.draft(ANNA, house.form(Category.of(RequestType.INSTALL), RiskClass.NORMAL)));
        house.requests.submit(ANNA, request, any());
        house.requests.assess(CORA, request, any(), new Assessment(true, "an hour", ""));
        house.requests.approve(BERT, request, any(), "");
        return House.order(house.orders.open(GERD, new OpenForm(Set.of(request), Optional.empty())));
    }

    private static Stored<Attachment> attach(House house, OrderId order, String name) {
        return attach(house, DORA, order, name);
    }

    private static Stored<Attachment> attach(House house, Actor.Person who, OrderId order, String name) {
        return house.attachments.attach(who, order, Optional.of(name), Optional.of("Text/Plain"), PLAN);
    }

    @ParameterizedTest
    @EnumSource
    void aFileIsKeptAsItCameAndTicksNameItOrNothing(Database database) throws IOException {
        try (House house = new House(database, folder)) {
            OrderId order = ordered(house);
            TickForm unknown = new TickForm(Step.CHANGE_ORDER, "sites", "", Optional.of("plan.txt"));
            assertEquals(
                    order + " has no attachment plan.txt: packhorse order attach " + order
                            + " --file plan.txt, then tick it",
                    refused(() -> house.orders.tick(GERD, order, any(), unknown))
                            .line());
            Stored<Attachment> kept = attach(house, order, "plan.txt");
            assertEquals(order + "/A01", kept.id());
            assertEquals("text/plain", kept.value().mediaType());
            assertEquals(Sha256.of(PLAN), kept.value().sha256());
            Attachment known = house.attachments.known(order, "A01");
            assertEquals(kept.value(), known);
            Path file = folder.resolve("as-it-came");
            house.attachments.write(known, file);
            assertArrayEquals(PLAN, Files.readAllBytes(file));
            assertTrue(house.orders.get(order).value().history().stream()
                    .anyMatch(entry -> entry.what().equals("attached A01 plan.txt")));

            attach(house, order, "sites.txt");
            assertEquals(
                    List.of(order + "/A01"),
                    house.attachments.list(order, "", 1).stream()
                            .map(Stored::id)
                            .toList());
            assertEquals(
                    List.of(order + "/A02"),
                    house.attachments.list(order, order + "/A01", 9).stream()
                            .map(Stored::id)
                            .toList());
            for (String word : List.of("plan.txt", "A01")) {
                ChecklistItem.Tick tick = house.orders
                        .tick(GERD, order, any(), new TickForm(Step.CHANGE_ORDER, "sites", "", Optional.of(word)))
                        .value()
                        .planning()
                        .find(Step.CHANGE_ORDER, "sites")
                        .flatMap(ChecklistItem::tick)
                        .orElseThrow();
                assertEquals(Optional.of("plan.txt"), tick.attachment());
            }
        }
    }

    @Test
    void whatIsNoAttachmentIsRefusedInOneLine() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = ordered(house);
            for (String name :
                    List.of("", ".", "..", "a/b", "a\\b", "x\ny", "x\u202ey", "A01", "A99 ", "n".repeat(101))) {
                assertEquals(
                        Why.INVALID, refused(() -> attach(house, order, name)).why(), name);
            }
            for (String type : List.of("text", "text/", "text/html; charset=x", "text/pl\nain", "a/b/c")) {
                assertEquals(
                        Why.INVALID,
                        refused(() -> house.attachments.attach(
                                        DORA, order, Optional.of("plan.txt"), Optional.of(type), PLAN))
                                .why(),
                        type);
            }
            assertEquals(
                    Why.INVALID,
                    refused(() -> house.attachments.attach(DORA, order, Optional.empty(), Optional.empty(), PLAN))
                            .why());
            for (byte[] bytes : List.of(new byte[0], new byte[Attachment.BYTES_MAX + 1])) {
                assertEquals(
                        Why.INVALID,
                        refused(() -> house.attachments.attach(
                                        DORA, order, Optional.of("plan.txt"), Optional.empty(), bytes))
                                .why());
            }
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> house.attachments.attach(
                                    VERA, order, Optional.of("plan.txt"), Optional.empty(), PLAN))
                            .why());
            assertEquals(
                    Why.NOT_THERE,
                    refused(() -> attach(house, new OrderId("CO-2026-0009"), "plan.txt"))
                            .why());
            attach(house, order, "plan.txt");
            assertEquals(
                    Why.EXISTS, refused(() -> attach(house, order, "plan.txt")).why());
            assertEquals(
                    Why.NOT_THERE,
                    refused(() -> house.attachments.known(order, "A02")).why());
            for (int more = 1; more < Attachment.COUNT_MAX; more++) {
                attach(house, order, more + ".txt");
            }
            assertTrue(refused(() -> attach(house, order, "one.more")).line().contains("at most 64 are kept"));
            house.orders.move(
                    GERD, order, any(), new MoveForm(OrderMachine.Move.CANCEL, "not wanted", Optional.empty()));
            assertTrue(refused(() -> attach(house, order, "late")).line().contains("at most 64"));
        }
    }

    @Test
    void whoOnlyAsksForChangesAttachesToTheirOwn() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = ordered(house);
            Actor.Person emil = new Actor.Person(new PersonId("emil"), Set.of(Role.REQUESTER));
            Refusal refused = refused(() -> attach(house, emil, order, "mine.txt"));
            assertEquals(Why.FORBIDDEN, refused.why());
            assertEquals(
                    order + ": a REQUESTER attaches files to what they asked for; emil did not ask for this: give the"
                            + " file to whoever did, or to a coordinator",
                    refused.line());
            assertEquals(List.of(), house.attachments.list(order, "", 9));
            attach(house, ANNA, order, "hers.txt");
            // He asks for changes, too; what he may as an approver is as it was.
            attach(house, BERT, order, "his.txt");
            attach(house, DORA, order, "builders.txt");
        }
    }

    @Test
    void nothingIsAttachedToWhatIsOver() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = ordered(house);
            house.orders.move(
                    GERD, order, any(), new MoveForm(OrderMachine.Move.CANCEL, "not wanted", Optional.empty()));
            assertTrue(refused(() -> attach(house, order, "late")).line().contains("which is final"));
        }
    }
}
