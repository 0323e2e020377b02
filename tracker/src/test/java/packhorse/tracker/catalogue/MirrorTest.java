package packhorse.tracker.catalogue;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Manifest;
import packhorse.core.trust.MetadataSource;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;

class MirrorTest {
    @TempDir
    Path directory;

    private Repository repository;
    private Mirror mirror;
    private final List<List<VerifiedManifest>> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        repository = new Repository(directory);
        mirror = mirror();
    }

    private Mirror mirror() {
        return mirror(Duration.ofMillis(100));
    }

    private Mirror mirror(Duration refresh) {
        return Mirror.start(
                new MirrorConfig(
                        URI.create("http://192.0.2.10:7400"),
                        directory.resolve("data"),
                        repository.trustedRoot(),
                        refresh),
                repository,
                InstantSource.system(),
                told::add);
    }

    @AfterEach
    void stop() {
        mirror.close();
    }

    private Manifest published(String name) {
        Manifest manifest = repository.publish(name, name.getBytes(java.nio.charset.StandardCharsets.UTF_8), true);
        await().until(() -> mirror.manifests().stream()
                .anyMatch(verified -> verified.manifest().id().equals(manifest.id())));
        return manifest;
    }

    @Test
    void clientOfTheMirrorSeesWhatTheOriginPublished() {
        Manifest manifest = published("acme/editor");
        MetadataSource source = (path, lengthMax) -> mirror.fetch(path).filter(bytes -> bytes.length <= lengthMax);
        TufClient client =
                new TufClient(source, TrustedStore.open(directory.resolve("client")), InstantSource.system());
        client.initialise(mirror.fetch("metadata/1.root.json").orElseThrow());
        assertEquals(List.of(manifest.id()), client.refresh().releases());
        assertEquals(manifest, client.manifest(manifest.id()).manifest());
        assertEquals(manifest.files().length(), client.object(manifest.files(), 1 << 20).length);
        assertEquals(manifest, told.getLast().getFirst().manifest());
    }

    @Test
    void spoiledObjectIsNeitherServedNorKept() throws IOException {
        Manifest manifest = published("acme/editor");
        String path = "objects/" + manifest.files().sha256();
        repository.spoil(path);
        assertThrows(OperationException.class, () -> mirror.fetch(path));
        assertTrue(Files.notExists(
                directory.resolve("data/objects/" + manifest.files().sha256())));
        repository.heal();
        assertArrayEquals(
                Files.readAllBytes(repository.directory().resolve(path)),
                mirror.fetch(path).orElseThrow());
        repository.away(true);
        assertTrue(mirror.fetch(path).isPresent(), "kept");
    }

    @Test
    void objectDamagedOnDiskIsFetchedAgain() throws IOException {
        Manifest manifest = published("acme/editor");
        String path = "objects/" + manifest.files().sha256();
        byte[] right = mirror.fetch(path).orElseThrow();
        Files.write(directory.resolve("data").resolve(path), new byte[] {1});
        assertArrayEquals(right, mirror.fetch(path).orElseThrow());
        assertEquals(2, repository.asked(path));
    }

    @Test
    void nothingIsAskedOfTheOriginThatTheCatalogueDoesNotName() {
        published("acme/editor");
        List<String> strange = List.of(
                "objects/" + "ab".repeat(32),
                "objects/../root.json",
                "targets/acme/editor/1.0/" + "cd".repeat(32) + ".any.json",
                "metadata/99.root.json",
                "packs/x",
                "../root.json");
        for (String path : strange) {
            assertTrue(mirror.fetch(path).isEmpty(), path);
        }
        var asked = repository.askedPaths();
        asked.retainAll(strange);
        assertEquals(0, asked.size(), asked.toString());
    }

    @Test
    void tamperedMetadataChangesNothingAndTheLastGoodCatalogueIsServed() {
        Manifest first = published("acme/editor");
        byte[] before = mirror.fetch("metadata/timestamp.json").orElseThrow();
        repository.spoil("metadata/timestamp.json");
        repository.publish("acme/other", new byte[] {2}, false);
        await().until(() -> !mirror.trouble().isEmpty());
        assertArrayEquals(before, mirror.fetch("metadata/timestamp.json").orElseThrow());
        assertEquals(first, mirror.manifests().getFirst().manifest());
        repository.heal();
        await().until(() -> mirror.trouble().isEmpty() && mirror.manifests().size() == 2);
    }

    @Test
    void restartedMirrorServesWithoutTheOrigin() {
        Manifest manifest = published("acme/editor");
        String path = "metadata/timestamp.json";
        byte[] timestamp = mirror.fetch(path).orElseThrow();
        mirror.close();
        repository.away(true);
        mirror = mirror();
        assertArrayEquals(timestamp, mirror.fetch(path).orElseThrow());
        assertEquals(manifest, mirror.manifests().getFirst().manifest());
    }

    @Test
    void aMirrorThatHoldsNothingDoesNotWaitForItsNextTurn() throws IOException {
        mirror.close();
        Path fresh = Files.createDirectories(directory.resolve("fresh"));
        repository = new Repository(fresh);
        repository.away(true);
        mirror = Mirror.start(
                new MirrorConfig(
                        URI.create("https://192.0.2.10:7400"),
                        fresh.resolve("data"),
                        repository.trustedRoot(),
                        Duration.ofHours(1)),
                repository,
                InstantSource.system(),
                told::add);
        await().until(() -> !mirror.trouble().isEmpty());
        repository.away(false);
        await().until(() -> mirror.version() > 0);
    }

    @Test
    void newsOfAPublicationAreLookedAtAtOnce() {
        mirror.close();
        mirror = mirror(Duration.ofHours(1));
        await().until(() -> mirror.version() > 0);
        Manifest manifest = repository.publish("acme/new", new byte[] {7}, false);
        mirror.lookSoon();
        await().until(() -> mirror.manifests().stream()
                .anyMatch(verified -> verified.manifest().id().equals(manifest.id())));
    }

    @Test
    void missingTrustedRootIsSaidInOneLine() throws IOException {
        mirror.close();
        Files.delete(repository.trustedRoot());
        UsageException e = assertThrows(UsageException.class, this::mirror);
        assertTrue(String.valueOf(e.getMessage()).contains("root.json: there is no such file"), e.getMessage());
    }
}
