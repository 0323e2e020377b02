package packhorse.peer.installer;

import com.google.protobuf.MessageLite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.message.v1.Ack;
import packhorse.core.message.v1.InstallTaskStatus;
import packhorse.core.message.v1.InstallTasks;
import packhorse.core.message.v1.InstallerCommand;
import packhorse.core.message.v1.InstallerEvent;
import packhorse.core.message.v1.InstallerStart;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.state.LineState;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.engine.InstallFields;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.installer.engine.InstallerSettings;

/**
 * {@link InstallerOrder} and {@link InstallerNews} as messages, and back. Lists that are longer than a frame go in several; a
 * reader puts them together and gives the whole only. What cannot be meant is an {@link IllegalArgumentException} with one line;
 * whoever gets it has nothing more to say to the other end.
 */
final class InstallerCodec {
    /** Tasks, and lines, of one list: a desired state has no more items. */
    static final int LIST_MAX = 10_000;
    /** Of a list, put together; it fits into the process's heap several times. */
    static final int LIST_BYTES_MAX = 12 << 20;
    /** A frame of a list is closed when it has got so long; a single task of the longest kind still fits. */
    private static final int PART_BYTES = 256 << 10;

    private static final int TRUSTED_ROOT_BYTES_MAX = 1 << 20;
    private static final int PATH_LENGTH_MAX = 4_096;
    private static final int WORDS_MAX = 64;

    private InstallerCodec() {}

    // ---- orders
    // ----------------------------------------------------------------------------------------------------------

    static List<InstallerCommand> write(InstallerOrder order) {
        return switch (order) {
            case InstallerOrder.Start start ->
                List.of(InstallerCommand.newBuilder().setStart(start(start)).build());
            case InstallerOrder.Tasks tasks -> tasks(tasks);
            case InstallerOrder.Alive(long number) ->
                List.of(InstallerCommand.newBuilder().setAlive(number).build());
            case InstallerOrder.Look() ->
                List.of(InstallerCommand.newBuilder()
                        .setLook(Ack.getDefaultInstance())
                        .build());
            case InstallerOrder.Stop() ->
                List.of(InstallerCommand.newBuilder()
                        .setStop(Ack.getDefaultInstance())
                        .build());
        };
    }

    private static InstallerStart start(InstallerOrder.Start start) {
        InstallerSettings settings = start.settings();
        return InstallerStart.newBuilder()
                .setData(settings.data().toString())
                .setStore(settings.store().toString())
                .setMetadata(settings.metadata().toString())
                .setRoot(settings.root().toString())
                .setTrustedRoot(start.trustedRoot())
                .addAllReboot(settings.reboot())
                .setDriftMillis(settings.drift().toMillis())
                .build();
    }

