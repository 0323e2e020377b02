package packhorse.peer.swarm;

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
}
