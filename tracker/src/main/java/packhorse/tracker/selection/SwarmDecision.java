package packhorse.tracker.selection;

import java.util.List;
import java.util.Map;
import java.util.Set;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;

/**
 * What selection decided for one swarm.
 *
 * @param orders for every member
 * @param memory to be given back the next time
 * @param sites how each site with members does, by name
 */
public record SwarmDecision(Map<EndpointId, Orders> orders, SwarmMemory memory, List<SiteState> sites) {
    /**
     * One site in one swarm, for people and for the counters.
     *
     * @param site its name
     * @param members agents in the swarm
     * @param complete those that have everything
     * @param wanting those that fetch
     * @param pullers those that fetch over the WAN, in the order of their shares
     * @param leads those that stand in for a site peer
     * @param rescued those with a source outside because they stood still
     * @param newlyRescued those of them that were rescued by this decision
     * @param summoned listed site peers that are not in the swarm although their site fetches
     */
    public record SiteState(
            String site,
            int members,
            int complete,
            int wanting,
            List<EndpointId> pullers,
            List<EndpointId> leads,
            List<EndpointId> rescued,
            List<EndpointId> newlyRescued,
            Set<IpAddress> summoned) {}
}
