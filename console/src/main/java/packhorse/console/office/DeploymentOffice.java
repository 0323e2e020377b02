package packhorse.console.office;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
import packhorse.console.gate.Judgement;
import packhorse.console.gate.SiteTally;
import packhorse.console.gate.Verdict;
import packhorse.console.gate.WaveGate;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.console.scheduler.ForcedWindow;
import packhorse.console.scheduler.Question;
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
import packhorse.console.wave.WaveState;
import packhorse.console.wave.WaveTally;
import packhorse.core.content.Sha256;

/**
 * What people do with deployments: carry an order's plan out, watch, hold, decide, take back, end. What nobody has to decide the
 * scheduler does, by the same machines and with the same guards.
 *
 * <p>A hold asks for no version and no confirmation: whoever says stop is never told that somebody else was quicker. Everything that
 * widens takes the version that its person saw.
 */
public final class DeploymentOffice {
    /** The longest that a wave may begin whatever its windows say: a night and the day after it. */
    public static final Duration FORCED_MAX = Duration.ofHours(24);

    private static final Set<Role> FORCERS = Set.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    private final Desk desk;
    private final OrderFiller filler;
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
        this.filler = filler;
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

    /**
     * What of a wave may begin whatever its windows say.
     *
     * @param site where; absent: at all of its sites
     * @param until when at the latest it begins
     * @param why for those who come after
     */
    public record ForceForm(Optional<String> site, Instant until, String why) {}

