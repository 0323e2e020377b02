package packhorse.console.office;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import packhorse.console.change.Actor;
import packhorse.console.change.BackoutPlan;
import packhorse.console.change.Baseline;
import packhorse.console.change.BuildReport;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.Consignment;
import packhorse.console.change.DeploymentGuide;
import packhorse.console.change.DistributionPlan;
import packhorse.console.change.Handover;
import packhorse.console.change.Medium;
import packhorse.console.change.OrderDesk;
import packhorse.console.change.OrderHead;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderMachine;
import packhorse.console.change.OrderPlans;
import packhorse.console.change.OrderState;
import packhorse.console.change.Outcome;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestMachine;
import packhorse.console.change.Shipment;
import packhorse.console.change.StageGateMachine;
import packhorse.console.change.Step;
import packhorse.console.change.TestPlan;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Plan;
import packhorse.console.wave.PlanDigest;
import packhorse.core.content.Kind;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;

/**
 * What people do with change orders, from opening one to closing it; their waves are planned in the {@link PlanOffice}. After each act the
 * product fills in what it finds ({@link OrderFiller}).
 */
public final class OrderOffice {
    private final Desk desk;
    private final OrderFiller filler;
    private final Function<CommunicationsPlan, List<String>> unreachable;

    /** @param unreachable who of a communications plan could never be told, a line each */
    public OrderOffice(Books books, OrderFiller filler, Function<CommunicationsPlan, List<String>> unreachable) {
        this.desk = new Desk(books);
        this.filler = filler;
        this.unreachable = unreachable;
    }

    /**
     * What an order is opened with.
     *
     * @param head absent: from the first request, with whoever opens it as its manager
     */
    public record OpenForm(Set<RequestId> requests, Optional<OrderHead> head) {}

    /** What is planned besides the waves; what is absent stays as it is. */
    public record PlansForm(
            Optional<DistributionForm> distribution,
            Optional<DeploymentGuide> guide,
            Optional<List<String>> stakeholders,
            Optional<CommunicationsPlan> communications,
            Optional<BackoutForm> backout,
            Optional<TestPlan> test,
            Optional<Baseline> baseline) {}

    /** What people plan of the distribution; releases, sites and estimate have their own ways. */
    public record DistributionForm(
            Optional<String> targets, Optional<Instant> start, Optional<Instant> end, Optional<String> benefit) {}

    /** The way back; rehearsals are reported, not planned. */
    public record BackoutForm(
            List<String> criteria,
            List<String> recoverable,
            List<String> order,
            Optional<java.time.Duration> recoveryTime,
            Optional<java.time.Duration> recoveryPoint) {}

    /**
     * A release that an order carries without building it.
     *
     * @param manifest absent: the catalogue's
     * @param kind absent: the catalogue's
     * @param medium absent: electronic
     * @param bundle whether it is a published bundle, which is installed as one; absent: no
     */
    public record CarryForm(
            ReleaseId release,
            Optional<Sha256> manifest,
            Optional<Kind> kind,
            Optional<Medium> medium,
            Optional<Boolean> bundle) {
        /** A release by itself. */
        public CarryForm(ReleaseId release, Optional<Sha256> manifest, Optional<Kind> kind, Optional<Medium> medium) {
            this(release, manifest, kind, medium, Optional.empty());
        }
    }

    /** A build and how it travels. */
    public record BuildForm(BuildReport report, Kind kind, Medium medium) {}

    /** An item of a checklist. */
    public record TickForm(Step step, String key, String note, Optional<String> attachment) {}

    /** A signature under the plan that has this digest. */
    public record SignForm(PlanApproval.Capacity capacity, Sha256 digest, String remarks) {}

    /**
     * A move.
     *
     * @param ending how it ended, for CLOSE
     */
    public record MoveForm(OrderMachine.Move move, String remarks, Optional<ChangeOrder.Ending> ending) {}

    /** Something sent on its way. */
    public record ShipForm(ReleaseId release, String site, String medium, String carrier) {}

    /** Something that was sent and has come: which release, where it is, on what. */
    public record ReceiptForm(ReleaseId release, String site, String medium) {}

    /** A rehearsal of the way back with what the order carries. */
    public record RehearsalForm(boolean good, java.time.Duration took) {}

    /** Opens an order for approved requests. */
    public Stored<ChangeOrder> open(Actor.Person who, OpenForm form) {
        return desk.write(who, pages -> open(pages, who, form));
    }

