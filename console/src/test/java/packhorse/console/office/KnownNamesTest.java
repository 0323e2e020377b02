package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.BERT;
import static packhorse.console.office.House.CORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Assessment;
import packhorse.console.change.Category;
import packhorse.console.change.Medium;
import packhorse.console.change.OrderId;
import packhorse.console.change.Problem;
import packhorse.console.change.ProblemMachine;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.ledger.Stored;
import packhorse.console.office.OrderOffice.CarryForm;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.console.office.OrderOffice.ShipForm;

/** Where something is sent, and to whom something is given, is there. */
final class KnownNamesTest {
    @TempDir
    private Path folder = Path.of("");

    private static OrderId ordered(House house) {
        RequestId request =
                House.id(house.requests.draft(ANNA, house.form(Category.of(RequestType.INSTALL), RiskClass.NORMAL)));
        house.requests.submit(ANNA, request, any());
        house.requests.assess(CORA, request, any(), new Assessment(true, "nothing", ""));
        house.requests.approve(BERT, request, any(), "");
        return House.order(house.orders.open(GERD, new OpenForm(Set.of(request), Optional.empty())));
    }

    @Test
    void nothingIsSentToASiteThatTheConsoleDoesNotKnow() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = ordered(house);
            house.orders.carry(
                    GERD,
                    order,
                    any(),
                    List.of(new CarryForm(
                            House.EDITOR, Optional.of(House.MANIFEST), Optional.empty(), Optional.of(Medium.OFFLINE))));
            // Trackers go by files of their own: the console knows no site at all.
            house.orders.ship(GERD, order, any(), new ShipForm(House.EDITOR, "office-2", "DVD 1", "post"));
            new SiteOffice(house.books)
                    .write(
                            House.ADAM,
                            "berlin",
                            any(),
                            new SiteOffice.SiteForm(
                                    ZoneId.of("Europe/Berlin"),
                                    List.of("10.1.0.0/16"),
                                    "100Mbit",
                                    "20Mbit",
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty()),
                            true);
            ShipForm nowhere = new ShipForm(House.EDITOR, "belrin", "DVD 1", "post");
            assertEquals(
                    Why.NOT_THERE,
                    refused(() -> house.orders.ship(GERD, order, any(), nowhere))
                            .why());
            house.orders.ship(GERD, order, any(), new ShipForm(House.EDITOR, "berlin", "DVD 1", "post"));
        }
    }

    @Test
    void noProblemIsGivenToWhoNoLongerSignsIn() {
        try (House house = new House(Database.SQLITE, folder)) {
            house.accounts();
            Stored<Problem> problem = house.problems.open(
                    GERD,
                    ordered(house),
                    new ProblemOffice.ProblemForm(Optional.empty(), "disk full", Set.of(), Set.of()));
            house.books.write(House.ADAM, pages -> {
                Stored<Account> dora = pages.get(OfficeKinds.ACCOUNT, "dora");
                return pages.change(dora, dora.value().opened(false));
            });
            ProblemOffice.ProblemMove toDora = new ProblemOffice.ProblemMove(
                    ProblemMachine.Move.ASSIGN, Optional.of(House.DORA.id()), Optional.empty(), "");
            assertEquals(
                    "PR-2026-0001: the account of dora is shut; name somebody who still signs in",
                    refused(() -> house.problems.move(GERD, problem.value().id(), any(), toDora))
                            .line());
        }
    }
}
