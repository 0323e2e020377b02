package packhorse.peer.swarm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.libtorrent4j.swig.settings_pack.int_types;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;

/**
 * Seeds a sample without ever checking it, honest or damaged: {@code IP SEED LENGTH DIRECTORY RATE ALLOWED}. Prints where it listens
 * and serves until it is killed.
 */
final class LiarMain {
    private LiarMain() {}

    public static void main(String[] args) throws Exception {
        Sample sample = Sample.of(Long.parseLong(args[1]), Integer.parseInt(args[2]));
        SettingsPack settings = NativeSession.silentSettings();
        NativeSession.set(settings, bool_types.disable_hash_checks, true);
        NativeSession.set(settings, int_types.connection_speed, 500);
        NativeSession.set(settings, int_types.unchoke_slots_limit, -1);
        try (NativeSession session =
                new NativeSession(settings, List.of(new SwarmConfig.Listen(IpAddress.parse(args[0]), 0)), notice -> {
                    if (notice instanceof Notice.Listening listening) {
                        System.out.println("LISTENING " + new PeerAddress(listening.ip(), listening.port()));
                        System.out.flush();
                    }
                })) {
            session.local(List.of());
            session.limit(Optional.empty(), Optional.of(ByteRate.parse(args[4])));
            session.allowOnly(List.of(IpAddress.parse(args[5])));
            NativeTorrent torrent =
                    session.add(sample.torrent().bytes(), Path.of(args[3]), Optional.empty(), NativeSession.Mode.SEED);
            new CountDownLatch(1).await();
            throw new IllegalStateException("nobody counts down: " + torrent.status());
        }
    }
}
