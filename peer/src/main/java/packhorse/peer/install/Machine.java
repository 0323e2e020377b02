package packhorse.peer.install;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.install.Entry.Turned;
import packhorse.peer.install.InstallTask.Stage;
import packhorse.peer.install.Step.Kind;
import packhorse.peer.install.TaskStatus.Gate;

/**
 * Says what comes next in a transaction, from its entries in the journal, the time and the machine's present start alone. It is asked
 * when no step runs; so a step that was begun and is not done was cut off.
 *
 * <p><b>Forward.</b> Members in order; a removal and the way back to an older release go through them from the last. A step that the
 * release has no hook for is left out.
 *
 * <pre>
 * operation         first, nothing changed          gate   then, each member                            at the end
 * INSTALL, UPDATE   PRECHECK, PREPARE each          GO,    CAPTURE, HOOK_PRE, APPLY, ACTIVATE*,         COMMITTABLE, or at once by
 *                                                   LEASE  VERIFY, HOOK_HEALTH*, HOOK_POST*             policy: COMMIT each, CLEAR, COMMITTED
 * ACTIVATE          (of one that is COMMITTABLE)    GO, L  ACTIVATE, VERIFY, HOOK_HEALTH, HOOK_POST     the same
 * COMMIT            (of one that is COMMITTABLE)    GO, L  COMMIT                                       CLEAR, COMMITTED
 * ROLLBACK          (of one that is COMMITTABLE     GO, L  turns back: see below                        CLEAR, UNDONE
 *                    or UNDO_FAILED)
 * ROLLBACK          of what is committed: as INSTALL of the older release, all of it shown as UNDOING   COMMIT each, CLEAR, UNDONE
 * REMOVE            PRECHECK                        GO, L  CAPTURE, HOOK_PRE_REMOVE, REMOVE,            COMMIT each, CLEAR, COMMITTED
 *                                                          VERIFY_REMOVED
 *                                                                        * not where it comes into use by order
 * </pre>
 *
 * <p><b>States</b> that the agent hears of, by what is written down (of many members: what all of them reached):
 *
 * <pre>
 * PRECHECK     taken up                                   VERIFYING     the last VERIFY began
 * PREPARED     the last PREPARE done (REMOVE: PRECHECK)   COMMITTABLE   ended there, or the first COMMIT began
 * WAITING      for a lease, a start of the machine        COMMITTING    the first COMMIT began: from here there is no way back
 * APPLYING     the first CAPTURE began                    UNDOING       the first UNDO step began
 * APPLIED      the last APPLY or REMOVE done              COMMITTED, UNDONE, FAILED, REFUSED, TIMED_OUT, CANCELLED,
 * ACTIVATING   the last ACTIVATE began                    UNDO_FAILED   ended, CLEAR done (not before UNDO_FAILED)
 * </pre>
 *
 * <p><b>Back.</b> Turned by: a step that failed (FAILED with code and class, or what a precheck says), one over its time (TIMED_OUT), a task
 * that nobody wants any more (CANCELLED before the first change, UNDONE after it), a step cut off that may not be begun twice, or cut
 * off {@value #BEGINS_MAX} times (FAILED), an order to roll back (UNDONE). Then each member that began, in the reverse order: UNDO_POST
 * if HOOK_POST began, UNDO if CAPTURE is done, UNDO_PRE if HOOK_PRE began (UNDO_PRE_REMOVE likewise), then CLEAR, then the end. Where
 * what came back is in use after the machine's next start only, such as a system in another slot, CLEAR waits for that; the state
 * stays UNDOING.
 * A step back that fails is tried again {@value #UNDO_TRIES_MAX} times with a growing pause; then the task ends as UNDO_FAILED, and the
 * transaction stays as it is for a ROLLBACK to try again. What cannot be brought back by nature ends as UNDO_FAILED too, cleared,
 * so that something better can be put over it. An undo hook may be begun twice, adapters' steps as well.
 *
 * <p><b>Gates.</b> Before the first step that changes something each time: the agent's GO and a lease that still holds
 * now. After it nothing is asked for any more, else a machine would stay between old and new. A step whose effect needs the machine's
 * next start is followed by nothing before that. Where the policy lets the machine be started again for it, that is begun on the agent's
 * word only, which is about this start and no other: the agent tells the machine's user first, who may put it off.
 *
 * <p><b>Committing</b> never turns: a backup that cannot be freed is tried three times and left, as is one whose freeing was cut off
 * {@value #BEGINS_MAX} times; it costs room, nothing else.
 *
 * <p>Cost: O(members) for each answer. Write-ahead with undo only, one transaction a line, is the simplest recovery there is [1]; redo
 * is not needed, because steps can be repeated.
 *
 * <ol>
 *   <li>C. Mohan et al.: ARIES: A Transaction Recovery Method, ACM TODS 17(1), 1992, §1.
 * </ol>
 */
