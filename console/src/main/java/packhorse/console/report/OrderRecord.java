package packhorse.console.report;

import java.util.ArrayList;
import java.util.List;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.HistoryEntry;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.StageEntry;

/** The record of an order, whole: requests and their approvals, plan and signatures, checklists, decisions, history. */
public final class OrderRecord {
    private OrderRecord() {}

    /** The report. */
    public static Report of(OrderStory story) {
        ChangeOrder order = story.order();
        List<ChecklistItem> items = new ArrayList<>(order.planning().items());
        order.stages().forEach(entry -> items.addAll(entry.checklist().items()));
        items.addAll(order.closing().items());
        return new Report(
                "order",
                "Change order",
                story.about(),
                story.at(),
                List.of(
                        Report.Section.of("Order", head(story)),
                        Report.Section.of("Requests", requests(story), requestApprovals(story)),
                        new Report.Section("Plan and signatures", plan(story)),
                        Report.Section.of("Stage gates", gates(order)),
                        Report.Section.of("Checklists", StatusReport.checklist("checklists", "All steps", items)),
                        Report.Section.of("Go or no-go", decisions(order)),
                        Report.Section.of("Built and carried", builds(order), shipments(order)),
                        Report.Section.of("Backout and handover", backout(order), handover(order)),
                        Report.Section.of("Waves", Rows.waves(story), Rows.evidence(story), Rows.holds(story)),
                        Report.Section.of("Problems", Rows.problems(story.problems())),
                        Report.Section.of("Who was told", told(story)),
                        Report.Section.of(
                                "History",
                                Rows.history("comments", "Comments", order.comments()),
                                Rows.history("history", "History", order.history()))));
    }

    private static Block.Facts head(OrderStory story) {
        ChangeOrder order = story.order();
        return new Block.Facts(List.of(
                Rows.fact("order", Cell.of(order.id().toString())),
                Rows.fact("external_id", Cell.of(order.head().externalId().orElse(""))),
                Rows.fact("description", Cell.of(order.head().description())),
                Rows.fact("project", Cell.of(order.head().project())),
                Rows.fact("sub_project", Cell.of(order.head().subProject())),
                Rows.fact("phase", Cell.of(order.head().phase())),
                Rows.fact("unit", Cell.of(order.head().unit())),
                Rows.fact("manager", Cell.of(order.head().manager().toString())),
                Rows.fact("related", Cell.of(order.head().related().toString())),
                Rows.fact("start_condition", Cell.of(order.head().startCondition())),
                Rows.fact("target_date", Cell.of(order.head().targetDate())),
                Rows.fact("media", Cell.of(order.head().media().toString())),
                Rows.fact("risk", Cell.of(order.risk().name())),
                Rows.fact("state", Cell.of(order.state().name())),
                Rows.fact(
                        "ending",
                        order.ending().map(ending -> Cell.of(ending.name())).orElseGet(Cell.Unknown::new)),
                Rows.fact("reworks", Cell.of(order.reworks()))));
    }

    private static Block.Table requests(OrderStory story) {
        return new Block.Table(
                "requests",
                "Requests",
                Rows.columns(
                        "request",
                        "requester",
                        "what",
                        "why",
                        "impact",
                        "target",
                        "deadline",
                        "state",
                        "submitted",
                        "returned"),
                story.requests().stream()
                        .map(one -> List.of(
                                Cell.of(one.id().toString()),
                                Cell.of(one.requester().toString()),
                                Cell.of(one.form().what()),
                                Cell.of(one.form().why()),
                                Cell.of(one.form().impact()),
                                Cell.of(one.form().target()),
                                Cell.of(one.form().deadline()),
                                Cell.of(one.state().name()),
                                Cell.of(one.submitted()),
                                Cell.of(one.returned())))
                        .toList());
    }

    private static Block.Table requestApprovals(OrderStory story) {
        List<List<Cell>> rows = new ArrayList<>();
        for (ChangeRequest request : story.requests()) {
            request.approvals()
                    .forEach(said -> rows.add(List.of(
                            Cell.of(request.id().toString()),
                            Cell.of(said.round()),
                            Cell.of(said.person().toString()),
                            Cell.of(said.verdict().name()),
                            Cell.of(said.remarks()),
                            Cell.of(said.at()))));
        }
        return new Block.Table(
                "request_approvals",
                "What the change control board said",
                Rows.columns("request", "round", "person", "verdict", "remarks", "at"),
                rows);
    }

