package packhorse.console.law;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditEntry;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Scope;
import packhorse.console.calendar.Timetable;
import packhorse.console.calendar.Window;
import packhorse.console.change.Actor;
import packhorse.console.change.Duties;
import packhorse.console.change.OrderId;
import packhorse.console.change.Outcome;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.gate.Thresholds;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Blackouts;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Cap;
import packhorse.console.wave.Decision;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentMachine;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Division;
import packhorse.console.wave.Footing;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Hold;
import packhorse.console.wave.HoldDesk;
import packhorse.console.wave.Judging;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.Line;
import packhorse.console.wave.Member;
import packhorse.console.wave.Plan;
import packhorse.console.wave.PlanDigest;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.Targets;
import packhorse.console.wave.Timeouts;
import packhorse.console.wave.Transfer;
import packhorse.console.wave.View;
import packhorse.console.wave.Waiver;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveMachine;
import packhorse.console.wave.WavePlan;
import packhorse.console.wave.WaveState;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/**
 * Two waves, three endpoints, one console that may crash anywhere, another that may be late, messages that are lost, doubled and overtake each other,
 * an operator with a hold, a plan that is amended, people who sign. Time goes in steps of a lease; a blackout comes in the middle.
 *
 * <p>The console's side is the product's own machinery. The endpoints' side is a model of what an agent does: it asks for a lease, begins
 * while it has one, ends well or is as before, and keeps its reports until they are acknowledged.
 */
final class SmallWorld {
    static final Instant BEGIN = Instant.parse("2026-03-02T01:00:00Z");
    static final Duration TICK = LeaseDesk.LEASE_TIME;
    static final int TICKS = 4;
    private static final int CLOSED_FROM = 2;
    private static final int CLOSED_TO = 3;
    private static final String SITE = "berlin";

    private static final DeploymentId ID = new DeploymentId(OrderId.of(2026, 1), 1);
    private static final Subject SUBJECT =
            Subject.release(new ReleaseId(new ReleaseName("acme", "app"), Version.parse("2.0"), new Platform("any")));
    static final Plan PLAN = new Plan(
            List.of(SUBJECT),
            Operation.INSTALL,
            Targets.query("site==berlin"),
            Optional.empty(),
            List.of(
                    new WavePlan("first", new Slice.Count(2), Duration.ZERO),
                    new WavePlan("rest", new Slice.Rest(), Duration.ZERO)),
            List.of(new Window.Always()),
            List.of(new Blackout.Fixed(at(CLOSED_FROM), at(CLOSED_TO), "till", new Scope.AllSites())),
            Thresholds.of(0.3, 0.62, 0.62, 0.6),
            new BlastRadius(new Cap.Count(1), new Cap.Count(3), new Cap.Count(1), new Cap.Count(3)),
            RetryPolicy.of(Map.of(CodeClass.TRANSIENT, 2), 1, Duration.ZERO, 50),
            new Timeouts(
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    TICK.multipliedBy(2),
                    TICK),
            new Transfer(100, Duration.ZERO, OptionalLong.empty()),
            new Judging(Judging.By.GATE, 0, false),
            new InstallPolicy(Optional.empty(), false, false, false, false, true),
            7);
    private static final Sha256 DIGEST = PlanDigest.of(PLAN, List.of(Sha256.of(new byte[] {1})));
    private static final Sha256 AMENDED = PlanDigest.of(PLAN, List.of(Sha256.of(new byte[] {2})));
    private static final Timetable TIMETABLE =
            new Timetable(SITE, ZoneId.of("Europe/Berlin"), PLAN.windows(), PLAN.blackouts());
    private static final List<EndpointId> FLEET = List.of(endpoint(1), endpoint(2), endpoint(3));
    private static final Division DIVISION = Division.of(
            PLAN, FLEET.stream().map(id -> Candidate.of(id, "desk", SITE)).toList());
    private static final List<FrozenMembership> MEMBERS = List.of(DIVISION.freeze(1, FLEET), DIVISION.freeze(2, FLEET));
    /** The wave of each place, the first two alike. */
    private static final List<Integer> WAVE_OF = List.of(1, 1, 2);

