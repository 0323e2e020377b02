package packhorse.peer.install;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.install.Entry.Began;
import packhorse.peer.install.Entry.Done;
import packhorse.peer.install.Entry.Ended;
import packhorse.peer.install.Entry.Started;
import packhorse.peer.install.Entry.Told;
import packhorse.peer.install.Entry.Turned;
import packhorse.peer.install.Entry.Waited;
import packhorse.peer.install.Step.Kind;
import packhorse.peer.install.TaskStatus.Gate;

/**
 * Where one transaction is: the fold of its entries in the journal. One thread's, changed by {@link #add} only; an entry that cannot
 * follow on those before is an {@link IllegalStateException}, because then the journal is not what was written.
 */
public final class Progress {
    /** A backup that cannot be freed is not tried for ever: it costs room, nothing else. */
    static final int FREE_TRIES_MAX = 3;

    private final long transaction;
    private final Operation operation;
    private final List<InstallTask.Member> members;
    private final Map<Step, Integer> begun = new HashMap<>();
    private final Map<Step, Done> done = new HashMap<>();
    /** Attempts at freeing that failed. */
    private final Map<Step, Integer> stuck = new HashMap<>();

    /** Tasks that moved it, oldest first. */
    private final List<String> actions = new ArrayList<>();

    private final SortedMap<String, String> variables;

    private InstallTask task;
    private List<ActionState> passed = new ArrayList<>();
    private boolean changedInAct;
    private boolean turnedInAct;
    private boolean changed;
    private @Nullable Turned turn;
    private int undoFailures;
    private @Nullable Turned lastFailure;
    private @Nullable Waited waiting;
    /** Since when it waits for the machine's next start; to the millisecond, as the journal has it. */
    private @Nullable Instant startNeeded;

    private @Nullable Ended ended;

    Progress(Began began) {
        this.transaction = began.transaction();
        this.task = began.task();
        this.operation = began.task().operation();
        this.members = began.task().members();
        this.variables = began.task().variables();
        if (members.isEmpty()) {
            throw new IllegalStateException("transaction " + transaction + " has no members");
        }
        actions.add(task.action());
        pass(ActionState.PRECHECK);
    }

    // ---- the fold ----

    void add(Entry.OfTransaction line) {
        if (closed()) {
            throw wrong(line, "it was closed before");
        }
        switch (line) {
            case Began began -> takeUp(began);
            case Told told -> {
                requireMoving(line);
                if (!told.task().action().equals(task.action())) {
                    throw wrong(line, "the task under way is " + task.action());
                }
                task = told.task();
            }
            case Started started -> start(started);
            case Done step -> finish(step);
            case Turned turned -> turn(turned);
            case Waited waited -> {
                requireMoving(line);
                if (waited.gate() != Gate.GO && turn == null) {
                    pass(ActionState.WAITING);
                }
                waiting = waited;
                if (!waited.gate().isStart()) {
                    startNeeded = null;
                } else if (startNeeded == null) {
                    startNeeded = Instant.ofEpochMilli(waited.at().toEpochMilli());
                }
            }
            case Ended end -> end(end);
        }
    }

    private void takeUp(Began began) {
        if (ended == null) {
            throw wrong(began, "the task " + task.action() + " has not ended");
        }
        task = began.task();
        actions.add(task.action());
        passed = new ArrayList<>();
        changedInAct = false;
        turnedInAct = false;
        begun.keySet().removeIf(step -> !forward(step.kind()) && !done.containsKey(step));
        if (task.operation() == Operation.ACTIVATE) {
            // What lay there since is read back again.
            begun.keySet().removeIf(step -> step.kind() == Kind.VERIFY);
            done.keySet().removeIf(step -> step.kind() == Kind.VERIFY);
        }
        ended = null;
        goOn();
        undoFailures = 0;
        pass(ActionState.PRECHECK);
        pass(ActionState.PREPARED);
    }

    private void start(Started started) {
        requireMoving(started);
        Step step = started.step();
        if (step.member() >= members.size() || done.containsKey(step)) {
            throw wrong(started, step + " is done or about no member");
        }
        if (turn != null && forward(step.kind())) {
            throw wrong(started, "it turned back before");
        }
        if (step.kind() == Kind.COMMIT && !verified()) {
            throw wrong(started, "not everything was verified");
        }
        begun.merge(step, 1, Integer::sum);
        goOn();
        changed |= step.kind().changes();
        changedInAct |= step.kind().changes() || step.kind().back();
        shown(step.kind(), step.member() == last()).ifPresent(this::pass);
        if (step.kind() == Kind.COMMIT) {
            if (task.operation() != Operation.COMMIT
                    && operation != Operation.REMOVE
                    && operation != Operation.ROLLBACK) {
                pass(ActionState.COMMITTABLE);
            }
            pass(operation == Operation.ROLLBACK ? ActionState.UNDOING : ActionState.COMMITTING);
        }
    }

