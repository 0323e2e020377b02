package packhorse.console.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import packhorse.console.change.Acceptance;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.Checklist;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.DistributionPlan;
import packhorse.console.change.Duties;
import packhorse.console.change.Estimate;
import packhorse.console.change.EvidenceKind;
import packhorse.console.change.GoNoGo;
import packhorse.console.change.Handover;
import packhorse.console.change.HistoryEntry;
import packhorse.console.change.OrderHead;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderPlans;
import packhorse.console.change.OrderState;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.Problem;
import packhorse.console.change.ProblemId;
import packhorse.console.change.ProblemState;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.change.Step;
import packhorse.console.gate.Evidence;
import packhorse.console.gate.Finding;
import packhorse.console.gate.Judgement;
import packhorse.console.gate.Thresholds;
import packhorse.console.gate.WaveGate;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Hold;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;

/** An order that went well in its beta group and not in its first wave, with words in it that are meant to hurt. */
public final class Stories {
    public static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    public static final byte[] PLAN =
            "{\"form\":\"packhorse-plan-1\"}".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    /** What a person may type, and a page, a table or a spreadsheet must not do. */
    static final String HOSTILE = "=cmd|'x'!A1 <script>alert(\"1\")</script> & \"quoted\", done";

    private static final OrderId ORDER = OrderId.of(2026, 1);
    private static final DeploymentId DEPLOYMENT = new DeploymentId(ORDER, 1);
    private static final Thresholds THRESHOLDS = new Thresholds(0.9, 0.1, 0.1, 0.95, 0, Optional.empty());

    private Stories() {}

    /** The order, closing. */
    public static OrderStory story() {
        return story(OrderState.CLOSING, Optional.empty(), sites());
    }

    static OrderStory story(OrderState state, Optional<ChangeOrder.Ending> ending, List<Savings.Site> sites) {
        return new OrderStory(
                order(state, ending),
                List.of(request()),
                Optional.of(Sha256.of(PLAN)),
                List.of(problem()),
                List.of(Hold.of(Hold.Kind.OPERATOR, "gerd", "printers are silent", NOON.minusSeconds(60))),
                List.of(
                        wave(0, "beta", WaveState.CLOSED, 40, 40, 0),
                        wave(1, "first", WaveState.JUDGED, 50, 40, 10),
                        wave(2, "rest", WaveState.DEFINED, 0, 0, 0)),
                sites,
                List.of("12 targets are of the kind thin client, which was never tested"),
                List.of(new OrderStory.Notification(
                        NOON, "sales", "MAIL", "sales@a.example", "CO-2026-0001: coming", "told at " + NOON)),
                Optional.empty(),
                NOON);
    }

    static List<Savings.Site> sites() {
        return List.of(
                new Savings.Site(
                        "berlin",
                        60,
                        6_000,
                        new SourceBytes(Map.of(Source.ORIGIN, 100L, Source.DEPOT, 900L, Source.MULTICAST, 5_000L))),
                new Savings.Site("paris", 20, 2_000, SourceBytes.of(100, 1_900)));
    }

    private static WaveStory wave(int number, String name, WaveState state, long members, long good, long bad) {
        Optional<Judgement> said =
                members == 0 ? Optional.empty() : Optional.of(WaveGate.judge(Evidence.of(good, bad, 0), THRESHOLDS));
        return new WaveStory(
                new WaveId(DEPLOYMENT, number),
                name,
                state,
                members == 0 ? "" : Sha256.of(new byte[] {(byte) number}).hex(),
                members,
                Map.of(Sorting.SUCCEEDED, good, Sorting.REDISTRIBUTE, bad),
                good + 2 * bad,
                new TreeMap<>(bad == 0 ? Map.of() : Map.of("1603 fatal error", bad)),
                said.map(Judgement::verdict),
                said.map(one -> one.findings().stream().map(Finding::line).toList())
                        .orElse(List.of()),
                members == 0 ? "" : "the gate",
                members == 0 ? Optional.empty() : Optional.of(NOON.minusSeconds(7200)),
                members == 0 ? Optional.empty() : Optional.of(NOON.minusSeconds(3600)));
    }

