package packhorse.console.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.RequestMachine;
import packhorse.console.change.RequestState;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Look;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Conduct;
import packhorse.console.wave.Decision;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Line;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;

/**
 * Moves every deployment as far as it goes, again and again.
 *
 * <p><b>A look.</b> Whoever has the fence looks at each deployment that is under way: {@link Conduct} says what is to be done now. Each
 * decision is carried out in one transaction, under the fence, which looks again first: what no longer fits is left. Then the
 * deployment is looked at anew, until there is nothing more to be done. Nothing is remembered from one look to the next, so a console that
 * is killed between any two lines leaves a ledger from which any other goes on.
 *
 * <p><b>When.</b> After each {@link SchedulerConfig#tick}, and at once when a report came in or somebody changed something. A look at a wave of
 * 100,000 members takes a good part of a second, so between two looks there is always a pause of a quarter of the last one's time.
 *
 * <p>A deployment that cannot be moved, because a record of it cannot be read or the database says no, does not keep the others: it is
 * counted, said in the log, and looked at again next time.
 */
public final class Scheduler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

    /** A deployment goes through less than this many steps at one instant; more means that two decisions undo each other. */
    private static final int STEPS_MAX = 1_000;

    /** One part of a look's time in pause. */
    private static final int PAUSE_SHARE = 4;

    /** Whoever closes waits so long for a step that is under way. */
    private static final Duration CLOSING_MAX = Duration.ofSeconds(30);

    /** In which something is to be decided without a person. */
    private static final List<DeploymentState> MOVING = List.of(
            DeploymentState.STAGING,
            DeploymentState.STAGED,
            DeploymentState.READINESS,
            DeploymentState.READY,
            DeploymentState.BETA,
            DeploymentState.BETA_EVALUATION,
            DeploymentState.ROLLING,
            DeploymentState.ABORTING,
            DeploymentState.ANALYSIS,
            DeploymentState.BACKOUT);

    /** In which time goes on for people: it runs, or waits for them. */
    private static final List<DeploymentState> LASTING = List.of(
            DeploymentState.PLANNED,
            DeploymentState.SIMULATED,
            DeploymentState.READINESS,
            DeploymentState.NOTIFIED,
            DeploymentState.BETA,
            DeploymentState.BETA_EVALUATION,
            DeploymentState.ROLLING,
            DeploymentState.ANALYSIS,
            DeploymentState.BACKOUT,
            DeploymentState.RECOVERY_CHECK,
            DeploymentState.EVALUATION);

    /** What was told lately and needs no second look; more is forgotten and found told in the ledger. */
    private static final int REMINDED_MAX = 10_000;

    private static final Duration PRUNE_EVERY = Duration.ofHours(1);

    /** Nobody asks again for longer whether a request was answered. */
    private static final Duration ANSWERS_KEPT = Duration.ofHours(24);

    /** A year's audit looks back that far; what is not over is kept for as long as it lasts. */
    private static final Duration TOLD_KEPT = Duration.ofDays(400);

    private final Transactions transactions;
    private final Right right;
    private final SchedulerConfig config;
    private final Bell bell;
    private final Set<String> reminded = new HashSet<>();
    private final Map<DeploymentId, Decision.PlaceHold> wanted = new LinkedHashMap<>();
    private Instant pruned = Instant.EPOCH;
    private final Onlooker onlooker;
    private final Carrier carrier;
    private final Dispatcher dispatch;
    private final ReadinessClerk readiness;
    private final LawMonitor laws;
    private final InstantSource clock;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;

    private final LongAdder looks = new LongAdder();
    private final LongAdder decisions = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile Duration lookLast = Duration.ZERO;
    private volatile Instant looked;

    public Scheduler(
            Transactions transactions,
            Right right,
            Surroundings surroundings,
            Bell bell,
            LawMonitor laws,
            SchedulerConfig config,
            InstantSource clock) {
        this.transactions = transactions;
        this.right = right;
        this.bell = bell;
        this.config = config;
        this.onlooker = new Onlooker(surroundings);
        this.dispatch = new Dispatcher(onlooker);
        this.carrier = new Carrier(new Freezing(surroundings), dispatch, bell);
        this.readiness = new ReadinessClerk(surroundings, bell);
        this.laws = laws;
        this.clock = clock;
        this.looked = clock.instant();
        this.thread = Thread.ofPlatform().name("scheduler").unstarted(this::run);
    }

    /** Begins to look. */
    public void start() {
        thread.start();
    }

    /** Has it look at once. */
    public void wake() {
        if (news.availablePermits() == 0) {
            news.release();
        }
    }

    private void run() {
        while (!closed) {
            Instant begun = clock.instant();
            look();
            lookLast = Duration.between(begun, clock.instant());
            try {
                news.tryAcquire(config.tick().toMillis(), TimeUnit.MILLISECONDS);
                // A clock that was put back makes no pause of it.
                long pause = Math.min(
                        lookLast.toMillis() / PAUSE_SHARE, config.tick().toMillis());
                TimeUnit.MILLISECONDS.sleep(Math.max(0, pause));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Looks once, and bears with whatever is thrown. */
    void look() {
        try {
            tick();
            right.looked();
            looked = clock.instant();
        } catch (RuntimeException e) {
            failures.increment();
            LOG.warn("the scheduler could not look; it tries again: {}", e.getMessage());
        } catch (Error e) {
            // It may come again with each look. So that nothing begins unwatched meanwhile, no lease is given until a
            // look has come to its end,
            // and another console may try.
            failures.increment();
            right.blind();
            LOG.error("the scheduler failed; this console gives no lease until it has looked again", e);
            giveBack();
        }
    }

    private void giveBack() {
        try {
            right.release();
        } catch (RuntimeException e) {
            right.lost();
            LOG.warn("the right to decide could not be given back; it ends by itself: {}", e.getMessage());
        }
    }

    /**
     * Looks once at everything, and does what is to be done.
     *
     * @return whether this process has the right to
     */
    public boolean tick() {
        try {
            if (right.take().isEmpty()) {
                return false;
            }
            for (DeploymentId id : transactions.read(Scheduler::moving)) {
                attempt(id.toString(), () -> move(id));
            }
            attempt("requests", this::timers);
            attempt("reminders", this::remind);
            attempt("what nobody needs any more", this::prune);
            attempt("laws", this::watch);
        } catch (Refusal e) {
            if (e.why() != Refusal.Why.FENCED) {
                throw e;
            }
            right.lost();
            return false;
        }
        looks.increment();
        return true;
    }

    private void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (Refusal e) {
            switch (e.why()) {
                case FENCED -> throw e;
                // Somebody else changed it between two lines; the next look sees what it is now.
                case STALE -> wake();
                case NOT_THERE, EXISTS, REFUSED, FORBIDDEN, INVALID -> failed(what, e);
            }
        } catch (RuntimeException e) {
            failed(what, e);
        }
    }

    private void failed(String what, RuntimeException e) {
        failures.increment();
        LOG.warn("{} cannot be moved; it is tried again: {}", what, String.valueOf(e.getMessage()), e);
    }

    private static List<DeploymentId> moving(Pages pages) {
        return in(pages, MOVING);
    }

    private static List<DeploymentId> in(Pages pages, List<DeploymentState> states) {
        List<DeploymentId> moving = new ArrayList<>();
        for (DeploymentState state : states) {
            for (Stored<Deployment> stored : all(pages, state)) {
                moving.add(stored.value().id());
            }
        }
        return moving;
    }

    /** All deployments in a state. */
    static List<Stored<Deployment>> all(Pages pages, DeploymentState state) {
        List<Stored<Deployment>> all = new ArrayList<>();
        Look look = Look.in(state.name());
        while (true) {
            List<Stored<Deployment>> page = pages.list(Kinds.DEPLOYMENT, look);
            all.addAll(page);
            if (page.size() < look.limit()) {
                return all;
            }
            look = look.behind(page.getLast().id());
        }
    }

    /** Under the right as it is now: a long step may outlast the one that it began with. */
    private <T> T fenced(Function<Pages, T> work) {
        OptionalLong number = right.take();
        if (number.isEmpty()) {
            throw new Refusal(Refusal.Why.FENCED, "another console decides now");
        }
        return transactions.fenced(number.getAsLong(), work);
    }

    /** Moves one deployment as far as it goes. */
    private void move(DeploymentId id) {
        for (int steps = 0; steps < STEPS_MAX; steps++) {
            if (transactions.<Integer>read(pages -> next(pages, id).size()) == 0) {
                return;
            }
            // Looked at again inside, where nobody else moves it meanwhile.
            int done = fenced(pages -> carry(pages, id));
            if (done == 0) {
                return;
            }
            decisions.add(done);
        }
        throw new IllegalStateException(id + " comes to no rest");
    }

    /** Something to be done, and what it is where there is anything. */
    private List<Step> next(Pages pages, DeploymentId id) {
        Optional<Sight> sight = onlooker.sight(pages, id);
        return sight.map(seen -> steps(pages, seen)).orElseGet(List::of);
    }

    /** One thing to be done; answers whether it changed anything. */
    private interface Step {
        boolean go(Pages pages, Sight sight);
    }

    private List<Step> steps(Pages pages, Sight sight) {
        List<Step> steps = new ArrayList<>();
        for (Decision decision : Conduct.next(onlooker.view(pages, sight), sight.now())) {
            if (!(decision instanceof Decision.AskPerson ask && Carrier.asked(pages, sight, ask))) {
                steps.add((now, seen) -> carrier.carry(now, seen, decision));
            }
        }
        if (ReadinessClerk.due(pages, sight)) {
            steps.add(readiness::look);
        }
        opened(pages, sight, steps);
        leftOut(pages, sight).ifPresent(steps::add);
        aheadAgain(pages, sight).ifPresent(steps::add);
        tidy(pages, sight, steps);
        return steps;
    }

    /** A person's word that a wave may begin outside its windows, of which those have not heard who were sent a later start before it. */
    private void opened(Pages pages, Sight sight, List<Step> steps) {
        for (Wave wave : sight.deployment().waves()) {
            boolean begins = sight.deployment().state() == DeploymentState.BACKOUT
                    ? wave.membership().isPresent()
                    : sight.deployment().state().runsWaves() && wave.state() == WaveState.ACTIVE;
            Optional<Stored<ForcedWindow>> forced = begins ? Onlooker.forced(pages, wave.id()) : Optional.empty();
            forced.filter(one -> one.value().isOpen(sight.now())
                            && one.value().told().isEmpty())
                    .ifPresent(one -> steps.add((now, seen) -> {
                        long members = dispatch.open(now, seen, wave.id(), one.value());
                        now.change(one, one.value().toldAt(seen.now()));
                        if (members > 0) {
                            now.audit("wave.open", wave.id().toString(), Map.of("members", String.valueOf(members)));
                        }
                        return true;
                    }));
        }
    }

    /** Members of an active wave that could not be told anything when it began, because another order was at work on them. */
    private Optional<Step> leftOut(Pages pages, Sight sight) {
        Optional<WaveId> active = sight.deployment()
                .running()
                .filter(wave -> wave.state() == WaveState.ACTIVE
                        && sight.deployment().state().runsWaves()
                        && !sight.deployment().isHeld())
                .map(Wave::id);
        return active.filter(wave -> pages.waves()
                        .hasLeftOut(wave, Line.of(sight.plan().subjects().getFirst())))
                .map(wave -> (now, seen) -> dispatch.first(now, seen, wave) > 0);
    }

    /** Content that was sent ahead and did not come through: without it the wave would never be covered. */
    private Optional<Step> aheadAgain(Pages pages, Sight sight) {
        return sight.deployment()
                .current()
                .filter(wave -> wave.state() == WaveState.PREPOSITIONING
                        && sight.deployment().state().runsWaves()
                        && !sight.deployment().isHeld()
                        && !dispatch.dueAhead(pages, sight, wave.id()).isEmpty())
                .map(wave -> (now, seen) -> {
                    long sent = dispatch.sendAheadAgain(now, seen, wave.id());
                    if (sent > 0) {
                        now.audit("wave.send-again", wave.id().toString(), Map.of("items", String.valueOf(sent)));
                    }
                    return sent > 0;
                });
    }

    /** What a person's word leaves behind: content on its way to a wave that was skipped, a question that is none any more. */
    private void tidy(Pages pages, Sight sight, List<Step> steps) {
        for (Wave wave : sight.deployment().waves()) {
            if (wave.state() == WaveState.SKIPPED
                    && wave.membership().isPresent()
                    && pages.waves().hasUnfinished(wave.id())) {
                steps.add((now, seen) -> dispatch.callBack(now, seen, wave.id()) > 0);
            }
        }
        for (Stored<Question> asked :
                pages.list(Question.KIND, Look.of(sight.id().toString()))) {
            Wave wave = sight.deployment().wave(asked.value().wave().number());
            if (wave.state() != asked.value().seen()) {
                steps.add((now, seen) -> {
                    now.remove(asked);
                    return true;
                });
            }
        }
    }

    private int carry(Pages pages, DeploymentId id) {
        Optional<Sight> sight = onlooker.sight(pages, id);
        if (sight.isEmpty()) {
            return 0;
        }
        for (Step step : steps(pages, sight.get())) {
            if (step.go(pages, sight.get())) {
                return 1;
            }
        }
        return 0;
    }

    // ---- what time alone does

    private void timers() {
        for (RequestState state : List.of(RequestState.RETURNED, RequestState.APPROVED)) {
            List<Stored<ChangeRequest>> old =
                    transactions.read(pages -> pages.list(Kinds.REQUEST, Look.in(state.name())).stream()
                            .filter(stored -> RequestMachine.lapse(stored.value(), pages.now())
                                    .result()
                                    .isPresent())
                            .toList());
            for (Stored<ChangeRequest> stored : old) {
                fenced(pages -> {
                    Stored<ChangeRequest> now = pages.get(Kinds.REQUEST, stored.id());
                    RequestMachine.lapse(now.value(), pages.now()).result().ifPresent(lapsed -> {
                        pages.change(now, lapsed);
                        pages.audit("request.lapse", now.id(), Map.of());
                        bell.lapsed(pages, lapsed);
                    });
                    return 1;
                });
            }
        }
    }

    /** Tells people of what waits for them, and how it stands. */
    private void remind() {
        for (DeploymentId id : transactions.read(pages -> in(pages, LASTING))) {
            attempt("reminders of " + id, () -> remind(id));
        }
    }

    private void remind(DeploymentId id) {
        List<Reminders.Due> due = transactions.read(pages -> onlooker.sight(pages, id)
                .map(sight -> Reminders.due(pages, sight))
                .orElse(List.of()));
        if (reminded.containsAll(due.stream().map(Scheduler::word).toList())) {
            return;
        }
        fenced(pages -> onlooker.sight(pages, id)
                .map(sight -> {
                    Reminders.due(pages, sight).forEach(one -> bell.once(pages, sight.order(), one));
                    return true;
                })
                .orElse(false));
        if (reminded.size() > REMINDED_MAX) {
            reminded.clear();
        }
        due.forEach(one -> reminded.add(word(one)));
    }

    private static String word(Reminders.Due due) {
        return due.key() + " "
                + due.plan().lines().stream()
                        .map(CommunicationsPlan.Line::address)
                        .collect(Collectors.joining(" "));
    }

    /** Forgets what was kept for a while only. */
    private void prune() {
        Instant now = clock.instant();
        if (pruned.plus(PRUNE_EVERY).isAfter(now)) {
            return;
        }
        fenced(pages -> pages.answers().forget(pages.now().minus(ANSWERS_KEPT))
                + pages.forgetTold(pages.now().minus(TOLD_KEPT)));
        pruned = now;
    }

    private void watch() {
        // A breach is seen once. What is to be held because of it is remembered until it is held, or there is nothing
        // left to hold.
        int unusedWanted = transactions.read(pages -> {
            laws.look(pages).forEach(hold -> wanted.putIfAbsent(hold.deployment(), hold));
            return wanted.size();
        });
        for (Decision.PlaceHold hold : List.copyOf(wanted.values())) {
            attempt("the hold of " + hold.deployment(), () -> {
                fenced(pages -> onlooker.sight(pages, hold.deployment())
                        .map(sight -> carrier.hold(pages, sight, hold.kind(), hold.why()))
                        .orElse(false));
                wanted.remove(hold.deployment());
            });
        }
    }

    // ---- what it did

    /**
     * What the scheduler has done since its start.
     *
     * @param leader whether this process decides
     * @param looks at all deployments
     * @param decisions that were carried out
     * @param failures steps that could not be done and are tried again
     * @param lookLast how long the last look took
     * @param looked when it last looked without failing
     */
    public record Counts(
            boolean leader, long looks, long decisions, long failures, Duration lookLast, Instant looked) {}

    /** What it has done since its start. */
    public Counts counts() {
        return new Counts(right.number().isPresent(), looks.sum(), decisions.sum(), failures.sum(), lookLast, looked);
    }

    @Override
    public void close() {
        closed = true;
        wake();
        if (thread.isAlive()) {
            try {
                thread.join(CLOSING_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        right.release();
    }
}
