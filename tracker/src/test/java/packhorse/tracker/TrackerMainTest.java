package packhorse.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.testing.TestDeployment;
import packhorse.tracker.catalogue.Repository;

class TrackerMainTest {
    @TempDir
    Path directory;

    @BeforeEach
    void deployment() throws IOException {
        var unused = new Repository(directory);
        var unusedIdentity = TestDeployment.create(directory)
                .write(DeploymentRole.TRACKER, "centre", directory.resolve("data/identity"));
        Files.writeString(directory.resolve("sites.yaml"), "sites: []\norigins: [127.20.3.9]\n");
    }

    private Path config(String listen, String more) throws IOException {
        return config("data", listen, more);
    }

    private Path config(String data, String listen, String more) throws IOException {
        return Files.writeString(directory.resolve("tracker.yaml"), """
            listen: %s
            sites: sites.yaml
            origin: https://127.20.3.9:7400
            data: %s
            trustedRoot: root.json
            agents: 127.20.3.1:0
            secure: 127.20.3.1:0
            %s
            """.formatted(listen, data, more));
    }

    private static TrackerMain start(Path config) {
        return TrackerMain.start(TrackerConfig.read(config), InstantSource.system(), new SecureRandom());
    }

    @Test
    void trackerServesWhileTheOriginIsAway() throws Exception {
        try (TrackerMain tracker = start(config("[\"127.20.3.1:0\", \"[::1]:0\"]", ""))) {
            assertEquals(2, tracker.addresses().size());
            assertEquals(2, tracker.udpPorts().size());
            HttpResponse<String> health = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.20.3.1:"
                                            + tracker.addresses().getFirst().getPort() + "/healthz"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertTrue(health.body().startsWith("ok"), health.body());
        }
    }

    @Test
    void portInUseEndsItAndLeavesNothingOpen() throws Exception {
        try (TrackerMain tracker = start(config("127.20.3.1:0", ""))) {
            int port = tracker.addresses().getFirst().getPort();
            Path second = config("other", "127.20.3.1:" + port, "udp: []\nidentity: data/identity");
            OperationException e = assertThrows(OperationException.class, () -> start(second));
            assertTrue(
                    String.valueOf(e.getMessage()).startsWith("the tracker cannot listen on 127.20.3.1 port " + port),
                    e.getMessage());
        }
    }

    @Test
    void twoTrackersDoNotShareADataDirectory() throws Exception {
        try (TrackerMain tracker = start(config("127.20.3.1:0", ""))) {
            assertEquals(1, tracker.agentAddresses().size());
            Path second = config("127.20.3.1:0", "");
            OperationException e = assertThrows(OperationException.class, () -> start(second));
            assertTrue(String.valueOf(e.getMessage()).contains("is written by another tracker"), e.getMessage());
        }
    }

    @Test
    void configurationErrorsPointAtTheLine() throws IOException {
        assertEquals("tracker.yaml:8:1", where(config("127.20.3.1:0", "sties: x")));
        assertEquals("tracker.yaml:1:9", where(config("127.20.3.1", "")));
        assertEquals("tracker.yaml:8:10", where(config("127.20.3.1:0", "refresh: 1ms")));
        assertEquals("tracker.yaml:8:12", where(config("127.20.3.1:0", "publicUrl: tracker.example.org")));
    }

    private static String where(Path config) {
        UsageException e = assertThrows(UsageException.class, () -> TrackerConfig.read(config));
        String line = String.valueOf(e.getMessage());
        return line.substring(line.indexOf("tracker.yaml"), line.indexOf(": "));
    }

    @Test
    void samplesAreRead() {
        TrackerConfig sample = TrackerConfig.read(Path.of("samples/tracker.yaml"));
        assertEquals(Duration.ofSeconds(5), sample.mirror().refresh());
        assertEquals(2, SiteMapFile.read(sample.sites().orElseThrow()).sites().size());
    }
}
