package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.at;
import static packhorse.peer.installer.engine.Bench.states;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Health;
import packhorse.core.state.LineState.TransactionState;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Stage;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.install.TaskStatus.Gate;

/** The engine on a real disk, with a plain adapter; each {@code live} is a process of its own. */
@Timeout(60)
final class TransactionsTest {
    @TempDir(factory = InMemory.class)
    Path dir;

    private final Bench bench = new Bench();

    private String text(String file) throws IOException {
        return Files.readString(dir.resolve("root/opt").resolve(file));
    }

    private boolean there(String file) {
        return Files.exists(dir.resolve("root/opt").resolve(file));
    }

    private void put(InstallTask.Member member, String action) throws IOException {
        assertEquals(
                ActionState.COMMITTED,
                bench.live(dir, task(action, Operation.INSTALL, Bench.AT_ONCE, member))
                        .state());
    }

    @Test
    void anInstallationComesToCommittableAndIsCommittedByAnOrderOfItsOwn() throws Exception {
        InstallTask.Member app = bench.release("acme/app", "1").listed();
        TaskStatus installed = bench.live(dir, task("i", Operation.INSTALL, app));
        assertEquals(
                states(
                        ActionState.PRECHECK,
                        ActionState.PREPARED,
                        ActionState.APPLYING,
                        ActionState.APPLIED,
                        ActionState.ACTIVATING,
                        ActionState.VERIFYING,
                        ActionState.COMMITTABLE),
                installed.passed());
        assertTrue(installed.ended());
        assertEquals("1", text("acme-app/a"));
        LineState line = bench.line(dir);
        assertEquals(TransactionState.UNDOABLE, line.transaction());
        assertEquals(Health.OK, line.health());
        assertTrue(line.undoable());

        TaskStatus committed = bench.live(dir, task("c", Operation.COMMIT, app));
        assertEquals(
                states(ActionState.PRECHECK, ActionState.PREPARED, ActionState.COMMITTING, ActionState.COMMITTED),
                committed.passed());
        assertEquals(TransactionState.COMMITTED, bench.line(dir).transaction());
        assertEquals(
                ActionState.ALREADY_AT_TARGET,
                bench.live(dir, task("c2", Operation.COMMIT, app)).state());
    }

    @Test
    void nothingIsChangedBeforeGoAndALeaseThatHolds() throws Exception {
        InstallTask.Member app = bench.release("acme/app", "1").listed();
        InstallTask go = task("i", Operation.INSTALL, Bench.AT_ONCE, app);
        TaskStatus ready = bench.live(dir, at(go, Stage.PREPARE, Optional.empty()));
        assertEquals(Optional.of(Gate.GO), ready.waiting());
        assertEquals(ActionState.PREPARED, ready.state());
        TaskStatus late = bench.live(dir, at(go, Stage.GO, Optional.of(Bench.NOW)));
        assertEquals(Optional.of(Gate.LEASE), late.waiting());
        assertEquals(ActionState.WAITING, late.state());
        assertFalse(there("acme-app"));
        assertEquals(ActionState.COMMITTED, bench.live(dir, go).state());
    }

    @Test
    void aFailureAfterTheFirstChangeBringsBackWhatWasWithHooksUndone() throws Exception {
        put(bench.release("acme/app", "1").listed(), "i1");
        InstallTask.Member two = bench.release("acme/app", "2")
                .hook(HookMoment.PRE, true)
                .hook(HookMoment.HEALTH, false)
                .hook(HookMoment.POST, true)
                .listed();
        bench.codes.put("health", 3);
        TaskStatus failed = bench.live(dir, task("u", Operation.UPDATE, two));
        assertEquals(ActionState.FAILED, failed.state());
        assertTrue(failed.passed().contains(ActionState.UNDOING));
        assertEquals(3, failed.code());
        assertEquals(Optional.of(CodeClass.PERMANENT), failed.codeClass());
        assertTrue(failed.detail().contains("the hook health of acme/app@2"), failed.detail());
        assertEquals(List.of("pre", "health", "undo-pre"), bench.hooks);
        assertEquals("1", text("acme-app/a"));
        assertFalse(there("acme-app/b2"));
        assertEquals("1", bench.line(dir).version().orElseThrow().toString());

        bench.codes.clear();
        assertEquals(
                ActionState.COMMITTED,
                bench.live(dir, task("u2", Operation.UPDATE, Bench.AT_ONCE, two))
                        .state());
        assertEquals("1", bench.line(dir).previous().orElseThrow().toString());
    }

