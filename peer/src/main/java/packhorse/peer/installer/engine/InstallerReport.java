package packhorse.peer.installer.engine;

import java.util.List;
import java.util.Optional;
import packhorse.core.state.LineState;
import packhorse.peer.install.TaskStatus;

/**
 * Where everything stands in the installer.
 *
 * @param revision of the tasks it is about; 0: none were said since the process started, the statuses are those of its journal
 * @param tasks one for every task that was said, and for those it still works at
 * @param lines every release line of which something is, or was, in place
 * @param unconfined why hooks cannot be confined on this machine; absent: they can
 * @param exposed why the process itself has a network, or rights other than it should; absent: it is apart
 */
public record InstallerReport(
        long revision,
        List<TaskStatus> tasks,
        List<LineState> lines,
        Optional<String> unconfined,
        Optional<String> exposed) {
    public InstallerReport {
        if (revision < 0) {
            throw new IllegalArgumentException("revision " + revision);
        }
        tasks = List.copyOf(tasks);
        lines = List.copyOf(lines);
    }
}
