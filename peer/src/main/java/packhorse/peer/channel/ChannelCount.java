package packhorse.peer.channel;

import java.util.Optional;
import packhorse.core.topology.PeerAddress;

/**
 * Bytes of the BitTorrent stream exchanged with one peer in one swarm, by link; encryption's own bytes are not among them. What
 * one end counts as out, the other counts as in, unless a connection is torn with bytes on the wire.
 *
 * @param wanIn from it, across the site's border
 * @param wanOut to it, across the site's border
 * @param lanIn from it, inside the site
 * @param lanOut to it, inside the site
 * @param at its real address when it was last connected
 */
public record ChannelCount(long wanIn, long wanOut, long lanIn, long lanOut, Optional<PeerAddress> at) {
    public static final ChannelCount ZERO = new ChannelCount(0, 0, 0, 0, Optional.empty());

    public long in() {
        return wanIn + lanIn;
    }

    public long out() {
        return wanOut + lanOut;
    }
}
