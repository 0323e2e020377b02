package packhorse.tracker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Manifest;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.SwarmState;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.catalogue.MirrorConfig;
import packhorse.tracker.catalogue.Repository;

/** A mirror whose next turn is in an hour hears of a publication by the origin's report. */
@Timeout(180)
final class OriginNewsTest {
    @TempDir
    private Path directory;

    private static AgentReport report(Manifest... seeded) {
        AgentReport.Builder report = AgentReport.newBuilder();
        for (Manifest manifest : seeded) {
            report.addSwarms(SwarmState.newBuilder()
                    .setPack(ByteString.copyFrom(manifest.pack().data().sha256().bytes())));
        }
        return report.build();
    }

    @Test
    void anUnknownPackIsNewsOnce() throws IOException {
        Repository repository = new Repository(directory);
        Manifest first = repository.publish("acme/editor", new byte[] {1}, false);
        try (Mirror mirror = Mirror.start(
                new MirrorConfig(
                        URI.create("https://192.0.2.10:7400"),
                        directory.resolve("data"),
                        repository.trustedRoot(),
                        Duration.ofHours(1)),
                repository,
                InstantSource.system(),
                manifests -> {})) {
            await().until(() -> mirror.manifests().size() == 1);
            OriginNews news = new OriginNews(mirror);
            int looks = repository.asked("metadata/timestamp.json");
            news.reported(report(first));
            Manifest second = repository.publish("acme/viewer", new byte[] {2}, false);
            assertEquals(looks, repository.asked("metadata/timestamp.json"), "what is known is no news");
            news.reported(report(first, second));
            await().until(() -> mirror.manifests().size() == 2);

            int after = repository.asked("metadata/timestamp.json");
            repository.away(true);
            Manifest third = repository.publish("acme/retired", new byte[] {3}, false);
            news.reported(report(first, second, third));
            await().until(() -> repository.asked("metadata/timestamp.json") > after
                    || !mirror.trouble().isEmpty());
            int tried = repository.asked("metadata/2.root.json");
            news.reported(report(first, second, third));
            news.reported(report(second, third));
            await().during(Duration.ofMillis(400)).until(() -> repository.asked("metadata/2.root.json") == tried);
        }
    }
}
