package packhorse.seeder.origin;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Dependency;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.topology.HostPort;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.store.Store;
import packhorse.seeder.Deployment;
import packhorse.seeder.build.Progress;
import packhorse.seeder.publish.BundleRequest;
import packhorse.seeder.publish.Destinations;
import packhorse.seeder.publish.PublishRequest;
import packhorse.seeder.sign.KeyDirectory;

/** What a retired release leaves at the origin: nothing that something else does not need, whatever happens meanwhile. */
@Timeout(300)
final class RetireTest {
    private static final int SIZE = 300_000;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path dir;

    private Deployment deployment() {
        return new Deployment(dir, InstantSource.system(), "127.40.9.1");
    }

    private Path source(String name, int seed) throws IOException {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return Files.write(dir.resolve(name), bytes);
    }

    private static Manifest publish(Deployment deployment, PublishRequest request) {
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            var unused = session.publisher().publish(request);
        }
        return ManifestCodec.decode(
                deployment.directory().document(request.id().targetPath()).orElseThrow());
    }

    private static Manifest publish(Deployment deployment, Path source, String name, String version) {
        return publish(deployment, Deployment.request(source, name, version));
    }

    static SortedSet<String> retire(Deployment deployment, ReleaseId release, boolean bundles) {
        return deployment
                .directory()
                .retire(
                        release,
                        bundles,
                        request -> request.sign(deployment.targetsKeys()).bytes());
    }

    private static Path pack(Deployment deployment, Manifest manifest) {
        return deployment
                .data()
                .resolve("store/packs")
                .resolve(manifest.content().sha256().hex());
    }

    private static Path object(Deployment deployment, Sha256 digest) {
        return deployment.data().resolve("repository/objects").resolve(digest.hex());
    }

    private static long files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    private static void assertGone(Deployment deployment, Manifest manifest) {
        assertFalse(Files.exists(pack(deployment, manifest)), "pack");
        assertFalse(
                Files.exists(deployment
                        .data()
                        .resolve("contents")
                        .resolve(manifest.content().sha256().hex())),
                "content");
        assertFalse(Files.exists(object(deployment, manifest.pack().torrent().sha256())), "torrent");
        assertFalse(Files.exists(object(deployment, manifest.files().sha256())), "file list");
    }

    private static void assertWhole(Deployment deployment, Manifest manifest, Path source) throws IOException {
        Path content =
                pack(deployment, manifest).resolve(manifest.content().sha256().hex());
        assertArrayEquals(Files.readAllBytes(source), Files.readAllBytes(content));
        assertTrue(Files.exists(object(deployment, manifest.pack().torrent().sha256())), "torrent");
        assertTrue(Files.exists(object(deployment, manifest.files().sha256())), "file list");
    }

    @Test
    void whatIsRetiredLeavesTheOriginWithItsUpdatesAndWhatOthersNeedStays() throws IOException {
        Deployment deployment = deployment();
        Path first = source("one.bin", 1);
        Path second = source("two.bin", 2);
        Manifest one = publish(deployment, first, "acme/app", "1");
        Manifest two = publish(deployment, second, "acme/app", "2");
        Manifest old = publish(deployment, source("old.bin", 3), "acme/app", "0.9");
        Manifest same = publish(deployment, first, "acme/other", "1");
        try (Origin origin = deployment.start()) {
            await().atMost(SOON).until(() -> origin.seeded() == 4);
            assertEquals(Set.of(one.id().targetPath(), two.id().targetPath()), retire(deployment, one.id(), false));
            await().atMost(SOON).until(() -> origin.seeded() == 2);
            await().atMost(SOON).until(() -> files(deployment.data().resolve("repository/targets")) == 2);
            assertGone(deployment, two);
            assertWhole(deployment, same, first);
            assertWhole(deployment, old, dir.resolve("old.bin"));
            assertEquals(4, files(deployment.data().resolve("repository/objects")));
            assertEquals(1, files(pack(deployment, same).resolve("manifests")), "the name that is gone is forgotten");
            assertEquals(Set.of(), retire(deployment, one.id(), false), "once is enough");
            UsageException unknown = assertThrows(
                    UsageException.class,
                    () -> retire(
                            deployment,
                            Deployment.request(first, "acme/none", "1").id(),
                            false));
            assertTrue(String.valueOf(unknown.getMessage()).contains("is not in the catalogue"));

            UsageException other =
                    assertThrows(UsageException.class, () -> publish(deployment, first, "acme/app", "2"));
            assertTrue(String.valueOf(other.getMessage()).contains("and retired; give the new content"));
            assertEquals(two, publish(deployment, second, "acme/app", "2"), "the same content comes back");
            await().atMost(SOON).until(() -> origin.seeded() == 3);
            assertEquals(Set.of(), retire(deployment, one.id(), false), "what came since is another decision");
            assertWhole(deployment, two, second);
        }
    }

    @Test
    void whatSomethingElseRefersToIsNotRetired() throws IOException {
        Deployment deployment = deployment();
        Manifest one = publish(deployment, source("one.bin", 1), "acme/app", "1");
        publish(
                deployment,
                new PublishRequest(
                        source("tool.bin", 2),
                        Deployment.request(dir, "acme/tool", "1").id(),
                        Kind.PACKAGE,
                        false,
                        false,
                        List.of(Dependency.parse("acme/app:[1,)"))));
        UsageException needed = assertThrows(UsageException.class, () -> retire(deployment, one.id(), true));
        assertTrue(String.valueOf(needed.getMessage()).contains("acme/tool@1 (any) depends on acme/app"));
        retire(deployment, Deployment.request(dir, "acme/tool", "1").id(), false);
        Path file = Files.writeString(
                dir.resolve("desk.yaml"), "name: acme/desk\nversion: 1\nmembers:\n  - {name: acme/app, version: 1}\n");
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            var unused = session.publisher().publish(BundleRequest.read(file));
        }
        UsageException named = assertThrows(UsageException.class, () -> retire(deployment, one.id(), false));
        assertTrue(String.valueOf(named.getMessage()).contains("the bundle acme/desk@1 names it"));
        assertEquals(Set.of(one.id().targetPath(), "acme/desk/1/bundle.json"), retire(deployment, one.id(), true));
        try (Origin origin = deployment.start()) {
            await().atMost(SOON).until(() -> files(deployment.data().resolve("repository/targets")) == 0);
            assertEquals(0, origin.seeded());
            assertEquals(0, files(deployment.data().resolve("repository/objects")));
            assertGone(deployment, one);
        }
    }

    /** Whoever takes it out may go on with that after the lock was let go. */
    @Test
    void aContentThatIsJustLeavingIsNotPublishedUntilItIsGone() throws IOException {
        Deployment deployment = deployment();
        Path source = source("one.bin", 1);
        Manifest one = publish(deployment, source, "acme/app", "1");
        try (Origin origin = deployment.start()) {
            await().atMost(SOON).until(() -> origin.seeded() == 1);
        }
        retire(deployment, one.id(), false);
        assertThrows(
                Crash.class,
                () -> deployment.directory().clear((manifest, document, named) -> {
                    throw new Crash();
                }));
        OperationException leaving =
                assertThrows(OperationException.class, () -> publish(deployment, source, "acme/other", "1"));
        assertTrue(String.valueOf(leaving.getMessage()).contains("was retired and is just being removed"));
        try (Origin origin = deployment.start()) {
            await().atMost(SOON).until(() -> files(deployment.data().resolve("repository/targets")) == 0);
            assertGone(deployment, one);
            Manifest other = publish(deployment, source, "acme/other", "1");
            await().atMost(SOON).until(() -> origin.seeded() == 1);
            assertWhole(deployment, other, source);
        }
    }

    @Test
    void whatCannotLeaveNowHoldsUpNothingElse() throws IOException {
        Deployment deployment = deployment();
        Manifest one = publish(deployment, source("one.bin", 1), "acme/app", "1");
        Manifest two = publish(deployment, source("two.bin", 2), "acme/next", "1");
        Manifest three = publish(deployment, source("three.bin", 3), "acme/third", "1");
        for (Manifest each : List.of(one, two, three)) {
            retire(deployment, each.id(), false);
        }
        Set<Manifest> fetched = Set.of(one, three);
        OperationException why = assertThrows(
                OperationException.class,
                () -> deployment.directory().clear((manifest, document, named) -> {
                    if (fetched.contains(manifest)) {
                        throw new OperationException("the pack of " + manifest.id() + " is being fetched");
                    }
                }));
        assertTrue(String.valueOf(why.getMessage()).endsWith("is being fetched"));
        assertEquals(1, why.getSuppressed().length);
        assertGone(deployment, two);
        assertEquals(2, files(deployment.data().resolve("repository/targets")), "what is said to be done once more");
        deployment.directory().clear((manifest, document, named) -> assertTrue(fetched.contains(manifest)));
        assertEquals(0, files(deployment.data().resolve("repository").resolve("targets")));
        assertGone(deployment, one);
        assertGone(deployment, three);
    }

    @Test
    void aBundleThatNamesWhatWasRetiredMeanwhileIsRefused() throws IOException {
        Deployment deployment = deployment();
        Manifest one = publish(deployment, source("one.bin", 1), "acme/app", "1");
        Path file = Files.writeString(
                dir.resolve("desk.yaml"), "name: acme/desk\nversion: 1\nmembers:\n  - {name: acme/app, version: 1}\n");
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            var unused = session.publisher().publish(BundleRequest.read(file));
        }
        byte[] desk = deployment.directory().document("acme/desk/1/bundle.json").orElseThrow();
        retire(deployment, one.id(), true);
        UsageException gone = assertThrows(
                UsageException.class,
                () -> deployment
                        .directory()
                        .publish(
                                "acme/desk/1/bundle.json",
                                desk,
                                request ->
                                        request.sign(deployment.targetsKeys()).bytes(),
                                Optional.empty()));
        assertTrue(String.valueOf(gone.getMessage()).contains("names acme/app@1 (any) as it is not in the catalogue"));
    }

    /** A crash before any step, and then the same again. */
    @Test
    void aCrashAnywhereLeavesItToTheNextTime() throws IOException {
        Deployment deployment = deployment();
        Path kept = source("kept.bin", 1);
        Manifest stays = publish(deployment, kept, "acme/kept", "1");
        int steps = 0;
        for (boolean crashed = true; crashed; steps++) {
            Manifest gone = publish(deployment, source("gone" + steps, 10 + steps), "acme/app", "1." + steps);
            retire(deployment, gone.id(), false);
            AtomicInteger left = new AtomicInteger(steps);
            try {
                deployment.directory().clear((manifest, document, named) -> {}, new DurableFiles(what -> {
                    if (left.getAndDecrement() == 0) {
                        throw new Crash();
                    }
                }));
                crashed = false;
            } catch (Crash e) {
                deployment.directory().clear((manifest, document, named) -> assertEquals(gone, manifest));
            }
            assertGone(deployment, gone);
            assertEquals(1, files(deployment.data().resolve("repository/targets")));
            assertEquals(2, files(deployment.data().resolve("repository/objects")));
        }
        assertTrue(steps > 5, steps + " steps");
        try (Origin origin = deployment.start()) {
            await().atMost(SOON).until(() -> origin.seeded() == 1);
            assertWhole(deployment, stays, kept);
        }
    }

    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A process that dies as if the machine had, while it removes. */
    @Test
    void anOriginThatIsKilledWhileItRemovesGoesOnWithItsNextStart() throws Exception {
        Deployment deployment = deployment();
        Path kept = source("kept.bin", 1);
        Manifest stays = publish(deployment, kept, "acme/kept", "1");
        for (int step = 0; step < 4; step++) {
            Manifest gone = publish(deployment, source("gone" + step, 10 + step), "acme/app", "1." + step);
            try (Origin origin = deployment.start()) {
                await().atMost(SOON).until(() -> origin.seeded() == 2);
            }
            retire(deployment, gone.id(), false);
            assertEquals(ClearingProcess.HALTED, child(deployment, step), "step " + step);
            try (Origin origin = deployment.start()) {
                await().atMost(SOON).until(() -> files(deployment.data().resolve("repository/targets")) == 1);
                await().atMost(SOON).until(() -> origin.seeded() == 1);
                assertGone(deployment, gone);
                assertWhole(deployment, stays, kept);
            }
        }
    }

    private int child(Deployment deployment, int step) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClearingProcess.class.getName(),
                        deployment.data().toString(),
                        deployment.keys().path().toString(),
                        Integer.toString(step)))
                .redirectErrorStream(true)
                .redirectOutput(new File(dir.toFile(), "child.log"))
                .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the child hangs");
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Removes what was retired in a process of its own, which halts before the step that it is told: DATA KEYS STEP. */
    static final class ClearingProcess {
        static final int HALTED = 77;

        private ClearingProcess() {}

        public static void main(String[] args) {
            KeyDirectory keys = KeyDirectory.open(Path.of(args[1]));
            OriginDirectory directory = OriginDirectory.open(
                    Path.of(args[0]),
                    keys.repository(),
                    keys.online(new StretchedPassphrase(Deployment.passphrase())),
                    Staging.Limits.DEFAULT,
                    InstantSource.system());
            AtomicInteger left = new AtomicInteger(Integer.parseInt(args[2]));
            Runnable step = () -> {
                if (left.getAndDecrement() == 0) {
                    Runtime.getRuntime().halt(HALTED);
                }
            };
            try (Store store = Store.open(directory.store())) {
                Stock stock = new Stock(directory, store, new Halting(step));
                directory.clear(stock::drop, new DurableFiles(what -> step.run()));
            }
        }

        private record Halting(Runnable step) implements Seeding {
            @Override
            public void seed(VerifiedManifest manifest) {}

            @Override
            public void drop(Sha256 pack) {
                step.run();
            }

            @Override
            public String describe() {
                return "nothing";
            }

            @Override
            public void close() {}
        }
    }

    @Test
    void aSwarmLetsGoOfWhatIsRetired() throws IOException {
        Deployment deployment = deployment();
        Path first = source("one.bin", 1);
        Path kept = source("kept.bin", 2);
        Manifest one = publish(deployment, first, "acme/app", "1");
        Manifest stays = publish(deployment, kept, "acme/kept", "1");
        OriginConfig config =
                deployment.config(0, List.of(new HostPort("tracker.example.invalid", 7301)), Optional.empty());
        try (Origin origin = deployment.startSeeding(config)) {
            await().atMost(SOON).until(() -> origin.seeded() == 2);
            retire(deployment, one.id(), false);
            await().atMost(SOON).until(() -> files(deployment.data().resolve("repository/targets")) == 1);
            assertGone(deployment, one);
            assertEquals(1, origin.seeded());
            assertWhole(deployment, stays, kept);
            publish(deployment, first, "acme/app", "1");
            await().atMost(SOON).until(() -> origin.seeded() == 2);
            assertWhole(deployment, one, first);
        }
    }
}