    private static final Actor OPERATOR = Actor.person("olga", Role.INSTALLATION_COORDINATOR);
    private static final Actor COORDINATOR = Actor.person("carl", Role.CHANGE_COORDINATOR);
    private static final Actor APPROVER = Actor.person("anna", Role.APPROVER);
    /** She asked for it, and is an approver in other changes. */
    private static final Actor REQUESTER = Actor.person("rita", Role.REQUESTER, Role.APPROVER);

    private static final Duties DUTIES =
            new Duties(Set.of(new PersonId("rita")), Set.of(), Set.of(new PersonId("olga")), Set.of());
    private static final RiskClass RISK = RiskClass.STANDARD;

    /** The site's opening hours, by tick. */
    private static final List<Boolean> OPEN = IntStream.rangeClosed(0, TICKS)
            .mapToObj(tick -> TIMETABLE.at(at(tick)).isPresent())
            .toList();

    /** What more may happen, besides all that always may: whatever is lost, doubled, late, out of order, or crashes. */
    enum Trouble {
        /** The operator holds, and lifts it again. */
        HOLD,
        /** The product holds while the site is closed, and lifts it again. */
        BLACKOUT,
        /** The plan is amended while it is carried out. */
        AMENDMENT,
        /** Another console decides, stalls, and carries it out much later. */
        SECOND_CONSOLE,
        /** What fails may work the next time, and is tried again. */
        RETRY
    }

    /** All that a decision depends on in here. */
    private record Situation(int tick, Deployment seen, List<View.WaveView> waves, boolean signed) {}

    private final Machinery machinery;
    private final Set<Trouble> troubles;
    /** What was decided in situations that came before: the same again, as the laws of the small world have no memory. */
    private final Map<Situation, List<Decision>> decided = new HashMap<>();

    SmallWorld(Machinery machinery, Set<Trouble> troubles) {
        this.machinery = machinery;
        this.troubles = troubles;
    }

    enum Phase {
        IDLE,
        WORKING,
        DONE
    }

    /** What the console knows of one attempt; {@code leasedUntil} in ticks, −1 for none. */
    record Attempt(
            ActionState state,
            boolean changed,
            boolean verified,
            Optional<CodeClass> failure,
            int leasedUntil,
            boolean givenUp) {}

    /** What an endpoint holds: until which tick it may begin, and whether for the amended plan. */
    record Lease(int until, boolean amended) {}

    /** What an endpoint sends at once. */
    record Report(int attempt, List<ActionState> states) {
        Report {
            states = List.copyOf(states);
        }
    }

    /**
     * An endpoint and what the console knows of it.
     *
     * @param lease lost when it crashes, or its answer is
     * @param stored a bit for each report
     * @param acknowledged so many reports it was told to forget
     * @param begun a bit for each attempt
     */
    record Place(
            List<Attempt> attempts,
            int attempt,
            Phase phase,
            Optional<Lease> lease,
            List<Report> journal,
            int stored,
            int acknowledged,
            int begun) {
        Place {
            attempts = List.copyOf(attempts);
            journal = List.copyOf(journal);
        }

        static final Place UNTOUCHED = new Place(List.of(), 0, Phase.IDLE, Optional.empty(), List.of(), 0, 0, 0);

        int contiguous() {
            return Integer.numberOfTrailingZeros(~stored);
        }

        boolean whole() {
            return stored == (1 << contiguous()) - 1;
        }
    }

    /**
     * Everything.
     *
     * @param late what another console decided a while ago and has not carried out
     * @param looked whether it has decided once
     * @param amended whether the plan was amended
     */
    record State(
            int tick,
            Deployment deployment,
            PlanApprovals signatures,
            List<Place> places,
            Optional<Decision> late,
            boolean looked,
            boolean amended) {
        State {
            places = List.copyOf(places);
        }
    }

    /** One step: what it was, where it leads, and what the laws see of it. */
    record Step(String what, State to, Optional<World.Start> began, boolean recorded) {}

    static Instant at(int tick) {
        return BEGIN.plus(TICK.multipliedBy(tick));
    }

    private static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        bytes[0] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    State beginning() {
        Deployment planned = Deployment.planned(ID, PLAN, DIGEST, BEGIN);
        return new State(
                0,
                new Deployment(ID, DeploymentState.NOTIFIED, BEGIN, DIGEST, List.of(), planned.waves()),
                PlanApprovals.none(),
                List.of(Place.UNTOUCHED, Place.UNTOUCHED, Place.UNTOUCHED),
                Optional.empty(),
                false,
                false);
    }

