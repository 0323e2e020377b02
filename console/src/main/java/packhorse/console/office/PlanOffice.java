package packhorse.console.office;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Preview;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.Actor;
import packhorse.console.change.BuildReport;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Consignment;
import packhorse.console.change.DistributionPlan;
import packhorse.console.change.Estimate;
import packhorse.console.change.OrderDesk;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderMachine;
import packhorse.console.change.Outcome;
import packhorse.console.change.RequestType;
import packhorse.console.gate.BetaSize;
import packhorse.console.gate.Figures;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Division;
import packhorse.console.wave.Plan;
import packhorse.console.wave.PlanDigest;
import packhorse.console.wave.WaveId;
import packhorse.core.content.Sha256;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;

/**
 * What people plan of an order's waves: for whom, in which steps, how long it takes, what it would do as the fleet is now. What is kept here
 * is what is signed.
 */
public final class PlanOffice {
    /** Openings of one site that a preview shows. */
    private static final int OPENINGS_SHOWN = 3;

    /** Sites whose openings a preview shows. */
    private static final int SITES_SHOWN_MAX = 50;

    private final Desk desk;
    private final OrderFiller filler;
    private final Population population;
    private final Forecast forecast;

    /**
     * @param population whom targets name
     * @param forecast how long it takes to get there
     */
    public PlanOffice(Books books, OrderFiller filler, Population population, Forecast forecast) {
        this.desk = new Desk(books);
        this.filler = filler;
        this.population = population;
        this.forecast = forecast;
    }

    /**
     * What only people can estimate; bytes and times are forecast.
     *
     * @param bytes of the content, where it is not built yet
     */
    public record EstimateForm(
            int workHours, List<Estimate.LicenceCount> licences, String cost, Optional<ByteCount> bytes) {}

    /** Estimates what it takes: people's part is given, bytes and times are forecast. */
    public Stored<ChangeOrder> estimate(Actor.Person who, OrderId id, OptionalLong seen, EstimateForm form) {
        return desk.write(
                who,
                all -> OrderDeskAct.on(
                        all, filler, id, seen, "order.estimate", Desk.details("cost", form.cost()), (order, pages) -> {
                            List<Candidate> candidates = pages.find(Kinds.PLAN, id.text())
                                    .map(plan -> population.named(pages, plan.value()))
                                    .orElse(List.of());
                            Forecast.Expected expected = expected(pages, candidates, bytes(pages, order, form.bytes()));
                            Estimate estimate = estimate(form.workHours(), form.licences(), form.cost(), expected);
                            return OrderDesk.plan(
                                    order,
                                    order.plans().with(with(order.plans().distribution(), expected, estimate)),
                                    who,
                                    pages.now());
                        }));
    }

    private static Estimate estimate(
            int workHours, List<Estimate.LicenceCount> licences, String cost, Forecast.Expected expected) {
        return new Estimate(
                expected.sites().stream()
                        .map(site -> new Estimate.SiteEstimate(site.site(), site.wan(), site.time()))
                        .toList(),
                workHours,
                licences,
                cost,
                expected.basis());
    }

    private static DistributionPlan with(DistributionPlan was, Forecast.Expected expected, Estimate estimate) {
        return new DistributionPlan(
                was.releases(),
                was.targets(),
                expected.sites().isEmpty()
                        ? was.sites()
                        : expected.sites().stream().map(Forecast.SiteTime::site).toList(),
                was.start(),
                was.end(),
                Optional.of(estimate),
                was.benefit());
    }

    private static ByteCount bytes(Pages pages, ChangeOrder order, Optional<ByteCount> said) {
        long known = 0;
        for (Consignment.Item item : order.plans().distribution().releases().stream()
                .flatMap(all -> all.releases().stream())
                .toList()) {
            known += order.build(item)
                    .map(BuildReport::size)
                    .or(() -> pages.find(OfficeKinds.RELEASE, CataloguedRelease.key(item.release()))
                            .map(stored -> stored.value().size()))
                    .map(ByteCount::bytes)
                    .orElse(0L);
        }
        return known > 0 ? new ByteCount(known) : said.orElse(ByteCount.ZERO);
    }

