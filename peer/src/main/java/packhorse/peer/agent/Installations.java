package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InstallTasks;
import packhorse.core.message.v1.InstallerCommand;
import packhorse.core.state.LineState;
import packhorse.peer.desired.Installs;
import packhorse.peer.desired.LineName;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.Installer;
import packhorse.peer.installer.engine.InstallFields;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;

/**
 * Keeps the installer told and remembers what it says; decides nothing. The list of tasks stands in a file, with its number,
 * before the installer hears of it, so that after a restart a task has the members that it began with, and an older list never
 * follows a newer one.
 *
 * <p>Owns what the installer was told and what it said last. Only the owner thread enters.
 */
final class Installations {
    /** How long the word of this machine's user counts, from when everything is ready; it is given anew when it lapsed. */
    private static final Duration OWN_LEASE = Duration.ofMinutes(10);
    /** What could not be written down is tried again after this long. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Installations.class);

    /** The list as it stands in the file. */
    private record Told(long revision, List<InstallTask> tasks) {
        Told {
            tasks = List.copyOf(tasks);
        }
    }

    private final Optional<Installer> installer;
    private final Kept<Told> told;
    private final Leases leases;
    private final Deferrals deferrals;
    private final List<Platform> platforms;
    private final Duration restartNotice;
    private final InstantSource clock;
    private final Runnable changed;
    private long said;
    private Optional<InstallerReport> heard = Optional.empty();
    private String trouble = "the installer has not spoken yet";
    private Optional<Instant> tellAt = Optional.empty();
    private List<InstallTask> wanted;
    private final Map<String, InstallProgress> progress = new HashMap<>();

    /**
     * Reads the last list back.
     *
     * @param installer absent where this machine puts nothing in place
     * @param platforms whose releases this machine runs
     * @param restartNotice how long before the machine is started again its user is told
     * @param changed told when the course may be another one
     */
    Installations(
            Path file,
            Optional<Installer> installer,
            Leases leases,
            Deferrals deferrals,
            List<Platform> platforms,
            Duration restartNotice,
            Errands errands,
            InstantSource clock,
            Runnable changed) {
        this.installer = installer;
        this.leases = leases;
        this.deferrals = deferrals;
        this.platforms = List.copyOf(platforms);
        this.restartNotice = restartNotice;
        this.clock = clock;
        this.changed = changed;
        this.told = new Kept<>(file, read(file), Installations::bytes, errands);
        this.wanted = told.standing().tasks();
    }

    private static Told read(Path file) {
        if (!Files.exists(file)) {
            return new Told(0, List.of());
        }
        try {
            InstallTasks tasks = FrameCodec.decode(Files.readAllBytes(file))
                    .getInstallerCommand()
                    .getTasks();
            return new Told(
                    tasks.getRevision(),
                    tasks.getTasksList().stream().map(InstallFields::read).toList());
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("what the installer was told cannot be read from {} ({}); it is told anew", file, e.getMessage());
            return new Told(0, List.of());
        }
    }

    private static byte[] bytes(Told told) {
        InstallTasks.Builder tasks = InstallTasks.newBuilder().setRevision(told.revision());
        told.tasks().forEach(task -> tasks.addTasks(InstallFields.write(task)));
        return FrameCodec.encode(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setInstallerCommand(InstallerCommand.newBuilder().setTasks(tasks))
                .build());
    }

    /** All that a course is decided by. */
    Installs now() {
        if (installer.isEmpty()) {
            return Installs.off(
                    "this machine has no installer; say install: {enabled: true} in its configuration, or order a"
                            + " distribution");
        }
        Map<String, InstallTask> tasks = new LinkedHashMap<>();
        told.standing().tasks().forEach(task -> tasks.put(task.action(), task));
        Map<String, TaskStatus> statuses = new HashMap<>();
        Map<LineName, LineState> lines = new HashMap<>();
        heard.ifPresent(report -> {
            report.tasks().forEach(status -> statuses.put(status.action(), status));
            report.lines().forEach(line -> lines.put(LineName.of(line), line));
        });
        boolean current =
                heard.filter(report -> said > 0 && report.revision() == said).isPresent();
        return new Installs(
                heard.isPresent() ? Installs.Reach.HEARD : Installs.Reach.SILENT,
                trouble,
                current,
                statuses,
                lines,
                tasks,
                leases.held(),
                deferrals.all(),
                platforms,
                restartNotice);
    }

    /** Whether this machine can put anything in place at all. */
    boolean isThere() {
        return installer.isPresent();
    }

    /** What is in place; nothing while that is not known. */
    List<LineState> lines() {
        return heard.map(InstallerReport::lines).orElse(List.of());
    }

