package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** Outsiders with a client that knows version 1 only. */
final class OpenSwarmTest {
    @TempDir
    Path dir;

    @Test
    void anOutsiderGetsTheWholeFileByTheV1Torrent() throws Exception {
        Sample sample = Sample.of(41, 9_000_000);
        sample.writeTo(dir.resolve("seed"));
        Path into = Files.createDirectories(dir.resolve("into"));
        IpAddress client = IpAddress.parse("127.30.4.2");
        try (Node seed = new Node(SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse("127.30.4.3"), 0))
                        .withOpen(Optional.of(new SwarmConfig.Open(
                                new SwarmConfig.Listen(IpAddress.parse("127.30.4.1"), 0), Optional.empty()))));
                NativeSession outsider = new NativeSession(
                        NativeSession.silentSettings(), List.of(new SwarmConfig.Listen(client, 0)), notice -> {})) {
            PeerAddress open =
                    seed.await(SwarmEvent.OpenListening.class, event -> true).address();
            seed.offer(new SwarmCommand.ServeOpen(sample.torrent(), dir.resolve("seed")));
            outsider.allowOnly(List.of(open.ip()));
            NativeTorrent torrent = outsider.add(
                    sample.torrent().sibling().orElseThrow().bytes(),
                    into,
                    Optional.empty(),
                    NativeSession.Mode.DOWNLOAD);
            Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> {
                NativeTorrent.State state = torrent.status().state();
                if (state == NativeTorrent.State.DOWNLOADING && torrent.peers().isEmpty()) {
                    torrent.connect(open);
                }
                return state == NativeTorrent.State.SEEDING;
            });
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(into.resolve(sample.id().hex())));
            Awaitility.await().untilAsserted(() -> {
                Map<IpAddress, SwarmEvent.Bytes> counters = new HashMap<>();
                seed.all(SwarmEvent.OpenCounters.class).forEach(told -> counters.putAll(told.byClient()));
                assertEquals(
                        torrent.status().payload().in(),
                        counters.getOrDefault(client, SwarmEvent.Bytes.ZERO).out());
                assertEquals(
                        0, counters.getOrDefault(client, SwarmEvent.Bytes.ZERO).in());
            });
            seed.offer(new SwarmCommand.WithdrawOpen(sample.id()));
            Awaitility.await().until(() -> torrent.peers().isEmpty());
        }
    }
}
