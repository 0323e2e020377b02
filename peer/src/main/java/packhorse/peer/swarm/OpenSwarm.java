package packhorse.peer.swarm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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
import packhorse.core.unit.ByteRate;
import packhorse.peer.swarm.SwarmEvent.Bytes;

/**
 * A session for everybody else: serves the v1-only siblings of open releases, from the same files, to any BitTorrent client. It knows
 * no allow-list and no site, so it is a session apart with an address of its own: nothing an outsider does reaches the swarm that the
 * sites' rules hold for. It never downloads, announces nothing (clients find it through the tracker), and gives no more slots and
 * no more rate than it is told.
 *
 * <p>Thread-safe: one lock around the session, which is asked a few times per second at most.
 */
public final class OpenSwarm implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSwarm.class);
    private static final Duration POLL = Duration.ofMillis(500);
    /** Outsiders come and go for years; beyond so many per release their counters are kept together. */
    private static final int CLIENTS_MAX = 10_000;

    /**
     * How it serves.
     *
     * @param listen where
     * @param up all clients together; absent: unlimited
     * @param slots how many clients are served at once per release
     * @param connections how many may be connected at all
     */
    public record Config(SwarmConfig.Listen listen, Optional<ByteRate> up, int slots, int connections) {
        /** Enough to fill a line, few enough that each client gets a useful part of it. */
        public static final int SLOTS = 16;
        /** A connection costs some KiB; beyond this, outsiders wait. */
        public static final int CONNECTIONS = 200;

        public Config {
            if (slots < 1 || connections < slots) {
                throw new IllegalArgumentException(slots + " slots, " + connections + " connections");
            }
        }

        public static Config on(SwarmConfig.Listen listen, Optional<ByteRate> up) {
            return new Config(listen, up, SLOTS, CONNECTIONS);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Config config;
    private final NativeSession session;
    private final PeerAddress address;
    private final Map<Sha256, Served> served = new LinkedHashMap<>();
    private final ScheduledExecutorService poller;
    private boolean closed;

    /** Clients that left since the last poll; libtorrent's thread adds, bounded by the connections there can be. */
    private final Queue<Notice.Disconnected> left = new ConcurrentLinkedQueue<>();

    private record Served(NativeTorrent torrent, PeerLedger ledger) {}

    /** Holds what is told before the constructor is over. */
    private static final class FirstAddress {
        volatile Optional<PeerAddress> address = Optional.empty();
    }

    /**
     * Starts serving nothing.
     *
     * @throws OperationException when it cannot listen, with one line why
     */
    public static OpenSwarm start(Config config) {
        return new OpenSwarm(config);
    }

    private OpenSwarm(Config config) {
        this.config = config;
        SettingsPack settings = NativeSession.silentSettings();
        NativeSession.set(settings, int_types.connections_limit, config.connections());
        NativeSession.set(settings, bool_types.close_redundant_connections, true);
        NativeSession.set(settings, bool_types.seeding_outgoing_connections, false);
        NativeSession.set(settings, int_types.unchoke_slots_limit, config.slots());
        NativeSession.set(settings, int_types.max_allowed_in_request_queue, 2000);
        NativeSession.set(settings, int_types.send_buffer_watermark, 3 << 20);
        FirstAddress first = new FirstAddress();
        this.session = new NativeSession(settings, java.util.List.of(config.listen()), notice -> {
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
            session.local(java.util.List.of());
            session.limit(Optional.empty(), config.up());
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
        this.poller = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("open-swarm").factory());
        var unused = poller.scheduleWithFixedDelay(this::poll, POLL.toMillis(), POLL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Where clients find it. */
    public PeerAddress address() {
        return address;
    }

    /**
     * Serves a whole pack to everybody. Doing it again changes nothing.
     *
     * @param torrent of a pack with an open swarm
     * @param directory where its file is
     */
    public void serve(VerifiedTorrent torrent, Path directory) {
        Torrent sibling = torrent.sibling()
                .orElseThrow(
                        () -> new IllegalArgumentException(torrent.pack().data().sha256() + " is not for outsiders"));
        locked(() -> {
            Sha256 id = torrent.pack().data().sha256();
            if (!closed && !served.containsKey(id)) {
                NativeTorrent running =
                        session.add(sibling.bytes(), directory, Optional.empty(), NativeSession.Mode.OPEN_SEED);
                running.uploadSlots(config.slots());
                served.put(id, new Served(running, new PeerLedger()));
            }
        });
    }

    /** No longer serves a pack; afterwards its file is not touched any more. */
    public void withdraw(Sha256 pack) {
        locked(() -> {
            Served gone = served.remove(pack);
            if (gone != null && !closed) {
                session.remove(gone.torrent());
            }
        });
    }

    /** Payload by client since the pack is served. */
    public Map<IpAddress, Bytes> counters(Sha256 pack) {
        Map<IpAddress, Bytes> counters = new HashMap<>();
        locked(() -> {
            Served one = served.get(pack);
            if (one != null && !closed) {
                look();
                counters.putAll(one.ledger().byPeer());
            }
        });
        return Map.copyOf(counters);
    }

    private void poll() {
        locked(() -> {
            if (!closed) {
                look();
            }
        });
    }

    private void look() {
        Map<String, Set<IpAddress>> gone = new HashMap<>();
        for (Notice.Disconnected one = left.poll(); one != null; one = left.poll()) {
            gone.computeIfAbsent(one.torrent(), torrent -> new HashSet<>()).add(one.peer());
        }
        served.forEach((id, one) -> {
            NativeTorrent.Status status = one.torrent().status();
            Map<PeerLedger.Connection, Bytes> connections = new HashMap<>();
            one.torrent().peers().forEach(peer -> connections.merge(peer.connection(), peer.payload(), Bytes::plus));
            one.ledger().poll(status.payload(), connections, gone.getOrDefault(id.hex(), Set.of()));
            one.ledger().bound(CLIENTS_MAX);
        });
    }

    private void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        poller.shutdownNow();
        locked(() -> {
            if (!closed) {
                closed = true;
                session.close();
            }
        });
    }
}
