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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.Proves;
import packhorse.console.change.Actor;
import packhorse.console.change.Assessment;
import packhorse.console.change.CataloguedRelease;
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
import packhorse.console.change.StillInstalled;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.json.Records;
import packhorse.console.json.Shape;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.console.office.OrderOffice.CarryForm;
import packhorse.console.office.OrderOffice.MoveForm;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.console.office.OrderOffice.SignForm;
import packhorse.console.office.OrderOffice.TickForm;
import packhorse.console.office.PlanOffice.EstimateForm;
import packhorse.console.retrospect.Retrospect;
import packhorse.core.content.Kind;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.LineState;
import packhorse.core.topology.EndpointId;
import packhorse.core.trust.SigningKey;
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

    @ParameterizedTest
    @EnumSource
    @Proves({"PROCESS 3 Retire", "PROCESS 3 Archive and Retire"})
    void whereItIsStillInPlaceIsSaidWhenItIsRetired(Database database) throws IOException {
        try (House house = new House(database, folder)) {
            OrderId order = inProduction(house, RequestType.RETIRE);
            house.releases.promote(GERD, order, Stage.PRODUCTION);
            ReleaseId update = House.release("acme/editor", "2.1");
            catalogue(house, update);
            // What others took out is not what this order had taken out.
            goneForOthers(house, "2.2");
            joined(house, 1, "2.0", "1.0");
            joined(house, 2, "2.0", "");
            joined(house, 3, "2.1", "2.0");
            joined(house, 4, "1.0", "2.0");
            joined(house, 5, "1.0", "");
            house.books.write(Actor.product(), pages -> {
                pages.fleet().enrol(House.Fleet.endpoint(6), "pc-6", "berlin", house.now());
                pages.fleet().enrol(House.Fleet.endpoint(7), "pc-7", "berlin", house.now());
                return pages.fleet().retire(House.Fleet.endpoint(7), any());
            });
            StillInstalled all = house.releases.installed(House.EDITOR);
            assertEquals(
                    new StillInstalled(
                            6,
                            5,
                            3,
                            1,
                            new TreeMap<>(Map.of("2.0", 2L, "2.1", 1L)),
                            new TreeMap<>(Map.of("berlin", 2L, "tokyo", 1L)),
                            house.now()),
                    all);
            List<EndpointId> first = on(house, Optional.empty(), 3);
            assertEquals(List.of(House.Fleet.endpoint(1), House.Fleet.endpoint(2), House.Fleet.endpoint(3)), first);
            assertEquals(List.of(House.Fleet.endpoint(4)), on(house, Optional.of(first.getLast()), 3));

            List<Stored<CataloguedRelease>> gone = house.releases.retire(GERD, House.EDITOR, any(), false);
            assertEquals(2, gone.size());
            StillInstalled where = gone.getFirst().value().installed().orElseThrow();
            assertEquals(
                    "still in place on 2 of 5 endpoints that told what they have, kept to go back to on 2; 1 of 6 in"
                            + " service told nothing",
                    where.text());
            assertEquals(
                    Map.of("2.1", 1L),
                    gone.getLast().value().installed().orElseThrow().versions());
            assertEquals(
                    Optional.of(where), house.releases.get(House.EDITOR).value().installed());
            ChangeOrder told = house.books
                    .read(pages -> pages.get(Kinds.ORDER, order.text()))
                    .value();
            String remark = told.comments().getLast().remarks();
            assertTrue(remark.contains(House.EDITOR + ": " + where.text()) && remark.contains(update + ": "), remark);
            assertTrue(
                    Records.write(told).contains("RETIRED in the catalogue: all of 1; " + House.EDITOR + " was still"),
                    "the checklist says it");
            assertEquals(OrderState.CLOSING, move(house, order, Move.ENTER_CLOSING));
            String kept = evidence(house, order, "attachments/retired.json");
            assertEquals(
                    gone.stream().map(Stored::value).toList(),
                    Records.read(new Shape<List<CataloguedRelease>>() {}, kept, "retired.json"));
            assertTrue(evidence(house, order, "audit.jsonl").contains("order.retired"), "the trail says it");
            goneForOthers(house, "2.3");
            assertEquals(kept, evidence(house, order, "attachments/retired.json"), "it is the same for ever");
        }
    }

    private static void goneForOthers(House house, String version) {
        ReleaseId release = House.release("acme/editor", version);
        house.later(Duration.ofMinutes(1));
        catalogue(house, release);
        assertEquals(1, house.releases.retire(GERD, release, any(), false).size());
        house.later(Duration.ofMinutes(1));
    }

    @Test
    void whatIsRestoredIsOfferedAgainAndNoMoreCounted() {
        try (House house = new House(Database.SQLITE, folder)) {
            catalogue(house, House.EDITOR);
            joined(house, 1, "2.0", "");
            house.releases.retire(GERD, House.EDITOR, any(), true);
            assertEquals(List.of(), house.releases.retire(GERD, House.EDITOR, any(), true), "once is enough");
            CataloguedRelease back =
                    house.releases.restore(GERD, House.EDITOR, any()).value();
            assertEquals(CataloguedRelease.State.OFFERED, back.state());
            assertEquals(Optional.empty(), back.installed());
            assertEquals(
                    Refusal.Why.NOT_THERE,
                    refused(() -> house.releases.installed(House.release("acme/editor", "9")))
                            .why());
            assertEquals(
                    Refusal.Why.FORBIDDEN,
                    refused(() -> house.releases.retire(ANNA, House.EDITOR, any(), true))
                            .why());
        }
    }

    private String evidence(House house, OrderId order, String name) throws IOException {
        FleetFacts facts = new FleetFacts(new RsqlReader());
        Path file = folder.resolve("evidence.zip");
        Files.deleteIfExists(file);
        Sha256 unused = new Retrospect(
                        house.books,
                        house.filler,
                        facts,
                        new ComplianceOffice(house.books, facts, house.requests, house.orders, house.plans),
                        SigningKey.generate(new SecureRandom()))
                .evidence(order, file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return new String(
                    zip.getInputStream(Objects.requireNonNull(zip.getEntry(name)))
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        }
    }

    private static List<EndpointId> on(House house, Optional<EndpointId> after, int limit) {
        return house.releases.installedOn(House.EDITOR, after, limit).stream()
                .map(row -> row.facts().endpoint())
                .toList();
    }

    private static void catalogue(House house, ReleaseId release) {
        house.releases.catalogue(
                DORA,
                new ReleaseOffice.ReleaseForm(
                        release,
                        Sha256.of(release.toString().getBytes(StandardCharsets.UTF_8)),
                        new ByteCount(1 << 20),
                        Kind.PACKAGE));
    }

    /** A machine that told which version of the editor it has, and which before; the odd ones are in berlin. */
    private static void joined(House house, int number, String version, String previous) {
        LineState line = new LineState(
                House.EDITOR.name(),
                House.EDITOR.platform(),
                Optional.of(Version.parse(version)),
                previous.isEmpty() ? Optional.empty() : Optional.of(Version.parse(previous)),
                LineState.Presence.INSTALLED,
                LineState.TransactionState.COMMITTED,
                LineState.Activation.ACTIVE,
                LineState.Health.OK,
                !previous.isEmpty(),
                "");
        house.books.write(Actor.product(), pages -> {
            pages.fleet()
                    .add(List.of(EndpointFacts.enrolled(
                                    House.Fleet.endpoint(number),
                                    "pc-" + number,
                                    number % 2 == 1 ? "berlin" : "tokyo",
                                    house.now())
                            .withLines(List.of(line))));
            return 0;
        });
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
