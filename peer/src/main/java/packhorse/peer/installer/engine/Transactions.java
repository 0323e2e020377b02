package packhorse.peer.installer.engine;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.CodeClass;
import packhorse.core.durable.DurableFiles;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.install.Admission;
import packhorse.peer.install.Entry;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Stage;
import packhorse.peer.install.Ledger;
import packhorse.peer.install.Line;
import packhorse.peer.install.Machine;
import packhorse.peer.install.Next;
import packhorse.peer.install.Progress;
import packhorse.peer.install.Step;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.install.TaskStatus.Gate;
import packhorse.peer.install.Traits;

/**
 * Goes through the tasks: asks {@link Machine} what comes next in each transaction, writes it down, does it, writes down what came of
 * it.
 *
 * <p>One thread, the one in {@link #run}, owns the journal and all state. A step runs on a worker of its own, one at a time, so that the
 * owner hears of what the agent says meanwhile, sees a step that takes too long, and tells how far it is. While a step runs nothing
 * is written, but that it took too long and cannot be ended: then the process ends, and the next one goes back.
 *
 * <p>Transactions go in the order of their beginning; one that waits lets the next go first. So what an earlier process left is
 * completed or taken back before anything new begins on the same lines, and a bundle's step never stands between two of another's
 * on the same line.
 */
public final class Transactions implements InstallEngine {
    /** Beyond its own time limit, which the runner of programs keeps, before a hook counts as hanging. */
    private static final Duration HOOK_SLACK = Duration.ofSeconds(30);
    /** Between two words on how far a step is. */
    private static final long PROGRESS_MILLIS = 250;
    /** After a look that gave way. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
    /** Nothing is asked for more seldom than this; a wait for a moment ends at it. */
    private static final long IDLE_MILLIS_MAX = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    private final InstallerSettings settings;
    private final Tools tools;
    private final ContentDesk desk;
    private final Reporter reporter;
    private final Rooms rooms;
    private final Members members;
    private final Steps steps;
    private final Drifts drifts;
    private final Books books;
    private final Ledger ledger;
    private final Restart restart;

    private final BlockingQueue<Message> queue = new LinkedBlockingQueue<>();

    // From here on: the owner's.
    private long revision;
    private Map<String, InstallTask> told = Map.of();
    private final Map<String, String> later = new HashMap<>();
    private @Nullable Running running;
    private boolean stopping;
    private boolean lookWanted;
    private @Nullable Running looking;
    private long nextLookNanos;
    private @Nullable InstallerReport reported;
    private long wakeMillis = IDLE_MILLIS_MAX;

    /** What the owner is told. */
    private sealed interface Message {
        record Tasks(long revision, List<InstallTask> tasks) implements Message {}

        record Look() implements Message {}

        record Stop() implements Message {}

        record Ended(Running.Ended how) implements Message {}
    }

    private Transactions(InstallerSettings settings, Tools tools, ContentDesk desk, Reporter reporter) {
        this.settings = settings;
        this.tools = tools;
        this.desk = desk;
        this.reporter = reporter;
        this.rooms = new Rooms(settings, tools.disk());
        this.members = new Members(desk, tools.adapters());
        this.steps = new Steps(tools, rooms, desk, members, settings.root());
        this.drifts = new Drifts(steps, members, rooms);
        try {
            rooms.made(settings.data());
        } catch (IOException e) {
            throw new OperationException(
                    "the installer's directory " + settings.data() + " cannot be made: " + DurableFiles.reason(e), e);
        }
        this.books = Books.open(settings.data().resolve("journal"), tools.disk());
        this.ledger = books.ledger();
        this.restart = new Restart(settings.reboot(), settings.data(), tools.programs());
        requireJournal();
    }

    /** A journal that is gone is not an empty machine: what nothing names would be swept away. */
    private void requireJournal() {
        try {
            if (books.isBlank() && rooms.hold()) {
                books.close();
                throw new OperationException("the installer's journal in " + settings.data()
                        + " is gone, and what releases need is still there; bring the file back from a backup, or move"
                        + " the directory away and install everything again");
            }
        } catch (IOException e) {
            books.close();
            throw new OperationException(
                    "the installer's directory " + settings.data() + " cannot be read: " + DurableFiles.reason(e), e);
        }
    }

