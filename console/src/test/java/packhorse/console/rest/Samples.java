package packhorse.console.rest;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.Assessment;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Defect;
import packhorse.console.change.DefectMachine;
import packhorse.console.change.GoNoGo;
import packhorse.console.change.Handover;
import packhorse.console.change.Medium;
import packhorse.console.change.OrderHead;
import packhorse.console.change.OrderMachine;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.ProblemMachine;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestId;
import packhorse.console.change.Role;
import packhorse.console.change.Stage;
import packhorse.console.change.StageGateMachine;
import packhorse.console.change.Step;
import packhorse.console.change.TestResult;
import packhorse.console.fleet.GroupName;
import packhorse.console.gate.Verdict;
import packhorse.console.json.Records;
import packhorse.console.office.AccountOffice;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.ComplianceOffice;
import packhorse.console.office.DeploymentOffice;
import packhorse.console.office.EndpointOffice;
import packhorse.console.office.EntitlementList;
import packhorse.console.office.GroupOffice;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.OrderPlanForm;
import packhorse.console.office.Origins;
import packhorse.console.office.PlanOffice;
import packhorse.console.office.ProblemOffice;
import packhorse.console.office.ReleaseOffice;
import packhorse.console.office.RequestOffice;
import packhorse.console.office.SiteOffice;
import packhorse.console.office.TemplateOffice;
import packhorse.console.office.TestOffice;
import packhorse.console.office.WaveOffice;
import packhorse.console.office.WrittenReport;
import packhorse.console.wave.Hold;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.topology.IpAddress;
import packhorse.core.unit.ByteCount;

/** A path to nothing and a valid body for each route; a new route's test fails until it has both. */
final class Samples {
    private static final Map<String, String> GONE = Map.ofEntries(
            Map.entry("request", "CR-2026-9999"),
            Map.entry("order", "CO-2026-9999"),
            Map.entry("attachment", "A99"),
            Map.entry("deployment", "D9"),
            Map.entry("wave", "W9"),
            Map.entry("account", "nobody"),
            Map.entry("token", "0123456789abcdef"),
            Map.entry("problem", "PR-2026-9999"),
            Map.entry("notice", "00000000000000000000000000000000"),
            Map.entry("defect", "DF-2026-9999"),
            Map.entry("template", "nothing"),
            Map.entry("system", "nobody"),
            Map.entry("endpoint", "pc-9999"),
            Map.entry("group", "nothing"),
            Map.entry("site", "nowhere"),
            Map.entry("calendar", "nothing"),
            Map.entry("requirement", "nothing"),
            Map.entry("publisher", "nobody"),
            Map.entry("product", "nothing"),
            Map.entry("version", "1.0"),
            Map.entry("platform", "linux-x86_64"));

    static final Sha256 DIGEST = Sha256.of(new byte[0]);
    static final ReleaseId RELEASE =
            new ReleaseId(ReleaseName.parse("acme/editor"), Version.parse("1.0"), new Platform("linux-x86_64"));

    static final GroupOffice.GroupForm GROUP =
            new GroupOffice.GroupForm("who goes first", Optional.of("label.ring==first"), Optional.empty());