    Stored<ChangeOrder> open(Pages pages, Actor.Person who, OpenForm form) {
        List<Stored<ChangeRequest>> requests = form.requests().stream()
                .sorted()
                .map(id -> pages.get(Kinds.REQUEST, id.text()))
                .toList();
        if (requests.isEmpty()) {
            throw Desk.invalid("an order carries out requests: name at least one");
        }
        List<ChangeRequest> values = requests.stream().map(Stored::value).toList();
        OrderId id = new OrderId(pages.next("CO", Desk.year(pages.now())));
        OrderHead head = form.head().orElseGet(() -> OrderHead.of(values.get(0), who.id()));
        ChangeOrder order =
                Desk.require(OrderDesk.open(id, head, values, OrderFiller.template(pages, values), who, pages.now()));
        ChangeOrder begun = Desk.require(OrderDesk.plan(order, order.plans().with(asked(values)), who, pages.now()));
        for (Stored<ChangeRequest> request : requests) {
            pages.change(request, Desk.require(RequestMachine.order(request.value(), id, who, pages.now())));
            pages.audit("request.order", request.id(), Desk.details("order", id.text()));
        }
        Stored<ChangeOrder> stored = pages.add(Kinds.ORDER, id.text(), filler.filled(pages, begun));
        pages.audit(
                "order.open",
                id.text(),
                Desk.details(
                        "requests", values.stream().map(one -> one.id().text()).collect(Collectors.joining(", "))));
        return stored;
    }

    /** What the requests say already of whom and until when. */
    private static DistributionPlan asked(List<ChangeRequest> requests) {
        List<String> targets = requests.stream()
                .map(request -> request.form().target())
                .filter(target -> !target.isEmpty())
                .distinct()
                .toList();
        return new DistributionPlan(
                Optional.empty(),
                String.join("\n", targets),
                List.of(),
                Optional.empty(),
                requests.stream()
                        .flatMap(request -> request.form().deadline().stream())
                        .min(Instant::compareTo),
                Optional.empty(),
                requests.stream()
                        .map(request -> request.form().why())
                        .distinct()
                        .collect(Collectors.joining("\n")));
    }

    /** Files it under something else. */
    public Stored<ChangeOrder> file(Actor.Person who, OrderId id, OptionalLong seen, OrderHead head) {
        return act(
                who, id, seen, "order.file", Map.of(), (order, pages) -> OrderDesk.file(order, head, who, pages.now()));
    }

    /** Plans what is planned besides the waves. */
    public Stored<ChangeOrder> plans(Actor.Person who, OrderId id, OptionalLong seen, PlansForm form) {
        return act(who, id, seen, "order.plans", Map.of(), (order, pages) -> {
            List<String> wrong = form.communications().map(unreachable).orElse(List.of());
            if (!wrong.isEmpty()) {
                throw Desk.invalid(id + ": the communications plan cannot be kept: " + String.join("; ", wrong));
            }
            if (order.state() != OrderState.PLANNING) {
                form.communications().filter(plan -> !plan.missing().isEmpty()).ifPresent(plan -> {
                    throw Desk.invalid(id + " is " + order.state() + ": its communications plan lacks "
                            + String.join(", ", plan.missing()));
                });
            }
            return OrderDesk.plan(order, merged(order.plans(), form), who, pages.now());
        });
    }

    private static OrderPlans merged(OrderPlans was, PlansForm form) {
        DistributionPlan before = was.distribution();
        DistributionPlan distribution = form.distribution()
                .map(now -> new DistributionPlan(
                        before.releases(),
                        now.targets().orElse(before.targets()),
                        before.sites(),
                        now.start().or(before::start),
                        now.end().or(before::end),
                        before.estimate(),
                        now.benefit().orElse(before.benefit())))
                .orElse(before);
        return new OrderPlans(
                distribution,
                form.guide().orElse(was.guide()),
                form.stakeholders().orElse(was.stakeholders()),
                form.communications().orElse(was.communications()),
                form.backout()
                        .map(now -> new BackoutPlan(
                                now.criteria(),
                                now.recoverable(),
                                now.order(),
                                now.recoveryTime(),
                                now.recoveryPoint(),
                                was.backout().rehearsals()))
                        .orElse(was.backout()),
                form.test().orElse(was.test()),
                form.baseline().orElse(was.baseline()));
    }

    /** Says which releases it carries, where they are not built for it. Their manifests are the catalogue's. */
    public Stored<ChangeOrder> carry(Actor.Person who, OrderId id, OptionalLong seen, List<CarryForm> releases) {
        return desk.write(who, pages -> carry(pages, who, id, seen, releases));
    }