    /** Makes engines that work with these tools. */
    public static Starter with(Tools tools) {
        return (settings, desk, reporter) -> new Transactions(settings, tools, desk, reporter);
    }

    // ---- any thread ----

    @Override
    public void tasks(long said, List<InstallTask> tasks) {
        queue.add(new Message.Tasks(said, List.copyOf(tasks)));
    }

    @Override
    public void look() {
        queue.add(new Message.Look());
    }

    @Override
    public void stop() {
        queue.add(new Message.Stop());
    }

    // ---- the owner ----

    @Override
    public void run() {
        try {
            nextLookNanos = tools.nanoTime().getAsLong() + settings.drift().toNanos();
            sweep();
            members.review(ledger.proven());
            while (true) {
                if (running == null) {
                    if (stopping) {
                        return;
                    }
                    advance();
                }
                report();
                Message message = queue.poll(patience(), TimeUnit.MILLISECONDS);
                while (message != null) {
                    handle(message);
                    message = queue.poll();
                }
                watch();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            books.close();
        }
    }

    private long patience() {
        if (running != null) {
            return PROGRESS_MILLIS;
        }
        long millis = wakeMillis;
        if (!settings.drift().isZero()) {
            millis = Math.min(
                    millis,
                    TimeUnit.NANOSECONDS.toMillis(
                                    nextLookNanos - tools.nanoTime().getAsLong())
                            + 1);
        }
        return Math.max(1, millis);
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Tasks tasks -> hear(tasks);
            case Message.Look ignored -> lookWanted = true;
            case Message.Stop ignored -> {
                stopping = true;
                giveWay();
            }
            case Message.Ended ended -> finish(ended.how());
        }
    }

    private void hear(Message.Tasks tasks) {
        boolean others = !List.copyOf(told.values()).equals(tasks.tasks());
        revision = tasks.revision();
        Map<String, InstallTask> named = new LinkedHashMap<>();
        tasks.tasks().forEach(task -> named.put(task.action(), task));
        told = named;
        later.keySet().retainAll(named.keySet());
        ledger.forget(action -> !named.containsKey(action));
        // The agent may have brought what was lost here.
        members.review(ledger.proven());
        Running step = running;
        if (step != null && !step.abandoned()) {
            step.at()
                    .filter(at -> turns(at.progress(), at.step())
                            && wanted(at.progress()).stage() == Stage.ABANDON)
                    .ifPresent(at -> step.abandon(tools.nanoTime().getAsLong()));
        }
        if (others
                && (told.keySet().stream().anyMatch(action -> !ledger.knows(action))
                        || ledger.open().stream()
                                .anyMatch(progress -> progress.ended().isEmpty()))) {
            giveWay();
        }
    }

    /** A look at large things takes long, and orders go first; it begins anew soon after. */
    private void giveWay() {
        Running look = running;
        if (look != null && look.equals(looking) && !look.abandoned()) {
            long nanos = tools.nanoTime().getAsLong();
            look.abandon(nanos);
            nextLookNanos = nanos + Math.min(settings.drift().toNanos(), LOOK_AGAIN.toNanos());
        }
    }

    private static boolean turns(Progress progress, Step step) {
        return progress.turned().isEmpty()
                && !progress.committing()
                && !step.kind().back()
                && step.kind() != Step.Kind.CLEAR;
    }

    /** What is wanted of a transaction now. */
    private InstallTask wanted(Progress progress) {
        InstallTask begun = progress.task();
        InstallTask now = told.get(begun.action());
        if (now != null) {
            return begun.following(now);
        }
        if (revision > 0 && !progress.changed()) {
            return begun.now(Stage.ABANDON, begun.leaseUntil(), begun.policy());
        }
        return begun;
    }

    /** Goes on until a step runs, or nothing can go on. */
    private void advance() {
        wakeMillis = IDLE_MILLIS_MAX;
        admit();
        if (lookWanted) {
            lookWanted = false;
            look(true);
            return;
        }
        for (Progress progress : List.copyOf(ledger.open())) {
            if (progress.ended().isEmpty() && move(progress)) {
                return;
            }
        }
        if (admit() > 0) {
            wakeMillis = 1;
            return;
        }
        if (!settings.drift().isZero() && tools.nanoTime().getAsLong() - nextLookNanos >= 0) {
            look(false);
        }
    }

