package packhorse.peer.process;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Notices, in a child, that another process than the one that started it is its parent now, whatever the pipes say. */
public final class ParentWatch {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private ParentWatch() {}

    /** Runs {@code orphaned} once, on a thread of its own. */
    public static void start(long parent, Runnable orphaned) {
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
            while (ProcessHandle.current().parent().map(ProcessHandle::pid).equals(Optional.of(parent))) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
            orphaned.run();
        });
    }
}
