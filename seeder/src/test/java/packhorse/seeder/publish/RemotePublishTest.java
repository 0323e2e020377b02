package packhorse.seeder.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.SigningKey;
import packhorse.seeder.Deployment;
import packhorse.seeder.build.Progress;
import packhorse.seeder.origin.Origin;
import packhorse.seeder.sign.SignedRequest;

@Timeout(300)
class RemotePublishTest {
    private static final String ADDRESS = "127.40.4.1";
    /** More than two chunks. */
    private static final int SIZE = 20_000_000;

    @TempDir
    private Path dir;

    private Deployment deployment;
    private Origin origin;
    private Path source;

    @BeforeEach
    void start() throws IOException {
        deployment = new Deployment(dir, InstantSource.system(), ADDRESS);
        origin = deployment.start();
        byte[] bytes = new byte[SIZE];
        new Random(11).nextBytes(bytes);
        source = Files.write(dir.resolve("app.bin"), bytes);
    }

    @AfterEach
    void stop() {
        origin.close();
    }

    private URI url() {
        return URI.create("https://" + ADDRESS + ":" + origin.port());
    }

    private Published publish(PublishRequest request, Progress progress) {
        try (Destinations.Session session = Destinations.remote(
                url(),
                deployment.visitor(),
                deployment.keys(),
                Deployment.passphrase(),
                InstantSource.system(),
                progress)) {
            return session.publisher().publish(request);
        }
    }

    private Published publish(Path file, String name, String version) {
        return publish(Deployment.request(file, name, version), Progress.none());
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        MachineIdentity tracker = deployment.machines().identity(DeploymentRole.TRACKER, "berlin");
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(tracker.context()).build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(url().resolve(path));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    private long unfinished() throws IOException {
        Path uploads = deployment.data().resolve("uploads");
        if (!Files.exists(uploads)) {
            return 0;
        }
        try (Stream<Path> list = Files.list(uploads)) {
            return list.count();
        }
    }

    @Test
    void aReleasePublishedFromAfarIsServedAndLeavesNothingBehind() throws Exception {
        Published published = publish(source, "acme/app", "1");
        assertTrue(published.isNew());
        await().atMost(Duration.ofSeconds(60)).until(() -> origin.seeded() == 1);
        HttpResponse<byte[]> whole = get("/packs/" + published.sha256());
        assertArrayEquals(Files.readAllBytes(source), whole.body());
        HttpResponse<byte[]> part = get("/packs/" + published.sha256(), "Range", "bytes=19999990-");
        assertEquals(206, part.statusCode());
        assertEquals(10, part.body().length);
        assertEquals(
                416,
                get("/packs/" + published.sha256(), "Range", "bytes=20000000-").statusCode());
        assertEquals(0, unfinished());
        assertFalse(publish(source, "acme/app", "1").isNew(), "the same again");
        assertEquals(0, unfinished());
    }

    @Test
    void anotherContentUnderTheSameIdentityIsRefused() throws IOException {
        publish(source, "acme/app", "1");
        byte[] other = Files.readAllBytes(source);
        other[5]++;
        Files.write(source, other);
        UsageException refusal = assertThrows(UsageException.class, () -> publish(source, "acme/app", "1"));
        assertTrue(String.valueOf(refusal.getMessage()).contains("already published"));
    }

    @Test
    void aTreeAndABundleTravelToo() throws Exception {
        Path tree = Files.createDirectories(dir.resolve("tree/bin"));
        Files.writeString(tree.resolve("run"), "#!/bin/sh\n");
        publish(dir.resolve("tree"), "acme/tools", "2");
        publish(source, "acme/app", "1");
        Path file = Files.writeString(dir.resolve("bundle.yaml"), """
            name: acme/desk
            version: 3
            members:
              - {name: acme/app, version: 1}
              - {name: acme/tools, version: 2}
            """);
        try (Destinations.Session session = Destinations.remote(
                url(),
                deployment.visitor(),
                deployment.keys(),
                Deployment.passphrase(),
                InstantSource.system(),
                Progress.none())) {
            assertTrue(session.publisher().publish(BundleRequest.read(file)).isNew());
            assertFalse(session.publisher().publish(BundleRequest.read(file)).isNew());
            Files.writeString(file, "name: acme/desk\nversion: 4\nmembers: [{name: acme/none, version: 1}]\n");
            UsageException refusal =
                    assertThrows(UsageException.class, () -> session.publisher().publish(BundleRequest.read(file)));
            assertTrue(
                    String.valueOf(refusal.getMessage()).contains("acme/none@1 (any), which is not in the catalogue"));
        }
    }

    @Test
    void anUploadThatBrokeOffGoesOnWhereItStopped() throws IOException {
        PublishRequest request = Deployment.request(source, "acme/app", "1");
        IllegalStateException broken = new IllegalStateException("the line broke");
        assertThrows(
                IllegalStateException.class,
                () -> publish(request, (done, total) -> {
                    if (done > SIZE * 9L / 10) {
                        throw broken;
                    }
                }));
        Path upload;
        try (Stream<Path> list = Files.list(deployment.data().resolve("uploads"))) {
            upload = list.findFirst().orElseThrow().resolve("content");
        }
        assertEquals(2L * (8 << 20), Files.size(upload), "two chunks arrived");
        // What the origin has is not sent again: were it, these bytes would be mended.
        byte[] stored = Files.readAllBytes(upload);
        stored[0]++;
        Files.write(upload, stored);
        UsageException refusal = assertThrows(UsageException.class, () -> publish(request, Progress.none()));
        assertTrue(String.valueOf(refusal.getMessage()).contains("it was removed, publish again"));
        assertTrue(publish(request, Progress.none()).isNew());
    }

    @Test
    void publishersWhoRaceAllGetThrough() throws Exception {
        int publishers = 4;
        try (ExecutorService all = Executors.newFixedThreadPool(publishers)) {
            List<Callable<Published>> work = new ArrayList<>();
            for (int i = 0; i < publishers; i++) {
                Path file = Files.writeString(dir.resolve("file" + i), "content " + i);
                String version = String.valueOf(i);
                work.add(() -> publish(file, "acme/race", version));
            }
            for (Future<Published> each : all.invokeAll(work)) {
                assertTrue(each.get().isNew());
            }
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> origin.seeded() == publishers);
    }

    @Test
    void aPublishOnTheOriginsMachineIsNoticed() {
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            session.publisher().publish(Deployment.request(source, "acme/app", "1"));
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> origin.seeded() == 1);
    }

