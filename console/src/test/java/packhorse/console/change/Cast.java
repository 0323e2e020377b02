package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.unit.ByteCount;

/** Who plays in these tests, and what they play with. */
final class Cast {
    static final Instant MORNING = Instant.parse("2026-03-02T08:00:00Z");
    static final Actor.Person ANNA = person("anna", Role.REQUESTER);
    static final Actor.Person BERT = person("bert", Role.APPROVER);
    static final Actor.Person CARL = person("carl", Role.APPROVER);
    static final Actor.Person CORA = person("cora", Role.APPROVER);
    static final Actor.Person DORA = person("dora", Role.SOLUTION_ARCHITECT);
    static final Actor.Person EMIL = person("emil", Role.PACKAGE_BUILDER);
    static final Actor.Person FRITZ = person("fritz", Role.TEST_SPECIALIST);
    static final Actor.Person GERD = person("gerd", Role.INSTALLATION_COORDINATOR);
    static final Actor.Person HANNA = person("hanna", Role.CHANGE_COORDINATOR);
    static final Actor.Person VIC = person("vic", Role.VIEWER);
    /** Holds everything: what is refused to her is refused to the person, not to a role. */
    static final Actor.Person ZOE = new Actor.Person(new PersonId("zoe"), Set.of(Role.values()));

    static final ReleaseName EDITOR = ReleaseName.parse("acme/editor");
    static final Platform LINUX = new Platform("linux-x86_64");
    static final Category WHOLE =
            Category.of(RequestType.PREPARE_PACKAGE, RequestType.TEST_PACKAGE, RequestType.INSTALL);

    private Cast() {}

    static Actor.Person person(String name, Role role) {
        return new Actor.Person(new PersonId(name), Set.of(role));
    }

    static Instant at(int hours) {
        return MORNING.plus(Duration.ofHours(hours));
    }

    static ReleaseId release(String name, String version) {
        return new ReleaseId(ReleaseName.parse(name), Version.parse(version), LINUX);
    }

    static Sha256 digest(int seed) {
        return Sha256.of(new byte[] {(byte) seed});
    }

    static RequestForm form(Category category, RiskClass risk) {
        return new RequestForm(
                "a newer editor",
                "the old one loses files",
                "all of sales, ten minutes each",
                Optional.of(category),
                List.of(EDITOR),
                "site==berlin",
                Optional.of(MORNING.plus(Duration.ofDays(20))),
                Optional.of(risk),
                Optional.empty(),
                Set.of());
    }

    static ChangeRequest draft(RiskClass risk) {
        return ChangeRequest.draft(RequestId.of(2026, 1), ANNA.id(), form(WHOLE, risk), MORNING);
    }

    static ChangeRequest submitted(RiskClass risk) {
        return done(RequestMachine.submit(draft(risk), ANNA, at(1)));
    }

    static Assessment feasible() {
        return new Assessment(true, "2 000 EUR, 12 hours", "");
    }

    static ChangeRequest assessed(RiskClass risk) {
        return done(RequestMachine.assess(submitted(risk), feasible(), Optional.empty(), DORA, at(2)));
    }

    static ChangeRequest approved(RiskClass risk) {
        ChangeRequest request = assessed(risk);
        for (Actor.Person one : List.of(BERT, CARL).subList(0, risk.approvals())) {
            request = done(RequestMachine.approve(request, "", one, at(3)));
        }
        return request;
    }

    /** An approved request of another category. */
    static ChangeRequest approved(int number, Category category, RiskClass risk) {
        ChangeRequest request =
                ChangeRequest.draft(RequestId.of(2026, number), ANNA.id(), form(category, risk), MORNING);
        request = done(RequestMachine.submit(request, ANNA, at(1)));
        request = done(RequestMachine.assess(request, feasible(), Optional.empty(), DORA, at(2)));
        for (Actor.Person one : List.of(BERT, CARL).subList(0, risk.approvals())) {
            request = done(RequestMachine.approve(request, "", one, at(3)));
        }
        return request;
    }

    static <T> T done(Outcome<T> outcome) {
        return outcome.result()
                .orElseThrow(() -> new AssertionError(outcome.refusal().orElse("")));
    }

    /** Any of an enum's values. */
    static <E extends Enum<E>> E any(Class<E> type, RandomGenerator random) {
        List<E> all = List.copyOf(EnumSet.allOf(type));
        return all.get(random.nextInt(all.size()));
    }

    static String refused(Outcome<?> outcome) {
        String reason = outcome.refusal().orElseThrow(() -> new AssertionError("it was not refused"));
        if (reason.isBlank() || reason.contains("\n")) {
            throw new AssertionError("a refusal is one line: " + reason);
        }
        return reason;
    }

    static BuildReport build(ReleaseId release, Sha256 manifest, PersonId builder) {
        return new BuildReport(
                release,
                manifest,
                new ByteCount(1 << 20),
                new BuildReport.Source("git.example.org/editor", "4f2c"),
                new BuildReport.Scan(Optional.of("clamd 1.4"), List.of(), MORNING),
                List.of("answers.txt"),
                List.of("/etc/editor.conf"),
                new BuildReport.Rounds(3, 3),
                List.of(),
                builder,
                MORNING,
                at(1));
    }

