package packhorse.peer.swarm;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.EngineBan;
import packhorse.core.message.v1.EngineBits;
import packhorse.core.message.v1.EngineCount;
import packhorse.core.message.v1.EngineCounters;
import packhorse.core.message.v1.EngineEvent;
import packhorse.core.message.v1.EngineFailure;
import packhorse.core.message.v1.EnginePieces;
import packhorse.core.message.v1.EngineProgress;
import packhorse.core.message.v1.EngineRelocate;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.process.OneLine;
import packhorse.peer.swarm.SwarmEvent.Bytes;

/**
 * Events as messages, and back. What is read was written by a process that handles hostile bytes, so nothing of it is believed that
 * this end knows better: piece counts and directories are those that this end named, a pack nobody added is none, an address
 * to be reached at is one that was ordered, lists and texts have a bound.
 */
final class EventCodec {
    /** Addresses in one list; an engine keeps no more apart. */
    private static final int ADDRESSES_MAX = 20_000;

    private static final IpAddress EVERYWHERE = IpAddress.parse("0.0.0.0");
    private static final IpAddress EVERYWHERE_V6 = IpAddress.parse("::");

    private EventCodec() {}

    static EngineEvent encode(SwarmEvent event) {
        EngineEvent.Builder out = EngineEvent.newBuilder();
        switch (event) {
            case SwarmEvent.Listening(PeerAddress address) -> out.setListening(EngineFields.endpoint(address));
            case SwarmEvent.OpenListening(PeerAddress address) -> out.setOpenListening(EngineFields.endpoint(address));
            case SwarmEvent.Checking(Sha256 pack, int pieces, int total) ->
                out.setChecking(pieces(pack, pieces, total));
            case SwarmEvent.Added(Sha256 pack, int pieces, int total) -> out.setAdded(pieces(pack, pieces, total));
            case SwarmEvent.PiecesVerified verified ->
                out.setPiecesVerified(EngineBits.newBuilder()
                        .setPack(EngineFields.sha256(verified.pack()))
                        .setBits(EngineFields.bits(verified.pieces())));
            case SwarmEvent.Progress progress -> {
                EngineProgress.Builder told = EngineProgress.newBuilder()
                        .setPack(EngineFields.sha256(progress.pack()))
                        .setHad(EngineFields.bits(progress.had()))
                        .setTotal(progress.pieceCount())
                        .setPayloadIn(progress.payloadIn())
                        .setPayloadOut(progress.payloadOut());
                progress.connected().forEach(ip -> told.addConnected(EngineFields.ip(ip)));
                out.setProgress(told);
            }
            case SwarmEvent.Complete(Sha256 pack) -> out.setComplete(EngineFields.sha256(pack));
            case SwarmEvent.Counters(Sha256 pack, Map<IpAddress, Bytes> byPeer) ->
                out.setCounters(counters(pack, byPeer));
            case SwarmEvent.OpenCounters(Sha256 pack, Map<IpAddress, Bytes> byClient) ->
                out.setOpenCounters(counters(pack, byClient));
            case SwarmEvent.Banned(Sha256 pack, IpAddress peer, int times) ->
                out.setBanned(EngineBan.newBuilder()
                        .setPack(EngineFields.sha256(pack))
                        .setIp(EngineFields.ip(peer))
                        .setTimes(times));
            case SwarmEvent.Starved(Sha256 pack, int times) -> out.setStarved(pieces(pack, times, 0));
            case SwarmEvent.Forgiven(Sha256 pack) -> out.setForgiven(EngineFields.sha256(pack));
            case SwarmEvent.ShareComplete(Sha256 pack) -> out.setShareComplete(EngineFields.sha256(pack));
            case SwarmEvent.Relocated relocated ->
                out.setRelocated(EngineRelocate.newBuilder()
                        .setPack(EngineFields.sha256(relocated.pack()))
                        .setDirectory(relocated.directory().toString()));
            case SwarmEvent.Removed(Sha256 pack) -> out.setRemoved(EngineFields.sha256(pack));
            case SwarmEvent.Damaged(Sha256 pack) -> out.setDamaged(EngineFields.sha256(pack));
            case SwarmEvent.Failed(Sha256 pack, String reason) ->
                out.setFailed(EngineFailure.newBuilder()
                        .setPack(EngineFields.sha256(pack))
                        .setReason(reason));
            case SwarmEvent.PublisherFault(Sha256 pack) -> out.setPublisherFault(EngineFields.sha256(pack));
            case SwarmEvent.Died(String reason) -> out.setDied(reason);
        }
        return out.build();
    }

