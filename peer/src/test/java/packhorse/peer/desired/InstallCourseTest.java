package packhorse.peer.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Activation;
import packhorse.core.state.LineState.Health;
import packhorse.core.state.LineState.Presence;
import packhorse.core.state.LineState.TransactionState;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Stage;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.install.TaskStatus.Gate;

/** One item and an installer that says what the test says. */
class InstallCourseTest {
    private static final Instant NOON = Instant.parse("2026-05-04T12:00:00Z");
    private static final Duration NOTICE = Duration.ofMinutes(15);
    private static final InstallPolicy AT_ONCE = new InstallPolicy(Optional.empty(), false, false, false, false, true);

    private final Map<Subject, Resolution> catalogue = new HashMap<>();
    private final Map<ReleaseId, Sha256> held = new HashMap<>();
    private final Map<String, ActionRecord> reported = new HashMap<>();
    private final List<Course.Move> path = new ArrayList<>();
    private final Map<String, TaskStatus> statuses = new HashMap<>();
    private final Map<LineName, LineState> lines = new HashMap<>();
    private final Map<String, Instant> leases = new HashMap<>();
    private final Map<String, Instant> deferrals = new HashMap<>();
    private Map<String, InstallTask> told = new LinkedHashMap<>();
    private Installs.Reach reach = Installs.Reach.HEARD;
    private Instant now = NOON;
    private boolean current = true;

    private Course course(DesiredItem... items) {
        return Course.of(new Situation(
                new DesiredState(1, List.of(items)),
                now,
                FetchLimits.DEFAULT,
                catalogue,
                Set.copyOf(held.values()),
                held,
                Set.of(),
                Set.of(),
                Map.of(),
                reported,
                new Installs(
                        reach,
                        reach == Installs.Reach.HEARD ? "" : "it is not there",
                        current,
                        statuses,
                        lines,
                        told,
                        leases,
                        deferrals,
                        List.of(new Platform("linux-amd64"), Platform.ANY),
                        NOTICE)));
    }

    /** Does what an agent does, until nothing is to be said and the installer was told. */
    private Course settle(DesiredItem... items) {
        Course course = course(items);
        for (int round = 0; !course.moves().isEmpty() || !course.tasks().equals(List.copyOf(told.values())); round++) {
            assertTrue(round < 40, "does not settle");
            if (course.moves().isEmpty()) {
                told = new LinkedHashMap<>();
                course.tasks().forEach(task -> told.put(task.action(), task));
            }
            for (Course.Move move : course.moves()) {
                path.add(move);
                reported.put(
                        move.action(), new ActionRecord(move.action(), move.subject(), move.operation(), move.state()));
            }
            course = course(items);
        }
        return course;
    }

    private List<ActionState> states(String action) {
        return path.stream()
                .filter(move -> move.action().equals(action))
                .map(Course.Move::state)
                .toList();
    }

    private String detail() {
        return path.getLast().detail();
    }

    private InstallTask task(String action) {
        return Optional.ofNullable(told.get(action)).orElseThrow();
    }

    private Subject release(String word, String... needs) {
        Subject subject = Subject.release(World.id(word));
        catalogue.put(subject, new Resolution.Known(List.of(World.installable(word, needs))));
        return subject;
    }

    private void hold(String... words) {
        Arrays.stream(words).forEach(word -> held.put(World.id(word), World.pack(word)));
    }

    private static DesiredItem item(String action, Operation operation, Subject subject) {
        return item(action, operation, subject, InstallPolicy.DEFAULT);
    }

    private static DesiredItem item(String action, Operation operation, Subject subject, InstallPolicy policy) {
        return item(action, operation, subject, policy, Optional.empty(), Optional.empty());
    }

    private static DesiredItem item(
            String action,
            Operation operation,
            Subject subject,
            InstallPolicy policy,
            Optional<Instant> window,
            Optional<Instant> deadline) {
        return new DesiredItem(
                action,
                subject,
                operation,
                Optional.empty(),
                window,
                deadline,
                Priority.NORMAL,
                Optional.empty(),
                policy);
    }

