package packhorse.peer.installer;

import com.google.protobuf.ByteString;
import java.util.List;
import packhorse.peer.install.InstallTask;
import packhorse.peer.installer.engine.InstallerSettings;

/** What the agent says to the installer's process. */
sealed interface InstallerOrder {
    /**
     * The first, once.
     *
     * @param trustedRoot root metadata of the deployment; believed by an installer that trusts none yet
     */
    record Start(InstallerSettings settings, ByteString trustedRoot) implements InstallerOrder {}

    /** All that is wanted. */
    record Tasks(long revision, List<InstallTask> tasks) implements InstallerOrder {
        public Tasks {
            tasks = List.copyOf(tasks);
        }
    }

    /** Asks for a sign of life. */
    record Alive(long number) implements InstallerOrder {}

    /** Look at what is in place. */
    record Look() implements InstallerOrder {}

    /** End after the step under way. */
    record Stop() implements InstallerOrder {}
}