    // ---- what the console sees

    private EndpointId id(int place) {
        return place < 2
                ? MEMBERS.get(0).members().get(place)
                : MEMBERS.get(1).members().get(0);
    }

    private static ActionId name(int place, int attempt) {
        return new ActionId(new WaveId(ID, WAVE_OF.get(place)), place == 1 ? 2 : 1, attempt);
    }

    private Action action(State state, int place, int attempt) {
        Attempt one = state.places().get(place).attempts().get(attempt - 1);
        return new Action(
                name(place, attempt),
                id(place),
                Line.of(SUBJECT),
                Operation.INSTALL,
                one.state(),
                one.changed(),
                one.verified(),
                one.failure(),
                one.failure().isPresent() ? 1 : 0,
                one.leasedUntil() < 0 ? Optional.empty() : Optional.of(at(one.leasedUntil())),
                BEGIN,
                one.givenUp());
    }

    private static Attempt attempt(Action action, int leasedUntil) {
        return new Attempt(
                action.state(),
                action.changed(),
                action.verified(),
                action.codeClass(),
                action.leasedUntil().isPresent() ? leasedUntil : -1,
                action.givenUp());
    }

    private Member member(State state, int place) {
        Place at = state.places().get(place);
        Member untouched = new Member(id(place), SITE, true, Optional.empty(), false, false, false);
        return at.attempts().isEmpty()
                ? untouched
                : untouched.with(action(state, place, at.attempts().size()));
    }

    private List<Member> members(State state, int wave) {
        List<Member> members = new ArrayList<>();
        for (int place = 0; place < WAVE_OF.size(); place++) {
            if (WAVE_OF.get(place) == wave) {
                members.add(member(state, place));
            }
        }
        return members;
    }

    private boolean signed(State state) {
        return machinery.signed(state.signatures(), state.deployment().plan(), RISK, DUTIES);
    }

    private View view(State state, Deployment seen) {
        Instant now = at(state.tick());
        boolean open = OPEN.get(state.tick());
        return new View(
                seen,
                PLAN,
                signed(state),
                true,
                Optional.empty(),
                true,
                List.of(
                        new View.WaveView(machinery.tally(members(state, 1), PLAN.retry(), now), open),
                        new View.WaveView(machinery.tally(members(state, 2), PLAN.retry(), now), open)),
                troubles.contains(Trouble.BLACKOUT) ? Blackouts.everywhere(List.of(TIMETABLE), now) : Optional.empty());
    }

    // ---- what may happen

    void steps(State state, Consumer<Step> out) {
        Instant now = at(state.tick());
        Deployment deployment = state.deployment();
        if (deployment.state() == DeploymentState.NOTIFIED) {
            sign(state, REQUESTER, now, out);
            sign(state, APPROVER, now, out);
            moved(
                    state,
                    DeploymentMachine.move(
                            deployment, DeploymentMachine.Move.START_WAVES, signed(state), OPERATOR, now),
                    "olga starts the waves",
                    out);
            return;
        }
        if (deployment.state().isFinal()) {
            return;
        }
        console(state, now, out);
        people(state, now, out);
        for (int place = 0; place < state.places().size(); place++) {
            endpoint(state, place, now, out);
        }
        if (state.tick() < TICKS) {
            out.accept(new Step(
                    "time goes on",
                    new State(
                            state.tick() + 1,
                            deployment,
                            state.signatures(),
                            state.places(),
                            state.late(),
                            state.looked(),
                            state.amended()),
                    Optional.empty(),
                    false));
        }
    }

    private void sign(State state, Actor actor, Instant now, Consumer<Step> out) {
        machinery
                .sign(state.signatures(), state.deployment().plan(), DUTIES, actor, now)
                .result()
                .ifPresent(signed -> out.accept(new Step(
                        actor.name() + " signs",
                        new State(
                                state.tick(),
                                state.deployment(),
                                signed,
                                state.places(),
                                state.late(),
                                state.looked(),
                                state.amended()),
                        Optional.empty(),
                        true)));
    }

    private static State with(State state, Deployment deployment) {
        return new State(
                state.tick(),
                deployment,
                state.signatures(),
                state.places(),
                state.late(),
                state.looked(),
                state.amended());
    }

