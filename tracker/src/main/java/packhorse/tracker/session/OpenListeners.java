package packhorse.tracker.session;

import java.util.List;
import java.util.Map;
import java.util.Set;
import packhorse.core.content.Sha256;
import packhorse.core.topology.PeerAddress;

/** Is told who of ours serves other clients, and which addresses of ours other clients must never get. */
@FunctionalInterface
public interface OpenListeners {
    /**
     * The state of things, whenever it changed.
     *
     * @param serving sessions of origins, and of site peers whose site allows it, by pack
     * @param agents where agents listen for each other
     */
    void changed(Map<Sha256, List<PeerAddress>> serving, Set<PeerAddress> agents);
}
