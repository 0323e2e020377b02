package packhorse.peer.desired;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Activation;
import packhorse.core.state.LineState.TransactionState;
import packhorse.core.state.Operation;
import packhorse.peer.desired.Resolution.Part;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Stage;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.install.TaskStatus.Gate;

/**
 * What comes next for one item that changes what is in place. Like the whole course it is a function of a level: of what was
 * reported, of what the installer says of its task, and of what it was told.
 *
 * <pre>
 * operation      state         when                                              next
 * install …      ACCEPTED      this machine has no installer; no install section, REFUSED
 *                              another platform, an older version that nobody
 *                              asked for, a need that nothing brings
 * install …      ACCEPTED      that version is in place and active               ALREADY_AT_TARGET
 * install …      ACCEPTED      the content is on the disk already                STAGED
 * install …      ACCEPTED      as for a distribution                             FETCHING, then STAGED or FAILED
 * install …      STAGED        nothing before it works at the same line,         a task, stage PREPARE
 *                              what it needs is in place
 * activate …     ACCEPTED      nothing of the line is in place that fits         REFUSED
 * activate …     ACCEPTED      nothing before it works at the same line          a task, stage PREPARE
 * any            with a task   the installer passed states                       each of them, once, in order
 * any            with a task   the installer can go no further by itself, and    WAITING, stage PREPARE
 *                              the window is not open, the user put it off, or
 *                              no lease is held (one is asked for)
 * any            with a task   none of these                                     stage GO with the lease, until it lapses
 * any            with a task   something was changed                             stage GO, whatever happens
 * any            with a task   it needs the machine's next start, its policy     the word that it may be begun; see {@link Restarts}
 *                              lets us begin it, its user was told and has not
 *                              put it off
 * any            not changed   the deadline passed                               TIMED_OUT; with GO said, stage ABANDON first
 * any            with a task   gone from the desired state                       stage ABANDON, and when the installer has
 *                                                                                ended it CANCELLED or SUPERSEDED, or its end
 * </pre>
 *
 * <p><b>Each state once.</b> {@link PassedStates} finds what is to be reported next in what the installer passed; so neither a restart of
 * the agent nor one of the installer repeats or turns round anything. WAITING is the agent's own and comes between PREPARED and the first change.
 * COMMITTABLE is an end for an item that does not commit at once, and not reported for one that does.
 *
 * <p><b>Nothing irreversible without a right to it.</b> GO is said together with the end of the lease, and the installer begins the
 * first change only before that; stage GO is taken back when the lease lapses before. A task that was told once keeps its members
 * and variables; stage, lease and policy follow.
 */
final class InstallCourse {
    /** What comes next. */
    sealed interface Step {
        /** A state is reported; the task, if there is one, stays as it is. */
        record Report(ActionState state, String detail, int code, Optional<CodeClass> codeClass) implements Step {
            Report(ActionState state, String detail) {
                this(state, detail, 0, Course.classOf(state));
            }
        }

        /** A place among those that fetch is wanted. */
        record Queue() implements Step {}

        /** Content is brought here. */
        record Fetch(List<Part> parts, boolean takesPlace) implements Step {}

        /** The installer is told. */
        record Tell(InstallTask task, String waits, boolean lease, Optional<Instant> wake) implements Step {}

        /** Nothing can be done now; one line says why. */
        record Rest(String waits, Optional<Instant> wake) implements Step {}
    }

    /** The digest of nothing: no manifest has it. */
    private static final Sha256 UNKNOWN = Sha256.of(new byte[0]);

    private final Situation situation;
    private final Installs installs;
    private final InstallNeeds needs;
    private final LineTurns turns;
    private final GoAhead goAhead;

    InstallCourse(Situation situation) {
        this.situation = situation;
        this.installs = situation.installs();
        this.needs = new InstallNeeds(situation);
        this.turns = new LineTurns(situation);
        this.goAhead = new GoAhead(situation);
    }

