package packhorse.peer.installer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.engine.ContentDesk;
import packhorse.peer.installer.engine.InstallEngine;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.installer.engine.InstallerSettings;

/**
 * An engine that writes down its steps and does nothing else: as many as the variable {@code steps} says; the step that {@code hold}
 * names begins and waits for the file {@code go} in the engine's directory; the one that {@code error} names throws an Error the first
 * time. {@code connect} names a port of this machine that its first step tries to reach. The file {@code steps} says what was begun
 * and done, by whichever process.
 */
final class StepEngine implements InstallEngine {
    private final InstallerSettings settings;
    private final Reporter reporter;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private long revision;
    private List<InstallTask> wanted = List.of();
    private boolean looking;
    private boolean stopping;
    private final SortedMap<String, String> heard = new TreeMap<>();

    StepEngine(InstallerSettings settings, ContentDesk unusedDesk, Reporter reporter) {
        this.settings = settings;
        this.reporter = reporter;
    }

    /** A task of so many steps. */
    static InstallTask task(String action, int steps, String... variables) {
        SortedMap<String, String> all = new TreeMap<>();
        all.put("steps", Integer.toString(steps));
        for (int i = 0; i < variables.length; i += 2) {
            all.put(variables[i], variables[i + 1]);
        }
        ReleaseId id = new ReleaseId(ReleaseName.parse("acme/" + action), Version.parse("1"), Platform.ANY);
        return new InstallTask(
                action,
                Subject.release(id),
                Operation.INSTALL,
                List.of(),
                InstallTask.Stage.GO,
                Optional.empty(),
                InstallPolicy.DEFAULT,
                all);
    }

    /** What was begun and done in a directory: {@code begun ACTION 1}, {@code done ACTION 1} … */
    static List<String> steps(Path data) {
        try {
            Path file = data.resolve("steps");
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void tasks(long revision, List<InstallTask> tasks) {
        change(() -> {
            this.revision = revision;
            this.wanted = tasks;
        });
    }

    @Override
    public void look() {
        change(() -> looking = true);
    }

    @Override
    public void stop() {
        change(() -> stopping = true);
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        report();
        while (!stopping()) {
            Optional<InstallTask> next = next();
            next.ifPresent(this::step);
            if (next.isPresent()) {
                report();
            }
        }
    }

    private boolean stopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /** The first task with something left, once there is one; empty when there is something else to do. */
    private Optional<InstallTask> next() {
        lock.lock();
        try {
            long seen = revision;
            while (!stopping) {
                Optional<InstallTask> open =
                        wanted.stream().filter(task -> done(task) < total(task)).findFirst();
                if (open.isPresent()) {
                    return open;
                }
                if (looking || seen != revision) {
                    looking = false;
                    seen = revision;
                    report();
                }
                changed.awaitUninterruptibly();
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private static int total(InstallTask task) {
        return Integer.parseInt(task.variables().get("steps"));
    }

    private int done(InstallTask task) {
        return (int) steps(settings.data()).stream()
                .filter(line -> line.startsWith("done " + task.action() + " "))
                .count();
    }

    private void step(InstallTask task) {
        int number = done(task) + 1;
        String begun = "begun " + task.action() + " " + number;
        note(begun);
        reporter.progress(
                new InstallProgress(task.action(), task.subject().toString(), "step " + number, number, total(task)));
        Optional.ofNullable(task.variables().get("connect")).ifPresent(port -> heard.put(task.action(), connect(port)));
        if (Integer.toString(number).equals(task.variables().get("hold"))) {
            report();
            while (!Files.exists(settings.data().resolve("go"))) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
        boolean first = steps(settings.data()).stream().filter(begun::equals).count() == 1;
        if (first && Integer.toString(number).equals(task.variables().get("error"))) {
            throw new OutOfMemoryError("played");
        }
        note("done " + task.action() + " " + number);
    }

    private static String connect(String port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)), 2000);
            return "reached " + socket.getRemoteSocketAddress();
        } catch (IOException e) {
            return "not reached: " + e.getMessage();
        }
    }

    private void note(String line) {
        try (FileChannel out = FileChannel.open(
                settings.data().resolve("steps"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            int written = out.write(StandardCharsets.UTF_8.encode(line + "\n"));
            out.force(written > 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void report() {
        lock.lock();
        try {
            List<TaskStatus> statuses = new ArrayList<>();
            List<LineState> lines = new ArrayList<>();
            for (InstallTask task : wanted) {
                boolean ended = done(task) >= total(task);
                statuses.add(new TaskStatus(
                        task.action(),
                        ended ? List.of(ActionState.APPLYING, ActionState.COMMITTABLE) : List.of(ActionState.APPLYING),
                        heard.getOrDefault(task.action(), ""),
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        ended));
                lines.add(LineState.absent(
                        task.subject().id().name(), task.subject().id().platform()));
            }
            reporter.report(new InstallerReport(
                    revision, statuses, lines, Optional.of("nothing is confined"), Optional.empty()));
        } finally {
            lock.unlock();
        }
    }
}