    /** Begins what may begin; says how many did. */
    private int admit() {
        int begun = 0;
        for (InstallTask task : told.values()) {
            if (ledger.knows(task.action())) {
                continue;
            }
            if (task.stage() == Stage.ABANDON) {
                settle(task, ActionState.CANCELLED, "nobody wants it any more", Optional.empty());
                continue;
            }
            switch (admission(task)) {
                case Admission.Later wait -> later.put(task.action(), wait.detail());
                case Admission.Settle settled -> settle(task, settled.state(), settled.detail(), settled.codeClass());
                case Admission.Begin fresh -> {
                    begin(ledger.next(), fresh.task());
                    begun++;
                }
                case Admission.TakeUp standing -> {
                    begin(standing.transaction(), standing.task());
                    begun++;
                }
            }
        }
        return begun;
    }

    private Admission admission(InstallTask task) {
        try {
            Admission admission = Admission.of(task, ledger, members::traits);
            if (admission instanceof Admission.TakeUp standing) {
                ledger.open(standing.transaction()).orElseThrow().members().forEach(members::kept);
            }
            return admission;
        } catch (AdapterException e) {
            return new Admission.Settle(
                    ActionState.REFUSED, String.valueOf(e.getMessage()), Optional.of(e.codeClass()));
        }
    }

    private void begin(long transaction, InstallTask task) {
        try {
            books.reserve(task);
        } catch (IOException e) {
            settle(
                    task,
                    ActionState.FAILED,
                    "the installer's journal has no room: " + DurableFiles.reason(e) + "; make some",
                    Optional.of(CodeClass.TRANSIENT));
            return;
        }
        books.write(new Entry.Began(transaction, now(), task));
        if (later.remove(task.action()) != null) {
            books.write(new Entry.Waited(transaction, now(), Gate.TURN, "its turn has come"));
        }
        LOG.info("{} begins: {} {}", task.action(), task.operation(), task.subject());
    }

    private void settle(InstallTask task, ActionState state, String detail, Optional<CodeClass> codeClass) {
        LOG.info("{} ends at once as {}: {}", task.action(), state, detail);
        later.remove(task.action());
        books.write(new Entry.Settled(
                now(), new TaskStatus(task.action(), List.of(state), detail, 0, codeClass, Optional.empty(), true)));
    }

    /** Moves a transaction as far as it goes without a step; whether it began one, or ended. */
    private boolean move(Progress progress) {
        while (true) {
            InstallTask wanted = wanted(progress);
            if (!wanted.equals(progress.task())) {
                books.write(new Entry.Told(progress.transaction(), now(), wanted));
            }
            switch (next(progress)) {
                case Next.Run run -> {
                    start(progress, run.step());
                    return true;
                }
                case Next.Wait wait -> {
                    await(progress, wait);
                    return running != null;
                }
                case Next.Rest rest -> {
                    wakeMillis = Math.min(
                            wakeMillis,
                            Math.max(1, Duration.between(now(), rest.until()).toMillis()));
                    return false;
                }
                case Next.Turn turn -> {
                    LOG.info("{} turns back: {}", progress.task().action(), turn.why());
                    books.write(new Entry.Turned(
                            progress.transaction(), now(), turn.state(), turn.why(), 0, turn.codeClass()));
                }
                case Next.End end -> {
                    end(progress, end);
                    return true;
                }
                case Next.Stand ignored -> {
                    return false;
                }
            }
        }
    }

    private Next next(Progress progress) {
        List<Traits> traits;
        try {
            traits = Machine.wantsTraits(progress)
                    ? progress.members().stream().map(members::traits).toList()
                    : List.of();
        } catch (AdapterException e) {
            return Machine.unreadable(progress, String.valueOf(e.getMessage()), e.codeClass());
        }
        return Machine.next(progress, traits, now(), tools.boot());
    }

