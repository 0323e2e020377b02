package packhorse.peer.agent;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.BanNotice;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.OutsideTraffic;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.message.v1.Traffic;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.site.Books;
import packhorse.peer.site.Duty;
import packhorse.peer.site.Duty.SiteRole;
import packhorse.peer.site.SitePlace;

/** Puts the agent's state into the messages that trackers and people read. */
final class ReportWriter {
    private final Identity identity;

    ReportWriter(Identity identity) {
        this.identity = identity;
    }

    /**
     * Everything a tracker should know.
     *
     * @param open where plain clients are served, if they are
     */
    AgentReport report(
            List<PeerAddress> listen,
            Optional<PeerAddress> open,
            Collection<PackState> packs,
            SitePlace place,
            long nowNanos) {
        AgentReport.Builder report = AgentReport.newBuilder()
                .setAgentId(ByteString.copyFrom(identity.bytes()))
                .setIncarnation(identity.incarnation());
        listen.forEach(address -> report.addListen(endpoint(address)));
        for (PackState pack : packs) {
            if (pack.inSwarm && !pack.checking) {
                report.addSwarms(swarm(pack, open, place, nowNanos));
                pack.bans.forEach((peer, count) -> report.addBans(BanNotice.newBuilder()
                        .setPack(ByteString.copyFrom(pack.id().bytes()))
                        .setPeer(endpoint(peer, pack.told))
                        .setCount(count)));
            }
        }
        return report.build();
    }

    private SwarmState swarm(PackState pack, Optional<PeerAddress> outsiders, SitePlace place, long nowNanos) {
        Books books = Books.of(pack.traffic(), place);
        SwarmState.Builder swarm = SwarmState.newBuilder()
                .setPack(ByteString.copyFrom(pack.id().bytes()))
                .setPiecesHave(pack.had.cardinality())
                .setPiecesTotal(pack.pack.pieceCount())
                .setWants(pack.wants())
                .setWanBytesIn(books.wanIn())
                .setWanBytesOut(books.wanOut())
                .setLanBytesIn(books.lanIn())
                .setLanBytesOut(books.lanOut())
                .setStalledMillis(pack.wants() ? TimeUnit.NANOSECONDS.toMillis(nowNanos - pack.lastGainNanos) : 0);
        boolean open =
                pack.phase == PackState.Phase.WHOLE && pack.pack.openSwarm().isPresent();
        if (open) {
            outsiders.ifPresent(address -> swarm.setOpenSwarm(true).setOpenListen(endpoint(address)));
        }
        return swarm.build();
    }

    /** Everything a person may ask. */
    AgentStatus status(
            List<PeerAddress> listen, Collection<PackState> packs, SitePlace place, String trouble, long catalogue) {
        AgentStatus.Builder status = AgentStatus.newBuilder()
                .setAgentId(identity.id())
                .setSite(place.site())
                .setTrackerReachable(trouble.isEmpty())
                .setTrackerError(trouble)
                .setCatalogueVersion(catalogue);
        listen.forEach(address -> status.addListen(endpoint(address)));
        packs.forEach(pack -> status.addPacks(pack(pack, place)));
        return status.build();
    }

    private PackStatus pack(PackState pack, SitePlace place) {
        PackStatus.Builder status = PackStatus.newBuilder()
                .setSha256(pack.id().hex())
                .setRelease(pack.manifest.id().toString())
                .setBytesHave(pack.bytesHave())
                .setBytesTotal(pack.pack.data().length())
                .setComplete(pack.phase == PackState.Phase.WHOLE)
                .setRole(pack.told.map(duty -> role(duty.role())).orElse(Role.ROLE_UNSPECIFIED))
                .setRescues(pack.rescues)
                .setBans(pack.bans.values().stream().mapToInt(Integer::intValue).sum())
                .setForgiven(pack.forgiven);
        for (Map.Entry<IpAddress, Books.InOut> entry : pack.traffic().entrySet()) {
            status.addTraffic(Traffic.newBuilder()
                    .setPeer(endpoint(entry.getKey(), pack.told))
                    .setWan(place.isWan(entry.getKey()))
                    .setBytesIn(entry.getValue().in())
                    .setBytesOut(entry.getValue().out()));
        }
        pack.outside()
                .forEach((client, bytes) -> status.addOutside(
                        OutsideTraffic.newBuilder().setClient(client.toString()).setBytesOut(bytes.out())));
        return status.build();
    }

    private static Role role(SiteRole role) {
        return switch (role) {
            case UNSPECIFIED -> Role.ROLE_UNSPECIFIED;
            case ORDINARY -> Role.ROLE_ORDINARY;
            case SITE_PEER -> Role.ROLE_SITE_PEER;
            case LEAD -> Role.ROLE_LEAD;
            case ORIGIN -> Role.ROLE_ORIGIN;
        };
    }

    private static Endpoint endpoint(PeerAddress address) {
        return Endpoint.newBuilder()
                .setIp(ByteString.copyFrom(address.ip().bytes()))
                .setPort(address.port())
                .build();
    }

    /** The engine names peers by address alone; the port is the one the tracker named, 0 where it named none. */
    private static Endpoint endpoint(IpAddress ip, Optional<Duty> told) {
        int port = told.map(Duty::allow).stream()
                .flatMap(allow -> Stream.of(allow.toArray(PeerAddress[]::new)))
                .filter(address -> address.ip().equals(ip))
                .mapToInt(PeerAddress::port)
                .min()
                .orElse(0);
        return Endpoint.newBuilder()
                .setIp(ByteString.copyFrom(ip.bytes()))
                .setPort(port)
                .build();
    }
}
