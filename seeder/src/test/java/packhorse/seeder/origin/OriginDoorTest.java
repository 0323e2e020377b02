package packhorse.seeder.origin;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.ToldDenials;
import packhorse.core.identity.Visitor;
import packhorse.core.testing.TestDeployment;
import packhorse.core.trust.HttpMetadataSource;
import packhorse.core.trust.HttpMetadataSource.Patience;
import packhorse.core.trust.HttpMetadataSource.Reach;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.seeder.Deployment;
import packhorse.seeder.build.Progress;
import packhorse.seeder.publish.Destinations;
import packhorse.seeder.publish.Published;

/** The origin's doors over real sockets: machines by certificate, publishers by signature, watchers by nothing. */
@Timeout(300)
final class OriginDoorTest {
    private static final String ADDRESS = "127.40.6.1";
    /** Longer than what sockets and TLS hold between two ends, so that a download can be caught in the middle. */
    private static final int SIZE = 60_000_000;

    @TempDir
    private Path dir;

    private final ToldDenials denied = new ToldDenials();
    private Deployment deployment;
    private TestDeployment machines;
    private Origin origin;

    @BeforeEach
    void start() {
        deployment = new Deployment(dir, InstantSource.system(), ADDRESS);
        machines = deployment.machines();
        origin = deployment.start(0, denied);
    }

    @AfterEach
    void stop() {
        origin.close();
    }

    private URI url(String path) {
        return URI.create("https://" + ADDRESS + ":" + origin.port() + path);
    }

    private static HttpResponse<byte[]> get(HttpClient http, URI url) {
        try {
            return http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpClient client(SSLContext tls) {
        return HttpClient.newBuilder().sslContext(tls).build();
    }

    private SSLContext stranger() {
        return Visitor.context(machines.root(), EnumSet.allOf(DeploymentRole.class), InstantSource.system());
    }

    private Published publish(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(6).nextBytes(bytes);
        Path source = Files.write(dir.resolve("app.bin"), bytes);
        Published published;
        origin.close();
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            published = session.publisher().publish(Deployment.request(source, "acme/app", "1"));
        }
        origin = deployment.start(0, denied);
        await().atMost(Duration.ofSeconds(60)).until(() -> origin.seeded() == 1);
        return published;
    }

    @Test
    void aTrackerFollowsTheCatalogueByItsCertificate() throws IOException {
        publish(1000);
        SSLContext tls = machines.identity(DeploymentRole.TRACKER, "centre").context(Set.of(DeploymentRole.ORIGIN));
        TufClient client = new TufClient(
                new HttpMetadataSource(List.of(url("/")), Patience.DEFAULT, Reach.by(tls)),
                TrustedStore.open(dir.resolve("client")),
                InstantSource.system());
        client.initialise(deployment.keys().rootJson());
        assertEquals(1, client.refresh().releases().size());
    }

    @Test
    void nothingOfTheCatalogueIsShownToStrangers() throws Exception {
        Published published = publish(1000);
        try (HttpClient http = client(stranger())) {
            for (String path : List.of(
                    "/metadata/timestamp.json",
                    "/targets/acme/app/1/x.any.json",
                    "/objects/" + "ab".repeat(32),
                    "/packs/" + published.sha256())) {
                HttpResponse<byte[]> answer = get(http, url(path));
                assertEquals(403, answer.statusCode(), path);
                String line = new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
                assertTrue(line.startsWith("the other end showed no certificate"), line);
                assertEquals(1, line.lines().count(), line);
            }
            assertEquals(200, get(http, url("/healthz")).statusCode());
            assertEquals(200, get(http, url("/metrics")).statusCode());
        }
        for (MachineIdentity machine : List.of(
                machines.intruder(DeploymentRole.AGENT, "berlin"),
                machines.notYetValid(DeploymentRole.AGENT, "berlin"),
                machines.expired(DeploymentRole.AGENT, "berlin"))) {
            try (HttpClient http = client(machine.context())) {
                assertThrows(
                        IOException.class,
                        () -> http.send(
                                HttpRequest.newBuilder(url("/metadata/timestamp.json"))
                                        .build(),
                                BodyHandlers.ofByteArray()));
            }
        }
        try (SSLSocket old = (SSLSocket) machines.identity(DeploymentRole.AGENT, "berlin")
                .context()
                .getSocketFactory()
                .createSocket(ADDRESS, origin.port())) {
            old.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThrows(IOException.class, old::startHandshake);
        }
    }

    @Test
    void watchersAreServedPlainOnLoopbackAndNothingElseIs() {
        URI plain = URI.create("http://" + ADDRESS + ":" + origin.metricsPort().orElseThrow());
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertTrue(new String(get(http, plain.resolve("/metrics")).body(), java.nio.charset.StandardCharsets.UTF_8)
                    .contains("packhorse_origin_releases"));
            assertEquals(200, get(http, plain.resolve("/healthz")).statusCode());
            assertEquals(
                    404, get(http, plain.resolve("/metadata/timestamp.json")).statusCode());
        }
    }