    /**
     * For an item that was accepted and has not ended.
     *
     * @param trouble what is wrong with releases that are brought together, as for a distribution; absent while that is not known
     */
    Step next(DesiredItem item, ActionRecord record, Function<List<Part>, Optional<String>> trouble, boolean open) {
        InstallTask told = installs.told().get(item.action());
        if (told != null) {
            return follow(item, record, told);
        }
        return switch (installs.reach()) {
            case OFF -> new Step.Report(ActionState.REFUSED, installs.trouble(), 0, Optional.of(CodeClass.ENVIRONMENT));
            case SILENT -> late(item, installs.trouble()).orElseGet(() -> rest(installs.trouble()));
            case HEARD ->
                item.operation().needsContent() ? content(item, record, trouble, open) : inPlace(item, record);
        };
    }

    private static Step rest(String waits) {
        return new Step.Rest(waits, Optional.empty());
    }

    private boolean isLate(DesiredItem item) {
        return item.deadline()
                .filter(deadline -> !situation.now().isBefore(deadline))
                .isPresent();
    }

    private Optional<Step> late(DesiredItem item, String phase) {
        return isLate(item) ? Optional.of(timedOut(item, phase)) : Optional.empty();
    }

    private static Step timedOut(DesiredItem item, String phase) {
        return new Step.Report(
                ActionState.TIMED_OUT, "not done by " + item.deadline().orElseThrow() + ": " + phase);
    }

    /** Whether the installer had it already, though nobody here remembers what it was told. */
    private boolean handed(DesiredItem item, ActionRecord record) {
        return installs.statuses().containsKey(item.action())
                || (record.state() != ActionState.ACCEPTED
                        && record.state() != ActionState.FETCHING
                        && record.state() != ActionState.STAGED);
    }

    // ---- before there is a task ----

    private Step content(
            DesiredItem item, ActionRecord record, Function<List<Part>, Optional<String>> trouble, boolean open) {
        Resolution resolution = situation.resolutions().get(item.subject());
        if (!(resolution instanceof Resolution.Known(List<Part> parts))) {
            if (resolution instanceof Resolution.Wrong(String reason) && !handed(item, record)) {
                return new Step.Report(ActionState.REFUSED, reason);
            }
            String why = resolution instanceof Resolution.Unavailable(String reason)
                    ? reason
                    : "the catalogue has not answered";
            return late(item, why).orElseGet(() -> rest(why));
        }
        if (handed(item, record)) {
            return follow(item, record, compose(item, members(parts)));
        }
        boolean whole = parts.stream().allMatch(part -> situation.whole().contains(part.pack()));
        boolean fetching = record.state() == ActionState.FETCHING;
        Optional<String> before = turns.before(item, LineTurns.linesOf(parts), false);
        Optional<Step> verdict = fetching ? Optional.empty() : judge(item, parts, before.isEmpty());
        if (verdict.isPresent()) {
            return verdict.get();
        }
        if (record.state() != ActionState.STAGED) {
            Optional<String> wrong = fetching ? Optional.empty() : trouble.apply(parts);
            if (wrong.isPresent()) {
                return new Step.Report(ActionState.REFUSED, wrong.get());
            }
            if (whole) {
                return new Step.Report(ActionState.STAGED, "");
            }
        }
        InstallNeeds.Answer answer = needs.of(item, parts);
        Optional<String> waits = before.or(
                () -> answer instanceof InstallNeeds.Answer.Later(String line) ? Optional.of(line) : Optional.empty());
        return late(item, fetching ? "still fetching" : waits.orElse("waits for its time or for a place"))
                .orElseGet(() -> switch (record.state()) {
                    case FETCHING -> fetching(item, parts);
                    case STAGED ->
                        whole
                                ? waits.map(InstallCourse::rest)
                                        .orElseGet(() -> tell(item, compose(item, members(parts))))
                                : new Step.Fetch(parts, false);
                    default -> begin(item, open);
                });
    }