    @Test
    void whatIsUndoableIsRolledBackAndWhatIsCommittedTooFromWhatIsKept() throws Exception {
        InstallTask.Member one = bench.release("acme/app", "1").listed();
        InstallTask.Member two = bench.release("acme/app", "2").listed();
        put(one, "i1");
        assertEquals(
                ActionState.COMMITTABLE,
                bench.live(dir, task("u2", Operation.UPDATE, two)).state());
        TaskStatus back = bench.live(dir, task("r", Operation.ROLLBACK, two));
        assertEquals(
                states(ActionState.PRECHECK, ActionState.PREPARED, ActionState.UNDOING, ActionState.UNDONE),
                back.passed());
        assertEquals("1", text("acme-app/a"));

        put(two, "u3");
        assertEquals("2", text("acme-app/a"));
        TaskStatus older = bench.live(dir, task("r2", Operation.ROLLBACK, two));
        assertEquals(
                states(ActionState.PRECHECK, ActionState.PREPARED, ActionState.UNDOING, ActionState.UNDONE),
                older.passed());
        assertEquals("1", text("acme-app/a"));
        assertEquals("1", bench.line(dir).version().orElseThrow().toString());
        assertEquals(
                ActionState.REFUSED,
                bench.live(dir, task("r3", Operation.ROLLBACK, one)).state());
    }

    @Test
    void aRemovalTakesEverythingAndItsFailureBringsItBack() throws Exception {
        InstallTask.Member app =
                bench.release("acme/app", "1").hook(HookMoment.PRE_REMOVE, true).listed();
        put(app, "i");
        bench.codes.put("pre_remove", 75);
        TaskStatus failed = bench.live(dir, task("x", Operation.REMOVE, app));
        assertEquals(ActionState.FAILED, failed.state());
        assertEquals(Optional.of(CodeClass.TRANSIENT), failed.codeClass());
        assertEquals("1", text("acme-app/a"));
        bench.codes.clear();
        TaskStatus gone = bench.live(dir, task("x2", Operation.REMOVE, app));
        assertEquals(
                states(
                        ActionState.PRECHECK,
                        ActionState.PREPARED,
                        ActionState.APPLYING,
                        ActionState.APPLIED,
                        ActionState.VERIFYING,
                        ActionState.COMMITTING,
                        ActionState.COMMITTED),
                gone.passed());
        assertFalse(there("acme-app"));
        assertEquals(
                ActionState.ALREADY_AT_TARGET,
                bench.live(dir, task("x3", Operation.REMOVE, app)).state());
        try (var homes = Files.list(dir.resolve("data/homes"))) {
            assertEquals(0, homes.count());
        }
    }

    @Test
    void aBundleGoesForwardInOrderAndBackInReverse() throws Exception {
        InstallTask.Member lib =
                bench.release("acme/lib", "1").hook(HookMoment.PRE, true).listed();
        InstallTask.Member app = bench.release("acme/app", "1")
                .needs("acme/lib")
                .set("fail", "verify")
                .hook(HookMoment.POST, true)
                .listed();
        TaskStatus failed = bench.live(dir, task("b", Operation.INSTALL, lib, app));
        assertEquals(ActionState.FAILED, failed.state());
        assertFalse(there("acme-lib"));
        assertFalse(there("acme-app"));
        assertEquals(List.of("pre", "undo-pre"), bench.hooks);

        InstallTask.Member good =
                bench.release("acme/app", "2").needs("acme/lib").listed();
        assertEquals(
                ActionState.COMMITTABLE,
                bench.live(dir, task("b2", Operation.INSTALL, lib, good)).state());
        TaskStatus alone = bench.live(dir, task("c", Operation.COMMIT, good));
        assertEquals(ActionState.REFUSED, alone.state());
        assertTrue(alone.detail().contains("together with others"), alone.detail());
        assertEquals(
                ActionState.COMMITTED,
                bench.live(dir, task("c2", Operation.COMMIT, lib, good)).state());
        TaskStatus needed = bench.live(dir, task("x", Operation.REMOVE, lib));
        assertEquals(ActionState.REFUSED, needed.state());
        assertTrue(needed.detail().contains("acme/app@2 (any) needs acme/lib@1"), needed.detail());
    }