    private Forecast.Expected expected(Pages pages, Collection<Candidate> candidates, ByteCount bytes) {
        Map<String, Population.Place> places = population.places(pages);
        Map<String, Long> counts = new TreeMap<>();
        candidates.forEach(one -> counts.merge(one.stratum().site(), 1L, Long::sum));
        return forecast.of(new Forecast.Load(
                bytes,
                Optional.empty(),
                counts.entrySet().stream()
                        .map(one -> new Forecast.SiteLoad(
                                one.getKey(),
                                one.getValue(),
                                Optional.ofNullable(places.get(one.getKey())).flatMap(Population.Place::wan)))
                        .toList()));
    }

    /** Plans the waves: what is kept is what will be signed. Refused where its parts contradict each other. */
    public Stored<ChangeOrder> planWaves(Actor.Person who, OrderId id, OptionalLong seen, OrderPlanForm form) {
        return desk.write(who, pages -> planWaves(pages, who, id, seen, form));
    }

    Stored<ChangeOrder> planWaves(Pages pages, Actor.Person who, OrderId id, OptionalLong seen, OrderPlanForm form) {
        return OrderDeskAct.on(pages, filler, id, seen, "order.plan", Map.of(), (order, unused) -> {
            Plan plan = plan(order, form);
            List<String> wrong = wrong(plan, pages.now());
            if (!wrong.isEmpty()) {
                throw Desk.invalid(id + ": the plan contradicts itself: " + String.join("; ", wrong));
            }
            List<Candidate> candidates = population.named(pages, plan);
            Forecast.Expected expected = expected(pages, candidates, bytes(pages, order, Optional.empty()));
            DistributionPlan before = order.plans().distribution();
            Optional<Estimate> costed = before.estimate();
            DistributionPlan now = costed.map(was ->
                            with(before, expected, estimate(was.workHours(), was.licences(), was.cost(), expected)))
                    .orElse(before);
            Outcome<ChangeOrder> planned = OrderDesk.plan(order, order.plans().with(now), who, pages.now());
            Desk.require(planned);
            keep(pages, id, plan, PlanDigest.of(plan, OrderFiller.manifests(order)));
            pages.audit(
                    "order.plan.digest",
                    id.text(),
                    Desk.details(
                            "digest",
                            PlanDigest.of(plan, OrderFiller.manifests(order)).hex(),
                            "targets",
                            Long.toString(candidates.size())));
            return planned;
        });
    }

    private static Plan plan(ChangeOrder order, OrderPlanForm form) {
        Set<Operation> possible = order.category().types().stream()
                .map(RequestType::operation)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        return form.plan(Deployments.subjects(order), possible, order.id().text());
    }

    private static List<String> wrong(Plan plan, Instant now) {
        List<String> wrong = new ArrayList<>(plan.contradictions(now));
        wrong.addAll(OrderPlanForm.past(plan, now));
        return wrong;
    }

    /** Keeps the plan; what is carried out under the one before goes on under this one only where its waves are the same. */
    static void keep(Pages pages, OrderId id, Plan plan, Sha256 digest) {
        Optional<Stored<Plan>> before = pages.find(Kinds.PLAN, id.text());
        for (Deployment deployment : Deployments.of(pages, id)) {
            if (Deployments.isOver(deployment)) {
                continue;
            }
            if (before.filter(was -> Deployments.sameWaves(was.value(), plan)).isEmpty()) {
                throw Desk.refused(id + ": " + deployment.id() + " is " + deployment.state()
                        + " with other waves: abort it first, and plan anew");
            }
            if (!deployment.plan().equals(digest)) {
                pages.change(pages.get(Kinds.DEPLOYMENT, deployment.id().toString()), deployment.amended(digest));
                pages.audit("deployment.amend", deployment.id().toString(), Desk.details("digest", digest.hex()));
            }
        }
        if (before.isPresent()) {
            pages.change(before.get(), plan);
        } else {
            pages.add(Kinds.PLAN, id.text(), plan);
        }
    }

    /** Shows what a plan would do as the fleet is now; nothing is kept. */
    public PlanPreview preview(OrderId id, OrderPlanForm form) {
        return desk.read(pages -> Desk.valid(() -> {
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            return preview(pages, order, plan(order, form));
        }));
    }

