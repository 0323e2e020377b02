package packhorse.peer.install;

import java.util.function.Function;
import packhorse.core.state.ActionState;

/** Whether a task may begin. */
public sealed interface Admission {
    /** As a new transaction, with these members. */
    record Begin(InstallTask task) implements Admission {}

    /** By going on with one that stands open. */
    record TakeUp(long transaction, InstallTask task) implements Admission {}

    /** When another one is done. */
    record Later(String detail) implements Admission {}

    /** Never; this is its end. */
    record Settle(ActionState state, String detail) implements Admission {}

    /**
     * Says whether a task that the ledger does not {@link Ledger#knows know} may begin now.
     *
     * @param traits of releases in open transactions
     */
    static Admission of(InstallTask task, Ledger ledger, Function<InstallTask.Member, Traits> traits) {
        return new Admitting(ledger, traits).of(task);
    }
}