    private static ChangeOrder order(OrderState state, Optional<ChangeOrder.Ending> ending) {
        PersonId gerd = new PersonId("gerd");
        DistributionPlan distribution = new DistributionPlan(
                Optional.empty(),
                "site==berlin",
                List.of("berlin", "paris"),
                Optional.of(NOON.minus(Duration.ofHours(3))),
                Optional.of(NOON.plus(Duration.ofDays(1))),
                Optional.of(new Estimate(
                        List.of(new Estimate.SiteEstimate("berlin", new ByteCount(150), Duration.ofMinutes(20))),
                        16,
                        List.of(),
                        "2 000 EUR",
                        "a bound")),
                "files are kept");
        return new ChangeOrder(
                ORDER,
                new OrderHead(
                        "office",
                        "",
                        gerd,
                        "2",
                        "sales",
                        Optional.of("CHG1"),
                        HOSTILE,
                        Set.of(),
                        "",
                        Optional.of(NOON),
                        Set.of()),
                Set.of(RequestId.of(2026, 1)),
                Category.of(RequestType.INSTALL),
                RiskClass.NORMAL,
                state,
                new Duties(Set.of(new PersonId("anna")), Set.of(), Set.of(gerd), Set.of()),
                OrderPlans.empty().with(distribution),
                new Checklist(List.of()),
                List.of(),
                new Checklist(List.of(
                        item(
                                "lessons",
                                Optional.of(new ChecklistItem.Tick(
                                        gerd, "Stage depots a day earlier.\n" + HOSTILE, Optional.empty(), NOON))),
                        item("handover", Optional.empty()))),
                new PlanApprovals(List.of(
                        new PlanApproval(
                                new PersonId("bert"),
                                PlanApproval.Capacity.BOARD,
                                Sha256.of(PLAN),
                                "",
                                NOON.minusSeconds(9000)),
                        new PlanApproval(
                                new PersonId("carl"),
                                PlanApproval.Capacity.CLIENT,
                                Sha256.of(new byte[] {7}),
                                "",
                                NOON.minusSeconds(9900)))),
                List.of(new GoNoGo(
                        GoNoGo.Decision.GO,
                        Set.of(new PersonId("bert"), gerd),
                        "0 of 40 failed",
                        List.of(),
                        "",
                        NOON.minusSeconds(8000))),
                List.of(),
                List.of(),
                Handover.empty(),
                1,
                ending,
                List.of(),
                List.of(new HistoryEntry(NOON, "gerd", "began it", HOSTILE)));
    }

    private static ChecklistItem item(String key, Optional<ChecklistItem.Tick> tick) {
        return new ChecklistItem(
                Step.CLOSING,
                key,
                "do the " + key,
                Optional.of(Role.CHANGE_COORDINATOR),
                Set.of(),
                EvidenceKind.NOTE,
                true,
                tick,
                Optional.empty());
    }

    private static ChangeRequest request() {
        ChangeRequest draft = ChangeRequest.draft(
                RequestId.of(2026, 1),
                new PersonId("anna"),
                new RequestForm(
                        HOSTILE,
                        "files are lost",
                        "ten minutes each",
                        Optional.of(Category.of(RequestType.INSTALL)),
                        List.of(),
                        "site==berlin",
                        Optional.of(NOON),
                        Optional.of(RiskClass.NORMAL),
                        Optional.empty(),
                        Set.of()),
                NOON.minus(Duration.ofDays(9)));
        return new ChangeRequest(
                draft.id(),
                draft.requester(),
                draft.form(),
                draft.state(),
                0,
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Acceptance(draft.requester(), true, 4, "quick", NOON)),
                Optional.empty(),
                Optional.empty(),
                draft.history());
    }

    private static Problem problem() {
        return new Problem(
                ProblemId.of(2026, 3),
                ORDER,
                Optional.empty(),
                "printers fail",
                Set.of(endpoint(1)),
                Set.of(1603),
                ProblemState.TRANSFERRED,
                Optional.empty(),
                Optional.of("printing"),
                "",
                Optional.of("INC9"),
                NOON,
                List.of());
    }

    static EndpointId endpoint(int number) {
        byte[] bytes = new byte[16];
        bytes[15] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    /** An attempt that fetched for 60 s, waited for 30 s, applied for 5 s, and failed with the tail {@link #HOSTILE}. */
    public static DistributionLine line(int number) {
        List<StatusEntry> reports = new ArrayList<>();
        report(reports, number, 0, ActionState.FETCHING, 0, "");
        report(reports, number, 60, ActionState.STAGED, 0, "");
        report(reports, number, 90, ActionState.APPLYING, 0, "");
        report(reports, number, 95, ActionState.FAILED, 1603, HOSTILE);
        report(reports, number, 400, ActionState.COMMITTED, 0, "what comes behind the end counts for nothing");
        return DistributionLine.of(endpoint(number), "berlin", DEPLOYMENT + "/W1", reports, "fatal error");
    }

    private static void report(
            List<StatusEntry> reports, int number, long second, ActionState state, int code, String detail) {
        reports.add(new StatusEntry(
                reports.size() + 1L,
                NOON.plusSeconds(second),
                DEPLOYMENT + "/W1/" + number + ".1",
                Subject.release(new ReleaseId(
                        ReleaseName.parse("acme/editor"), Version.parse("2.1"), new Platform("linux-x86_64"))),
                Operation.INSTALL,
                state,
                detail,
                code,
                code == 0 ? Optional.empty() : Optional.of(CodeClass.PERMANENT),
                100,
                900,
                1));
    }
}