    private static DesiredItem due(String action, Subject subject, Instant deadline) {
        return item(action, Operation.INSTALL, subject, InstallPolicy.DEFAULT, Optional.empty(), Optional.of(deadline));
    }

    private void says(String action, Optional<Gate> gate, ActionState... passed) {
        ActionState last = passed[passed.length - 1];
        boolean ended = last.isTerminal() || last == ActionState.COMMITTABLE;
        statuses.put(action, new TaskStatus(action, List.of(passed), "", 0, Optional.empty(), gate, ended));
    }

    private void says(String action, ActionState... passed) {
        says(action, Optional.empty(), passed);
    }

    private void inPlace(String word, Optional<String> previous, TransactionState transaction) {
        ReleaseId id = World.id(word);
        lines.put(
                LineName.of(id),
                new LineState(
                        id.name(),
                        id.platform(),
                        Optional.of(id.version()),
                        previous.map(Version::parse),
                        Presence.INSTALLED,
                        transaction,
                        Activation.ACTIVE,
                        Health.OK,
                        transaction == TransactionState.UNDOABLE,
                        ""));
    }

    private static final ActionState[] PREPARED = {ActionState.PRECHECK, ActionState.PREPARED};
    private static final ActionState[] TO_THE_END = {
        ActionState.PRECHECK,
        ActionState.PREPARED,
        ActionState.WAITING,
        ActionState.APPLYING,
        ActionState.APPLIED,
        ActionState.ACTIVATING,
        ActionState.VERIFYING,
        ActionState.COMMITTABLE
    };

    // ---- the way of one that goes well ----

    @Test
    void anInstallationIsFetchedPreparedLeasedAndDone() {
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"));
        assertEquals(Set.of(World.pack("a@1")), settle(item).fetch().keySet());
        assertTrue(told.isEmpty(), "no task before the content is whole");
        hold("a@1");
        settle(item);
        assertEquals(Stage.PREPARE, task("1").stage());
        says("1", Optional.of(Gate.GO), PREPARED);
        assertEquals(Set.of("1"), settle(item).leases());
        assertEquals(Stage.PREPARE, task("1").stage());
        leases.put("1", NOON.plusSeconds(600));
        settle(item);
        assertEquals(Stage.GO, task("1").stage());
        assertEquals(Optional.of(NOON.plusSeconds(600)), task("1").leaseUntil());
        says("1", TO_THE_END);
        settle(item);
        assertEquals(
                List.of(
                        ActionState.ACCEPTED,
                        ActionState.FETCHING,
                        ActionState.STAGED,
                        ActionState.PRECHECK,
                        ActionState.PREPARED,
                        ActionState.WAITING,
                        ActionState.APPLYING,
                        ActionState.APPLIED,
                        ActionState.ACTIVATING,
                        ActionState.VERIFYING,
                        ActionState.COMMITTABLE),
                states("1"));
        assertTrue(told.isEmpty(), "a task that ended is left out");
    }

    @Test
    void whatCommitsAtOnceDoesNotReportItsHalfWayAsTheEnd() {
        hold("a@1");
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"), AT_ONCE);
        settle(item);
        statuses.put(
                "1",
                new TaskStatus(
                        "1",
                        List.of(ActionState.PRECHECK, ActionState.VERIFYING, ActionState.COMMITTABLE),
                        "",
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        false));
        settle(item);
        assertEquals(ActionState.VERIFYING, states("1").getLast());
        says(
                "1",
                ActionState.PRECHECK,
                ActionState.VERIFYING,
                ActionState.COMMITTABLE,
                ActionState.COMMITTING,
                ActionState.COMMITTED);
        settle(item);
        assertEquals(
                List.of(ActionState.VERIFYING, ActionState.COMMITTING, ActionState.COMMITTED),
                states("1").subList(states("1").size() - 3, states("1").size()));
    }

