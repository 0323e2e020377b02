package packhorse.peer.channel;

import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/**
 * The channel of a deployment without certificates: every peer is named by its real address, and libtorrent connects to it
 * itself. The agent already speaks to every peer through {@link PeerChannel}, so a relay with mutual TLS, which names a
 * peer by a loopback address of its own, takes this class's place without the agent noticing.
 */
public final class DirectChannel implements PeerChannel {
    @Override
    public PeerAddress localName(PeerAddress remote) {
        return remote;
    }

    @Override
    public IpAddress remote(IpAddress localName) {
        return localName;
    }
}
