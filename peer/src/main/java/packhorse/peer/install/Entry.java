package packhorse.peer.install;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.peer.install.TaskStatus.Gate;

/** An entry of the journal. What was written down has happened, or is about to; {@link Ledger} says what all of them together mean. */
public sealed interface Entry {
    /** When, by this machine's clock. */
    Instant at();

    /** An entry about a transaction. */
    sealed interface OfTransaction extends Entry {
        long transaction();
    }

    /**
     * A task was taken up: by a new transaction, or by one that stands open and that it commits, activates or rolls back.
     *
     * @param task its members are those that there is something to do about
     */
    record Began(long transaction, Instant at, InstallTask task) implements OfTransaction {}

    /** The agent says something else of the task now: stage, lease, policy. */
    record Told(long transaction, Instant at, InstallTask task) implements OfTransaction {}

    /** A step is about to begin. */
    record Started(long transaction, Instant at, Step step) implements OfTransaction {}

    /**
     * A step is done.
     *
     * @param code of a program that ran in it
     * @param boot the machine's present start, where what was done is in use after the next one only
     */
    record Done(long transaction, Instant at, Step step, int code, Optional<String> boot) implements OfTransaction {}

    /**
     * From here back. Where it goes back already, or committing began: another attempt at the step under way failed.
     *
     * @param state the end that is reported once all is back
     */
    record Turned(long transaction, Instant at, ActionState state, String why, int code, Optional<CodeClass> codeClass)
            implements OfTransaction {}

    /** It cannot go on without something. */
    record Waited(long transaction, Instant at, Gate gate, String detail) implements OfTransaction {}

    /** The task came to its end; whether the transaction did too depends on whether it was cleared. */
    record Ended(
            long transaction, Instant at, ActionState state, String detail, int code, Optional<CodeClass> codeClass)
            implements OfTransaction {}

    /** A task that came to its end, in place of all entries about it. */
    record Settled(Instant at, TaskStatus status) implements Entry {}

    /** What is in place of a release line, in place of all entries about that. */
    record Stands(Instant at, Line line) implements Entry {}
}
