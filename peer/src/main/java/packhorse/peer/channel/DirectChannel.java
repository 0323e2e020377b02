package packhorse.peer.channel;

import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** The naming of a deployment without certificates: every peer is known by its real address, and libtorrent connects to it itself. */
public final class DirectChannel {
    public PeerAddress localName(PeerAddress remote) {
        return remote;
    }

    public IpAddress remote(IpAddress localName) {
        return localName;
    }
}