    @Test
    void anAbandonedTaskIsCancelledBeforeTheFirstChangeAndUndoneAfterIt() throws Exception {
        InstallTask.Member app =
                bench.release("acme/app", "1").set("reboot", "yes").listed();
        InstallTask go = task("i", Operation.INSTALL, app);
        bench.live(dir, at(go, Stage.PREPARE, Optional.empty()));
        TaskStatus cancelled = bench.live(dir, at(go, Stage.ABANDON, Optional.empty()));
        assertEquals(ActionState.CANCELLED, cancelled.state());

        InstallTask second = task("i2", Operation.INSTALL, app);
        TaskStatus waits = bench.live(dir, second);
        assertEquals(Optional.of(Gate.REBOOT), waits.waiting());
        assertTrue(there("acme-app"));
        TaskStatus undone = bench.live(dir, at(second, Stage.ABANDON, Optional.empty()));
        assertEquals(ActionState.UNDONE, undone.state());
        assertFalse(there("acme-app"));
        try (var work = Files.list(dir.resolve("data/work"))) {
            assertEquals(0, work.count());
        }
    }

    @Test
    void whatNeedsTheMachinesNextStartGoesOnAfterItAndStartsItWherePolicyAndTheAgentSaySo() throws Exception {
        InstallTask go = needsAStart();
        TaskStatus waits = bench.live(dir, go);
        assertEquals(Optional.of(Gate.RESTART), waits.waiting());
        assertEquals(LineState.Activation.PENDING_REBOOT, bench.line(dir).activation());
        Optional<Instant> needed = waits.startNeeded();
        assertTrue(needed.isPresent());
        assertEquals(needed, bench.live(dir, go).startNeeded(), "over the installer's own restart");
        InstallTask another = go.restarting(needed.map(since -> since.minusMillis(1)));
        assertEquals(Optional.of(Gate.RESTART), bench.live(dir, another).waiting(), "not for that one");
        assertEquals(List.of(), bench.hooks, "its user was not told");

        InstallTask said = go.restarting(needed);
        assertEquals(Optional.of(Gate.REBOOT), bench.live(dir, said).waiting());
        assertEquals(List.of("reboot"), bench.hooks);
        bench.boot = "second";
        TaskStatus done = bench.live(dir, said);
        assertEquals(List.of("reboot"), bench.hooks);
        assertEquals(Optional.empty(), done.startNeeded());
        assertEquals(ActionState.COMMITTED, done.state());
        assertTrue(done.passed().contains(ActionState.WAITING));
    }

    private InstallTask needsAStart() {
        InstallTask.Member app =
                bench.release("acme/app", "1").set("reboot", "yes").listed();
        return task("i", Operation.INSTALL, new InstallPolicy(Optional.empty(), false, true, false, false, true), app);
    }

    @Test
    void aWordThatOnlyAnEarlierProcessHeardStartsNothing() throws Exception {
        InstallTask go = needsAStart();
        Optional<Instant> needed = bench.live(dir, go).startNeeded();
        bench.live(dir, go.restarting(needed));
        assertEquals(List.of("reboot"), bench.hooks);
        bench.line(dir);
        assertEquals(List.of("reboot"), bench.hooks, "it may have been taken back since");
        assertEquals(
                Optional.of(Gate.RESTART),
                bench.live(dir, go).waiting(),
                "as when its user put it off in the meantime");
        assertEquals(List.of("reboot"), bench.hooks);
    }

