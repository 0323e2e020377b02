package packhorse.peer.swarm;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.Sha256;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/**
 * What the engine knows about one pack: where it is, whom it is shared with, what of it was told. Everything belongs to the engine's
 * owner thread but {@link #gone}, which stops the thread that hashes partial files.
 */
final class Swarming {
    final VerifiedTorrent torrent;
    final Sha256 id;
    final PeerLedger ledger = new PeerLedger();
    final BanBook bans = new BanBook();
    final ProgressWatch watch;
    final Set<IpAddress> left = new HashSet<>();
    Path directory;
    boolean startsComplete;

    @Nullable
    NativeTorrent running;

    volatile boolean gone;
    List<PeerAddress> connect = List.of();
    List<IpAddress> allow = List.of();
    final Map<IpAddress, Long> lingerUntilNanos = new HashMap<>();
    SwarmCommand.@Nullable Shares shares;
    boolean outside = true;
    boolean shareTold;
    byte[] priorities = {};
    BitSet had = new BitSet();
    boolean completeTold;
    boolean damageTold;
    long reconnectAtNanos;
    long distrustLocalUntilNanos;
    long dropOutsideAtNanos;
    Map<IpAddress, SwarmEvent.Bytes> countersTold = Map.of();
    SwarmEvent.@Nullable Progress progressTold;

    @Nullable
    Path relocating;

    Swarming(SwarmCommand.Add add, ProgressWatch watch) {
        this.torrent = add.torrent();
        this.id = add.torrent().pack().data().sha256();
        this.directory = add.directory();
        this.startsComplete = add.complete();
        // Who adds it complete knows.
        this.completeTold = add.complete();
        this.watch = watch;
    }

    int pieceCount() {
        return torrent.pack().pieceCount();
    }

    boolean complete() {
        return had.cardinality() == pieceCount();
    }

    /** Whom the trackers named for it. */
    Set<IpAddress> named() {
        Set<IpAddress> named = new HashSet<>(allow);
        connect.forEach(peer -> named.add(peer.ip()));
        return named;
    }

    /** Whom it lets in or out now: those named, less those it does without, and for a while those whom it still counts with. */
    void admit(Set<IpAddress> allowed, Set<IpAddress> excluded, Predicate<IpAddress> isLocal) {
        Set<IpAddress> now = named();
        if (complete()) {
            now.addAll(lingerUntilNanos.keySet());
        } else {
            excluded.addAll(bans.excluded(now));
            if (!outside) {
                now.removeIf(isLocal.negate());
            }
        }
        allowed.addAll(now);
    }
}