    /** The same; empty while that is not known. */
    Optional<List<LineState>> known() {
        return installer.isEmpty() ? Optional.of(List.of()) : heard.map(InstallerReport::lines);
    }

    /** Whether that version of its line is in place. */
    boolean isInPlace(ReleaseId release) {
        return lines().stream()
                .anyMatch(line -> line.name().equals(release.name())
                        && line.platform().equals(release.platform())
                        && line.version().filter(release.version()::equals).isPresent());
    }

    /** Why nothing can be put in place now; empty where it can. */
    String trouble() {
        return installer.isEmpty() ? now().trouble() : trouble;
    }

    /** Why hooks cannot be confined here; empty where they can, or nobody said. */
    String unconfined() {
        return heard.flatMap(InstallerReport::unconfined).orElse("");
    }

    /** How far the step under way is. */
    Optional<InstallProgress> progress(String action) {
        return Optional.ofNullable(progress.get(action));
    }

    /** What it was told last. */
    List<InstallTask> told() {
        return told.standing().tasks();
    }

    /** Whether an action goes on only after the machine's next start. */
    boolean awaitsStart(String action) {
        return heard.stream()
                .flatMap(report -> report.tasks().stream())
                .anyMatch(status ->
                        status.action().equals(action) && status.startNeeded().isPresent());
    }

    /** Says what is to be done now, where that is something else than before. */
    void tell(List<InstallTask> tasks) {
        if (installer.isEmpty()) {
            return;
        }
        boolean same = tasks.equals(wanted);
        wanted = List.copyOf(tasks);
        if (same && tasks.equals(told.newest().tasks()) && told.newest().revision() > 0) {
            say();
            return;
        }
        write();
    }

    private void write() {
        if (tellAt.filter(time -> clock.instant().isBefore(time)).isPresent()) {
            return;
        }
        tellAt = Optional.empty();
        told.put(
                new Told(told.newest().revision() + 1, wanted),
                () -> {
                    say();
                    changed.run();
                },
                refused -> {
                    // What cannot be written down is not said.
                    tellAt = Optional.of(clock.instant().plus(TRY_AGAIN));
                    LOG.error("the installer cannot be told what to do: {}", refused.reason());
                });
    }

    private void say() {
        Told standing = told.standing();
        if (standing.revision() > said) {
            said = standing.revision();
            installer.ifPresent(process -> process.tasks(standing.revision(), standing.tasks()));
        }
    }

    /** Which actions wait for the right to begin; those that the user of this machine ordered have it by his word. */
    void want(Set<String> actions) {
        List<String> own = actions.stream().filter(LocalOrders::isLocal).toList();
        List<String> asked = new ArrayList<>(actions);
        asked.removeAll(own);
        leases.want(Set.copyOf(asked));
        own.forEach(action -> leases.grant(action, OWN_LEASE));
        if (!own.isEmpty()) {
            changed.run();
        }
    }

    /** Why an action that waits for a lease was refused one; empty where it was not. */
    String refusal(String action) {
        return leases.refusal(action);
    }

    /** Everything that the installer has to say. */
    void heard(InstallerReport report) {
        heard = Optional.of(report);
        trouble = "";
        progress.keySet()
                .retainAll(report.tasks().stream()
                        .filter(status -> !status.ended())
                        .map(TaskStatus::action)
                        .toList());
        changed.run();
    }

    void heard(InstallProgress now) {
        progress.put(now.action(), now);
    }

    /** It ended, and is on its way back; what it said last still stands. */
    void died(String reason) {
        LOG.warn("the installer ended: {}", reason);
        trouble = "the installer ended and is started again: " + reason;
        progress.clear();
    }

    /** Time passes. */
    void tick() {
        if (tellAt.filter(time -> !clock.instant().isBefore(time)).isPresent()) {
            write();
        }
        leases.tick();
    }

    /** Looks at what is in place, for drift. */
    void look() {
        installer.ifPresent(Installer::look);
    }

    /** Ends the installer after the step under way. */
    void close() {
        installer.ifPresent(Installer::close);
    }

    /** Puts an action off until {@code when}; the present or before: not any longer. */
    void defer(String action, Instant when, Set<String> actions, Runnable then, Consumer<Refused> refused) {
        deferrals.put(
                action,
                when,
                clock.instant(),
                actions,
                () -> {
                    changed.run();
                    then.run();
                },
                refused);
    }

    /** Until when the user put an action off, where he did. */
    Optional<Instant> deferred(String action) {
        return Optional.ofNullable(deferrals.all().get(action));
    }
}
