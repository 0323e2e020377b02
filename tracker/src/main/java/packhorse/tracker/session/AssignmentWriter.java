package packhorse.tracker.session;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.AllowedPeer;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.PeerHint;
import packhorse.core.message.v1.Prefix;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;
import packhorse.tracker.selection.Orders;
import packhorse.tracker.selection.Role;

/** Makes an agent's message of what was decided for it. */
final class AssignmentWriter {
    private AssignmentWriter() {}

    /** For a session of this version: the first names neighbours by address only. */
    static Assignment write(Handout handout, int version) {
        Assignment.Builder assignment = Assignment.newBuilder().setRevision(handout.revision());
        Station station = handout.station();
        if (station != null) {
            assignment.setSite(station.site());
            for (Subnet subnet : station.local()) {
                assignment.addLocal(Prefix.newBuilder()
                        .setIp(ByteString.copyFrom(subnet.base().bytes()))
                        .setLength(subnet.prefixLength()));
            }
            station.wan()
                    .ifPresent(wan -> assignment
                            .setWanDownBytesPerSecond(wan.down().bytesPerSecond())
                            .setWanUpBytesPerSecond(wan.up().bytesPerSecond()));
        }
        for (Map.Entry<Sha256, Orders> swarm : handout.issued().entrySet()) {
            assignment.addSwarms(swarm(swarm.getKey(), swarm.getValue(), version >= Line.VERSION_OF_STATES));
        }
        return assignment.build();
    }

    private static SwarmAssignment swarm(Sha256 pack, Orders orders, boolean byIdentity) {
        SwarmAssignment.Builder swarm = SwarmAssignment.newBuilder()
                .setPack(ByteString.copyFrom(pack.bytes()))
                .setRole(role(orders.role()))
                .setShareIndex(orders.share().index())
                .setShareCount(orders.share().count())
                .setRescued(orders.rescued())
                .setForgiveEpoch(orders.forgiveEpoch())
                .setDenied(byIdentity ? orders.denied() : "");
        for (Orders.Hint hint : orders.connect()) {
            swarm.addPeers(PeerHint.newBuilder()
                    .setEndpoint(endpoint(hint.address()))
                    .setOutside(hint.outside())
                    .setComplete(hint.complete())
                    .setAgentId(byIdentity ? bytes(hint.id()) : ByteString.EMPTY));
        }
        if (byIdentity) {
            new TreeMap<>(orders.allow()).forEach((id, allowed) -> swarm.addAllowPeers(allowed(id, allowed)));
        } else {
            orders.allow().values().stream()
                    .flatMap(allowed -> allowed.listen().stream())
                    .distinct()
                    .sorted()
                    .forEach(address -> swarm.addAllow(endpoint(address)));
        }
        return swarm.build();
    }

    private static AllowedPeer allowed(EndpointId id, Orders.Allowed allowed) {
        AllowedPeer.Builder peer = AllowedPeer.newBuilder()
                .setAgentId(bytes(id))
                .setOutside(allowed.outside())
                .setMayBePlain(allowed.mayBePlain())
                .setRole(role(allowed.role()))
                .setSite(allowed.site());
        allowed.listen().forEach(address -> peer.addListen(endpoint(address)));
        return peer.build();
    }

    private static ByteString bytes(EndpointId id) {
        return ByteString.copyFrom(id.bytes());
    }

    private static packhorse.core.message.v1.Role role(Role role) {
        return switch (role) {
            case ORDINARY -> packhorse.core.message.v1.Role.ROLE_ORDINARY;
            case SITE_PEER -> packhorse.core.message.v1.Role.ROLE_SITE_PEER;
            case LEAD -> packhorse.core.message.v1.Role.ROLE_LEAD;
            case ORIGIN -> packhorse.core.message.v1.Role.ROLE_ORIGIN;
        };
    }

    private static Endpoint endpoint(PeerAddress address) {
        return Endpoint.newBuilder()
                .setIp(ByteString.copyFrom(address.ip().bytes()))
                .setPort(address.port())
                .build();
    }
}