    Stored<ChangeOrder> carry(Pages pages, Actor.Person who, OrderId id, OptionalLong seen, List<CarryForm> releases) {
        return OrderDeskAct.on(pages, filler, id, seen, "order.carry", details(releases), (order, unused) -> {
            List<Consignment.Item> items =
                    releases.stream().map(form -> item(pages, form)).toList();
            if (items.size() > 1 && items.stream().anyMatch(Consignment.Item::isBundle)) {
                throw Desk.invalid(id + " carries a bundle beside others: put them into the bundle, or make an order"
                        + " of their own");
            }
            DistributionPlan before = order.plans().distribution();
            DistributionPlan now = new DistributionPlan(
                    Optional.of(new Consignment(items)),
                    before.targets(),
                    before.sites(),
                    before.start(),
                    before.end(),
                    before.estimate(),
                    before.benefit());
            return follow(pages, OrderDesk.plan(order, order.plans().with(now), who, pages.now()));
        });
    }

    private static Map<String, String> details(List<CarryForm> releases) {
        return Desk.details(
                "releases",
                releases.stream().map(form -> form.release().toString()).collect(Collectors.joining(", ")));
    }

    private static Consignment.Item item(Pages pages, CarryForm form) {
        Optional<CataloguedRelease> known = pages.find(OfficeKinds.RELEASE, CataloguedRelease.key(form.release()))
                .map(Stored::value);
        Sha256 manifest = form.manifest()
                .or(() -> known.map(CataloguedRelease::manifest))
                .orElseThrow(() -> Desk.invalid(
                        form.release() + " is not in the catalogue; publish it first, or give its manifest's digest"));
        if (known.isPresent() && !known.get().manifest().equals(manifest)) {
            throw Desk.invalid(form.release() + " has the manifest "
                    + known.get().manifest().hex() + " in the catalogue, not " + manifest.hex()
                    + ": two contents have no one name");
        }
        if (known.isPresent() && known.get().state() != CataloguedRelease.State.OFFERED) {
            throw Desk.refused(form.release() + " is " + known.get().state() + ": restore or publish it first");
        }
        return new Consignment.Item(
                form.release(),
                manifest,
                form.kind().or(() -> known.map(CataloguedRelease::kind)).orElse(Kind.PACKAGE),
                form.medium().orElse(Medium.ELECTRONIC),
                form.bundle());
    }

    /** Says something at the gate of the stage at work. */
    public Stored<ChangeOrder> speak(
            Actor.Person who, OrderId id, OptionalLong seen, StageGateMachine.Move what, String remarks) {
        return act(
                who,
                id,
                seen,
                "order.gate",
                Desk.details("said", what.name(), "remarks", remarks),
                (order, pages) -> OrderDesk.speak(order, what, remarks, who, pages.now()));
    }

    /** Ticks an item of the checklist at work. */
    public Stored<ChangeOrder> tick(Actor.Person who, OrderId id, OptionalLong seen, TickForm form) {
        return act(
                who,
                id,
                seen,
                "order.tick",
                Desk.details(
                        "item",
                        form.step() + "/" + form.key(),
                        "note",
                        form.note(),
                        "attachment",
                        form.attachment().orElse("")),
                (order, pages) -> {
                    Ticks ticks = new Ticks(pages, order);
                    ChecklistItem.Tick tick = new ChecklistItem.Tick(
                            who.id(),
                            form.note(),
                            form.attachment().map(word -> AttachmentOffice.named(pages, id, word)),
                            pages.now(),
                            ticks.answered(form.step(), form.key()));
                    Outcome<ChangeOrder> ticked = OrderDesk.tick(order, form.step(), form.key(), tick, who);
                    return ticked.result().isPresent()
                            ? ticks.tooEarly(form.step(), form.key())
                                    .<Outcome<ChangeOrder>>map(Outcome::rejected)
                                    .orElse(ticked)
                            : ticked;
                });
    }

    /** Writes down what was built, and makes it what the order carries. */
    public Stored<ChangeOrder> built(Actor.Person who, OrderId id, OptionalLong seen, BuildForm form) {
        return act(
                who,
                id,
                seen,
                "order.built",
                Desk.details(
                        "release",
                        form.report().release().toString(),
                        "manifest",
                        form.report().manifest().hex()),
                (order, pages) -> {
                    Outcome<ChangeOrder> built = follow(
                            pages, OrderDesk.built(order, form.report(), form.kind(), form.medium(), who, pages.now()));
                    built.result()
                            .ifPresent(unused -> ReleaseOffice.catalogue(
                                    pages,
                                    new ReleaseOffice.ReleaseForm(
                                            form.report().release(),
                                            form.report().manifest(),
                                            form.report().size(),
                                            form.kind())));
                    return built;
                });
    }

