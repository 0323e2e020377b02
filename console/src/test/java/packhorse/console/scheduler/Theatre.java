package packhorse.console.scheduler;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Window;
import packhorse.console.change.Actor;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.Checklist;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.Consignment;
import packhorse.console.change.DistributionPlan;
import packhorse.console.change.Duties;
import packhorse.console.change.Finding;
import packhorse.console.change.GateState;
import packhorse.console.change.Handover;
import packhorse.console.change.Medium;
import packhorse.console.change.OrderHead;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderPlans;
import packhorse.console.change.OrderState;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestId;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.change.Stage;
import packhorse.console.change.StageEntry;
import packhorse.console.change.StageGate;
import packhorse.console.gate.Guarantee;
import packhorse.console.gate.Thresholds;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fence;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.Quiet;
import packhorse.console.notice.Templates;
import packhorse.console.wave.BetaPlan;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentMachine;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Hold;
import packhorse.console.wave.HoldDesk;
import packhorse.console.wave.Judging;
import packhorse.console.wave.Plan;
import packhorse.console.wave.PlanDigest;
import packhorse.console.wave.Readiness;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Targets;
import packhorse.console.wave.Timeouts;
import packhorse.console.wave.Transfer;
import packhorse.console.wave.WavePlan;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/** A ledger with an order in production, its deployment started, endpoints, and as many consoles as a test wants. */
final class Theatre implements AutoCloseable {
    static final Instant BEGIN = Instant.parse("2026-03-02T01:00:00Z");
    static final DeploymentId ID = new DeploymentId(OrderId.of(2026, 1), 1);
    static final Actor.Person OLGA = new Actor.Person(new PersonId("olga"), Set.of(Role.INSTALLATION_COORDINATOR));
    static final Actor.Person ANNA = new Actor.Person(new PersonId("anna"), Set.of(Role.APPROVER));

    /** Whoever is told of everything at once by mail. */
    static final CommunicationsPlan SALES = new CommunicationsPlan(
            List.of(line("sales@example.org", CommunicationsPlan.Means.MAIL, CommunicationsPlan.Frequency.AT_ONCE)));

    final MovableClock clock = new MovableClock(BEGIN);
    final Fleet fleet;
    final List<ModelAgent> agents = new ArrayList<>();
    /** An outside system that hears of changes that end. */
    private static final Notifier.Listener CHANGES = new Notifier.Listener("ccb", Set.of(NoticeKind.CHANGE_CLOSED));

    private final LedgerConfig config;
    private final List<Console> consoles = new ArrayList<>();

    /** What the consoles know of endpoints and sites, and a test may change. */
    static final class Fleet implements Surroundings {
        final List<Candidate> candidates = new CopyOnWriteArrayList<>();
        final List<Blackout> blackouts = new CopyOnWriteArrayList<>();

        /** Thrown once by whoever asks for candidates. */
        final AtomicReference<@Nullable Error> fault = new AtomicReference<>();

        @Override
        public List<Candidate> candidates(Pages pages, Plan plan) {
            Error now = fault.getAndSet(null);
            if (now != null) {
                throw now;
            }
            return candidates;
        }

        @Override
        public ZoneId zone(Pages pages, String site) {
            return ZoneId.of("Europe/Berlin");
        }

        @Override
        public List<Blackout> blackouts(Pages pages) {
            return blackouts;
        }

        @Override
        public boolean depotsStaged(Pages pages, Deployment deployment, Plan plan) {
            return true;
        }

        /** What is found of every question. */
        volatile Finding.Answer answer = Finding.Answer.MET;

        @Override
        public Readiness readiness(Pages pages, Deployment deployment) {
            Map<Readiness.Question, List<Finding>> found = new EnumMap<>(Readiness.Question.class);
            Finding finding = new Finding(answer, "the cellar", pages.now());
            for (Readiness.Question question : Readiness.Question.values()) {
                found.put(question, List.of(finding));
            }
            return new Readiness(found, pages.now());
        }
    }

