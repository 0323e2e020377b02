package packhorse.tracker.selection;

import java.util.List;
import java.util.Map;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.tracker.swarm.Member;

/**
 * What one agent is told about one swarm.
 *
 * @param role what it is
 * @param connect whom to connect to, sorted by address
 * @param allow whose connections to accept, those it connects to included, by identity
 * @param share which of the site's pieces it fetches over the WAN
 * @param rescued whether it stood still and was handed a source outside for that
 * @param forgiveEpoch each raise tells the agent to drop its bans in this swarm
 * @param denied why the agent may not have the content, empty when it may; nobody is named then
 */
public record Orders(
        Role role,
        List<Hint> connect,
        Map<EndpointId, Allowed> allow,
        Share share,
        boolean rescued,
        long forgiveEpoch,
        String denied) {
    /** Orders for an agent that may not have the content. */
    public static Orders denied(String reason) {
        return new Orders(Role.ORDINARY, List.of(), Map.of(), Share.ALL, false, 0, reason);
    }

    /**
     * Somebody to connect to.
     *
     * @param id whom
     * @param address where
     * @param outside whether the way there is a WAN link
     * @param complete whether it has everything
     */
    public record Hint(EndpointId id, PeerAddress address, boolean outside, boolean complete) {}

    /**
     * Somebody to let in.
     *
     * @param listen where it listens itself
     * @param outside whether the way there is a WAN link
     * @param mayBePlain whether the site both are in lets their traffic go without encryption
     * @param role its role in this swarm
     * @param site where it is, empty for no site
     */
    public record Allowed(List<PeerAddress> listen, boolean outside, boolean mayBePlain, Role role, String site) {
        public Allowed {
            listen = List.copyOf(listen);
        }
    }

    /** Whether these orders have {@code caller} let in, from wherever it says it is. */
    public boolean expects(Member caller) {
        Allowed allowed = allow.get(caller.id());
        return allowed != null && allowed.listen().containsAll(caller.listen());
    }

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
        allow = Map.copyOf(allow);
    }
}
