package packhorse.console.office;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.Actor;
import packhorse.console.change.Baseline;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.DeploymentGuide;
import packhorse.console.change.Finding;
import packhorse.console.change.OrderId;
import packhorse.console.change.Outcome;
import packhorse.console.change.PersonId;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestId;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.gate.Verdict;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.MemberRow;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.Quiet;
import packhorse.console.notice.Templates;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentMachine;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Heard;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.Readiness.Question;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveMachine;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.Link;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/** All offices over a ledger of their own, with people, a clock that is set by hand, and a fleet of values. */
final class House implements AutoCloseable {
    static final Instant MORNING = Instant.parse("2026-03-02T08:00:00Z");

    static final Actor.Person ANNA = person("anna", Role.REQUESTER);
    static final Actor.Person BERT = person("bert", Role.APPROVER, Role.REQUESTER);
    static final Actor.Person CORA = person("cora", Role.APPROVER, Role.SOLUTION_ARCHITECT);
    static final Actor.Person GERD = person("gerd", Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR);
    static final Actor.Person DORA = person("dora", Role.PACKAGE_BUILDER, Role.TEST_SPECIALIST);
    static final Actor.Person VERA = person("vera", Role.VIEWER);
    static final Actor.Person ADAM = person("adam", Role.ADMINISTRATOR);

    static final ReleaseId EDITOR = release("acme/editor", "2.0");
    static final Sha256 MANIFEST = Sha256.of(new byte[] {1});

    private Instant now = MORNING;
    final Books books;
    final Fleet fleet = new Fleet();
    final OrderFiller filler = new OrderFiller();
    final RequestOffice requests;
    final OrderOffice orders;
    final PlanOffice plans;
    final DeploymentOffice deployments;
    final WaveOffice waves;
    final DeploymentView view;
    final TestOffice tests;
    final ReleaseOffice releases;
    final ReportOffice reports;
    final AttachmentOffice attachments;
    final TemplateOffice templates;
    final ProblemOffice problems;
    final AuditOffice audit;

    House(Database database, Path folder) {
        this.books = new Books(Ledger.open(database.config(folder)), () -> now);
        Teller teller = new Teller(new Notifier(Templates.builtIn(), Quiet.never(), List.of()));
        this.requests = new RequestOffice(books, filler, teller);
        this.orders = new OrderOffice(books, filler, plan -> List.of());
        this.plans = new PlanOffice(books, filler, fleet, new BoundsForecast());
        this.deployments = new DeploymentOffice(books, filler, fleet, new ReadinessLook(fleet), teller);
        this.waves = new WaveOffice(books, filler, teller);
        this.view = new DeploymentView(books, fleet);
        this.tests = new TestOffice(
                books,
                filler,
                content -> new BuildReport.Scan(Optional.empty(), List.of(), List.of("no scanner"), now));
        this.releases = new ReleaseOffice(books, filler);
        this.reports = new ReportOffice(books, filler);
        this.attachments = new AttachmentOffice(books, filler);
        this.templates = new TemplateOffice(books);
        this.problems = new ProblemOffice(books, filler, teller);
        this.audit = new AuditOffice(books);
    }

    /** Endpoints in two sites, of two kinds of machines; everything about them is in order. */
    static final class Fleet implements Population {
        private int endpoints = 12;
        private boolean readable = true;
        private int silent;

        /** So many of them have said nothing for long. */
        void silent(int count) {
            silent = count;
        }

        /** The targets ask for a group that is not there any more. */
        void unreadable() {
            readable = false;
        }

        void endpoints(int count) {
            endpoints = count;
        }

        static EndpointId endpoint(int number) {
            return EndpointId.ofBytes(ByteBuffer.allocate(EndpointId.LENGTH_BYTES)
                    .putLong(8, number)
                    .array());
        }

        @Override
        public List<Candidate> named(Pages pages, Plan plan) {
            if (!readable || plan.targets().query().contains("!!")) {
                throw new Refusal(
                        Refusal.Why.INVALID, "the query " + plan.targets().query() + " is none");
            }
            List<Candidate> all = new ArrayList<>();
            for (int i = 1; i <= endpoints; i++) {
                all.add(Candidate.of(endpoint(i), i % 3 == 0 ? "desk" : "laptop", i % 2 == 0 ? "berlin" : "tokyo"));
            }
            return all;
        }