    private static State with(State state, int place, Place changed) {
        List<Place> places = new ArrayList<>(state.places());
        places.set(place, changed);
        return new State(
                state.tick(),
                state.deployment(),
                state.signatures(),
                places,
                state.late(),
                state.looked(),
                state.amended());
    }

    private static void moved(State state, Outcome<Deployment> outcome, String what, Consumer<Step> out) {
        outcome.result().ifPresent(changed -> out.accept(new Step(what, with(state, changed), Optional.empty(), true)));
    }

    private void people(State state, Instant now, Consumer<Step> out) {
        Deployment deployment = state.deployment();
        if (troubles.contains(Trouble.HOLD) && deployment.holds().isEmpty()) {
            moved(state, HoldDesk.place(deployment, Hold.Kind.OPERATOR, "stop", OPERATOR, now), "olga holds", out);
        }
        moved(state, HoldDesk.lift(deployment, Hold.Kind.OPERATOR, OPERATOR, now), "olga lifts the hold", out);
        if (troubles.contains(Trouble.AMENDMENT) && !state.amended() && deployment.state() == DeploymentState.ROLLING) {
            out.accept(new Step(
                    "the plan is amended",
                    new State(
                            state.tick(),
                            deployment.amended(AMENDED),
                            state.signatures(),
                            state.places(),
                            state.late(),
                            state.looked(),
                            true),
                    Optional.empty(),
                    true));
        }
        for (Wave wave : deployment.waves()) {
            if (wave.state() == WaveState.JUDGED) {
                moved(state, WaveMachine.waive(deployment, wave.id(), "go on", APPROVER, now), "anna waives", out);
            }
        }
        if (deployment.state() == DeploymentState.ANALYSIS && deployment.wavesOver()) {
            moved(
                    state,
                    DeploymentMachine.move(deployment, DeploymentMachine.Move.EVALUATE, true, COORDINATOR, now),
                    "carl evaluates",
                    out);
        }
        if (deployment.state() == DeploymentState.EVALUATION) {
            moved(
                    state,
                    DeploymentMachine.move(deployment, DeploymentMachine.Move.CLOSE, true, COORDINATOR, now),
                    "carl closes",
                    out);
        }
    }

    private void console(State state, Instant now, Consumer<Step> out) {
        Deployment seen = machinery.seen(state.deployment());
        View view = view(state, seen);
        List<Decision> next = decided.computeIfAbsent(
                new Situation(state.tick(), seen, view.waves(), view.signed()), unused -> machinery.next(view, now));
        for (Decision decision : next) {
            State after = carryOut(state, seen, decision, now);
            if (after.equals(state)) {
                continue;
            }
            out.accept(new Step("console: " + decision, after, Optional.empty(), true));
            // Carried out twice, it does nothing.
            State twice = carryOut(after, machinery.seen(after.deployment()), decision, now);
            if (!twice.equals(after)) {
                throw new AssertionError("carried out twice, " + decision + " does something: " + twice);
            }
            if (troubles.contains(Trouble.SECOND_CONSOLE) && !state.looked()) {
                out.accept(new Step(
                        "another console decides and stalls: " + decision,
                        new State(
                                state.tick(),
                                state.deployment(),
                                state.signatures(),
                                state.places(),
                                Optional.of(decision),
                                true,
                                state.amended()),
                        Optional.empty(),
                        false));
            }
            // It crashes before the next one; whoever goes on begins anew.
            break;
        }
        state.late().ifPresent(decision -> {
            State after = carryOut(state, seen, decision, now);
            out.accept(new Step(
                    "another console at last: " + decision,
                    new State(
                            after.tick(),
                            after.deployment(),
                            after.signatures(),
                            after.places(),
                            Optional.empty(),
                            true,
                            after.amended()),
                    Optional.empty(),
                    !after.equals(state)));
        });
    }

