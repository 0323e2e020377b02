package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;

/** What an installer told; also that it told one thing at a time. */
final class Heard implements Installer.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    final List<InstallerReport> reports = new CopyOnWriteArrayList<>();
    final List<InstallProgress> progress = new CopyOnWriteArrayList<>();
    final List<String> deaths = new CopyOnWriteArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();

    private void one(Runnable take) {
        assertEquals(1, inside.incrementAndGet());
        take.run();
        assertEquals(0, inside.decrementAndGet());
    }

    @Override
    public void report(InstallerReport report) {
        one(() -> reports.add(report));
    }

    @Override
    public void progress(InstallProgress news) {
        one(() -> progress.add(news));
    }

    @Override
    public void died(String reason) {
        one(() -> deaths.add(reason));
    }

    InstallerReport await(Predicate<InstallerReport> wanted) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> reports.stream().anyMatch(wanted));
        return reports.stream().filter(wanted).toList().getLast();
    }

    /** Waits until a revision's report says that the action has ended. */
    TaskStatus awaitEnd(long revision, String action) {
        return status(
                        await(report -> report.revision() == revision
                                && status(report, action)
                                        .filter(TaskStatus::ended)
                                        .isPresent()),
                        action)
                .orElseThrow();
    }

    String awaitDeath(int number) {
        Awaitility.await().atMost(PATIENCE).until(() -> deaths.size() >= number);
        return deaths.get(number - 1);
    }

    private static Optional<TaskStatus> status(InstallerReport report, String action) {
        return report.tasks().stream()
                .filter(status -> status.action().equals(action))
                .findFirst();
    }
}
