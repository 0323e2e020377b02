package packhorse.peer.swarm;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.libtorrent4j.swig.settings_pack.int_types;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;

/**
 * The engine on libtorrent. One owner thread takes commands and libtorrent's notices from one bounded queue, and polls every torrent
 * a few times per second; everything it tells comes from polled state, so a lost notice costs a quarter of a second and nothing
 * else. Partial files are hashed on a second thread, one at a time.
 *
 * <p>A pack goes through:
 *
 * <pre>
 *   Add(partial) ──► CHECKING ──hashed──► RUNNING ──all pieces──► RUNNING, complete
 *   Add(complete) ───────────────────────►┘  ▲ │
 *                              starved, forgiven: out and in again, without bans
 *   any ──Remove──► gone (Removed)      RUNNING ──file or torrent error──► gone (Failed, PublisherFault)
 * </pre>
 */
public final class LibtorrentSwarm implements SwarmPort {
    private static final Logger LOG = LoggerFactory.getLogger(LibtorrentSwarm.class);

    /** Commands and notices that wait: far more than an agent has packs; a refused offer is said again. */
    private static final int QUEUE_MAX = 4096;
    /** libtorrent's code for two hash families that contradict each other. */
    private static final int ERROR_INCONSISTENT_HASHES = 217;
    /** Linux: no space left on device; disk quota exceeded. */
    private static final int ERROR_NO_SPACE = 28;

    private static final int ERROR_QUOTA = 122;
    /** Peers that should be connected and are not are tried again this often. */
    private static final long RECONNECT_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** For so long local peers that did not deliver what they claim are not counted on. */
    private static final long DISTRUST_NANOS = TimeUnit.SECONDS.toNanos(30);
    /**
     * A whole pack's connections outlive their entry in the allow-list by this: both ends have polled the counters by then, on a
     * busy machine too. Between whole ends nothing flows any more; one that still fetches closes at its own end at once.
     */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** As many requests of 16 KiB as are sent ahead to one peer: enough for 1 Gbit/s over 200 ms. */
    private static final int REQUESTS_AHEAD = 1500;

    private static final long QUEUE_BYTES = REQUESTS_AHEAD * (16L << 10);
    /** A reader never waits for more pieces than this at once. */
    private static final int HURRY_PIECES_MAX = 64;

    private static final long CLOSE_SECONDS_MAX = 20;

    private final BlockingQueue<Object> mailbox = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Consumer<SwarmEvent> events;
    private final SwarmConfig config;
    private final Thread owner;
    private final ExecutorService checker;
    private final NativeSession session;
    private final Optional<OpenSwarm> outsiders;

    private volatile boolean ending;
    /** Whoever asks for a sign of life; answered by the owner after libtorrent's thread answered it. */
    private final AtomicReference<@Nullable Runnable> sign = new AtomicReference<>();
    /** Open once the last counters were told. */
    private final CountDownLatch settled = new CountDownLatch(1);

    // Owned by the owner thread from here on.
    private final Map<Sha256, Swarming> packs = new LinkedHashMap<>();
    private List<Subnet> local;
    private SwarmCommand.RateLimits rates;
    private Set<IpAddress> filtered = Set.of();

    private enum Internal {
        END
    }

    private record Checked(
            Swarming pack, @Nullable BitSet good, @Nullable IOException failure) {}

    private record CheckProgress(Swarming pack, int pieces) {}

    /**
     * Starts the engine; returns once it listens.
     *
     * @param events called on the engine's thread
     * @throws OperationException when it cannot listen, with one line why
     */
    public static LibtorrentSwarm start(SwarmConfig config, Consumer<SwarmEvent> events) {
        LibtorrentSwarm swarm = new LibtorrentSwarm(config, events);
        swarm.owner.start();
        return swarm;
    }