    /** As the scheduler does it: only in the state that the decision names, in one transaction. */
    private State carryOut(State state, Deployment seen, Decision decision, Instant now) {
        if (decision instanceof Decision.OfWave of
                && seen.wave(of.wave().number()).state() != of.seen()) {
            return state;
        }
        Actor product = Actor.product();
        return switch (decision) {
            case Decision.Advance(DeploymentId unusedId, DeploymentState from, DeploymentMachine.Move move) ->
                seen.state() != from
                        ? state
                        : take(state, -1, DeploymentMachine.move(seen, move, signed(state), product, now));
            case Decision.PlaceHold hold ->
                take(state, -1, HoldDesk.place(state.deployment(), hold.kind(), hold.why(), product, now));
            case Decision.LiftHold hold ->
                take(state, -1, HoldDesk.lift(state.deployment(), hold.kind(), product, now));
            case Decision.NextStep unused -> state;
            case Decision.Freeze(WaveId wave, WaveState unusedSeen) ->
                take(
                        state,
                        wave.number(),
                        WaveMachine.freeze(seen, wave, MEMBERS.get(wave.number() - 1), product, now));
            case Decision.Preposition(WaveId wave, WaveState unusedSeen) ->
                take(state, wave.number(), WaveMachine.preposition(seen, wave, product, now));
            case Decision.Cover(WaveId wave, WaveState unusedSeen) ->
                take(state, wave.number(), WaveMachine.covered(seen, wave, product, now));
            case Decision.Arm(WaveId wave, WaveState unusedSeen) ->
                take(state, wave.number(), WaveMachine.arm(seen, wave, signed(state), product, now));
            case Decision.Activate(WaveId wave, WaveState unusedSeen) -> {
                Outcome<Deployment> active = WaveMachine.activate(seen, wave, signed(state), product, now);
                yield active.result().isEmpty() ? state : dispatch(take(state, wave.number(), active), wave.number());
            }
            case Decision.TryAgain again -> tryAgain(state, again.wave().number());
            case Decision.Drain drain ->
                take(state, drain.wave().number(), WaveMachine.drain(seen, drain.wave(), product, now));
            case Decision.GiveUp give -> giveUp(state, give.wave().number(), now);
            case Decision.Judge judge ->
                take(
                        state,
                        judge.wave().number(),
                        WaveMachine.judge(
                                seen,
                                judge.wave(),
                                judge.judgement().verdict(),
                                judge.judgement().line(),
                                product,
                                now));
            case Decision.AskPerson unused -> state;
            case Decision.TakeBack unused -> state;
            case Decision.Close(WaveId wave, WaveState unusedSeen) ->
                take(state, wave.number(), WaveMachine.close(seen, wave, product, now));
            case Decision.Skip skip ->
                take(state, skip.wave().number(), WaveMachine.skip(seen, skip.wave(), skip.why(), product, now));
        };
    }

    /** What was changed, and nothing of what was only seen so. */
    private static State take(State state, int wave, Outcome<Deployment> outcome) {
        Optional<Deployment> changed = outcome.result();
        if (changed.isEmpty()) {
            return state;
        }
        Deployment was = state.deployment();
        return with(
                state,
                wave < 0
                        ? new Deployment(
                                was.id(),
                                changed.get().state(),
                                changed.get().since(),
                                was.plan(),
                                changed.get().holds(),
                                was.waves())
                        : was.with(changed.get().wave(wave)));
    }

    private State dispatch(State state, int wave) {
        State after = state;
        for (int place = 0; place < WAVE_OF.size(); place++) {
            if (WAVE_OF.get(place) == wave
                    && after.places().get(place).attempts().isEmpty()) {
                after = with(after, place, dispatched(after.places().get(place)));
            }
        }
        return after;
    }

    private static Place dispatched(Place place) {
        List<Attempt> attempts = new ArrayList<>(place.attempts());
        attempts.add(new Attempt(ActionState.QUEUED, false, false, Optional.empty(), -1, false));
        boolean working = place.phase() == Phase.WORKING;
        return new Place(
                attempts,
                working ? place.attempt() : attempts.size(),
                working ? Phase.WORKING : Phase.IDLE,
                Optional.empty(),
                place.journal(),
                place.stored(),
                place.acknowledged(),
                place.begun());
    }

    private State tryAgain(State state, int wave) {
        State after = state;
        for (int place = 0; place < WAVE_OF.size(); place++) {
            if (WAVE_OF.get(place) == wave) {
                List<Member> members = members(after, wave);
                long retried = members.stream()
                        .mapToLong(member -> member.latest().orElseThrow().id().attempt() - 1L)
                        .sum();
                if (machinery
                        .again(member(after, place), PLAN.retry(), retried, members.size())
                        .isPresent()) {
                    after = with(after, place, dispatched(after.places().get(place)));
                }
            }
        }
        return after;
    }