    private Step fetching(DesiredItem item, List<Part> parts) {
        String failure = situation.failures().get(item.action());
        return failure != null ? new Step.Report(ActionState.FAILED, failure) : new Step.Fetch(parts, true);
    }

    private Step begin(DesiredItem item, boolean open) {
        Optional<Instant> notYet = item.fetchNotBefore().filter(situation.now()::isBefore);
        if (notYet.isPresent()) {
            return new Step.Rest("nothing is fetched before " + notYet.get(), notYet);
        }
        return open ? rest("a bundle that may bring what it needs is not known yet") : new Step.Queue();
    }

    /** What says no, or says that nothing is to be done; what is in place is only judged when its turn has come. */
    private Optional<Step> judge(DesiredItem item, List<Part> parts, boolean turn) {
        for (Part part : parts) {
            if (part.install().isEmpty()) {
                return refused(
                        part.release() + " can only be distributed; its publisher has to publish it with --install");
            }
            Platform platform = part.release().platform();
            if (!installs.platforms().contains(platform)) {
                return refused(part.release() + " is not for this machine, which runs "
                        + installs.platforms().stream().map(Platform::word).collect(Collectors.joining(" and "))
                        + "; order the release of that platform");
            }
        }
        if (!turn) {
            return Optional.empty();
        }
        if (parts.stream().allMatch(this::atTarget)) {
            return Optional.of(new Step.Report(ActionState.ALREADY_AT_TARGET, ""));
        }
        for (Part part : parts) {
            Optional<LineState> newer = installs.line(part.release())
                    .filter(line -> line.version()
                            .filter(version -> version.compareTo(part.release().version()) > 0)
                            .isPresent());
            if (newer.isPresent() && !item.policy().mayDowngrade()) {
                return refused(part.release() + " is older than "
                        + newer.get().version().orElseThrow()
                        + ", which is in place; order a rollback, or allow the downgrade with mayDowngrade");
            }
        }
        boolean fresh = !item.subject().bundle()
                && inPlaceOf(parts.getFirst().release()).isEmpty();
        if (item.operation() == Operation.UPDATE && fresh) {
            return Optional.of(new Step.Report(
                    ActionState.NOT_APPLICABLE,
                    "nothing of " + LineName.of(parts.getFirst().release())
                            + " is in place that could be updated; order an installation"));
        }
        return needs.of(item, parts) instanceof InstallNeeds.Answer.Never(String reason)
                ? Optional.of(new Step.Report(ActionState.REFUSED, reason, 0, Optional.of(CodeClass.ENVIRONMENT)))
                : Optional.empty();
    }

    private static Optional<Step> refused(String reason) {
        return Optional.of(new Step.Report(ActionState.REFUSED, reason));
    }

    private boolean atTarget(Part part) {
        boolean byOrder = part.install()
                .filter(section -> section.activation() == Activating.BY_ORDER)
                .isPresent();
        return installs.inPlace(part.release())
                && installs.line(part.release())
                        .filter(line -> byOrder || line.activation() == Activation.ACTIVE)
                        .isPresent();
    }

