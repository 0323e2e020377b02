package packhorse.console.office;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.change.Actor;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.GoNoGo;
import packhorse.console.change.OrderDesk;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderState;
import packhorse.console.change.Outcome;
import packhorse.console.change.Role;
import packhorse.console.change.YellowFlag;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.console.scheduler.ReadinessClerk;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentMachine;
import packhorse.console.wave.DeploymentMachine.Move;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Hold;
import packhorse.console.wave.HoldDesk;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveMachine;
import packhorse.core.content.Sha256;

/**
 * What people do with deployments: carry an order's plan out, hold, decide, take back, end. What nobody has to decide the
 * scheduler does, by the same machines and with the same guards.
 *
 * <p>A hold asks for no version and no confirmation: whoever says stop is never told that somebody else was quicker. Everything that
 * widens takes the version that its person saw.
 */
public final class DeploymentOffice {
    private final Desk desk;
    private final DeploymentDesk acts;
    private final Population population;
    private final ReadinessLook readiness;
    private final Teller teller;

    /**
     * @param population whom targets name
     * @param readiness looks at what has to be so before anything is sent
     * @param teller tells stakeholders
     */
    public DeploymentOffice(
            Books books, OrderFiller filler, Population population, ReadinessLook readiness, Teller teller) {
        this.teller = teller;
        this.desk = new Desk(books);
        this.acts = new DeploymentDesk(desk, filler);
        this.population = population;
        this.readiness = readiness;
    }

    /**
     * Go, no-go or extend.
     *
     * @param acknowledged the lines of the yellow flags that were seen
     * @param remarks why; needed where a flag stands, or it does not go on
     */
    public record DecideForm(GoNoGo.Decision decision, Set<String> acknowledged, String remarks) {}

    /** Begins to carry an order's plan out: its next deployment, simulated already. */
    public Stored<Deployment> plan(Actor.Person who, OrderId id) {
        return desk.write(who, pages -> {
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            if (order.state() != OrderState.PRODUCTION) {
                throw Desk.refused(id + " is " + order.state() + ": a deployment is planned in PRODUCTION");
            }
            List<Deployment> before = Deployments.of(pages, id);
            for (Deployment one : before) {
                if (!Deployments.isOver(one)) {
                    throw Desk.refused(id + ": " + one.id() + " is " + one.state() + ": one deployment at a time");
                }
            }
            Plan plan = pages.get(Kinds.PLAN, id.text()).value();
            Sha256 digest = Deployments.digest(pages, order)
                    .orElseThrow(
                            () -> Desk.refused(id + ": there is no plan for what it carries: plan its waves first"));
            DeploymentId next = new DeploymentId(id, before.size() + 1);
            Deployment planned = Desk.require(DeploymentMachine.move(
                    Deployment.planned(next, plan, digest, pages.now()), Move.SIMULATE, false, who, pages.now()));
            Stored<Deployment> stored = pages.add(Kinds.DEPLOYMENT, next.toString(), planned);
            pages.audit("deployment.plan", next.toString(), Desk.details("digest", digest.hex()));
            acts.operated(pages, order.id(), "planned " + next, who);
            return stored;
        });
    }

    /** Stages it: depots fetch with the first wave, so nothing is sent yet. */
    public Stored<Deployment> stage(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return move(who, id, seen, Move.STAGE, "");
    }