    /** Where the order carries something else now, its plan of waves is for that: signatures under the one before are void. */
    private static Outcome<ChangeOrder> follow(Pages pages, Outcome<ChangeOrder> outcome) {
        outcome.result()
                .ifPresent(order -> pages.find(Kinds.PLAN, order.id().text()).ifPresent(stored -> {
                    Plan was = stored.value();
                    Plan now = was.with(Deployments.subjects(order));
                    if (!now.equals(was)) {
                        PlanOffice.keep(pages, order.id(), now, PlanDigest.of(now, OrderFiller.manifests(order)));
                    }
                }));
        return outcome;
    }

    /** Writes down a rehearsal of the way back with what the order carries now. */
    public Stored<ChangeOrder> rehearsed(Actor.Person who, OrderId id, OptionalLong seen, RehearsalForm form) {
        return act(
                who,
                id,
                seen,
                "order.rehearse",
                Desk.details(
                        "good", form.good() ? "yes" : "no", "took", form.took().toString()),
                (order, pages) -> OrderDesk.rehearsed(
                        order,
                        new BackoutPlan.Rehearsal(
                                who.id(), OrderFiller.manifests(order), form.good(), form.took(), pages.now()),
                        who,
                        pages.now()));
    }

    /** Writes down that something was sent on its way. */
    public Stored<ChangeOrder> ship(Actor.Person who, OrderId id, OptionalLong seen, ShipForm form) {
        return act(who, id, seen, "order.ship", shipped(form.site(), form.medium()), (order, pages) -> {
            boolean carried = order.plans().distribution().releases().stream()
                    .flatMap(all -> all.releases().stream())
                    .anyMatch(item -> item.release().equals(form.release()) && item.medium() == Medium.OFFLINE);
            if (!carried) {
                throw Desk.refused(id + " carries no " + form.release() + " on a medium: change how it travels first");
            }
            if (Revision.of(pages, Revision.SITES).isPresent()) {
                pages.get(OfficeKinds.SITE, form.site());
            }
            if (shipment(order, form.release(), form.site(), form.medium()).isPresent()) {
                throw Desk.refused(id + ": " + form.medium() + " was sent to " + form.site()
                        + " already; give what is sent besides a label of its own");
            }
            Shipment shipment = new Shipment(
                    form.release(),
                    form.site(),
                    form.medium(),
                    form.carrier(),
                    who.id(),
                    pages.now(),
                    Optional.empty(),
                    Optional.empty());
            return OrderDesk.shipped(order, shipment, who, pages.now());
        });
    }

    /** Writes down that what was sent is in hand at its site. */
    public Stored<ChangeOrder> received(Actor.Person who, OrderId id, OptionalLong seen, ReceiptForm form) {
        return act(who, id, seen, "order.receive", shipped(form.site(), form.medium()), (order, pages) -> {
            Shipment shipment = shipment(order, form.release(), form.site(), form.medium())
                    .orElseThrow(() -> Desk.refused(
                            id + ": no " + form.medium() + " with " + form.release() + " was sent to " + form.site()));
            return OrderDesk.shipped(order, Desk.require(shipment.receive(who.id(), pages.now())), who, pages.now());
        });
    }

    private static Optional<Shipment> shipment(ChangeOrder order, ReleaseId release, String site, String medium) {
        return order.shipments().stream()
                .filter(one -> one.release().equals(release)
                        && one.site().equals(site)
                        && one.medium().equals(medium))
                .findFirst();
    }

    private static Map<String, String> shipped(String site, String medium) {
        return Desk.details("site", site, "medium", medium);
    }

    /** Signs the plan that has the digest that was seen. */
    public Stored<ChangeOrder> sign(Actor.Person who, OrderId id, OptionalLong seen, SignForm form) {
        return act(
                who,
                id,
                seen,
                "order.sign",
                Desk.details(
                        "digest", form.digest().hex(), "for", form.capacity().name(), "remarks", form.remarks()),
                (order, pages) -> Deployments.digest(pages, order)
                        .map(digest -> OrderDesk.sign(
                                order, form.capacity(), form.digest(), digest, form.remarks(), who, pages.now()))
                        .orElseGet(() -> Outcome.rejected(id + ": " + OrderMachine.nothingToSign(order))));
    }

