package packhorse.tracker.swarm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/**
 * Everything an agent says of itself at once; each report replaces the one before.
 *
 * @param agent who
 * @param incarnation grows with each start of the agent
 * @param sequence grows with each report of one incarnation
 * @param address the address that decides which site it is in: where it called from if it listens there, else the first of
 *     {@code listen}, since an office may sit behind one NAT address
 * @param listen where its swarm listens, in order of preference, at least one
 * @param swarms by the pack's digest
 * @param bans peers it refuses for having sent bad blocks
 * @param leaving whether it goes away in good order
 */
public record Report(
        EndpointId agent,
        long incarnation,
        long sequence,
        IpAddress address,
        List<PeerAddress> listen,
        Map<Sha256, Holding> swarms,
        List<Ban> bans,
        boolean leaving) {
    /** More listen addresses than any machine has cards; bounds what one agent adds to everybody's allow list. */
    public static final int LISTEN_MAX = 8;

    /**
     * A peer that an agent refuses.
     *
     * @param pack where
     * @param id whom, where the agent knows
     * @param address where that one was met
     */
    public record Ban(Sha256 pack, Optional<EndpointId> id, IpAddress address) {}

    public Report {
        listen = List.copyOf(listen);
        swarms = Map.copyOf(swarms);
        bans = List.copyOf(bans);
        if (listen.isEmpty() || listen.size() > LISTEN_MAX) {
            throw new IllegalArgumentException(
                    "an agent listens at 1 to " + LISTEN_MAX + " addresses, not " + listen.size());
        }
    }
}
