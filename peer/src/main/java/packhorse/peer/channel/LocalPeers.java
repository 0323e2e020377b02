package packhorse.peer.channel;

import java.util.List;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/**
 * The peers of a swarm by their aliases, as libtorrent is told them.
 *
 * @param connect whom to connect to
 * @param allow the addresses of everybody who may connect, those of {@code connect} among them
 */
public record LocalPeers(List<PeerAddress> connect, List<IpAddress> allow) {
    public LocalPeers {
        connect = List.copyOf(connect);
        allow = List.copyOf(allow);
    }
}