    /** A deployment with what stands against going on. */
    public record Standing(
            Stored<Deployment> deployment, boolean signed, List<YellowFlag> flags, List<String> blocking) {}

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
            operated(pages, order.id(), "planned " + next, who);
            return stored;
        });
    }

    /** Stages it: the releases go to the depots. */
    public Stored<Deployment> stage(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return move(who, id, seen, Move.STAGE, "");
    }

    /**
     * Looks at once whether it is ready, as the product does by itself. It goes back to its plan where something is known to be not so, and waits where
     * people have to look.
     */
    public Stored<Deployment> check(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return act(who, id, seen, "deployment.check", "", (deployment, pages) -> {
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

    /** Says what was found when it was looked at last. */
    public Stored<Readiness> readiness(DeploymentId id) {
        return desk.read(pages -> pages.get(Kinds.READINESS, id.toString()));
    }

    /** Tells the stakeholders, by the communications plan, what is coming. */
    public Stored<Deployment> announce(Actor.Person who, DeploymentId id, OptionalLong seen) {
        return act(who, id, seen, "deployment.notify", "", (deployment, pages) -> {
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
        return act(who, id, seen, "deployment.start", "", (deployment, pages) -> {
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
        return act(who, id, seen, "deployment.decide", form.remarks(), (deployment, pages) -> {
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
                                    plan(pages, id).judging().extensionsMax(),
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
        order(
                pages,
                id.order(),
                order -> OrderDesk.decide(
                        order,
                        form.decision(),
                        Set.of(who),
                        evidence,
                        flags(pages, order),
                        form.acknowledged(),
                        form.remarks(),
                        pages.now()));
    }

    /** Holds it at once. Whoever says stop needs no version; a second hold is none. */
    public Stored<Deployment> hold(Actor.Person who, DeploymentId id, String why) {
        return act(
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
                    held.add(act(
                            pages,
                            one.value().id(),
                            Optional.empty(),
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
        return act(
                who,
                id,
                seen,
                "deployment.lift",
                remarks,
                (deployment, pages) -> HoldDesk.lift(deployment, kind, who, pages.now()));
    }

    /** Lets what follows a wave begin although its verdict is no PASS. */
    public Stored<Deployment> waive(Actor.Person who, WaveId id, OptionalLong seen, String why) {
        return act(
                who,
                id,
                seen,
                "wave.waive",
                why,
                (deployment, pages) -> WaveMachine.waive(deployment, known(deployment, id), why, who, pages.now()));
    }

    /** Leaves a wave out. */
    public Stored<Deployment> skip(Actor.Person who, WaveId id, OptionalLong seen, String why) {
        return act(
                who,
                id,
                seen,
                "wave.skip",
                why,
                (deployment, pages) -> WaveMachine.skip(deployment, known(deployment, id), why, who, pages.now()));
    }

    /** Watches an inconclusive wave longer. */
    public Stored<Deployment> extend(Actor.Person who, WaveId id, OptionalLong seen, String why) {
        return act(
                who,
                id,
                seen,
                "wave.extend",
                why,
                (deployment, pages) -> WaveMachine.extend(
                        deployment,
                        known(deployment, id),
                        plan(pages, id.deployment()).judging().extensionsMax(),
                        who,
                        pages.now()));
    }

    /** Says how a wave was, where a person judges: never who operates it. */
    public Stored<Deployment> judge(Actor.Person who, WaveId id, OptionalLong seen, Verdict verdict, String why) {
        return act(who, id, seen, "wave.judge", verdict + " " + why, (deployment, pages) -> {
            if (why.isBlank()) {
                throw Desk.invalid(id + ": say what the verdict rests on");
            }
            Wave wave = deployment.wave(known(deployment, id).number());
            if (wave.state() != WaveState.DRAINING) {
                throw Desk.refused(id + " is " + wave.state() + ": it is judged when it has drained");
            }
            Optional<String> own =
                    Deployments.order(pages, id.deployment()).duties().refusesGoNoGo(Set.of(who.id()));
            if (own.isPresent()) {
                throw Desk.refused(id + ": " + own.get());
            }
            Plan plan = plan(pages, id.deployment());
            Judgement gate =
                    WaveGate.judge(pages.waves().tally(id, plan, pages.now()).evidence(true), plan.thresholds());
            return WaveMachine.judge(deployment, id, verdict, gate.beside(verdict, who.name(), why), who, pages.now());
        });
    }

    /**
     * Lets a wave begin whatever its windows and the blackouts say, for a while. Holds, signatures and the blast radius hold as ever.
     *
     * @param form at most {@link #FORCED_MAX} long; a second one takes the place of the first
     */
    public Stored<Deployment> force(Actor.Person who, WaveId id, OptionalLong seen, ForceForm form) {
        String where = form.site().map(site -> " at " + site).orElse("");
        return act(
                who,
                id.deployment(),
                seen,
                "wave.force",
                id + where + " until " + form.until() + ": " + form.why(),
                (deployment, pages) -> {
                    Desk.requireRole(who, FORCERS, id + ": a window is forced");
                    Wave wave = forcible(deployment, id);
                    if (!form.until().isAfter(pages.now())
                            || form.until().isAfter(pages.now().plus(FORCED_MAX))) {
                        throw Desk.invalid(id + ": a window is forced until a moment within the next "
                                + FORCED_MAX.toHours() + " hours, not until " + form.until());
                    }
                    if (wave.membership().isPresent()) {
                        form.site()
                                .filter(site -> !pages.waves().sites(id).contains(site))
                                .ifPresent(site -> {
                                    throw Desk.invalid(id + " has nobody at " + site + "; it has members at "
                                            + String.join(", ", pages.waves().sites(id)));
                                });
                    }
                    ForcedWindow window = new ForcedWindow(id, form.site(), who.id(), form.why(), form.until());
                    Optional<Stored<ForcedWindow>> before = pages.find(ForcedWindow.KIND, id.toString());
                    if (before.isPresent()) {
                        pages.change(before.get(), window);
                    } else {
                        pages.add(ForcedWindow.KIND, id.toString(), window);
                    }
                    teller.order(
                            pages,
                            Deployments.order(pages, id.deployment()),
                            NoticeKind.STATUS,
                            id + " forced " + pages.now(),
                            id + where + " may begin outside its windows until " + form.until() + ", says " + who.name()
                                    + ": " + form.why(),
                            Map.of("state", deployment.state().name(), "next", id + " begins"));
                    return Outcome.moved(deployment);
                });
    }

    /** Takes back that a wave may begin whatever its windows say. */
    public Stored<Deployment> unforce(Actor.Person who, WaveId id, OptionalLong seen, String why) {
        return act(who, id.deployment(), seen, "wave.unforce", id + ": " + why, (deployment, pages) -> {
            Desk.requireRole(who, FORCERS, id + ": a forced window is closed");
            pages.remove(pages.get(ForcedWindow.KIND, known(deployment, id).toString()));
            return Outcome.moved(deployment);
        });
    }

    private static Wave forcible(Deployment deployment, WaveId id) {
        Wave wave = deployment.wave(known(deployment, id).number());
        if (wave.state().isFinal() || wave.state() == WaveState.JUDGED) {
            throw Desk.refused(id + " is " + wave.state() + ": nothing of it begins any more");
        }
        return wave;
    }

    /** Aborts it: nothing more begins, what has begun ends, the rest is left out. */
    public Stored<Deployment> abort(Actor.Person who, DeploymentId id, OptionalLong seen, String why) {
        if (why.isBlank()) {
            throw Desk.invalid(id + ": say why it is aborted");
        }
        return move(who, id, seen, Move.ABORT, why);
    }

    /** Takes back what has to be taken back, in the planned order of recovery. */
    public Stored<Deployment> backOut(Actor.Person who, DeploymentId id, OptionalLong seen, String why) {
        return act(who, id, seen, "deployment.backout", why, (deployment, pages) -> {
            if (why.isBlank()) {
                throw Desk.invalid(id + ": say why it is taken back");
            }
            Deployment moved = Desk.require(move(pages, deployment, Move.BACK_OUT, who));
            order(pages, id.order(), order -> OrderDesk.backOut(order, why, Actor.product(), pages.now()));
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
        return act(who, id, seen, "deployment.close", "", (deployment, pages) -> {
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

    /** A page of deployments. */
    public List<Stored<Deployment>> list(
            Optional<DeploymentState> state, Optional<OrderId> order, Narrowing narrowing, String after, int limit) {
        return desk.read(pages -> Lists.page(
                pages,
                Kinds.DEPLOYMENT,
                state.map(DeploymentState::name),
                order.map(OrderId::text),
                narrowing.over(ListFields.deployments(pages)),
                after,
                limit));
    }

    /** One deployment. */
    public Stored<Deployment> get(DeploymentId id) {
        return desk.read(pages -> pages.get(Kinds.DEPLOYMENT, id.toString()));
    }

    /** How far it is, counted now. */
    public DeploymentProgress progress(DeploymentId id) {
        return desk.read(pages -> {
            Deployment deployment = pages.get(Kinds.DEPLOYMENT, id.toString()).value();
            Plan plan = plan(pages, id);
            return new DeploymentProgress(
                    id,
                    deployment.state(),
                    deployment.since(),
                    deployment.holding(),
                    deployment.waves().stream()
                            .map(wave -> progress(pages, plan, wave))
                            .toList(),
                    deployment.waves().stream()
                            .flatMap(wave -> pages.find(Question.KIND, wave.id().toString()).stream())
                            .map(asked -> asked.value().evidence())
                            .findFirst());
        });
    }

    private static DeploymentProgress.WaveProgress progress(Pages pages, Plan plan, Wave wave) {
        WaveTally tally = wave.membership().isPresent()
                ? pages.waves().tally(wave.id(), plan, pages.now())
                : WaveTally.untouched(0);
        long succeeded = 0;
        long failed = 0;
        long unreported = 0;
        for (SiteTally site : tally.sites()) {
            succeeded += site.succeeded();
            failed += site.failed();
            unreported += site.unreported();
        }
        return new DeploymentProgress.WaveProgress(
                wave.id(),
                wave.id().isBeta()
                        ? "beta group"
                        : plan.waves().get(wave.id().number() - 1).name(),
                wave.state(),
                wave.since(),
                tally.members(),
                tally.staged(),
                tally.members() - tally.pending(),
                succeeded,
                failed,
                unreported,
                tally.underWay(),
                tally.unverified(),
                wave.verdict(),
                wave.evidence(),
                gate(plan, wave, tally));
    }

    /** What the gate sees of a wave that has begun. */
    private static List<String> gate(Plan plan, Wave wave, WaveTally tally) {
        return switch (wave.state()) {
            case ACTIVE ->
                WaveGate.judge(tally.evidence(false), plan.thresholds()).figures();
            case DRAINING, JUDGED, CLOSED ->
                WaveGate.judge(tally.evidence(true), plan.thresholds()).figures();
            case DEFINED, FROZEN, PREPOSITIONING, PREPOSITIONED, ARMED, SKIPPED -> List.of();
        };
    }

    /** One deployment with what stands against going on: what was signed, the yellow flags, what is not ready. */
    public Standing standing(DeploymentId id) {
        return desk.read(pages -> {
            Stored<Deployment> stored = pages.get(Kinds.DEPLOYMENT, id.toString());
            ChangeOrder order = Deployments.order(pages, id);
            return new Standing(
                    stored,
                    Deployments.signed(pages, order, stored.value()),
                    flags(pages, order),
                    pages.find(Kinds.READINESS, id.toString())
                            .map(report -> report.value().blocking())
                            .orElse(List.of()));
        });
    }

    private List<YellowFlag> flags(Pages pages, ChangeOrder order) {
        return Flags.raise(pages, order, population);
    }

    private static Plan plan(Pages pages, DeploymentId id) {
        return pages.get(Kinds.PLAN, id.order().text()).value();
    }

    private static WaveId known(Deployment deployment, WaveId id) {
        if (deployment.waves().stream().noneMatch(wave -> wave.id().equals(id))) {
            throw new packhorse.console.ledger.Refusal(
                    packhorse.console.ledger.Refusal.Why.NOT_THERE,
                    deployment.id() + " has no wave " + id.number() + "; it has "
                            + deployment.waves().stream()
                                    .map(wave -> Integer.toString(wave.id().number()))
                                    .toList());
        }
        return id;
    }

    private Stored<Deployment> move(Actor.Person who, DeploymentId id, OptionalLong seen, Move move, String remarks) {
        return act(
                who,
                id,
                seen,
                "deployment." + move.name().toLowerCase(java.util.Locale.ROOT),
                remarks,
                (deployment, pages) -> move(pages, deployment, move, who));
    }

    private static Outcome<Deployment> move(Pages pages, Deployment deployment, Move move, Actor actor) {
        ChangeOrder order = Deployments.order(pages, deployment.id());
        return DeploymentMachine.move(
                deployment, move, Deployments.signed(pages, order, deployment), actor, pages.now());
    }

    private interface Act {
        Outcome<Deployment> on(Deployment deployment, Pages pages);
    }

    private Stored<Deployment> act(
            Actor.Person who, DeploymentId id, OptionalLong seen, String what, String remarks, Act act) {
        return desk.write(who, pages -> act(pages, id, Optional.empty(), seen, what, remarks, act));
    }

    /** The same, about one of its waves. */
    private Stored<Deployment> act(
            Actor.Person who, WaveId id, OptionalLong seen, String what, String remarks, Act act) {
        return desk.write(who, pages -> act(pages, id.deployment(), Optional.of(id), seen, what, remarks, act));
    }

    private Stored<Deployment> act(
            Pages pages,
            DeploymentId id,
            Optional<WaveId> wave,
            OptionalLong seen,
            String what,
            String remarks,
            Act act) {
        Stored<Deployment> stored = pages.get(Kinds.DEPLOYMENT, id.toString(), seen);
        Deployment after = Desk.require(act.on(stored.value(), pages));
        Stored<Deployment> kept = after.equals(stored.value()) ? stored : pages.change(stored, after);
        Map<String, String> details = new LinkedHashMap<>(
                Desk.details("remarks", remarks, "state", after.state().name()));
        wave.ifPresent(one -> details.put("wave", one.toString()));
        pages.audit(what, id.toString(), details);
        if (pages.who() instanceof Actor.Person person) {
            operated(pages, id.order(), what + " " + id, person);
        }
        return kept;
    }

    /** Whoever operates it is written down, so that go or no-go is not theirs alone; and what is found now is kept. */
    private void operated(Pages pages, OrderId id, String what, Actor.Person who) {
        Stored<ChangeOrder> stored = pages.get(Kinds.ORDER, id.text());
        boolean decides = what.startsWith("deployment.decide") || what.startsWith("deployment.hold");
        if (stored.value().state() == OrderState.PRODUCTION
                && !decides
                && who.isOneOf(Set.of(Role.INSTALLATION_COORDINATOR))) {
            order(pages, id, order -> OrderDesk.operated(order, what, who, pages.now()));
        } else {
            filler.refresh(pages, id);
        }
    }

    private interface OrderAct {
        Outcome<ChangeOrder> on(ChangeOrder order);
    }

    private void order(Pages pages, OrderId id, OrderAct act) {
        Stored<ChangeOrder> stored = pages.get(Kinds.ORDER, id.text());
        pages.change(stored, filler.filled(pages, Desk.require(act.on(stored.value()))));
    }
}