    private Step inPlace(DesiredItem item, ActionRecord record) {
        Resolution resolution = situation.resolutions().get(item.subject());
        List<ReleaseId> releases;
        if (resolution instanceof Resolution.Known(List<Part> parts)) {
            releases = parts.stream().map(Part::release).toList();
        } else if (!item.subject().bundle() && resolution != null) {
            // What is in place may be in no catalogue any more, and can still be taken back.
            releases = List.of(item.subject().id());
        } else if (resolution instanceof Resolution.Wrong(String reason)) {
            return new Step.Report(ActionState.REFUSED, reason);
        } else {
            String why = resolution instanceof Resolution.Unavailable(String reason)
                    ? reason
                    : "the catalogue has not answered";
            return late(item, why).orElseGet(() -> rest(why));
        }
        if (handed(item, record)) {
            List<ReleaseId> there = releases.stream()
                    .map(this::inPlaceOf)
                    .flatMap(Optional::stream)
                    .toList();
            return follow(item, record, compose(item, named(item, there.isEmpty() ? releases : there)));
        }
        Set<LineName> lines = releases.stream().map(LineName::of).collect(Collectors.toSet());
        Fitting fitting = Fitting.of(item.operation(), releases, installs);
        // What stands open is committed or taken back before what waits for just that.
        boolean closes = fitting instanceof Fitting.Members
                && releases.stream()
                        .allMatch(release -> installs.line(release)
                                .filter(line -> line.transaction() == TransactionState.UNDOABLE)
                                .isPresent());
        Optional<String> before = turns.before(item, lines, closes);
        if (before.isPresent()) {
            return late(item, before.get()).orElseGet(() -> rest(before.get()));
        }
        return switch (fitting) {
            case Fitting.No(String reason) -> new Step.Report(ActionState.REFUSED, reason);
            case Fitting.Done() -> new Step.Report(ActionState.ALREADY_AT_TARGET, "");
            case Fitting.Members(List<ReleaseId> members) ->
                late(item, "waits for its turn").orElseGet(() -> tell(item, compose(item, named(item, members))));
        };
    }

    private Optional<ReleaseId> inPlaceOf(ReleaseId release) {
        return installs.line(release)
                .flatMap(LineState::version)
                .map(version -> new ReleaseId(release.name(), version, release.platform()));
    }

    // ---- the task ----

    private InstallTask compose(DesiredItem item, List<InstallTask.Member> members) {
        return new InstallTask(
                item.action(),
                item.subject(),
                item.operation(),
                members,
                Stage.PREPARE,
                Optional.empty(),
                item.policy(),
                situation.desired().variables());
    }

    private static List<InstallTask.Member> members(List<Part> parts) {
        return parts.stream()
                .map(part -> new InstallTask.Member(part.release(), part.manifest(), Optional.of(part.pack())))
                .toList();
    }

    /** Of what is in place the installer keeps the manifests itself; ours only helps where it is known. */
    private List<InstallTask.Member> named(DesiredItem item, List<ReleaseId> releases) {
        List<Part> known = situation.resolutions().get(item.subject()) instanceof Resolution.Known(List<Part> parts)
                ? parts
                : List.of();
        return releases.stream()
                .map(release -> new InstallTask.Member(
                        release,
                        known.stream()
                                .filter(part -> part.release().equals(release))
                                .findFirst()
                                .map(Part::manifest)
                                .orElse(UNKNOWN),
                        Optional.empty()))
                .toList();
    }

    private static Step tell(DesiredItem item, InstallTask task) {
        return new Step.Tell(task, "", false, item.deadline());
    }