    /** Shows what the order's plan would do as the fleet is now; where it changes no endpoint, what is signed. */
    public PlanPreview preview(OrderId id) {
        return desk.read(pages -> Desk.valid(() -> {
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            return order.category().touchesEndpoints()
                    ? preview(pages, order, pages.get(Kinds.PLAN, id.text()).value())
                    : previewOfNoEndpoint(pages, order);
        }));
    }

    private PlanPreview previewOfNoEndpoint(Pages pages, ChangeOrder order) {
        return new PlanPreview(
                Optional.empty(),
                Deployments.digest(pages, order)
                        .orElseThrow(() -> Desk.refused(order.id() + ": " + OrderMachine.nothingToSign(order))),
                List.of(),
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                expected(pages, List.of(), bytes(pages, order, Optional.empty())));
    }

    private PlanPreview preview(Pages pages, ChangeOrder order, Plan plan) {
        List<Candidate> candidates = population.named(pages, plan);
        Division division = Division.of(plan, candidates);
        Map<EndpointId, String> sites = candidates.stream()
                .collect(Collectors.toMap(
                        Candidate::endpoint, one -> one.stratum().site()));
        List<PlanPreview.WavePreview> waves = new ArrayList<>();
        division.waves()
                .forEach((number, members) -> waves.add(new PlanPreview.WavePreview(
                        number,
                        number == WaveId.BETA
                                ? "beta group"
                                : plan.waves().get(number - 1).name(),
                        number == WaveId.BETA
                                ? BetaSize.of(plan.beta().orElseThrow().guarantee())
                                        .line()
                                : plan.waves().get(number - 1).slice().line(),
                        members.size(),
                        members.stream()
                                .map(one -> sites.getOrDefault(one, ""))
                                .distinct()
                                .count())));
        return new PlanPreview(
                Optional.of(plan),
                PlanDigest.of(plan, OrderFiller.manifests(order)),
                wrong(plan, pages.now()),
                candidates.size(),
                waves,
                division.uncovered(),
                division.findings(),
                guarantees(plan, waves),
                openings(pages, plan, sites.values()),
                expected(pages, candidates, bytes(pages, order, Optional.empty())));
    }

    /** What a verdict over so few can mean. */
    private static List<String> guarantees(Plan plan, List<PlanPreview.WavePreview> waves) {
        double confidence = plan.thresholds().confidence();
        OptionalLong least = plan.thresholds().smallestThatCanPass();
        List<String> lines = new ArrayList<>();
        for (PlanPreview.WavePreview wave : waves) {
            if (wave.endpoints() == 0) {
                continue;
            }
            String line =
                    wave.name() + ": " + wave.endpoints() + " endpoints without a failure bound the failure rate by "
                            + Figures.measured(BetaSize.guaranteeOf(wave.endpoints(), 0, confidence)) + " at "
                            + Figures.percent(confidence);
            lines.add(
                    least.isPresent() && wave.endpoints() < least.getAsLong()
                            ? line + "; its thresholds need " + least.getAsLong()
                                    + ": it ends inconclusive however well it goes, and a person decides"
                            : line);
        }
        return lines;
    }

    private List<String> openings(Pages pages, Plan plan, Collection<String> sites) {
        Map<String, Population.Place> places = population.places(pages);
        List<Blackout> blackouts = new ArrayList<>(plan.blackouts());
        blackouts.addAll(population.blackouts(pages));
        List<String> lines = new ArrayList<>();
        List<String> distinct = sites.stream().distinct().sorted().toList();
        for (String site : distinct.subList(0, Math.min(distinct.size(), SITES_SHOWN_MAX))) {
            Population.Place place = places.get(site);
            lines.addAll(
                    place == null
                            ? List.of(site + ": no such site in the console, so its clock is not known")
                            : Preview.lines(
                                    new Timetable(site, place.zone(), plan.windows(), blackouts),
                                    pages.now(),
                                    OPENINGS_SHOWN));
        }
        if (distinct.size() > SITES_SHOWN_MAX) {
            lines.add("and " + (distinct.size() - SITES_SHOWN_MAX) + " sites more");
        }
        return lines;
    }

    /** The order's plan. */
    public Stored<Plan> plan(OrderId id) {
        return desk.read(pages -> pages.get(Kinds.PLAN, id.text()));
    }
}
