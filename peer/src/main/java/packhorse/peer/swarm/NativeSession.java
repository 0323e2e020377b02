package packhorse.peer.swarm;

import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.libtorrent4j.AlertListener;
import org.libtorrent4j.SessionManager;
import org.libtorrent4j.SessionParams;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.TorrentFlags;
import org.libtorrent4j.TorrentInfo;
import org.libtorrent4j.alerts.Alert;
import org.libtorrent4j.alerts.AlertType;
import org.libtorrent4j.alerts.FileErrorAlert;
import org.libtorrent4j.alerts.ListenFailedAlert;
import org.libtorrent4j.alerts.ListenSucceededAlert;
import org.libtorrent4j.alerts.PeerBanAlert;
import org.libtorrent4j.alerts.PeerDisconnectedAlert;
import org.libtorrent4j.alerts.SocketType;
import org.libtorrent4j.alerts.StorageMovedAlert;
import org.libtorrent4j.alerts.StorageMovedFailedAlert;
import org.libtorrent4j.alerts.TorrentAlert;
import org.libtorrent4j.alerts.TorrentErrorAlert;
import org.libtorrent4j.swig.add_torrent_params;
import org.libtorrent4j.swig.address;
import org.libtorrent4j.swig.alert;
import org.libtorrent4j.swig.bitfield;
import org.libtorrent4j.swig.error_code;
import org.libtorrent4j.swig.ip_filter;
import org.libtorrent4j.swig.settings_pack;
import org.libtorrent4j.swig.tcp_endpoint_vector;
import org.libtorrent4j.swig.torrent_flags_t;
import org.libtorrent4j.swig.torrent_handle;
import packhorse.core.OperationException;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;

/**
 * A libtorrent session with everything guarded that native code does not guard itself: no call after the end, no reference freed
 * under a native call, no alert kept. All methods belong to one owner thread; only the listener runs on libtorrent's.
 */
final class NativeSession implements AutoCloseable {
    /** How long a listen socket may take to open or fail; it takes milliseconds. */
    private static final long LISTEN_SECONDS_MAX = 15;
    /** 8 Gbit/s: libtorrent moves a quarter of it on two cores. */
    private static final long UNLIMITED_FROM_BYTES_PER_SECOND = 1_000_000_000;

    /** Bits of the peer classes that every session has: 0 global, which the rate limits are of; 2 local, without limits. */
    private static final int CLASS_GLOBAL = 1;

    private static final int CLASS_LOCAL = 4;
    private static final int BLOCKED = 1;

    /** What alerts to make at all: block alerts alone would cost a native call per 16 KiB. */
    private static int alerts() {
        return alert.error_notification.to_int()
                | alert.status_notification.to_int()
                | alert.storage_notification.to_int()
                | alert.peer_notification.to_int()
                | alert.connect_notification.to_int()
                | alert.piece_progress_notification.to_int();
    }

    private final SessionManager manager;
    private final BlockingQueue<Notice> listening = new LinkedBlockingQueue<>();
    private final Consumer<Notice> notices;
    private boolean closed;

