package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is done about one or several approved requests, from its plan to its handover. {@link OrderMachine} moves it.
 *
 * @param requests that it carries out
 * @param duties who took which part in it
 * @param planning the checklist before its first stage
 * @param stages every entry into a stage, the last is the one at work
 * @param closing the checklist after its last
 * @param approvals signatures under its plan, void ones too
 * @param decisions go, no-go or extend
 * @param builds what was built for it, the last of a release counts
 * @param shipments what is carried
 * @param reworks how often it went back to building
 * @param ending how it ended
 */
public record ChangeOrder(
        OrderId id,
        OrderHead head,
        Set<RequestId> requests,
        Category category,
        RiskClass risk,
        OrderState state,
        Duties duties,
        OrderPlans plans,
        Checklist planning,
        List<StageEntry> stages,
        Checklist closing,
        PlanApprovals approvals,
        List<GoNoGo> decisions,
        List<BuildReport> builds,
        List<Shipment> shipments,
        Handover handover,
        int reworks,
        Optional<Ending> ending,
        List<HistoryEntry> comments,
        List<HistoryEntry> history) {
    /** How an order ended. */
    public enum Ending {
        /** All of it. */
        DONE,
        PARTLY,
        /** Everything is as it was. */
        BACKED_OUT,
        /** Never begun in production. */
        CANCELLED
    }

    public ChangeOrder {
        requests = Collections.unmodifiableSortedSet(new TreeSet<>(requests));
        stages = List.copyOf(stages);
        decisions = List.copyOf(decisions);
        builds = List.copyOf(builds);
        shipments = List.copyOf(shipments);
        comments = List.copyOf(comments);
        history = List.copyOf(history);
        if (requests.isEmpty()) {
            throw new IllegalArgumentException(id + " carries out no request");
        }
        Optional<Stage> at = stages.stream()
                .filter(entry -> entry.left().isEmpty())
                .map(StageEntry::stage)
                .findFirst();
        if (!at.equals(state.stage())) {
            throw new IllegalArgumentException(id + " is " + state + " and its open stage is " + at);
        }
        if (ending.isPresent() != (state == OrderState.CLOSED || state == OrderState.CANCELLED)) {
            throw new IllegalArgumentException(id + " is " + state + " and ended as " + ending);
        }
    }

    /** The stage at work, with its gate and checklist. */
    public Optional<StageEntry> stage() {
        return state.stage().map(unused -> stages.get(stages.size() - 1));
    }

    /** The checklist that has to be done before the order goes on; empty where none has to. */
    public Optional<Checklist> checklist() {
        return switch (state) {
            case PLANNING -> Optional.of(planning);
            case BUILDING, TEST, PRODUCTION -> stage().map(StageEntry::checklist);
            case CLOSING -> Optional.of(closing);
            case PLAN_APPROVAL, CLOSED, CANCELLED -> Optional.empty();
        };
    }

    /** What was built last of a release. */
    public Optional<BuildReport> build(Consignment.Item item) {
        return builds.stream()
                .filter(report -> report.release().equals(item.release()))
                .reduce((before, last) -> last);
    }

    Edit edit() {
        return new Edit(this);
    }

    /** The same with something changed; the machine's only. */
    static final class Edit {
        private final ChangeOrder before;
        private OrderHead head;
        private OrderState state;
        private Duties duties;
        private OrderPlans plans;
        private Checklist planning;
        private final List<StageEntry> stages;
        private Checklist closing;
        private PlanApprovals approvals;
        private final List<GoNoGo> decisions;
        private final List<BuildReport> builds;
        private final List<Shipment> shipments;
        private Handover handover;
        private int reworks;
        private Optional<Ending> ending;
        private final List<HistoryEntry> comments;
        private final List<HistoryEntry> history;

        private Edit(ChangeOrder before) {
            this.before = before;
            this.head = before.head;
            this.state = before.state;
            this.duties = before.duties;
            this.plans = before.plans;
            this.planning = before.planning;
            this.stages = new ArrayList<>(before.stages);
            this.closing = before.closing;
            this.approvals = before.approvals;
            this.decisions = new ArrayList<>(before.decisions);
            this.builds = new ArrayList<>(before.builds);
            this.shipments = new ArrayList<>(before.shipments);
            this.handover = before.handover;
            this.reworks = before.reworks;
            this.ending = before.ending;
            this.comments = new ArrayList<>(before.comments);
            this.history = new ArrayList<>(before.history);
        }

        Edit head(OrderHead now) {
            head = now;
            return this;
        }

        /** Leaves the stage at work, if one is, and begins another where the state has one. */
        Edit state(OrderState to, Instant now) {
            stages.replaceAll(entry -> entry.left().isPresent() ? entry : entry.leave(now));
            to.stage().ifPresent(stage -> stages.add(StageEntry.begin(stage, before.category, now)));
            state = to;
            return this;
        }

        Edit duties(Duties now) {
            duties = now;
            return this;
        }

        Edit plans(OrderPlans now) {
            plans = now;
            return this;
        }

        Edit gate(StageGate now) {
            stages.replaceAll(entry -> entry.left().isPresent() ? entry : entry.with(now));
            return this;
        }

        /** The checklist that {@link ChangeOrder#checklist} shows. */
        Edit checklist(Checklist now) {
            switch (state) {
                case PLANNING -> planning = now;
                case BUILDING, TEST, PRODUCTION ->
                    stages.replaceAll(entry -> entry.left().isPresent() ? entry : entry.with(now));
                case CLOSING -> closing = now;
                case PLAN_APPROVAL, CLOSED, CANCELLED -> throw new IllegalStateException(state + " has no checklist");
            }
            return this;
        }

        Edit approvals(PlanApprovals now) {
            approvals = now;
            return this;
        }

        Edit decision(GoNoGo one) {
            decisions.add(one);
            return this;
        }

        Edit build(BuildReport one) {
            builds.add(one);
            return this;
        }

        Edit shipments(List<Shipment> now) {
            shipments.clear();
            shipments.addAll(now);
            return this;
        }

        Edit handover(Handover now) {
            handover = now;
            return this;
        }

        Edit reworked() {
            reworks++;
            return this;
        }

        Edit ending(Ending now) {
            ending = Optional.of(now);
            return this;
        }

        Edit comment(HistoryEntry one) {
            comments.add(one);
            return this;
        }

        ChangeOrder said(Actor actor, Instant now, String what, String remarks) {
            history.add(HistoryEntry.by(actor, now, what, remarks));
            return done();
        }

        /** Without a line in the history: what the product finds is no decision. */
        ChangeOrder done() {
            return new ChangeOrder(
                    before.id,
                    head,
                    before.requests,
                    before.category,
                    before.risk,
                    state,
                    duties,
                    plans,
                    planning,
                    stages,
                    closing,
                    approvals,
                    decisions,
                    builds,
                    shipments,
                    handover,
                    reworks,
                    ending,
                    comments,
                    history);
        }
    }
}