    private static List<Block> plan(OrderStory story) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Facts(List.of(Rows.fact(
                "plan_digest",
                story.planDigest().map(digest -> Cell.of(digest.hex())).orElseGet(Cell.Unknown::new)))));
        List<List<Cell>> rows = new ArrayList<>();
        boolean holds = false;
        for (PlanApproval one : story.order().approvals().all()) {
            boolean fits = story.planDigest().filter(one.digest()::equals).isPresent();
            holds |= fits;
            rows.add(List.of(
                    Cell.of(one.person().toString()),
                    Cell.of(one.capacity().name()),
                    Cell.of(one.digest().hex()),
                    Cell.of(fits ? "holds" : "void"),
                    Cell.of(one.remarks()),
                    Cell.of(one.at())));
        }
        if (story.planDigest().isPresent() && !holds) {
            blocks.add(new Block.Warning("Nobody has signed this plan."));
        }
        blocks.add(new Block.Table(
                "plan_approvals",
                "Signatures under the plan",
                Rows.columns("person", "capacity", "digest", "standing", "remarks", "at"),
                rows));
        return blocks;
    }

    private static Block.Table gates(ChangeOrder order) {
        List<List<Cell>> rows = new ArrayList<>();
        for (StageEntry entry : order.stages()) {
            for (HistoryEntry said : entry.gate().history()) {
                rows.add(List.of(
                        Cell.of(entry.stage().name()),
                        Cell.of(said.at()),
                        Cell.of(said.who()),
                        Cell.of(said.what()),
                        Cell.of(said.remarks())));
            }
        }
        return new Block.Table(
                "stage_gates", "Who let a stage begin", Rows.columns("stage", "at", "who", "what", "remarks"), rows);
    }

    private static Block.Table decisions(ChangeOrder order) {
        return new Block.Table(
                "decisions",
                "Decisions",
                Rows.columns("decision", "deciders", "evidence", "yellow_flags", "remarks", "at"),
                order.decisions().stream()
                        .map(one -> List.of(
                                Cell.of(one.decision().name()),
                                Cell.of(one.deciders().stream()
                                        .map(Object::toString)
                                        .sorted()
                                        .toList()
                                        .toString()),
                                Cell.of(one.evidence()),
                                Cell.of(String.join("; ", one.flags())),
                                Cell.of(one.remarks()),
                                Cell.of(one.at())))
                        .toList());
    }

    private static Block.Table builds(ChangeOrder order) {
        return new Block.Table(
                "builds",
                "Releases that were built",
                Rows.columns("release", "manifest", "size", "builder", "begun", "done"),
                order.builds().stream()
                        .map(one -> List.of(
                                Cell.of(one.release().toString()),
                                Cell.of(one.manifest().hex()),
                                new Cell.Bytes(one.size().bytes()),
                                Cell.of(one.builder().toString()),
                                Cell.of(one.begun()),
                                Cell.of(one.done())))
                        .toList());
    }

    private static Block.Table shipments(ChangeOrder order) {
        return new Block.Table(
                "shipments",
                "What was carried",
                Rows.columns("release", "site", "medium", "carrier", "sent_by", "sent", "arrived", "received_by"),
                order.shipments().stream()
                        .map(one -> List.of(
                                Cell.of(one.release().toString()),
                                Cell.of(one.site()),
                                Cell.of(one.medium()),
                                Cell.of(one.carrier()),
                                Cell.of(one.sentBy().toString()),
                                Cell.of(one.sent()),
                                Cell.of(one.arrived()),
                                Cell.of(one.receivedBy().map(Object::toString).orElse(""))))
                        .toList());
    }

    private static Block.Facts backout(ChangeOrder order) {
        return new Block.Facts(List.of(
                Rows.fact(
                        "backout_criteria",
                        Cell.of(String.join("; ", order.plans().backout().criteria()))),
                Rows.fact(
                        "order_of_recovery",
                        Cell.of(String.join("; ", order.plans().backout().order()))),
                Rows.fact(
                        "rehearsed",
                        Cell.of(order.plans().backout().lastRehearsal().map(one -> one.at())))));
    }

    private static Block.Facts handover(ChangeOrder order) {
        return new Block.Facts(List.of(
                Rows.fact("handed_over", Cell.of(order.handover().scope())),
                Rows.fact("maintenance", Cell.of(order.handover().maintenance())),
                Rows.fact("cut_over", Cell.of(order.handover().cutOver())),
                Rows.fact(
                        "taken_by",
                        Cell.of(order.handover()
                                .taken()
                                .map(taken -> taken.by() + " at " + taken.at())
                                .orElse("")))));
    }

    private static Block.Table told(OrderStory story) {
        return new Block.Table(
                "told",
                "Delivery log",
                Rows.columns("due", "stakeholder", "means", "address", "what", "outcome"),
                story.told().stream()
                        .map(one -> List.of(
                                Cell.of(one.due()),
                                Cell.of(one.stakeholder()),
                                Cell.of(one.means()),
                                Cell.of(one.address()),
                                Cell.of(one.what()),
                                Cell.of(one.outcome())))
                        .toList());
    }
}
