package packhorse.peer.channel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.state.Priority;
import packhorse.core.topology.EndpointId;

/**
 * Who may be met in one swarm.
 *
 * @param pack the swarm's content
 * @param v1 the info-hash its connections begin with
 * @param v2 the other info-hash of a hybrid torrent; BitTorrent sends its first 20 bytes
 * @param priority whose bytes go first over the WAN
 * @param connect whom libtorrent will connect to; allowed to connect too
 * @param allow who else may connect
 */
public record SwarmAdmission(
        Sha256 pack,
        InfoHash v1,
        Optional<Sha256> v2,
        Priority priority,
        List<RemotePeer> connect,
        List<RemotePeer> allow) {
    public SwarmAdmission {
        connect = List.copyOf(connect);
        allow = List.copyOf(allow);
    }

    /** Everybody named, once each; what {@code connect} says of a peer outweighs what {@code allow} says. */
    public Map<EndpointId, RemotePeer> named() {
        Map<EndpointId, RemotePeer> named = new HashMap<>();
        allow.forEach(peer -> named.put(peer.id(), peer));
        connect.forEach(peer -> named.put(peer.id(), peer));
        return named;
    }
}
