package packhorse.peer.agent;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.BanNotice;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.OutsideTraffic;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.message.v1.Traffic;
import packhorse.core.state.DesiredItem;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelCount;
import packhorse.peer.installer.engine.InstallFields;
import packhorse.peer.site.Books;
import packhorse.peer.site.Duty.SiteRole;

/** Puts the agent's state into the messages that trackers and people read. */
final class ReportWriter {
    private final MachineIdentity identity;
    private final long incarnation;
    private final Ledger ledger;

    ReportWriter(MachineIdentity identity, long incarnation, Ledger ledger) {
        this.identity = identity;
        this.incarnation = incarnation;
        this.ledger = ledger;
    }

    /**
     * Everything a tracker should know.
     *
     * @param open where plain clients are served, if they are
     * @param desiredRevision of the desired state that is acted on
     */
    AgentReport report(
            List<PeerAddress> listen,
            Optional<PeerAddress> open,
            Collection<PackState> packs,
            long desiredRevision,
            long nowNanos) {
        AgentReport.Builder report = AgentReport.newBuilder()
                .setAgentId(ByteString.copyFrom(identity.id().bytes()))
                .setIncarnation(incarnation)
                .setDesiredRevision(desiredRevision);
        listen.forEach(address -> report.addListen(endpoint(address)));
        for (PackState pack : packs) {
            if (pack.inSwarm && !pack.checking) {
                report.addSwarms(swarm(pack, open, nowNanos));
                pack.bans.forEach((peer, count) -> report.addBans(BanNotice.newBuilder()
                        .setPack(ByteString.copyFrom(pack.id().bytes()))
                        .setPeer(endpoint(peer, pack))
                        .setAgentId(ByteString.copyFrom(peer.bytes()))
                        .setCount(count)));
            }
        }
        return report.build();
    }

    private SwarmState swarm(PackState pack, Optional<PeerAddress> outsiders, long nowNanos) {
        Books books = ledger.books(pack.id());
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
            List<PeerAddress> listen,
            Collection<PackState> packs,
            Duties duties,
            Steward steward,
            Installations installations,
            ActionWriter actions,
            long catalogue) {
        AgentStatus.Builder status = AgentStatus.newBuilder()
                .setAgentId(identity.id().toString())
                .setSite(duties.place().site())
                .setTracker(duties.tracker())
                .setTrackerReachable(duties.trouble().isEmpty())
                .setTrackerError(duties.trouble())
                .setCatalogueVersion(catalogue)
                .setDesiredRevision(steward.revision())
                .setReportsWaiting(steward.reportsWaiting())
                .setUnconfined(installations.unconfined())
                .setInstallerTrouble(installations.trouble())
                .setSeenAs(duties.seenAs().map(PeerAddress::toString).orElse(""))
                .setCertificateUntilMillis(identity.self().notAfter().toEpochMilli());
        listen.forEach(address -> status.addListen(endpoint(address)));
        packs.forEach(pack -> status.addPacks(pack(pack)));
        for (DesiredItem item : steward.going()) {
            status.addActions(actions.status(item));
        }
        installations.lines().forEach(line -> status.addLines(InstallFields.write(line)));
        return status.build();
    }

    private PackStatus pack(PackState pack) {
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
        ledger.of(pack.id()).forEach((peer, count) -> {
            addTraffic(status, pack, peer, true, count.wanIn(), count.wanOut());
            addTraffic(status, pack, peer, false, count.lanIn(), count.lanOut());
        });
        pack.outside()
                .forEach((client, bytes) -> status.addOutside(
                        OutsideTraffic.newBuilder().setClient(client.toString()).setBytesOut(bytes.out())));
        return status.build();
    }

    private void addTraffic(
            PackStatus.Builder status, PackState pack, EndpointId peer, boolean wan, long in, long out) {
        if (in + out > 0) {
            status.addTraffic(Traffic.newBuilder()
                    .setPeer(endpoint(peer, pack))
                    .setAgentId(peer.toString())
                    .setWan(wan)
                    .setBytesIn(in)
                    .setBytesOut(out));
        }
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

    /** Where a peer listens by the tracker's account, else where it came from. */
    private Endpoint endpoint(EndpointId peer, PackState pack) {
        return Duties.neighbours(pack).stream()
                .filter(neighbour -> neighbour.id().equals(peer))
                .flatMap(neighbour -> neighbour.addresses().stream())
                .findFirst()
                .or(() -> Optional.ofNullable(ledger.of(pack.id()).get(peer)).flatMap(ChannelCount::at))
                .map(ReportWriter::endpoint)
                .orElse(Endpoint.getDefaultInstance());
    }
}
