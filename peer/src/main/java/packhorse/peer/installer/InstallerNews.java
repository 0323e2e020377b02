package packhorse.peer.installer;

import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;

/** What the installer's process says to the agent. */
sealed interface InstallerNews {
    record Report(InstallerReport report) implements InstallerNews {}

    record Progress(InstallProgress progress) implements InstallerNews {}

    /** The answer to {@link InstallerOrder.Alive}; 0 is said once, unasked, by a process that has started. */
    record Alive(long number) implements InstallerNews {}

    /** The last word of a process that cannot go on. */
    record Died(String reason) implements InstallerNews {}
}
