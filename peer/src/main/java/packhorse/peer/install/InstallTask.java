package packhorse.peer.install;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

/**
 * What the agent wants of the installer, as a level: the whole list of tasks is said again after every change and every start, and
 * saying it twice changes nothing. The installer keeps what became of each until the agent leaves it out.
 *
 * @param action names the attempt, as everywhere
 * @param operation INSTALL, UPDATE, ACTIVATE, COMMIT, ROLLBACK or REMOVE
 * @param members the releases, in the order of installation; a rollback and a removal go through them backwards
 * @param stage how far it may go now
 * @param leaseUntil nothing that cannot be taken back for free begins later than this; absent: no lease is held
 * @param variables for configuration, those of this endpoint
 * @param restart the machine may be started again for it, for the start that it needs since that time; absent: not yet
 */
public record InstallTask(
        String action,
        Subject subject,
        Operation operation,
        List<Member> members,
        Stage stage,
        Optional<Instant> leaseUntil,
        InstallPolicy policy,
        SortedMap<String, String> variables,
        Optional<Instant> restart) {
    /** How far a task may go. The installer never goes back by itself from one to an earlier one, it only stops. */
    public enum Stage {
        /** Look whether it can be done and lay everything ready; change nothing. */
        PREPARE,
        /** Go through with it; the first change begins under a lease only. */
        GO,
        /** Nobody wants it any more: end it where it is; what was changed is taken back. */
        ABANDON
    }

    /**
     * A release of the task.
     *
     * @param manifest digest of its signed manifest
     * @param pack its content in the store, absent where the operation needs none
     */
    public record Member(ReleaseId release, Sha256 manifest, Optional<Sha256> pack) {}

    public InstallTask {
        members = List.copyOf(members);
        variables = Collections.unmodifiableSortedMap(new TreeMap<>(variables));
    }

    /** A task that no start of the machine was allowed for. */
    public InstallTask(
            String action,
            Subject subject,
            Operation operation,
            List<Member> members,
            Stage stage,
            Optional<Instant> leaseUntil,
            InstallPolicy policy,
            SortedMap<String, String> variables) {
        this(action, subject, operation, members, stage, leaseUntil, policy, variables, Optional.empty());
    }

    /** The same task as it stands now: these follow, all else stays as it was said first. */
    public InstallTask now(Stage stageNow, Optional<Instant> leaseNow, InstallPolicy policyNow) {
        return new InstallTask(action, subject, operation, members, stageNow, leaseNow, policyNow, variables, restart);
    }

    /** The same task with another word on starting the machine again. */
    public InstallTask restarting(Optional<Instant> restartNow) {
        return new InstallTask(action, subject, operation, members, stage, leaseUntil, policy, variables, restartNow);
    }

    /** The same task, which nobody wants any more. */
    public InstallTask abandoned() {
        return now(Stage.ABANDON, Optional.empty(), policy);
    }

    /** What this one, which was begun, would be written as now that it is said anew: the members stay that it was begun with. */
    public InstallTask following(InstallTask newest) {
        return now(newest.stage(), newest.leaseUntil(), newest.policy()).restarting(newest.restart());
    }

    /** The same task for these members. */
    InstallTask of(List<Member> some) {
        return new InstallTask(action, subject, operation, some, stage, leaseUntil, policy, variables, restart);
    }
}
