package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import packhorse.core.content.Kind;
import packhorse.core.content.Sha256;

/**
 * What is done with an order between its moves: it is opened, planned, its gates are spoken at, its items ticked, its builds, rehearsals
 * and shipments written down, its plan signed. Nothing here moves it ({@link OrderMachine} does); all of it is refused where it is final.
 */
public final class OrderDesk {
    /** Whoever acts in one of these roles on how a change is carried out operates it. */
    public static final Set<Role> OPERATORS =
            Collections.unmodifiableSet(EnumSet.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR));

    private static final Set<Role> PLANNERS =
            EnumSet.of(Role.SOLUTION_ARCHITECT, Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    /** Operations are whoever works here. */
    private static final Set<Role> WORKERS = EnumSet.complementOf(EnumSet.of(Role.ENDPOINT_USER, Role.VIEWER));

    /** Whoever only asks for changes works on those that they asked for. */
    private static final Set<Role> WORKERS_ON_ALL =
            EnumSet.complementOf(EnumSet.of(Role.ENDPOINT_USER, Role.VIEWER, Role.REQUESTER));

    private OrderDesk() {}

    /**
     * Opens an order for approved requests.
     *
     * @param template what a standard change follows
     */
    public static Outcome<ChangeOrder> open(
            OrderId id,
            OrderHead head,
            List<ChangeRequest> requests,
            Optional<ChangeTemplate> template,
            Actor actor,
            Instant now) {
        if (!actor.isOneOf(Set.of(Role.CHANGE_COORDINATOR))) {
            return Outcome.forbidden("an order is opened by CHANGE_COORDINATOR; " + actor.name() + " is none");
        }
        if (requests.isEmpty()) {
            return Outcome.rejected("an order carries out requests: name at least one");
        }
        for (ChangeRequest request : requests) {
            if (request.state() != RequestState.APPROVED) {
                return Outcome.rejected(request.id() + " is " + request.state() + ": what is ordered is APPROVED");
            }
        }
        boolean emergency = requests.stream().anyMatch(one -> one.risk() == RiskClass.EMERGENCY);
        if (emergency && requests.stream().anyMatch(one -> one.risk() != RiskClass.EMERGENCY)) {
            return Outcome.rejected("an emergency is not ordered together with what can wait: open two orders");
        }
        Category category = new Category(requests.stream()
                .flatMap(one -> one.form().category().orElseThrow().types().stream())
                .collect(Collectors.toSet()));
        if (!category.contradictions().isEmpty()) {
            return Outcome.rejected(
                    "these requests do not go into one order: " + String.join("; ", category.contradictions()));
        }
        Set<PersonId> approvers = new HashSet<>();
        requests.forEach(one -> approvers.addAll(one.approvedBy()));
        Checklist planning = Checklists.planning(category);
        return Outcome.moved(new ChangeOrder(
                id,
                head,
                requests.stream().map(ChangeRequest::id).collect(Collectors.toSet()),
                category,
                requests.stream()
                        .map(ChangeRequest::risk)
                        .max(Comparator.naturalOrder())
                        .orElseThrow(),
                OrderState.PLANNING,
                new Duties(
                        requests.stream().map(ChangeRequest::requester).collect(Collectors.toSet()),
                        Set.of(),
                        Set.of(),
                        approvers),
                template.map(OrderPlans::of).orElseGet(OrderPlans::empty),
                template.map(standard -> standard.filled(planning, now)).orElse(planning),
                List.of(),
                Checklists.closing(category),
                PlanApprovals.none(),
                List.of(),
                List.of(),
                List.of(),
                Handover.empty(),
                0,
                Optional.empty(),
                List.of(),
                List.of(HistoryEntry.by(actor, now, "opened it", ""))));
    }

    /** Files it under something else. */
    public static Outcome<ChangeOrder> file(ChangeOrder order, OrderHead head, Actor actor, Instant now) {
        return refuse(order, actor, EnumSet.of(Role.CHANGE_COORDINATOR), "what it is filed under is changed")
                .orElseGet(
                        () -> Outcome.moved(order.edit().head(head).said(actor, now, "changed the order's head", "")));
    }

    /** Plans it. In production the plan stands: it is changed after REPLAN, and signed anew. */
    public static Outcome<ChangeOrder> plan(ChangeOrder order, OrderPlans plans, Actor actor, Instant now) {
        if (order.state() == OrderState.PRODUCTION || order.state() == OrderState.CLOSING) {
            return Outcome.rejected(
                    order.id() + " is " + order.state() + ": its plan stands; REPLAN takes it back to be signed anew");
        }
        return refuse(order, actor, PLANNERS, "plans are written")
                .orElseGet(() -> Outcome.moved(order.edit().plans(plans).said(actor, now, "changed the plans", "")));
    }

    /** Says something at the gate of the stage at work. */
    public static Outcome<ChangeOrder> speak(
            ChangeOrder order, StageGateMachine.Move what, String remarks, Actor actor, Instant now) {
        Optional<StageEntry> entry = order.stage();
        if (entry.isEmpty()) {
            return Outcome.rejected(order.id() + " is " + order.state() + ": no stage opens there");
        }
        return switch (StageGateMachine.say(entry.get().gate(), what, remarks, order.duties(), actor, now)) {
            case Outcome.Rejected<StageGate> no -> no.in(order.id());
            case Outcome.Moved<StageGate>(StageGate gate) ->
                Outcome.moved(order.edit()
                        .gate(gate)
                        .duties(
                                gate.isOpen() && actor instanceof Actor.Person person
                                        ? order.duties().withApprover(person.id())
                                        : order.duties())
                        .said(actor, now, "gate of " + entry.get().stage() + ": " + gate.state(), remarks));
        };
    }

    /** Ticks an item of the checklist at work, where the item is of no deployment. */
    public static Outcome<ChangeOrder> tick(
            ChangeOrder order,
            Step step,
            String key,
            String note,
            Optional<String> attachment,
            Actor.Person person,
            Instant now) {
        return tick(order, step, key, new ChecklistItem.Tick(person.id(), note, attachment, now), person);
    }

    /** Ticks an item of the checklist at work. */
    public static Outcome<ChangeOrder> tick(
            ChangeOrder order, Step step, String key, ChecklistItem.Tick by, Actor.Person person) {
        Optional<Checklist> checklist = order.checklist();
        if (checklist.isEmpty()) {
            return Outcome.rejected(order.id() + " is " + order.state() + ": nothing is ticked there");
        }
        Optional<String> closed = closedGate(order);
        if (closed.isPresent()) {
            return Outcome.rejected(closed.get());
        }
        String again = checklist
                .get()
                .find(step, key)
                .flatMap(ChecklistItem::tick)
                .map(before -> " again, after " + before.person())
                .orElse("");
        return switch (checklist.get().tick(step, key, by, person.roles())) {
            case Outcome.Rejected<Checklist> no -> no.in(order.id());
            case Outcome.Moved<Checklist>(Checklist ticked) ->
                Outcome.moved(order.edit()
                        .checklist(ticked)
                        .said(person, by.at(), "did " + key + " of " + step.title() + again, by.note()));
        };
    }

    /** Why nothing is offered to production; empty where it may be: it is the first thing that is done behind that stage's gate. */
    public static Optional<String> refusesProduction(ChangeOrder order) {
        return order.state() == OrderState.PRODUCTION
                ? closedGate(order)
                : Optional.of(order.id() + " is " + order.state()
                        + ": releases are promoted to production in PRODUCTION, behind its open gate");
    }

    /** Fills in what the product found; nothing where no checklist is at work. */
    public static ChangeOrder fill(ChangeOrder order, Step step, Map<String, Finding> findings) {
        return order.checklist()
                .map(list -> order.edit().checklist(list.fill(step, findings)).done())
                .orElse(order);
    }

    /** Fills in what a standard change's template says, into the checklist at work; nothing before its gate is open. */
    public static ChangeOrder fill(ChangeOrder order, ChangeTemplate template, Instant now) {
        return order.checklist()
                .filter(list -> closedGate(order).isEmpty())
                .map(list -> order.edit().checklist(template.filled(list, now)).done())
                .orElse(order);
    }

    /** Adds the items of backout and recovery, once something has to be taken back or sent again. */
    public static Outcome<ChangeOrder> backOut(ChangeOrder order, String why, Actor actor, Instant now) {
        if (order.state() != OrderState.PRODUCTION) {
            return Outcome.rejected(order.id() + " is " + order.state() + ": there is nothing to back out of");
        }
        if (actor instanceof Actor.Person person && !person.isOneOf(Set.of(Role.INSTALLATION_COORDINATOR))) {
            return Outcome.forbidden(
                    order.id() + ": backing out is for INSTALLATION_COORDINATOR; " + actor.name() + " is none");
        }
        Checklist checklist = order.checklist().orElseThrow();
        boolean already = checklist.items().stream().anyMatch(item -> item.step() == Step.BACKOUT_AND_RECOVERY);
        return Outcome.moved(order.edit()
                .checklist(already ? checklist : checklist.with(Checklists.backout()))
                .said(actor, now, "backout and recovery", why));
    }

    /** Writes down what was built, and makes it what the order carries: what was signed for other bytes is void. */
    public static Outcome<ChangeOrder> built(
            ChangeOrder order, BuildReport report, Kind kind, Medium medium, Actor actor, Instant now) {
        if (order.state() != OrderState.BUILDING) {
            return Outcome.rejected(order.id() + " is " + order.state() + ": nothing is built there");
        }
        Optional<String> refused = closedGate(order)
                .or(() -> order.duties().refusesBuilding(report.builder()).map(duty -> order.id() + ": " + duty));
        if (refused.isPresent()) {
            return Outcome.rejected(refused.get());
        }
        if (!actor.is(report.builder())) {
            return Outcome.rejected(order.id() + ": " + report.builder() + " built it, so " + report.builder()
                    + " reports it, not " + actor.name());
        }
        DistributionPlan plan = order.plans().distribution();
        Consignment.Item item = new Consignment.Item(report.release(), report.manifest(), kind, medium);
        Consignment releases =
                plan.releases().map(all -> all.with(item)).orElseGet(() -> new Consignment(List.of(item)));
        DistributionPlan carrying = new DistributionPlan(
                Optional.of(releases),
                plan.targets(),
                plan.sites(),
                plan.start(),
                plan.end(),
                plan.estimate(),
                plan.benefit());
        return refuse(order, actor, EnumSet.of(Role.PACKAGE_BUILDER), "builds are reported")
                .orElseGet(() -> Outcome.moved(order.edit()
                        .build(report)
                        .duties(order.duties().withBuilder(report.builder()))
                        .plans(order.plans().with(carrying))
                        .said(actor, now, "built " + report.release(), "")));
    }

    /** Writes down a rehearsal of the way back. */
    public static Outcome<ChangeOrder> rehearsed(
            ChangeOrder order, BackoutPlan.Rehearsal rehearsal, Actor actor, Instant now) {
        return refuse(
                        order,
                        actor,
                        EnumSet.of(Role.TEST_SPECIALIST, Role.INSTALLATION_COORDINATOR),
                        "a rehearsal is reported")
                .orElseGet(() -> Outcome.moved(order.edit()
                        .plans(order.plans().with(order.plans().backout().with(rehearsal)))
                        .said(
                                actor,
                                now,
                                "rehearsed the backout: " + (rehearsal.good() ? "good" : "not good") + ", took "
                                        + rehearsal.took(),
                                "")));
    }

    /** Writes down that something was sent on its way, or arrived. */
    public static Outcome<ChangeOrder> shipped(ChangeOrder order, Shipment shipment, Actor actor, Instant now) {
        return refuse(
                        order,
                        actor,
                        EnumSet.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR),
                        "a shipment is reported")
                .orElseGet(() -> {
                    List<Shipment> all = new ArrayList<>(order.shipments());
                    all.removeIf(one -> one.release().equals(shipment.release())
                            && one.site().equals(shipment.site())
                            && one.medium().equals(shipment.medium()));
                    all.add(shipment);
                    return Outcome.moved(order.edit()
                            .shipments(all)
                            .said(
                                    actor,
                                    now,
                                    shipment.medium()
                                            + (shipment.arrived().isPresent() ? " arrived at " : " sent to ")
                                            + shipment.site(),
                                    ""));
                });
    }

    /** Signs the plan that has the digest {@code seen}. */
    public static Outcome<ChangeOrder> sign(
            ChangeOrder order,
            PlanApproval.Capacity capacity,
            Sha256 seen,
            Sha256 plan,
            String remarks,
            Actor actor,
            Instant now) {
        if (order.state() != OrderState.PLAN_APPROVAL) {
            return Outcome.rejected(order.id() + " is " + order.state() + ": a plan is signed in PLAN_APPROVAL");
        }
        return switch (order.approvals().sign(capacity, seen, plan, remarks, order.duties(), actor, now)) {
            case Outcome.Rejected<PlanApprovals> no -> no.in(order.id());
            case Outcome.Moved<PlanApprovals>(PlanApprovals signed) ->
                Outcome.moved(order.edit()
                        .approvals(signed)
                        .duties(signed.all().stream()
                                .map(PlanApproval::person)
                                .reduce(order.duties(), Duties::withApprover, (a, b) -> b))
                        .said(
                                actor,
                                now,
                                "signed the plan " + plan.hex().substring(0, 12) + " for the " + capacity,
                                remarks));
        };
    }

    /**
     * Writes down who operates it: whoever stages, launches or goes on.
     *
     * @param widens whether more happens by it: then the stage's gate has to be open
     */
    public static Outcome<ChangeOrder> operated(
            ChangeOrder order, String what, boolean widens, Actor.Person person, Instant now) {
        if (order.state() != OrderState.PRODUCTION) {
            return Outcome.rejected(order.id() + " is " + order.state() + ": nothing is operated there");
        }
        Optional<String> closed = widens ? closedGate(order) : Optional.empty();
        return closed.<Outcome<ChangeOrder>>map(Outcome::rejected)
                .or(() -> refuse(order, person, OPERATORS, "it is operated"))
                .orElseGet(() -> Outcome.moved(order.edit()
                        .duties(order.duties().withOperator(person.id()))
                        .said(person, now, what, "")));
    }

    /**
     * Decides what comes after the beta group or a wave, or says why these may not.
     *
     * @param evidence what was seen, with its denominators
     * @param standing the yellow flags as they stand now
     * @param acknowledged the lines of those that the deciders have seen
     */
    public static Outcome<ChangeOrder> decide(
            ChangeOrder order,
            GoNoGo.Decision decision,
            Set<Actor.Person> deciders,
            String evidence,
            List<YellowFlag> standing,
            Set<String> acknowledged,
            String remarks,
            Instant now) {
        if (order.state() != OrderState.PRODUCTION) {
            return Outcome.rejected(order.id() + " is " + order.state() + ": nothing is decided there");
        }
        return switch (GoNoGo.decide(
                decision, deciders, evidence, standing, acknowledged, remarks, order.duties(), now)) {
            case Outcome.Rejected<GoNoGo> no -> no.in(order.id());
            case Outcome.Moved<GoNoGo>(GoNoGo decided) ->
                Outcome.moved(order.edit()
                        .decision(decided)
                        .said(
                                deciders.iterator().next(),
                                now,
                                decision + " by " + new TreeSet<>(decided.deciders()),
                                remarks));
        };
    }

    /** Writes the handover. Whoever took over what stood there before did not take this over. */
    public static Outcome<ChangeOrder> handOver(ChangeOrder order, Handover handover, Actor.Person who, Instant now) {
        return refuse(
                        order,
                        who,
                        EnumSet.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR),
                        "a handover is written")
                .orElseGet(() -> Outcome.moved(order.edit()
                        .handover(handover.writtenOver(order.handover(), who.id()))
                        .said(who, now, "wrote the handover", "")));
    }

    /** Takes it over for operations, whoever works here and did not write it. */
    public static Outcome<ChangeOrder> takeOver(ChangeOrder order, Actor.Person who, Instant now) {
        Handover was = order.handover();
        Optional<String> refused = was.taken()
                .map(taken -> " was taken over already, by " + taken.by())
                .or(() -> was.scope().isEmpty()
                        ? Optional.of(": there is no handover to take over; have it written first")
                        : Optional.empty())
                .or(() -> was.by()
                        .filter(who.id()::equals)
                        .map(writer -> ": " + writer + " wrote the handover; have somebody else take it over"));
        return refuse(order, who, WORKERS, "what was done is taken over")
                .orElseGet(() -> refused.<Outcome<ChangeOrder>>map(why -> Outcome.rejected(order.id() + why))
                        .orElseGet(() -> Outcome.moved(order.edit()
                                .handover(was.takenBy(who.id(), now))
                                .said(who, now, "took it over", ""))));
    }

    /** Writes down that a file is kept with it, by whoever works here; whoever only asks for changes, where this is one of theirs. */
    public static Outcome<ChangeOrder> attached(
            ChangeOrder order, Attachment attachment, Actor.Person who, Instant now) {
        return refuse(order, who, WORKERS, "files are attached")
                .or(() -> who.isOneOf(WORKERS_ON_ALL)
                                || order.duties().requesters().contains(who.id())
                        ? Optional.empty()
                        : Optional.of(Outcome.forbidden(
                                order.id() + ": a REQUESTER attaches files to what they asked for; " + who.name()
                                        + " did not ask for this: give the file to whoever did, or to a coordinator")))
                .orElseGet(() -> Outcome.moved(
                        order.edit().said(who, now, "attached " + attachment.id() + " " + attachment.name(), "")));
    }

    /** Says something about it. */
    public static Outcome<ChangeOrder> comment(ChangeOrder order, String text, Actor.Person person, Instant now) {
        return order.state().isFinal()
                ? Outcome.rejected(order.id() + " is " + order.state() + ", which is final: comment on what follows it")
                : Outcome.moved(order.edit()
                        .comment(HistoryEntry.by(person, now, "comment", Words.said("the comment", text)))
                        .done());
    }

    /** Writes down what an outside change system calls it. It approves nothing. */
    public static ChangeOrder linked(ChangeOrder order, String external, String system, Instant now) {
        OrderHead head = order.head();
        OrderHead linked = new OrderHead(
                head.project(),
                head.subProject(),
                head.manager(),
                head.phase(),
                head.unit(),
                Optional.of(external),
                head.description(),
                head.related(),
                head.startCondition(),
                head.targetDate(),
                head.media());
        return order.edit().head(linked).said(Actor.product(), now, system + " calls it " + external, "");
    }

    /** Writes down what people of an outside change system say of it. It approves nothing. */
    public static ChangeOrder remarked(ChangeOrder order, String what, String note, Instant now) {
        return order.edit()
                .comment(HistoryEntry.by(Actor.product(), now, what, note))
                .done();
    }

    private static Optional<String> closedGate(ChangeOrder order) {
        return order.stage()
                .filter(entry -> !entry.gate().isOpen())
                .map(entry -> order.id() + ": the gate of " + entry.stage() + " is "
                        + entry.gate().state() + "; work begins when somebody lets it proceed");
    }

    private static Optional<Outcome<ChangeOrder>> refuse(ChangeOrder order, Actor actor, Set<Role> roles, String what) {
        if (order.state().isFinal()) {
            return Optional.of(Outcome.rejected(order.id() + " is " + order.state() + ", which is final"));
        }
        return actor.isOneOf(roles)
                ? Optional.empty()
                : Optional.of(Outcome.forbidden(
                        order.id() + ": " + what + " by " + new Who(roles, false) + "; " + actor.name() + " is none"));
    }
}
