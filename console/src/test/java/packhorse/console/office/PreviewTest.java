package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.BERT;
import static packhorse.console.office.House.CORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Assessment;
import packhorse.console.change.Category;
import packhorse.console.change.OrderId;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.json.Records;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.office.OrderOffice.CarryForm;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.core.content.Kind;
import packhorse.core.unit.ByteCount;

/** What a plan would do, before anybody signs it. */
final class PreviewTest {
    @TempDir
    private Path folder = Path.of("");

    private static OrderId order(House house) {
        RequestId request =
                House.id(house.requests.draft(ANNA, house.form(Category.of(RequestType.INSTALL), RiskClass.NORMAL)));
        house.requests.submit(ANNA, request, any());
        house.requests.assess(CORA, request, any(), new Assessment(true, "0 EUR", ""));
        house.requests.approve(BERT, request, any(), "");
        OrderId order = House.order(house.orders.open(GERD, new OpenForm(Set.of(request), Optional.empty())));
        house.releases.catalogue(
                House.DORA,
                new ReleaseOffice.ReleaseForm(House.EDITOR, House.MANIFEST, new ByteCount(125_000_000), Kind.PACKAGE));
        house.orders.carry(
                GERD,
                order,
                any(),
                List.of(new CarryForm(House.EDITOR, Optional.empty(), Optional.empty(), Optional.empty())));
        return order;
    }

    @Test
    void soFewEndpointsGiveSoLittleAndItIsSaid() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = order(house);
            PlanPreview preview = house.plans.preview(order, OrderPlanForm.of("site==berlin"));
            assertEquals(12, preview.targets());
            assertTrue(
                    preview.findings().get(0).contains("12 endpoints can bound it by 22.1 %"),
                    preview.findings().toString());
            assertTrue(
                    preview.guarantees().get(0).contains("bound the failure rate by 22.1 % at 95 %"),
                    preview.guarantees().toString());
            assertTrue(
                    preview.guarantees().get(0).contains("a person decides"),
                    preview.guarantees().toString());
            assertEquals(List.of(), preview.contradictions());
            assertTrue(refused(() -> house.plans.preview(order)).why() == Why.NOT_THERE, "nothing was kept by looking");
        }
    }

    @Test
    void wavesOpeningsAndBoundsAreShown() {
        try (House house = new House(Database.SQLITE, folder)) {
            house.fleet.endpoints(200);
            OrderId order = order(house);
            OrderPlanForm form = Records.read(
                    OrderPlanForm.class,
                    "{\"query\":\"site==berlin\",\"windows\":[{\"is\":\"weekly\",\"days\":[\"SATURDAY\"],\"start\":\"22:00\",\"duration\":\"PT6H\"}]}",
                    "plan");
            PlanPreview preview = house.plans.preview(order, form);
            assertEquals(
                    List.of(59L, 35L, 106L),
                    preview.waves().stream()
                            .map(PlanPreview.WavePreview::endpoints)
                            .toList());
            assertEquals(2, preview.waves().get(0).sites());
            assertEquals(List.of(), preview.uncovered());
            assertEquals(6, preview.openings().size(), "three of each site");
            assertTrue(
                    preview.openings().get(0).startsWith("berlin: Sat 2026-03-07 22:00 +01:00"),
                    preview.openings().get(0));
            assertEquals(Duration.ofSeconds(100), preview.estimate().longest(), "125 MB over a line of 10 Mbit/s");
            assertEquals(new ByteCount(250_000_000), BoundsForecast.wan(preview.estimate()), "once over each line");
            assertTrue(
                    preview.estimate().basis().startsWith("a lower bound by link rates, no simulation"),
                    preview.estimate().basis());
        }
    }

    @Test
    void aContradictionIsShownInAPreviewAndRefusedAsAPlan() {
        try (House house = new House(Database.SQLITE, folder)) {
            OrderId order = order(house);
            OrderPlanForm form = Records.read(
                    OrderPlanForm.class,
                    "{\"query\":\"site==berlin\",\"waves\":[{\"slice\":{\"is\":\"count\",\"count\":5}}]}",
                    "plan");
            assertEquals(2, house.plans.preview(order, form).contradictions().size());
            String line = refused(() -> house.plans.planWaves(GERD, order, any(), form))
                    .line();
            assertTrue(line.contains("the last wave takes the rest"), line);
            assertEquals(
                    Why.INVALID,
                    refused(() -> house.plans.planWaves(GERD, order, any(), OrderPlanForm.of("!!")))
                            .why());
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> house.plans.planWaves(BERT, order, any(), OrderPlanForm.of("site==berlin")))
                            .why());
            assertEquals(
                    "CO-2026-0001: plans are written by SOLUTION_ARCHITECT, INSTALLATION_COORDINATOR,"
                            + " CHANGE_COORDINATOR; bert is none",
                    refused(() -> house.plans.planWaves(BERT, order, any(), OrderPlanForm.of("site==berlin")))
                            .line());
        }
    }
}
