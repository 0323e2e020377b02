package packhorse.peer.installer.engine;

import java.util.List;
import packhorse.peer.install.InstallTask;

/**
 * What goes through the tasks, as the process drives it: one thread {@link #run runs} it, another says what is wanted. It tells a
 * {@link Reporter}.
 */
public interface InstallEngine {
    /** All that is wanted now, in place of what was said before; never blocks, any thread. */
    void tasks(long revision, List<InstallTask> tasks);

    /** Look at what is in place now, before anything new is begun; never blocks, any thread. */
    void look();

    /**
     * Finishes or turns back what the journal says was begun, reports, then does what is wanted, until {@link #stop}. Returns after
     * the step under way; a failure of its own disk comes out as an exception with one line, and ends the process.
     */
    void run();

    /** Makes {@link #run} return after the step under way; any thread. */
    void stop();

    /** Who is told; calls may block while the agent does not listen, steps go on in between. */
    interface Reporter {
        /**
         * Where everything stands, as a level: the newest counts.
         *
         * @param report its {@code exposed} is filled in by the process
         */
        void report(InstallerReport report);

        void progress(InstallProgress progress);
    }

    /** Makes the engine of a process, once; opens its journal, begins nothing. */
    @FunctionalInterface
    interface Starter {
        InstallEngine open(InstallerSettings settings, ContentDesk desk, Reporter reporter);
    }
}
