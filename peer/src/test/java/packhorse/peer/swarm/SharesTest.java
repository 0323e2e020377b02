package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.topology.Subnet;

/** Two pullers of one site and an origin outside it. */
final class SharesTest {
    private static final int LENGTH = 64 << 20;

    @TempDir
    Path dir;

    @Test
    void twoPullersOfOneSiteFetchDifferentPiecesAndEachByteCrossesTheLineOnce() throws Exception {
        Sample sample = Sample.of(11, LENGTH);
        sample.writeTo(dir.resolve("origin"));
        List<Subnet> site = List.of(Subnet.parse("127.30.2.0/28"));
        try (Node origin = new Node("127.30.2.100", List.of(), Node.wan("24MB/s"));
                Node first = new Node("127.30.2.1", site, SwarmCommand.RateLimits.NONE);
                Node second = new Node("127.30.2.2", site, SwarmCommand.RateLimits.NONE)) {
            origin.add(sample, dir.resolve("origin"), true).allow(sample, first, second);
            Path firsts = Files.createDirectories(dir.resolve("first"));
            Path seconds = Files.createDirectories(dir.resolve("second"));
            // In the order in which an agent says it: who has no share yet connects to nobody.
            first.add(sample, firsts, false).offer(new SwarmCommand.Shares(sample.id(), 0, 2));
            second.add(sample, seconds, false).offer(new SwarmCommand.Shares(sample.id(), 1, 2));
            first.connect(sample, List.of(origin, second));
            second.connect(sample, List.of(origin, first));
            first.awaitComplete(sample);
            second.awaitComplete(sample);
            for (Path into : List.of(firsts, seconds)) {
                assertArrayEquals(
                        sample.bytes(),
                        Files.readAllBytes(into.resolve(sample.id().hex())));
            }
            SwarmTransferTest.awaitBooks(sample, first, second);
            long wan = first.with(sample, origin).in()
                    + second.with(sample, origin).in();
            double copies = wan / (double) LENGTH;
            System.out.printf(
                    "two pullers: %.4f copies over the WAN (%d + %d)%n",
                    copies,
                    first.with(sample, origin).in(),
                    second.with(sample, origin).in());
            assertTrue(
                    copies >= 1.0 && wan <= LENGTH * 1.02 + SwarmTransferTest.TWICE_MAX,
                    () -> copies + " copies crossed the line");
        }
    }

    @Test
    void theOneThatIsLeftFetchesTheRestWhenTheOtherPullerDies() throws Exception {
        Sample sample = Sample.of(12, LENGTH);
        sample.writeTo(dir.resolve("origin"));
        List<Subnet> site = List.of(Subnet.parse("127.30.2.16/28"));
        try (Node origin = new Node("127.30.2.101", List.of(), Node.wan("24MB/s"));
                Node stays = new Node("127.30.2.17", site, SwarmCommand.RateLimits.NONE)) {
            origin.add(sample, dir.resolve("origin"), true);
            Path into = Files.createDirectories(dir.resolve("stays"));
            try (Node dies = new Node("127.30.2.18", site, SwarmCommand.RateLimits.NONE)) {
                origin.allow(sample, stays, dies);
                stays.add(sample, into, false).connect(sample, List.of(origin, dies));
                stays.offer(new SwarmCommand.Shares(sample.id(), 0, 2));
                dies.add(sample, Files.createDirectories(dir.resolve("dies")), false)
                        .connect(sample, List.of(origin, stays));
                dies.offer(new SwarmCommand.Shares(sample.id(), 1, 2));
                dies.await(SwarmEvent.Progress.class, progress -> progress.had().cardinality() > 8);
            }
            stays.await(SwarmEvent.ShareComplete.class, event -> true);
            assertTrue(stays.all(SwarmEvent.Complete.class).isEmpty(), "the other half was nobody's yet");
            stays.offer(new SwarmCommand.Shares(sample.id(), 0, 1));
            stays.awaitComplete(sample);
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(into.resolve(sample.id().hex())));
        }
    }
}
