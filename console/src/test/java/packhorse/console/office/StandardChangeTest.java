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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestState;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Step;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Stored;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.console.office.TemplateOffice.TemplateForm;

/** A standard change: what its template says is asked of nobody. */
final class StandardChangeTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void theTemplateAnswersAndTheProductApproves() {
        try (House house = new House(Database.SQLITE, folder)) {
            written(house);
            RequestForm answers = new RequestForm(
                    "",
                    "",
                    "",
                    Optional.empty(),
                    List.of(),
                    "",
                    Optional.of(house.now().plus(Duration.ofDays(3))),
                    Optional.empty(),
                    Optional.of("monthly editor"),
                    Set.of());
            Stored<ChangeRequest> draft = house.requests.draft(ANNA, answers);
            assertEquals("a newer editor", draft.value().form().what(), "filled in");
            assertTrue(refused(() -> house.requests.submit(ANNA, House.id(draft), any()))
                    .line()
                    .contains("not approved by enough people"));

            assertTrue(refused(() -> house.templates.approve(CORA, "monthly editor", any()))
                    .line()
                    .contains("nobody approves their own"));
            house.templates.approve(BERT, "monthly editor", any());
            house.templates.approve(
                    House.person("carl", packhorse.console.change.Role.APPROVER), "monthly editor", any());
            ChangeRequest approved =
                    house.requests.submit(ANNA, House.id(draft), any()).value();
            assertEquals(RequestState.APPROVED, approved.state(), "by nobody but the template");

            ChangeOrder order = house.orders
                    .open(GERD, new OpenForm(Set.of(approved.id()), Optional.empty()))
                    .value();
            assertTrue(
                    order.planning()
                            .find(Step.CHANGE_ORDER, "sites")
                            .orElseThrow()
                            .isDone(),
                    "its note is there");
            assertEquals(House.plans().guide().orElseThrow(), order.plans().guide());

            house.templates.write(CORA, "monthly editor", any(), form(house, "another one"));
            Stored<ChangeRequest> next = house.requests.draft(ANNA, answers);
            assertTrue(
                    refused(() -> house.requests.submit(ANNA, House.id(next), any()))
                            .line()
                            .contains("not approved by enough people"),
                    "another text is approved anew");
        }
    }

    @Test
    void aRequestByATemplateThatIsNotThereIsRefused() {
        try (House house = new House(Database.SQLITE, folder)) {
            RequestForm form = new RequestForm(
                    "",
                    "",
                    "",
                    Optional.empty(),
                    List.of(),
                    "",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("no such"),
                    Set.of());
            assertEquals(
                    "there is no template no such; name one that there is, or ask for a normal change",
                    refused(() -> house.requests.draft(ANNA, form)).line());
        }
    }

    private static void written(House house) {
        house.templates.write(CORA, "monthly editor", any(), form(house, "a newer editor"));
    }

    private static TemplateForm form(House house, String what) {
        RequestForm full = house.form(Category.of(RequestType.UPDATE), RiskClass.STANDARD);
        return new TemplateForm(
                new RequestForm(
                        what,
                        full.why(),
                        full.impact(),
                        full.category(),
                        full.products(),
                        full.target(),
                        Optional.empty(),
                        Optional.of(RiskClass.STANDARD),
                        Optional.empty(),
                        Set.of()),
                House.plans().guide(),
                Optional.empty(),
                House.plans().communications(),
                Optional.empty(),
                Optional.of(Map.of("CHANGE_ORDER/sites", "all of them")),
                Optional.empty());
    }
}
