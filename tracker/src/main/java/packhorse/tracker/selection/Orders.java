package packhorse.tracker.selection;

import java.util.List;
import java.util.Set;
import packhorse.core.topology.PeerAddress;

/**
 * What one agent is told about one swarm.
 *
 * @param role what it is
 * @param connect whom to connect to, sorted by address
 * @param allow whose connections to accept, those it connects to included
 * @param share which of the site's pieces it fetches over the WAN
 * @param rescued whether it stood still and was handed a source outside for that
 * @param forgiveEpoch each raise tells the agent to drop its bans in this swarm
 */
public record Orders(
        Role role, List<Hint> connect, Set<PeerAddress> allow, Share share, boolean rescued, long forgiveEpoch) {
    /**
     * Somebody to connect to.
     *
     * @param address where
     * @param outside whether the way there is a WAN link
     * @param complete whether it has everything
     */
    public record Hint(PeerAddress address, boolean outside, boolean complete) {}

    /**
     * Which pieces to fetch over the WAN: piece {@code p} when {@code p mod count == index}.
     *
     * @param index 0 to count − 1
     * @param count 1 for everything
     */
    public record Share(int index, int count) {
        public static final Share ALL = new Share(0, 1);

        public Share {
            if (count < 1 || index < 0 || index >= count) {
                throw new IllegalArgumentException("share " + index + " of " + count);
            }
        }
    }

    public Orders {
        connect = List.copyOf(connect);
        allow = Set.copyOf(allow);
    }
}
