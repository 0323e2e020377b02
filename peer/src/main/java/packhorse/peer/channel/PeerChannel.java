package packhorse.peer.channel;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;

/**
 * The way between this machine's libtorrent and those of other agents. It alone faces the network; libtorrent sees each remote
 * peer as a loopback address of its own (an alias) and is told nothing else. Methods return at once and may be called by
 * any thread.
 */
public interface PeerChannel extends AutoCloseable {
    /** Where the aliases of peers of the own site are; those of all others are not. */
    Subnet NEAR = Subnet.parse("127.64.0.0/11");

    /** Where other agents reach this one; to be told to trackers. */
    List<PeerAddress> listening();

    /** Where libtorrent listens now; to be said again after each start of the engine. Until then nobody is let in. */
    void engineAt(PeerAddress loopback);

    /**
     * Says who may be met in a swarm, in place of what was said before. Connections of peers that are named no longer, or whose
     * link changed, are closed at once.
     *
     * @return the same peers as libtorrent is to know them
     */
    LocalPeers swarm(SwarmAdmission admission);

    /** Names nobody in this swarm any more. What was counted stays. */
    void leave(Sha256 pack);

    /** Closes all connections of these peers at once and admits none, whatever swarms name them; replaces the last such list. */
    void denied(Set<EndpointId> denied);

    /** Bounds the traffic outside the own site; in force at once. */
    void rates(ChannelRates rates);

    /** Who stands behind an alias, named now or once. */
    Optional<EndpointId> remote(IpAddress alias);

    /** Bytes carried since the channel started, by swarm and peer; a snapshot. */
    Map<Sha256, Map<EndpointId, ChannelCount>> counts();

    /** Connections that came to nothing, with the reason, the latest last; bounded. */
    List<ChannelRefusal> refusals();

    /** Closes every connection and listener. */
    @Override
    void close();
}