    @Test
    void aFailureIsReportedWithItsCodeAfterTheWayBack() {
        hold("a@1");
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"));
        settle(item);
        statuses.put(
                "1",
                new TaskStatus(
                        "1",
                        List.of(
                                ActionState.PRECHECK,
                                ActionState.PREPARED,
                                ActionState.APPLYING,
                                ActionState.UNDOING,
                                ActionState.FAILED),
                        "the health check says 3",
                        3,
                        Optional.of(CodeClass.TRANSIENT),
                        Optional.empty(),
                        true));
        settle(item);
        assertEquals(
                List.of(ActionState.APPLYING, ActionState.UNDOING, ActionState.FAILED),
                states("1").subList(states("1").size() - 3, states("1").size()));
        assertEquals(3, path.getLast().code());
        assertEquals(Optional.of(CodeClass.TRANSIENT), path.getLast().codeClass());
        assertEquals("the health check says 3", detail());
    }

    @Test
    void operationsOnWhatIsInPlaceNeedNoContent() {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
        record Case(Operation operation, TransactionState stands, ActionState[] passed) {}
        for (Case one : List.of(
                new Case(Operation.COMMIT, TransactionState.UNDOABLE, new ActionState[] {
                    ActionState.PRECHECK, ActionState.PREPARED, ActionState.COMMITTING, ActionState.COMMITTED
                }),
                new Case(Operation.ROLLBACK, TransactionState.UNDOABLE, new ActionState[] {
                    ActionState.PRECHECK, ActionState.PREPARED, ActionState.UNDOING, ActionState.UNDONE
                }),
                new Case(Operation.ROLLBACK, TransactionState.COMMITTED, new ActionState[] {
                    ActionState.PRECHECK, ActionState.PREPARED, ActionState.UNDOING, ActionState.UNDONE
                }),
                new Case(Operation.REMOVE, TransactionState.COMMITTED, new ActionState[] {
                    ActionState.PRECHECK,
                    ActionState.PREPARED,
                    ActionState.APPLYING,
                    ActionState.COMMITTING,
                    ActionState.COMMITTED
                }))) {
            String action = one.operation() + " of " + one.stands();
            told = new LinkedHashMap<>();
            inPlace("a@2", Optional.of("1"), one.stands());
            DesiredItem item = item(action, one.operation(), release("a@2"));
            settle(item);
            assertEquals(World.id("a@2"), task(action).members().getFirst().release());
            says(action, Optional.of(Gate.GO), PREPARED);
            assertEquals(Set.of(action), settle(item).leases());
            leases.put(action, NOON.plusSeconds(60));
            settle(item);
            assertEquals(Stage.GO, task(action).stage());
            says(action, one.passed());
            settle(item);
            assertTrue(states(action).getLast().succeeded(one.operation()), () -> action + ": " + states(action));
        }
    }

    // ---- refused, or nothing to do ----

    @Test
    void whatCannotBePutInPlaceIsRefusedBeforeAByteIsFetched() {
        Subject plain = Subject.release(World.id("p@1"));
        catalogue.put(plain, new Resolution.Known(List.of(World.part("p@1"))));
        refused("--install", item("1", Operation.INSTALL, plain));

        ReleaseId windows = new ReleaseId(World.id("w@1").name(), Version.parse("1"), new Platform("windows-amd64"));
        Resolution.Part model = World.installable("w@1");
        Subject other = Subject.release(windows);
        catalogue.put(
                other,
                new Resolution.Known(List.of(
                        new Resolution.Part(windows, model.manifest(), model.pack(), model.needs(), model.install()))));
        refused("not for this machine", item("2", Operation.INSTALL, other));

        inPlace("a@2", Optional.empty(), TransactionState.COMMITTED);
        refused("older than 2", item("3", Operation.INSTALL, release("a@1")));
        refused("neither in place nor ordered", item("4", Operation.INSTALL, release("c@1", "d/d:[1,)")));
        hold("d@1");
        refused("neither in place nor ordered", item("5", Operation.INSTALL, release("c@2", "d/d:[1,)")));
        refused("nothing of e/e", item("6", Operation.COMMIT, release("e@1")));
        refused("nothing of e/e", item("7", Operation.ROLLBACK, release("e@1")));
        refused("nothing of e/e", item("8", Operation.ACTIVATE, release("e@1")));
        refused("a/a@2 (any) is in place", item("9", Operation.REMOVE, release("a@1")));
        refused("nothing is kept", item("10", Operation.ROLLBACK, release("a@2")));
        reach = Installs.Reach.OFF;
        refused("it is not there", item("11", Operation.INSTALL, release("z@1")));
    }

