package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.peer.swarm.SwarmEvent.Bytes;

/** Engines on loopback addresses of their own move a pack, and their books balance. */
final class SwarmTransferTest {
    /** On a busy machine some blocks are asked for twice, which is far from a second copy: half a piece. */
    static final int TWICE_MAX = 256 << 10;

    @TempDir
    Path dir;

    @Test
    void aPackArrivesWholeAndBothEndsCountTheSameBytes() throws Exception {
        Sample sample = Sample.of(1, 24_000_123);
        sample.writeTo(dir.resolve("seed"));
        Path into = Files.createDirectories(dir.resolve("leecher"));
        try (Node seed = Node.on("127.30.1.1");
                Node leecher = Node.on("127.30.1.2")) {
            seed.add(sample, dir.resolve("seed"), true).allow(sample, leecher);
            leecher.add(sample, into, false).connect(sample, List.of(seed));
            leecher.awaitComplete(sample);
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(into.resolve(sample.id().hex())));
            awaitBooks(sample, seed, leecher);
            assertTrue(leecher.with(sample, seed).in() >= sample.bytes().length);
            assertTrue(
                    leecher.with(sample, seed).in() <= sample.bytes().length * 1.02 + TWICE_MAX,
                    () -> "one copy, not " + leecher.with(sample, seed));
        }
    }

    static void awaitBooks(Sample sample, Node a, Node b) {
        Awaitility.await("the books of " + a.ip + " and " + b.ip)
                .atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> {
                    Bytes atA = a.with(sample, b);
                    Bytes atB = b.with(sample, a);
                    assertEquals(atA, new Bytes(atB.out(), atB.in()));
                });
    }

    @Test
    void strangersAreRefusedUntilTheyAreNamedAndAgainWhenTheyAreNot() throws Exception {
        Sample sample = Sample.of(2, 3_000_000);
        sample.writeTo(dir.resolve("seed"));
        Path into = Files.createDirectories(dir.resolve("leecher"));
        try (Node seed = Node.on("127.30.1.11");
                Node stranger = Node.on("127.30.1.12");
                Node friend = Node.on("127.30.1.13")) {
            Path friends = Files.createDirectories(dir.resolve("friend"));
            seed.add(sample, dir.resolve("seed"), true).allow(sample, friend);
            stranger.add(sample, into, false).connect(sample, List.of(seed));
            friend.add(sample, friends, false).connect(sample, List.of(seed));
            friend.awaitComplete(sample);
            assertEquals(Bytes.ZERO, seed.with(sample, stranger));
            assertEquals(List.of(), stranger.all(SwarmEvent.Complete.class));
            seed.allow(sample, stranger);
            stranger.awaitComplete(sample);
            seed.await(
                    SwarmEvent.Progress.class, progress -> progress.connected().contains(stranger.ip));
            seed.allow(sample);
            // A whole pack's connections linger until both ends have counted.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> seed.all(SwarmEvent.Progress.class)
                            .getLast()
                            .connected()
                            .isEmpty());
        }
    }

    @Test
    void aCheckThatEndsUnexpectedlyIsTold() throws Exception {
        Sample sample = Sample.of(6, 3_000_000);
        Path closed;
        try (FileSystem system = FileSystems.newFileSystem(dir.resolve("closed.zip"), Map.of("create", "true"))) {
            closed = system.getPath("/");
        }
        try (Node node = Node.on("127.30.1.24")) {
            node.add(sample, closed, false);
            String reason = node.await(SwarmEvent.Failed.class, failed -> true).reason();
            assertTrue(reason.contains("ClosedFileSystemException"), reason);
        }
    }

    @Test
    void aPortInUseIsOneClearLine() {
        try (Node first = Node.on("127.30.1.21")) {
            SwarmConfig taken = SwarmConfig.listeningOn(new SwarmConfig.Listen(first.ip, first.address.port()));
            String line = String.valueOf(
                    assertThrows(OperationException.class, () -> LibtorrentSwarm.start(taken, event -> {}))
                            .getMessage());
            assertTrue(line.contains("127.30.1.21"), line);
            assertTrue(line.contains("Address already in use"), line);
            assertFalse(line.contains("\n"), line);
        }
    }

    @Test
    void theWanLimitHoldsOutsidersAndSparesTheOwnSite() throws Exception {
        Sample sample = Sample.of(3, 16_000_000);
        sample.writeTo(dir.resolve("seed"));
        List<packhorse.core.topology.Subnet> site = List.of(packhorse.core.topology.Subnet.parse("127.30.1.32/32"));
        try (Node seed = new Node("127.30.1.31", site, Node.wan("400kB/s"));
                Node near = Node.on("127.30.1.32");
                Node far = Node.on("127.30.1.33")) {
            Path nears = Files.createDirectories(dir.resolve("near"));
            Path fars = Files.createDirectories(dir.resolve("far"));
            seed.add(sample, dir.resolve("seed"), true).allow(sample, near, far);
            far.add(sample, fars, false).connect(sample, List.of(seed));
            near.add(sample, nears, false).connect(sample, List.of(seed));
            near.awaitComplete(sample);
            long soFar = seed.with(sample, far).out();
            assertTrue(soFar < sample.bytes().length / 2, () -> "the limited peer had " + soFar + " bytes already");
            seed.offer(new SwarmCommand.Limits(SwarmCommand.RateLimits.NONE));
            far.awaitComplete(sample);
        }
    }

    @Test
    void aPromotedFileIsServedFromItsNewPlaceWithoutAGap() throws Exception {
        Sample sample = Sample.of(4, 5_000_000);
        sample.writeTo(dir.resolve("seed"));
        try (Node seed = Node.on("127.30.1.41");
                Node middle = Node.on("127.30.1.42");
                Node last = Node.on("127.30.1.43")) {
            Path before = Files.createDirectories(dir.resolve("before"));
            Path after = Files.createDirectories(dir.resolve("after"));
            Path lasts = Files.createDirectories(dir.resolve("last"));
            seed.add(sample, dir.resolve("seed"), true).allow(sample, middle);
            middle.add(sample, before, false).connect(sample, List.of(seed), last);
            middle.awaitComplete(sample);
            Files.createLink(
                    after.resolve(sample.id().hex()), before.resolve(sample.id().hex()));
            middle.offer(new SwarmCommand.Relocate(sample.id(), after));
            middle.await(SwarmEvent.Relocated.class, event -> event.directory().equals(after));
            Files.delete(before.resolve(sample.id().hex()));
            Files.delete(before);
            last.add(sample, lasts, false).connect(sample, List.of(middle));
            last.awaitComplete(sample);
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(lasts.resolve(sample.id().hex())));
            assertEquals(List.of(), middle.all(SwarmEvent.Failed.class));
            middle.offer(new SwarmCommand.Remove(sample.id()));
            middle.await(SwarmEvent.Removed.class, event -> true);
        }
    }
}