        @Override
        public Map<String, Place> places(Pages pages) {
            Link link = new Link(new ByteRate(1_250_000), new ByteRate(125_000));
            return new TreeMap<>(Map.of(
                    "berlin", new Place("berlin", ZoneId.of("Europe/Berlin"), Optional.of(link)),
                    "tokyo", new Place("tokyo", ZoneId.of("Asia/Tokyo"), Optional.of(link))));
        }

        @Override
        public List<Blackout> blackouts(Pages pages) {
            return List.of();
        }

        @Override
        public List<Baseline.SiteFacts> siteFacts(Pages pages, Collection<Candidate> candidates) {
            return List.of("berlin", "tokyo").stream()
                    .map(site -> new Baseline.SiteFacts(
                            site,
                            Optional.of(true),
                            Optional.of(Version.parse("1")),
                            Optional.of(Duration.ZERO),
                            Optional.of(new ByteCount(1L << 40)),
                            Optional.of(new ByteRate(1_250_000)),
                            Optional.empty()))
                    .toList();
        }

        @Override
        public Map<Question, List<Finding>> look(Pages pages, Plan plan, Collection<Candidate> candidates) {
            Map<Question, List<Finding>> found = new EnumMap<>(Question.class);
            for (Question question : EnumSet.of(
                    Question.REACHABLE, Question.ENTITLED, Question.DISK, Question.POWER, Question.PREREQUISITES)) {
                found.put(question, List.of(Finding.met(endpoints + " of " + endpoints, pages.now())));
            }
            if (silent > 0) {
                found.put(
                        Question.REACHABLE,
                        List.of(Finding.unknown((endpoints - silent) + " of " + endpoints, pages.now())));
            }
            return found;
        }
    }

    static Actor.Person person(String name, Role first, Role... more) {
        return Actor.person(name, first, more);
    }

    static ReleaseId release(String name, String version) {
        return new ReleaseId(ReleaseName.parse(name), Version.parse(version), new Platform("linux-x86_64"));
    }

    void later(Duration by) {
        now = now.plus(by);
    }

    Instant now() {
        return now;
    }

    static OptionalLong any() {
        return OptionalLong.empty();
    }

    RequestForm form(Category category, RiskClass risk) {
        return new RequestForm(
                "a newer editor",
                "the old one loses files",
                "all of sales, ten minutes each",
                Optional.of(category),
                List.of(EDITOR.name()),
                "site==berlin",
                Optional.of(now.plus(Duration.ofDays(20))),
                Optional.of(risk),
                Optional.empty(),
                Set.of());
    }

    static RequestId id(Stored<ChangeRequest> stored) {
        return stored.value().id();
    }

    static OrderId order(Stored<ChangeOrder> stored) {
        return stored.value().id();
    }

    /** What planning needs before it may be left. */
    static OrderOffice.PlansForm plans() {
        return new OrderOffice.PlansForm(
                Optional.empty(),
                Optional.of(new DeploymentGuide(
                        "the agent",
                        "",
                        List.of(new DeploymentGuide.Installer("gerd", "the editor", "by waves")),
                        "call 4711",
                        "roll back",
                        "none",
                        List.of("all here?"))),
                Optional.of(List.of("sales")),
                Optional.of(new CommunicationsPlan(List.of(new CommunicationsPlan.Line(
                        "sales",
                        "sales@example.org",
                        CommunicationsPlan.Means.MAIL,
                        EnumSet.allOf(CommunicationsPlan.Occasion.class),
                        CommunicationsPlan.Frequency.DAILY,
                        "4711")))),
                Optional.of(new OrderOffice.BackoutForm(
                        List.of("more than 2 % fail"),
                        List.of("the old editor"),
                        List.of("servers", "desks"),
                        Optional.of(Duration.ofHours(2)),
                        Optional.of(Duration.ZERO))),
                Optional.empty(),
                Optional.empty());
    }