    static OrderPlans plans() {
        return new OrderPlans(
                new DistributionPlan(
                        Optional.empty(),
                        "site==berlin",
                        List.of("berlin"),
                        Optional.of(at(48)),
                        Optional.of(at(96)),
                        Optional.of(new Estimate(
                                List.of(new Estimate.SiteEstimate(
                                        "berlin", new ByteCount(5_000_000), Duration.ofMinutes(9))),
                                12,
                                List.of(new Estimate.LicenceCount("editor", 40)),
                                "2 000 EUR",
                                "bound")),
                        "fewer lost files"),
                new DeploymentGuide(
                        "the agent",
                        "",
                        List.of(new DeploymentGuide.Installer("gerd", "the editor", "by waves")),
                        "call 4711",
                        "roll back",
                        "none",
                        List.of("all here?")),
                List.of("sales"),
                new CommunicationsPlan(List.of(new CommunicationsPlan.Line(
                        "sales",
                        "sales@example.org",
                        CommunicationsPlan.Means.MAIL,
                        Set.of(CommunicationsPlan.Occasion.ANNOUNCED, CommunicationsPlan.Occasion.ROLLED_BACK),
                        CommunicationsPlan.Frequency.DAILY,
                        "4711"))),
                new BackoutPlan(
                        List.of("more than 2 % fail"),
                        List.of("the old editor"),
                        List.of("servers", "desks"),
                        Optional.of(Duration.ofHours(2)),
                        Optional.of(Duration.ZERO),
                        List.of()),
                new TestPlan(
                        Set.of(TestPlan.Level.INSTALL_AND_UNINSTALL),
                        List.of("the release is built"),
                        TestPlan.ExitCriteria.usual(),
                        List.of(new TestPlan.Case(
                                "fresh",
                                "install it where none is",
                                TestPlan.Level.INSTALL_AND_UNINSTALL,
                                Set.of("desk"),
                                "fresh install",
                                true)),
                        List.of("printers were not tried")),
                OrderPlans.empty().baseline());
    }

    static ChangeOrder order(Category category, RiskClass risk) {
        ChangeRequest request = approved(1, category, risk);
        return done(OrderDesk.open(
                OrderId.of(2026, 1),
                OrderHead.of(request, HANNA.id()),
                List.of(request),
                Optional.empty(),
                HANNA,
                at(4)));
    }

    static OrderMachine.Facts facts() {
        return new OrderMachine.Facts(Optional.of(digest(99)), 0, Optional.empty());
    }

    static Outcome<ChangeOrder> move(ChangeOrder order, OrderMachine.Move move, Actor actor) {
        return OrderMachine.move(order, move, facts(), "because", Optional.of(ChangeOrder.Ending.DONE), actor, at(10));
    }

    /** An order whose gate, if it stands at one, is open. */
    static ChangeOrder opened(ChangeOrder order) {
        ChangeOrder now = done(OrderDesk.speak(order, StageGateMachine.Move.APPROVE_FEASIBILITY, "", DORA, at(5)));
        now = done(OrderDesk.speak(now, StageGateMachine.Move.CONFIRM_RESOURCES, "", GERD, at(5)));
        return done(OrderDesk.speak(now, StageGateMachine.Move.PROCEED, "", HANNA, at(5)));
    }

    /** An order with every item of its checklist done, by whoever has to. */
    static ChangeOrder finished(ChangeOrder order) {
        ChangeOrder now = order;
        for (ChecklistItem item : order.checklist().orElseThrow().items()) {
            if (item.isDone()) {
                continue;
            }
            if (item.evidence() == EvidenceKind.FINDING) {
                Map<String, Finding> found = new TreeMap<>();
                found.put(item.key(), Finding.met("looked", at(6)));
                now = OrderDesk.fill(now, item.step(), found);
            } else {
                now = done(OrderDesk.tick(
                        now,
                        item.step(),
                        item.key(),
                        "done",
                        Optional.of("file.pdf"),
                        person("p-" + item.key(), item.performs().orElseThrow()),
                        at(6)));
            }
        }
        return now;
    }

    static ChangeOrder signed(ChangeOrder order) {
        ChangeOrder now = order;
        int next = 0;
        List<Actor.Person> board = List.of(BERT, CARL, CORA);
        for (PlanApproval.Capacity capacity : PlanApproval.Capacity.values()) {
            for (int i = 0; i < order.risk().signatures(capacity); i++) {
                now = done(OrderDesk.sign(now, capacity, digest(99), digest(99), "", board.get(next++), at(8)));
            }
        }
        return now;
    }

    /** A whole order of normal risk, where it stands in {@code state} for the first time. */
    static ChangeOrder standingAt(OrderState state) {
        ChangeOrder order = done(OrderDesk.plan(order(WHOLE, RiskClass.NORMAL), plans(), HANNA, at(4)));
        if (state == OrderState.CANCELLED) {
            return done(move(order, OrderMachine.Move.CANCEL, HANNA));
        }
        while (order.state() != state) {
            order = switch (order.state()) {
                case PLANNING -> done(move(finished(order), OrderMachine.Move.ENTER_BUILDING, HANNA));
                case BUILDING -> {
                    ChangeOrder built = done(OrderDesk.built(
                            opened(order),
                            build(release("acme/editor", "2.0"), digest(1), EMIL.id()),
                            Kind.PACKAGE,
                            Medium.ELECTRONIC,
                            EMIL,
                            at(6)));
                    yield done(move(finished(built), OrderMachine.Move.ENTER_TEST, EMIL));
                }
                case TEST -> done(move(finished(opened(order)), OrderMachine.Move.ENTER_PLAN_APPROVAL, FRITZ));
                case PLAN_APPROVAL -> done(move(signed(order), OrderMachine.Move.ENTER_PRODUCTION, GERD));
                case PRODUCTION -> done(move(finished(opened(order)), OrderMachine.Move.ENTER_CLOSING, GERD));
                case CLOSING -> done(move(finished(order), OrderMachine.Move.CLOSE, HANNA));
                case CLOSED, CANCELLED -> throw new AssertionError("no way from " + order.state() + " to " + state);
            };
        }
        return order;
    }
}
