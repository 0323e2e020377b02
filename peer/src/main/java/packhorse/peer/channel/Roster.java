package packhorse.peer.channel;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.state.Priority;
import packhorse.core.topology.EndpointId;

/** Who is named in which swarm, and who is denied everywhere. Safe for any thread. */
final class Roster {
    /** What the roster says of a peer that asks for a swarm. */
    sealed interface Standing {
        /** It may come. */
        record Named(Sha256 pack, RemotePeer peer, Priority priority) implements Standing {}

        /** No swarm of ours with that info-hash names it. */
        record Stranger(Optional<Sha256> pack) implements Standing {}

        record Denied(Optional<Sha256> pack) implements Standing {}
    }

    private record Swarm(SwarmAdmission admission, Map<EndpointId, RemotePeer> named) {}

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Map<Sha256, Swarm> swarms = new HashMap<>();
    private final Map<InfoHash, Sha256> packs = new HashMap<>();
    private Set<EndpointId> denied = Set.of();

    Roster(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void put(SwarmAdmission admission) {
        lock.lock();
        try {
            swarms.put(admission.pack(), new Swarm(admission, Map.copyOf(admission.named())));
            packs.values().removeIf(admission.pack()::equals);
            packs.put(admission.v1(), admission.pack());
            admission.v2().ifPresent(v2 -> packs.put(truncated(v2), admission.pack()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** As BitTorrent's handshake carries a version 2 info-hash (BEP 52). */
    static InfoHash truncated(Sha256 v2) {
        return InfoHash.ofDigest(Arrays.copyOf(v2.bytes(), InfoHash.LENGTH_BYTES));
    }

    void remove(Sha256 pack) {
        lock.lock();
        try {
            swarms.remove(pack);
            packs.values().removeIf(pack::equals);
        } finally {
            lock.unlock();
        }
    }

    void deny(Set<EndpointId> ids) {
        lock.lock();
        try {
            denied = Set.copyOf(ids);
        } finally {
            lock.unlock();
        }
    }

    boolean denies(EndpointId peer) {
        lock.lock();
        try {
            return denied.contains(peer);
        } finally {
            lock.unlock();
        }
    }

    Standing standing(EndpointId peer, InfoHash swarm) {
        lock.lock();
        try {
            return standing(peer, Optional.ofNullable(packs.get(swarm)));
        } finally {
            lock.unlock();
        }
    }

    Standing standing(EndpointId peer, Sha256 pack) {
        lock.lock();
        try {
            return standing(peer, Optional.of(pack));
        } finally {
            lock.unlock();
        }
    }

    private Standing standing(EndpointId peer, Optional<Sha256> pack) {
        if (denied.contains(peer)) {
            return new Standing.Denied(pack);
        }
        Swarm swarm = pack.map(swarms::get).orElse(null);
        RemotePeer named = swarm == null ? null : swarm.named().get(peer);
        return swarm == null || named == null
                ? new Standing.Stranger(pack)
                : new Standing.Named(
                        swarm.admission().pack(), named, swarm.admission().priority());
    }

    /**
     * Like {@link #standing}, but gives a stranger some time to be named: the tracker tells both ends at about the same moment, and
     * whoever hears it first connects.
     */
    Standing await(EndpointId peer, InfoHash swarm, long patienceNanos) throws InterruptedException {
        long until = nanoTime.getAsLong() + patienceNanos;
        lock.lockInterruptibly();
        try {
            Standing standing = standing(peer, Optional.ofNullable(packs.get(swarm)));
            long left = patienceNanos;
            while (standing instanceof Standing.Stranger && left > 0) {
                boolean told = changed.await(left, TimeUnit.NANOSECONDS);
                left = told ? until - nanoTime.getAsLong() : 0;
                standing = standing(peer, Optional.ofNullable(packs.get(swarm)));
            }
            return standing;
        } finally {
            lock.unlock();
        }
    }

    /** Whether two info-hashes name the same swarm. */
    boolean same(InfoHash one, InfoHash other) {
        lock.lock();
        try {
            Sha256 pack = packs.get(one);
            Sha256 otherPack = packs.get(other);
            return pack != null && otherPack != null && pack.equals(otherPack);
        } finally {
            lock.unlock();
        }
    }

    /** Everybody whom some swarm would have libtorrent connect to, by link. */
    Map<Boolean, Set<EndpointId>> connectable() {
        lock.lock();
        try {
            Map<Boolean, Set<EndpointId>> byLink = new HashMap<>();
            byLink.put(true, new HashSet<>());
            byLink.put(false, new HashSet<>());
            for (Swarm swarm : swarms.values()) {
                for (RemotePeer peer : swarm.admission().connect()) {
                    byLink.computeIfAbsent(peer.wan(), link -> new HashSet<>()).add(peer.id());
                }
            }
            return byLink;
        } finally {
            lock.unlock();
        }
    }
}
