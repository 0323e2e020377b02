package packhorse.peer.swarm;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.libtorrent4j.swig.settings_pack.int_types;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrent;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.swarm.SwarmEvent.Bytes;

/**
 * A session for everybody else: serves the v1-only siblings of open releases, from the same files, to any BitTorrent client. It knows
 * no allow-list and no site, so it is a session apart with an address of its own: nothing an outsider does reaches the swarm that the
 * sites' rules hold for. It never downloads, announces nothing (clients find it through the tracker), and gives no more slots and
 * no more rate than it is told.
 *
 * <p>Belongs to the engine's owner thread; only the queue of those that left is written by libtorrent's.
 */
final class OpenSwarm implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSwarm.class);
    /** Who is looked at this often is counted well enough. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Outsiders come and go for years; beyond so many per release their counters are kept together. */
    private static final int CLIENTS_MAX = 10_000;
    /** Clients served at once per release: enough to fill a line, few enough that each gets a useful part of it. */
    private static final int SLOTS = 16;
    /** A connection costs some KiB; beyond this, outsiders wait. */
    private static final int CONNECTIONS = 200;

    private final NativeSession session;
    private final PeerAddress address;
    private final Map<Sha256, Served> served = new LinkedHashMap<>();
    private long lookAtNanos;

    /** Clients that left since the last look; libtorrent's thread adds, bounded by the connections there can be. */
    private final Queue<Notice.Disconnected> left = new ConcurrentLinkedQueue<>();

    private static final class Served {
        final NativeTorrent torrent;
        final PeerLedger ledger = new PeerLedger();
        Map<IpAddress, Bytes> told = Map.of();

        Served(NativeTorrent torrent) {
            this.torrent = torrent;
        }
    }

    /** Holds what is told before the constructor is over. */
    private static final class FirstAddress {
        volatile Optional<PeerAddress> address = Optional.empty();
    }

    /**
     * Starts serving nothing; returns once it listens.
     *
     * @throws OperationException when it cannot listen, with one line why
     */
    OpenSwarm(SwarmConfig.Open config) {
        this.lookAtNanos = System.nanoTime();
        SettingsPack settings = NativeSession.silentSettings();
        NativeSession.set(settings, int_types.connections_limit, CONNECTIONS);
        NativeSession.set(settings, bool_types.close_redundant_connections, true);
        NativeSession.set(settings, bool_types.seeding_outgoing_connections, false);
        NativeSession.set(settings, int_types.unchoke_slots_limit, SLOTS);
        NativeSession.set(settings, int_types.max_allowed_in_request_queue, 2000);
        NativeSession.set(settings, int_types.send_buffer_watermark, 3 << 20);
        FirstAddress first = new FirstAddress();
        this.session = new NativeSession(settings, List.of(config.listen()), notice -> {
            if (notice instanceof Notice.Listening listening) {
                first.address = Optional.of(new PeerAddress(listening.ip(), listening.port()));
            } else if (notice instanceof Notice.Disconnected gone) {
                left.add(gone);
            } else if (notice instanceof Notice.TorrentFailed failed) {
                LOG.warn("the open release {} cannot be served: {} {}", failed.torrent(), failed.why(), failed.file());
            }
        });
        try {
            this.address = first.address.orElseThrow();
            session.local(List.of());
            session.limit(Optional.empty(), config.up());
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** Where clients find it. */
    PeerAddress address() {
        return address;
    }

    /**
     * Serves a whole pack to everybody. Doing it again changes nothing.
     *
     * @param torrent of a pack with an open swarm
     * @param directory where its file is
     */
    void serve(VerifiedTorrent torrent, Path directory) {
        Sha256 id = torrent.pack().data().sha256();
        Torrent sibling =
                torrent.sibling().orElseThrow(() -> new IllegalArgumentException(id + " is not for outsiders"));
        if (!served.containsKey(id)) {
            NativeTorrent running =
                    session.add(sibling.bytes(), directory, Optional.empty(), NativeSession.Mode.OPEN_SEED);
            running.uploadSlots(SLOTS);
            served.put(id, new Served(running));
        }
    }

    /** No longer serves a pack; afterwards its file is not touched any more. */
    void withdraw(Sha256 pack) {
        Served gone = served.remove(pack);
        if (gone != null) {
            session.remove(gone.torrent);
        }
    }

    /** Waits until libtorrent's thread answers. */
    void fence() {
        session.fence();
    }

    /**
     * Looks at all clients, when it is time to.
     *
     * @param changed told the payload by client since the pack is served, where it changed
     */
    void poll(long nowNanos, BiConsumer<Sha256, Map<IpAddress, Bytes>> changed) {
        if (nowNanos - lookAtNanos < 0) {
            return;
        }
        lookAtNanos = nowNanos + LOOK_NANOS;
        Map<String, Set<IpAddress>> gone = new HashMap<>();
        for (Notice.Disconnected one = left.poll(); one != null; one = left.poll()) {
            gone.computeIfAbsent(one.torrent(), torrent -> new HashSet<>()).add(one.peer());
        }
        served.forEach((id, one) -> {
            NativeTorrent.Status status = one.torrent.status();
            Map<PeerLedger.Connection, Bytes> connections = new HashMap<>();
            one.torrent.peers().forEach(peer -> connections.merge(peer.connection(), peer.payload(), Bytes::plus));
            one.ledger.poll(status.payload(), connections, gone.getOrDefault(id.hex(), Set.of()));
            one.ledger.bound(CLIENTS_MAX);
            Map<IpAddress, Bytes> byClient = one.ledger.byPeer();
            if (!byClient.equals(one.told)) {
                one.told = byClient;
                changed.accept(id, byClient);
            }
        });
    }

    @Override
    public void close() {
        session.close();
    }
}