    static final SiteOffice.SiteForm SITE = new SiteOffice.SiteForm(
            ZoneId.of("Europe/Berlin"),
            List.of("10.1.0.0/16"),
            "100Mbit",
            "20Mbit",
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    static final ComplianceOffice.RequirementForm REQUIREMENT = new ComplianceOffice.RequirementForm(
            new GroupName("pilots"),
            Optional.of(RELEASE),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    static final SiteRoutes.NewSite BERLIN = new SiteRoutes.NewSite(
            "berlin",
            ZoneId.of("Europe/Berlin"),
            List.of("10.1.0.0/16"),
            "100Mbit",
            "20Mbit",
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    static final ComplianceRoutes.NewRequirement EDITOR = new ComplianceRoutes.NewRequirement(
            "editor",
            new GroupName("pilots"),
            Optional.of(RELEASE),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    private static final List<Object> BODIES = List.of(
            new SessionRoutes.SignIn("nobody", "nothing"),
            RestDoorTest.form(),
            new Assessment(true, "2 000 EUR, 12 hours", ""),
            new Said(Optional.of("because")),
            new RequestOffice.AcceptanceForm(true, 5, ""),
            new RequestRoutes.LaterLook(true, "it was"),
            new OrderOffice.OpenForm(Set.of(new RequestId("CR-2026-9999")), Optional.empty()),
            head(),
            new OrderRoutes.Carried(List.of(new OrderOffice.CarryForm(
                    RELEASE, Optional.of(DIGEST), Optional.of(Kind.PACKAGE), Optional.empty()))),
            new OrderRoutes.AtGate(StageGateMachine.Move.ASK, ""),
            new OrderRoutes.Comment("seen"),
            new PlanOffice.EstimateForm(4, List.of(), "100 EUR", Optional.empty()),
            new OrderOffice.TickForm(Step.CHANGE_ORDER, "head", "", Optional.empty()),
            new OrderOffice.BuildForm(build("emil"), Kind.PACKAGE, Medium.ELECTRONIC),
            new OrderOffice.RehearsalForm(true, Duration.ofMinutes(5)),
            new OrderOffice.SignForm(PlanApproval.Capacity.CLIENT, DIGEST, ""),
            new OrderOffice.MoveForm(OrderMachine.Move.CANCEL, "no more", Optional.empty()),
            Handover.empty(),
            new DeploymentOffice.DecideForm(GoNoGo.Decision.GO, Set.of(), ""),
            new DeploymentRoutes.Holding("something smells"),
            new DeploymentRoutes.Lifting(Hold.Kind.OPERATOR, "it was the coffee"),
            new WaveOffice.ForceForm(
                    Optional.empty(), RestWorld.NOW.plus(Duration.ofHours(2)), "the office is flooded tomorrow"),
            new WaveRoutes.Judging(Verdict.PASS, "all is well"),
            new AccountRoutes.First("nothing", "anna", "Anna", "a long enough password"),
            new AccountOffice.AccountForm(
                    "anna", "Anna", Set.of(Role.REQUESTER), Optional.of("a long enough password")),
            new AccountRoutes.Roles(Set.of(Role.VIEWER)),
            new AccountRoutes.Opening(true),
            new AccountRoutes.Absence(Optional.empty()),
            new AccountRoutes.Passwords(Optional.empty(), "another long password"),
            new AccountOffice.TokenForm("a script", Optional.empty(), Duration.ofDays(1)),
            new ProblemOffice.ProblemForm(Optional.empty(), "it does not start", Set.of(), Set.of(1603)),
            new ProblemOffice.ProblemMove(
                    ProblemMachine.Move.ASSIGN, Optional.of(new PersonId("anna")), Optional.empty(), ""),
            new TestOffice.ResultForm(
                    "it starts",
                    TestResult.Verdict.PASS,
                    Optional.empty(),
                    "laptop",
                    Optional.empty(),
                    Optional.empty(),
                    ""),
            new TestOffice.DefectForm(Optional.empty(), "it does not start", Defect.Severity.MINOR),
            new TestOffice.DefectMove(DefectMachine.Move.DISMISS, Optional.empty(), "it does"),
            new BuildReport.Scan(Optional.of("clamd 1.4"), List.of(), RestWorld.NOW),
            new TemplateRoutes.NewTemplate("editor-update", template()),
            template(),
            new ReleaseOffice.ReleaseForm(RELEASE, DIGEST, new ByteCount(1_000), Kind.PACKAGE),
            new ReleaseRoutes.Promotion(Stage.TEST),
            new ReleaseRoutes.Retirement(true),
            new ReportRoutes.ReportText(WrittenReport.Form.STATUS, "all is well"),
            new ReportRoutes.ReportSignature(WrittenReport.Form.STATUS, "as agreed"),
            new EntitlementList(List.of()),
            new EndpointOffice.LabelForm(Map.of("ring", "first"), Optional.empty()),
            new GroupRoutes.NewGroup(new GroupName("pilots"), "", Optional.of("site==berlin"), Optional.empty()),
            GROUP,
            BERLIN,
            SITE,
            new Origins(Set.of(IpAddress.parse("192.0.2.10"))),
            new CalendarRoutes.NewCalendar("finance", List.of()),
            new CalendarRoutes.Blackouts(List.of()),
            new AdmissionOffice.JoinForm(
                    "nowhere", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
            new AdmissionOffice.DenyForm("pc-9999", "stolen"),
            EDITOR,
            REQUIREMENT,
            new ComplianceOffice.RemedyForm(
                    List.of("nothing"), Optional.empty(), RestWorld.NOW, Optional.empty(), Optional.empty()));

    /** Where a record is written more easily than made. */
    private static final Map<Class<?>, String> WRITTEN = Map.of(
            OrderOffice.PlansForm.class,
            "{}",
            OrderPlanForm.class,
            "{\"query\":\"site==berlin\"}",
            OrderOffice.ShipForm.class,
            "{\"release\":\"acme/editor/1.0/linux-x86_64\",\"site\":\"berlin\",\"medium\":\"DVD\",\"carrier\":\"post\"}",
            OrderOffice.ReceiptForm.class,
            "{\"release\":\"acme/editor/1.0/linux-x86_64\",\"site\":\"berlin\",\"medium\":\"DVD\"}");

    private Samples() {}

    private static OrderHead head() {
        return new OrderHead(
                "",
                "",
                new PersonId("anna"),
                "",
                "",
                Optional.empty(),
                "a newer editor",
                Set.of(),
                "",
                Optional.empty(),
                Set.of());
    }

    static BuildReport build(String builder) {
        Instant now = RestWorld.NOW;
        return new BuildReport(
                RELEASE,
                DIGEST,
                new ByteCount(1 << 20),
                new BuildReport.Source("git.example.org/editor", "4f2c"),
                new BuildReport.Scan(Optional.of("clamd 1.4"), List.of(), now),
                List.of("answers.txt"),
                List.of("/etc/editor.conf"),
                new BuildReport.Rounds(3, 3),
                List.of(),
                new PersonId(builder),
                now.minusSeconds(3_600),
                now);
    }

    private static TemplateOffice.TemplateForm template() {
        return new TemplateOffice.TemplateForm(
                RequestForm.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static String path(Route route) {
        String path = route.path();
        for (Parameter parameter : route.parameters()) {
            if (parameter.place() == Parameter.Place.PATH) {
                String gone = GONE.get(parameter.name());
                if (gone == null) {
                    throw new AssertionError("say in Samples what names nothing as " + parameter.name());
                }
                path = path.replace("{" + parameter.name() + "}", gone);
            }
        }
        return path;
    }

    static Optional<String> body(Route route) {
        return switch (route.body()) {
            case Body.None none -> Optional.empty();
            case Body.File file -> Optional.of("nothing of use");
            case Body.Json json ->
                Optional.of(BODIES.stream()
                        .filter(body -> json.type().isInstance(body))
                        .findFirst()
                        .map(Records::write)
                        .or(() -> Optional.ofNullable(WRITTEN.get(json.type())))
                        .orElseThrow(() -> new AssertionError("say in Samples what a valid " + json.type() + " is")));
        };
    }
}
