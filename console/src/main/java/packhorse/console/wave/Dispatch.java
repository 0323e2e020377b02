package packhorse.console.wave;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import packhorse.console.calendar.Opening;
import packhorse.console.calendar.Spread;
import packhorse.core.content.Sha256;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/**
 * What is written into the desired states of a wave's members. Everything follows from the plan, the frozen membership and the action's name, so a
 * console that crashed half-way writes the rest, and the same again changes nothing.
 *
 * <p>Three purposes. Content is sent ahead in the background, all steps at once, its fetches spread over the plan's time for that. The order itself
 * is dispatched step by step; its start is put somewhere into the opening of the endpoint's site, early enough to be done before that
 * closes, and it has to be begun by the wave's end. A rollback begins as soon as its site is open, and nobody may put it off. No
 * item carries a lease: that is asked for right before it begins, at {@link LeaseDesk}.
 *
 * <p>A bundle is one step: its releases go in and come back as one. Several releases are several steps, each with an action of its own.
 *
 * <p>Cost: O(1) for each item; a stream makes them as they are asked for, a page holds at most {@link #PAGE_MAX}.
 */
public final class Dispatch {
    /** So many items are handed over at once; a transaction with more blocks others. */
    public static final int PAGE_MAX = 10_000;

    /**
     * One item on its way.
     *
     * @param endpoint whose desired state it goes into
     */
    public record Sent(ActionId id, EndpointId endpoint, DesiredItem item) {
        /** The action that begins with it. */
        public Action queued(Instant now) {
            return Action.queued(id, endpoint, Line.of(item.subject()), item.operation(), now);
        }
    }

    /**
     * When things are to begin.
     *
     * @param now when it is dispatched
     * @param deadline what has not begun by then is left: the end of the wave's time, or of the backout's
     * @param siteOf each member's site
     * @param doors when the sites open
     * @param forced at which sites a named person lets it begin whatever the timetables say
     */
    public record Timing(
            Instant now, Instant deadline, Function<EndpointId, String> siteOf, Doors doors, Predicate<String> forced) {
        public Timing {
            if (!now.isBefore(deadline)) {
                throw new IllegalArgumentException("dispatched at " + now + ", to be begun by " + deadline);
            }
        }
    }

    private final Plan plan;
    private final List<Subject> subjects;
    private final WaveId wave;
    private final Supplier<FrozenMembership> members;
    private final ActionNumbers numbers;
    private final Timing timing;

    /**
     * For one wave.
     *
     * @param manifests of the plan's subjects, in their order: what was signed is what is sent
     */
    public Dispatch(Plan plan, List<Sha256> manifests, WaveId wave, FrozenMembership members, Timing timing) {
        this(plan, manifests, wave, members.size(), () -> members, timing);
    }

    /**
     * For one wave whose members are looked up only where all of them are meant.
     *
     * @param size of the wave
     */
    public Dispatch(
            Plan plan,
            List<Sha256> manifests,
            WaveId wave,
            int size,
            Supplier<FrozenMembership> members,
            Timing timing) {
        if (manifests.size() != plan.subjects().size()) {
            throw new IllegalArgumentException(
                    manifests.size() + " manifests for " + plan.subjects().size() + " releases; each needs its own");
        }
        this.plan = plan;
        this.subjects = IntStream.range(0, manifests.size())
                .mapToObj(i -> pinned(plan.subjects().get(i), manifests.get(i)))
                .toList();
        this.wave = wave;
        this.members = members;
        this.numbers = ActionNumbers.of(plan, size);
        this.timing = timing;
    }

    private static Subject pinned(Subject subject, Sha256 manifest) {
        if (subject.digest().filter(digest -> !digest.equals(manifest)).isPresent()) {
            throw new IllegalArgumentException("the plan names " + subject + " as "
                    + subject.digest().get() + ", the catalogue signed " + manifest + "; plan it anew");
        }
        return new Subject(subject.id(), subject.bundle(), Optional.of(manifest));
    }

    /** What the numbers in its actions' names stand for. */
    public ActionNumbers numbers() {
        return numbers;
    }

    /** How many items go to each member at first. */
    public int perMember(Purpose purpose) {
        return switch (purpose) {
            case DEPLOY -> 1;
            // What a distribution is for is not sent ahead of it.
            case PREPOSITION ->
                plan.operation().needsContent() && plan.operation() != Operation.DISTRIBUTE ? numbers.steps() : 0;
            // Which ones depends on what became of each.
            case ROLL_BACK -> 0;
        };
    }