    private void await(Progress progress, Next.Wait wait) {
        boolean byUs = wait.gate().isStart() && progress.task().policy().mayReboot();
        Next.Wait shown = byUs ? restart.told(wait) : wait;
        boolean known = progress.waiting()
                .filter(one -> one.gate() == shown.gate() && one.detail().equals(shown.detail()))
                .isPresent();
        if (!known) {
            books.write(new Entry.Waited(progress.transaction(), now(), shown.gate(), shown.detail()));
        }
        // A word that an earlier process heard may have been taken back since.
        boolean said =
                wait.gate() == Gate.REBOOT && told.containsKey(progress.task().action());
        if (byUs && said && restart.isDue(tools.nanoTime().getAsLong())) {
            LOG.warn("the machine starts again, because a release needs it: {}", String.join(" ", settings.reboot()));
            report();
            launch(restart.begin(), "install-reboot", done -> restart.run());
        }
        // A lease that is given comes by the tasks; one that runs out is looked at when a step would begin.
    }

    private void end(Progress progress, Next.End end) {
        books.write(
                new Entry.Ended(progress.transaction(), now(), end.state(), end.detail(), end.code(), end.codeClass()));
        LOG.info(
                "{} ended as {}{}",
                progress.task().action(),
                end.state(),
                end.detail().isEmpty() ? "" : ": " + end.detail());
        if (progress.closed()) {
            for (Line.Name line : progress.lines()) {
                drifts.forget(line);
            }
            if (progress.turned().isEmpty() && progress.operation() != Operation.REMOVE) {
                progress.lines().forEach(drifts::well);
            }
            sweep();
            books.compact(now());
        }
        wakeMillis = 1;
    }

    /** What belongs to nothing any more takes room, nothing else; a disk that does not let it go is no reason to stop. */
    private void sweep() {
        try {
            rooms.sweep(ledger);
            rooms.clearLook();
            desk.retain(ledger.needed().stream()
                    .map(InstallTask.Member::manifest)
                    .collect(java.util.stream.Collectors.toSet()));
        } catch (IOException e) {
            LOG.warn("what is left behind in {} cannot be deleted: {}", settings.data(), DurableFiles.reason(e));
        } catch (OperationException e) {
            LOG.warn("what is left behind in {} cannot be deleted: {}", settings.data(), e.getMessage());
        }
    }

    private Instant now() {
        return tools.clock().instant();
    }

    // ---- steps ----

    private void start(Progress progress, Step step) {
        books.write(new Entry.Started(progress.transaction(), now(), step));
        Steps.Job job = new Steps.Job(
                progress.transaction(),
                progress.operation(),
                progress.task(),
                progress.members(),
                progress.variables(),
                step,
                progress.members().stream()
                        .map(member -> ledger.line(Line.Name.of(member.release())))
                        .toList(),
                standing(progress));
        launch(
                Running.step(
                        new Running.At(progress, step),
                        steps.bytes(job),
                        limit(progress, step),
                        tools.nanoTime().getAsLong()),
                "install-" + step.kind().name().toLowerCase(java.util.Locale.ROOT),
                done -> steps.run(job, done));
    }

    /** All that is in place, or comes, beside a transaction. */
    private Steps.Standing standing(Progress progress) {
        List<Line.InPlace> coming = new ArrayList<>();
        for (Progress other : ledger.open()) {
            if (other != progress
                    && other.operation() != Operation.REMOVE
                    && other.turned().isEmpty()
                    && other.isDone(Step.Kind.PRECHECK, 0)) {
                for (int member = 0; member < other.members().size(); member++) {
                    coming.add(new Line.InPlace(
                            other.members().get(member),
                            Ledger.home(other.transaction(), member),
                            false,
                            other.variables()));
                }
            }
        }
        return new Steps.Standing(
                ledger.lines().values().stream().map(Line::current).toList(), List.copyOf(coming));
    }

    private Duration limit(Progress progress, Step step) {
        InstallTask.Member member = progress.members().get(step.member());
        if (progress.isDone(Step.Kind.PRECHECK, 0) && members.isReadable(member)) {
            return StepLimits.of(step, members.kept(member).section(), HOOK_SLACK);
        }
        return StepLimits.standard(step.kind().phase());
    }

    private void launch(Running fresh, String name, Running.Work work) {
        running = fresh;
        fresh.start(name, work, ended -> queue.add(new Message.Ended(ended)));
    }