public final class Machine {
    /** Attempts at a step back after the first; a lock that somebody holds is let go in that time. */
    public static final int UNDO_TRIES_MAX = 3;
    /** A step that was cut off so often ends the process, or the machine, itself. */
    public static final int BEGINS_MAX = 5;
    /** After a step back failed, times the failures so far. */
    static final Duration UNDO_PAUSE = Duration.ofMillis(500);

    private Machine() {}

    /**
     * What comes next.
     *
     * @param traits of each member; may be empty before PRECHECK is done
     * @param boot names the machine's present start
     */
    public static Next next(Progress progress, List<Traits> traits, Instant now, String boot) {
        if (progress.ended().isPresent()) {
            return new Next.Stand();
        }
        if (progress.turned().isPresent()) {
            if (!progress.turnedInAct() && !progress.changedInAct()) {
                Optional<Next> gate = progress.task().stage() == Stage.ABANDON
                        ? Optional.of(abandoned(progress))
                        : gate(progress, now);
                if (gate.isPresent()) {
                    return gate.get();
                }
            }
            return back(progress, traits, now, boot, progress.turned().get());
        }
        if (progress.committing()) {
            return commit(progress);
        }
        if (progress.task().stage() == Stage.ABANDON) {
            return abandoned(progress);
        }
        if (progress.tookUp() && progress.task().operation() == Operation.ROLLBACK) {
            return gate(progress, now)
                    .orElseGet(() -> new Next.Turn(ActionState.UNDONE, "rolled back by order", Optional.empty()));
        }
        if (progress.tookUp() && progress.task().operation() == Operation.COMMIT) {
            return gate(progress, now).orElseGet(() -> commit(progress));
        }
        return forward(progress, traits, now, boot);
    }

    /** Whether what comes next depends on the releases; where all is kept or all is given up it does not. */
    public static boolean wantsTraits(Progress progress) {
        return progress.isDone(Kind.PRECHECK, 0)
                && progress.ended().isEmpty()
                && !progress.committing()
                && (progress.turned().isEmpty()
                        || progress.order().stream().anyMatch(member -> touched(progress, member)));
    }

    /**
     * What becomes of a transaction whose releases cannot be read any more. Where nothing was changed it is given up; one that stood
     * there stands on as it was; one that is between old and new waits, changed by nobody, until a rollback is ordered.
     */
    public static Next unreadable(Progress progress, String why, CodeClass codeClass) {
        if (progress.turned().isPresent()) {
            return new Next.End(
                    ActionState.UNDO_FAILED,
                    why + " (on the way back, because: "
                            + progress.turned().get().why() + "); mend that and order a rollback",
                    0,
                    Optional.of(codeClass));
        }
        return progress.tookUp() && !progress.changedInAct()
                ? new Next.End(ActionState.FAILED, why, 0, Optional.of(codeClass))
                : new Next.Turn(ActionState.FAILED, why, Optional.of(codeClass));
    }

    private static Next abandoned(Progress progress) {
        String why = "nobody wants it any more";
        if (progress.tookUp() && !progress.changedInAct()) {
            return new Next.End(ActionState.CANCELLED, why, 0, Optional.empty());
        }
        return new Next.Turn(progress.changed() ? ActionState.UNDONE : ActionState.CANCELLED, why, Optional.empty());
    }

    // ---- forward ----

    private static Next forward(Progress progress, List<Traits> traits, Instant now, String boot) {
        if (!progress.isDone(Kind.PRECHECK, 0)) {
            return run(progress, traits, new Step(Kind.PRECHECK, 0));
        }
        if (progress.operation() != Operation.REMOVE) {
            for (int member = 0; member < progress.members().size(); member++) {
                if (!progress.isDone(Kind.PREPARE, member)) {
                    return run(progress, traits, new Step(Kind.PREPARE, member));
                }
            }
        }
        Optional<Next> gate = gate(progress, now);
        if (gate.isPresent()) {
            return gate.get();
        }
        for (int member : progress.order()) {
            for (Kind kind : steps(progress, traits.get(member))) {
                Step step = new Step(kind, member);
                if (!progress.isDone(kind, member)) {
                    return progress.needsStart(boot) ? start(progress) : run(progress, traits, step);
                }
            }
        }
        if (progress.needsStart(boot)) {
            return start(progress);
        }
        boolean orderly = progress.task().operation() == Operation.REMOVE
                || progress.task().operation() == Operation.ROLLBACK
                || (progress.task().policy().commitAtOnce() && progress.active());
        return orderly ? commit(progress) : new Next.End(ActionState.COMMITTABLE, "", 0, Optional.empty());
    }

