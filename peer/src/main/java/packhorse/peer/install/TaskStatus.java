package packhorse.peer.install;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;

/**
 * What became of a task so far.
 *
 * @param passed every state it came to in this attempt, in order, so that the agent can report those it did not see; the last is
 *     where it is
 * @param detail one line on the last: what is waited for, or what went wrong, where, and how to mend it
 * @param code a program's return code, 0 where none ran
 * @param codeClass of a failure
 * @param waiting what it cannot go on without
 * @param startNeeded since when it needs the machine's next start; absent where it needs none
 */
public record TaskStatus(
        String action,
        List<ActionState> passed,
        String detail,
        int code,
        Optional<CodeClass> codeClass,
        Optional<Gate> waiting,
        boolean ended,
        Optional<Instant> startNeeded) {
    /** What a task waits for. */
    public enum Gate {
        /** The agent has to say GO. */
        GO,
        /** A lease, or a newer one. */
        LEASE,
        /** The machine's next start. */
        REBOOT,
        /** Another transaction that uses the same lines. */
        TURN,
        /** The agent's word that the machine may be started again, once its user was told. */
        RESTART;

        /** Whether only the machine's next start lets it go on, whoever begins it. */
        public boolean isStart() {
            return this == REBOOT || this == RESTART;
        }
    }

    public TaskStatus {
        passed = List.copyOf(passed);
        if (passed.isEmpty()) {
            throw new IllegalArgumentException("the task " + action + " is in no state");
        }
    }

    /** Of a task that needs no start of the machine. */
    public TaskStatus(
            String action,
            List<ActionState> passed,
            String detail,
            int code,
            Optional<CodeClass> codeClass,
            Optional<Gate> waiting,
            boolean ended) {
        this(action, passed, detail, code, codeClass, waiting, ended, Optional.empty());
    }

    /** Where it is. */
    public ActionState state() {
        return passed.getLast();
    }
}