    private LibtorrentSwarm(SwarmConfig config, Consumer<SwarmEvent> events) {
        this.config = config;
        this.events = events;
        this.local = config.local();
        this.rates = config.rates();
        this.session = new NativeSession(settings(), config.listen(), this::notice);
        try {
            session.local(local);
            session.allowOnly(Set.of());
            session.limit(rates.wanDown(), rates.wanUp());
            this.outsiders = config.open().map(OpenSwarm::new);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
        this.checker = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("swarm-check").factory());
        this.owner = Thread.ofPlatform().daemon().name("swarm").unstarted(this::run);
    }

    /** See the fact each setting rests on in docs/decisions. */
    private static SettingsPack settings() {
        SettingsPack settings = NativeSession.silentSettings();
        // Plain BitTorrent: encryption and identity are the channel's work, and RC4 gives neither.
        NativeSession.set(settings, int_types.in_enc_policy, 2);
        NativeSession.set(settings, int_types.out_enc_policy, 2);
        NativeSession.set(settings, int_types.allowed_enc_level, 1);
        // A small pack arrives in milliseconds instead of a second.
        NativeSession.set(settings, int_types.connection_speed, 500);
        NativeSession.set(settings, int_types.min_reconnect_time, 1);
        NativeSession.set(settings, int_types.max_failcount, 50);
        NativeSession.set(settings, int_types.peer_connect_timeout, 5);
        NativeSession.set(settings, int_types.connections_limit, 2000);
        // Who may come is decided by the allow-list; whoever is in may download.
        NativeSession.set(settings, int_types.unchoke_slots_limit, -1);
        // Two seeds stay connected: closing loses counters, and a seed may lose pieces again.
        NativeSession.set(settings, bool_types.close_redundant_connections, false);
        NativeSession.set(settings, bool_types.seeding_outgoing_connections, false);
        NativeSession.set(settings, int_types.max_out_request_queue, REQUESTS_AHEAD);
        NativeSession.set(settings, int_types.max_allowed_in_request_queue, 2000);
        NativeSession.set(settings, int_types.send_buffer_watermark, 3 << 20);
        NativeSession.set(settings, int_types.send_buffer_watermark_factor, 150);
        NativeSession.set(settings, int_types.max_queued_disk_bytes, 64 << 20);
        NativeSession.set(settings, int_types.alert_queue_size, 20_000);
        return settings;
    }

    @Override
    public boolean offer(SwarmCommand command) {
        return !ending && mailbox.offer(command);
    }

    /**
     * Asks for a sign of life. It comes from the thread that talks to libtorrent, after libtorrent's own thread has answered a call
     * in each session: so neither of them hangs. Asking again replaces a question that is not answered yet.
     */
    void whenAlive(Runnable answer) {
        sign.set(answer);
    }

    boolean isRunning() {
        return !ending;
    }

