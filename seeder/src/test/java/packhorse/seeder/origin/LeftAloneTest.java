package packhorse.seeder.origin;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.DirectoryMetadataSource;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.seeder.Deployment;
import packhorse.seeder.Deployment.TurnedClock;
import packhorse.seeder.build.Progress;
import packhorse.seeder.publish.Destinations;

/** A deployment that nobody touches for a year. */
@Timeout(300)
class LeftAloneTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration STEP = Duration.ofHours(11);

    @TempDir
    private Path dir;

    private final TurnedClock clock = new TurnedClock(START);

    private void publish(Deployment deployment) throws IOException {
        Path source = Files.writeString(dir.resolve("app"), "content");
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            session.publisher().publish(Deployment.request(source, "acme/app", "1"));
        }
    }

    @Test
    void aYearLaterEveryClientStillTrustsTheCatalogueAndPeopleWereWarned() throws IOException {
        Deployment deployment = new Deployment(dir, clock, "127.40.5.1");
        publish(deployment);
        OriginDirectory directory = deployment.directory();
        TufClient client = new TufClient(
                new DirectoryMetadataSource(directory.repository()), TrustedStore.open(dir.resolve("client")), clock);
        client.initialise(deployment.keys().rootJson());
        int signings = 0;
        for (Instant now = START; now.isBefore(START.plus(Duration.ofDays(366))); now = now.plus(STEP)) {
            clock.turnTo(now);
            signings += directory.refreshOnline() ? 1 : 0;
            Catalogue catalogue = client.refresh();
            assertEquals(1, catalogue.releases().size(), () -> "at " + clock.instant());
            boolean late = !now.isBefore(START.plus(Duration.ofDays(200)));
            assertEquals(late, !directory.warnings().isEmpty(), () -> "warned at " + clock.instant());
        }
        assertTrue(signings >= 366, signings + " signings");
    }

    @Test
    void aRunningOriginSignsAnewWhenItsClockSaysSo() throws IOException {
        Deployment deployment = new Deployment(dir, clock, "127.40.5.2");
        publish(deployment);
        try (Origin origin = deployment.start()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> origin.seeded() == 1);
            Path timestamp = deployment.data().resolve("repository/metadata/timestamp.json");
            byte[] before = Files.readAllBytes(timestamp);
            clock.turnTo(START.plus(Duration.ofHours(13)));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !java.util.Arrays.equals(before, Files.readAllBytes(timestamp)));
            clock.turnTo(START.plus(Duration.ofDays(250)));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !origin.warnings().isEmpty());
            assertFalse(origin.warnings().getFirst().isBlank());
            assertEquals("", origin.trouble());
            clock.turnTo(START.plus(Duration.ofDays(2_000)));
            await("what nobody trusts any more is trouble")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> origin.trouble().contains("expired"));
        }
    }
}