    private State giveUp(State state, int wave, Instant now) {
        State after = state;
        for (int place = 0; place < WAVE_OF.size(); place++) {
            Place at = after.places().get(place);
            if (WAVE_OF.get(place) == wave && !at.attempts().isEmpty()) {
                int last = at.attempts().size();
                Action action = action(after, place, last);
                if (!action.ended()) {
                    after = heardOf(after, place, last, action.givenUp(action.silentEnd(), now));
                }
            }
        }
        return after;
    }

    private static State heardOf(State state, int place, int attempt, Action now) {
        Place at = state.places().get(place);
        List<Attempt> attempts = new ArrayList<>(at.attempts());
        attempts.set(attempt - 1, attempt(now, attempts.get(attempt - 1).leasedUntil()));
        return with(
                state,
                place,
                new Place(
                        attempts,
                        at.attempt(),
                        at.phase(),
                        at.lease(),
                        at.journal(),
                        at.stored(),
                        at.acknowledged(),
                        at.begun()));
    }

    // ---- endpoints

    private void endpoint(State state, int place, Instant now, Consumer<Step> out) {
        Place at = state.places().get(place);
        if (at.attempt() > 0 && at.phase() == Phase.IDLE) {
            if (at.lease().isEmpty()) {
                ask(state, place, now, out);
            } else if (machinery.begins(at(at.lease().get().until()), now)) {
                begin(state, place, now, out);
            }
        }
        if (at.phase() == Phase.WORKING) {
            ends(state, place, machinery.goodEnd(), "ends well", out);
            ends(state, place, List.of(ActionState.FAILED), "fails and is as before", out);
            if (!machinery.remembersWhatItBegan()) {
                out.accept(new Step(
                        "place " + place + " crashes",
                        with(
                                state,
                                place,
                                new Place(
                                        at.attempts(),
                                        at.attempt(),
                                        Phase.IDLE,
                                        Optional.empty(),
                                        at.journal(),
                                        at.stored(),
                                        at.acknowledged(),
                                        at.begun())),
                        Optional.empty(),
                        false));
            }
        }
        for (int report = 0; report < at.journal().size(); report++) {
            if ((at.stored() & (1 << report)) == 0) {
                deliver(state, place, report, out);
            }
        }
    }

    private void ask(State state, int place, Instant now, Consumer<Step> out) {
        Place at = state.places().get(place);
        Action action = action(state, place, at.attempt());
        long others = 0;
        long pair = 0;
        for (int other = 0; other < WAVE_OF.size(); other++) {
            for (int attempt = 1;
                    attempt <= state.places().get(other).attempts().size();
                    attempt++) {
                if (machinery.counts(action(state, other, attempt), now)) {
                    others++;
                    pair += other < 2 ? 1 : 0;
                }
            }
        }
        LeaseDesk.Ruling ruling = machinery.rule(
                new LeaseDesk.Standing(
                        state.deployment(),
                        action,
                        signed(state),
                        TIMETABLE,
                        Optional.empty(),
                        PLAN.timeouts().run(),
                        PLAN.blastRadius(),
                        new Footing(others, others, place < 2 ? pair : 0, 0),
                        new Footing(3, 3, place < 2 ? 2 : 0, 0)),
                now);
        if (ruling instanceof LeaseDesk.Ruling.Granted(Instant until)) {
            int tick = (int) (Duration.between(BEGIN, until).toMillis() / TICK.toMillis());
            List<Attempt> attempts = new ArrayList<>(at.attempts());
            attempts.set(at.attempt() - 1, attempt(action.leased(until), tick));
            State lost = with(
                    state,
                    place,
                    new Place(
                            attempts,
                            at.attempt(),
                            at.phase(),
                            Optional.empty(),
                            at.journal(),
                            at.stored(),
                            at.acknowledged(),
                            at.begun()));
            if (!lost.equals(state)) {
                out.accept(
                        new Step("place " + place + " has a lease, the answer is lost", lost, Optional.empty(), false));
            }
            out.accept(new Step(
                    "place " + place + " has a lease",
                    with(
                            lost,
                            place,
                            new Place(
                                    attempts,
                                    at.attempt(),
                                    at.phase(),
                                    Optional.of(new Lease(
                                            tick, state.deployment().plan().equals(AMENDED))),
                                    at.journal(),
                                    at.stored(),
                                    at.acknowledged(),
                                    at.begun())),
                    Optional.empty(),
                    false));
        }
    }