    private static EnginePieces pieces(Sha256 pack, int pieces, int total) {
        return EnginePieces.newBuilder()
                .setPack(EngineFields.sha256(pack))
                .setPieces(pieces)
                .setTotal(total)
                .build();
    }

    private static EngineCounters counters(Sha256 pack, Map<IpAddress, Bytes> byPeer) {
        EngineCounters.Builder counters = EngineCounters.newBuilder().setPack(EngineFields.sha256(pack));
        byPeer.forEach((ip, bytes) -> counters.addByPeer(EngineCount.newBuilder()
                .setIp(EngineFields.ip(ip))
                .setBytesIn(bytes.in())
                .setBytesOut(bytes.out())));
        return counters.build();
    }

    /**
     * Reads the event in a message.
     *
     * @param ordered what this end had ordered
     * @return empty where it is about a pack that is not in the engine, by this end's books, or no event of the engine's
     * @throws IllegalArgumentException when it says what cannot be
     */
    static Optional<SwarmEvent> decode(EngineEvent message, Ordered ordered) {
        return switch (message.getWhatCase()) {
            case LISTENING -> {
                PeerAddress address = EngineFields.endpoint(message.getListening());
                require(
                        ordered.config().listen().stream().anyMatch(listen -> isAt(address, listen)),
                        "it listens on " + address);
                yield Optional.of(new SwarmEvent.Listening(address));
            }
            case OPEN_LISTENING -> {
                PeerAddress address = EngineFields.endpoint(message.getOpenListening());
                require(
                        ordered.config().open().stream().anyMatch(open -> isAt(address, open.listen())),
                        "it serves clients on " + address);
                yield Optional.of(new SwarmEvent.OpenListening(address));
            }
            case CHECKING -> {
                EnginePieces checking = message.getChecking();
                yield known(checking.getPack(), ordered)
                        .map(pack -> new SwarmEvent.Checking(
                                pack.id(), pieces(checking, pack.pieceCount()), pack.pieceCount()));
            }
            case ADDED -> {
                EnginePieces added = message.getAdded();
                yield known(added.getPack(), ordered)
                        .map(pack ->
                                new SwarmEvent.Added(pack.id(), pieces(added, pack.pieceCount()), pack.pieceCount()));
            }
            case PIECES_VERIFIED -> {
                EngineBits bits = message.getPiecesVerified();
                yield known(bits.getPack(), ordered)
                        .map(pack -> new SwarmEvent.PiecesVerified(
                                pack.id(), EngineFields.bits(bits.getBits(), pack.pieceCount())));
            }
            case PROGRESS -> {
                EngineProgress progress = message.getProgress();
                require(
                        progress.getConnectedCount() <= ADDRESSES_MAX,
                        "it has " + progress.getConnectedCount() + " peers");
                Set<IpAddress> connected = new HashSet<>();
                progress.getConnectedList().forEach(ip -> connected.add(EngineFields.ip(ip)));
                yield known(progress.getPack(), ordered)
                        .map(pack -> new SwarmEvent.Progress(
                                pack.id(),
                                EngineFields.bits(progress.getHad(), pack.pieceCount()),
                                pack.pieceCount(),
                                connected,
                                bytes(progress.getPayloadIn()),
                                bytes(progress.getPayloadOut())));
            }
            case COMPLETE -> known(message.getComplete(), ordered).map(pack -> new SwarmEvent.Complete(pack.id()));
            case COUNTERS -> {
                Map<IpAddress, Bytes> counters = counters(message.getCounters());
                // A pack's last counters come as it leaves.
                yield Optional.of(new SwarmEvent.Counters(
                        EngineFields.sha256(message.getCounters().getPack()), counters));
            }
            case OPEN_COUNTERS ->
                Optional.of(new SwarmEvent.OpenCounters(
                        EngineFields.sha256(message.getOpenCounters().getPack()), counters(message.getOpenCounters())));
            case BANNED -> {
                EngineBan ban = message.getBanned();
                IpAddress peer = EngineFields.ip(ban.getIp());
                require(ban.getTimes() > 0, "a ban " + ban.getTimes() + " times");
                yield known(ban.getPack(), ordered).map(pack -> new SwarmEvent.Banned(pack.id(), peer, ban.getTimes()));
            }
            case STARVED -> {
                EnginePieces starved = message.getStarved();
                yield known(starved.getPack(), ordered)
                        .map(pack -> new SwarmEvent.Starved(pack.id(), pieces(starved, Integer.MAX_VALUE)));
            }
            case FORGIVEN -> known(message.getForgiven(), ordered).map(pack -> new SwarmEvent.Forgiven(pack.id()));
            case SHARE_COMPLETE ->
                known(message.getShareComplete(), ordered).map(pack -> new SwarmEvent.ShareComplete(pack.id()));
            case RELOCATED ->
                known(message.getRelocated().getPack(), ordered)
                        .map(pack -> new SwarmEvent.Relocated(pack.id(), pack.directory()));
            case REMOVED -> Optional.of(new SwarmEvent.Removed(EngineFields.sha256(message.getRemoved())));
            case DAMAGED -> known(message.getDamaged(), ordered).map(pack -> new SwarmEvent.Damaged(pack.id()));
            case FAILED ->
                known(message.getFailed().getPack(), ordered)
                        .map(pack -> new SwarmEvent.Failed(
                                pack.id(), OneLine.of(message.getFailed().getReason())));
            case PUBLISHER_FAULT ->
                known(message.getPublisherFault(), ordered).map(pack -> new SwarmEvent.PublisherFault(pack.id()));
            case DIED -> Optional.of(new SwarmEvent.Died(OneLine.of(message.getDied())));
            case ALIVE, WHAT_NOT_SET -> Optional.empty();
        };
    }