    private void refused(String words, DesiredItem item) {
        Course course = settle(item);
        assertEquals(List.of(ActionState.ACCEPTED, ActionState.REFUSED), states(item.action()));
        assertTrue(detail().contains(words), this::detail);
        assertTrue(course.fetch().isEmpty() && told.isEmpty());
        Optional<CodeClass> expected = Optional.of(
                words.contains("neither in place") || words.contains("it is not there")
                        ? CodeClass.ENVIRONMENT
                        : CodeClass.PERMANENT);
        assertEquals(expected, path.getLast().codeClass(), this::detail);
    }

    @Test
    void anOlderVersionIsPutInPlaceWhereThatWasAskedFor() {
        hold("a@1");
        inPlace("a@2", Optional.empty(), TransactionState.COMMITTED);
        settle(item(
                "1",
                Operation.INSTALL,
                release("a@1"),
                new InstallPolicy(Optional.empty(), false, false, true, false, false)));
        assertEquals(Stage.PREPARE, task("1").stage());
    }

    @Test
    void nothingIsDoneWhereItIsSoAlready() {
        inPlace("a@2", Optional.of("1"), TransactionState.COMMITTED);
        settle(
                item("install", Operation.INSTALL, release("a@2")),
                item("commit", Operation.COMMIT, release("a@2")),
                item("activate", Operation.ACTIVATE, release("a@2")),
                item("remove", Operation.REMOVE, release("gone@1")));
        for (String action : List.of("install", "commit", "activate", "remove")) {
            assertEquals(ActionState.ALREADY_AT_TARGET, states(action).getLast(), action);
        }
        settle(item("update", Operation.UPDATE, release("gone@1")));
        assertEquals(ActionState.NOT_APPLICABLE, states("update").getLast());
        assertTrue(told.isEmpty());
    }

    // ---- the order of things ----

    @Test
    void whatIsNeededIsPutInPlaceFirstInWhateverOrderItStands() {
        hold("a@1", "b@1");
        DesiredItem first = item("a", Operation.INSTALL, release("a@1", "b/b:[1,)"));
        DesiredItem second = item("b", Operation.INSTALL, release("b@1"));
        Course course = settle(first, second);
        assertEquals(Set.of("b"), told.keySet());
        assertTrue(
                String.valueOf(course.waits().get("a")).contains("waits for the action b"), course.waits()::toString);
        says("b", TO_THE_END);
        inPlace("b@1", Optional.empty(), TransactionState.UNDOABLE);
        settle(first, second);
        assertEquals(Set.of("a"), told.keySet());
    }

    @Test
    void whatNeedsAnActionThatFailedIsRefused() {
        hold("a@1", "b@1");
        DesiredItem first = item("a", Operation.INSTALL, release("a@1", "b/b:[1,)"));
        DesiredItem second = item("b", Operation.INSTALL, release("b@1"));
        settle(first, second);
        says("b", ActionState.PRECHECK, ActionState.REFUSED);
        settle(first, second);
        assertEquals(ActionState.REFUSED, states("a").getLast());
        assertTrue(path.stream()
                .anyMatch(move -> move.action().equals("a") && move.detail().contains("ended REFUSED")));
    }

    @Test
    void oneLineHasOneActionAtATime() {
        hold("a@1", "a@2");
        DesiredItem first = item("1", Operation.INSTALL, release("a@1"));
        DesiredItem second = item("2", Operation.COMMIT, release("a@1"));
        DesiredItem third = item("3", Operation.UPDATE, release("a@2"));
        settle(first, second, third);
        assertEquals(Set.of("1"), told.keySet());
        says("1", TO_THE_END);
        inPlace("a@1", Optional.empty(), TransactionState.UNDOABLE);
        settle(first, second, third);
        assertEquals(Set.of("2"), told.keySet());
        says("2", ActionState.PRECHECK, ActionState.PREPARED, ActionState.COMMITTING, ActionState.COMMITTED);
        inPlace("a@1", Optional.empty(), TransactionState.COMMITTED);
        settle(first, second, third);
        assertEquals(Set.of("3"), told.keySet());
    }

