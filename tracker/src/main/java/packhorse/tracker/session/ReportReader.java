package packhorse.tracker.session;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.BanNotice;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.tracker.swarm.Holding;
import packhorse.tracker.swarm.Report;

/** Makes a value of an agent's message; anything malformed in it refuses the whole. */
final class ReportReader {
    /** Bans of one agent; beyond this it lives among liars only, and more notices tell nothing new. */
    private static final int BANS_MAX = 1_000;

    /** Addresses that one agent listens on; a host of containers has hundreds, and each is compared with all before it. */
    private static final int LISTEN_MAX = 1_000;

    /** Longer than any stall; keeps arithmetic with times safe from senseless numbers. */
    private static final long STALLED_MILLIS_MAX = Duration.ofDays(365).toMillis();

    private ReportReader() {}

    /**
     * Reads a report.
     *
     * @param agent who sent it, by its certificate; what the report itself says of that is not read
     * @param caller where it came from
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Report read(AgentReport message, EndpointId agent, IpAddress caller) {
        if (message.getListenCount() > LISTEN_MAX) {
            throw new IllegalArgumentException("the report names " + message.getListenCount() + " addresses; at most "
                    + LISTEN_MAX + " are taken");
        }
        List<PeerAddress> listen = new ArrayList<>();
        for (Endpoint endpoint : message.getListenList()) {
            PeerAddress address = address(endpoint);
            if (!listen.contains(address)) {
                listen.add(address);
            }
        }
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("the report names no address that the agent's swarm listens on");
        }
        boolean direct = listen.stream().anyMatch(address -> address.ip().equals(caller));
        Map<Sha256, Holding> swarms = new HashMap<>();
        for (SwarmState swarm : message.getSwarmsList()) {
            Sha256 pack = digest(swarm.getPack());
            if (swarms.put(pack, holding(swarm)) != null) {
                throw new IllegalArgumentException("the report names the swarm " + pack + " twice");
            }
        }
        if (message.getBansCount() > BANS_MAX) {
            throw new IllegalArgumentException(
                    "the report names " + message.getBansCount() + " bans; at most " + BANS_MAX + " are taken");
        }
        List<Report.Ban> bans = new ArrayList<>();
        for (BanNotice ban : message.getBansList()) {
            if (ban.getCount() > 0) {
                bans.add(new Report.Ban(
                        digest(ban.getPack()),
                        ban.getAgentId().isEmpty()
                                ? Optional.empty()
                                : Optional.of(
                                        EndpointId.ofBytes(ban.getAgentId().toByteArray())),
                        IpAddress.ofBytes(ban.getPeer().getIp().toByteArray())));
            }
        }
        return new Report(
                agent,
                message.getIncarnation(),
                message.getSequence(),
                direct ? caller : listen.getFirst().ip(),
                listen,
                swarms,
                bans,
                message.getLeaving());
    }

    private static Holding holding(SwarmState swarm) {
        long stalledMillis = swarm.getStalledMillis();
        return new Holding(
                swarm.getPiecesHave(),
                swarm.getPiecesTotal(),
                swarm.getWants(),
                new Holding.Traffic(
                        swarm.getWanBytesIn(), swarm.getWanBytesOut(), swarm.getLanBytesIn(), swarm.getLanBytesOut()),
                Duration.ofMillis(stalledMillis < 0 ? STALLED_MILLIS_MAX : Math.min(stalledMillis, STALLED_MILLIS_MAX)),
                swarm.getOpenSwarm() && swarm.hasOpenListen()
                        ? Optional.of(address(swarm.getOpenListen()))
                        : Optional.empty());
    }

    private static Sha256 digest(ByteString bytes) {
        return Sha256.ofDigest(bytes.toByteArray());
    }

    private static PeerAddress address(Endpoint endpoint) {
        return new PeerAddress(IpAddress.ofBytes(endpoint.getIp().toByteArray()), endpoint.getPort());
    }
}
