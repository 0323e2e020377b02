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
                .setDeferUntilMillis(millis(item.policy().deferUntil()))
                .setDeferredMillis(millis(installations.deferred(item.action())))
                .setLocal(LocalOrders.isLocal(item.action()))
                .setIrreversible(steward.isIrreversible(item.subject()));
        if (!ended) {
            status.setNext(next(item, last.map(StatusEntry::state), hindrance));
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

    private static long millis(Optional<Instant> time) {
        return time.map(Instant::toEpochMilli).orElse(0L);
    }

    private String next(DesiredItem item, Optional<ActionState> state, String hindrance) {
        if (item.operation() == Operation.DISTRIBUTE || item.operation() == Operation.DELETE) {
            return hindrance;
        }
        if (state.filter(ActionState::changes).isPresent()) {
            return installations.awaitsStart(item.action())
                    ? "The machine has to start again; it goes on then."
                    : "It is under way.";
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
}
