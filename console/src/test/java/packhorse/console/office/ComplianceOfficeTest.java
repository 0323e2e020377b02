package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.BERT;
import static packhorse.console.office.House.CORA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.change.Category;
import packhorse.console.change.OrderId;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestState;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.fleet.Compliance;
import packhorse.console.fleet.Deviation;
import packhorse.console.fleet.GroupName;
import packhorse.console.fleet.Requirement;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.office.ComplianceOffice.Remedy;
import packhorse.console.office.ComplianceOffice.RemedyForm;
import packhorse.console.office.TemplateOffice.TemplateForm;
import packhorse.console.wave.Plan;
import packhorse.core.content.Kind;
import packhorse.core.content.VersionRange;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.unit.ByteCount;

/** Who has not what they should have, and the orders that mend it. */
final class ComplianceOfficeTest {
    private static final GroupName BERLIN = new GroupName("berlin");

    /** Asks, and may open orders. */
    private static final Actor.Person HELGA =
            House.person("helga", Role.REQUESTER, Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR);

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource
    void oneCommandAsksForAllThatIsMissing(Database database) {
        try (House house = new House(database, folder)) {
            FleetFacts facts = new FleetFacts(new RsqlReader());
            PlanOffice plans = new PlanOffice(house.books, house.filler, facts, new BoundsForecast());
            ComplianceOffice office = new ComplianceOffice(house.books, facts, house.requests, house.orders, plans);
            joined(house);
            group(house);
            Requirement wanted = new Requirement.Present(
                    BERLIN,
                    new Subject(House.EDITOR, false, Optional.of(House.MANIFEST)),
                    VersionRange.parse("[2.0,)"),
                    house.now());
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> office.require(BERT, "editor", any(), wanted)).why());
            office.require(GERD, "editor", any(), wanted);
            Compliance report = office.look("editor");
            assertEquals(4, report.size());
            assertEquals(3, report.counts().get(Deviation.Why.NEVER_OFFERED));
            assertEquals(1, report.counts().get(Deviation.Why.UNREACHABLE), "one never said a word");
            assertEquals(report.count(), office.count("editor"));
            assertEquals(
                    report.deviations().subList(1, 3),
                    office.deviations("editor", Optional.empty(), Optional.of(House.Fleet.endpoint(1)), 2));
            assertEquals(
                    report.deviations().subList(0, 1),
                    office.deviations("editor", Optional.of(Deviation.Why.UNREACHABLE), Optional.empty(), 9));

            RemedyForm form = new RemedyForm(
                    List.of("editor"),
                    Optional.empty(),
                    house.now().plus(Duration.ofDays(9)),
                    Optional.empty(),
                    Optional.empty());
            assertEquals(Why.FORBIDDEN, refused(() -> office.remedy(GERD, form)).why(), "GERD asks for nothing");
            Remedy asked = office.remedy(HELGA, form).getFirst();
            assertEquals(RequestState.SUBMITTED, asked.request().value().state(), "the board decides");
            assertEquals(Optional.empty(), asked.order());

            template(house);
            house.releases.catalogue(
                    Actor.product(),
                    new ReleaseOffice.ReleaseForm(House.EDITOR, House.MANIFEST, new ByteCount(1), Kind.PACKAGE));
            Remedy ordered = office.remedy(
                            HELGA,
                            new RemedyForm(
                                    List.of("editor"),
                                    Optional.empty(),
                                    house.now().plus(Duration.ofDays(9)),
                                    Optional.empty(),
                                    Optional.of("editors")))
                    .getFirst();
            assertEquals(
                    RequestState.ORDERED,
                    house.requests.get(House.id(ordered.request())).value().state());
            Plan plan = plans.plan(House.order(ordered.order().orElseThrow())).value();
            assertEquals(Operation.INSTALL, plan.operation());
            assertEquals(
                    3, plans.preview(House.order(ordered.order().orElseThrow())).targets());

            keptWhileItIsNeeded(
                    house, office, plans, House.order(ordered.order().orElseThrow()));
        }
    }

    private static void keptWhileItIsNeeded(House house, ComplianceOffice office, PlanOffice plans, OrderId order) {
        GroupOffice groups = new GroupOffice(house.books, new FleetFacts(new RsqlReader()));
        Supplier<String> why = () -> refused(() -> {
                    groups.remove(GERD, BERLIN, any());
                    return 0;
                })
                .line();
        assertTrue(why.get().contains("a requirement is for it"), why);
        office.drop(GERD, "editor", any());
        plans.planWaves(HELGA, order, any(), OrderPlanForm.of("group==berlin"));
        assertTrue(why.get().contains(order + " is for it"), why);
        plans.planWaves(HELGA, order, any(), OrderPlanForm.of("site==berlin"));
        EntitlementOffice entitlements = new EntitlementOffice(house.books);
        entitlements.replace(
                House.ADAM,
                any(),
                new EntitlementList(
                        List.of(new EntitlementList.Line("acme/*", false, List.of(), List.of(), List.of("berlin")))));
        assertTrue(why.get().contains("it is entitled to acme/*"), why);
        entitlements.replace(House.ADAM, any(), new EntitlementList(List.of()));
        groups.remove(GERD, BERLIN, any());
    }

    private static void joined(House house) {
        house.books.write(Actor.product(), pages -> {
            List<Fleet.Here> here = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                pages.fleet().enrol(House.Fleet.endpoint(i), "pc-" + i, "berlin", house.now());
                if (i > 1) {
                    here.add(new Fleet.Here(House.Fleet.endpoint(i), "berlin", house.now()));
                }
            }
            pages.fleet().here("tracker:1", here, true);
            return 0;
        });
    }

    private static void group(House house) {
        GroupOffice groups = new GroupOffice(house.books, new FleetFacts(new RsqlReader()));
        groups.write(GERD, BERLIN, any(), new GroupOffice.GroupForm("", Optional.of("site==berlin"), Optional.empty()));
    }

    private static void template(House house) {
        RequestForm full = house.form(Category.of(RequestType.INSTALL), RiskClass.STANDARD);
        house.templates.write(
                CORA,
                "editors",
                any(),
                new TemplateForm(
                        new RequestForm(
                                "",
                                "",
                                full.impact(),
                                full.category(),
                                full.products(),
                                "",
                                Optional.empty(),
                                Optional.of(RiskClass.STANDARD),
                                Optional.empty(),
                                Set.of()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        house.templates.approve(BERT, "editors", any());
        house.templates.approve(House.person("carl", Role.APPROVER), "editors", any());
    }
}