    private static boolean isAt(PeerAddress address, SwarmConfig.Listen ordered) {
        boolean everywhere = ordered.ip().equals(EVERYWHERE) || ordered.ip().equals(EVERYWHERE_V6);
        return (everywhere || address.ip().equals(ordered.ip()))
                && address.ip().isV4() == ordered.ip().isV4()
                && (ordered.port() == 0 || ordered.port() == address.port());
    }

    private static Optional<Ordered.Known> known(ByteString pack, Ordered ordered) {
        return ordered.known(EngineFields.sha256(pack));
    }

    private static int pieces(EnginePieces field, int max) {
        require(field.getPieces() >= 0 && field.getPieces() <= max, field.getPieces() + " of " + max + " pieces");
        return field.getPieces();
    }

    private static long bytes(long field) {
        require(field >= 0, "a count of " + Long.toUnsignedString(field) + " bytes");
        return field;
    }

    private static Map<IpAddress, Bytes> counters(EngineCounters field) {
        List<EngineCount> counts = field.getByPeerList();
        require(counts.size() <= ADDRESSES_MAX, "counters of " + counts.size() + " peers");
        Map<IpAddress, Bytes> counters = new HashMap<>();
        counts.forEach(count -> counters.put(
                EngineFields.ip(count.getIp()), new Bytes(bytes(count.getBytesIn()), bytes(count.getBytesOut()))));
        return counters;
    }

    private static void require(boolean fine, String what) {
        if (!fine) {
            throw new IllegalArgumentException(what);
        }
    }
}