    /** Everybody has an account, so that no flag is raised for want of one. */
    void accounts() {
        books.write(Actor.product(), pages -> {
            for (Actor.Person one : List.of(ANNA, BERT, CORA, GERD, DORA)) {
                pages.add(
                        OfficeKinds.ACCOUNT,
                        one.name(),
                        new Account(
                                new PersonId(one.name()),
                                one.name(),
                                one.roles(),
                                Optional.empty(),
                                true,
                                Optional.empty(),
                                now));
            }
            return 0;
        });
    }

    /** What the scheduler does for a deployment, one move. */
    void product(DeploymentId id, DeploymentMachine.Move move) {
        product(
                id,
                deployment -> books.read(pages -> DeploymentMachine.move(
                        deployment,
                        move,
                        Deployments.signed(pages, Deployments.order(pages, id), deployment),
                        Actor.product(),
                        now)));
    }

    private void product(DeploymentId id, Function<Deployment, Outcome<Deployment>> act) {
        books.write(Actor.product(), pages -> {
            Stored<Deployment> stored = pages.get(Kinds.DEPLOYMENT, id.toString());
            return pages.change(stored, Desk.require(act.apply(stored.value())));
        });
    }

    /** What the scheduler does for a wave of one endpoint, which succeeds, from freezing to its verdict. */
    void wave(DeploymentId deployment, int number, Verdict verdict, boolean close) {
        WaveId id = new WaveId(deployment, number);
        Actor product = Actor.product();
        EndpointId member = Fleet.endpoint(number + 1);
        product(deployment, one -> WaveMachine.freeze(one, id, FrozenMembership.of(List.of(member)), product, now));
        books.write(product, pages -> {
            MemberRow row = new MemberRow(member, "berlin", Optional.empty(), Optional.empty());
            pages.waves().freeze(id, FrozenMembership.of(List.of(member)), List.of(row), 1);
            Action begun = Action.queued(
                    new ActionId(id, 1, 1), member, new Line(EDITOR.name(), EDITOR.platform()), Operation.INSTALL, now);
            pages.waves().dispatch(Purpose.DEPLOY, List.of(begun));
            pages.waves()
                    .put(List.of(Heard.of(begun, ActionState.COMMITTED, Optional.empty(), 0, now)
                            .now()));
            return 0;
        });
        product(deployment, one -> WaveMachine.preposition(one, id, product, now));
        product(deployment, one -> WaveMachine.covered(one, id, product, now));
        product(deployment, one -> WaveMachine.arm(one, id, true, product, now));
        product(deployment, one -> WaveMachine.activate(one, id, true, product, now));
        product(deployment, one -> WaveMachine.drain(one, id, product, now));
        product(deployment, one -> WaveMachine.judge(one, id, verdict, "1 of 1 succeeded", product, now));
        if (close) {
            closeWave(deployment, number);
        }
    }

    /** What the scheduler does for a wave of the first three endpoints until it runs. */
    void running(WaveId id) {
        Actor product = Actor.product();
        product(
                id.deployment(),
                one -> WaveMachine.freeze(
                        one,
                        id,
                        FrozenMembership.of(List.of(Fleet.endpoint(1), Fleet.endpoint(2), Fleet.endpoint(3))),
                        product,
                        now));
        product(id.deployment(), one -> WaveMachine.preposition(one, id, product, now));
        product(id.deployment(), one -> WaveMachine.covered(one, id, product, now));
        product(id.deployment(), one -> WaveMachine.arm(one, id, true, product, now));
        product(id.deployment(), one -> WaveMachine.activate(one, id, true, product, now));
    }

    /** What the scheduler does when nobody begins any more. */
    void drained(WaveId id) {
        product(id.deployment(), one -> WaveMachine.drain(one, id, Actor.product(), now));
    }

    /** What the scheduler does at its end. */
    void closeWave(DeploymentId deployment, int number) {
        product(deployment, one -> WaveMachine.close(one, new WaveId(deployment, number), Actor.product(), now));
    }

    /** The refusal, which has to be one. */
    static Refusal refused(Supplier<?> act) {
        try {
            Object unusedResult = act.get();
        } catch (Refusal refusal) {
            String line = refusal.line();
            if (line.isBlank() || line.contains("\n")) {
                throw new AssertionError("a refusal is one line: " + line, refusal);
            }
            return refusal;
        }
        throw new AssertionError("it was not refused");
    }

    @Override
    public void close() {
        books.close();
    }
}
