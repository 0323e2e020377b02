package packhorse.peer.swarm;

import java.util.Optional;
import packhorse.core.OperationException;

/** What the swarm needs of this machine, for whoever looks for what is missing. */
public final class Readiness {
    private Readiness() {}

    /**
     * libtorrent's version, loaded into this process.
     *
     * @throws OperationException with one line when it cannot be
     */
    public static String libtorrent() {
        return NativeLibrary.require();
    }

    /**
     * Why the swarm process would run as the same user as the agent that starts it; empty where it would be one without rights.
     *
     * @param wanted the user that was configured
     * @throws packhorse.core.UsageException when there is no such user
     */
    public static Optional<String> whyNotApart(Optional<String> wanted) {
        return ProcessLauncher.user(wanted).whyNotApart();
    }

    /**
     * Whether the swarm process would run as the user with that number.
     *
     * @param wanted the user that was configured
     * @throws packhorse.core.UsageException when there is no such user
     */
    public static boolean runsAs(Optional<String> wanted, int uid) {
        return ProcessLauncher.user(wanted).is(uid);
    }
}
