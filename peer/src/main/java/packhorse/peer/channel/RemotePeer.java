package packhorse.peer.channel;

import java.util.List;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;

/**
 * Another agent, as the tracker names it.
 *
 * @param id what its certificate must say
 * @param addresses where it listens, tried in this order; may be empty for a peer that only connects to us
 * @param wan whether the way to it leaves the own site
 * @param mayBePlain whether policy lets bytes to and from it go unencrypted once both ends have proved who they are; holds
 *     only where both ends are told so
 */
public record RemotePeer(EndpointId id, List<PeerAddress> addresses, boolean wan, boolean mayBePlain) {
    public RemotePeer {
        addresses = List.copyOf(addresses);
        if (wan && mayBePlain) {
            throw new IllegalArgumentException("nothing leaves the site unencrypted, to " + id + " neither");
        }
    }
}