    private void begin(State state, int place, Instant now, Consumer<Step> out) {
        Place at = state.places().get(place);
        List<Report> journal = new ArrayList<>(at.journal());
        journal.add(new Report(at.attempt(), List.of(ActionState.APPLYING)));
        out.accept(new Step(
                "place " + place + " begins",
                with(
                        state,
                        place,
                        new Place(
                                at.attempts(),
                                at.attempt(),
                                Phase.WORKING,
                                Optional.empty(),
                                journal,
                                at.stored(),
                                at.acknowledged(),
                                at.begun() | (1 << at.attempt()))),
                Optional.of(new World.Start(
                        name(place, at.attempt()),
                        id(place),
                        SITE,
                        now,
                        at.lease().orElseThrow().amended() ? AMENDED : DIGEST,
                        Optional.empty())),
                false));
    }

    private static void ends(State state, int place, List<ActionState> said, String what, Consumer<Step> out) {
        Place at = state.places().get(place);
        List<Report> journal = new ArrayList<>(at.journal());
        journal.add(new Report(at.attempt(), said));
        boolean overtaken = at.attempts().size() > at.attempt();
        out.accept(new Step(
                "place " + place + " " + what,
                with(
                        state,
                        place,
                        new Place(
                                at.attempts(),
                                at.attempts().size(),
                                overtaken ? Phase.IDLE : Phase.DONE,
                                Optional.empty(),
                                journal,
                                at.stored(),
                                at.acknowledged(),
                                at.begun())),
                Optional.empty(),
                false));
    }

    private void deliver(State state, int place, int report, Consumer<Step> out) {
        Place at = state.places().get(place);
        Report said = at.journal().get(report);
        Action now = action(state, place, said.attempt());
        for (ActionState one : said.states()) {
            Optional<CodeClass> failure = one == ActionState.FAILED ? Optional.of(failure()) : Optional.empty();
            now = machinery.heard(now, one, failure, BEGIN);
        }
        State heard = heardOf(state, place, said.attempt(), now);
        Place was = heard.places().get(place);
        int stored = machinery.storesBeforeItAcknowledges() ? was.stored() | (1 << report) : was.stored();
        int told = machinery.storesBeforeItAcknowledges()
                ? Integer.numberOfTrailingZeros(~stored)
                : was.acknowledged() + 1;
        out.accept(new Step(
                "of place " + place + " it is heard: " + said.states(),
                with(
                        heard,
                        place,
                        new Place(
                                was.attempts(),
                                was.attempt(),
                                was.phase(),
                                was.lease(),
                                was.journal(),
                                stored,
                                told,
                                was.begun())),
                Optional.empty(),
                true));
    }

    private CodeClass failure() {
        return troubles.contains(Trouble.RETRY) ? CodeClass.TRANSIENT : CodeClass.PERMANENT;
    }

    // ---- what the laws see

    World world(State state) {
        List<Action> actions = new ArrayList<>();
        List<World.Start> starts = new ArrayList<>();
        List<World.Journal> journals = new ArrayList<>();
        long broken = 0;
        for (int place = 0; place < WAVE_OF.size(); place++) {
            Place at = state.places().get(place);
            for (int attempt = 1; attempt <= at.attempts().size(); attempt++) {
                actions.add(action(state, place, attempt));
                if ((at.begun() & (1 << attempt)) != 0) {
                    starts.add(new World.Start(name(place, attempt), id(place), SITE, BEGIN, DIGEST, Optional.empty()));
                }
            }
            journals.add(new World.Journal(id(place), 1, at.contiguous(), at.acknowledged(), at.whole()));
            broken += at.phase() == Phase.WORKING ? 1 : 0;
        }
        SortedMap<WaveId, SortedMap<Sorting, Long>> sorted = new TreeMap<>();
        for (Wave wave : state.deployment().waves()) {
            if (wave.membership().isPresent()) {
                sorted.put(
                        wave.id(),
                        machinery
                                .tally(members(state, wave.id().number()), PLAN.retry(), at(state.tick()))
                                .sorted());
            }
        }
        return new World(
                at(state.tick()),
                List.of(new World.Order(
                        state.deployment(),
                        RISK,
                        DUTIES,
                        Set.of(),
                        state.signatures(),
                        sorted,
                        List.of(new World.Exposure(
                                "of all targets", PLAN.blastRadius().fleet(), 3, broken)))),
                actions,
                starts,
                Map.of(SITE, TIMETABLE),
                journals,
                new World.Audit(0, AuditChain.BEGINNING, List.of()));
    }