    @Test
    void aWayBackThatFailsIsTriedAgainAndThenLeftForARollback() throws Exception {
        InstallTask.Member app = bench.release("acme/app", "1")
                .set("fail", "undo")
                .set("flaky", "yes")
                .listed();
        Files.createDirectories(dir.resolve("root"));
        Files.createFile(dir.resolve("root/fail"));
        assertEquals(
                ActionState.COMMITTABLE,
                bench.live(dir, task("i", Operation.INSTALL, app)).state());
        InstallTask back = task("r", Operation.ROLLBACK, app);
        TaskStatus failed = bench.live(dir, back);
        assertEquals(ActionState.UNDO_FAILED, failed.state());
        assertEquals(Health.ERROR, bench.line(dir).health());
        TaskStatus waits = bench.live(dir, task("i2", Operation.INSTALL, app));
        assertEquals(Optional.of(Gate.TURN), waits.waiting());
        assertTrue(waits.detail().contains("order a rollback"), waits.detail());

        Files.delete(dir.resolve("root/fail"));
        assertEquals(
                ActionState.UNDONE,
                bench.live(dir, task("r2", Operation.ROLLBACK, app)).state());
        assertFalse(there("acme-app"));
    }

    @Test
    void whatComesIntoUseByOrderWaitsForIt() throws Exception {
        InstallTask.Member app = bench.release("acme/app", "1")
                .byOrder()
                .hook(HookMoment.HEALTH, false)
                .listed();
        bench.live(dir, task("i", Operation.INSTALL, Bench.AT_ONCE, app));
        assertEquals(LineState.Activation.INACTIVE, bench.line(dir).activation());
        assertEquals(
                ActionState.REFUSED,
                bench.live(dir, task("c", Operation.COMMIT, app)).state());
        TaskStatus active = bench.live(dir, task("a", Operation.ACTIVATE, Bench.AT_ONCE, app));
        assertEquals(ActionState.COMMITTED, active.state());
        assertEquals(List.of("health"), bench.hooks);
        assertTrue(there("acme-app/active"));
    }

    @Test
    void whatIsInTheWayIsOneLineAndNothingIsChanged() throws Exception {
        put(bench.release("acme/app", "2").listed(), "i");
        refused(bench.release("acme/app", "1").listed(), ActionState.REFUSED, "is older than 2");
        refused(
                bench.release("acme/x", "1").platform("windows-amd64").listed(),
                ActionState.NOT_APPLICABLE,
                "platform");
        refused(
                bench.release("acme/x", "2").set("into", "/opt/acme-app/sub").listed(),
                ActionState.REFUSED,
                "where acme/app@2");
        refused(
                bench.release("acme/x", "3").conflicts("acme/app").listed(),
                ActionState.REFUSED,
                "may not be in place beside");
        refused(bench.release("acme/x", "4").needs("acme/lib").listed(), ActionState.REFUSED, "which is not in place");
        refused(bench.release("acme/x", "5").needs("acme/app:[3,)").listed(), ActionState.REFUSED, "but 2 is in place");
        refused(bench.release("acme/x", "6").disk(1L << 60).listed(), ActionState.FAILED, "make room");
        refused(bench.release("acme/x", "7").set("into", "").listed(), ActionState.REFUSED, "name a directory");
        Files.createFile(dir.resolve("root/locked"));
        refused(bench.release("acme/x", "8").listed(), ActionState.REFUSED, "unlock it");
        assertEquals("2", text("acme-app/a"));
        assertFalse(there("acme-x"));
    }

    /** A link on the way is all it takes, and what lies there is believed. */
    @Test
    void nothingIsPutInPlaceAmongTheAgentsOwnDirectories() throws Exception {
        Files.createDirectories(dir.resolve("root/opt"));
        Files.createDirectories(dir.resolve("data"));
        Files.createSymbolicLink(dir.resolve("root/opt/way"), dir.resolve("data"));
        for (String into : List.of("/opt/way", "/opt/way/manifests/acme")) {
            refused(
                    bench.release("acme/x", "1").set("into", into).listed(),
                    ActionState.REFUSED,
                    "where this agent keeps what is its own");
        }
        Files.createSymbolicLink(dir.resolve("root/opt/nowhere"), dir.resolve("nothing"));
        put(bench.release("acme/y", "1").listed(), "i");
        assertEquals("1", text("acme-y/a"));
    }

