package packhorse.peer.installer;

import java.util.List;
import packhorse.peer.install.InstallTask;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;

/**
 * The way to the installer, for the agent. It is always there to be told: one that died is started again by itself, within ten
 * seconds, and told the last tasks again.
 */
public interface Installer extends AutoCloseable {
    /**
     * Says all that is wanted now, in place of what was said before; never blocks. The same again changes nothing.
     *
     * @param revision the agent's number of this list, 1 or more and growing; a report says which one it is about
     */
    void tasks(long revision, List<InstallTask> tasks);

    /** Asks for a look at what is in place, for drift; a report follows. Never blocks. */
    void look();

    /** Ends it after the step under way, bounded; what was begun goes on with the next one. */
    @Override
    void close();

    /** Hears of it, one call at a time, on a thread of the installer's; while a call does not return nothing else is told. */
    interface Listener {
        /** Where everything stands; after each change, and after each start once it has looked at its journal. */
        void report(InstallerReport report);

        void progress(InstallProgress progress);

        /** It ended, with one line why; the next one is on its way. Nothing has to be done. */
        void died(String reason);
    }
}
