package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.Function.Published;
import packhorse.console.change.Function.Standing;
import packhorse.core.content.Version;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Activation;
import packhorse.core.state.LineState.Health;
import packhorse.core.state.LineState.Presence;
import packhorse.core.state.LineState.TransactionState;

final class FunctionTest {
    private static final Version OLD = Version.parse("1.0");
    private static final Version NEW = Version.parse("2.0");

    private static LineState line(
            String version, Presence presence, TransactionState transaction, Activation activation, Health health) {
        return new LineState(
                Cast.EDITOR,
                Cast.LINUX,
                version.isEmpty() ? Optional.empty() : Optional.of(Version.parse(version)),
                Optional.empty(),
                presence,
                transaction,
                activation,
                health,
                transaction == TransactionState.UNDOABLE,
                "");
    }

    private static final LineState ABSENT = LineState.absent(Cast.EDITOR, Cast.LINUX);
    private static final LineState STAGED =
            line("", Presence.STAGED, TransactionState.NONE, Activation.INACTIVE, Health.UNKNOWN);
    private static final LineState OLD_COMMITTED =
            line("1.0", Presence.INSTALLED, TransactionState.COMMITTED, Activation.ACTIVE, Health.OK);
    private static final LineState NEW_UNDOABLE =
            line("2.0", Presence.INSTALLED, TransactionState.UNDOABLE, Activation.ACTIVE, Health.OK);
    private static final LineState NEW_INACTIVE =
            line("2.0", Presence.INSTALLED, TransactionState.UNDOABLE, Activation.INACTIVE, Health.UNKNOWN);
    private static final LineState NEW_COMMITTED =
            line("2.0", Presence.INSTALLED, TransactionState.COMMITTED, Activation.ACTIVE, Health.OK);

    private static Standing standing(LineState line) {
        return new Standing(line, NEW, true, true, false, false);
    }

    private static void may(Function function, LineState line) {
        assertEquals(Optional.empty(), function.refusedOn(standing(line)), function + " on " + line);
    }

    private static void mayNot(Function function, LineState line) {
        assertTrue(function.refusedOn(standing(line)).isPresent(), function + " on " + line);
    }

    @Test
    @Proves("PROCESS 3 Distribute")
    void distributeNeedsARelease() {
        may(Function.DISTRIBUTE, ABSENT);
        assertTrue(Function.DISTRIBUTE
                .refusedOn(new Standing(ABSENT, NEW, false, false, false, false))
                .isPresent());
        assertTrue(Function.DISTRIBUTE.reachedOn(STAGED, NEW, true));
        assertFalse(Function.DISTRIBUTE.reachedOn(ABSENT, NEW, false));
        assertEquals(Optional.of(Function.DELETE), Function.DISTRIBUTE.undoneBy());
        // To depots only, it is the repository's.
        assertTrue(Function.DISTRIBUTE
                .refusedFor(new Published(true, false, false, false, Set.of()))
                .isPresent());
    }

    @Test
    @Proves("PROCESS 3 Install")
    void installNeedsNothingInstalled() {
        may(Function.INSTALL, ABSENT);
        may(Function.INSTALL, STAGED);
        mayNot(Function.INSTALL, OLD_COMMITTED);
        assertTrue(Function.INSTALL.reachedOn(NEW_UNDOABLE, NEW, true));
        assertFalse(Function.INSTALL.reachedOn(OLD_COMMITTED, NEW, true));
        assertEquals(Optional.of(Function.ROLLBACK), Function.INSTALL.undoneBy());
    }

    @Test
    @Proves("PROCESS 3 Update")
    void updateNeedsAnOlderVersionInstalledActiveAndCommitted() {
        may(Function.UPDATE, OLD_COMMITTED);
        mayNot(Function.UPDATE, ABSENT);
        mayNot(Function.UPDATE, NEW_COMMITTED);
        mayNot(
                Function.UPDATE,
                line("1.0", Presence.INSTALLED, TransactionState.UNDOABLE, Activation.ACTIVE, Health.OK));
        mayNot(
                Function.UPDATE,
                line("1.0", Presence.INSTALLED, TransactionState.COMMITTED, Activation.PENDING_REBOOT, Health.OK));
        assertTrue(Function.UPDATE.reachedOn(NEW_UNDOABLE, NEW, true));
        assertEquals(Optional.of(Function.ROLLBACK), Function.UPDATE.undoneBy());
    }

    @Test
    @Proves("PROCESS 3 Activate")
    void activateNeedsSomethingInactive() {
        may(Function.ACTIVATE, NEW_INACTIVE);
        mayNot(Function.ACTIVATE, NEW_UNDOABLE);
        mayNot(Function.ACTIVATE, STAGED);
        assertTrue(Function.ACTIVATE.reachedOn(NEW_UNDOABLE, NEW, true));
        assertFalse(Function.ACTIVATE.reachedOn(
                line("2.0", Presence.INSTALLED, TransactionState.UNDOABLE, Activation.ACTIVE, Health.ERROR),
                NEW,
                true));
        assertEquals(Optional.of("Rollback until committed"), Function.ACTIVATE.undo());
    }

