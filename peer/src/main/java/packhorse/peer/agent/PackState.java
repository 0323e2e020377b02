package packhorse.peer.agent;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.Manifest;
import packhorse.core.content.Pack;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.state.Priority;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.site.Duty;
import packhorse.peer.store.Partial;
import packhorse.peer.swarm.SwarmEvent;

/**
 * What the agent knows of one pack. Only the owner thread touches it, but for {@link #watch}.
 *
 * <pre>
 * phase       happens                        next
 * FETCHING    every piece is there           PROVING
 * PROVING     whole SHA-256 is right         WHOLE (promoted, then served from the store)
 * PROVING     whole SHA-256 is wrong         GONE (never promoted)
 * FETCHING    the engine gives it up         GONE (the part stays for the next pull)
 * WHOLE       the engine finds damage        GONE
 * WHOLE       it is to be deleted            LEAVING (served no more), then GONE once the disk is free of it
 * FETCHING    nobody wants it any more       LEAVING, then GONE
 * </pre>
 */
final class PackState {
    enum Phase {
        FETCHING,
        PROVING,
        WHOLE,
        LEAVING,
        GONE
    }

    /** Clients of former engines that are told apart; as many as an engine does itself. */
    private static final int OUTSIDE_MAX = 10_000;
    /** Stands for all others. */
    private static final IpAddress OTHERS = IpAddress.parse("0.0.0.0");

    /** The manifest that led here first. */
    final VerifiedManifest proof;

    final Manifest manifest;
    /** Every release with this content that was asked for. */
    final Set<ReleaseId> releases;
    /** Manifests of other releases with this content that came while it arrived; kept once it stands in the store. */
    final List<VerifiedManifest> others = new ArrayList<>();
    /** The arriving pack, unless it stood whole from the start. */
    final @Nullable Partial partial;

    final VerifiedTorrent torrent;
    final Pack pack;
    final BitSet had = new BitSet();
    final PieceWatch watch;
    final RateMeter rate = new RateMeter();
    /** Who waits for the whole. */
    final List<PackWaiter> waiters = new ArrayList<>();
    /** Bans of engines' peers, by who they are. */
    final Map<EndpointId, Integer> bans = new HashMap<>();

    Phase phase;
    Path directory;
    boolean inSwarm;
    boolean checking;
    int connected;
    /** How far the reading of the whole has come; written by the thread that reads. */
    final AtomicLong provenBytes = new AtomicLong();

    int rescues;
    int forgiven;
    long lastGainNanos;
    Optional<Duty> told = Optional.empty();
    /** The priority that the channel was told. */
    Priority toldPriority = Priority.NORMAL;
    /** At which priority a desired state wants it, where one does. */
    Optional<Priority> ordered = Optional.empty();
    /** What is to be done with the files once the engine has let go of them; set in the phases that end. */
    Optional<Runnable> afterRemoval = Optional.empty();
    /** When a removal that failed is tried again. */
    OptionalLong removeAgainNanos = OptionalLong.empty();

    private final Map<IpAddress, SwarmEvent.Bytes> outsideEarlier = new HashMap<>();
    private Map<IpAddress, SwarmEvent.Bytes> outsideNow = Map.of();

    PackState(Shelf.Held held, Phase phase, long nowNanos) {
        this.proof = held.manifest();
        this.manifest = proof.manifest();
        this.releases = new TreeSet<>(held.releases());
        this.releases.add(manifest.id());
        this.torrent = held.torrent();
        this.pack = torrent.pack();
        this.partial = held.partial().orElse(null);
        this.phase = phase;
        this.directory = held.directory();
        this.lastGainNanos = nowNanos;
        this.watch = new PieceWatch(file(), pack.pieceCount());
        if (phase == Phase.WHOLE) {
            becomeWhole();
        }
    }

    Sha256 id() {
        return pack.data().sha256();
    }

    /** The content itself, named by its digest. */
    Path file() {
        return directory.resolve(id().hex());
    }

    /** How urgent its bytes are: somebody who waits comes before every order. */
    Priority priority() {
        return waiters.stream().anyMatch(PackWaiter::isPerson) ? Priority.USER : ordered.orElse(Priority.NORMAL);
    }

    boolean wants() {
        return phase == Phase.FETCHING;
    }

    void becomeWhole() {
        phase = Phase.WHOLE;
        had.set(0, pack.pieceCount());
        watch.whole();
    }

    /** Takes pieces in; true when there were new ones. */
    boolean gain(BitSet pieces, long nowNanos) {
        int before = had.cardinality();
        had.or(pieces);
        if (had.cardinality() == before) {
            return false;
        }
        lastGainNanos = nowNanos;
        watch.add(pieces);
        return true;
    }

    long bytesHave() {
        int last = pack.pieceCount() - 1;
        long bytes = (long) had.cardinality() * pack.pieceLength();
        return had.get(last) ? bytes - pack.pieceLength() + pack.lengthOf(last) : bytes;
    }

    void outside(Map<IpAddress, SwarmEvent.Bytes> byClient) {
        outsideNow = byClient;
    }

    /** A new engine counts from 0 again. */
    void engineEnded() {
        // Clients come and go for years; an engine that dies all the time must not gather them.
        outsideNow.forEach((client, bytes) -> outsideEarlier.merge(
                outsideEarlier.size() < OUTSIDE_MAX || outsideEarlier.containsKey(client) ? client : OTHERS,
                bytes,
                SwarmEvent.Bytes::plus));
        outsideNow = Map.of();
        inSwarm = false;
        told = Optional.empty();
    }

    /** Payload with every plain client since the agent started. */
    Map<IpAddress, SwarmEvent.Bytes> outside() {
        Map<IpAddress, SwarmEvent.Bytes> all = new HashMap<>(outsideEarlier);
        outsideNow.forEach((client, bytes) -> all.merge(client, bytes, SwarmEvent.Bytes::plus));
        return all;
    }
}
