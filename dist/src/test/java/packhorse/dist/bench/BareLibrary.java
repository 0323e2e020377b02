package packhorse.dist.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.libtorrent4j.AddTorrentParams;
import org.libtorrent4j.AlertListener;
import org.libtorrent4j.LibTorrent;
import org.libtorrent4j.SessionManager;
import org.libtorrent4j.SessionParams;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.TcpEndpoint;
import org.libtorrent4j.TorrentFlags;
import org.libtorrent4j.TorrentInfo;
import org.libtorrent4j.alerts.Alert;
import org.libtorrent4j.alerts.AlertType;
import org.libtorrent4j.alerts.ListenSucceededAlert;
import org.libtorrent4j.alerts.SocketType;
import org.libtorrent4j.swig.error_code;
import org.libtorrent4j.swig.settings_pack;

/**
 * libtorrent and nothing else: what {@code packhorse bench pull} measures our agent against. A process of its own;
 * {@code seed|leech ADDRESS TORRENT FOLDER} says {@code port N} when it listens. A leech then reads its seed's port (or address and port) from standard
 * input, fetches, and says {@code done}. Both live until standard input ends.
 */
final class BareLibrary {
    private BareLibrary() {}

    public static void main(String[] args) throws IOException {
        load();
        boolean seed = args[0].equals("seed");
        String address = args[1];
        TorrentInfo torrent = TorrentInfo.bdecode(Files.readAllBytes(Path.of(args[2])));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        SessionManager session = new SessionManager();
        session.addListener(new AlertListener() {
            @Override
            public int[] types() {
                return new int[] {AlertType.LISTEN_SUCCEEDED.swig(), AlertType.TORRENT_FINISHED.swig()};
            }

            @Override
            public void alert(Alert<?> alert) {
                if (alert instanceof ListenSucceededAlert listening && listening.socketType() == SocketType.TCP) {
                    System.out.println("port " + listening.port());
                } else if (alert.type() == AlertType.TORRENT_FINISHED && !seed) {
                    System.out.println("done");
                }
            }
        });
        SessionParams params = new SessionParams(settings(address));
        params.setPosixDiskIO();
        session.start(params);
        AddTorrentParams add = new AddTorrentParams();
        add.setTorrentInfo(torrent);
        add.setSavePath(args[3]);
        add.setFlags(TorrentFlags.DISABLE_DHT
                .or_(TorrentFlags.DISABLE_LSD)
                .or_(TorrentFlags.DISABLE_PEX)
                .or_(seed ? TorrentFlags.SEED_MODE : TorrentFlags.DISABLE_PEX));
        if (!seed) {
            String[] seedAt = in.readLine().split(":", -1);
            add.peers(List.of(new TcpEndpoint(
                    seedAt.length > 1 ? seedAt[0] : address, Integer.parseInt(seedAt[seedAt.length - 1]))));
        }
        session.swig().add_torrent(add.swig(), new error_code());
        while (in.readLine() != null) {
            // Nothing more is said; the end of the input is the end of the program.
        }
        Runtime.getRuntime().halt(0);
    }

    /** The shared library is in a jar, and its loader wants a file. */
    private static void load() throws IOException {
        Path file = Files.createTempFile("packhorse-bare", ".so");
        try (InputStream in = BareLibrary.class.getClassLoader().getResourceAsStream("lib/x86_64/libtorrent4j.so")) {
            Files.copy(
                    Objects.requireNonNull(in, "no libtorrent for x86_64"), file, StandardCopyOption.REPLACE_EXISTING);
            System.setProperty("libtorrent4j.jni.path", file.toString());
            String unusedVersion = LibTorrent.version();
        } finally {
            Files.delete(file);
        }
    }

    /** As the product's engine has them. */
    private static SettingsPack settings(String address) {
        SettingsPack settings = new SettingsPack();
        settings.listenInterfaces(address + ":0");
        settings.setString(settings_pack.string_types.outgoing_interfaces.swigValue(), address);
        settings.setEnableDht(false);
        settings.setEnableLsd(false);
        for (settings_pack.bool_types off : List.of(
                settings_pack.bool_types.enable_upnp,
                settings_pack.bool_types.enable_natpmp,
                settings_pack.bool_types.enable_outgoing_utp,
                settings_pack.bool_types.enable_incoming_utp)) {
            settings.setBoolean(off.swigValue(), false);
        }
        settings.setInteger(settings_pack.int_types.connection_speed.swigValue(), 500);
        settings.setInteger(settings_pack.int_types.max_out_request_queue.swigValue(), 1500);
        settings.setInteger(settings_pack.int_types.max_allowed_in_request_queue.swigValue(), 2000);
        settings.setInteger(settings_pack.int_types.send_buffer_watermark.swigValue(), 3 << 20);
        settings.setInteger(settings_pack.int_types.send_buffer_watermark_factor.swigValue(), 150);
        settings.setInteger(settings_pack.int_types.max_queued_disk_bytes.swigValue(), 64 << 20);
        return settings;
    }
}
