package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.BERT;
import static packhorse.console.office.House.CORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.any;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Assessment;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Finding;
import packhorse.console.change.OrderId;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Step;
import packhorse.console.ledger.Database;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;

/** What the product did not look at it does not say. */
final class ProductionFindingsTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void whetherThePlannedOrderOfRecoveryWasFollowedAPersonSays() {
        Finding found = found(DeploymentState.RECOVERY_CHECK, Step.BACKOUT_AND_RECOVERY, "order");
        assertEquals(Finding.Answer.UNKNOWN, found.answer());
        assertTrue(found.text().contains("from the last wave to the first; planned: servers, desks;"), found.text());
    }

    @Test
    void noDepotIsSaidToHoldWhatItIsToFetchWithTheFirstWave() {
        Finding found = found(DeploymentState.STAGED, Step.STAGING, "depots");
        assertEquals(Finding.Answer.UNKNOWN, found.answer());
        assertEquals("depots fetch with the first wave: not looked at", found.text());
    }

    private Finding found(DeploymentState state, Step step, String key) {
        try (House house = new House(Database.SQLITE, folder)) {
            house.accounts();
            RequestId request = House.id(
                    house.requests.draft(ANNA, house.form(Category.of(RequestType.INSTALL), RiskClass.NORMAL)));
            house.requests.submit(ANNA, request, any());
            house.requests.assess(CORA, request, any(), new Assessment(true, "an hour", ""));
            house.requests.approve(BERT, request, any(), "");
            OrderId id = House.order(house.orders.open(GERD, new OpenForm(Set.of(request), Optional.empty())));
            ChangeOrder order =
                    house.orders.plans(GERD, id, any(), House.plans()).value();
            Deployment last =
                    new Deployment(new DeploymentId(id, 1), state, house.now(), House.MANIFEST, List.of(), List.of());
            Finding met = Finding.met("offered", house.now());
            return Objects.requireNonNull(Objects.requireNonNull(ProductionFindings.look(
                                    order, List.of(last), met, met, Optional.empty(), List.of(), house.now())
                            .get(step))
                    .get(key));
        }
    }
}
