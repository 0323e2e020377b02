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
 * @param role what it is in this swarm, for people; unspecified where the tracker does not say
 * @param site where it is, for people; may be empty
 */
public record Neighbour(
        EndpointId id,
        List<PeerAddress> addresses,
        boolean connect,
        boolean wan,
        boolean mayBePlain,
        Duty.SiteRole role,
        String site) {
    public Neighbour {
        addresses = List.copyOf(addresses);
    }

    /** From a tracker that says no more. */
    public Neighbour(EndpointId id, List<PeerAddress> addresses, boolean connect, boolean wan, boolean mayBePlain) {
        this(id, addresses, connect, wan, mayBePlain, Duty.SiteRole.UNSPECIFIED, "");
    }
}
