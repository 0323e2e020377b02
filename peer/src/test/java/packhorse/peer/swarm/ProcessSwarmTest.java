package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine in a process of its own does what one in this process does, and comes to its end in the ways it should. */
final class ProcessSwarmTest {
    @TempDir
    Path dir;

    @Test
    void aPackArrivesWholeFromProcessToProcess() throws Exception {
        Sample sample = Sample.of(71, 24_000_123);
        Path from = dir.resolve("a/packs/x");
        sample.writeTo(from);
        Path into = Files.createDirectories(dir.resolve("b/partial/x"));
        long start = System.nanoTime();
        try (Node seed = Node.apart("127.30.7.1", dir.resolve("a"));
                Node leecher = Node.apart("127.30.7.2", dir.resolve("b"))) {
            System.out.println("started in " + (System.nanoTime() - start) / 2_000_000 + " ms each");
            seed.add(sample, from, true).allow(sample, leecher);
            leecher.add(sample, into, false).connect(sample, List.of(seed));
            leecher.awaitComplete(sample);
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(into.resolve(sample.id().hex())));
            SwarmTransferTest.awaitBooks(sample, seed, leecher);
            assertTrue(leecher.with(sample, seed).in() >= sample.bytes().length);
            assertEquals(List.of(), leecher.all(SwarmEvent.Died.class));
            start = System.nanoTime();
        }
        System.out.println("ended in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }
}
