package packhorse.peer.channel;

import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** The way to other peers, which names each of them by an address that libtorrent may connect to. */
public interface PeerChannel {
    /** Where libtorrent is told to find {@code remote}. */
    PeerAddress localName(PeerAddress remote);

    /** The peer that libtorrent knows by the address {@code localName}. */
    IpAddress remote(IpAddress localName);
}