    @Test
    void whatStandsOpenIsCommittedBeforeWhatWaitsForIt() {
        hold("a@2");
        inPlace("a@1", Optional.empty(), TransactionState.UNDOABLE);
        DesiredItem update = item("1", Operation.UPDATE, release("a@2"));
        settle(update);
        says("1", Optional.of(Gate.TURN), ActionState.WAITING);
        DesiredItem commit = item("2", Operation.COMMIT, release("a@1"));
        settle(update, commit);
        assertEquals(Set.of("1", "2"), told.keySet());
    }

    // ---- windows, the user, leases, deadlines ----

    @Test
    void itWaitsForItsWindowThenForItsUserThenForALease() {
        hold("a@1");
        Instant window = NOON.plusSeconds(100);
        Instant most = NOON.plusSeconds(5000);
        DesiredItem item = item(
                "1",
                Operation.INSTALL,
                release("a@1"),
                new InstallPolicy(Optional.of(most), false, false, false, false, false),
                Optional.of(window),
                Optional.empty());
        settle(item);
        says("1", Optional.of(Gate.GO), PREPARED);
        leases.put("1", NOON.plusSeconds(9000));
        Course course = settle(item);
        assertEquals(Optional.of(window), course.wake());
        assertTrue(detail().contains("window"), this::detail);
        assertEquals(Stage.PREPARE, task("1").stage());
        now = window;
        deferrals.put("1", NOON.plusSeconds(1000));
        course = settle(item);
        assertEquals(Optional.of(NOON.plusSeconds(1000)), course.wake());
        assertTrue(String.valueOf(course.waits().get("1")).contains("user"), course.waits()::toString);
        deferrals.put("1", NOON.plus(Duration.ofDays(3)));
        assertEquals(Optional.of(most), settle(item).wake(), "not beyond what the order allows");
        now = most;
        settle(item);
        assertEquals(Stage.GO, task("1").stage());
        assertEquals(1, states("1").stream().filter(ActionState.WAITING::equals).count());
    }

    @Test
    void whoMayNotPutItOffDoesNot() {
        hold("a@1");
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"));
        deferrals.put("1", NOON.plusSeconds(1000));
        leases.put("1", NOON.plusSeconds(9000));
        settle(item);
        says("1", Optional.of(Gate.GO), PREPARED);
        settle(item);
        assertEquals(Stage.GO, task("1").stage());
    }

    @Test
    void aLapsedLeaseTakesTheGoBackAndAsksAgain() {
        hold("a@1");
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"));
        settle(item);
        says("1", Optional.of(Gate.GO), PREPARED);
        leases.put("1", NOON.plusSeconds(10));
        settle(item);
        assertEquals(Stage.GO, task("1").stage());
        now = NOON.plusSeconds(10);
        says("1", Optional.of(Gate.LEASE), PREPARED);
        assertEquals(Set.of("1"), settle(item).leases());
        assertEquals(Stage.PREPARE, task("1").stage());
        leases.put("1", NOON.plusSeconds(600));
        settle(item);
        assertEquals(Stage.GO, task("1").stage());
    }

    @Test
    void onceSomethingWasChangedNothingStopsIt() {
        hold("a@1");
        DesiredItem item = due("1", release("a@1"), NOON.plusSeconds(100));
        leases.put("1", NOON.plusSeconds(10));
        settle(item);
        says("1", Optional.of(Gate.GO), PREPARED);
        settle(item);
        says("1", ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING);
        now = NOON.plusSeconds(1000);
        Course course = settle(item);
        assertEquals(Stage.GO, task("1").stage());
        assertTrue(course.leases().isEmpty());
        assertEquals(ActionState.APPLYING, states("1").getLast());
    }

