package packhorse.peer.site;

import java.util.Set;
import java.util.TreeSet;
import packhorse.core.topology.PeerAddress;

/**
 * What an agent does in one swarm.
 *
 * @param role as appointed
 * @param connect whom to connect to
 * @param allow whose connections to accept; everybody in {@code connect} is in it
 * @param shareIndex this agent fetches piece p over the WAN when p mod shareCount == shareIndex
 * @param shareCount pullers of the site, at least 1
 * @param rescued stood still and was handed a source outside its site
 * @param forgiveEpoch grows when bans are to be forgotten
 * @param neighbours everybody in {@code connect} and {@code allow} by identity
 * @param denied why this agent may not have the content, empty when it may; nobody is named then
 */
public record Duty(
        SiteRole role,
        Set<PeerAddress> connect,
        Set<PeerAddress> allow,
        int shareIndex,
        int shareCount,
        boolean rescued,
        long forgiveEpoch,
        Set<Neighbour> neighbours,
        String denied) {
    /** As the tracker appoints. */
    public enum SiteRole {
        UNSPECIFIED,
        ORDINARY,
        SITE_PEER,
        LEAD,
        ORIGIN
    }

    /** Without identities. */
    public Duty(
            SiteRole role,
            Set<PeerAddress> connect,
            Set<PeerAddress> allow,
            int shareIndex,
            int shareCount,
            boolean rescued,
            long forgiveEpoch) {
        this(role, connect, allow, shareIndex, shareCount, rescued, forgiveEpoch, Set.of(), "");
    }

    public Duty {
        neighbours = Set.copyOf(neighbours);
        connect = Set.copyOf(connect);
        TreeSet<PeerAddress> both = new TreeSet<>(allow);
        both.addAll(connect);
        allow = Set.copyOf(both);
        shareCount = Math.max(1, shareCount);
        if (shareIndex < 0 || shareIndex >= shareCount) {
            throw new IllegalArgumentException("share " + shareIndex + " of " + shareCount);
        }
    }
}