    /** What a step's beginning means for whoever looks from outside. A transaction of many shows the state that all of them reached. */
    private Optional<ActionState> shown(Kind kind, boolean last) {
        boolean back = operation == Operation.ROLLBACK;
        return switch (kind) {
            case CAPTURE, HOOK_PRE, APPLY, HOOK_PRE_REMOVE, REMOVE ->
                Optional.of(back ? ActionState.UNDOING : ActionState.APPLYING);
            case ACTIVATE -> last && !back ? Optional.of(ActionState.ACTIVATING) : Optional.empty();
            case VERIFY, VERIFY_REMOVED -> last && !back ? Optional.of(ActionState.VERIFYING) : Optional.empty();
            case UNDO, UNDO_POST, UNDO_PRE, UNDO_PRE_REMOVE -> Optional.of(ActionState.UNDOING);
            case PRECHECK, PREPARE, HOOK_HEALTH, HOOK_POST, COMMIT, CLEAR -> Optional.empty();
        };
    }

    private void finish(Done step) {
        requireMoving(step);
        if (!begun.containsKey(step.step()) || done.putIfAbsent(step.step(), step) != null) {
            throw wrong(step, step.step() + " was not begun, or was done before");
        }
        Kind kind = step.step().kind();
        if ((kind == Kind.PRECHECK && operation == Operation.REMOVE) || (kind == Kind.PREPARE && preparedAll())) {
            pass(ActionState.PREPARED);
        }
        if ((kind == Kind.APPLY || kind == Kind.REMOVE)
                && step.step().member() == last()
                && operation != Operation.ROLLBACK) {
            pass(ActionState.APPLIED);
        }
    }

    private boolean preparedAll() {
        return IntStream.range(0, members.size()).allMatch(member -> isDone(Kind.PREPARE, member));
    }

    private void turn(Turned turned) {
        requireMoving(turned);
        goOn();
        if (freeing()) {
            Step step = begun.keySet().stream()
                    .filter(one -> one.kind() == Kind.COMMIT || one.kind() == Kind.CLEAR)
                    .filter(one -> !done.containsKey(one))
                    .findFirst()
                    .orElseThrow(() -> wrong(turned, "committing goes on"));
            if (stuck.merge(step, 1, Integer::sum) >= FREE_TRIES_MAX) {
                done.put(step, new Done(transaction, turned.at(), step, turned.code(), Optional.empty()));
            }
            lastFailure = turned;
        } else if (turn == null) {
            turn = turned;
            turnedInAct = true;
        } else {
            undoFailures++;
            lastFailure = turned;
        }
    }

    private void end(Ended end) {
        requireMoving(end);
        if (end.state() == ActionState.COMMITTED && !verified()) {
            throw wrong(end, "not everything was verified");
        }
        pass(end.state());
        goOn();
        ended = end;
    }

    private void goOn() {
        waiting = null;
        startNeeded = null;
    }

    private void requireMoving(Entry.OfTransaction line) {
        if (ended != null) {
            throw wrong(line, "the task " + task.action() + " has ended");
        }
    }

    private IllegalStateException wrong(Entry.OfTransaction line, String why) {
        return new IllegalStateException(
                "the entry " + line + " cannot stand in the journal of transaction " + transaction + ": " + why);
    }

    private void pass(ActionState state) {
        boolean waited = !passed.isEmpty() && passed.getLast() == ActionState.WAITING;
        boolean again = waited ? state != ActionState.WAITING : state == ActionState.WAITING || !passed.contains(state);
        if (again) {
            passed.add(state);
        }
    }

    // ---- what it comes to ----

    public long transaction() {
        return transaction;
    }

    /** What it was begun for: INSTALL, UPDATE, REMOVE, or ROLLBACK where an older release is put in place again. */
    public Operation operation() {
        return operation;
    }

    /** The task that moves it now, or moved it last, as it was told last. */
    public InstallTask task() {
        return task;
    }

    public List<InstallTask.Member> members() {
        return members;
    }

    /** For configuration, as they were when it was begun. */
    public SortedMap<String, String> variables() {
        return variables;
    }

    /** The members' release lines. */
    public Set<Line.Name> lines() {
        Set<Line.Name> lines = new HashSet<>();
        members.forEach(member -> lines.add(Line.Name.of(member.release())));
        return Collections.unmodifiableSet(lines);
    }