    @Test
    void aPlaceUnderAnotherNameIsTheSamePlace() throws Exception {
        put(bench.release("acme/app", "1").listed(), "i");
        Files.createSymbolicLink(dir.resolve("root/srv"), Path.of("opt"));
        refused(
                bench.release("acme/x", "1").set("into", "/srv/acme-app/sub").listed(),
                ActionState.REFUSED,
                "acme/x@1 (any) goes to /srv/acme-app/sub, where acme/app@1 (any) has /opt/acme-app");
        assertFalse(there("acme-app/sub"));
    }

    @Test
    void thePlaceThatAnOpenTransactionMayGoBackToIsTaken() throws Exception {
        put(bench.release("acme/app", "1").set("into", "/opt/old").listed(), "i");
        InstallTask.Member moved =
                bench.release("acme/app", "2").set("into", "/opt/new").listed();
        assertEquals(
                ActionState.COMMITTABLE,
                bench.live(dir, task("u", Operation.UPDATE, moved)).state());
        refused(bench.release("acme/x", "1").set("into", "/opt/old").listed(), ActionState.REFUSED, "/opt/old");
        refused(bench.release("acme/x", "2").set("into", "/opt/new").listed(), ActionState.REFUSED, "/opt/new");
        assertEquals(
                ActionState.UNDONE,
                bench.live(dir, task("r", Operation.ROLLBACK, moved)).state());
        assertEquals("1", text("old/a"));
    }

    private void refused(InstallTask.Member member, ActionState state, String words) throws IOException {
        TaskStatus status = bench.live(dir, task("try-" + member.release(), Operation.INSTALL, member));
        assertEquals(state, status.state(), status.detail());
        assertTrue(status.detail().contains(words), status.detail());
        assertFalse(status.detail().contains("\n"), status.detail());
    }

    @Test
    void changedFilesAreReportedOrPutBack() throws Exception {
        put(bench.release("acme/app", "1").listed(), "i");
        put(bench.release("acme/kept", "1").drift(Drift.MEND).listed(), "i2");
        Files.writeString(dir.resolve("root/opt/acme-app/a"), "somebody's");
        Files.delete(dir.resolve("root/opt/acme-kept/a"));
        bench.drift = java.time.Duration.ofMillis(1);
        InstallerReport report = bench.live(
                dir,
                InstallDisk.real(),
                List.of(),
                said -> said.lines().stream().allMatch(line -> line.health() != Health.UNKNOWN));
        assertEquals(Health.DRIFT, report.lines().getFirst().health());
        assertTrue(
                report.lines().getFirst().detail().contains("acme-app/a"),
                report.lines().getFirst().detail());
        assertEquals(Health.OK, report.lines().getLast().health());
        assertEquals("1", text("acme-kept/a"));
        assertEquals("somebody's", text("acme-app/a"));
    }

    @Test
    void whatCannotBePutBackIsDriftWithBothReasons() throws Exception {
        put(bench.release("acme/app", "1").drift(Drift.MEND).set("fail", "mend").listed(), "i");
        Files.writeString(dir.resolve("root/opt/acme-app/a"), "somebody's");
        bench.drift = java.time.Duration.ofMillis(1);
        InstallerReport report = bench.live(
                dir,
                InstallDisk.real(),
                List.of(),
                said -> said.lines().getFirst().health() != Health.OK
                        && !said.lines().getFirst().detail().isEmpty());
        LineState line = report.lines().getFirst();
        assertEquals(Health.DRIFT, line.health(), line.detail());
        assertTrue(line.detail().contains("acme-app/a is not as it was put there"), line.detail());
        assertTrue(line.detail().endsWith("cannot be put back: mend fails here"), line.detail());
        assertEquals("somebody's", text("acme-app/a"));
    }
}
