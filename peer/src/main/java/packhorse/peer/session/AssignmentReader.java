package packhorse.peer.session;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.AllowedPeer;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.PeerHint;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;
import packhorse.peer.site.Duty;
import packhorse.peer.site.Duty.SiteRole;
import packhorse.peer.site.Neighbour;
import packhorse.peer.site.SitePlace;

/** Makes values of an assignment's message; anything malformed in it refuses the whole. */
final class AssignmentReader {
    private AssignmentReader() {}

    /** @throws IllegalArgumentException saying what is wrong with the message */
    static SitePlace read(Assignment message) {
        Map<Sha256, Duty> duties = new HashMap<>();
        for (SwarmAssignment swarm : message.getSwarmsList()) {
            duties.put(Sha256.ofDigest(swarm.getPack().toByteArray()), duty(swarm));
        }
        List<Subnet> local = message.getLocalList().stream()
                .map(prefix -> new Subnet(IpAddress.ofBytes(prefix.getIp().toByteArray()), prefix.getLength()))
                .toList();
        return new SitePlace(
                message.getRevision(),
                message.getSite(),
                local,
                rate(message.getWanDownBytesPerSecond()),
                rate(message.getWanUpBytesPerSecond()),
                duties);
    }

    private static Duty duty(SwarmAssignment swarm) {
        Set<PeerAddress> connect = new HashSet<>();
        Set<EndpointId> connectIds = new HashSet<>();
        for (PeerHint hint : swarm.getPeersList()) {
            connect.add(address(hint.getEndpoint()));
            if (!hint.getAgentId().isEmpty()) {
                connectIds.add(id(hint.getAgentId()));
            }
        }
        Set<PeerAddress> allow = new HashSet<>();
        for (Endpoint endpoint : swarm.getAllowList()) {
            allow.add(address(endpoint));
        }
        Set<Neighbour> neighbours = new HashSet<>();
        for (AllowedPeer allowed : swarm.getAllowPeersList()) {
            Neighbour neighbour = neighbour(allowed, connectIds);
            neighbours.add(neighbour);
            allow.addAll(neighbour.addresses());
        }
        return new Duty(
                role(swarm.getRole()),
                connect,
                allow,
                swarm.getShareIndex(),
                Math.max(1, swarm.getShareCount()),
                swarm.getRescued(),
                swarm.getForgiveEpoch(),
                neighbours,
                swarm.getDenied());
    }

    private static Neighbour neighbour(AllowedPeer allowed, Set<EndpointId> connect) {
        EndpointId id = id(allowed.getAgentId());
        return new Neighbour(
                id,
                allowed.getListenList().stream().map(AssignmentReader::address).toList(),
                connect.contains(id),
                allowed.getOutside(),
                allowed.getMayBePlain() && !allowed.getOutside(),
                role(allowed.getRole()),
                allowed.getSite());
    }

    private static EndpointId id(ByteString bytes) {
        return EndpointId.ofBytes(bytes.toByteArray());
    }

    private static SiteRole role(Role role) {
        return switch (role) {
            case ROLE_ORDINARY -> SiteRole.ORDINARY;
            case ROLE_SITE_PEER -> SiteRole.SITE_PEER;
            case ROLE_LEAD -> SiteRole.LEAD;
            case ROLE_ORIGIN -> SiteRole.ORIGIN;
            case ROLE_UNSPECIFIED, UNRECOGNIZED -> SiteRole.UNSPECIFIED;
        };
    }

    private static PeerAddress address(Endpoint endpoint) {
        return new PeerAddress(IpAddress.ofBytes(endpoint.getIp().toByteArray()), endpoint.getPort());
    }

    private static Optional<ByteRate> rate(long bytesPerSecond) {
        return bytesPerSecond > 0 ? Optional.of(new ByteRate(bytesPerSecond)) : Optional.empty();
    }
}