    // ---- the machine's next start ----

    /** Half an hour past noon something was changed that is in use after the next start only. */
    private static final Instant NEEDED = NOON.plusSeconds(1800);

    private static DesiredItem restarting(Subject subject, Optional<Instant> deferUntil, Optional<Instant> deadline) {
        return item(
                "1",
                Operation.INSTALL,
                subject,
                new InstallPolicy(deferUntil, false, true, false, false, false),
                Optional.empty(),
                deadline);
    }

    private void needsAStart(Gate gate, ActionState... passed) {
        statuses.put(
                "1",
                new TaskStatus(
                        "1",
                        List.of(passed),
                        "the machine has to start again",
                        0,
                        Optional.empty(),
                        Optional.of(gate),
                        false,
                        Optional.of(NEEDED)));
    }

    private void comesToAStart(DesiredItem item) {
        hold("a@1");
        settle(item);
        says("1", Optional.of(Gate.GO), PREPARED);
        leases.put("1", NOON.plusSeconds(600));
        settle(item);
        assertEquals(Stage.GO, task("1").stage());
        needsAStart(Gate.RESTART, ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING);
        now = NEEDED;
    }

    @Test
    void theMachineIsStartedAgainOnlyAWhileAfterItsUserWasTold() {
        DesiredItem item = restarting(release("a@1"), Optional.empty(), Optional.empty());
        comesToAStart(item);
        deferrals.put("1", NOON.plus(Duration.ofDays(1)));
        Course course = settle(item);
        assertEquals(Map.of("1", NEEDED.plus(NOTICE)), course.restarts(), "who may not put it off does not");
        assertEquals(Optional.of(NEEDED.plus(NOTICE)), course.wake());
        assertEquals("the machine has to start again", course.waits().get("1"));
        assertEquals(Optional.empty(), task("1").restart());
        now = NEEDED.plus(NOTICE).minusMillis(1);
        settle(item);
        assertEquals(Optional.empty(), task("1").restart());
        now = NEEDED.plus(NOTICE);
        settle(item);
        assertEquals(Optional.of(NEEDED), task("1").restart());
        assertEquals(Stage.GO, task("1").stage());
        needsAStart(Gate.REBOOT, ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING);
        course = settle(item);
        assertEquals(Optional.of(NEEDED), task("1").restart());
        assertTrue(course.restarts().isEmpty(), "it is no longer ours to begin");
    }

    @Test
    void itsUserMayPutTheStartOffAsFarAsTheOrderLetsHim() {
        Instant most = NEEDED.plusSeconds(20_000);
        DesiredItem item = restarting(release("a@1"), Optional.of(most), Optional.empty());
        comesToAStart(item);
        deferrals.put("1", NEEDED.plusSeconds(60));
        assertEquals(Map.of("1", NEEDED.plus(NOTICE)), settle(item).restarts(), "not sooner either");
        deferrals.put("1", NEEDED.plusSeconds(5_000));
        now = NEEDED.plus(NOTICE);
        Course course = settle(item);
        assertEquals(Map.of("1", NEEDED.plusSeconds(5_000)), course.restarts());
        assertEquals(Optional.of(NEEDED.plusSeconds(5_000)), course.wake());
        assertEquals(Optional.empty(), task("1").restart());
        deferrals.put("1", NOON.plus(Duration.ofDays(9)));
        assertEquals(Map.of("1", most), settle(item).restarts());
        now = most;
        settle(item);
        assertEquals(Optional.of(NEEDED), task("1").restart());
    }

    @Test
    void whatIsPutOffAfterTheWordTakesItBack() {
        DesiredItem item = restarting(release("a@1"), Optional.of(NOON.plus(Duration.ofDays(1))), Optional.empty());
        comesToAStart(item);
        now = NEEDED.plus(NOTICE);
        settle(item);
        assertEquals(Optional.of(NEEDED), task("1").restart());
        // The command failed, and is to be tried again.
        needsAStart(Gate.REBOOT, ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING);
        deferrals.put("1", now.plusSeconds(3_600));
        assertEquals(Optional.of(now.plusSeconds(3_600)), settle(item).wake());
        assertEquals(Optional.empty(), task("1").restart());
    }