    /** A console's process, as far as it decides. */
    static final class Console implements AutoCloseable {
        final Books books;
        final Transactions transactions;
        final Right right;
        final LawMonitor laws;
        final Scheduler scheduler;
        final LeaseClerk leases;
        final ReportClerk reports;
        final DesiredClerk desired;

        Console(
                LedgerConfig config,
                String name,
                MovableClock clock,
                Surroundings fleet,
                Duration leaseTime,
                UnaryOperator<Transactions> between) {
            books = new Books(Ledger.open(config), clock);
            Fence fence = new Fence(books.ledger(), Right.NAME, name, leaseTime);
            transactions = between.apply(Transactions.of(books, fence));
            right = new Right(fence, Duration.ZERO, clock);
            laws = new LawMonitor(fleet);
            Bell bell = new Bell(new Notifier(Templates.builtIn(), Quiet.never(), List.of(CHANGES)));
            scheduler = new Scheduler(transactions, right, fleet, bell, laws, SchedulerConfig.DEFAULT, clock);
            leases = new LeaseClerk(transactions, right, fleet);
            reports = new ReportClerk(transactions, () -> {});
            desired = new DesiredClerk(transactions);
        }

        <T> T read(Function<Pages, T> work) {
            return books.read(work);
        }

        Deployment deployment() {
            return read(pages -> pages.get(Kinds.DEPLOYMENT, ID.toString()).value());
        }

        /** Whatever people are to be told of the order, in its order. */
        List<String> told() {
            return told(ID.order().toString());
        }

        /** Whatever people and systems are to be told of it, in its order. */
        List<String> told(String about) {
            return new OutboxBook(books.ledger())
                    .log(about, 1_000).stream()
                            .map(delivery -> delivery.entry().kind() + " "
                                    + delivery.entry().message().text())
                            .toList();
        }

        @Override
        public void close() {
            books.close();
        }
    }

    Theatre(LedgerConfig config, Plan plan, ModelAgent.Nature... natures) {
        this(config, plan, SALES, started(plan), natures);
    }

    Theatre(
            LedgerConfig config,
            Plan plan,
            CommunicationsPlan communications,
            Deployment deployment,
            ModelAgent.Nature... natures) {
        this.config = config;
        this.fleet = new Fleet();
        for (int i = 0; i < natures.length; i++) {
            EndpointId id = endpoint(i + 1);
            agents.add(new ModelAgent(id, natures[i]));
            fleet.candidates.add(Candidate.of(id, "desk", i % 2 == 0 ? "berlin" : "tokyo"));
        }
        write(config, clock, plan, communications, deployment);
    }

    /** An order in production with its plan and deployment, in a ledger of its own. */
    static void write(
            LedgerConfig config,
            MovableClock clock,
            Plan plan,
            CommunicationsPlan communications,
            Deployment deployment) {
        try (Books books = new Books(Ledger.open(config), clock)) {
            books.write(OLGA, pages -> {
                pages.add(
                        Kinds.REQUEST,
                        "CR-2026-0001",
                        ChangeRequest.draft(RequestId.of(2026, 1), new PersonId("rita"), form(), BEGIN));
                pages.add(Kinds.ORDER, ID.order().toString(), order(ID.order(), plan, communications));
                pages.add(Kinds.PLAN, ID.order().toString(), plan);
                return pages.add(Kinds.DEPLOYMENT, ID.toString(), deployment);
            });
        }
    }

    static LedgerConfig embedded(Path folder) {
        return new LedgerConfig.Embedded(folder.resolve("ledger.db"));
    }

    static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        bytes[0] = (byte) (number >>> 16);
        bytes[1] = (byte) (number >>> 8);
        bytes[2] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    static Sha256 digest(Plan plan) {
        return PlanDigest.of(
                plan,
                plan.subjects().stream().map(one -> one.digest().orElseThrow()).toList());
    }

