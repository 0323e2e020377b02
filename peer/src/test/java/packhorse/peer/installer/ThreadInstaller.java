package packhorse.peer.installer;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.install.InstallTask;
import packhorse.peer.installer.engine.ContentDesk;
import packhorse.peer.installer.engine.InstallEngine;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.installer.engine.InstallerSettings;

/** An installer on a thread of this process, for tests that need no other process; what ends it is told, and another begins. */
public final class ThreadInstaller implements Installer {
    private final InstallerSettings settings;
    private final InstallEngine.Starter engines;
    private final ContentDesk desk;
    private final Listener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread thread;
    // Guarded by lock.
    private Optional<InstallEngine> engine = Optional.empty();
    private Optional<InstallerOrder.Tasks> wanted = Optional.empty();
    private boolean closed;

    /**
     * Starts one.
     *
     * @param settings of an installer's directory that is there
     */
    public ThreadInstaller(
            InstallerSettings settings,
            byte[] trustedRoot,
            InstantSource clock,
            InstallEngine.Starter engines,
            Listener listener) {
        this.settings = settings;
        this.engines = engines;
        this.desk = ProvingDesk.open(settings, trustedRoot, InstallDisk.real(), clock);
        this.listener = listener;
        this.thread = Thread.ofPlatform().daemon().name("installer").start(this::live);
    }

    private void live() {
        while (begin()) {
            try {
                engine.orElseThrow().run();
            } catch (RuntimeException e) {
                listener.died(String.valueOf(e.getMessage()));
            }
        }
    }

    private boolean begin() {
        lock.lock();
        try {
            if (!closed) {
                engine = Optional.of(engines.open(settings, desk, new InstallEngine.Reporter() {
                    @Override
                    public void report(InstallerReport report) {
                        listener.report(report);
                    }

                    @Override
                    public void progress(InstallProgress progress) {
                        listener.progress(progress);
                    }
                }));
                wanted.ifPresent(all -> engine.orElseThrow().tasks(all.revision(), all.tasks()));
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void tasks(long revision, List<InstallTask> tasks) {
        lock.lock();
        try {
            wanted = Optional.of(new InstallerOrder.Tasks(revision, tasks));
            engine.ifPresent(running -> running.tasks(revision, tasks));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void look() {
        lock.lock();
        try {
            engine.ifPresent(InstallEngine::look);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            engine.ifPresent(InstallEngine::stop);
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
