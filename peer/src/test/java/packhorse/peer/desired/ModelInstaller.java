package packhorse.peer.desired;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.LineState;
import packhorse.peer.install.Admission;
import packhorse.peer.install.Entry;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.Ledger;
import packhorse.peer.install.Machine;
import packhorse.peer.install.Next;
import packhorse.peer.install.Progress;
import packhorse.peer.install.Step;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.install.TaskStatus.Gate;
import packhorse.peer.install.Traits;

/**
 * The installer's own decisions with nothing behind them: the real ledger and machine, whose steps succeed or fail as chance has it. What it says is
 * what the real one would, at any moment between two entries of its journal.
 */
final class ModelInstaller {
    private final RandomGenerator random;
    private Ledger ledger = new Ledger();
    private final List<Entry> journal = new ArrayList<>();
    private List<InstallTask> wanted = List.of();
    private final Map<String, String> turns = new LinkedHashMap<>();
    private boolean failing = true;
    long revision;

    /** Counts the machine's starts. */
    private int boot;
    /** The need of a start that the machine is started again for, by the installer itself. */
    record GoingDown(InstallTask task, Instant needed) {}

    private Optional<GoingDown> goingDown = Optional.empty();

    /** Actions that began to change the machine, and when: what a law is about. */
    final Map<String, Instant> changedAt = new LinkedHashMap<>();

    ModelInstaller(RandomGenerator random) {
        this.random = random;
    }

    /** From now on all goes well. */
    void behave() {
        failing = false;
    }

    /** As {@code Installer.tasks}. */
    void tasks(long number, List<InstallTask> tasks) {
        if (number > revision) {
            revision = number;
            wanted = tasks;
        }
    }

    /** Its process ended: the journal is all there is. */
    void restart() {
        revision = 0;
        wanted = List.of();
        turns.clear();
        ledger = new Ledger();
        journal.forEach(ledger::add);
    }

    /** Why the machine goes down, where it does. */
    Optional<GoingDown> goingDown() {
        return goingDown;
    }

    /** The machine starts again, and its process with it. */
    void boot() {
        boot++;
        goingDown = Optional.empty();
        restart();
    }

    private void write(Entry entry) {
        journal.add(entry);
        ledger.add(entry);
    }

    private Traits traits(InstallTask.Member member) {
        return Traits.PLAIN;
    }

    /** One look at everything, and one step where there is one. */
    void step(Instant now) {
        Set<String> said = new HashSet<>();
        wanted.forEach(task -> said.add(task.action()));
        if (revision > 0) {
            List<Entry> kept = journal.stream()
                    .filter(entry -> !(entry instanceof Entry.Settled settled)
                            || said.contains(settled.status().action()))
                    .toList();
            if (kept.size() != journal.size()) {
                journal.clear();
                journal.addAll(kept);
            }
            ledger.forget(action -> !said.contains(action));
        }
        turns.clear();
        for (InstallTask task : wanted) {
            if (!ledger.knows(task.action())) {
                admit(task, now);
            }
        }
        for (Progress progress : List.copyOf(ledger.open())) {
            if (progress.ended().isEmpty()) {
                move(progress, now);
            }
        }
    }

    private void admit(InstallTask task, Instant now) {
        if (task.stage() == InstallTask.Stage.ABANDON) {
            settle(task, ActionState.CANCELLED, "never begun", now);
            return;
        }
        switch (Admission.of(task, ledger, this::traits)) {
            case Admission.Begin(InstallTask fitted) -> write(new Entry.Began(ledger.next(), now, fitted));
            case Admission.TakeUp(long transaction, InstallTask fitted) ->
                write(new Entry.Began(transaction, now, fitted));
            case Admission.Later(String detail) -> turns.put(task.action(), detail);
            case Admission.Settle settled -> settle(task, settled.state(), settled.detail(), now);
        }
    }

    private void settle(InstallTask task, ActionState state, String detail, Instant now) {
        write(new Entry.Settled(
                now,
                new TaskStatus(task.action(), List.of(state), detail, 0, Optional.empty(), Optional.empty(), true)));
    }

    private void move(Progress progress, Instant now) {
        long id = progress.transaction();
        Optional<InstallTask> said = wanted.stream()
                .filter(task -> task.action().equals(progress.task().action()))
                .findFirst();
        if (said.isPresent() && !progress.task().following(said.get()).equals(progress.task())) {
            write(new Entry.Told(id, now, progress.task().following(said.get())));
        }
        switch (Machine.next(
                progress, progress.members().stream().map(this::traits).toList(), now, "boot" + boot)) {
            case Next.Run(Step step) -> {
                write(new Entry.Started(id, now, step));
                if (step.kind().changes()) {
                    changedAt.putIfAbsent(progress.task().action(), now);
                }
                if (failing && random.nextInt(8) == 0) {
                    write(new Entry.Turned(id, now, ActionState.FAILED, "chance", 3, Optional.of(CodeClass.TRANSIENT)));
                } else if (!failing || random.nextInt(8) > 0) {
                    boolean needsStart = failing
                            && (step.kind() == Step.Kind.ACTIVATE || step.kind() == Step.Kind.UNDO)
                            && random.nextBoolean();
                    write(new Entry.Done(id, now, step, 0, needsStart ? Optional.of("boot" + boot) : Optional.empty()));
                }
            }
            case Next.Wait(Gate gate, String detail) -> {
                boolean known = progress.waiting()
                        .filter(waited ->
                                waited.gate() == gate && waited.detail().equals(detail))
                        .isPresent();
                if (!known) {
                    write(new Entry.Waited(id, now, gate, detail));
                }
                if (gate == Gate.REBOOT && progress.task().policy().mayReboot() && said.isPresent()) {
                    goingDown = progress.status().startNeeded().map(needed -> new GoingDown(progress.task(), needed));
                }
            }
            case Next.Rest rest -> {}
            case Next.Turn(ActionState state, String why, Optional<CodeClass> codeClass) ->
                write(new Entry.Turned(id, now, state, why, 0, codeClass));
            case Next.End(ActionState state, String detail, int code, Optional<CodeClass> codeClass) ->
                write(new Entry.Ended(id, now, state, detail, code, codeClass));
            case Next.Stand stand -> {}
        }
    }

    /** By action. */
    Map<String, TaskStatus> statuses() {
        Map<String, TaskStatus> statuses = new LinkedHashMap<>(ledger.statuses());
        turns.forEach((action, detail) -> statuses.putIfAbsent(
                action,
                new TaskStatus(
                        action,
                        List.of(ActionState.WAITING),
                        detail,
                        0,
                        Optional.empty(),
                        Optional.of(Gate.TURN),
                        false)));
        return statuses;
    }

    Map<LineName, LineState> lines() {
        Map<LineName, LineState> lines = new LinkedHashMap<>();
        ledger.lineStates(this::traits, line -> Optional.empty(), member -> Optional.empty())
                .forEach(line -> lines.put(LineName.of(line), line));
        return lines;
    }

    /** What the agent knows of it once it was told so much. */
    record Said(long revision, Map<String, TaskStatus> statuses, Map<LineName, LineState> lines) {}

    Said says() {
        return new Said(revision, statuses(), lines());
    }
}