    /** Stops, and returns when the last counters were told; the sessions themselves may still be ending. Bounded. */
    void settle() {
        ending = true;
        boolean told = mailbox.offer(Internal.END);
        LOG.debug("ending, told at once: {}", told);
        try {
            if (!settled.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("the swarm engine does not settle");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From libtorrent's thread. Never blocks for ever: the session's end joins that thread. */
    private void notice(Notice notice) {
        try {
            while (!ending && !mailbox.offer(notice, 100, TimeUnit.MILLISECONDS)) {
                LOG.debug("the swarm's mailbox is full");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ending = true;
        boolean told = mailbox.offer(Internal.END);
        if (Thread.currentThread().equals(owner) || (!told && !owner.isAlive())) {
            return;
        }
        try {
            owner.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS_MAX));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long pollNanos = config.poll().toNanos();
        long nextPoll = System.nanoTime();
        try {
            outsiders.ifPresent(open -> tell(new SwarmEvent.OpenListening(open.address())));
            while (!ending) {
                Object message = mailbox.poll(Math.max(0, nextPoll - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (message != null) {
                    handle(message);
                }
                showLife();
                long now = System.nanoTime();
                if (now - nextPoll >= 0) {
                    pollAll(now);
                    nextPoll = System.nanoTime() + pollNanos;
                }
            }
            pollAll(System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tell(new SwarmEvent.Died("interrupted"));
        } catch (RuntimeException e) {
            LOG.error("the swarm engine ended", e);
            tell(new SwarmEvent.Died(String.valueOf(e.getMessage())));
        } finally {
            ending = true;
            settled.countDown();
            packs.values().forEach(pack -> pack.gone = true);
            checker.shutdownNow();
            outsiders.ifPresent(OpenSwarm::close);
            session.close();
        }
    }

    private void showLife() {
        Runnable answer = sign.getAndSet(null);
        if (answer != null) {
            session.fence();
            outsiders.ifPresent(OpenSwarm::fence);
            answer.run();
        }
    }

    private void tell(SwarmEvent event) {
        try {
            events.accept(event);
        } catch (RuntimeException e) {
            LOG.error("nobody took the event {}", event, e);
        }
    }

    private void handle(Object message) {
        switch (message) {
            case SwarmCommand command -> command(command);
            case Notice notice -> noticed(notice);
            case Checked checked -> checked(checked);
            case CheckProgress progress
            when !progress.pack().gone ->
                tell(new SwarmEvent.Checking(
                        progress.pack().id, progress.pieces(), progress.pack().pieceCount()));
            default -> {
                // END: the loop sees the flag. Progress of a pack that is gone.
            }
        }
    }

    private void command(SwarmCommand command) {
        switch (command) {
            case SwarmCommand.Add add -> add(add);
            case SwarmCommand.Peers peers ->
                with(peers.pack(), pack -> {
                    if (pack.complete()) {
                        long until = System.nanoTime() + LINGER_NANOS;
                        pack.named().forEach(ip -> pack.lingerUntilNanos.put(ip, until));
                    }
                    pack.connect = peers.connect();
                    pack.allow = peers.allow();
                    pack.reconnectAtNanos = System.nanoTime();
                    refilter();
                    connect(pack, System.nanoTime());
                });
            case SwarmCommand.Shares shares ->
                with(shares.pack(), pack -> {
                    pack.shares = shares;
                    pack.shareTold = false;
                    if (pack.running != null) {
                        plan(pack, System.nanoTime());
                    }
                });
            case SwarmCommand.Hurry hurry -> with(hurry.pack(), pack -> hurry(pack, hurry));
            case SwarmCommand.Limits limits -> {
                rates = limits.rates();
                session.limit(rates.wanDown(), rates.wanUp());
                packs.values().forEach(this::limit);
            }
            case SwarmCommand.LocalPrefixes prefixes -> {
                local = prefixes.subnets();
                session.local(local);
            }
            case SwarmCommand.Relocate relocate ->
                with(relocate.pack(), pack -> {
                    pack.relocating = relocate.directory();
                    if (pack.running == null) {
                        relocated(pack);
                    } else {
                        pack.running.relocate(relocate.directory());
                    }
                });
            case SwarmCommand.Remove remove -> {
                with(remove.pack(), this::drop);
                // Also of what failed a moment before: whoever waits to delete its files waits for this.
                tell(new SwarmEvent.Removed(remove.pack()));
            }
            case SwarmCommand.ServeOpen serve -> outsiders.ifPresent(open -> serveOpen(open, serve));
            case SwarmCommand.WithdrawOpen withdraw -> outsiders.ifPresent(open -> open.withdraw(withdraw.pack()));
            case SwarmCommand.Forgive forgive ->
                with(forgive.pack(), pack -> {
                    if (pack.running != null) {
                        again(pack);
                    }
                    tell(new SwarmEvent.Forgiven(pack.id));
                });
        }
    }

    /** A release that outsiders cannot have is served to the sites all the same. */
    private static void serveOpen(OpenSwarm open, SwarmCommand.ServeOpen serve) {
        try {
            open.serve(serve.torrent(), serve.directory());
        } catch (RuntimeException e) {
            LOG.error("outsiders cannot have {}", serve.torrent().pack().data().sha256(), e);
        }
    }

    private void with(Sha256 id, Consumer<Swarming> then) {
        Swarming pack = packs.get(id);
        if (pack != null) {
            then.accept(pack);
        }
    }

    private void add(SwarmCommand.Add add) {
        Swarming pack = new Swarming(add, new ProgressWatch(config.starvation(), System.nanoTime()));
        if (packs.putIfAbsent(pack.id, pack) != null) {
            return;
        }
        if (pack.startsComplete) {
            enter(pack, Optional.empty());
            return;
        }
        checker.execute(() -> {
            Checked result;
            try {
                BitSet good = PartialCheck.goodPieces(
                        pack.torrent,
                        pack.directory.resolve(pack.id.hex()),
                        pieces -> report(new CheckProgress(pack, pieces)),
                        () -> pack.gone);
                result = new Checked(pack, good, null);
            } catch (IOException e) {
                result = new Checked(pack, null, e);
            } catch (RuntimeException e) {
                // Without a result the pack would be one that is being checked for ever.
                LOG.error("the check of {} ended unexpectedly", pack.id, e);
                result = new Checked(pack, null, new IOException("unexpected: " + e, e));
            }
            require(result);
        });
    }

    /** Progress may be lost. */
    private void report(CheckProgress progress) {
        boolean ignored = mailbox.offer(progress);
        LOG.trace("checked {} of {}: {}", progress.pieces(), progress.pack().id, ignored);
    }

    /** A result may not. */
    private void require(Checked result) {
        try {
            while (!ending && !mailbox.offer(result, 100, TimeUnit.MILLISECONDS)) {
                LOG.debug("the swarm's mailbox is full");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void checked(Checked checked) {
        Swarming pack = checked.pack();
        if (pack.gone) {
            return;
        }
        if (checked.failure() != null) {
            fail(
                    pack,
                    "cannot read the partial file " + pack.directory.resolve(pack.id.hex()) + ": "
                            + checked.failure().getMessage());
            return;
        }
        enter(pack, Optional.ofNullable(checked.good()));
    }

    /** Into libtorrent; {@code good} empty means complete. */
    private void enter(Swarming pack, Optional<BitSet> good) {
        try {
            boolean seed = good.isEmpty() || good.get().cardinality() == pack.pieceCount();
            NativeTorrent running = session.add(
                    pack.torrent.bytes(),
                    pack.directory,
                    seed ? Optional.empty() : good,
                    seed ? NativeSession.Mode.SEED : NativeSession.Mode.DOWNLOAD);
            pack.running = running;
            pack.priorities = new byte[0];
            if (seed) {
                pack.had.set(0, pack.pieceCount());
                pack.startsComplete = true;
            } else {
                pack.had = (BitSet) good.orElseThrow().clone();
            }
        } catch (RuntimeException e) {
            fail(pack, String.valueOf(e.getMessage()));
            return;
        }
        limit(pack);
        tell(new SwarmEvent.Added(pack.id, pack.had.cardinality(), pack.pieceCount()));
        long now = System.nanoTime();
        plan(pack, now);
        refilter();
        connect(pack, now);
    }

    private void limit(Swarming pack) {
        if (pack.running != null
                && (rates.eachPackDown().isPresent() || rates.eachPackUp().isPresent())) {
            pack.running.limit(rates.eachPackDown(), rates.eachPackUp());
        }
    }

    private void hurry(Swarming pack, SwarmCommand.Hurry hurry) {
        if (pack.running == null || pack.complete()) {
            return;
        }
        // A deadline would override a priority of 0 and fetch another puller's piece over the WAN.
        if (pack.shares == null || pack.shares.count() <= 1) {
            pack.running.hurry(
                    hurry.first(), (int) Math.min(hurry.last(), hurry.first() + (long) HURRY_PIECES_MAX - 1));
        }
    }

    /** Takes a pack out: last counters, then nothing of it remains here. */
    private void drop(Swarming pack) {
        pack.gone = true;
        packs.remove(pack.id);
        NativeTorrent running = pack.running;
        if (running != null) {
            settleBooks(pack, running);
            session.remove(running);
            pack.running = null;
            pack.ledger.retire();
            tellCounters(pack);
        }
        refilter();
    }

    private void fail(Swarming pack, String reason) {
        drop(pack);
        tell(new SwarmEvent.Failed(pack.id, reason));
    }

    /** Out and in again with the pieces that are there, and without bans. */
    private void again(Swarming pack) {
        NativeTorrent running = pack.running;
        if (running == null) {
            return;
        }
        NativeTorrent.Status status = settleBooks(pack, running);
        session.remove(running);
        pack.running = null;
        pack.ledger.retire();
        // These were hashed by libtorrent in this session and written before; the file has its full length.
        BitSet had = status.had();
        enter(pack, had.cardinality() == pack.pieceCount() ? Optional.empty() : Optional.of(had));
    }

    private NativeTorrent.Status settleBooks(Swarming pack, NativeTorrent running) {
        NativeTorrent.Status status = running.status();
        book(pack, status, running.peers());
        return status;
    }

    private void book(Swarming pack, NativeTorrent.Status status, List<NativeTorrent.Peer> peers) {
        Map<PeerLedger.Connection, SwarmEvent.Bytes> connections = new HashMap<>();
        for (NativeTorrent.Peer peer : peers) {
            connections.merge(peer.connection(), peer.payload(), SwarmEvent.Bytes::plus);
        }
        pack.ledger.poll(status.payload(), connections, pack.left);
        pack.left.clear();
    }

    private void noticed(Notice notice) {
        switch (notice) {
            case Notice.Listening listening ->
                tell(new SwarmEvent.Listening(new PeerAddress(listening.ip(), listening.port())));
            case Notice.Banned banned ->
                named(banned.torrent(), pack -> {
                    int times = pack.bans.banned(banned.peer());
                    tell(new SwarmEvent.Banned(pack.id, banned.peer(), times));
                });
            case Notice.Disconnected gone -> named(gone.torrent(), pack -> pack.left.add(gone.peer()));
            case Notice.Stirred stirred -> named(stirred.torrent(), pack -> poll(pack, System.nanoTime()));
            case Notice.TorrentFailed failed -> named(failed.torrent(), pack -> failed(pack, failed));
            case Notice.Moved moved -> named(moved.torrent(), this::relocated);
            case Notice.MoveFailed failed ->
                named(failed.torrent(), pack -> {
                    if (pack.relocating != null) {
                        fail(pack, "cannot serve " + pack.id + " from " + pack.relocating + ": " + failed.why());
                    }
                });
            case Notice.ListenFailed failed -> LOG.warn("cannot listen on {}: {}", failed.where(), failed.why());
        }
    }

    private void named(String torrent, Consumer<Swarming> then) {
        try {
            with(Sha256.parse(torrent), then);
        } catch (IllegalArgumentException e) {
            LOG.debug("a notice about a torrent that is no pack: {}", torrent);
        }
    }

    private void relocated(Swarming pack) {
        if (pack.relocating != null) {
            pack.directory = pack.relocating;
            pack.relocating = null;
            tell(new SwarmEvent.Relocated(pack.id, pack.directory));
        }
    }

    private void failed(Swarming pack, Notice.TorrentFailed failed) {
        if (pack.running == null) {
            return;
        }
        if (failed.code() == ERROR_INCONSISTENT_HASHES) {
            drop(pack);
            tell(new SwarmEvent.PublisherFault(pack.id));
        } else if (failed.code() == ERROR_NO_SPACE || failed.code() == ERROR_QUOTA) {
            fail(
                    pack,
                    "no space left in " + pack.directory + " for the pack " + pack.id
                            + ": free some and start it again; what is there stays");
        } else {
            fail(
                    pack,
                    "cannot use " + (failed.file().isEmpty() ? pack.directory.toString() : failed.file()) + ": "
                            + failed.why());
        }
    }

    private void pollAll(long now) {
        outsiders.ifPresent(open -> open.poll(now, (pack, bytes) -> tell(new SwarmEvent.OpenCounters(pack, bytes))));
        for (Swarming pack : List.copyOf(packs.values())) {
            poll(pack, now);
        }
    }

    /** One pack's trouble stays its own. */
    private void poll(Swarming pack, long now) {
        try {
            look(pack, now);
        } catch (RuntimeException e) {
            LOG.error("the pack {}", pack.id, e);
            if (!pack.gone) {
                fail(pack, "the swarm of " + pack.id + " failed: " + e.getMessage());
            }
        }
    }

    private void look(Swarming pack, long now) {
        NativeTorrent running = pack.running;
        if (running == null) {
            return;
        }
        NativeTorrent.Status status = running.status();
        List<NativeTorrent.Peer> peers = running.peers();
        book(pack, status, peers);
        if (status.errorCode() != 0) {
            failed(pack, new Notice.TorrentFailed(pack.id.hex(), status.errorCode(), status.error(), ""));
            return;
        }
        tellPieces(pack, status, peers);
        tellCounters(pack);
        if (pack.lingerUntilNanos.values().removeIf(until -> now - until > 0)) {
            refilter();
        }
        if (pack.complete()) {
            return;
        }
        plan(pack, now);
        watch(pack, status, peers, now);
        connect(pack, now);
    }

    private void tellPieces(Swarming pack, NativeTorrent.Status status, List<NativeTorrent.Peer> peers) {
        // While libtorrent checks, what it says it has is not yet what it has.
        if (status.state() != NativeTorrent.State.CHECKING) {
            takePieces(pack, status.had());
        }
        Set<IpAddress> connected = new HashSet<>();
        peers.forEach(peer -> connected.add(peer.connection().ip()));
        SwarmEvent.Bytes payload = pack.ledger.known();
        SwarmEvent.Progress progress =
                new SwarmEvent.Progress(pack.id, pack.had, pack.pieceCount(), connected, payload.in(), payload.out());
        if (!progress.equals(pack.progressTold)) {
            pack.progressTold = progress;
            tell(progress);
        }
        if (pack.complete() && !pack.completeTold) {
            pack.completeTold = true;
            refilter();
            tell(new SwarmEvent.Complete(pack.id));
        }
    }

    private void takePieces(Swarming pack, BitSet had) {
        BitSet fresh = (BitSet) had.clone();
        fresh.andNot(pack.had);
        if (!fresh.isEmpty()) {
            pack.had.or(fresh);
            tell(new SwarmEvent.PiecesVerified(pack.id, fresh));
        }
        if (pack.complete() && had.cardinality() < pack.pieceCount()) {
            pack.had = (BitSet) had.clone();
            pack.completeTold = false;
            if (pack.startsComplete && !pack.damageTold) {
                pack.damageTold = true;
                LOG.warn("the file of {} in {} is damaged", pack.id, pack.directory);
                tell(new SwarmEvent.Damaged(pack.id));
            }
        }
    }

    private void tellCounters(Swarming pack) {
        Map<IpAddress, SwarmEvent.Bytes> byPeer = pack.ledger.byPeer();
        if (!byPeer.equals(pack.countersTold)) {
            pack.countersTold = byPeer;
            tell(new SwarmEvent.Counters(pack.id, byPeer));
        }
    }

    private boolean isLocal(IpAddress ip) {
        return local.stream().anyMatch(subnet -> subnet.contains(ip));
    }

    /** Applies the share plan, for pullers only. */
    private void plan(Swarming pack, long now) {
        NativeTorrent running = pack.running;
        SwarmCommand.Shares shares = pack.shares;
        if (running == null || shares == null || pack.complete()) {
            return;
        }
        BitSet localHas = now - pack.distrustLocalUntilNanos < 0 && shares.count() <= 1
                ? new BitSet()
                : running.piecesOf(this::isLocal);
        int queuePieces = (int) (QUEUE_BYTES / pack.torrent.pack().pieceLength());
        SharePlan plan =
                SharePlan.of(pack.pieceCount(), shares.index(), shares.count(), pack.had, localHas, queuePieces);
        if (pack.outside != plan.outside()) {
            pack.outside = plan.outside();
            pack.dropOutsideAtNanos = now + RECONNECT_NANOS;
            refilter();
            if (plan.outside()) {
                pack.reconnectAtNanos = now;
            }
        }
        byte[] priorities = new byte[pack.pieceCount()];
        for (int piece = 0; piece < priorities.length; piece++) {
            // A piece that is had keeps its priority: changing it changes nothing but costs a call.
            priorities[piece] =
                    pack.had.get(piece) && pack.priorities.length > 0 ? pack.priorities[piece] : plan.priority(piece);
        }
        if (!java.util.Arrays.equals(priorities, pack.priorities)) {
            pack.priorities = priorities;
            running.prioritize(priorities);
        }
        if (!plan.outside() && !pack.shareTold) {
            pack.shareTold = true;
            tell(new SwarmEvent.ShareComplete(pack.id));
        }
        boolean stillOutside = !plan.outside()
                && now - pack.dropOutsideAtNanos > 0
                && running.peers().stream()
                        .anyMatch(peer -> !isLocal(peer.connection().ip()));
        if (stillOutside) {
            // Another pack still needs that peer, so the filter lets it through: leave and come back without it.
            pack.dropOutsideAtNanos = now + DISTRUST_NANOS;
            again(pack);
        }
    }

    private void watch(Swarming pack, NativeTorrent.Status status, List<NativeTorrent.Peer> peers, long now) {
        if (status.state() == NativeTorrent.State.CHECKING) {
            return;
        }
        int had = pack.had.cardinality();
        boolean source = peers.stream().anyMatch(peer -> peer.pieces() > had);
        long progress = pack.ledger.known().in() + had;
        if (!pack.watch.standsStill(now, progress, pack.bans.anyBan(), source)) {
            return;
        }
        if (!pack.outside) {
            pack.distrustLocalUntilNanos = now + DISTRUST_NANOS;
        }
        int times = pack.bans.starved();
        LOG.info("the pack {} stands still at {} of {} pieces: bans forgotten", pack.id, had, pack.pieceCount());
        again(pack);
        tell(new SwarmEvent.Starved(pack.id, times));
    }

    private void connect(Swarming pack, long now) {
        NativeTorrent running = pack.running;
        if (running == null || pack.complete() || now - pack.reconnectAtNanos < 0) {
            return;
        }
        pack.reconnectAtNanos = now + RECONNECT_NANOS;
        Set<IpAddress> connected = new HashSet<>();
        running.peers().forEach(peer -> connected.add(peer.connection().ip()));
        for (PeerAddress peer : pack.connect) {
            boolean useful = pack.outside || isLocal(peer.ip());
            if (useful && filtered.contains(peer.ip()) && !connected.contains(peer.ip())) {
                running.connect(peer);
            }
        }
    }

    /** The one filter of the session: whom any pack names, less whom it does without now. */
    private void refilter() {
        Set<IpAddress> allowed = new HashSet<>();
        Set<IpAddress> excluded = new HashSet<>();
        for (Swarming pack : packs.values()) {
            pack.admit(allowed, excluded, this::isLocal);
        }
        allowed.removeAll(excluded);
        if (!allowed.equals(filtered)) {
            filtered = Set.copyOf(allowed);
            session.allowOnly(filtered);
        }
    }
}
