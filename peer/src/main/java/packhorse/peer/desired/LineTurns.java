package packhorse.peer.desired;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.peer.desired.Resolution.Part;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Stage;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.install.TaskStatus.Gate;

/**
 * Whose turn it is at the lines of releases: at most one unfinished action works at a line. A task that the installer has comes first,
 * then the items in the order in which they are desired. O(tasks + items).
 */
final class LineTurns {
    private final Situation situation;
    private final Installs installs;

    LineTurns(Situation situation) {
        this.situation = situation;
        this.installs = situation.installs();
    }

    /**
     * Who works at one of these lines first, one line.
     *
     * @param closes whether the item ends what stands open there: then it goes before what waits for just that
     */
    Optional<String> before(DesiredItem item, Set<LineName> lines, boolean closes) {
        for (InstallTask task : installs.told().values()) {
            ActionRecord record = situation.reported().get(task.action());
            if (closes && waitsForTurn(task.action(), task.operation())) {
                continue;
            }
            boolean under = (record == null || !record.ended() || task.stage() == Stage.ABANDON)
                    && !installs.over(task.action())
                    && !task.action().equals(item.action());
            if (under && Installs.linesOf(task).stream().anyMatch(lines::contains)) {
                return Optional.of("waits for the end of the action " + task.action());
            }
        }
        for (DesiredItem other : situation.desired().items()) {
            if (other.action().equals(item.action())) {
                return Optional.empty();
            }
            ActionRecord record = situation.reported().get(other.action());
            if (closes && waitsForTurn(other.action(), other.operation())) {
                continue;
            }
            boolean changes = other.operation() != Operation.DISTRIBUTE && other.operation() != Operation.DELETE;
            if (changes
                    && (record == null || !record.ended())
                    && linesOf(other).stream().anyMatch(lines::contains)) {
                return Optional.of("waits for the end of the action " + other.action());
            }
        }
        return Optional.empty();
    }

    /** Whether the installer has not begun to put that in place. */
    private boolean waitsForTurn(String action, Operation operation) {
        TaskStatus status = installs.statuses().get(action);
        return operation.needsContent()
                && (status == null
                        || status.waiting().filter(gate -> gate == Gate.TURN).isPresent());
    }

    private Set<LineName> linesOf(DesiredItem item) {
        if (!item.subject().bundle()) {
            return Set.of(LineName.of(item.subject().id()));
        }
        return situation.resolutions().get(item.subject()) instanceof Resolution.Known(List<Part> parts)
                ? linesOf(parts)
                : Set.of();
    }

    /** The lines of releases that are brought together. */
    static Set<LineName> linesOf(List<Part> parts) {
        Set<LineName> lines = new LinkedHashSet<>();
        parts.forEach(part -> lines.add(LineName.of(part.release())));
        return lines;
    }
}
