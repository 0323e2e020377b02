package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.topology.IpAddress;

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
        try (OpenSwarm open = OpenSwarm.start(OpenSwarm.Config.on(
                        new SwarmConfig.Listen(IpAddress.parse("127.30.4.1"), 0), Optional.empty()));
                NativeSession outsider = new NativeSession(
                        NativeSession.silentSettings(), List.of(new SwarmConfig.Listen(client, 0)), notice -> {})) {
            open.serve(sample.torrent(), dir.resolve("seed"));
            outsider.allowOnly(List.of(open.address().ip()));
            NativeTorrent torrent = outsider.add(
                    sample.torrent().sibling().orElseThrow().bytes(),
                    into,
                    Optional.empty(),
                    NativeSession.Mode.DOWNLOAD);
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                NativeTorrent.State state = torrent.status().state();
                if (state == NativeTorrent.State.DOWNLOADING && torrent.peers().isEmpty()) {
                    torrent.connect(open.address());
                }
                return state == NativeTorrent.State.SEEDING;
            });
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(into.resolve(sample.id().hex())));
            Awaitility.await().untilAsserted(() -> {
                Map<IpAddress, SwarmEvent.Bytes> counters = open.counters(sample.id());
                assertEquals(
                        torrent.status().payload().in(),
                        counters.getOrDefault(client, SwarmEvent.Bytes.ZERO).out());
                assertEquals(
                        0, counters.getOrDefault(client, SwarmEvent.Bytes.ZERO).in());
            });
            open.withdraw(sample.id());
            assertEquals(Map.of(), open.counters(sample.id()));
        }
    }
}
