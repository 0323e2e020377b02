package packhorse.seeder.publish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.TrustException;
import packhorse.seeder.Deployment;
import packhorse.seeder.build.Progress;

@Timeout(120)
class LocalPublishTest {
    private static final int SIZE = 3_000_000;

    @TempDir
    private Path dir;

    private Deployment deployment;
    private Path source;

    @BeforeEach
    void makeDeployment() throws IOException {
        deployment = new Deployment(dir, InstantSource.system(), "127.40.3.1");
        byte[] bytes = new byte[SIZE];
        new Random(7).nextBytes(bytes);
        source = Files.write(dir.resolve("app.bin"), bytes);
    }

    private Published publish(PublishRequest request, List<SigningKey> signers, Progress progress) {
        try (Destinations.Session session = deployment.local(signers, progress)) {
            return session.publisher().publish(request);
        }
    }

    private Published publish(PublishRequest request) {
        return publish(request, deployment.targetsKeys(), Progress.none());
    }

    /** Every file of the origin's data, but locks, by digest. */
    private Map<String, Sha256> snapshot() throws IOException {
        Map<String, Sha256> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(deployment.data())) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("lock")) {
                    files.put(file.toString(), Sha256.of(Files.readAllBytes(file)));
                }
            }
        }
        return files;
    }

    private void assertPublishedWhole() throws IOException {
        byte[] document = deployment.directory().document("acme/app/1/any.json").orElseThrow();
        Manifest manifest = ManifestCodec.decode(document);
        Path content = deployment
                .data()
                .resolve("contents")
                .resolve(manifest.content().sha256().hex());
        assertArrayEquals(Files.readAllBytes(source), Files.readAllBytes(content));
        Path objects = deployment.data().resolve("repository/objects");
        byte[] torrent = Files.readAllBytes(
                objects.resolve(manifest.pack().torrent().sha256().hex()));
        assertEquals(
                manifest.content(),
                Torrents.check(manifest.pack(), torrent).pack().data());
        assertTrue(Files.exists(objects.resolve(manifest.files().sha256().hex())));
    }

    @Test
    void aPublishedReleaseIsAllThere() throws IOException {
        assertTrue(publish(Deployment.request(source, "acme/app", "1")).isNew());
        assertPublishedWhole();
    }

    @Test
    void publishingTheSameAgainChangesNothing() throws IOException {
        PublishRequest request = Deployment.request(source, "acme/app", "1");
        Published first = publish(request);
        Map<String, Sha256> before = snapshot();
        Published second = publish(request);
        assertFalse(second.isNew());
        assertEquals(first.document(), second.document());
        assertEquals(before, snapshot());
    }

    @Test
    void anotherContentUnderTheSameIdentityIsRefusedAndChangesNothing() throws IOException {
        publish(Deployment.request(source, "acme/app", "1"));
        Map<String, Sha256> before = snapshot();
        byte[] other = Files.readAllBytes(source);
        other[0]++;
        Path sameLength = Files.write(Files.createDirectory(dir.resolve("o")).resolve("app.bin"), other);
        Path longer = Files.write(dir.resolve("longer"), new byte[SIZE + 1]);
        for (Path each : List.of(sameLength, longer)) {
            UsageException refusal =
                    assertThrows(UsageException.class, () -> publish(Deployment.request(each, "acme/app", "1")));
            assertTrue(String.valueOf(refusal.getMessage()).contains("acme/app@1 (any) is already published"));
        }
        Path renamed = Files.copy(source, dir.resolve("renamed"));
        assertThrows(UsageException.class, () -> publish(Deployment.request(renamed, "acme/app", "1")));
        assertEquals(before, snapshot());
    }

    @Test
    void anIdentityThatIsTakenIsRefusedBeforeALongSourceIsRead() {
        publish(Deployment.request(source, "acme/app", "1"));
        AtomicLong read = new AtomicLong();
        Path longer = dir.resolve("longer");
        assertThrows(UsageException.class, () -> {
            Files.write(longer, new byte[2 * SIZE]);
            publish(
                    Deployment.request(longer, "acme/app", "1"),
                    deployment.targetsKeys(),
                    (done, total) -> read.set(done));
        });
        assertEquals(0, read.get());
    }

    @Test
    void twoReleasesMayHaveTheSameContent() {
        Published one = publish(Deployment.request(source, "acme/app", "1"));
        Published two = publish(Deployment.request(source, "acme/app", "2"));
        assertEquals(one.sha256(), two.sha256());
        assertTrue(two.isNew());
    }

    @Test
    void aPublishThatDiedBeforeItSignedIsTakenUpWithoutReadingAgain() throws IOException {
        PublishRequest request = Deployment.request(source, "acme/app", "1");
        List<SigningKey> stranger = List.of(SigningKey.generate(new SecureRandom()));
        assertThrows(TrustException.class, () -> publish(request, stranger, Progress.none()));
        assertTrue(deployment.directory().document("acme/app/1/any.json").isEmpty());
        AtomicLong read = new AtomicLong();
        assertTrue(publish(request, deployment.targetsKeys(), (done, total) -> read.set(done))
                .isNew());
        assertEquals(0, read.get(), "bytes read again");
        assertPublishedWhole();
    }

    @Test
    void aPublishThatDiedBeforeItSignedReadsASourceThatLooksDifferentNow() throws IOException {
        PublishRequest request = Deployment.request(source, "acme/app", "1");
        List<SigningKey> stranger = List.of(SigningKey.generate(new SecureRandom()));
        assertThrows(TrustException.class, () -> publish(request, stranger, Progress.none()));
        byte[] other = Files.readAllBytes(source);
        other[SIZE / 2]++;
        Files.write(source, other);
        publish(request);
        assertPublishedWhole();
    }

    @Test
    void aPublishKilledInTheMiddleOfTheContentIsTakenUp() throws Exception {
        int status = child(List.of(), "3", source);
        assertEquals(PublishProcess.HALTED, status);
        assertTrue(deployment.directory().document("acme/app/1/any.json").isEmpty());
        assertTrue(publish(Deployment.request(source, "acme/app", "1")).isNew());
        assertPublishedWhole();
        try (Stream<Path> left = Files.list(deployment.data().resolve("uploads"))) {
            assertEquals(0, left.count(), "left behind");
        }
    }

    /** A key file alone takes 64 MiB to open; what is left is far less than the content. */
    @Test
    void memoryStaysBoundedWhateverTheLength() throws Exception {
        Path sparse = dir.resolve("sparse");
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(256L << 20);
        }
        assertEquals(0, child(List.of("-Xmx112m", "-XX:MaxDirectMemorySize=16m"), "1000000", sparse));
    }

    /** Publishes in another process, which dies after so many pieces. */
    private int child(List<String> options, String haltAfterPieces, Path file) throws Exception {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                PublishProcess.class.getName(),
                deployment.data().toString(),
                deployment.keys().path().toString(),
                file.toString(),
                haltAfterPieces));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File(dir.toFile(), "child.log"))
                .start();
        try {
            assertTrue(process.waitFor(100, TimeUnit.SECONDS), "the child hangs");
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