    /**
     * Looks at once whether it is ready, as the product does by itself. It goes back to its plan where something is known to be not so, and waits where
     * people have to look.
     */
    public Stored<Deployment> check(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return acts.act(who, id, seen, "deployment.check", "", (deployment, pages) -> {
            Deployment checking = deployment.state() == DeploymentState.READINESS
                    ? deployment
                    : Desk.require(move(pages, deployment, Move.CHECK, who));
            Desk.requireRole(
                    who,
                    Set.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR),
                    id + ": readiness is asked for");
            Readiness report = readiness.look(pages, checking);
            ReadinessClerk.keep(pages, checking.id(), report);
            if (report.waitsForPeople()) {
                return Outcome.moved(checking);
            }
            return move(pages, checking, report.ready() ? Move.FOUND_READY : Move.FOUND_UNREADY, Actor.product());
        });
    }

    /** Tells the stakeholders, by the communications plan, what is coming. */
    public Stored<Deployment> announce(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return acts.act(who, id, seen, "deployment.notify", "", (deployment, pages) -> {
            ChangeOrder order = Deployments.order(pages, id);
            teller.order(
                    pages,
                    order,
                    NoticeKind.ANNOUNCED,
                    id + " " + pages.now(),
                    id + " is ready and begins soon",
                    Map.of(
                            "starts",
                            order.plans()
                                    .distribution()
                                    .start()
                                    .map(Instant::toString)
                                    .orElse("when it is started"),
                            "sites",
                            String.join(", ", order.plans().distribution().sites())));
            return move(pages, deployment, Move.NOTIFY, who);
        });
    }

    /** Starts it: the beta group where the plan has one, else the waves. */
    public Stored<Deployment> start(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return acts.act(who, id, seen, "deployment.start", "", (deployment, pages) -> {
            boolean beta =
                    deployment.waves().stream().anyMatch(wave -> wave.id().isBeta());
            Outcome<Deployment> started = move(pages, deployment, beta ? Move.START_BETA : Move.START_WAVES, who);
            if (started.result().isPresent()) {
                teller.order(
                        pages,
                        Deployments.order(pages, id),
                        beta ? NoticeKind.BETA_STARTED : NoticeKind.WAVE_STARTED,
                        id + " " + pages.now(),
                        id + " has started",
                        Map.of("wave", beta ? "beta group" : "wave 1"));
            }
            return started;
        });
    }

    /** Decides what comes after the beta group: on, no further, or watched longer. */
    public Stored<Deployment> decide(Actor.Person who, DeploymentId id, OptionalLong seen, DecideForm form) {
        return acts.act(who, id, seen, "deployment.decide", form.remarks(), (deployment, pages) -> {
            if (deployment.state() != DeploymentState.BETA_EVALUATION) {
                throw Desk.refused(id + " is " + deployment.state() + ": go or no-go is decided in BETA_EVALUATION");
            }
            Wave group = deployment.wave(WaveId.BETA);
            Deployment moved = switch (form.decision()) {
                case GO -> Desk.require(move(pages, deployment, Move.GO, who));
                case NO_GO -> Desk.require(move(pages, deployment, Move.NO_GO, who));
                case EXTEND ->
                    Desk.require(move(
                            pages,
                            Desk.require(WaveMachine.extend(
                                    deployment,
                                    group.id(),
                                    Deployments.planOf(pages, id).judging().extensionsMax(),
                                    who,
                                    pages.now())),
                            Move.EXTEND,
                            who));
            };
            decided(pages, id, form, evidence(group), who);
            switch (form.decision()) {
                case GO ->
                    teller.order(
                            pages,
                            Deployments.order(pages, id),
                            NoticeKind.GO,
                            id + " " + pages.now(),
                            id + ": the waves begin",
                            Map.of("evidence", evidence(group)));
                case NO_GO ->
                    teller.order(
                            pages,
                            Deployments.order(pages, id),
                            NoticeKind.NO_GO,
                            id + " " + pages.now(),
                            id + " goes no further: " + form.remarks(),
                            Map.of("evidence", evidence(group)));
                case EXTEND -> {
                    // Nothing changes for anybody outside.
                }
            }
            return Outcome.moved(moved);
        });
    }

    private static String evidence(Wave wave) {
        return wave.evidence().isEmpty() ? wave.id() + " is " + wave.state() : wave.evidence();
    }

    private void decided(Pages pages, DeploymentId id, DecideForm form, String evidence, Actor.Person who) {
        acts.order(
                pages,
                id.order(),
                order -> OrderDesk.decide(
                        order,
                        form.decision(),
                        Set.of(who),
                        evidence,
                        flags(pages, order, form.decision()),
                        form.acknowledged(),
                        form.remarks(),
                        pages.now()));
    }

    /** Holds it at once. Whoever says stop needs no version; a second hold is none. */
    public Stored<Deployment> hold(Actor.Person who, DeploymentId id, String why) {
        return acts.act(
                who,
                id,
                OptionalLong.empty(),
                "deployment.hold",
                why,
                (deployment, pages) -> hold(pages, deployment, why, who));
    }

    /** Holds everything of an order at once: one short command. */
    public List<Stored<Deployment>> hold(Actor.Person who, OrderId id, String why) {
        return desk.write(who, pages -> {
            pages.get(Kinds.ORDER, id.text());
            List<Stored<Deployment>> held = new ArrayList<>();
            for (Stored<Deployment> one : Lists.all(pages, Kinds.DEPLOYMENT, Optional.of(id.text()))) {
                if (!one.value().state().isFinal()) {
                    held.add(acts.act(
                            pages,
                            one.value().id(),
                            OptionalLong.empty(),
                            "deployment.hold",
                            why,
                            (deployment, unused) -> hold(pages, deployment, why, who)));
                }
            }
            if (held.isEmpty()) {
                throw Desk.refused(id + " has no deployment that is under way: nothing is left to hold");
            }
            return held;
        });
    }

    private Outcome<Deployment> hold(Pages pages, Deployment deployment, String why, Actor.Person who) {
        Outcome<Deployment> held = HoldDesk.place(deployment, Hold.Kind.OPERATOR, why, who, pages.now());
        if (held.result().filter(now -> !now.equals(deployment)).isPresent()) {
            teller.order(
                    pages,
                    Deployments.order(pages, deployment.id()),
                    NoticeKind.HELD,
                    deployment.id() + " " + pages.now(),
                    deployment.id() + " is held by " + who.name() + ": " + why,
                    Map.of("reason", why));
        }
        return held;
    }

    /** Lifts a hold. */
    public Stored<Deployment> lift(
            Actor.Person who, DeploymentId id, OptionalLong seen, Hold.Kind kind, String remarks) {
        return acts.act(
                who,
                id,
                seen,
                "deployment.lift",
                remarks,
                (deployment, pages) -> HoldDesk.lift(deployment, kind, who, pages.now()));
    }

    /** Aborts it: nothing more begins, what has begun ends, the rest is left out. */
    public Stored<Deployment> abort(Actor.Person who, DeploymentId id, OptionalLong seen, String why) {
        if (why.isBlank()) {
            throw Desk.invalid(id + ": say why it is aborted");
        }
        return move(who, id, seen, Move.ABORT, why);
    }

    /** Takes back what has to be taken back, from the last wave to the first. */
    public Stored<Deployment> backOut(Actor.Person who, DeploymentId id, OptionalLong seen, String why) {
        return acts.act(who, id, seen, "deployment.backout", why, (deployment, pages) -> {
            if (why.isBlank()) {
                throw Desk.invalid(id + ": say why it is taken back");
            }
            Deployment moved = Desk.require(move(pages, deployment, Move.BACK_OUT, who));
            acts.order(pages, id.order(), order -> OrderDesk.backOut(order, why, Actor.product(), pages.now()));
            teller.order(
                    pages,
                    Deployments.order(pages, id),
                    NoticeKind.ROLLED_BACK,
                    id + " " + pages.now(),
                    id + " is taken back: " + why,
                    Map.of("reason", why));
            return Outcome.moved(moved);
        });
    }

    /** Ends the analysis, or the check of what was recovered: what is left goes into the evaluation. */
    public Stored<Deployment> evaluate(Actor.Person who, DeploymentId id, OptionalLong seen, String remarks) {
        return move(who, id, seen, Move.EVALUATE, remarks);
    }

    /** Closes it. */
    public Stored<Deployment> close(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return acts.act(who, id, seen, "deployment.close", "", (deployment, pages) -> {
            Outcome<Deployment> closed = move(pages, deployment, Move.CLOSE, who);
            if (closed.result().isPresent()) {
                teller.order(
                        pages,
                        Deployments.order(pages, id),
                        NoticeKind.CLOSED,
                        id + " " + pages.now(),
                        id + " is closed",
                        Map.of("result", "closed"));
            }
            return closed;
        });
    }

    /** Goes back to its simulation after it was found unready. */
    public Stored<Deployment> simulate(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return move(who, id, seen, Move.SIMULATE, "");
    }

    /** Whoever says that it goes no further says so whatever can be found; flags are about going on. */
    private List<YellowFlag> flags(Pages pages, ChangeOrder order, GoNoGo.Decision decision) {
        try {
            return Flags.raise(pages, order, population);
        } catch (Refusal e) {
            if (decision != GoNoGo.Decision.NO_GO) {
                throw e;
            }
            return List.of();
        }
    }

    private Stored<Deployment> move(Actor.Person who, DeploymentId id, OptionalLong seen, Move move, String remarks) {
        return acts.act(
                who,
                id,
                seen,
                "deployment." + move.name().toLowerCase(Locale.ROOT),
                remarks,
                (deployment, pages) -> move(pages, deployment, move, who));
    }

    private static Outcome<Deployment> move(Pages pages, Deployment deployment, Move move, Actor actor) {
        ChangeOrder order = Deployments.order(pages, deployment.id());
        return DeploymentMachine.move(
                deployment, move, Deployments.signed(pages, order, deployment), actor, pages.now());
    }
}
