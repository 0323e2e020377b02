package packhorse.peer.install;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.peer.install.TaskStatus.Gate;

/** What comes next in a transaction. */
public sealed interface Next {
    /** Write down that it starts, do it, write down that it is done, or what went wrong. */
    record Run(Step step) implements Next {}

    /** Write down that it waits, where that is new, and look again when something changed. */
    record Wait(Gate gate, String detail) implements Next {}

    /** Look again then. */
    record Rest(Instant until) implements Next {}

    /** Write down that it goes back from here. */
    record Turn(ActionState state, String why, Optional<CodeClass> codeClass) implements Next {}

    /** Write down that the task ended. */
    record End(ActionState state, String detail, int code, Optional<CodeClass> codeClass) implements Next {}

    /** Nothing: its task has ended, and another one may take it up. */
    record Stand() implements Next {}
}
