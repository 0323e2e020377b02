package packhorse.console.law;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
import packhorse.console.gate.Guarantee;
import packhorse.console.gate.Thresholds;
import packhorse.console.gate.Verdict;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.ActionNumbers;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.BetaPlan;
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
import packhorse.console.wave.Purpose;
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
import packhorse.console.wave.WaveTally;
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
 * A small world: two waves, three endpoints, one console that may crash anywhere, another that may be late, messages that are lost, doubled and
 * overtake each other, an operator with a hold, a plan that is amended, people who sign, waive, extend, leave out, abort and take back.
 * Time goes in steps of a lease; a blackout comes in the middle.
 *
 * <p>The console's side is the product's own machinery. The endpoints' side is a model of what an agent does: it asks for a lease, begins
 * while it has one, ends well or is as before or is broken, and keeps its reports until they are acknowledged.
 *
 * <p>What is equal is one object in here ({@link #one}), so that a state is known again by its parts without looking into them.
 */
final class SmallWorld {
    static final Instant BEGIN = Instant.parse("2026-03-02T01:00:00Z");
    static final Duration TICK = LeaseDesk.LEASE_TIME;
    static final int TICKS = 4;
    private static final Instant[] AT = IntStream.rangeClosed(-1, TICKS + 2)
            .mapToObj(tick -> BEGIN.plus(TICK.multipliedBy(tick)))
            .toArray(Instant[]::new);
    private static final int CLOSED_FROM = 2;
    private static final int CLOSED_TO = 3;
    private static final String SITE = "berlin";
    private static final int PLACES = 3;

    private static final DeploymentId ID = new DeploymentId(OrderId.of(2026, 1), 1);
    private static final Subject SUBJECT =
            Subject.release(new ReleaseId(new ReleaseName("acme", "app"), Version.parse("2.0"), new Platform("any")));
    private static final Line LINE = Line.of(SUBJECT);
    private static final List<EndpointId> FLEET = List.of(endpoint(1), endpoint(2), endpoint(3));

    private static final Actor OPERATOR = Actor.person("olga", Role.INSTALLATION_COORDINATOR);
    private static final Actor COORDINATOR = Actor.person("carl", Role.CHANGE_COORDINATOR);
    private static final Actor APPROVER = Actor.person("anna", Role.APPROVER);
    /** She asked for it, and is an approver in other changes. */
    private static final Actor REQUESTER = Actor.person("rita", Role.REQUESTER, Role.APPROVER);

    private static final Duties DUTIES =
            new Duties(Set.of(new PersonId("rita")), Set.of(), Set.of(new PersonId("olga")), Set.of());
    private static final RiskClass RISK = RiskClass.STANDARD;

    /** Where a world begins and what its plan says. */
    enum Setting {
        /** Signed, then two waves: of two endpoints, and of one. */
        TWO_WAVES(1, TICKS),
        /** Signed, then a beta group of two, its evaluation, and a wave of one. */
        BETA(0, TICKS),
        /** Two waves are over and all is to be taken back: one endpoint is as before, one silent and still at work, one went well. */
        BACKOUT(1, TICKS - 1);

        private final int first;
        private final int ticks;

        Setting(int first, int ticks) {
            this.first = first;
            this.ticks = ticks;
        }

        /** The first two places are alike. */
        int waveOf(int place) {
            return place < 2 ? first : first + 1;
        }
    }

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
        RETRY,
        /** An inconclusive wave is watched longer. */
        EXTEND,
        /** An approver leaves a wave out. */
        SKIP,
        /** A coordinator calls it off. */
        ABORT,
        /** What fails may be broken afterwards. */
        BREAKAGE
    }

    /** Parts that are the same objects. */
    static final class Same {
        private final Object[] parts;
        private final int hash;

        Same(Object... parts) {
            this.parts = parts;
            int mixed = 1;
            for (Object part : parts) {
                mixed = 31 * mixed + System.identityHashCode(part);
            }
            this.hash = mixed;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // It is what this is for.
        public boolean equals(Object other) {
            if (!(other instanceof Same that) || that.parts.length != parts.length) {
                return false;
            }
            for (int i = 0; i < parts.length; i++) {
                if (parts[i] != that.parts[i]) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private final Machinery machinery;
    private final Setting setting;
    private final Set<Trouble> troubles;
    private final Plan plan;
    private final Sha256 digest;
    private final Sha256 amendedDigest;
    private final Timetable timetable;
    private final Map<String, Timetable> timetables;
    private final List<FrozenMembership> members;
    private final ActionId[][] names;
    /** The site's opening hours, by tick. */
    private final boolean[] open;

    private final List<Optional<String>> closed;

    private final Map<Object, Object> interned = new HashMap<>();
    private final Map<Same, Facts> facts = new HashMap<>();
    private final Map<Same, Sight> sights = new HashMap<>();
    private final Map<Same, SortedMap<WaveId, SortedMap<Sorting, Long>>> sorted = new HashMap<>();
    private final Map<Same, View.WaveView> waveViews = new HashMap<>();
    /** What was decided in situations that came before: the same again, as the laws of the small world have no memory. */
    private final Map<Same, List<Decision>> decided = new HashMap<>();

    private final IdentityHashMap<Deployment, Deployment> seen = new IdentityHashMap<>();
    private final Map<Same, Boolean> signed = new HashMap<>();
    private final Map<Same, Deployment> canonicalDeployments = new HashMap<>();
    private final Map<Same, Place> canonicalPlaces = new HashMap<>();

    SmallWorld(Setting setting, Machinery machinery, Set<Trouble> troubles) {
        this.setting = setting;
        this.machinery = machinery;
        this.troubles = troubles;
        this.plan = plan();
        this.digest = PlanDigest.of(plan, List.of(Sha256.of(new byte[] {1})));
        this.amendedDigest = PlanDigest.of(plan, List.of(Sha256.of(new byte[] {2})));
        this.timetable = new Timetable(SITE, ZoneId.of("Europe/Berlin"), plan.windows(), plan.blackouts());
        this.timetables = Map.of(SITE, timetable);
        Division division = Division.of(
                plan, FLEET.stream().map(id -> Candidate.of(id, "desk", SITE)).toList());
        this.members = List.of(division.freeze(setting.first, FLEET), division.freeze(setting.first + 1, FLEET));
        this.open = new boolean[TICKS + 1];
        this.closed = new ArrayList<>();
        for (int tick = 0; tick <= TICKS; tick++) {
            open[tick] = timetable.at(at(tick)).isPresent();
            closed.add(
                    troubles.contains(Trouble.BLACKOUT)
                            ? Blackouts.everywhere(List.of(timetable), at(tick))
                            : Optional.empty());
        }
        this.names = new ActionId[PLACES][];
        for (int place = 0; place < PLACES; place++) {
            names[place] = names(place);
        }
    }

    private Plan plan() {
        boolean beta = setting == Setting.BETA;
        boolean back = setting == Setting.BACKOUT;
        WavePlan rest = new WavePlan("rest", new Slice.Rest(), Duration.ZERO);
        return new Plan(
                List.of(SUBJECT),
                Operation.INSTALL,
                Targets.query("site==berlin"),
                beta ? Optional.of(new BetaPlan(Guarantee.of(0.4, 0.6), Duration.ZERO)) : Optional.empty(),
                beta ? List.of(rest) : List.of(new WavePlan("first", new Slice.Count(2), Duration.ZERO), rest),
                List.of(new Window.Always()),
                List.of(new Blackout.Fixed(at(CLOSED_FROM), at(CLOSED_TO), "till", new Scope.AllSites())),
                Thresholds.of(0.3, 0.62, 0.62, 0.6),
                new BlastRadius(
                        new Cap.Count(back ? 2 : 1), new Cap.Count(3), new Cap.Count(back ? 2 : 1), new Cap.Count(3)),
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
                new Judging(Judging.By.GATE, troubles.contains(Trouble.EXTEND) ? 1 : 0, back),
                new InstallPolicy(Optional.empty(), false, false, false, false, !back),
                7);
    }

    private static Instant at(int tick) {
        return AT[tick + 1];
    }

    private static int tick(Instant at) {
        return (int) ((at.toEpochMilli() - BEGIN.toEpochMilli()) / TICK.toMillis());
    }

    private static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        bytes[0] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    /** The same object for whatever is equal. */
    @SuppressWarnings("unchecked")
    private <T> T one(T value) {
        T known = (T) interned.putIfAbsent(value, value);
        return known == null ? value : known;
    }

    enum Phase {
        IDLE,
        WORKING,
        DONE
    }

    /**
     * What the console knows of one attempt.
     *
     * @param back it takes back
     * @param leasedUntil in ticks, −1 for none
     * @param since in ticks, of one that takes back; −1: long ago
     */
    record Attempt(
            boolean back,
            ActionState state,
            boolean changed,
            boolean verified,
            Optional<CodeClass> failure,
            int leasedUntil,
            int since,
            boolean givenUp) {
        Operation operation() {
            return back ? Operation.ROLLBACK : Operation.INSTALL;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Attempt that
                    && back == that.back
                    && state == that.state
                    && changed == that.changed
                    && verified == that.verified
                    && leasedUntil == that.leasedUntil
                    && since == that.since
                    && givenUp == that.givenUp
                    && failure.equals(that.failure);
        }

        @SuppressWarnings("EnumOrdinal") // The same in every run: so are the places where states are kept.
        @Override
        public int hashCode() {
            int flags = (back ? 1 : 0) | (changed ? 2 : 0) | (verified ? 4 : 0) | (givenUp ? 8 : 0);
            return (((state.ordinal() << 4 | flags) << 4 | leasedUntil + 1) << 4 | since + 1) + failure.hashCode();
        }
    }

    /** What an endpoint holds: until which tick it may begin, and whether for the amended plan. */
    record Lease(int until, boolean amended) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Lease that && until == that.until && amended == that.amended;
        }

        @Override
        public int hashCode() {
            return 2 * until + (amended ? 1 : 0);
        }
    }

    /** What an endpoint sends at once. */
    record Report(int attempt, List<ActionState> states) {
        Report {
            states = List.copyOf(states);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Report that && attempt == that.attempt && states.equals(that.states);
        }

        @Override
        public int hashCode() {
            return 31 * attempt + states.hashCode();
        }
    }

    /**
     * An endpoint and what the console knows of it.
     *
     * @param attempt which one it is at, from 1
     * @param lease lost when it crashes, or its answer is
     * @param stored a bit for each report
     * @param acknowledged so many reports it was told to forget
     * @param begun a bit for each attempt
     * @param broken it could not undo what it had begun
     */
    record Place(
            List<Attempt> attempts,
            int attempt,
            Phase phase,
            Optional<Lease> lease,
            List<Report> journal,
            int stored,
            int acknowledged,
            int begun,
            boolean broken) {
        Place {
            attempts = List.copyOf(attempts);
            journal = List.copyOf(journal);
        }

        static final Place UNTOUCHED = new Place(List.of(), 0, Phase.IDLE, Optional.empty(), List.of(), 0, 0, 0, false);

        int contiguous() {
            return Integer.numberOfTrailingZeros(~stored);
        }

        boolean whole() {
            return stored == (1 << contiguous()) - 1;
        }

        Place knowing(List<Attempt> known) {
            return new Place(known, attempt, phase, lease, journal, stored, acknowledged, begun, broken);
        }

        Place holding(Optional<Lease> held) {
            return new Place(attempts, attempt, phase, held, journal, stored, acknowledged, begun, broken);
        }

        Place at(int now, Phase then) {
            return new Place(attempts, now, then, Optional.empty(), journal, stored, acknowledged, begun, broken);
        }

        Place saying(List<ActionState> states) {
            List<Report> more = new ArrayList<>(journal);
            more.add(new Report(attempt, states));
            return new Place(attempts, attempt, phase, lease, more, stored, acknowledged, begun, broken);
        }

        Place heard(int nowStored, int told) {
            return new Place(attempts, attempt, phase, lease, journal, nowStored, told, begun, broken);
        }

        Place begins() {
            return new Place(
                    attempts,
                    attempt,
                    Phase.WORKING,
                    Optional.empty(),
                    journal,
                    stored,
                    acknowledged,
                    begun | (1 << attempt),
                    broken);
        }

        Place being(boolean nowBroken) {
            return new Place(attempts, attempt, phase, lease, journal, stored, acknowledged, begun, nowBroken);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Place that
                    && attempt == that.attempt
                    && phase == that.phase
                    && stored == that.stored
                    && acknowledged == that.acknowledged
                    && begun == that.begun
                    && broken == that.broken
                    && lease.equals(that.lease)
                    && attempts.equals(that.attempts)
                    && journal.equals(that.journal);
        }

        @SuppressWarnings("EnumOrdinal") // The same in every run: so are the places where states are kept.
        @Override
        public int hashCode() {
            int numbers = (stored << 4 | acknowledged) << 8 | begun << 1 | (broken ? 1 : 0);
            int mixed = 31 * (31 * numbers + attempt) + phase.ordinal();
            return 31 * (31 * (31 * mixed + lease.hashCode()) + attempts.hashCode()) + journal.hashCode();
        }
    }

    /**
     * Everything. Its parts are each one object where they are equal.
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

        State at(int now) {
            return new State(now, deployment, signatures, places, late, looked, amended);
        }

        State with(Deployment changed) {
            return new State(tick, changed, signatures, places, late, looked, amended);
        }

        State with(PlanApprovals changed) {
            return new State(tick, deployment, changed, places, late, looked, amended);
        }

        State with(int place, Place changed) {
            List<Place> all = new ArrayList<>(places);
            all.set(place, changed);
            return new State(tick, deployment, signatures, all, late, looked, amended);
        }

        State stalling(Optional<Decision> decision) {
            return new State(tick, deployment, signatures, places, decision, true, amended);
        }

        State amended(Deployment changed) {
            return new State(tick, changed, signatures, places, late, looked, true);
        }

        /** Whether nothing has happened. */
        @SuppressWarnings("ReferenceEquality") // What is equal is one object.
        boolean is(State other) {
            return tick == other.tick
                    && deployment == other.deployment
                    && signatures == other.signatures
                    && places.get(0) == other.places.get(0)
                    && places.get(1) == other.places.get(1)
                    && places.get(2) == other.places.get(2)
                    && looked == other.looked
                    && amended == other.amended
                    && late.equals(other.late);
        }

        /** By its parts. */
        Same key() {
            return new Same(
                    tick,
                    deployment,
                    signatures,
                    places.get(0),
                    places.get(1),
                    places.get(2),
                    late.isPresent() ? late.get() : late,
                    looked,
                    amended);
        }
    }

    /** One step: what it was, where it leads, and what the laws see of it. */
    record Step(Supplier<String> what, State to, Optional<World.Start> began, boolean recorded) {
        static Step of(Supplier<String> what, State to) {
            return new Step(what, to, Optional.empty(), false);
        }

        static Step recorded(Supplier<String> what, State to) {
            return new Step(what, to, Optional.empty(), true);
        }
    }

    State beginning() {
        Deployment planned = Deployment.planned(ID, plan, digest, BEGIN);
        if (setting != Setting.BACKOUT) {
            return new State(
                    0,
                    one(new Deployment(ID, DeploymentState.NOTIFIED, BEGIN, digest, List.of(), planned.waves())),
                    one(PlanApprovals.none()),
                    Collections.nCopies(PLACES, one(Place.UNTOUCHED)),
                    Optional.empty(),
                    false,
                    false);
        }
        List<Wave> over = planned.waves().stream()
                .map(wave -> new Wave(
                        wave.id(),
                        WaveState.CLOSED,
                        BEGIN,
                        Optional.of(membership(wave.id().number()).digest()),
                        membership(wave.id().number()).size(),
                        Optional.of(wave.id().number() == 1 ? Verdict.PASS : Verdict.FAIL),
                        "",
                        Optional.empty(),
                        0))
                .toList();
        Place good = done(new Attempt(false, ActionState.COMMITTABLE, false, true, Optional.empty(), -1, 0, false));
        Place bad = done(
                new Attempt(false, ActionState.FAILED, false, false, Optional.of(CodeClass.PERMANENT), -1, 0, false));
        Place silent = new Place(
                List.of(new Attempt(false, ActionState.TIMED_OUT, true, false, Optional.empty(), 0, 0, true)),
                1,
                Phase.WORKING,
                Optional.empty(),
                List.of(),
                0,
                0,
                1 << 1,
                false);
        return new State(
                0,
                one(new Deployment(ID, DeploymentState.ANALYSIS, BEGIN, digest, List.of(), over)),
                one(machinery
                        .sign(PlanApprovals.none(), digest, DUTIES, APPROVER, BEGIN)
                        .result()
                        .orElseThrow()),
                List.of(one(bad), one(silent), one(good)),
                Optional.empty(),
                false,
                false);
    }

    private static Place done(Attempt attempt) {
        return new Place(List.of(attempt), 1, Phase.DONE, Optional.empty(), List.of(), 0, 0, 0, false);
    }

    // ---- what the console sees

    private FrozenMembership membership(int wave) {
        return members.get(wave - setting.first);
    }

    private EndpointId id(int place) {
        return place < 2
                ? members.get(0).members().get(place)
                : members.get(1).members().get(0);
    }

    private int member(int place) {
        return place == 1 ? 2 : 1;
    }

    private ActionNumbers numbers(int place) {
        return ActionNumbers.of(plan, membership(setting.waveOf(place)).size());
    }

    /** The names of its attempts: those that deploy, then those that take back. */
    private ActionId[] names(int place) {
        WaveId wave = new WaveId(ID, setting.waveOf(place));
        ActionNumbers numbers = numbers(place);
        List<ActionId> all = new ArrayList<>();
        for (Purpose purpose : List.of(Purpose.DEPLOY, Purpose.ROLL_BACK)) {
            int number = numbers.number(new ActionNumbers.Job(purpose, member(place), 1));
            for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
                all.add(new ActionId(wave, number, attempt));
            }
        }
        return all.toArray(ActionId[]::new);
    }

    /** More than time is for. */
    private static final int ATTEMPTS_MAX = 8;

    private ActionId name(int place, Place at, int attempt) {
        boolean back = at.attempts().get(attempt - 1).back();
        int before = 0;
        for (int i = 0; i < attempt - 1; i++) {
            before += at.attempts().get(i).back() == back ? 1 : 0;
        }
        return names[place][(back ? ATTEMPTS_MAX : 0) + before];
    }

    private Action action(int place, Place at, int attempt) {
        Attempt one = at.attempts().get(attempt - 1);
        return new Action(
                name(place, at, attempt),
                id(place),
                LINE,
                one.operation(),
                one.state(),
                one.changed(),
                one.verified(),
                one.failure(),
                one.failure().isPresent() ? 1 : 0,
                one.leasedUntil() < 0 ? Optional.empty() : Optional.of(at(one.leasedUntil())),
                at(one.since()),
                one.givenUp());
    }

    private static Attempt attempt(Action action, Attempt was, int leasedUntil) {
        return new Attempt(
                was.back(),
                action.state(),
                action.changed(),
                action.verified(),
                action.codeClass(),
                action.leasedUntil().isPresent() ? leasedUntil : -1,
                was.back() ? tick(action.since()) : 0,
                action.givenUp());
    }

    /** Everything that follows from a place alone. */
    private record Facts(
            List<Action> actions,
            Attempts attempts,
            Member member,
            List<World.Start> starts,
            World.Journal journal,
            boolean mayBeBroken,
            boolean counts) {}

    private Facts facts(State state, int place) {
        Place at = state.places().get(place);
        boolean recalled = recalled(state, place);
        return facts.computeIfAbsent(new Same(at, place, recalled), unused -> facts(place, at, recalled));
    }

    private Facts facts(int place, Place at, boolean recalled) {
        List<Action> actions = new ArrayList<>();
        List<World.Start> starts = new ArrayList<>();
        for (int attempt = 1; attempt <= at.attempts().size(); attempt++) {
            actions.add(action(place, at, attempt));
            if ((at.begun() & (1 << attempt)) != 0) {
                starts.add(new World.Start(name(place, at, attempt), id(place), SITE, BEGIN, digest, Optional.empty()));
            }
        }
        Attempts attempts =
                new Attempts(new WaveId(ID, setting.waveOf(place)), numbers(place), member(place), id(place), actions);
        Member seenSo = attempts.member(SITE, false, recalled);
        return new Facts(
                List.copyOf(actions),
                attempts,
                new Member(
                        seenSo.endpoint(),
                        SITE,
                        true,
                        seenSo.latest(),
                        false,
                        recalled,
                        seenSo.takenBack(),
                        seenSo.progress()),
                List.copyOf(starts),
                new World.Journal(id(place), 1, at.contiguous(), at.acknowledged(), at.whole()),
                at.broken() || at.phase() == Phase.WORKING,
                !seenSo.takenBack() && actions.stream().anyMatch(action -> machinery.counts(action, Instant.MIN)));
    }

    /** Its wave has failed, or a person said so. */
    private boolean recalled(State state, int place) {
        return setting == Setting.BACKOUT
                || state.deployment().wave(setting.waveOf(place)).failed();
    }

    private List<Facts> ofWave(State state, int wave) {
        return wave == setting.first ? List.of(facts(state, 0), facts(state, 1)) : List.of(facts(state, 2));
    }

    private boolean signed(State state) {
        Deployment deployment = state.deployment();
        return signed.computeIfAbsent(
                new Same(state.signatures(), deployment.plan()),
                unused -> machinery.signed(state.signatures(), deployment.plan(), RISK, DUTIES));
    }

    private View.WaveView waveView(State state, int wave) {
        Facts first = facts(state, wave == setting.first ? 0 : 2);
        Facts last = wave == setting.first ? facts(state, 1) : first;
        Instant began = one(state.deployment().since());
        return waveViews.computeIfAbsent(new Same(first, last, state.tick(), began), unused -> {
            List<Facts> all = ofWave(state, wave);
            WaveTally tally = machinery.tally(all.stream().map(Facts::member).toList(), plan.retry(), at(state.tick()));
            long toTakeBack = all.stream()
                    .filter(one -> machinery
                            .nextBack(one.attempts(), one.member().recalled(), began)
                            .isPresent())
                    .count();
            long takingBack =
                    all.stream().filter(one -> one.attempts().takingBack()).count();
            return one(new View.WaveView(tally, open[state.tick()], toTakeBack, takingBack));
        });
    }

    private Deployment seen(Deployment deployment) {
        return seen.computeIfAbsent(deployment, unused -> one(machinery.seen(deployment)));
    }

    // ---- what may happen

    void steps(State state, Consumer<Step> out) {
        Instant now = at(state.tick());
        Deployment deployment = state.deployment();
        if (deployment.state() == DeploymentState.NOTIFIED) {
            sign(state, REQUESTER, now, out);
            sign(state, APPROVER, now, out);
            DeploymentMachine.Move start =
                    setting == Setting.BETA ? DeploymentMachine.Move.START_BETA : DeploymentMachine.Move.START_WAVES;
            moved(
                    state,
                    DeploymentMachine.move(deployment, start, signed(state), OPERATOR, now),
                    () -> "olga starts",
                    out);
            return;
        }
        if (deployment.state().isFinal()) {
            return;
        }
        console(state, now, out);
        people(state, now, out);
        for (int place = 0; place < PLACES; place++) {
            endpoint(state, place, now, out);
        }
        if (state.tick() < setting.ticks) {
            out.accept(Step.of(() -> "time goes on", state.at(state.tick() + 1)));
        }
    }

    private void sign(State state, Actor actor, Instant now, Consumer<Step> out) {
        machinery
                .sign(state.signatures(), state.deployment().plan(), DUTIES, actor, now)
                .result()
                .ifPresent(by -> out.accept(Step.recorded(() -> actor.name() + " signs", state.with(one(by)))));
    }

    private void moved(State state, Outcome<Deployment> outcome, Supplier<String> what, Consumer<Step> out) {
        outcome.result().ifPresent(changed -> out.accept(Step.recorded(what, state.with(one(changed)))));
    }

    private void people(State state, Instant now, Consumer<Step> out) {
        Deployment deployment = state.deployment();
        if (troubles.contains(Trouble.HOLD)
                && deployment.holds().stream().noneMatch(hold -> hold.kind() == Hold.Kind.OPERATOR)) {
            moved(
                    state,
                    HoldDesk.place(deployment, Hold.Kind.OPERATOR, "stop", OPERATOR, now),
                    () -> "olga holds",
                    out);
        }
        if (deployment.isHeld()) {
            moved(
                    state,
                    HoldDesk.lift(deployment, Hold.Kind.OPERATOR, OPERATOR, now),
                    () -> "olga lifts the hold",
                    out);
        }
        if (troubles.contains(Trouble.AMENDMENT)
                && !state.amended()
                && deployment.state().changesEndpoints()) {
            out.accept(
                    Step.recorded(() -> "the plan is amended", state.amended(one(deployment.amended(amendedDigest)))));
        }
        for (Wave wave : deployment.waves()) {
            judged(state, wave, now, out);
            if (troubles.contains(Trouble.SKIP)) {
                moved(
                        state,
                        WaveMachine.skip(deployment, wave.id(), "not now", APPROVER, now),
                        () -> "anna leaves out " + wave.id(),
                        out);
            }
        }
        if (troubles.contains(Trouble.ABORT)) {
            byHand(state, DeploymentMachine.Move.ABORT, COORDINATOR, now, out);
        }
        switch (deployment.state()) {
            case BETA_EVALUATION -> {
                byHand(state, DeploymentMachine.Move.GO, APPROVER, now, out);
                byHand(state, DeploymentMachine.Move.NO_GO, APPROVER, now, out);
                byHand(state, DeploymentMachine.Move.EXTEND, OPERATOR, now, out);
            }
            case ANALYSIS -> {
                if (deployment.wavesOver()) {
                    byHand(state, DeploymentMachine.Move.EVALUATE, COORDINATOR, now, out);
                }
            }
            case RECOVERY_CHECK -> {
                byHand(state, DeploymentMachine.Move.BACK_OUT, OPERATOR, now, out);
                byHand(state, DeploymentMachine.Move.EVALUATE, COORDINATOR, now, out);
            }
            case EVALUATION -> byHand(state, DeploymentMachine.Move.CLOSE, COORDINATOR, now, out);
            default -> {
                // Nobody has anything to say.
            }
        }
    }

    private void judged(State state, Wave wave, Instant now, Consumer<Step> out) {
        Deployment deployment = state.deployment();
        if (wave.state() != WaveState.JUDGED) {
            return;
        }
        moved(
                state,
                WaveMachine.waive(deployment, wave.id(), "go on", APPROVER, now),
                () -> "anna waives " + wave.id(),
                out);
        moved(
                state,
                machinery.extend(deployment, wave.id(), plan.judging().extensionsMax(), OPERATOR, now),
                () -> "olga watches " + wave.id() + " longer",
                out);
    }

    private void byHand(State state, DeploymentMachine.Move move, Actor actor, Instant now, Consumer<Step> out) {
        moved(
                state,
                DeploymentMachine.move(state.deployment(), move, signed(state), actor, now),
                () -> actor.name() + ": " + move,
                out);
    }

    private List<Decision> decisions(State state, Instant now) {
        Deployment deployment = seen(state.deployment());
        boolean isSigned = signed(state);
        View.WaveView first = waveView(state, setting.first);
        View.WaveView second = waveView(state, setting.first + 1);
        return decided.computeIfAbsent(
                new Same(state.tick(), deployment, first, second, isSigned),
                unused -> machinery
                        .next(
                                new View(
                                        deployment,
                                        plan,
                                        isSigned,
                                        true,
                                        Optional.empty(),
                                        true,
                                        List.of(first, second),
                                        closed.get(state.tick())),
                                now)
                        .stream()
                        .map(this::one)
                        .toList());
    }

    private void console(State state, Instant now, Consumer<Step> out) {
        Deployment deployment = seen(state.deployment());
        for (Decision decision : decisions(state, now)) {
            State after = carryOut(state, deployment, decision, now);
            if (after.is(state)) {
                continue;
            }
            out.accept(Step.recorded(() -> "console: " + decision, after));
            // Carried out twice, it does nothing.
            State twice = carryOut(after, machinery.seen(after.deployment()), decision, now);
            if (!twice.is(after)) {
                throw new AssertionError("carried out twice, " + decision + " does something: " + twice);
            }
            if (troubles.contains(Trouble.SECOND_CONSOLE) && !state.looked()) {
                out.accept(Step.of(
                        () -> "another console decides and stalls: " + decision,
                        state.stalling(Optional.of(decision))));
            }
            // It crashes before the next one; whoever goes on begins anew.
            break;
        }
        state.late().ifPresent(decision -> {
            State after = carryOut(state, deployment, decision, now);
            out.accept(new Step(
                    () -> "another console at last: " + decision,
                    after.stalling(Optional.empty()),
                    Optional.empty(),
                    !after.is(state)));
        });
    }

    /** As the scheduler does it: only in the state that the decision names, in one transaction. */
    private State carryOut(State state, Deployment deployment, Decision decision, Instant now) {
        if (decision instanceof Decision.OfWave of
                && deployment.wave(of.wave().number()).state() != of.seen()) {
            return state;
        }
        Actor product = Actor.product();
        return switch (decision) {
            case Decision.Advance(DeploymentId unusedId, DeploymentState from, DeploymentMachine.Move move) ->
                deployment.state() != from
                        ? state
                        : take(state, -1, DeploymentMachine.move(deployment, move, signed(state), product, now));
            case Decision.PlaceHold hold ->
                take(state, -1, HoldDesk.place(state.deployment(), hold.kind(), hold.why(), product, now));
            case Decision.LiftHold hold ->
                take(state, -1, HoldDesk.lift(state.deployment(), hold.kind(), product, now));
            case Decision.Freeze(WaveId wave, WaveState unusedSeen) ->
                take(
                        state,
                        wave.number(),
                        WaveMachine.freeze(deployment, wave, membership(wave.number()), product, now));
            case Decision.Preposition(WaveId wave, WaveState unusedSeen) ->
                take(state, wave.number(), WaveMachine.preposition(deployment, wave, product, now));
            case Decision.Cover(WaveId wave, WaveState unusedSeen) ->
                take(state, wave.number(), WaveMachine.covered(deployment, wave, product, now));
            case Decision.Arm(WaveId wave, WaveState unusedSeen) ->
                take(state, wave.number(), WaveMachine.arm(deployment, wave, signed(state), product, now));
            case Decision.Activate(WaveId wave, WaveState unusedSeen) -> {
                Outcome<Deployment> active = WaveMachine.activate(deployment, wave, signed(state), product, now);
                yield active.result().isEmpty() ? state : dispatch(take(state, wave.number(), active), wave.number());
            }
            case Decision.TryAgain again -> tryAgain(state, again.wave().number());
            case Decision.NextStep unused -> state;
            case Decision.Drain drain ->
                take(state, drain.wave().number(), WaveMachine.drain(deployment, drain.wave(), product, now));
            case Decision.GiveUp give -> giveUp(state, give.wave().number(), give.seen() != WaveState.DRAINING, now);
            case Decision.Judge judge ->
                take(
                        state,
                        judge.wave().number(),
                        WaveMachine.judge(
                                deployment,
                                judge.wave(),
                                judge.judgement().verdict(),
                                judge.judgement().line(),
                                product,
                                now));
            case Decision.AskPerson unused -> state;
            case Decision.TakeBack back -> takeBack(state, back.wave().number());
            case Decision.Close(WaveId wave, WaveState unusedSeen) ->
                take(state, wave.number(), WaveMachine.close(deployment, wave, product, now));
            case Decision.Skip skip ->
                take(state, skip.wave().number(), WaveMachine.skip(deployment, skip.wave(), skip.why(), product, now));
        };
    }

    /** What was changed, and nothing of what was only seen so. */
    private State take(State state, int wave, Outcome<Deployment> outcome) {
        Optional<Deployment> changed = outcome.result();
        if (changed.isEmpty()) {
            return state;
        }
        Deployment was = state.deployment();
        return state.with(one(
                wave < 0
                        ? new Deployment(
                                was.id(),
                                changed.get().state(),
                                changed.get().since(),
                                was.plan(),
                                changed.get().holds(),
                                was.waves(),
                                changed.get().backoutCalledOff())
                        : was.with(changed.get().wave(wave))));
    }

    private State dispatch(State state, int wave) {
        State after = state;
        for (int place = 0; place < PLACES; place++) {
            if (setting.waveOf(place) == wave
                    && after.places().get(place).attempts().isEmpty()) {
                after = dispatched(after, place, false);
            }
        }
        return after;
    }

    private State dispatched(State state, int place, boolean back) {
        Place at = state.places().get(place);
        List<Attempt> attempts = new ArrayList<>(at.attempts());
        attempts.add(new Attempt(
                back, ActionState.QUEUED, false, false, Optional.empty(), -1, back ? state.tick() : 0, false));
        Place knowing = at.knowing(attempts);
        return state.with(place, one(at.phase() == Phase.WORKING ? knowing : knowing.at(attempts.size(), Phase.IDLE)));
    }

    private State tryAgain(State state, int wave) {
        State after = state;
        for (int place = 0; place < PLACES; place++) {
            if (setting.waveOf(place) == wave) {
                List<Member> all =
                        ofWave(after, wave).stream().map(Facts::member).toList();
                long retried = all.stream()
                        .mapToLong(member -> member.latest().orElseThrow().id().attempt() - 1L)
                        .sum();
                if (machinery
                        .again(facts(after, place).member(), plan.retry(), retried, all.size())
                        .isPresent()) {
                    after = dispatched(after, place, false);
                }
            }
        }
        return after;
    }

    /** Only while the deployment takes back: a console that comes late finds that it does not any more. */
    private State takeBack(State state, int wave) {
        State after = state;
        for (int place = 0; place < PLACES; place++) {
            if (setting.waveOf(place) == wave && state.deployment().state() == DeploymentState.BACKOUT) {
                Facts facts = facts(after, place);
                Instant began = state.deployment().since();
                if (machinery
                        .nextBack(facts.attempts(), facts.member().recalled(), began)
                        .isPresent()) {
                    after = dispatched(after, place, true);
                }
            }
        }
        return after;
    }

    private State giveUp(State state, int wave, boolean back, Instant now) {
        State after = state;
        for (int place = 0; place < PLACES; place++) {
            if (setting.waveOf(place) == wave) {
                Place at = after.places().get(place);
                for (int attempt = 1; attempt <= at.attempts().size(); attempt++) {
                    Action action = facts(state, place).actions().get(attempt - 1);
                    if (at.attempts().get(attempt - 1).back() == back && !action.ended()) {
                        after = after.with(
                                place,
                                heardOf(after.places().get(place), attempt, action.givenUp(action.silentEnd(), now)));
                    }
                }
            }
        }
        return after;
    }

    private Place heardOf(Place at, int attempt, Action now) {
        List<Attempt> attempts = new ArrayList<>(at.attempts());
        Attempt was = attempts.get(attempt - 1);
        attempts.set(attempt - 1, attempt(now, was, was.leasedUntil()));
        return one(at.knowing(attempts));
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
            works(state, place, at, out);
        }
        for (int report = 0; report < at.journal().size(); report++) {
            if ((at.stored() & (1 << report)) == 0) {
                deliver(state, place, report, out);
            }
        }
    }

    private void works(State state, int place, Place at, Consumer<Step> out) {
        boolean back = at.attempts().get(at.attempt() - 1).back();
        if (back) {
            ends(state, place, List.of(ActionState.UNDONE), false, out);
            ends(state, place, List.of(ActionState.UNDO_FAILED), true, out);
        } else {
            ends(
                    state,
                    place,
                    setting == Setting.BACKOUT ? List.of(ActionState.COMMITTABLE) : machinery.goodEnd(),
                    false,
                    out);
            ends(state, place, List.of(ActionState.FAILED), false, out);
            if (setting == Setting.BACKOUT || troubles.contains(Trouble.BREAKAGE)) {
                ends(state, place, List.of(ActionState.UNDO_FAILED), true, out);
            }
        }
        if (!machinery.remembersWhatItBegan()) {
            out.accept(Step.of(
                    () -> "place " + place + " crashes", state.with(place, one(at.at(at.attempt(), Phase.IDLE)))));
        }
    }

    private Footing unverified(State state, int place) {
        long all = 0;
        long pair = 0;
        for (int other = 0; other < PLACES; other++) {
            if (other != place && counts(state, other)) {
                all++;
                pair += other < 2 ? 1 : 0;
            }
        }
        return new Footing(all, all, place < 2 ? pair : 0, 0);
    }

    private boolean counts(State state, int place) {
        return machinery.looksAtTheClock()
                ? facts(state, place).actions().stream().anyMatch(action -> machinery.counts(action, at(state.tick())))
                : facts(state, place).counts();
    }

    private void ask(State state, int place, Instant now, Consumer<Step> out) {
        Place at = state.places().get(place);
        Action action = facts(state, place).actions().get(at.attempt() - 1);
        LeaseDesk.Ruling ruling = machinery.rule(
                new LeaseDesk.Standing(
                        state.deployment(),
                        action,
                        signed(state),
                        timetable,
                        Optional.empty(),
                        plan.timeouts().run(),
                        plan.blastRadius(),
                        unverified(state, place),
                        new Footing(3, 3, place < 2 ? 2 : 0, 0)),
                now);
        if (ruling instanceof LeaseDesk.Ruling.Granted(Instant until)) {
            int tick = tick(until);
            List<Attempt> attempts = new ArrayList<>(at.attempts());
            attempts.set(at.attempt() - 1, attempt(action.leased(until), attempts.get(at.attempt() - 1), tick));
            State lost = state.with(place, one(at.knowing(attempts).holding(Optional.empty())));
            if (!lost.is(state)) {
                out.accept(Step.of(() -> "place " + place + " has a lease, the answer is lost", lost));
            }
            boolean amended = state.deployment().plan().equals(amendedDigest);
            out.accept(Step.of(
                    () -> "place " + place + " has a lease",
                    state.with(place, one(at.knowing(attempts).holding(Optional.of(new Lease(tick, amended)))))));
        }
    }

    private void begin(State state, int place, Instant now, Consumer<Step> out) {
        Place at = state.places().get(place);
        boolean back = at.attempts().get(at.attempt() - 1).back();
        // Of a rollback it is only heard how it ended: reports that overtake each other are seen with the deployment
        // itself.
        Place begun = (back ? at : at.saying(List.of(ActionState.APPLYING))).begins();
        out.accept(new Step(
                () -> "place " + place + " begins",
                state.with(place, one(begun)),
                Optional.of(new World.Start(
                        name(place, at, at.attempt()),
                        id(place),
                        SITE,
                        now,
                        at.lease().orElseThrow().amended() ? amendedDigest : digest,
                        Optional.empty())),
                false));
    }

    private void ends(State state, int place, List<ActionState> said, boolean broken, Consumer<Step> out) {
        Place at = state.places().get(place);
        boolean overtaken = at.attempts().size() > at.attempt();
        Place over = at.saying(said)
                .at(at.attempts().size(), overtaken ? Phase.IDLE : Phase.DONE)
                .being(broken);
        out.accept(Step.of(() -> "place " + place + " ends: " + said, state.with(place, one(over))));
    }

    private void deliver(State state, int place, int report, Consumer<Step> out) {
        Place at = state.places().get(place);
        Report said = at.journal().get(report);
        Action now = facts(state, place).actions().get(said.attempt() - 1);
        for (ActionState one : said.states()) {
            Optional<CodeClass> failure = one == ActionState.FAILED ? Optional.of(failure()) : Optional.empty();
            now = machinery.heard(now, one, failure, at(state.tick()));
        }
        Place was = heardOf(at, said.attempt(), now);
        int stored = machinery.storesBeforeItAcknowledges() ? was.stored() | (1 << report) : was.stored();
        int told = machinery.storesBeforeItAcknowledges()
                ? Integer.numberOfTrailingZeros(~stored)
                : was.acknowledged() + 1;
        out.accept(Step.recorded(
                () -> "of place " + place + " it is heard: " + said.states(),
                state.with(place, one(was.heard(stored, told)))));
    }

    private CodeClass failure() {
        return troubles.contains(Trouble.RETRY) ? CodeClass.TRANSIENT : CodeClass.PERMANENT;
    }

    // ---- what the laws see

    private static final World.Audit UNAUDITED = new World.Audit(0, AuditChain.BEGINNING, List.of());

    /** Of all places together. */
    private record Sight(
            List<Action> actions,
            List<World.Start> starts,
            List<World.Journal> journals,
            List<World.Exposure> exposures) {}

    private Sight sight(State state) {
        Facts first = facts(state, 0);
        Facts second = facts(state, 1);
        Facts third = facts(state, 2);
        return sights.computeIfAbsent(new Same(first, second, third), unused -> sight(List.of(first, second, third)));
    }

    private Sight sight(List<Facts> places) {
        return new Sight(
                places.stream().flatMap(place -> place.actions().stream()).toList(),
                places.stream().flatMap(place -> place.starts().stream()).toList(),
                places.stream().map(Facts::journal).toList(),
                List.of(new World.Exposure(
                        "of all targets",
                        plan.blastRadius().fleet(),
                        PLACES,
                        places.stream().filter(Facts::mayBeBroken).count())));
    }

    /** The waves that are frozen. */
    private SortedMap<WaveId, SortedMap<Sorting, Long>> sorted(State state) {
        List<Wave> waves = state.deployment().waves();
        Object[] views = new Object[waves.size()];
        for (int i = 0; i < views.length; i++) {
            Wave wave = waves.get(i);
            views[i] = wave.membership().isPresent() ? waveView(state, wave.id().number()) : wave.membership();
        }
        return sorted.computeIfAbsent(new Same(views), unused -> {
            SortedMap<WaveId, SortedMap<Sorting, Long>> all = new TreeMap<>();
            for (int i = 0; i < views.length; i++) {
                if (views[i] instanceof View.WaveView view) {
                    all.put(waves.get(i).id(), view.tally().sorted());
                }
            }
            return all;
        });
    }

    World world(State state) {
        return world(state, sight(state).starts(), UNAUDITED);
    }

    private World world(State state, List<World.Start> starts, World.Audit audit) {
        Sight sight = sight(state);
        World.Order order = new World.Order(
                state.deployment(), RISK, DUTIES, Set.of(), state.signatures(), sorted(state), sight.exposures());
        return new World(
                at(state.tick()), List.of(order), sight.actions(), starts, timetables, sight.journals(), audit);
    }

    /** What the laws see after a step: its start behind all others, its entry behind the chain. */
    World after(World before, Step step) {
        List<World.Start> starts = before.starts();
        if (step.began().isPresent()) {
            starts = new ArrayList<>(starts);
            starts.add(step.began().get());
        }
        World.Audit audit = before.audit();
        // The chain is written by one piece, the same at every step: it is enough to watch it where people sign.
        if (step.recorded() && step.to().deployment().state() == DeploymentState.NOTIFIED) {
            AuditChain chain = new AuditChain(audit.number(), audit.head());
            AuditEntry entry =
                    new AuditEntry(at(step.to().tick()), "packhorse", "system", "step", ID.toString(), new TreeMap<>());
            var link = machinery.record(chain, entry);
            audit = new World.Audit(link.number(), link.digest(), List.of(link));
        }
        return world(step.to(), starts, audit);
    }

    // ---- what is the same

    /**
     * What of a state matters for what may follow: times that nobody asks any more are all one, reports that are stored and acknowledged are
     * gone, and the two places of the first wave are in one order.
     */
    State canonical(State state) {
        Deployment was = state.deployment();
        Deployment deployment = canonicalDeployments.computeIfAbsent(
                new Same(was, state.tick()), unused -> one(canonical(was, at(state.tick()))));
        boolean backs = deployment.state() == DeploymentState.BACKOUT;
        int old = backs ? tick(deployment.since()) : state.tick();
        List<Place> places = new ArrayList<>();
        for (Place place : state.places()) {
            places.add(canonicalPlaces.computeIfAbsent(
                    new Same(place, state.tick(), old), unused -> one(canonical(place, state.tick(), old))));
        }
        if (System.identityHashCode(places.get(0)) > System.identityHashCode(places.get(1))) {
            places.add(0, places.remove(1));
        }
        return new State(
                state.tick(), deployment, state.signatures(), places, state.late(), state.looked(), state.amended());
    }

    private static Deployment canonical(Deployment was, Instant now) {
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
        // One that the product has lifted may come again; one that the operator has lifted does not.
        List<Hold> holds = was.holds().stream()
                .filter(hold -> hold.holds() || hold.kind() == Hold.Kind.OPERATOR)
                .map(hold -> canonical(hold, now))
                .toList();
        boolean timed = was.state() == DeploymentState.BACKOUT || was.state() == DeploymentState.ABORTING;
        return new Deployment(
                was.id(), was.state(), timed ? was.since() : BEGIN, was.plan(), holds, waves, was.backoutCalledOff());
    }

    private static Hold canonical(Hold hold, Instant now) {
        if (!hold.holds()) {
            return new Hold(hold.kind(), hold.who(), hold.why(), BEGIN, Optional.of(BEGIN));
        }
        return now.isAfter(hold.since().plus(LeaseDesk.HALT_WITHIN))
                ? Hold.of(hold.kind(), hold.who(), hold.why(), BEGIN)
                : hold;
    }

    private Place canonical(Place place, int tick, int old) {
        List<Attempt> attempts = place.attempts().stream()
                .map(one -> canonical(one, at(tick), old))
                .toList();
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
                place.begun() & (1 << place.attempt()),
                place.broken());
    }

    private static Attempt canonical(Attempt one, Instant now, int old) {
        boolean ended = one.state().ends(one.operation());
        boolean over = ended && !one.givenUp();
        boolean expired = one.leasedUntil() >= 0
                && !at(one.leasedUntil()).plus(LeaseDesk.CLOCK_SKEW).isAfter(now);
        return new Attempt(
                one.back(),
                one.state(),
                !over && one.changed(),
                one.verified(),
                one.failure(),
                over ? -1 : expired ? 0 : one.leasedUntil(),
                !one.back() || !ended ? 0 : one.since() < old ? -1 : one.since(),
                one.givenUp());
    }
}