    /** The first items of all members, in the members' order: with DEPLOY the first step of each, with PREPOSITION all steps. */
    public Stream<Sent> all(Purpose purpose) {
        return from(purpose, 1, numbers.members());
    }

    /**
     * The same for some members, so many that they fit a page; empty behind the last one.
     *
     * @param after the number of the last member who is done; 0 at the beginning
     */
    public List<Sent> page(Purpose purpose, int after, int count) {
        int each = Math.max(1, perMember(purpose));
        if (after < 0 || count < 1 || (long) count * each > PAGE_MAX) {
            throw new IllegalArgumentException("a page of " + count + " members with " + each + " items each, after "
                    + after + "; at most " + PAGE_MAX + " items fit one");
        }
        return from(purpose, after + 1, (int) Math.min(numbers.members(), (long) after + count))
                .toList();
    }

    private Stream<Sent> from(Purpose purpose, int first, int last) {
        int each = perMember(purpose);
        List<EndpointId> endpoints = members.get().members();
        return IntStream.rangeClosed(first, last)
                .boxed()
                .flatMap(member -> IntStream.rangeClosed(1, each)
                        .mapToObj(step -> new ActionNumbers.Job(purpose, member, step))
                        .map(job -> sent(new ActionId(wave, numbers.number(job), 1), endpoints.get(member - 1))));
    }

    /** The item of one action: an attempt more, the next step, a rollback, as {@link Retry} and {@link Attempts} name it. */
    public Sent sent(ActionId id) {
        if (!id.wave().equals(wave)) {
            throw new IllegalArgumentException(id + " is none of " + wave);
        }
        return sent(id, members.get().members().get(numbers.job(id.number()).member() - 1));
    }

    /** The same for whoever knows which member the action is of, and need not read who all of them are. */
    public Sent sent(ActionId id, EndpointId endpoint) {
        ActionNumbers.Job job = numbers.job(id.number());
        Subject subject = subjects.get(job.step() - 1);
        return new Sent(
                id,
                endpoint,
                switch (job.purpose()) {
                    case DEPLOY -> deploy(id, endpoint, subject);
                    case ROLL_BACK -> rollBack(id, endpoint, subject);
                    case PREPOSITION -> preposition(id, endpoint, subject);
                });
    }

    private DesiredItem deploy(ActionId id, EndpointId endpoint, Subject subject) {
        return new DesiredItem(
                id.toString(),
                subject,
                plan.operation(),
                Optional.empty(),
                start(endpoint, plan.transfer().spread()),
                Optional.of(timing.deadline()),
                Priority.NORMAL,
                Optional.empty(),
                plan.policy());
    }

    private DesiredItem rollBack(ActionId id, EndpointId endpoint, Subject subject) {
        InstallPolicy policy = plan.policy();
        return new DesiredItem(
                id.toString(),
                subject,
                Operation.ROLLBACK,
                Optional.empty(),
                start(endpoint, Duration.ZERO),
                Optional.of(timing.deadline()),
                Priority.NORMAL,
                Optional.empty(),
                new InstallPolicy(
                        Optional.empty(),
                        policy.sandbox(),
                        policy.mayReboot(),
                        policy.mayDowngrade(),
                        policy.mendDrift(),
                        policy.commitAtOnce()));
    }

    private DesiredItem preposition(ActionId id, EndpointId endpoint, Subject subject) {
        Duration over = plan.transfer().spread();
        Optional<Instant> fetch = over.isZero()
                ? Optional.empty()
                : Spread.start(
                        new Opening(timing.now(), timing.now().plus(over)), Duration.ZERO, over, endpoint, plan.seed());
        return new DesiredItem(
                id.toString(),
                subject,
                Operation.DISTRIBUTE,
                fetch,
                Optional.empty(),
                Optional.empty(),
                Priority.BACKGROUND,
                Optional.empty(),
                InstallPolicy.DEFAULT);
    }

    /** When it may begin; where its site never opens not before it is too late, so that it ends by itself and says why. */
    private Optional<Instant> start(EndpointId endpoint, Duration over) {
        String site = timing.siteOf().apply(endpoint);
        if (timing.forced().test(site) || plan.operation() == Operation.DISTRIBUTE) {
            return Optional.empty();
        }
        Duration run = plan.timeouts().run().plus(LeaseDesk.HALT_WITHIN);
        return timing.doors()
                .at(site)
                .flatMap(opening -> Spread.start(opening, run, over, endpoint, plan.seed()))
                .or(() -> Optional.of(timing.deadline()));
    }
}
