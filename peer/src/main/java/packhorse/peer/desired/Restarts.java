package packhorse.peer.desired;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import packhorse.core.state.DesiredItem;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.install.TaskStatus.Gate;

/**
 * When the machine is started again for a task that needs it and whose order lets us. Never at once: whoever works at the machine is told
 * first, and has a while to finish. Where the order lets its user put things off he may put this off too, as long as before the first change, but
 * not beyond the order's deadline: until the machine was started it is between old and new, and nothing else ends that.
 *
 * <p>The while is counted from when the start was needed, which stands in the installer's journal, and what was put off stands on the agent's
 * disk; so neither's own restart begins it anew, or forgets it. The word itself is about that one start, so that none follows which nobody
 * was told of.
 */
public final class Restarts {
    private final Installs installs;
    private final Instant now;

    Restarts(Situation situation) {
        this.installs = situation.installs();
        this.now = situation.now();
    }

    /** Until when its user may put off the start that it needs; absent: he may not. */
    public static Optional<Instant> latest(DesiredItem item) {
        return item.policy()
                .deferUntil()
                .map(most -> item.deadline().filter(most::isAfter).orElse(most));
    }

    /** When it is time for a task's start, whether that has come or not; empty where it needs none, or we may not begin it. */
    Optional<Instant> at(InstallTask task, Optional<DesiredItem> item) {
        return Optional.ofNullable(installs.statuses().get(task.action()))
                .filter(status -> !status.ended() && task.policy().mayReboot())
                .flatMap(TaskStatus::startNeeded)
                .map(since -> Stream.of(
                                Optional.of(since.plus(installs.restartNotice())),
                                item.flatMap(DesiredItem::activateNotBefore),
                                deferral(task, item))
                        .flatMap(Optional::stream)
                        .max(Instant::compareTo)
                        .orElseThrow());
    }

    private Optional<Instant> deferral(InstallTask task, Optional<DesiredItem> item) {
        Optional<Instant> most = item.map(Restarts::latest).orElse(task.policy().deferUntil());
        return Optional.ofNullable(installs.deferrals().get(task.action()))
                .flatMap(wished -> most.map(end -> wished.isAfter(end) ? end : wished));
    }

    /** The task with the word that it may begin the start that it needs now, or without one. */
    InstallTask told(InstallTask task, Optional<DesiredItem> item) {
        boolean time = at(task, item).filter(due -> !now.isBefore(due)).isPresent();
        return task.restarting(
                time
                        ? Optional.ofNullable(installs.statuses().get(task.action()))
                                .flatMap(TaskStatus::startNeeded)
                        : Optional.empty());
    }

    /** The same as {@link #at}, where nothing but our word is missing. */
    Optional<Instant> planned(InstallTask task, Optional<DesiredItem> item) {
        return at(task, item)
                .filter(due -> Optional.ofNullable(installs.statuses().get(task.action()))
                        .flatMap(TaskStatus::waiting)
                        .filter(Gate.RESTART::equals)
                        .isPresent());
    }
}