    /** Moves it along its road. With the end of the order its requests end, where nothing more is to be said about them. */
    public Stored<ChangeOrder> move(Actor.Person who, OrderId id, OptionalLong seen, MoveForm form) {
        return act(
                who,
                id,
                seen,
                "order.move",
                Desk.details("move", form.move().name(), "remarks", form.remarks()),
                (order, pages) -> {
                    requireDeploymentsOver(pages, order, form.move());
                    OrderMachine.Facts facts = new OrderMachine.Facts(
                            Deployments.digest(pages, order),
                            Deployments.underWay(pages, order.id()),
                            OrderFiller.untested(pages, order));
                    Outcome<ChangeOrder> moved = OrderMachine.move(
                            order, form.move(), facts, form.remarks(), form.ending(), who, pages.now());
                    moved.result()
                            .filter(now -> now.state() == OrderState.CLOSED || now.state() == OrderState.CANCELLED)
                            .ifPresent(now -> closeRequests(pages, now, who));
                    return moved;
                });
    }

    private static void requireDeploymentsOver(Pages pages, ChangeOrder order, OrderMachine.Move move) {
        if (move != OrderMachine.Move.ENTER_CLOSING
                && move != OrderMachine.Move.REWORK
                && move != OrderMachine.Move.CANCEL) {
            return;
        }
        for (Deployment deployment : Deployments.of(pages, order.id())) {
            if (!Deployments.isOver(deployment)) {
                throw Desk.refused(order.id() + ": " + deployment.id() + " is " + deployment.state()
                        + ": let it end, or abort it, before the order goes on");
            }
        }
    }

    private static void closeRequests(Pages pages, ChangeOrder order, Actor.Person who) {
        for (RequestId id : order.requests()) {
            Stored<ChangeRequest> request = pages.get(Kinds.REQUEST, id.text());
            // An emergency stays until its later review.
            RequestMachine.close(request.value(), order, who, pages.now())
                    .result()
                    .ifPresent(closed -> {
                        pages.change(request, closed);
                        pages.audit(
                                "request.close",
                                id.text(),
                                Desk.details("order", order.id().text()));
                    });
        }
    }

    /** Writes the handover. What it says of writing and taking over may only be what stands there. */
    public Stored<ChangeOrder> handOver(Actor.Person who, OrderId id, OptionalLong seen, Handover handover) {
        return act(who, id, seen, "order.handover", Map.of(), (order, pages) -> {
            Handover was = order.handover();
            if (handover.taken().isPresent() && !handover.taken().equals(was.taken())) {
                throw Desk.invalid(id + ": whoever takes it over says so in their own name");
            }
            if (handover.by().isPresent() && !handover.by().equals(was.by())) {
                throw Desk.invalid(id + ": by is whoever writes it; leave it out");
            }
            return OrderDesk.handOver(order, handover, who, pages.now());
        });
    }

    /** Takes it over for operations: whoever writes the handover does not take it over. */
    public Stored<ChangeOrder> takeOver(Actor.Person who, OrderId id, OptionalLong seen) {
        return act(
                who,
                id,
                seen,
                "order.takeover",
                Map.of(),
                (order, pages) -> OrderDesk.takeOver(order, who, pages.now()));
    }

    /** Says something about it. */
    public Stored<ChangeOrder> comment(Actor.Person who, OrderId id, String text) {
        return act(
                who,
                id,
                OptionalLong.empty(),
                "order.comment",
                Desk.details("text", text),
                (order, pages) -> OrderDesk.comment(order, text, who, pages.now()));
    }

    /** A page of orders in the order of their numbers, as they were kept. */
    public List<Stored<ChangeOrder>> list(Optional<OrderState> state, Narrowing narrowing, String after, int limit) {
        return desk.read(pages -> Lists.page(
                pages,
                Kinds.ORDER,
                state.map(OrderState::name),
                Optional.empty(),
                narrowing.over(ListFields.ORDERS),
                after,
                limit));
    }

    /** One order, with what the product finds now. */
    public Stored<ChangeOrder> get(OrderId id) {
        return desk.read(pages -> {
            Stored<ChangeOrder> stored = pages.get(Kinds.ORDER, id.text());
            return new Stored<>(
                    stored.kind(),
                    stored.id(),
                    stored.version(),
                    filler.filled(pages, stored.value()),
                    stored.at(),
                    stored.by());
        });
    }

    private interface Act {
        Outcome<ChangeOrder> on(ChangeOrder order, Pages pages);
    }

    private Stored<ChangeOrder> act(
            Actor.Person who, OrderId id, OptionalLong seen, String what, Map<String, String> details, Act act) {
        return desk.write(who, pages -> OrderDeskAct.on(pages, filler, id, seen, what, details, act::on));
    }
}