    private static List<Kind> steps(Progress progress, Traits traits) {
        List<Kind> kinds = new ArrayList<>();
        kinds.add(Kind.CAPTURE);
        if (progress.operation() == Operation.REMOVE) {
            if (traits.hooks().contains(HookMoment.PRE_REMOVE)) {
                kinds.add(Kind.HOOK_PRE_REMOVE);
            }
            kinds.add(Kind.REMOVE);
            kinds.add(Kind.VERIFY_REMOVED);
            return kinds;
        }
        if (traits.hooks().contains(HookMoment.PRE)) {
            kinds.add(Kind.HOOK_PRE);
        }
        kinds.add(Kind.APPLY);
        boolean use = !traits.byOrder()
                || progress.operation() == Operation.ROLLBACK
                || progress.task().operation() == Operation.ACTIVATE;
        if (use) {
            kinds.add(Kind.ACTIVATE);
        }
        kinds.add(Kind.VERIFY);
        if (use && traits.hooks().contains(HookMoment.HEALTH)) {
            kinds.add(Kind.HOOK_HEALTH);
        }
        if (use && traits.hooks().contains(HookMoment.POST)) {
            kinds.add(Kind.HOOK_POST);
        }
        return kinds;
    }

    private static Next run(Progress progress, List<Traits> traits, Step step) {
        int begins = progress.begins(step);
        if (begins > 0 && once(step.kind(), traits, step.member())) {
            return new Next.Turn(
                    ActionState.FAILED,
                    "the step \"" + step.kind().words() + "\" of "
                            + progress.members().get(step.member()).release()
                            + " was cut off and may not be begun twice; try again",
                    Optional.of(CodeClass.TRANSIENT));
        }
        if (begins >= BEGINS_MAX) {
            return new Next.Turn(
                    ActionState.FAILED,
                    "the step \"" + step.kind().words() + "\" of "
                            + progress.members().get(step.member()).release() + " was cut off " + begins
                            + " times; look why the installer or the machine ended then",
                    Optional.of(CodeClass.ENVIRONMENT));
        }
        return new Next.Run(step);
    }

    private static boolean once(Kind kind, List<Traits> traits, int member) {
        return switch (kind) {
            case HOOK_PRE, HOOK_POST, HOOK_PRE_REMOVE -> true;
            case APPLY, ACTIVATE, REMOVE -> traits.get(member).once().contains(kind);
            case PRECHECK,
                    PREPARE,
                    CAPTURE,
                    VERIFY,
                    HOOK_HEALTH,
                    VERIFY_REMOVED,
                    COMMIT,
                    UNDO_POST,
                    UNDO,
                    UNDO_PRE,
                    UNDO_PRE_REMOVE,
                    CLEAR -> false;
        };
    }

    private static Optional<Next> gate(Progress progress, Instant now) {
        if (progress.changedInAct()) {
            return Optional.empty();
        }
        if (progress.task().stage() != Stage.GO) {
            return Optional.of(new Next.Wait(Gate.GO, "ready"));
        }
        if (progress.task().leaseUntil().filter(now::isBefore).isEmpty()) {
            return Optional.of(new Next.Wait(
                    Gate.LEASE,
                    progress.task().leaseUntil().isPresent() ? "its lease has run out" : "it has no lease"));
        }
        return Optional.empty();
    }

    private static Next start(Progress progress) {
        if (!progress.task().policy().mayReboot()) {
            return new Next.Wait(Gate.REBOOT, "the machine has to start again; its policy lets nobody do that but you");
        }
        return progress.mayStart()
                ? new Next.Wait(Gate.REBOOT, "the machine is about to start again")
                : new Next.Wait(Gate.RESTART, "the machine has to start again");
    }

    private static Next commit(Progress progress) {
        for (int member : progress.order()) {
            if (!progress.isDone(Kind.COMMIT, member)) {
                return free(progress, new Step(Kind.COMMIT, member));
            }
        }
        return cleared(
                progress,
                new Next.End(
                        progress.task().operation() == Operation.ROLLBACK ? ActionState.UNDONE : ActionState.COMMITTED,
                        progress.leftBehind()
                                ? "done, but not everything was cleared up: "
                                        + progress.lastFailure()
                                                .map(Turned::why)
                                                .orElse("")
                                : "",
                        0,
                        Optional.empty()));
    }

    private static Next cleared(Progress progress, Next.End end) {
        return progress.isDone(Kind.CLEAR, 0) ? end : free(progress, new Step(Kind.CLEAR, 0));
    }

