package packhorse.peer.channel;

import packhorse.core.topology.PeerAddress;

/** The way to other peers, which names each of them by an address that libtorrent may connect to. */
public interface PeerChannel {
    /** The address libtorrent is given for {@code remote}. */
    PeerAddress localName(PeerAddress remote);

    /** The peer that libtorrent knows by {@code localName}. */
    PeerAddress remote(PeerAddress localName);
}