    /** Members in the order of its way forward. */
    List<Integer> order() {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, members.size()).boxed().toList());
        if (operation == Operation.REMOVE || operation == Operation.ROLLBACK) {
            Collections.reverse(order);
        }
        return order;
    }

    private int last() {
        return operation == Operation.REMOVE || operation == Operation.ROLLBACK ? 0 : members.size() - 1;
    }

    public boolean isDone(Kind kind, int member) {
        return done.containsKey(new Step(kind, member));
    }

    public boolean isBegun(Kind kind, int member) {
        return begun.containsKey(new Step(kind, member));
    }

    /** How often it was begun; more than once where it was cut off. */
    int begins(Step step) {
        return begun.getOrDefault(step, 0);
    }

    /** Whether the task under way has begun to change the machine. */
    boolean changedInAct() {
        return changedInAct;
    }

    /** Whether it was the task under way that turned it back. */
    boolean turnedInAct() {
        return turnedInAct;
    }

    /** Whether the machine may be changed. */
    public boolean changed() {
        return changed;
    }

    /** Why it turned back. */
    public Optional<Turned> turned() {
        return Optional.ofNullable(turn);
    }

    int undoFailures() {
        return undoFailures;
    }

    /** The newest attempt at going back, or at freeing, that failed. */
    Optional<Turned> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Whether a backup could not be freed. */
    boolean leftBehind() {
        return stuck.values().stream().anyMatch(count -> count >= FREE_TRIES_MAX);
    }

    /** What it waits for, as it was written down. */
    public Optional<Waited> waiting() {
        return Optional.ofNullable(waiting);
    }

    /** The end of the task that moved it last, while no other took it up. */
    public Optional<Ended> ended() {
        return Optional.ofNullable(ended);
    }

    /** Whether the task under way took up a transaction that stood open. */
    boolean tookUp() {
        return actions.size() > 1;
    }

    /** The tasks that moved it so far, oldest first. */
    public List<String> actions() {
        return Collections.unmodifiableList(actions);
    }

    /** Whether there is no way back any more: the first backup is being freed. */
    public boolean committing() {
        return begun.keySet().stream().anyMatch(step -> step.kind() == Kind.COMMIT);
    }

    private boolean freeing() {
        return committing() || begun.keySet().stream().anyMatch(step -> step.kind() == Kind.CLEAR);
    }

    /** Whether all of it was read back as it should be, so that it may be committed. */
    public boolean verified() {
        return IntStream.range(0, members.size())
                .allMatch(member -> isDone(Kind.VERIFY, member) || isDone(Kind.VERIFY_REMOVED, member));
    }

    /** Whether all of it is in use. */
    public boolean active() {
        return IntStream.range(0, members.size()).allMatch(member -> isDone(Kind.ACTIVATE, member));
    }

    /** Whether it stands there to be committed or rolled back, at any time. */
    public boolean committable() {
        return ended != null && !closed() && turn == null;
    }

    /** Whether it stands there because it could not be taken back, for a rollback to try again. */
    public boolean stranded() {
        return ended != null && !closed() && turn != null;
    }

    /** Whether the transaction is over: cleared, and its last task ended. */
    public boolean closed() {
        return ended != null && isDone(Kind.CLEAR, 0);
    }

    /** Whether what was done is in use after the machine's next start only, which has not come. */
    boolean needsStart(String boot) {
        return done.values().stream()
                .anyMatch(one -> forward(one.step().kind())
                        && one.boot().filter(boot::equals).isPresent());
    }

    /** Whether what was brought back is in use only after the machine's next start. */
    boolean backNeedsStart(String boot) {
        return done.values().stream()
                .anyMatch(one -> one.step().kind().back()
                        && one.boot().filter(boot::equals).isPresent());
    }

    /** Whether the agent said that the machine may be started again for the start that it waits for, and not for one before. */
    boolean mayStart() {
        return startNeeded != null && task.restart().filter(startNeeded::equals).isPresent();
    }

    static boolean forward(Kind kind) {
        return switch (kind) {
            case PRECHECK,
                    PREPARE,
                    CAPTURE,
                    HOOK_PRE,
                    APPLY,
                    ACTIVATE,
                    VERIFY,
                    HOOK_HEALTH,
                    HOOK_POST,
                    HOOK_PRE_REMOVE,
                    REMOVE,
                    VERIFY_REMOVED,
                    COMMIT -> true;
            case UNDO_POST, UNDO, UNDO_PRE, UNDO_PRE_REMOVE, CLEAR -> false;
        };
    }

    /** As the agent hears of it. */
    public TaskStatus status() {
        String detail = "";
        int code = 0;
        Optional<CodeClass> codeClass = Optional.empty();
        if (ended != null) {
            detail = ended.detail();
            code = ended.code();
            codeClass = ended.codeClass();
        } else if (turn != null) {
            detail = turn.why();
            code = turn.code();
            codeClass = turn.codeClass();
        } else if (waiting != null) {
            detail = waiting.detail();
        }
        Optional<Gate> gate = Optional.ofNullable(waiting).map(Waited::gate);
        return new TaskStatus(
                task.action(), passed, detail, code, codeClass, gate, ended != null, Optional.ofNullable(startNeeded));
    }

    /** When something about it was written last that a pause is counted from. */
    Instant lastFailureAt() {
        return lastFailure == null ? Instant.EPOCH : lastFailure.at();
    }
}
