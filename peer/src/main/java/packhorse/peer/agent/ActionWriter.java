package packhorse.peer.agent;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.peer.desired.Restarts;

/** Says of an item where it stands and what will happen, for the people of this machine. */
final class ActionWriter {
    private final Steward steward;
    private final Installations installations;
    private final InstantSource clock;

    ActionWriter(Steward steward, Installations installations, InstantSource clock) {
        this.steward = steward;
        this.installations = installations;
        this.clock = clock;
    }

    ActionStatus status(DesiredItem item) {
        Optional<StatusEntry> last = steward.last(item.action());
        boolean ended =
                last.filter(entry -> entry.state().ends(entry.operation())).isPresent();
        String hindrance = ended ? "" : steward.hindrance(item);
        ActionStatus.Builder status = ActionStatus.newBuilder()
                .setAction(item.action())
                .setSubject(StateCodec.write(item.subject()))
                .setOperation(StateCodec.write(item.operation()))
                .setState(last.map(entry -> entry.state().number()).orElse(0))
                .setDetail(hindrance.isEmpty() ? last.map(StatusEntry::detail).orElse("") : hindrance)
                .setDeadlineMillis(millis(item.deadline()))
                .setPriority(StateCodec.write(item.priority()))
                .setEnded(ended)
                .setSucceeded(last.filter(entry -> entry.state().succeeded(entry.operation()))
                        .isPresent())
                .setCode(last.map(StatusEntry::code).orElse(0))
                .setCodeClass(last.flatMap(StatusEntry::codeClass)
                        .map(CodeClass::number)
                        .orElse(0))
                .setActivateNotBeforeMillis(millis(item.activateNotBefore()))
                .setDeferUntilMillis(millis(latest(item)))
                .setDeferredMillis(millis(installations.deferred(item.action())))
                .setLocal(LocalOrders.isLocal(item.action()))
                .setIrreversible(steward.isIrreversible(item.subject()));
        if (!ended) {
            status.setNext(next(item, last.map(StatusEntry::state), hindrance))
                    .setRestartMillis(millis(steward.restart(item.action()).map(Steward.Restart::at)));
            installations
                    .progress(item.action())
                    .ifPresent(progress -> status.setProgress(packhorse.core.message.v1.InstallProgress.newBuilder()
                            .setAction(progress.action())
                            .setRelease(progress.release())
                            .setStep(progress.step())
                            .setDoneBytes(progress.doneBytes())
                            .setTotalBytes(progress.totalBytes())));
        }
        return status.build();
    }

    /** Until when it may be put off, or the start of the machine that it waits for. */
    Optional<Instant> latest(DesiredItem item) {
        return awaitsWord(item) ? Restarts.latest(item) : item.policy().deferUntil();
    }

    /** Whether it waits for a start of the machine that is for the agent to begin. */
    boolean awaitsWord(DesiredItem item) {
        return item.policy().mayReboot() && installations.awaitsStart(item.action());
    }

    private static long millis(Optional<Instant> time) {
        return time.map(Instant::toEpochMilli).orElse(0L);
    }

    private String next(DesiredItem item, Optional<ActionState> state, String hindrance) {
        if (item.operation() == Operation.DISTRIBUTE || item.operation() == Operation.DELETE) {
            return hindrance;
        }
        if (state.filter(ActionState::changes).isPresent()) {
            return steward.restart(item.action())
                    .map(restart -> restart(item, restart))
                    .orElse(
                            installations.awaitsStart(item.action())
                                    ? "The machine has to start again; it goes on then."
                                    : "It is under way.");
        }
        Instant now = clock.instant();
        Optional<Instant> from = item.activateNotBefore().filter(now::isBefore);
        Optional<Instant> deferred = installations
                .deferred(item.action())
                .map(until -> item.policy().deferUntil().filter(until::isAfter).orElse(until))
                .filter(now::isBefore)
                .filter(until -> item.policy().deferUntil().isPresent())
                .filter(until -> from.filter(until::isBefore).isEmpty());
        if (deferred.isPresent()) {
            return "You put it off until " + deferred.get() + ".";
        }
        return from.map(time -> "It begins at " + time + " or later.")
                .orElse(hindrance.isEmpty() ? "It begins as soon as it is ready." : hindrance);
    }

    private String restart(DesiredItem waiting, Steward.Restart restart) {
        String needs = steward.item(restart.action())
                .map(item -> item.subject().toString())
                .orElse(restart.action());
        Optional<Instant> latest = latest(waiting).filter(clock.instant()::isBefore);
        return "Restarts at " + restart.at() + ", because " + needs + " needs it; "
                + latest.map(most -> "this may be put off until " + most + ".").orElse("this cannot be put off.");
    }
}