    private static List<InstallerCommand> tasks(InstallerOrder.Tasks order) {
        List<List<packhorse.core.message.v1.InstallTask>> parts =
                parts(order.tasks().stream().map(InstallFields::write).toList());
        List<InstallerCommand> messages = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            messages.add(InstallerCommand.newBuilder()
                    .setTasks(InstallTasks.newBuilder()
                            .setRevision(order.revision())
                            .addAllTasks(parts.get(i))
                            .setMore(i + 1 < parts.size()))
                    .build());
        }
        return messages;
    }

    /** At least one part, maybe empty. */
    private static <T extends MessageLite> List<List<T>> parts(List<T> all) {
        List<List<T>> parts = new ArrayList<>();
        List<T> part = new ArrayList<>();
        int bytes = 0;
        for (T one : all) {
            if (!part.isEmpty() && bytes + one.getSerializedSize() > PART_BYTES) {
                parts.add(part);
                part = new ArrayList<>();
                bytes = 0;
            }
            part.add(one);
            bytes += one.getSerializedSize();
        }
        parts.add(part);
        return parts;
    }

    /** Reads one end's orders, in their order. */
    static final class Orders {
        private final Gathering<InstallTask> tasks = new Gathering<>("tasks");

        /**
         * Reads one.
         *
         * @return empty while a list goes on
         */
        Optional<InstallerOrder> read(InstallerCommand message) {
            if (tasks.open() && !message.hasTasks()) {
                // Signs of life are asked for whenever they are due.
                if (message.hasAlive()) {
                    return Optional.of(new InstallerOrder.Alive(message.getAlive()));
                }
                throw new IllegalArgumentException("a list of tasks was not ended");
            }
            return switch (message.getWhatCase()) {
                case START -> Optional.of(start(message.getStart()));
                case TASKS -> tasks(message.getTasks());
                case ALIVE -> Optional.of(new InstallerOrder.Alive(message.getAlive()));
                case STOP -> Optional.of(new InstallerOrder.Stop());
                case LOOK -> Optional.of(new InstallerOrder.Look());
                case WHAT_NOT_SET -> throw new IllegalArgumentException("a command that says nothing");
            };
        }

        private Optional<InstallerOrder> tasks(InstallTasks message) {
            if (message.getRevision() < 1) {
                throw new IllegalArgumentException("tasks of revision " + Long.toUnsignedString(message.getRevision()));
            }
            tasks.begin(message.getRevision(), message.getSerializedSize(), message.getTasksCount());
            message.getTasksList().forEach(task -> tasks.add(InstallFields.read(task)));
            if (message.getMore()) {
                return Optional.empty();
            }
            List<InstallTask> all = tasks.end();
            InstallFields.requireDistinct(all.stream().map(InstallTask::action).toList());
            return Optional.of(new InstallerOrder.Tasks(message.getRevision(), all));
        }

        private static InstallerOrder start(InstallerStart message) {
            if (message.getTrustedRoot().size() > TRUSTED_ROOT_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "a trusted root of " + message.getTrustedRoot().size() + " bytes");
            }
            InstallFields.requireCount("words of a command", message.getRebootCount(), WORDS_MAX);
            message.getRebootList().forEach(Orders::requireWord);
            if (message.getDriftMillis() < 0) {
                throw new IllegalArgumentException(
                        "a look every " + Long.toUnsignedString(message.getDriftMillis()) + " ms");
            }
            return new InstallerOrder.Start(
                    new InstallerSettings(
                            path(message.getData()),
                            path(message.getStore()),
                            path(message.getMetadata()),
                            path(message.getRoot()),
                            message.getRebootList(),
                            Duration.ofMillis(message.getDriftMillis())),
                    message.getTrustedRoot());
        }

        private static void requireWord(String word) {
            if (word.isEmpty() || word.length() > PATH_LENGTH_MAX || word.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a word of " + word.length() + " characters in a command");
            }
        }

        private static Path path(String text) {
            if (text.isEmpty() || text.length() > PATH_LENGTH_MAX) {
                throw new IllegalArgumentException("a path of " + text.length() + " characters");
            }
            Path path = Path.of(text);
            if (!path.normalize().equals(path)) {
                throw new IllegalArgumentException("a path with detours: " + text);
            }
            return path;
        }
    }

    // ---- news
    // ------------------------------------------------------------------------------------------------------------

    static List<InstallerEvent> write(InstallerNews news) {
        return switch (news) {
            case InstallerNews.Report(InstallerReport report) -> report(report);
            case InstallerNews.Progress(InstallProgress progress) ->
                List.of(InstallerEvent.newBuilder()
                        .setProgress(packhorse.core.message.v1.InstallProgress.newBuilder()
                                .setAction(progress.action())
                                .setRelease(InstallFields.text(progress.release()))
                                .setStep(InstallFields.text(progress.step()))
                                .setDoneBytes(progress.doneBytes())
                                .setTotalBytes(progress.totalBytes()))
                        .build());
            case InstallerNews.Alive(long number) ->
                List.of(InstallerEvent.newBuilder().setAlive(number).build());
            case InstallerNews.Died(String reason) ->
                List.of(InstallerEvent.newBuilder()
                        .setDied(InstallFields.text(reason))
                        .build());
        };
    }

    private static List<InstallerEvent> report(InstallerReport report) {
        List<packhorse.core.message.v1.InstallerReport.Builder> messages = new ArrayList<>();
        for (List<InstallTaskStatus> part :
                parts(report.tasks().stream().map(InstallFields::write).toList())) {
            messages.add(packhorse.core.message.v1.InstallerReport.newBuilder().addAllTasks(part));
        }
        List<List<LineStatus>> lines =
                parts(report.lines().stream().map(InstallFields::write).toList());
        messages.getLast().addAllLines(lines.getFirst());
        for (List<LineStatus> part : lines.subList(1, lines.size())) {
            messages.add(packhorse.core.message.v1.InstallerReport.newBuilder().addAllLines(part));
        }
        List<InstallerEvent> events = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            events.add(InstallerEvent.newBuilder()
                    .setReport(messages.get(i)
                            .setRevision(report.revision())
                            .setUnconfined(
                                    InstallFields.text(report.unconfined().orElse("")))
                            .setExposed(InstallFields.text(report.exposed().orElse("")))
                            .setMore(i + 1 < messages.size()))
                    .build());
        }
        return events;
    }

    /** Reads one process's news, in their order. */
    static final class News {
        private final Gathering<TaskStatus> tasks = new Gathering<>("statuses");
        private final Gathering<LineState> lines = new Gathering<>("lines");

        /**
         * Reads one.
         *
         * @return empty while a report goes on
         */
        Optional<InstallerNews> read(InstallerEvent message) {
            if (tasks.open() && !message.hasReport()) {
                throw new IllegalArgumentException("a report was not ended");
            }
            return switch (message.getWhatCase()) {
                case REPORT -> report(message.getReport());
                case PROGRESS -> Optional.of(progress(message.getProgress()));
                case ALIVE -> Optional.of(new InstallerNews.Alive(message.getAlive()));
                case DIED -> Optional.of(new InstallerNews.Died(InstallFields.requireText(message.getDied())));
                case WHAT_NOT_SET -> throw new IllegalArgumentException("an event that says nothing");
            };
        }

        private Optional<InstallerNews> report(packhorse.core.message.v1.InstallerReport message) {
            tasks.begin(message.getRevision(), message.getSerializedSize(), message.getTasksCount());
            lines.begin(message.getRevision(), message.getSerializedSize(), message.getLinesCount());
            message.getTasksList().forEach(status -> tasks.add(InstallFields.read(status)));
            message.getLinesList().forEach(line -> lines.add(InstallFields.read(line)));
            if (message.getMore()) {
                return Optional.empty();
            }
            List<TaskStatus> all = tasks.end();
            InstallFields.requireDistinct(all.stream().map(TaskStatus::action).toList());
            return Optional.of(new InstallerNews.Report(new InstallerReport(
                    message.getRevision(),
                    all,
                    lines.end(),
                    said(message.getUnconfined()),
                    said(message.getExposed()))));
        }

        private static Optional<String> said(String text) {
            return text.isEmpty() ? Optional.empty() : Optional.of(InstallFields.requireText(text));
        }

        private static InstallerNews progress(packhorse.core.message.v1.InstallProgress message) {
            InstallFields.requireAction(message.getAction());
            return new InstallerNews.Progress(new InstallProgress(
                    message.getAction(),
                    InstallFields.requireText(message.getRelease()),
                    InstallFields.requireText(message.getStep()),
                    message.getDoneBytes(),
                    message.getTotalBytes()));
        }
    }

    /** A list that arrives in parts of one revision. */
    private static final class Gathering<T> {
        private final String what;
        private final List<T> all = new ArrayList<>();
        private boolean open;
        private long revision;
        private long bytes;

        Gathering(String what) {
            this.what = what;
        }

        boolean open() {
            return open;
        }

        /** @throws IllegalArgumentException when the part makes the list too long, or is of another one */
        void begin(long revision, int bytes, int count) {
            if (open && revision != this.revision) {
                throw new IllegalArgumentException(
                        what + " of revision " + revision + " amid those of " + this.revision);
            }
            open = true;
            this.revision = revision;
            this.bytes += bytes;
            if (all.size() + count > LIST_MAX || this.bytes > LIST_BYTES_MAX) {
                throw new IllegalArgumentException((all.size() + count) + " " + what + " of " + this.bytes
                        + " bytes, the most are " + LIST_MAX + " and " + LIST_BYTES_MAX);
            }
        }

        void add(T one) {
            all.add(one);
        }

        List<T> end() {
            List<T> whole = List.copyOf(all);
            all.clear();
            bytes = 0;
            open = false;
            return whole;
        }
    }
}
