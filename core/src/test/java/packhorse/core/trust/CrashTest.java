package packhorse.core.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.ReleaseId;
import packhorse.core.durable.DurableFiles;

/** A crash before any step that changes the disk leaves the old state or the new, and doing it again ends in the new. */
final class CrashTest {
    private static final Instant BIRTH = CatalogueFixture.BIRTH;
    private static final OnlineKeys ONLINE = CatalogueFixture.KEYS.online();
    private static final VerifiedFixture ONE = VerifiedFixture.release("1.0");
    private static final VerifiedFixture TWO = VerifiedFixture.release("2.0");

    @TempDir
    private Path temporary;

    /** The process ends here. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Lets so many steps pass, then ends the process; counts how many there were. */
    private static final class Fuse implements DurableFiles.Step {
        private int left;

        Fuse(int left) {
            this.left = left;
        }

        @Override
        public void before(String what) {
            if (left-- == 0) {
                throw new Crash();
            }
        }

        boolean burnt() {
            return left < 0;
        }
    }

    @Test
    void publishingSurvivesACrashBeforeEveryStep() {
        int steps = 0;
        for (boolean crashed = true; crashed; steps++) {
            Path directory = temporary.resolve("repository" + steps);
            Path store = temporary.resolve("store" + steps);
            byte[] root;
            byte[] signed;
            Map<String, byte[]> both = CatalogueFixture.additions(ONE, TWO);
            try (CatalogueWriter writer = CatalogueFixture.create(directory)) {
                CatalogueFixture.publish(writer, BIRTH, ONE);
                root = writer.root();
                signed = CatalogueFixture.signTargets(
                        writer.stageTargets(both, BIRTH).orElseThrow());
            }
            TufClient client = CatalogueFixture.client(directory, store, root, () -> BIRTH);
            client.refresh();

            Fuse fuse = new Fuse(steps);
            try (CatalogueWriter writer = CatalogueWriter.open(directory, Lifetimes.DEFAULT, new DurableFiles(fuse))) {
                runToTheFuse(() -> writer.publishTargets(signed, both, ONLINE, BIRTH));
            }
            crashed = fuse.burnt();

            List<ReleaseId> seen = client.refresh().releases();
            assertTrue(
                    seen.equals(List.of(ONE.id())) || seen.equals(List.of(ONE.id(), TWO.id())),
                    "step " + steps + ": " + seen);
            seen.forEach(id -> client.manifest(id));

            try (CatalogueWriter writer = CatalogueWriter.open(directory, Lifetimes.DEFAULT)) {
                Instant later = BIRTH.plusSeconds(60);
                boolean wasNew = seen.size() == 2;
                assertEquals(!wasNew, writer.publishTargets(signed, both, ONLINE, later), "step " + steps);
                assertEquals(List.of(ONE.id(), TWO.id()), writer.catalogue().releases());
            }
            assertEquals(List.of(ONE.id(), TWO.id()), client.refresh().releases());
            client.manifest(TWO.id());
        }
        assertTrue(steps > 16, "four files in four steps each: " + steps);
    }

    @Test
    void makingACatalogueSurvivesACrashBeforeEveryStep() {
        int steps = 0;
        for (boolean crashed = true; crashed; steps++) {
            Path directory = temporary.resolve("made" + steps);
            Fuse fuse = new Fuse(steps);
            runToTheFuse(() -> CatalogueWriter.create(
                            directory, CatalogueFixture.KEYS, Lifetimes.DEFAULT, BIRTH, new DurableFiles(fuse))
                    .close());
            crashed = fuse.burnt();
            boolean complete = Files.exists(directory.resolve("metadata/timestamp.json"));
            try (CatalogueWriter writer = complete
                    ? CatalogueWriter.open(directory, Lifetimes.DEFAULT)
                    : CatalogueFixture.create(directory)) {
                CatalogueFixture.client(directory, temporary.resolve("of" + steps), writer.root(), () -> BIRTH)
                        .refresh();
            }
        }
        assertTrue(steps > 16, "four files in four steps each: " + steps);
    }

    @Test
    void refreshingSurvivesACrashBeforeEveryStepAndForgetsNoVersion() {
        ForgedRepository repository = new ForgedRepository();
        byte[] root = repository.rootBytes(1);
        byte[] oldTimestamp = repository.file("metadata/timestamp.json");
        int steps = 0;
        for (boolean crashed = true; crashed; steps++) {
            ForgedRepository fresh = new ForgedRepository();
            TrustedStore store = TrustedStore.open(temporary.resolve("client" + steps));
            TufClient before = new TufClient(fresh, store, () -> BIRTH);
            before.initialise(root);
            before.refresh();
            fresh.nextRoot(ForgedRepository.key(1));
            fresh.next();

            Fuse fuse = new Fuse(steps);
            TrustedStore failing = TrustedStore.open(store.directory(), new DurableFiles(fuse));
            Instant later = BIRTH.plus(Duration.ofHours(2));
            runToTheFuse(() -> new TufClient(fresh, failing, () -> later).refresh());
            crashed = fuse.burnt();

            TufClient after = new TufClient(fresh, TrustedStore.open(store.directory()), () -> later);
            Optional<Long> held = after.catalogue().map(Catalogue::version);
            assertTrue(held.equals(Optional.of(1L)) || held.equals(Optional.of(2L)), "step " + steps + ": " + held);
            boolean newer = after.catalogue().orElseThrow().timestampVersion() == 2;
            byte[] newTimestamp = fresh.file("metadata/timestamp.json");
            if (newer) {
                fresh.files.put("metadata/timestamp.json", oldTimestamp);
                assertEquals(
                        TrustException.Kind.ROLLBACK,
                        assertThrows(TrustException.class, after::refresh).kind(),
                        "step " + steps);
                fresh.files.put("metadata/timestamp.json", newTimestamp);
            }
            assertEquals(2, after.refresh().version(), "step " + steps);
        }
        assertTrue(steps > 20, "five files in four steps each: " + steps);
    }

    @Test
    void theRecoveryFromAFastForwardSurvivesACrashBeforeEveryStep() {
        int steps = 0;
        for (boolean crashed = true; crashed; steps++) {
            ForgedRepository repository = new ForgedRepository();
            repository.timestampVersion = 1_000_000;
            repository.timestamp();
            TrustedStore store = TrustedStore.open(temporary.resolve("forwarded" + steps));
            TufClient before = new TufClient(repository, store, () -> BIRTH);
            before.initialise(repository.rootBytes(1));
            before.refresh();
            SigningKey stolen = ForgedRepository.key(4);
            repository.hold(Role.TIMESTAMP, 1, stolen, ForgedRepository.key(40));
            repository.nextRoot(ForgedRepository.key(1));
            repository.timestampVersion = 2;
            repository.timestamp();

            Fuse fuse = new Fuse(steps);
            TrustedStore failing = TrustedStore.open(store.directory(), new DurableFiles(fuse));
            runToTheFuse(() -> new TufClient(repository, failing, () -> BIRTH).refresh());
            crashed = fuse.burnt();

            TufClient after = new TufClient(repository, TrustedStore.open(store.directory()), () -> BIRTH);
            assertEquals(2, after.refresh().timestampVersion(), "step " + steps);
        }
    }

    private static void runToTheFuse(Runnable work) {
        try {
            work.run();
        } catch (Crash e) {
            // The process ended here; what follows is the next one.
        }
    }
}
