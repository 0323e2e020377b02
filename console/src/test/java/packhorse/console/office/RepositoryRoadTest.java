package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.BERT;
import static packhorse.console.office.House.CORA;
import static packhorse.console.office.House.DORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Assessment;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderMachine.Move;
import packhorse.console.change.OrderState;
import packhorse.console.change.PlanApproval.Capacity;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Stage;
import packhorse.console.change.StageGateMachine;
import packhorse.console.change.Step;
import packhorse.console.ledger.Database;
import packhorse.console.office.OrderOffice.CarryForm;
import packhorse.console.office.OrderOffice.MoveForm;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.console.office.OrderOffice.SignForm;
import packhorse.console.office.OrderOffice.TickForm;
import packhorse.console.office.PlanOffice.EstimateForm;
import packhorse.core.content.Kind;
import packhorse.core.content.Sha256;
import packhorse.core.unit.ByteCount;

/** Orders that change the repository and no endpoint: what they carry is signed, and what became of it there is looked at. */
final class RepositoryRoadTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void whatIsAddedToProductionIsSignedAndOfferedThere() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house, RequestType.ADD_TO_PRODUCTION);
            assertTrue(closing(house, order).contains("is offered to BUILDING only: promote it"), "before");
            house.releases.promote(GERD, order, Stage.PRODUCTION);
            assertEquals(OrderState.CLOSING, move(house, order, Move.ENTER_CLOSING));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RETIRE", "ARCHIVE_AND_RETIRE"})
    void whatIsRetiredIsSignedAndGoneFromTheCatalogue(RequestType type) {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house, type);
            house.releases.promote(GERD, order, Stage.PRODUCTION);
            assertTrue(closing(house, order).contains("in the catalogue: retire it there"), "it is offered");
            house.releases.retire(GERD, House.EDITOR, any(), type == RequestType.ARCHIVE_AND_RETIRE);
            assertEquals(OrderState.CLOSING, move(house, order, Move.ENTER_CLOSING));
        }
    }

    @Test
    void anImageThatIsRolledBackThereIsLookedAtByAPerson() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = inProduction(house, RequestType.ROLLBACK_PUBLISHED_IMAGE);
            assertTrue(closing(house, order).contains("the product does not look"), "nobody has looked");
            tick(house, order, Step.STAGING, "repository");
            assertEquals(OrderState.CLOSING, move(house, order, Move.ENTER_CLOSING));
        }
    }

    private static String closing(House house, OrderId order) {
        return refused(() -> move(house, order, Move.ENTER_CLOSING)).line();
    }

    /** As far as production, whose gate is open: with signatures for what it carries, which are void for anything else. */
    private static OrderId inProduction(House house, RequestType type) {
        house.accounts();
        RequestId request = House.id(house.requests.draft(ANNA, house.form(Category.of(type), RiskClass.NORMAL)));
        house.requests.submit(ANNA, request, any());
        house.requests.assess(CORA, request, any(), new Assessment(true, "an hour", ""));
        house.requests.approve(BERT, request, any(), "");
        OrderId order = House.order(house.orders.open(GERD, new OpenForm(Set.of(request), Optional.empty())));
        house.orders.plans(GERD, order, any(), House.plans());
        house.plans.estimate(GERD, order, any(), new EstimateForm(1, List.of(), "nothing", Optional.empty()));
        tick(house, order, Step.CHANGE_ORDER, "sites");
        tick(house, order, Step.CHANGE_ORDER, "schedule");
        assertEquals(OrderState.PLAN_APPROVAL, move(house, order, Move.ENTER_PLAN_APPROVAL));
        assertTrue(refused(() -> move(house, order, Move.ENTER_PRODUCTION))
                .line()
                .contains("carry the releases that it is about first"));
        assertTrue(refused(() -> house.plans.preview(order)).line().contains("there is nothing to sign"));
        assertTrue(refused(() -> house.plans.planWaves(GERD, order, any(), OrderPlanForm.of("site==berlin")))
                .line()
                .contains("it needs no plan of waves"));

        Kind kind = type.work().kind();
        house.releases.catalogue(
                DORA, new ReleaseOffice.ReleaseForm(House.EDITOR, House.MANIFEST, new ByteCount(1 << 20), kind));
        carry(house, order, new CarryForm(House.EDITOR, Optional.empty(), Optional.empty(), Optional.empty()));
        PlanPreview preview = house.plans.preview(order);
        assertEquals(Optional.empty(), preview.plan());
        for (Capacity capacity : List.of(Capacity.BOARD, Capacity.CLIENT)) {
            house.orders.sign(
                    capacity == Capacity.BOARD ? CORA : BERT,
                    order,
                    any(),
                    new SignForm(capacity, preview.digest(), ""));
        }
        carry(
                house,
                order,
                new CarryForm(
                        House.release("acme/editor", "3.0"),
                        Optional.of(Sha256.of(new byte[] {3})),
                        Optional.of(kind),
                        Optional.empty()));
        assertNotEquals(preview.digest(), house.plans.preview(order).digest());
        assertTrue(
                refused(() -> move(house, order, Move.ENTER_PRODUCTION)).line().contains("of another plan are void"));
        carry(house, order, new CarryForm(House.EDITOR, Optional.empty(), Optional.empty(), Optional.empty()));
        assertEquals(OrderState.PRODUCTION, move(house, order, Move.ENTER_PRODUCTION));
        house.orders.speak(CORA, order, any(), StageGateMachine.Move.APPROVE_FEASIBILITY, "");
        house.orders.speak(GERD, order, any(), StageGateMachine.Move.CONFIRM_RESOURCES, "");
        house.orders.speak(GERD, order, any(), StageGateMachine.Move.PROCEED, "");
        return order;
    }

    private static void carry(House house, OrderId order, CarryForm form) {
        house.orders.carry(GERD, order, any(), List.of(form));
    }

    private static void tick(House house, OrderId order, Step step, String key) {
        house.orders.tick(GERD, order, any(), new TickForm(step, key, "looked at", Optional.empty()));
    }

    private static OrderState move(House house, OrderId order, Move move) {
        ChangeOrder moved = house.orders
                .move(GERD, order, any(), new MoveForm(move, "", Optional.empty()))
                .value();
        return moved.state();
    }
}
