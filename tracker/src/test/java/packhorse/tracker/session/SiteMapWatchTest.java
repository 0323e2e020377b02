package packhorse.tracker.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.topology.SiteMap;

class SiteMapWatchTest {
    @TempDir
    Path directory;

    private static String sites(String name) {
        return "sites:\n  - name: " + name + "\n    subnets: [10.1.0.0/16]\n    wan: {down: 1Mbit, up: 1Mbit}\n";
    }

    @Test
    void changedFileIsReadAgainAndABrokenOneChangesNothing() throws IOException {
        Path file = directory.resolve("sites.yaml");
        List<SiteMap> seen = new CopyOnWriteArrayList<>();
        write(file, sites("one"), 1);
        SiteMapWatch watch = SiteMapWatch.start(file, Duration.ofMillis(20), seen::add);
        try {
            write(file, sites("two"), 2);
            await().until(() -> !seen.isEmpty());
            assertEquals("two", seen.getLast().sites().getFirst().name());
            write(file, sites("three").replace("wan", "wam"), 3);
            write(file, sites("four"), 4);
            await().until(() -> seen.getLast().sites().getFirst().name().equals("four"));
            // Whoever writes while it is read may have the newest read twice.
            assertEquals(
                    List.of("two", "four"),
                    seen.stream()
                            .map(sites -> sites.sites().getFirst().name())
                            .distinct()
                            .toList(),
                    "the broken one was not handed on");
            Files.delete(file);
            write(file, sites("five"), 5);
            await().until(() -> seen.getLast().sites().getFirst().name().equals("five"));
        } finally {
            watch.close();
        }
    }

    private static void write(Path file, String text, int second) throws IOException {
        Path part = Files.writeString(file.resolveSibling("part"), text);
        Files.setLastModifiedTime(part, FileTime.from(Instant.ofEpochSecond(1_000_000 + second)));
        Files.move(part, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
}
