package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.OnlyAs;

/** A disk that fills up while a pack arrives. */
final class FullDiskTest {
    @TempDir
    Path dir;

    @Test
    void aDiskThatFillsUpIsOneClearLineAndWhatIsThereStays() throws Exception {
        OnlyAs.root();
        Sample sample = Sample.of(51, 16_000_000);
        sample.writeTo(dir.resolve("seed"));
        Path small = Files.createDirectories(dir.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", small.toString());
        try (Node seed = Node.on("127.30.5.1");
                Node leecher = Node.on("127.30.5.2")) {
            seed.add(sample, dir.resolve("seed"), true).allow(sample, leecher);
            leecher.add(sample, small, false).connect(sample, java.util.List.of(seed));
            String line = leecher.await(SwarmEvent.Failed.class, event -> true).reason();
            assertTrue(line.contains("no space left") && line.contains(small.toString()), line);
            assertFalse(line.contains("\n"), line);
            assertTrue(Files.size(small.resolve(sample.id().hex())) > 0);
            assertEquals(java.util.List.of(), leecher.all(SwarmEvent.Died.class));
        } finally {
            run("umount", small.toString());
        }
    }

    private static void run(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), String.join(" ", command));
    }
}