    @Test
    void anAgentReadsTheCatalogueAndNotTheContent() throws Exception {
        Published published = publish(1000);
        try (HttpClient http =
                client(machines.identity(DeploymentRole.AGENT, "berlin").context())) {
            assertEquals(200, get(http, url("/metadata/timestamp.json")).statusCode());
            assertEquals(403, get(http, url("/packs/" + published.sha256())).statusCode());
        }
    }

    @Test
    void aRevokedMachineLosesItsNextRequestAndTheDownloadUnderWay() throws Exception {
        Published published = publish(SIZE);
        MachineIdentity tracker = machines.identity(DeploymentRole.TRACKER, "berlin");
        try (HttpClient http = client(tracker.context());
                HttpClient other = client(
                        machines.identity(DeploymentRole.TRACKER, "berlin").context())) {
            URI pack = url("/packs/" + published.sha256());
            HttpResponse<InputStream> underWay =
                    http.send(HttpRequest.newBuilder(pack).build(), BodyHandlers.ofInputStream());
            try (InputStream in = underWay.body()) {
                assertEquals(1000, in.readNBytes(1000).length);
                denied.tell(1, Set.of(tracker.id()));
                long[] read = {1000};
                assertThrows(IOException.class, () -> {
                    byte[] buffer = new byte[1 << 16];
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        read[0] += n;
                    }
                });
                assertTrue(read[0] < SIZE, read[0] + " bytes");
            }
            HttpResponse<byte[]> next = get(http, url("/metadata/timestamp.json"));
            assertEquals(403, next.statusCode());
            byte[] whole = get(other, pack).body();
            assertArrayEquals(Files.readAllBytes(dir.resolve("app.bin")), whole);
        }
    }

    @Test
    void aPublisherWithAnotherDeploymentsRootIsStoppedBeforeItSendsAnything() {
        SSLContext wrong = Visitor.context(
                TestDeployment.create(dir.resolve("other")).root(),
                Set.of(DeploymentRole.ORIGIN),
                InstantSource.system());
        OperationException refused = assertThrows(
                OperationException.class,
                () -> Destinations.remote(
                        url(""),
                        wrong,
                        deployment.keys(),
                        Deployment.passphrase(),
                        InstantSource.system(),
                        Progress.none()));
        String line = String.valueOf(refused.getMessage());
        assertTrue(line.contains("is not trusted") && line.contains("--ca is this deployment's root"), line);
        assertEquals(1, line.lines().count(), line);
        OperationException plain = assertThrows(
                OperationException.class,
                () -> Destinations.remote(
                        URI.create("https://" + ADDRESS + ":"
                                + origin.metricsPort().orElseThrow()),
                        deployment.visitor(),
                        deployment.keys(),
                        Deployment.passphrase(),
                        InstantSource.system(),
                        Progress.none()));
        assertTrue(String.valueOf(plain.getMessage()).contains("does not speak TLS"), plain.getMessage());
    }

    @Test
    void aRestartWithAnotherCertificateOfTheSameDeploymentIsNotNoticed() {
        MachineIdentity tracker = machines.identity(DeploymentRole.TRACKER, "centre");
        try (HttpClient http = client(tracker.context(Set.of(DeploymentRole.ORIGIN)))) {
            assertEquals(200, get(http, url("/metadata/timestamp.json")).statusCode());
            int port = origin.port();
            origin.close();
            deployment.renewIdentity();
            origin = deployment.start(port, denied);
            assertEquals(200, get(http, url("/metadata/timestamp.json")).statusCode());
        }
    }
}