    @Test
    void theDeadlineEndsWhatItsUserPutOff() {
        Instant deadline = NEEDED.plusSeconds(3_000);
        DesiredItem item =
                restarting(release("a@1"), Optional.of(NOON.plus(Duration.ofDays(1))), Optional.of(deadline));
        comesToAStart(item);
        deferrals.put("1", NOON.plus(Duration.ofDays(1)));
        assertEquals(Map.of("1", deadline), settle(item).restarts());
        assertEquals(Optional.of(deadline), Restarts.latest(item));
        now = deadline;
        settle(item);
        assertEquals(Optional.of(NEEDED), task("1").restart());
        assertEquals(ActionState.APPLYING, states("1").getLast(), "it goes on");
    }

    @Test
    void aDeadlineThatHasPassedLeavesItsUserTheWhileAllTheSame() {
        DesiredItem item = restarting(release("a@1"), Optional.empty(), Optional.of(NEEDED.minusSeconds(10)));
        comesToAStart(item);
        assertEquals(Map.of("1", NEEDED.plus(NOTICE)), settle(item).restarts());
        assertEquals(Optional.empty(), task("1").restart());
    }

    @Test
    void withoutTheOrdersLeaveNothingIsStarted() {
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"));
        comesToAStart(item);
        needsAStart(Gate.REBOOT, ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING);
        now = NEEDED.plus(Duration.ofDays(3));
        assertTrue(settle(item).restarts().isEmpty());
        assertEquals(Optional.empty(), task("1").restart());
    }

    @Test
    void noWordOutlivesTheStartThatItWasAbout() {
        DesiredItem item = restarting(release("a@1"), Optional.empty(), Optional.empty());
        comesToAStart(item);
        now = NEEDED.plus(NOTICE);
        settle(item);
        assertEquals(Optional.of(NEEDED), task("1").restart());
        says("1", ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING, ActionState.APPLIED);
        settle(item);
        assertEquals(Optional.empty(), task("1").restart());
        needsAStart(Gate.RESTART, ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING);
        settle(item);
        reach = Installs.Reach.SILENT;
        statuses.clear();
        settle(item);
        assertEquals(Optional.empty(), task("1").restart(), "an agent that was started again has to hear of it first");
    }

    @Test
    void theWayBackOfWhatNobodyOrdersAnyMoreStartsTheMachineLikewise() {
        Instant most = NEEDED.plusSeconds(20_000);
        DesiredItem item = restarting(release("a@1"), Optional.of(most), Optional.empty());
        comesToAStart(item);
        settle(item);
        needsAStart(
                Gate.RESTART, ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING, ActionState.UNDOING);
        deferrals.put("1", NEEDED.plusSeconds(5_000));
        Course course = settle();
        assertEquals(Stage.ABANDON, task("1").stage());
        assertEquals(Map.of("1", NEEDED.plusSeconds(5_000)), course.restarts());
        assertEquals(Optional.empty(), task("1").restart());
        now = NEEDED.plusSeconds(5_000);
        settle();
        assertEquals(Optional.of(NEEDED), task("1").restart());
    }

    // ---- too late ----

    @Test
    void whatIsNotBegunByItsDeadlineTimesOutAndItsTaskIsEnded() {
        hold("a@1");
        DesiredItem item = due("1", release("a@1"), NOON.plusSeconds(100));
        settle(item);
        says("1", Optional.of(Gate.GO), PREPARED);
        settle(item);
        now = NOON.plusSeconds(100);
        settle(item);
        assertEquals(ActionState.TIMED_OUT, states("1").getLast());
        assertEquals(Stage.ABANDON, task("1").stage());
        says("1", ActionState.PRECHECK, ActionState.PREPARED, ActionState.CANCELLED);
        settle(item);
        assertTrue(told.isEmpty());
    }