    /**
     * Starts a session and waits until it listens.
     *
     * @param settings everything but addresses
     * @param listen where, each with its port or 0
     * @param notices called on libtorrent's thread; must not block for long
     * @throws OperationException when it cannot listen
     */
    NativeSession(SettingsPack settings, List<SwarmConfig.Listen> listen, Consumer<Notice> notices) {
        this.notices = notices;
        this.manager = new SessionManager(false);
        settings.listenInterfaces(
                String.join(",", listen.stream().map(Object::toString).toList()));
        settings.setString(
                settings_pack.string_types.outgoing_interfaces.swigValue(),
                String.join(",", listen.stream().map(one -> one.ip().toString()).toList()));
        // A busy port is an error, not a reason to listen somewhere else.
        set(settings, settings_pack.int_types.max_retry_port_bind, 0);
        set(settings, settings_pack.bool_types.listen_system_port_fallback, false);
        SessionParams parameters = new SessionParams(settings);
        parameters.setPosixDiskIO();
        manager.addListener(new Listener());
        manager.start(parameters);
        manager.applySettings(set(new SettingsPack(), settings_pack.int_types.alert_mask, alerts()));
        try {
            awaitListening(listen);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void awaitListening(List<SwarmConfig.Listen> listen) {
        int open = 0;
        try {
            while (open < listen.size()) {
                Notice notice = listening.poll(LISTEN_SECONDS_MAX, TimeUnit.SECONDS);
                switch (notice) {
                    case Notice.Listening ok -> {
                        open++;
                        notices.accept(ok);
                    }
                    case Notice.ListenFailed failed ->
                        throw new OperationException("cannot listen on " + failed.where() + ": " + failed.why()
                                + "; free the port or choose another address");
                    case null, default ->
                        throw new OperationException("cannot listen on " + listen + ": no answer within "
                                + LISTEN_SECONDS_MAX + " s; is the address this machine's?");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted while opening " + listen, e);
        }
    }

    /** What every session of ours does without: finding peers by itself, uTP, port mapping. */
    static SettingsPack silentSettings() {
        NativeLibrary.require();
        SettingsPack settings = new SettingsPack();
        settings.setEnableDht(false);
        settings.setEnableLsd(false);
        set(settings, settings_pack.bool_types.enable_upnp, false);
        set(settings, settings_pack.bool_types.enable_natpmp, false);
        set(settings, settings_pack.bool_types.enable_incoming_utp, false);
        set(settings, settings_pack.bool_types.enable_outgoing_utp, false);
        settings.setString(settings_pack.string_types.user_agent.swigValue(), "Packhorse");
        settings.setString(settings_pack.string_types.dht_bootstrap_nodes.swigValue(), "");
        return settings;
    }

    static SettingsPack set(SettingsPack settings, settings_pack.bool_types name, boolean value) {
        return settings.setBoolean(name.swigValue(), value);
    }

    static SettingsPack set(SettingsPack settings, settings_pack.int_types name, int value) {
        return settings.setInteger(name.swigValue(), value);
    }

    /**
     * Adds a torrent, running, managed by nobody but us.
     *
     * @param torrent bytes of a verified {@code .torrent}
     * @param had the pieces to claim; empty claims nothing
     * @param mode flags beside the usual ones
     */
    NativeTorrent add(byte[] torrent, Path directory, Optional<BitSet> had, Mode mode) {
        requireOpen();
        TorrentInfo info = TorrentInfo.bdecode(torrent);
        add_torrent_params parameters = new add_torrent_params();
        parameters.set_ti(info.swig());
        parameters.setSave_path(directory.toAbsolutePath().toString());
        parameters.setBanned_peers(new tcp_endpoint_vector());
        torrent_flags_t flags = TorrentFlags.DISABLE_DHT
                .or_(TorrentFlags.DISABLE_LSD)
                .or_(TorrentFlags.DISABLE_PEX)
                .or_(TorrentFlags.UPDATE_SUBSCRIBE);
        flags = switch (mode) {
            case DOWNLOAD -> flags.or_(TorrentFlags.APPLY_IP_FILTER);
            case SEED -> flags.or_(TorrentFlags.APPLY_IP_FILTER).or_(TorrentFlags.SEED_MODE);
            case OPEN_SEED -> flags.or_(TorrentFlags.SEED_MODE).or_(TorrentFlags.UPLOAD_MODE);
        };
        parameters.setFlags(flags);
        bitfield claimed = new bitfield(info.numPieces(), false);
        error_code error = new error_code();
        torrent_handle handle;
        try {
            if (had.isPresent()) {
                BitSet pieces = had.get();
                for (int i = pieces.nextSetBit(0); i >= 0 && i < info.numPieces(); i = pieces.nextSetBit(i + 1)) {
                    claimed.set_bit(i);
                }
                parameters.set_have_pieces(claimed);
            }
            handle = manager.swig().add_torrent(parameters, error);
        } finally {
            Reference.reachabilityFence(claimed);
            Reference.reachabilityFence(info);
            Reference.reachabilityFence(parameters);
        }
        if (error.failed()) {
            throw new OperationException(
                    "libtorrent refused the torrent " + info.name() + ": " + error.message() + " (" + directory + ")");
        }
        return new NativeTorrent(handle, info.numPieces());
    }

    /** How a torrent is added. */
    enum Mode {
        DOWNLOAD,
        /** Complete; each piece is hashed when it is first read. */
        SEED,
        /** As SEED, for everybody, and never a byte fetched. */
        OPEN_SEED
    }

    /** Removes a torrent; when this returns, libtorrent no longer touches its file. */
    void remove(NativeTorrent torrent) {
        requireOpen();
        torrent.invalidate(handle -> manager.swig().remove_torrent(handle));
        fence();
    }

    /** Waits until libtorrent's thread has done everything that was asked so far; its disk work is done there too. */
    void fence() {
        requireOpen();
        boolean paused = manager.swig().is_paused();
        if (paused) {
            throw new IllegalStateException("nobody pauses this session");
        }
    }

    /** Lets only these addresses in or out, for all torrents that apply the filter; drops connections to others. */
    void allowOnly(Collection<IpAddress> allowed) {
        requireOpen();
        ip_filter filter = new ip_filter();
        addRule(filter, "0.0.0.0", "255.255.255.255", BLOCKED);
        addRule(filter, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", BLOCKED);
        for (IpAddress ip : allowed) {
            addRule(filter, ip.toString(), ip.toString(), 0);
        }
        manager.swig().set_ip_filter(filter);
        filter.delete();
    }

    /** Says which addresses the WAN limits spare; the filter must always be set, for libtorrent spares all private ranges. */
    void local(List<Subnet> subnets) {
        requireOpen();
        ip_filter filter = new ip_filter();
        addRule(filter, "0.0.0.0", "255.255.255.255", CLASS_GLOBAL);
        addRule(filter, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", CLASS_GLOBAL);
        for (Subnet subnet : subnets) {
            addRule(filter, subnet.base().toString(), subnet.last().toString(), CLASS_LOCAL);
        }
        manager.swig().set_peer_class_filter(filter);
        filter.delete();
    }

    private static void addRule(ip_filter filter, String first, String last, int value) {
        address from = address(first);
        address to = address(last);
        filter.add_rule(from, to, value);
        from.delete();
        to.delete();
    }

    static address address(String literal) {
        error_code error = new error_code();
        address parsed = address.from_string(literal, error);
        if (error.failed()) {
            throw new IllegalArgumentException("\"" + literal + "\" is no address to libtorrent: " + error.message());
        }
        return parsed;
    }

    /** Limits everything that is not local; absent is unlimited. */
    void limit(Optional<ByteRate> down, Optional<ByteRate> up) {
        requireOpen();
        manager.applySettings(new SettingsPack().downloadRateLimit(limit(down)).uploadRateLimit(limit(up)));
    }

    /**
     * As libtorrent writes it: 0 is unlimited. So is what no machine of today moves: a limit near the largest int makes
     * libtorrent's arithmetic starve the connection (64 MiB over loopback took 45 s, and 1 s without).
     */
    static int limit(Optional<ByteRate> rate) {
        return rate.map(ByteRate::bytesPerSecond)
                .filter(bytesPerSecond -> bytesPerSecond < UNLIMITED_FROM_BYTES_PER_SECOND)
                .map(Math::toIntExact)
                .orElse(0);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the session has ended");
        }
    }

    /** Ends the session. Takes about a second, by libtorrent4j's design. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            manager.stop();
        }
    }

    /** Copies alerts out of libtorrent's memory. */
    private final class Listener implements AlertListener {
        @Override
        public int[] types() {
            return new int[] {
                AlertType.LISTEN_SUCCEEDED.swig(),
                AlertType.LISTEN_FAILED.swig(),
                AlertType.PEER_BAN.swig(),
                AlertType.PEER_DISCONNECTED.swig(),
                AlertType.TORRENT_FINISHED.swig(),
                AlertType.TORRENT_CHECKED.swig(),
                AlertType.TORRENT_ERROR.swig(),
                AlertType.FILE_ERROR.swig(),
                AlertType.STORAGE_MOVED.swig(),
                AlertType.STORAGE_MOVED_FAILED.swig()
            };
        }

        @Override
        public void alert(Alert<?> alert) {
            switch (alert) {
                case ListenSucceededAlert ok
                when ok.socketType() == SocketType.TCP ->
                    listening.add(
                            new Notice.Listening(IpAddress.parse(ok.address().toString()), ok.port()));
                case ListenFailedAlert failed ->
                    listening.add(new Notice.ListenFailed(
                            failed.address() + " port " + failed.port(),
                            failed.error().getMessage()));
                case PeerBanAlert ban ->
                    peer(ban.endpoint().address().toString())
                            .ifPresent(ip -> notices.accept(new Notice.Banned(ban.torrentName(), ip)));
                case PeerDisconnectedAlert gone ->
                    peer(gone.endpoint().address().toString())
                            .ifPresent(ip -> notices.accept(new Notice.Disconnected(gone.torrentName(), ip)));
                case TorrentErrorAlert error ->
                    notices.accept(new Notice.TorrentFailed(
                            error.torrentName(),
                            error.error().getValue(),
                            error.error().getMessage(),
                            error.filename()));
                case FileErrorAlert error ->
                    notices.accept(new Notice.TorrentFailed(
                            error.torrentName(),
                            error.error().getValue(),
                            error.error().getMessage(),
                            error.filename()));
                case StorageMovedAlert moved -> notices.accept(new Notice.Moved(moved.torrentName()));
                case StorageMovedFailedAlert failed ->
                    notices.accept(new Notice.MoveFailed(
                            failed.torrentName(), failed.error().getMessage()));
                case TorrentAlert<?> other -> notices.accept(new Notice.Stirred(other.torrentName()));
                default -> {
                    // Not among types(), or the UDP half of a listen socket.
                }
            }
        }

        private Optional<IpAddress> peer(String literal) {
            try {
                return Optional.of(IpAddress.parse(literal));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
