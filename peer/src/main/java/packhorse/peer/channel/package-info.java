/**
 * What stands between libtorrent and the network: it names each remote peer by the address libtorrent is given.
 *
 * <p>Invariant: the two directions of {@link packhorse.peer.channel.PeerChannel} undo each other.
 */
@NullMarked
package packhorse.peer.channel;

import org.jspecify.annotations.NullMarked;