    @Test
    @Proves("PROCESS 3 Commit")
    void commitNeedsSomethingUndoableAndVerified() {
        may(Function.COMMIT, NEW_UNDOABLE);
        mayNot(Function.COMMIT, NEW_INACTIVE);
        mayNot(Function.COMMIT, NEW_COMMITTED);
        mayNot(
                Function.COMMIT,
                line("2.0", Presence.INSTALLED, TransactionState.UNDOABLE, Activation.ACTIVE, Health.UNKNOWN));
        assertTrue(Function.COMMIT.reachedOn(NEW_COMMITTED, NEW, true));
        assertEquals(Optional.of("reinstall the older release"), Function.COMMIT.undo());
    }

    @Test
    @Proves("PROCESS 3 Rollback")
    void rollbackNeedsAWayBack() {
        may(Function.ROLLBACK, NEW_UNDOABLE);
        mayNot(Function.ROLLBACK, NEW_COMMITTED);
        mayNot(Function.ROLLBACK, ABSENT);
        assertEquals(
                Optional.empty(),
                Function.ROLLBACK.refusedOn(new Standing(NEW_COMMITTED, NEW, true, true, true, false)));
        assertTrue(Function.ROLLBACK.reachedOn(OLD_COMMITTED, NEW, true));
        assertTrue(Function.ROLLBACK.reachedOn(ABSENT, NEW, true));
        assertFalse(Function.ROLLBACK.reachedOn(NEW_COMMITTED, NEW, true));
        assertEquals(Optional.of("go forward again"), Function.ROLLBACK.undo());
        assertTrue(OLD.compareTo(NEW) < 0);
    }

    @Test
    @Proves("PROCESS 3 Rollback of an image in the repository")
    void aPublishedImageIsRolledBackWithoutTouchingAnEndpoint() {
        assertEquals(Function.Place.REPOSITORY, Function.ROLLBACK_PUBLISHED.place());
        assertEquals(Optional.empty(), Function.ROLLBACK_PUBLISHED.operation());
        assertEquals(
                Optional.empty(),
                Function.ROLLBACK_PUBLISHED.refusedFor(new Published(true, true, true, true, Set.of())));
        for (Published bad : Set.of(
                new Published(true, true, false, true, Set.of()),
                new Published(true, false, true, true, Set.of()),
                new Published(true, true, true, false, Set.of()))) {
            assertTrue(Function.ROLLBACK_PUBLISHED.refusedFor(bad).isPresent(), bad.toString());
        }
        assertEquals(Optional.of("publish again"), Function.ROLLBACK_PUBLISHED.undo());
    }

    @Test
    @Proves("PROCESS 3 Remove")
    void removeNeedsSomethingInstalled() {
        may(Function.REMOVE, NEW_COMMITTED);
        mayNot(Function.REMOVE, STAGED);
        assertTrue(Function.REMOVE.reachedOn(ABSENT, NEW, false));
        assertFalse(Function.REMOVE.reachedOn(NEW_COMMITTED, NEW, false));
        assertEquals(Optional.of("reinstall"), Function.REMOVE.undo());
    }

    @Test
    @Proves("PROCESS 3 Delete")
    void deleteNeedsContentThatNothingActiveRefersTo() {
        may(Function.DELETE, STAGED);
        assertTrue(Function.DELETE
                .refusedOn(new Standing(NEW_COMMITTED, NEW, true, true, false, true))
                .isPresent());
        assertTrue(Function.DELETE
                .refusedOn(new Standing(ABSENT, NEW, true, false, false, false))
                .isPresent());
        assertTrue(Function.DELETE.reachedOn(ABSENT, NEW, false));
        assertEquals(Optional.of(Function.DISTRIBUTE), Function.DELETE.undoneBy());
    }

    @Test
    @Proves({"PROCESS 3 Retire", "PROCESS 3 Archive and Retire"})
    void whatARunningOrderRefersToIsNotRetired() {
        for (Function function : Set.of(Function.RETIRE, Function.ARCHIVE_AND_RETIRE)) {
            assertEquals(Optional.empty(), function.refusedFor(new Published(true, true, false, false, Set.of())));
            String reason = function.refusedFor(new Published(true, true, false, false, Set.of(OrderId.of(2026, 3))))
                    .orElseThrow();
            assertTrue(reason.contains("CO-2026-0003"), reason);
            assertEquals(Optional.empty(), function.operation());
        }
        assertEquals(Optional.empty(), Function.RETIRE.undo());
        assertEquals(Optional.of("restore"), Function.ARCHIVE_AND_RETIRE.undo());
    }

    @Test
    void onlyWhatPassedItsTestIsAddedToProduction() {
        assertTrue(Function.ADD_TO_PRODUCTION
                .refusedFor(new Published(false, false, false, false, Set.of()))
                .isPresent());
        assertEquals(
                Optional.empty(),
                Function.ADD_TO_PRODUCTION.refusedFor(new Published(true, false, false, false, Set.of())));
    }
}