    /** What ends the process each time counts as one that failed as often as it is tried: it is left. */
    private static Next free(Progress progress, Step step) {
        int begins = progress.begins(step);
        return begins < BEGINS_MAX
                ? new Next.Run(step)
                : new Next.Turn(
                        ActionState.FAILED,
                        "the step \"" + step.kind().words() + "\" of "
                                + progress.members().get(step.member()).release() + " was cut off " + begins
                                + " times; look why the installer or the machine ended then",
                        Optional.of(CodeClass.ENVIRONMENT));
    }

    // ---- back ----

    private static Next back(Progress progress, List<Traits> traits, Instant now, String boot, Turned turned) {
        List<String> lasting = new ArrayList<>();
        boolean between = false;
        for (int member : progress.order().reversed()) {
            if (!touched(progress, member)) {
                continue;
            }
            Traits of = traits.get(member);
            for (Kind kind : wayBack(progress, of, member)) {
                Step step = new Step(kind, member);
                if (!progress.isDone(kind, member)) {
                    return goBack(progress, step, now, turned);
                }
            }
            between |= !of.undoable() && placed(progress, member);
            of.lasting().stream()
                    .filter(hook -> hookBegun(progress, hook, member))
                    .forEach(hook -> lasting.add("hook " + hook + " of "
                            + progress.members().get(member).release()));
        }
        if (progress.backNeedsStart(boot)) {
            return start(progress);
        }
        String why = turned.why();
        if (!lasting.isEmpty()) {
            why += "; what " + String.join(", ", lasting) + " did has no way back";
        }
        if (between) {
            why += "; it cannot be taken back, put a release over it that can";
        }
        // A rollback ordered after this transaction could not be taken back brings a good end to what failed.
        boolean ordered = !progress.turnedInAct();
        return cleared(
                progress,
                new Next.End(
                        between ? ActionState.UNDO_FAILED : ordered ? ActionState.UNDONE : turned.state(),
                        ordered ? "rolled back by order" : why,
                        ordered ? 0 : turned.code(),
                        ordered ? Optional.empty() : turned.codeClass()));
    }

    private static boolean touched(Progress progress, int member) {
        return progress.isBegun(Kind.CAPTURE, member);
    }

    private static boolean placed(Progress progress, int member) {
        return progress.isBegun(Kind.APPLY, member) || progress.isBegun(Kind.REMOVE, member);
    }

    private static boolean hookBegun(Progress progress, HookMoment hook, int member) {
        return switch (hook) {
            case PRE -> progress.isBegun(Kind.HOOK_PRE, member);
            case POST -> progress.isBegun(Kind.HOOK_POST, member);
            case HEALTH -> progress.isBegun(Kind.HOOK_HEALTH, member);
            case PRE_REMOVE -> progress.isBegun(Kind.HOOK_PRE_REMOVE, member);
        };
    }

    private static List<Kind> wayBack(Progress progress, Traits traits, int member) {
        List<Kind> kinds = new ArrayList<>();
        if (progress.isBegun(Kind.HOOK_POST, member) && traits.undoHooks().contains(HookMoment.POST)) {
            kinds.add(Kind.UNDO_POST);
        }
        if (progress.isDone(Kind.CAPTURE, member) && (traits.undoable() || !placed(progress, member))) {
            kinds.add(Kind.UNDO);
        }
        if (progress.isBegun(Kind.HOOK_PRE, member) && traits.undoHooks().contains(HookMoment.PRE)) {
            kinds.add(Kind.UNDO_PRE);
        }
        if (progress.isBegun(Kind.HOOK_PRE_REMOVE, member) && traits.undoHooks().contains(HookMoment.PRE_REMOVE)) {
            kinds.add(Kind.UNDO_PRE_REMOVE);
        }
        return kinds;
    }

    private static Next goBack(Progress progress, Step step, Instant now, Turned turned) {
        int failures = progress.undoFailures();
        if (failures > UNDO_TRIES_MAX || progress.begins(step) >= (UNDO_TRIES_MAX + 1) * BEGINS_MAX) {
            String last = progress.lastFailure().map(Turned::why).orElse("it was cut off again and again");
            return new Next.End(
                    ActionState.UNDO_FAILED,
                    last + " (on the way back, because: " + turned.why() + "); mend that and order a rollback",
                    progress.lastFailure().map(Turned::code).orElse(0),
                    progress.lastFailure().flatMap(Turned::codeClass));
        }
        if (failures > 0) {
            Instant until = progress.lastFailureAt().plus(UNDO_PAUSE.multipliedBy(failures));
            if (now.isBefore(until) && now.isAfter(progress.lastFailureAt().minus(UNDO_PAUSE))) {
                return new Next.Rest(until);
            }
        }
        return new Next.Run(step);
    }
}