    static Subject subject(String name) {
        return new Subject(
                new ReleaseId(ReleaseName.parse(name), Version.parse("2.0"), new Platform("linux-amd64")),
                false,
                Optional.of(Sha256.of(name.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }

    /** A beta group of three, a wave of four, the rest; what fails is taken back. */
    static Plan plan() {
        return plan(
                List.of(subject("acme/app")),
                Optional.of(new BetaPlan(Guarantee.of(0.3, 0.6), Duration.ZERO)),
                List.of(
                        new WavePlan("first", new Slice.Count(4), Duration.ZERO),
                        new WavePlan("rest", new Slice.Rest(), Duration.ZERO)),
                BlastRadius.ONE_OF_A_PAIR);
    }

    static Plan plan(List<Subject> subjects, Optional<BetaPlan> beta, List<WavePlan> waves, BlastRadius radius) {
        return new Plan(
                subjects,
                Operation.INSTALL,
                Targets.query("site==*"),
                beta,
                waves,
                List.of(new Window.Always()),
                List.of(),
                Thresholds.of(0.3, 0.4, 0.62, 0.6),
                radius,
                RetryPolicy.of(Map.of(CodeClass.TRANSIENT, 3), 1, Duration.ofSeconds(30), 100),
                new Timeouts(
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(30),
                        Duration.ofMinutes(5)),
                new Transfer(100, Duration.ZERO, OptionalLong.empty()),
                new Judging(Judging.By.GATE, 1, true),
                InstallPolicy.DEFAULT,
                7);
    }

    private static RequestForm form() {
        return new RequestForm(
                "a newer app",
                "the old one loses files",
                "ten minutes each",
                Optional.of(Category.of(RequestType.INSTALL)),
                List.of(ReleaseName.parse("acme/app")),
                "site==*",
                Optional.empty(),
                Optional.of(RiskClass.STANDARD),
                Optional.empty(),
                Set.of());
    }

    /** An order in production whose plan is signed. */
    static ChangeOrder order(OrderId id, Plan plan, CommunicationsPlan communications) {
        Duties duties = new Duties(Set.of(new PersonId("rita")), Set.of(), Set.of(OLGA.id()), Set.of());
        PlanApprovals approvals = PlanApprovals.none()
                .sign(PlanApproval.Capacity.BOARD, digest(plan), digest(plan), "", duties, ANNA, BEGIN)
                .result()
                .orElseThrow();
        return new ChangeOrder(
                id,
                new OrderHead(
                        "",
                        "",
                        new PersonId("carl"),
                        "",
                        "",
                        Optional.empty(),
                        "a newer app",
                        Set.of(),
                        "",
                        Optional.empty(),
                        Set.of()),
                Set.of(RequestId.of(2026, 1)),
                Category.of(RequestType.INSTALL),
                RiskClass.STANDARD,
                OrderState.PRODUCTION,
                duties,
                plans(communications),
                new Checklist(List.of()),
                List.of(new StageEntry(
                        Stage.PRODUCTION,
                        StageGate.closed(Stage.PRODUCTION, BEGIN),
                        new Checklist(List.of()),
                        BEGIN,
                        Optional.empty())),
                new Checklist(List.of()),
                approvals,
                List.of(),
                List.of(),
                List.of(),
                Handover.empty(),
                0,
                Optional.empty(),
                List.of(),
                List.of());
    }

    /** The same order while it is tested, its gate open. */
    static ChangeOrder inTest(ChangeOrder order) {
        OrderPlans plans = order.plans();
        DistributionPlan nothing = plans.distribution();
        Subject subject = subject("acme/app");
        Consignment carried = new Consignment(List.of(
                new Consignment.Item(subject.id(), subject.digest().orElseThrow(), Kind.PACKAGE, Medium.ELECTRONIC)));
        return new ChangeOrder(
                order.id(),
                order.head(),
                order.requests(),
                Category.of(RequestType.TEST_PACKAGE, RequestType.INSTALL),
                order.risk(),
                OrderState.TEST,
                order.duties(),
                plans.with(new DistributionPlan(
                        Optional.of(carried),
                        nothing.targets(),
                        nothing.sites(),
                        nothing.start(),
                        nothing.end(),
                        nothing.estimate(),
                        nothing.benefit())),
                order.planning(),
                List.of(new StageEntry(
                        Stage.TEST,
                        new StageGate(Stage.TEST, GateState.PROCEEDING, List.of()),
                        new Checklist(List.of()),
                        BEGIN,
                        Optional.empty())),
                order.closing(),
                order.approvals(),
                order.decisions(),
                order.builds(),
                order.shipments(),
                order.handover(),
                order.reworks(),
                order.ending(),
                order.comments(),
                order.history());
    }

    private static OrderPlans plans(CommunicationsPlan communications) {
        OrderPlans empty = OrderPlans.empty();
        return new OrderPlans(
                empty.distribution(),
                empty.guide(),
                List.of("sales"),
                communications,
                empty.backout(),
                empty.test(),
                empty.baseline());
    }

    /** One who is told of everything. */
    static CommunicationsPlan.Line line(
            String address, CommunicationsPlan.Means means, CommunicationsPlan.Frequency frequency) {
        return new CommunicationsPlan.Line(
                address, address, means, EnumSet.allOf(CommunicationsPlan.Occasion.class), frequency, "4711");
    }

    /** The same in another state, since the beginning. */
    static Deployment in(DeploymentState state, Plan plan) {
        Deployment planned = Deployment.planned(ID, plan, digest(plan), BEGIN);
        return new Deployment(ID, state, BEGIN, planned.plan(), planned.holds(), planned.waves());
    }

    private static Deployment started(Plan plan) {
        return DeploymentMachine.move(
                        in(DeploymentState.NOTIFIED, plan),
                        plan.beta().isPresent()
                                ? DeploymentMachine.Move.START_BETA
                                : DeploymentMachine.Move.START_WAVES,
                        true,
                        OLGA,
                        BEGIN)
                .result()
                .orElseThrow();
    }

    /** A console of this name; it has the right for {@code leaseTime} of the database's clock. */
    Console console(String name, Duration leaseTime, UnaryOperator<Transactions> between) {
        Console console = new Console(config, name, clock, fleet, leaseTime, between);
        consoles.add(console);
        return console;
    }

    Console console() {
        return console("one", Duration.ofMinutes(1), UnaryOperator.identity());
    }

    /** Everybody does what there is to do, and a little time passes. */
    void turn(Console console) {
        console.scheduler.tick();
        agents(console);
        clock.pass(Duration.ofSeconds(10));
    }

    void agents(Console console) {
        for (ModelAgent agent : agents) {
            agent.step(console.desired.of(agent.id), console.leases, console.reports, clock.instant());
        }
    }

    /** Goes on until then, or gives up. */
    void play(Console console, BooleanSupplier until) {
        for (int turns = 0; turns < 2_000; turns++) {
            turn(console);
            if (until.getAsBoolean()) {
                return;
            }
        }
        throw new AssertionError("it came to no end: " + console.deployment());
    }

    /** Until the deployment is in this state. */
    void playTo(Console console, DeploymentState state) {
        play(console, () -> console.deployment().state() == state);
    }

    void hold(Console console) {
        change(
                console,
                deployment -> HoldDesk.place(deployment, Hold.Kind.OPERATOR, "stop", OLGA, clock.instant())
                        .result()
                        .orElseThrow());
    }

    void lift(Console console) {
        change(
                console,
                deployment -> HoldDesk.lift(deployment, Hold.Kind.OPERATOR, OLGA, clock.instant())
                        .result()
                        .orElseThrow());
    }

    private static void change(Console console, UnaryOperator<Deployment> change) {
        console.books.write(OLGA, pages -> {
            Stored<Deployment> stored = pages.get(Kinds.DEPLOYMENT, ID.toString());
            return pages.change(stored, change.apply(stored.value()));
        });
    }

    /** How often anything was begun, by action. */
    Map<String, Integer> begun() {
        Map<String, Integer> begun = new TreeMap<>();
        agents.forEach(agent -> agent.begun().forEach((action, times) -> begun.merge(action, times, Integer::sum)));
        return begun;
    }

    @Override
    public void close() {
        consoles.forEach(Console::close);
    }
}
