package packhorse.peer.install;

import java.util.Optional;
import java.util.function.Function;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;

/** Whether a task may begin. */
public sealed interface Admission {
    /** As a new transaction, with these members. */
    record Begin(InstallTask task) implements Admission {}

    /** By going on with one that stands open. */
    record TakeUp(long transaction, InstallTask task) implements Admission {}

    /** When another one is done. */
    record Later(String detail) implements Admission {}

    /**
     * Never; this is its end.
     *
     * @param codeClass of a refusal
     */
    record Settle(ActionState state, String detail, Optional<CodeClass> codeClass) implements Admission {
        /** What is refused here would be so again. */
        Settle(ActionState state, String detail) {
            this(state, detail, state == ActionState.REFUSED ? Optional.of(CodeClass.PERMANENT) : Optional.empty());
        }
    }

    /**
     * Says whether a task that the ledger does not {@link Ledger#knows know} may begin now.
     *
     * @param traits of releases in open transactions
     */
    static Admission of(InstallTask task, Ledger ledger, Function<InstallTask.Member, Traits> traits) {
        return new Admitting(ledger, traits).of(task);
    }
}
