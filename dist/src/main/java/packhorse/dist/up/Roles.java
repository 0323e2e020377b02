package packhorse.dist.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;
import packhorse.dist.role.RoleProcess;

/**
 * The processes of the middle: started in their order, started again when one ends by itself, ended in the reverse order. A role that
 * ends again and again is not held up for ever: its last line is said, and all end.
 */
final class Roles implements AutoCloseable {
    /** A role starts in one to five seconds; a busy machine takes ten times that. */
    private static final Duration START_MAX = Duration.ofMinutes(2);

    private static final long LOOK_MILLIS = 200;

    /** A role that comes back five times within {@link #RESTARTS_WITHIN} is ill, not unlucky. */
    private static final int RESTARTS_MAX = 5;

    private static final Duration RESTARTS_WITHIN = Duration.ofMinutes(10);

    private final Path logs;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object lock = new Object();

    /** Guarded by {@link #lock}; in the order of their start. */
    private final Map<String, Running> running = new LinkedHashMap<>();

    Roles(Path logs) {
        this.logs = logs;
    }

    /** What is known of a started role. */
    private static final class Running {
        private final List<String> command;
        private final String heap;
        private final Deque<Long> restarts = new ArrayDeque<>();
        private RoleProcess process;

        private Running(List<String> command, String heap, RoleProcess process) {
            this.command = command;
            this.heap = heap;
            this.process = process;
        }
    }

    /**
     * Starts a role and returns when it says that it is ready.
     *
     * @param ready stands in its log once it is
     */
    void start(String name, String heap, List<String> command, String ready) throws InterruptedException {
        RoleProcess process;
        // The log goes on from earlier runs: what counts is said from here on.
        long before = written(logs.resolve(name + ".log"));
        synchronized (lock) {
            requireOpen();
            process = RoleProcess.start(name, List.of(), logs, heap, command);
            running.put(name, new Running(command, heap, process));
        }
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (!process.outputAfter(before).contains(ready)) {
            process.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new OperationException("the " + name + " is not ready after " + START_MAX.toSeconds()
                        + " s; look into " + logs.resolve(name + ".log"));
            }
            pause(LOOK_MILLIS);
        }
    }

    private static long written(Path log) {
        try {
            return Files.exists(log) ? Files.size(log) : 0;
        } catch (IOException e) {
            throw new OperationException("cannot read " + log + ": " + DurableFiles.reason(e), e);
        }
    }

    /** Watches until it is closed; starts again what ends by itself. */
    void watch(Said said) throws InterruptedException {
        while (true) {
            pause(LOOK_MILLIS);
            synchronized (lock) {
                for (Map.Entry<String, Running> each : running.entrySet()) {
                    if (!each.getValue().process.alive()) {
                        again(each.getKey(), each.getValue(), said);
                    }
                }
            }
        }
    }

    /** Hears what is worth a line. */
    interface Said {
        void line(String line);
    }

    private void again(String name, Running role, Said said) {
        long now = System.nanoTime();
        role.restarts.removeIf(at -> now - at > RESTARTS_WITHIN.toNanos());
        if (role.restarts.size() == RESTARTS_MAX) {
            throw new OperationException("the " + name + " ended " + (RESTARTS_MAX + 1) + " times within "
                    + RESTARTS_WITHIN.toMinutes() + " minutes: " + role.process.lastLine() + "; look into "
                    + logs.resolve(name + ".log"));
        }
        role.restarts.add(now);
        said.line("the " + name + " ended by itself (" + role.process.lastLine() + "); it is started again");
        role.process = RoleProcess.start(name, List.of(), logs, role.heap, role.command);
    }

    private void pause(long millis) throws InterruptedException {
        if (closing.await(millis, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    private void requireOpen() throws InterruptedException {
        if (closing.getCount() == 0) {
            throw new InterruptedException("closed");
        }
    }

    @Override
    public void close() {
        closing.countDown();
        synchronized (lock) {
            List<Running> all = List.copyOf(running.values()).reversed();
            all.forEach(role -> role.process.leave());
            all.forEach(role -> role.process.close());
            running.clear();
        }
    }
}