    private Step follow(DesiredItem item, ActionRecord record, InstallTask task) {
        TaskStatus status = installs.statuses().get(item.action());
        boolean abandoned = task.stage() == Stage.ABANDON;
        Step.Report unwanted = isLate(item)
                ? (Step.Report) timedOut(item, "not begun")
                : new Step.Report(ActionState.CANCELLED, "it was not desired for a while; order it again");
        Optional<Step.Report> news = PassedStates.news(
                record, status, item.policy().commitAtOnce(), abandoned ? Optional.of(unwanted) : Optional.empty());
        if (news.isPresent()) {
            return news.get();
        }
        if (abandoned) {
            return installs.over(item.action())
                    ? unwanted
                    : new Step.Tell(task, "is being ended", false, Optional.empty());
        }
        if (status != null && status.ended()) {
            return new Step.Report(
                    ActionState.FAILED,
                    "the installer ended it in " + status.state() + ": " + status.detail(),
                    status.code(),
                    status.codeClass());
        }
        String waits = status == null ? installs.trouble() : status.detail();
        if (changed(record, status)) {
            return new Step.Tell(task.now(Stage.GO, task.leaseUntil(), item.policy()), waits, false, Optional.empty());
        }
        if (isLate(item)) {
            return task.stage() == Stage.PREPARE
                    ? timedOut(item, waits.isEmpty() ? "not begun" : waits)
                    : new Step.Tell(task.abandoned(), "its deadline passed", false, Optional.empty());
        }
        boolean ready = status != null
                && status.waiting()
                        .filter(gate -> gate == Gate.GO || gate == Gate.LEASE)
                        .isPresent();
        Optional<GoAhead.Hold> hold = goAhead.hold(item);
        if (hold.isEmpty()) {
            Optional<Instant> lease = goAhead.lease(item);
            boolean go = ready || task.stage() == Stage.GO;
            return new Step.Tell(
                    task.now(go ? Stage.GO : Stage.PREPARE, go ? lease : Optional.empty(), item.policy()),
                    waits,
                    false,
                    earliest(lease, item.deadline()));
        }
        if (ready && ActionState.WAITING.mayFollow(record.state())) {
            return new Step.Report(ActionState.WAITING, hold.get().why());
        }
        return new Step.Tell(
                task.now(Stage.PREPARE, Optional.empty(), item.policy()),
                ready ? hold.get().why() : waits,
                ready && hold.get().lease(),
                earliest(hold.get().until(), item.deadline()));
    }

    private static Optional<Instant> earliest(Optional<Instant> a, Optional<Instant> b) {
        return a.isPresent() && b.isPresent() ? (a.get().isBefore(b.get()) ? a : b) : a.or(() -> b);
    }

    private static boolean changed(ActionRecord record, @Nullable TaskStatus status) {
        return record.state().changes()
                || (status != null && status.passed().stream().anyMatch(ActionState::changes));
    }

    // ---- what nobody wants any more ----

    /**
     * For an action that has not ended and that no item names any more.
     *
     * @param end what is reported once nothing of it is under way
     */
    Step vanished(ActionRecord record, Step.Report end) {
        InstallTask told = installs.told().get(record.action());
        TaskStatus status = installs.statuses().get(record.action());
        boolean never = told == null && status == null && !passedOn(record);
        if (never) {
            return end;
        }
        boolean commitsAtOnce = told != null && told.policy().commitAtOnce();
        Optional<Step.Report> news = PassedStates.news(record, status, commitsAtOnce, Optional.of(end));
        if (news.isPresent()) {
            return news.get();
        }
        if (installs.over(record.action()) && (told == null || told.stage() == Stage.ABANDON || status != null)) {
            return end;
        }
        InstallTask task = told != null
                ? told.abandoned()
                : new InstallTask(
                        record.action(),
                        record.subject(),
                        record.operation(),
                        List.of(),
                        Stage.ABANDON,
                        Optional.empty(),
                        InstallPolicy.DEFAULT,
                        new TreeMap<>());
        return new Step.Tell(task, "is no longer desired, and is being ended", false, Optional.empty());
    }

    private static boolean passedOn(ActionRecord record) {
        return switch (record.operation()) {
            case DISTRIBUTE, DELETE -> false;
            case INSTALL, UPDATE, ACTIVATE, COMMIT, ROLLBACK, REMOVE ->
                record.state() != ActionState.ACCEPTED
                        && record.state() != ActionState.FETCHING
                        && record.state() != ActionState.STAGED;
        };
    }

    /** What is to become of a task whose action ended in the journal; nothing: it is left out. */
    Optional<InstallTask> ended(InstallTask task, @Nullable ActionRecord record) {
        TaskStatus status = installs.statuses().get(task.action());
        boolean itsOwn = record != null
                && (record.state() != ActionState.TIMED_OUT
                        || (status != null && status.passed().contains(record.state())));
        boolean done = itsOwn || (installs.over(task.action()) && (status != null || task.stage() == Stage.ABANDON));
        return done ? Optional.empty() : Optional.of(task.abandoned());
    }
}