    /** Looks after the step under way. */
    private void watch() {
        Running step = running;
        if (step == null) {
            return;
        }
        long nanos = tools.nanoTime().getAsLong();
        if (step.at().isEmpty()) {
            if (step.hangs(nanos)) {
                throw new OperationException(
                        "a look at what is in place does not end when told to; the installer starts again");
            }
            return;
        }
        Running.At at = step.at().get();
        if (step.expire(nanos)) {
            LOG.warn("{} takes too long: {}", at.progress().task().action(), at.step());
        }
        if (step.hangs(nanos) && step.abandoned()) {
            // The next process need not hear it from the agent first, and does not begin the step again.
            books.write(new Entry.Told(at.progress().transaction(), now(), wanted(at.progress())));
            throw new OperationException("the step \"" + at.step().kind().words() + "\" of "
                    + at.progress().task().action() + ", which nobody wants any more, does not end when told to; the"
                    + " installer starts again");
        }
        if (step.hangs(nanos)) {
            StepFailure failure = StepFailure.overtime(at.progress(), at.step(), step.limit());
            turn(at.progress(), failure);
            throw new OperationException(failure.why() + "; it does not end when told to, the installer starts again");
        }
        step.news()
                .ifPresent(bytes -> reporter.progress(new InstallProgress(
                        at.progress().task().action(),
                        at.progress()
                                .members()
                                .get(at.step().member())
                                .release()
                                .toString(),
                        at.step().kind().words(),
                        bytes,
                        step.total())));
    }

    private void finish(Running.Ended ended) {
        running = null;
        if (ended.fault() instanceof Error error && !StepFailure.isOfTheStep(error)) {
            throw error;
        }
        if (restart.is(ended.of())) {
            restart.ended(ended.fault(), tools.nanoTime().getAsLong());
            return;
        }
        if (ended.of().at().isEmpty()) {
            if (ended.fault() != null && !ended.of().abandoned()) {
                LOG.warn("a look at what is in place ended early: {}", StepFailure.reason(ended.fault()));
            }
            return;
        }
        Progress progress = ended.of().at().get().progress();
        Step step = ended.of().at().get().step();
        if (ended.outcome() != null && !ended.of().overtime()) {
            boolean needsStart = ended.outcome().codeClass() == CodeClass.SUCCESS_REBOOT;
            books.write(new Entry.Done(
                    progress.transaction(),
                    now(),
                    step,
                    ended.outcome().code(),
                    needsStart ? Optional.of(tools.boot()) : Optional.empty()));
            return;
        }
        if (ended.of().abandoned()) {
            // That nobody wants it is written down before it goes on.
            return;
        }
        StepFailure failure = ended.of().overtime() || ended.fault() == null
                ? StepFailure.overtime(progress, step, ended.of().limit())
                : StepFailure.of(progress, step, ended.fault());
        LOG.warn("{}: {}", progress.task().action(), failure.why());
        turn(progress, failure);
    }

    private void turn(Progress progress, StepFailure failure) {
        books.write(new Entry.Turned(
                progress.transaction(), now(), failure.state(), failure.why(), failure.code(), failure.codeClass()));
    }

    // ---- looks, starts, reports ----

    private void look(boolean wanted) {
        nextLookNanos = tools.nanoTime().getAsLong() + settings.drift().toNanos();
        members.review(ledger.proven());
        Set<Line.Name> moving = new HashSet<>();
        ledger.open().forEach(progress -> moving.addAll(progress.lines()));
        List<Line> lines = ledger.lines().values().stream()
                .filter(line -> !moving.contains(line.name()))
                .toList();
        if (lines.isEmpty() && !wanted) {
            return;
        }
        Running fresh = Running.aside();
        looking = fresh;
        launch(fresh, "install-look", done -> drifts.look(lines));
    }

    private void report() {
        Map<String, TaskStatus> statuses = new LinkedHashMap<>(ledger.statuses());
        later.forEach((action, detail) -> statuses.put(
                action,
                new TaskStatus(
                        action,
                        List.of(ActionState.WAITING),
                        detail,
                        0,
                        Optional.empty(),
                        Optional.of(Gate.TURN),
                        false)));
        InstallerReport report = new InstallerReport(
                revision,
                List.copyOf(statuses.values()),
                ledger.lineStates(members::traits, drifts::found, members::trouble),
                tools.programs().whyNotConfined(),
                Optional.empty());
        if (!report.equals(reported)) {
            reported = report;
            reporter.report(report);
        }
    }
}
