package packhorse.peer.desired;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.LineState;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/**
 * All that a {@link Course} is decided by where something is put in place.
 *
 * @param reach whether the installer is heard
 * @param trouble why it is not, one line; empty where it is
 * @param current whether what it said last is about the tasks it was told last
 * @param statuses what became of its tasks, by action
 * @param lines what is in place
 * @param told the tasks it was told last, by action, in order
 * @param leases until when an action may begin its first change, as trackers answered
 * @param deferrals until when the user of the machine put an action off
 * @param platforms whose releases this machine runs
 * @param restartNotice how long before the machine is started again its user is told
 */
public record Installs(
        Reach reach,
        String trouble,
        boolean current,
        Map<String, TaskStatus> statuses,
        Map<LineName, LineState> lines,
        Map<String, InstallTask> told,
        Map<String, Instant> leases,
        Map<String, Instant> deferrals,
        List<Platform> platforms,
        Duration restartNotice) {
    /** Whether there is an installer. */
    public enum Reach {
        /** This machine has none: nothing is put in place here. */
        OFF,
        /** It has not said anything yet. */
        SILENT,
        HEARD
    }

    public Installs {
        statuses = Map.copyOf(statuses);
        lines = Map.copyOf(lines);
        told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
        leases = Map.copyOf(leases);
        deferrals = Map.copyOf(deferrals);
        platforms = List.copyOf(platforms);
    }

    /** Of a machine without an installer. */
    public static Installs off(String why) {
        return new Installs(
                Reach.OFF, why, false, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), List.of(), Duration.ZERO);
    }

    /** What is in place of a release's line; nothing where nobody said anything of it. */
    Optional<LineState> line(ReleaseId release) {
        return Optional.ofNullable(lines.get(LineName.of(release)));
    }

    /** Whether that version of its line is the one in place. */
    boolean inPlace(ReleaseId release) {
        return line(release)
                .flatMap(LineState::version)
                .filter(release.version()::equals)
                .isPresent();
    }

    /** Why the content of a release may not leave the disk; empty where nothing in place or under way needs it. */
    Optional<String> pin(ReleaseId release) {
        if (inPlace(release)) {
            return Optional.of(release + " is in place; remove it, or put another version in its place");
        }
        if (line(release)
                .flatMap(LineState::previous)
                .filter(release.version()::equals)
                .isPresent()) {
            return Optional.of(release + " is what a rollback of " + LineName.of(release) + " brings back");
        }
        return told.values().stream()
                .filter(task -> !over(task.action()))
                .filter(task -> task.members().stream()
                        .anyMatch(member -> member.release().equals(release)))
                .findFirst()
                .map(task -> "the installer works with " + release + " for the action " + task.action());
    }

    /** Whether the installer is done with a task that it was told to end, or never began it. */
    boolean over(String action) {
        TaskStatus status = statuses.get(action);
        return reach == Reach.OFF || (reach == Reach.HEARD && (status == null ? current : status.ended()));
    }

    /** Lines that a task works at. */
    static Set<LineName> linesOf(InstallTask task) {
        Set<LineName> lines = new LinkedHashSet<>();
        task.members().forEach(member -> lines.add(LineName.of(member.release())));
        return lines;
    }
}