    /** What the laws see after a step: its start behind all others, its entry behind the chain. */
    World after(World before, Step step) {
        World now = world(step.to());
        List<World.Start> starts = new ArrayList<>(before.starts());
        step.began().ifPresent(starts::add);
        World.Audit audit = before.audit();
        // The chain is written by one piece, the same at every step: it is enough to watch it where people sign.
        if (step.recorded() && step.to().deployment().state() == DeploymentState.NOTIFIED) {
            AuditChain chain = new AuditChain(audit.number(), audit.head());
            AuditEntry entry = new AuditEntry(now.now(), "packhorse", "system", "step", ID.toString(), new TreeMap<>());
            var link = machinery.record(chain, entry);
            audit = new World.Audit(link.number(), link.digest(), List.of(link));
        }
        return new World(now.now(), now.orders(), now.actions(), starts, now.timetables(), now.journals(), audit);
    }

    // ---- what is the same

    /**
     * What of a state matters for what may follow: times that nobody asks any more are all one, reports that are stored and acknowledged are
     * gone, and the two places of the first wave are in the smaller order.
     */
    State canonical(State state) {
        Instant now = at(state.tick());
        Deployment was = state.deployment();
        List<Wave> waves = was.waves().stream()
                .map(wave -> new Wave(
                        wave.id(),
                        wave.state(),
                        wave.state().runs() ? wave.since() : BEGIN,
                        wave.membership(),
                        wave.members(),
                        wave.verdict(),
                        "",
                        wave.waiver().map(waiver -> new Waiver(waiver.person(), waiver.why(), BEGIN)),
                        wave.extensions()))
                .toList();
        List<Hold> holds =
                was.holds().stream().map(hold -> canonical(hold, now)).toList();
        List<Place> places = new ArrayList<>();
        state.places().forEach(place -> places.add(canonical(place, state.tick(), now)));
        if (places.get(0).hashCode() > places.get(1).hashCode()) {
            places.add(0, places.remove(1));
        }
        return new State(
                state.tick(),
                new Deployment(was.id(), was.state(), BEGIN, was.plan(), holds, waves),
                state.signatures(),
                places,
                state.late(),
                state.looked(),
                state.amended());
    }

    private static Hold canonical(Hold hold, Instant now) {
        if (!hold.holds()) {
            return new Hold(hold.kind(), hold.who(), hold.why(), BEGIN, Optional.of(BEGIN));
        }
        return now.isAfter(hold.since().plus(LeaseDesk.HALT_WITHIN))
                ? Hold.of(hold.kind(), hold.who(), hold.why(), BEGIN)
                : hold;
    }

    private Place canonical(Place place, int tick, Instant now) {
        List<Attempt> attempts =
                place.attempts().stream().map(one -> canonical(one, now)).toList();
        boolean over = place.lease().isPresent()
                && !machinery.begins(at(place.lease().get().until()), at(tick));
        boolean all = place.stored() == (1 << place.journal().size()) - 1
                && place.acknowledged() == place.journal().size();
        return new Place(
                attempts,
                place.attempt(),
                place.phase(),
                over ? Optional.empty() : place.lease(),
                all ? List.of() : place.journal(),
                all ? 0 : place.stored(),
                all ? 0 : place.acknowledged(),
                place.begun() & (1 << place.attempt()));
    }

    private static Attempt canonical(Attempt one, Instant now) {
        boolean over = one.state().ends(Operation.INSTALL) && !one.givenUp();
        boolean expired = one.leasedUntil() >= 0
                && !at(one.leasedUntil()).plus(LeaseDesk.CLOCK_SKEW).isAfter(now);
        return new Attempt(
                one.state(),
                !over && one.changed(),
                one.verified(),
                one.failure(),
                over ? -1 : expired ? 0 : one.leasedUntil(),
                one.givenUp());
    }
}