    @Test
    void aKeyThatIsNoPublishersIsTurnedAway() throws IOException {
        OperationException refusal = assertThrows(
                OperationException.class,
                () -> new OriginClient(url(), SigningKey.generate(new SecureRandom()), deployment.visitor()));
        assertTrue(String.valueOf(refusal.getMessage()).contains("is not a publisher's here"));
        assertEquals(0, unfinished());
    }

    private HttpResponse<byte[]> send(
            String method, String path, byte[] body, String session, String signature, String sequence)
            throws Exception {
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(deployment.visitor()).build()) {
            return http.send(
                    HttpRequest.newBuilder(url().resolve(path))
                            .header(SignedRequest.SESSION_HEADER, session)
                            .header(SignedRequest.SEQUENCE_HEADER, sequence)
                            .header(SignedRequest.BODY_HEADER, Sha256.of(body).hex())
                            .header(SignedRequest.SIGNATURE_HEADER, signature)
                            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    @Test
    void aStrangerCanStoreNothing() throws Exception {
        byte[] body = "{\"length\":5,\"purpose\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                401, send("POST", "/publish/blobs", body, "none", "00", "1").statusCode());
        assertEquals(
                401,
                send("PUT", "/publish/blobs/" + "0".repeat(64) + "/0", body, "none", "00", "1")
                        .statusCode());
        assertEquals(
                401, send("POST", "/publish/releases", body, "none", "00", "1").statusCode());
        assertEquals(0, unfinished());
    }

    @Test
    void aRecordedRequestIsRefusedTheSecondTime() throws Exception {
        SigningKey key = deployment.targetsKeys().getFirst();
        byte[] ask = OriginClient.json(
                "key", new packhorse.core.json.Json.JsonString(key.publicKey().hex()));
        JsonFields opening = JsonFields.of(
                JsonReader.parse(
                        send("POST", "/publish/sessions", ask, "-", "-", "-").body()),
                "opening");
        String session = opening.string("session");
        byte[] body = "{\"length\":5,\"purpose\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        String signature = HexFormat.of()
                .formatHex(key.sign(
                        new SignedRequest("POST", "/publish/blobs", opening.string("nonce"), 1, Sha256.of(body))
                                .bytes()));
        assertEquals(
                200,
                send("POST", "/publish/blobs", body, session, signature, "1").statusCode());
        assertEquals(
                401,
                send("POST", "/publish/blobs", body, session, signature, "1").statusCode());
    }

    @Test
    void aPortInUseIsSaidInOneLine() {
        Deployment other = new Deployment(dir.resolve("other"), InstantSource.system(), ADDRESS);
        UsageException refusal = assertThrows(
                UsageException.class, () -> other.start(origin.port()).close());
        assertTrue(String.valueOf(refusal.getMessage()).contains("the port is in use"), refusal.getMessage());
    }
}
