package packhorse.core.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BlobRef;

final class CatalogueWriterTest {
    private static final Instant BIRTH = CatalogueFixture.BIRTH;
    private static final OnlineKeys ONLINE = CatalogueFixture.KEYS.online();
    private static final VerifiedFixture ONE = VerifiedFixture.release("1.0");
    private static final VerifiedFixture TWO = VerifiedFixture.release("2.0");

    @TempDir
    private Path temporary;

    private Path directory() {
        return temporary.resolve("repository");
    }

    private TufClient client(CatalogueWriter writer, Instant now) {
        return CatalogueFixture.client(directory(), temporary.resolve("store"), writer.root(), new TurnedClock(now));
    }

    @Test
    void whatItPublishesAClientVerifies() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            TufClient client = client(writer, BIRTH);
            assertEquals(1, client.refresh().version());
            assertTrue(CatalogueFixture.publish(writer, BIRTH, ONE, TWO));
            assertEquals(List.of(ONE.id(), TWO.id()), client.refresh().releases());
            VerifiedManifest manifest = client.manifest(TWO.id());
            assertArrayEquals(TWO.bytes(), manifest.bytes());
            assertEquals(TWO.id(), manifest.manifest().id());
            assertEquals(writer.catalogue().version(), client.refresh().version());
        }
    }

    @Test
    void publishingTheSameAgainChangesNothing() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            Map<String, byte[]> additions = CatalogueFixture.additions(ONE);
            byte[] signed = CatalogueFixture.signTargets(
                    writer.stageTargets(additions, BIRTH).orElseThrow());
            assertTrue(writer.publishTargets(signed, additions, ONLINE, BIRTH));
            Map<Path, String> before = contents(directory());
            assertFalse(writer.publishTargets(signed, additions, ONLINE, BIRTH.plusSeconds(60)));
            assertEquals(Optional.empty(), writer.stageTargets(additions, BIRTH));
            assertEquals(before, contents(directory()));
        }
    }

    @Test
    void anotherContentUnderAPublishedPathIsRefused() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            CatalogueFixture.publish(writer, BIRTH, ONE);
            Map<Path, String> before = contents(directory());
            Map<String, byte[]> other = Map.of(ONE.path(), TWO.bytes());
            UsageException refusal = assertThrows(UsageException.class, () -> writer.stageTargets(other, BIRTH));
            assertTrue(
                    String.valueOf(refusal.getMessage()).contains("already published with another content"),
                    refusal.getMessage());
            Catalogue catalogue = writer.catalogue();
            byte[] forced = CatalogueFixture.signTargets(SigningRequest.of(
                    TargetsMetadata.next(
                            TargetsMetadata.first(BIRTH),
                            catalogue.version() + 1,
                            BIRTH.plus(Duration.ofDays(1)),
                            List.of(TargetInfo.of(ONE.path(), TWO.bytes()))),
                    "forced"));
            assertThrows(UsageException.class, () -> writer.publishTargets(forced, other, ONLINE, BIRTH));
            assertEquals(before, contents(directory()));
        }
    }

    @Test
    void aTargetsFileThatDropsSomethingIsRefused() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            CatalogueFixture.publish(writer, BIRTH, ONE);
            byte[] forced = CatalogueFixture.signTargets(SigningRequest.of(
                    TargetsMetadata.next(
                            TargetsMetadata.first(BIRTH),
                            writer.catalogue().version() + 1,
                            BIRTH.plus(Duration.ofDays(1)),
                            List.of()),
                    "forced"));
            assertThrows(UsageException.class, () -> writer.publishTargets(forced, Map.of(), ONLINE, BIRTH));
        }
    }

    @Test
    void whatIsRetiredIsListedNoMoreAndItsNameNeverMeansAnythingElse() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            TufClient client = client(writer, BIRTH);
            CatalogueFixture.publish(writer, BIRTH, ONE, TWO);
            Set<String> paths = Set.of(ONE.path(), "acme/unknown/1/any.json");
            SigningRequest request = writer.stageRetirement(paths, BIRTH).orElseThrow();
            byte[] signed = CatalogueFixture.signTargets(request);
            assertThrows(
                    TrustException.class,
                    () -> writer.publishRetirement(
                            request.sign(ForgedRepository.key(4)).bytes(), paths, ONLINE, BIRTH));
            assertThrows(UsageException.class, () -> writer.publishTargets(signed, Map.of(), ONLINE, BIRTH));
            assertThrows(
                    UsageException.class, () -> writer.publishRetirement(signed, Set.of(TWO.path()), ONLINE, BIRTH));
            assertEquals(List.of(ONE.id(), TWO.id()), client.refresh().releases());

            assertTrue(writer.publishRetirement(signed, paths, ONLINE, BIRTH));
            assertFalse(writer.publishRetirement(signed, paths, ONLINE, BIRTH), "once is enough");
            assertEquals(Optional.empty(), writer.stageRetirement(paths, BIRTH));
            assertEquals(List.of(TWO.id()), client.refresh().releases());
            assertEquals(Set.of(ONE.path()), client.refresh().retired().keySet());

            Map<String, byte[]> other = Map.of(ONE.path(), TWO.bytes());
            UsageException refusal = assertThrows(UsageException.class, () -> writer.stageTargets(other, BIRTH));
            assertTrue(String.valueOf(refusal.getMessage()).contains("and retired"), refusal.getMessage());
            Catalogue catalogue = writer.catalogue();
            byte[] forgetful = CatalogueFixture.signTargets(SigningRequest.of(
                    TargetsMetadata.next(
                            TargetsMetadata.first(BIRTH),
                            catalogue.version() + 1,
                            BIRTH.plus(Duration.ofDays(1)),
                            catalogue.targets().values()),
                    "forgetful"));
            assertThrows(UsageException.class, () -> writer.publishTargets(forgetful, Map.of(), ONLINE, BIRTH));

            assertTrue(CatalogueFixture.publish(writer, BIRTH, ONE), "the same content comes back");
            assertEquals(List.of(ONE.id(), TWO.id()), client.refresh().releases());
            assertEquals(Map.of(), client.refresh().retired());
        }
    }

    @Test
    void ofTwoPublishersFromTheSameVersionTheSecondIsToldToStartAgain() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            Map<String, byte[]> first = CatalogueFixture.additions(ONE);
            Map<String, byte[]> second = CatalogueFixture.additions(TWO);
            byte[] signedFirst = CatalogueFixture.signTargets(
                    writer.stageTargets(first, BIRTH).orElseThrow());
            byte[] signedSecond = CatalogueFixture.signTargets(
                    writer.stageTargets(second, BIRTH).orElseThrow());
            assertTrue(writer.publishTargets(signedFirst, first, ONLINE, BIRTH));
            UsageException refusal = assertThrows(
                    UsageException.class, () -> writer.publishTargets(signedSecond, second, ONLINE, BIRTH));
            assertTrue(String.valueOf(refusal.getMessage()).contains("publish again"), refusal.getMessage());
        }
    }

    @Test
    void tooFewSignaturesAndWrongOrMissingFilesAreRefusedAndChangeNothing() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            Map<Path, String> before = contents(directory());
            Map<String, byte[]> additions = CatalogueFixture.additions(ONE);
            SigningRequest request = writer.stageTargets(additions, BIRTH).orElseThrow();
            byte[] half = request.sign(ForgedRepository.key(4)).bytes();
            byte[] whole = CatalogueFixture.signTargets(request);
            assertThrows(TrustException.class, () -> writer.publishTargets(half, additions, ONLINE, BIRTH));
            assertThrows(UsageException.class, () -> writer.publishTargets(whole, Map.of(), ONLINE, BIRTH));
            assertThrows(
                    UsageException.class,
                    () -> writer.publishTargets(whole, Map.of(ONE.path(), TWO.bytes()), ONLINE, BIRTH));
            OnlineKeys strangers = new OnlineKeys(List.of(ForgedRepository.key(90)), List.of(ForgedRepository.key(91)));
            assertThrows(UsageException.class, () -> writer.publishTargets(whole, additions, strangers, BIRTH));
            assertEquals(before, contents(directory()));
        }
    }

    @Test
    void aRequestIsSignedByOneHolderAfterTheOther() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            Map<String, byte[]> additions = CatalogueFixture.additions(ONE);
            SigningRequest request = writer.stageTargets(additions, BIRTH).orElseThrow();
            SigningRequest first =
                    SigningRequest.parse(request.sign(ForgedRepository.key(4)).bytes(), "the request");
            assertEquals(1, first.signatures(writer.keys(Role.TARGETS)));
            assertFalse(first.complete(writer.keys(Role.TARGETS)));
            SigningRequest second = SigningRequest.parse(
                    first.sign(ForgedRepository.key(4))
                            .sign(ForgedRepository.key(5))
                            .bytes(),
                    "the request");
            assertTrue(second.complete(writer.keys(Role.TARGETS)));
            assertTrue(writer.publishTargets(second.bytes(), additions, ONLINE, BIRTH));
        }
    }

    @Test
    void aPublisherElsewhereStagesFromTheCatalogueItVerified() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            Map<String, byte[]> additions = CatalogueFixture.additions(ONE);
            SigningRequest request = client(writer, BIRTH)
                    .refresh()
                    .stageTargets(additions, Lifetimes.DEFAULT, BIRTH)
                    .orElseThrow();
            assertTrue(writer.publishTargets(CatalogueFixture.signTargets(request), additions, ONLINE, BIRTH));
        }
    }

    @Test
    void aSecondWriterIsKeptOut() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            assertTrue(writer.directory().equals(directory()));
            assertThrows(OperationException.class, () -> CatalogueWriter.open(directory(), Lifetimes.DEFAULT));
        }
        try (CatalogueWriter again = CatalogueWriter.open(directory(), Lifetimes.DEFAULT)) {
            assertEquals(1, again.catalogue().version());
        }
    }

    @Test
    void aRefusedSecondWriterDoesNotLoosenTheFirstOnesLock() throws IOException {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            assertThrows(OperationException.class, () -> CatalogueWriter.open(directory(), Lifetimes.DEFAULT));
            assertEquals("held", LockProbe.ask(writer.directory().resolve("lock")));
        }
        assertEquals("free", LockProbe.ask(directory().resolve("lock")));
    }

    @Test
    void aFlippedBitOnTheWritersDiskIsNotSignedIntoTheNextVersion() throws IOException {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            CatalogueFixture.publish(writer, BIRTH, ONE);
            for (String name :
                    List.of(Role.ROOT.path(1), Role.TIMESTAMP.path(0), Role.SNAPSHOT.path(2), Role.TARGETS.path(2))) {
                Path file = directory().resolve(name);
                byte[] honest = Files.readAllBytes(file);
                // The root carries a signature more than it needs, so only its signed part counts.
                int from = name.equals(Role.ROOT.path(1)) ? new String(honest, UTF_8).indexOf("\"signed\"") : 0;
                for (int at = from; at < honest.length; at += 7) {
                    byte[] flipped = honest.clone();
                    flipped[at] ^= 1;
                    Files.write(file, flipped);
                    assertThrows(
                            OperationException.class,
                            () -> writer.stageTargets(CatalogueFixture.additions(TWO), BIRTH),
                            name + ", byte " + at);
                    assertThrows(
                            OperationException.class,
                            () -> writer.refreshOnline(ONLINE, BIRTH.plus(Duration.ofDays(5))),
                            name + ", byte " + at);
                }
                Files.write(file, honest);
            }
            assertTrue(CatalogueFixture.publish(writer, BIRTH, TWO));
        }
    }

    @Test
    void aCatalogueIsNotMadeOverAnotherNorOpenedWhereThereIsNone() {
        CatalogueFixture.create(directory()).close();
        assertThrows(UsageException.class, () -> CatalogueFixture.create(directory()));
        CatalogueWriter.open(directory(), Lifetimes.DEFAULT).close();
        assertThrows(UsageException.class, () -> CatalogueWriter.open(temporary.resolve("none"), Lifetimes.DEFAULT));
    }

    @Test
    void rotatingTheRootAndTheOnlineKeysIsFollowedByAClient() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            TufClient client = client(writer, BIRTH);
            client.refresh();
            SigningKey newSnapshot = ForgedRepository.key(20);
            SigningKey newRoot = ForgedRepository.key(21);
            Map<Role, KeySet> roles = new HashMap<>();
            roles.put(Role.SNAPSHOT, KeySet.of(List.of(newSnapshot.publicKey()), 1));
            roles.put(
                    Role.ROOT,
                    KeySet.of(
                            List.of(newRoot.publicKey(), ForgedRepository.key(1).publicKey()), 2));
            SigningRequest request = writer.stageRoot(roles, BIRTH).sign(ForgedRepository.key(1));
            OnlineKeys online = new OnlineKeys(List.of(newSnapshot), ONLINE.timestamp());
            assertThrows(TrustException.class, () -> writer.publishRoot(request.bytes(), online, BIRTH));
            byte[] complete =
                    request.sign(ForgedRepository.key(2)).sign(newRoot).bytes();
            assertThrows(UsageException.class, () -> writer.publishRoot(complete, ONLINE, BIRTH));
            writer.publishRoot(complete, online, BIRTH);
            assertEquals(2, client.refresh().rootVersion());
            writer.publishRoot(complete, online, BIRTH);
            assertThrows(UsageException.class, () -> writer.refreshOnline(ONLINE, BIRTH));
            assertFalse(writer.refreshOnline(online, BIRTH));
        }
    }

    @Test
    void onlineRolesAreSignedAnewAtHalfTheirLife() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            long first = writer.catalogue().timestampVersion();
            assertFalse(writer.refreshOnline(ONLINE, BIRTH.plus(Duration.ofHours(11))));
            assertTrue(writer.refreshOnline(ONLINE, BIRTH.plus(Duration.ofHours(12))));
            assertEquals(first + 1, writer.catalogue().timestampVersion());
            assertFalse(Files.exists(directory().resolve(Role.SNAPSHOT.path(2))));
            Instant halfTheSnapshot = BIRTH.plus(Duration.ofHours(84));
            assertTrue(writer.refreshOnline(ONLINE, halfTheSnapshot));
            assertTrue(Files.exists(directory().resolve(Role.SNAPSHOT.path(2))));
            client(writer, halfTheSnapshot).refresh();
        }
    }

    @Test
    void aTargetsFileThatNobodyWouldReadIsRefused() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            CatalogueFixture.publish(writer, BIRTH, ONE);
            byte[] renewed = CatalogueFixture.signTargets(writer.stageTargetsRenewal(BIRTH));
            byte[] padded = Arrays.copyOf(renewed, Role.TARGETS.lengthMaxBytes() + 1);
            Arrays.fill(padded, renewed.length, padded.length, (byte) ' ');
            UsageException tooLong =
                    assertThrows(UsageException.class, () -> writer.publishTargets(padded, Map.of(), ONLINE, BIRTH));
            assertTrue(String.valueOf(tooLong.getMessage()).contains("16777217 bytes"));
            byte[] just = Arrays.copyOf(padded, Role.TARGETS.lengthMaxBytes());
            assertTrue(writer.publishTargets(just, Map.of(), ONLINE, BIRTH));
            assertEquals(List.of(ONE.id()), writer.catalogue().releases());
        }
    }

    @Test
    void renewedTargetsListTheSameAndLiveLonger() {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            CatalogueFixture.publish(writer, BIRTH, ONE);
            Instant later = BIRTH.plus(Duration.ofDays(300));
            assertEquals(
                    List.of(Role.ROOT, Role.TARGETS),
                    writer.warnings(later).stream().map(ExpiryWarning::role).toList());
            byte[] renewed = CatalogueFixture.signTargets(writer.stageTargetsRenewal(later));
            assertTrue(writer.publishTargets(renewed, Map.of(), ONLINE, later));
            assertEquals(List.of(ONE.id()), writer.catalogue().releases());
            assertEquals(
                    List.of(Role.ROOT),
                    writer.warnings(later).stream().map(ExpiryWarning::role).toList());
        }
    }

    @Test
    void objectsAreKeptUnderTheirDigest() throws IOException {
        try (CatalogueWriter writer = CatalogueFixture.create(directory())) {
            BlobRef blob = writer.putObject("an object".getBytes(UTF_8));
            assertEquals("an object", Files.readString(writer.objectPath(blob.sha256())));
            assertEquals(blob, writer.putObject("an object".getBytes(UTF_8)));
            Path source = Files.writeString(temporary.resolve("source"), "another object");
            BlobRef other = BlobRef.of("another object".getBytes(UTF_8));
            writer.putObject(other, source);
            assertEquals("another object", Files.readString(writer.objectPath(other.sha256())));
            BlobRef changed = BlobRef.of("before it changed".getBytes(UTF_8));
            assertThrows(UsageException.class, () -> writer.putObject(changed, source));
            assertFalse(Files.exists(writer.objectPath(changed.sha256())));
            assertEquals("an object", new String(client(writer, BIRTH).object(blob, 1000), UTF_8));
        }
    }

    /** Every file but the lock, with its content. */
    static Map<Path, String> contents(Path directory) {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(directory.relativize(file), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return contents;
    }
}
