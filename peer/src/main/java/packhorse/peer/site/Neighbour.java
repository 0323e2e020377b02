package packhorse.peer.site;

import java.util.List;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;

/**
 * Somebody this agent meets in a swarm, as the tracker named it.
 *
 * @param id what its certificate has to say
 * @param addresses where it listens, in the order in which to try; may be empty for one that only connects to us
 * @param connect whether this agent is to connect to it; else it may connect to this one
 * @param wan whether the way to it leaves the own site
 * @param mayBePlain whether the site's policy lets traffic with it go without encryption
 */
public record Neighbour(EndpointId id, List<PeerAddress> addresses, boolean connect, boolean wan, boolean mayBePlain) {
    public Neighbour {
        addresses = List.copyOf(addresses);
    }
}