    @Test
    void withGoSaidTheInstallerHasTheLastWordAtTheDeadline() {
        hold("a@1");
        DesiredItem item = due("1", release("a@1"), NOON.plusSeconds(100));
        leases.put("1", NOON.plusSeconds(500));
        settle(item);
        says("1", Optional.of(Gate.GO), PREPARED);
        settle(item);
        assertEquals(Stage.GO, task("1").stage());
        now = NOON.plusSeconds(100);
        settle(item);
        assertEquals(ActionState.PREPARED, states("1").getLast(), "it may have begun");
        assertEquals(Stage.ABANDON, task("1").stage());
        says("1", ActionState.PRECHECK, ActionState.PREPARED, ActionState.CANCELLED);
        settle(item);
        assertEquals(ActionState.TIMED_OUT, states("1").getLast());
        assertTrue(told.isEmpty());
    }

    // ---- nobody wants it any more ----

    @Test
    void whatIsNoLongerDesiredIsEndedByTheInstallerFirst() {
        hold("a@1");
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"));
        settle(item);
        says("1", Optional.of(Gate.GO), PREPARED);
        settle(item);
        settle();
        assertEquals(Stage.ABANDON, task("1").stage());
        assertEquals(ActionState.WAITING, states("1").getLast(), "nothing before the installer ended it");
        says("1", ActionState.PRECHECK, ActionState.PREPARED, ActionState.CANCELLED);
        settle();
        assertEquals(ActionState.CANCELLED, states("1").getLast());
        assertTrue(detail().contains("no longer desired"), this::detail);
        assertTrue(told.isEmpty());
    }

    @Test
    void whatWasChangedAlreadyIsTakenBackAndSuperseded() {
        hold("a@1");
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"));
        settle(item);
        says("1", ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING);
        settle(item);
        DesiredItem next = item("2", Operation.INSTALL, release("a@2"));
        hold("a@2");
        settle(next);
        assertEquals(Set.of("1"), told.keySet(), "its line is not free yet");
        says(
                "1",
                ActionState.PRECHECK,
                ActionState.PREPARED,
                ActionState.APPLYING,
                ActionState.UNDOING,
                ActionState.UNDONE);
        settle(next);
        assertEquals(
                List.of(ActionState.UNDOING, ActionState.SUPERSEDED),
                states("1").subList(states("1").size() - 2, states("1").size()));
        assertEquals(Set.of("2"), told.keySet());
    }

    @Test
    void anEndThatCameBeforeTheWordIsReportedAsItWas() {
        hold("a@1");
        DesiredItem item = item("1", Operation.INSTALL, release("a@1"));
        settle(item);
        says("1", ActionState.PRECHECK, ActionState.PREPARED, ActionState.APPLYING);
        settle(item);
        says("1", TO_THE_END);
        settle();
        assertEquals(ActionState.COMMITTABLE, states("1").getLast());
    }

    // ---- content that is needed ----

    @Test
    void whatIsInPlaceOrComesBackByARollbackKeepsItsContent() {
        hold("a@1", "a@2", "a@3");
        inPlace("a@2", Optional.of("1"), TransactionState.COMMITTED);
        Course course = settle(
                item("1", Operation.DELETE, release("a@1")),
                item("2", Operation.DELETE, release("a@2")),
                item("3", Operation.DELETE, release("a@3")));
        assertEquals(Set.of(World.id("a@3")), course.delete());
        assertEquals(ActionState.WAITING, states("1").getLast());
        assertEquals(ActionState.WAITING, states("2").getLast());
        lines.clear();
        assertEquals(
                Set.of(World.id("a@1"), World.id("a@2"), World.id("a@3")),
                settle(
                                item("1", Operation.DELETE, release("a@1")),
                                item("2", Operation.DELETE, release("a@2")),
                                item("3", Operation.DELETE, release("a@3")))
                        .delete());
    }

    @Test
    void nothingIsDeletedWhileNobodyKnowsWhatIsInPlace() {
        hold("a@1");
        reach = Installs.Reach.SILENT;
        assertTrue(settle(item("1", Operation.DELETE, release("a@1"))).delete().isEmpty());
        assertEquals(List.of(ActionState.ACCEPTED), states("1"));
    }
}
