package packhorse.core.trust;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.core.content.BlobRef;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.Metadata.MetaFile;
import packhorse.core.trust.TrustException.Kind;

/** Every way in which a source can lie, one test each: what is refused, as what, and that nothing of it is trusted after. */
final class TufAttackTest {
    private static final SigningKey STRANGER = ForgedRepository.key(99);
    private static final SigningKey ROOT_KEY = ForgedRepository.key(1);
    private static final SigningKey TARGETS_KEY = ForgedRepository.key(2);

    /** One bit in nearly every byte, every bit of a byte in turn. */
    private static final int STRIDE_BITS = 9;

    @TempDir
    private Path directory;

    private final ForgedRepository repository = new ForgedRepository();
    private final TurnedClock clock = new TurnedClock(ForgedRepository.BIRTH.plus(Duration.ofHours(1)));

    private TufClient client() {
        TufClient client = new TufClient(repository, TrustedStore.open(directory), clock);
        client.initialise(repository.rootBytes(1));
        return client;
    }

    private void assertRefused(Kind kind) {
        TrustException refusal = assertThrows(TrustException.class, () -> client().refresh());
        assertEquals(kind, refusal.kind(), String.valueOf(refusal.getMessage()));
        assertFalse(String.valueOf(refusal.getMessage()).contains("\n"), "one line: " + refusal.getMessage());
    }

    // The honest repository.

    @Test
    void anHonestRepositoryIsFollowedFromVersionToVersion() {
        assertEquals(1, client().refresh().version());
        repository.add("acme/tool/1.0/any.json", "one".getBytes(UTF_8));
        repository.next();
        Catalogue catalogue = client().refresh();
        assertEquals(2, catalogue.version());
        assertTrue(catalogue.target("acme/tool/1.0/any.json").isPresent());
        assertEquals(Optional.empty(), catalogue.target("acme/tool/2.0/any.json"));
    }

    @Test
    void nothingNewCostsTwoQuestions() {
        client().refresh();
        repository.asked.clear();
        client().refresh();
        assertEquals(List.of("metadata/2.root.json", "metadata/timestamp.json"), repository.asked);
    }

    @Test
    void theLastCatalogueIsThereAfterARestartWithoutASource() {
        repository.add("acme/tool/1.0/any.json", "one".getBytes(UTF_8));
        repository.next();
        client().refresh();
        repository.files.clear();
        TufClient restarted = new TufClient(repository, TrustedStore.open(directory), clock);
        assertEquals(Optional.of(2L), restarted.catalogue().map(Catalogue::version));
    }

    // Damage.

    @Test
    void aFlippedBitInAnyFileIsRefused() {
        repository.nextRoot(ROOT_KEY);
        repository.add("acme/tool/1.0/any.json", "one".getBytes(UTF_8));
        repository.next();
        for (String path : List.of(
                "metadata/2.root.json", "metadata/timestamp.json", Role.SNAPSHOT.path(2), Role.TARGETS.path(2))) {
            byte[] honest = repository.file(path);
            TufClient client = client();
            for (int bit = 0; bit < honest.length * Byte.SIZE; bit += STRIDE_BITS) {
                byte[] flipped = honest.clone();
                flipped[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
                repository.files.put(path, flipped);
                String where = path + ", bit " + bit;
                assertThrows(TrustException.class, client::refresh, where);
            }
            repository.files.put(path, honest);
        }
        assertEquals(2, client().refresh().version());
    }

    @Test
    void noMutationOfAnyFileFailsInAnyOtherWay() {
        repository.nextRoot(ROOT_KEY);
        repository.next();
        for (long seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            List<String> paths = List.of(
                    "metadata/2.root.json", "metadata/timestamp.json", Role.SNAPSHOT.path(2), Role.TARGETS.path(2));
            String path = paths.get(random.nextInt(paths.size()));
            byte[] honest = repository.file(path);
            repository.files.put(path, mutated(honest, random));
            try {
                assertEquals(2, client().refresh().version(), "seed " + seed);
            } catch (TrustException e) {
                assertFalse(String.valueOf(e.getMessage()).contains("\n"), "seed " + seed);
            }
            repository.files.put(path, honest);
        }
    }

    /** Up to three of: a byte changed, a stretch dropped, a stretch doubled. */
    private static byte[] mutated(byte[] honest, Random random) {
        String text = new String(honest, ISO_8859_1);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + 1 + random.nextInt(40));
            String middle = switch (random.nextInt(3)) {
                case 0 -> String.valueOf((char) random.nextInt(256)) + text.substring(from + 1, to);
                case 1 -> "";
                default -> text.substring(from, to).repeat(2);
            };
            text = text.substring(0, from) + middle + text.substring(to) + " ";
        }
        return text.getBytes(ISO_8859_1);
    }

    @Test
    void aFlippedBitInTheRootToPinIsRefused() {
        byte[] honest = repository.rootBytes(1);
        for (int bit = 0; bit < honest.length * Byte.SIZE; bit += STRIDE_BITS) {
            byte[] flipped = honest.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            TufClient client = new TufClient(repository, TrustedStore.open(directory), clock);
            assertThrows(TrustException.class, () -> client.initialise(flipped), "bit " + bit);
        }
        assertEquals(OptionalLong.empty(), TrustedStore.open(directory).rootVersion());
    }

    @Test
    void whatIsNoJsonIsRefused() {
        for (String text : List.of("", "{", "[]", "{}", "null", "{\"signed\":{},\"signatures\":{}}", "\u0000")) {
            repository.files.put("metadata/timestamp.json", text.getBytes(UTF_8));
            assertRefused(Kind.MALFORMED);
        }
    }

    @Test
    void aKeyThatStandsTwiceInOneObjectIsRefused() {
        String honest = new String(repository.file("metadata/timestamp.json"), UTF_8);
        repository.files.put(
                "metadata/timestamp.json",
                honest.replace("\"version\":1}", "\"version\":1,\"version\":1}").getBytes(UTF_8));
        assertRefused(Kind.MALFORMED);
    }

    @Test
    void whiteSpaceAndOrderDoNotMatterSinceTheCanonicalFormIsSigned() {
        String honest = new String(repository.file("metadata/timestamp.json"), UTF_8);
        repository.files.put(
                "metadata/timestamp.json",
                honest.replace(":", " : ")
                        .replace("T08 : 00 : 00Z", "T08:00:00Z")
                        .getBytes(UTF_8));
        assertEquals(1, client().refresh().version());
    }

    @Test
    void aMemberAddedUnderTheSignatureIsRefused() {
        JsonObject envelope = (JsonObject) JsonReader.parse(repository.file("metadata/timestamp.json"));
        TreeMap<String, Json> members = new TreeMap<>(((JsonObject) field(envelope, "signed")).members());
        members.put("x-more", new JsonString("more"));
        repository.files.put("metadata/timestamp.json", with(envelope, "signed", new JsonObject(members)));
        assertRefused(Kind.BAD_SIGNATURE);
    }

    @Test
    void anUnknownMemberUnderAGoodSignatureIsTolerated() {
        JsonObject signed =
                (JsonObject) field((JsonObject) JsonReader.parse(repository.file("metadata/timestamp.json")), "signed");
        TreeMap<String, Json> members = new TreeMap<>(signed.members());
        members.put("x-more", new JsonString("more"));
        repository.files.put(
                "metadata/timestamp.json", ForgedRepository.sign(new JsonObject(members), signer(Role.TIMESTAMP)));
        assertEquals(1, client().refresh().version());
    }

    @Test
    void anotherRolesFileIsRefused() {
        repository.hold(Role.TIMESTAMP, 1, signer(Role.SNAPSHOT));
        repository.nextRoot(ROOT_KEY);
        repository.files.put("metadata/timestamp.json", repository.file(Role.SNAPSHOT.path(1)));
        assertRefused(Kind.MALFORMED);
    }

    @Test
    void aNewerMajorVersionOfTheSpecificationIsRefusedByName() {
        JsonObject signed =
                (JsonObject) field((JsonObject) JsonReader.parse(repository.file("metadata/timestamp.json")), "signed");
        TreeMap<String, Json> members = new TreeMap<>(signed.members());
        members.put("spec_version", new JsonString("2.0.0"));
        repository.files.put(
                "metadata/timestamp.json", ForgedRepository.sign(new JsonObject(members), signer(Role.TIMESTAMP)));
        assertRefused(Kind.UNSUPPORTED);
    }

    // Signatures.

    @ParameterizedTest
    @EnumSource(Role.class)
    void aSignatureByAnUnknownKeyIsRefused(Role role) {
        repository.signers.put(role, List.of(STRANGER));
        publishAnew(role);
        assertRefused(Kind.THRESHOLD);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void noSignatureIsRefused(Role role) {
        repository.signers.put(role, List.of());
        publishAnew(role);
        assertRefused(Kind.THRESHOLD);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aSignatureOfOtherBytesUnderTheRightKeyIsRefused(Role role) {
        publishAnew(role);
        String path = newestPath(role);
        JsonObject envelope = (JsonObject) JsonReader.parse(repository.file(path));
        String keyId = signer(role).publicKey().keyId().hex();
        Json wrong = signature(keyId, signer(role).sign("other bytes".getBytes(UTF_8)));
        byte[] forged = with(envelope, "signatures", new JsonArray(List.of(wrong)));
        repository.files.put(path, forged);
        relist(role);
        assertRefused(Kind.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void tooFewSignaturesAreRefused(Role role) {
        SigningKey second = ForgedRepository.key(50);
        List<SigningKey> one = List.of(signer(role));
        repository.hold(role, 2, signer(role), second);
        repository.nextRoot(ROOT_KEY, second);
        if (role == Role.ROOT) {
            repository.signers.put(role, one);
            repository.nextRoot(ROOT_KEY);
        } else {
            repository.signers.put(role, one);
            publishAnew(role);
        }
        assertRefused(Kind.THRESHOLD);
    }

    @Test
    void enoughSignaturesOfAThresholdOfTwoAreAccepted() {
        SigningKey second = ForgedRepository.key(50);
        repository.hold(Role.TARGETS, 2, TARGETS_KEY, second, ForgedRepository.key(51));
        repository.signers.put(Role.TARGETS, List.of(TARGETS_KEY, second));
        repository.nextRoot(ROOT_KEY);
        repository.next();
        assertEquals(2, client().refresh().version());
    }

    @Test
    void aKeyIdThatSignsTwiceIsRefused() {
        JsonObject envelope = (JsonObject) JsonReader.parse(repository.file("metadata/timestamp.json"));
        List<Json> twice = new ArrayList<>(((JsonArray) field(envelope, "signatures")).elements());
        twice.add(twice.getFirst());
        repository.files.put("metadata/timestamp.json", with(envelope, "signatures", new JsonArray(twice)));
        assertRefused(Kind.MALFORMED);
    }

    @Test
    void onePublicKeyUnderTwoKeyIdsCountsOnce() {
        VerifyingKey once = TARGETS_KEY.publicKey();
        TreeMap<String, Json> dressed = new TreeMap<>(((JsonObject) once.toJson()).members());
        dressed.put("x-note", new JsonString("the same key in another coat"));
        String secondId = KeyId.of(new JsonObject(dressed)).hex();
        repository.hold(Role.TARGETS, 2, TARGETS_KEY, STRANGER);
        repository.rootVersion = 2;
        JsonObject signed = repository.signedRoot();
        JsonObject keys = (JsonObject) field(signed, "keys");
        TreeMap<String, Json> moreKeys = new TreeMap<>(keys.members());
        moreKeys.put(secondId, new JsonObject(dressed));
        TreeMap<String, Json> roles = new TreeMap<>(((JsonObject) field(signed, "roles")).members());
        roles.put(
                "targets",
                JsonObject.of(Map.of(
                        "keyids",
                        new JsonArray(List.of(new JsonString(once.keyId().hex()), new JsonString(secondId))),
                        "threshold",
                        new JsonInteger(2))));
        TreeMap<String, Json> members = new TreeMap<>(signed.members());
        members.put("keys", new JsonObject(moreKeys));
        members.put("roles", new JsonObject(roles));
        repository.files.put(Role.ROOT.path(2), ForgedRepository.sign(new JsonObject(members), ROOT_KEY));

        repository.signers.put(Role.TARGETS, List.of(TARGETS_KEY));
        repository.targetsVersion = 2;
        repository.targets();
        JsonObject envelope = (JsonObject) JsonReader.parse(repository.file(Role.TARGETS.path(2)));
        byte[] signature = TARGETS_KEY.sign(CanonicalJson.encode(field(envelope, "signed")));
        repository.files.put(
                Role.TARGETS.path(2),
                with(
                        envelope,
                        "signatures",
                        new JsonArray(
                                List.of(signature(once.keyId().hex(), signature), signature(secondId, signature)))));
        relist(Role.TARGETS);
        assertRefused(Kind.THRESHOLD);
    }

    @Test
    void aKeyUnderAnIdThatIsNotItsOwnIsRefused() {
        repository.rootVersion = 2;
        JsonObject signed = repository.signedRoot();
        TreeMap<String, Json> keys = new TreeMap<>(((JsonObject) field(signed, "keys")).members());
        keys.put(TARGETS_KEY.publicKey().keyId().hex(), STRANGER.publicKey().toJson());
        TreeMap<String, Json> members = new TreeMap<>(signed.members());
        members.put("keys", new JsonObject(keys));
        repository.files.put(Role.ROOT.path(2), ForgedRepository.sign(new JsonObject(members), ROOT_KEY));
        assertRefused(Kind.MALFORMED);
    }

    @Test
    void aSignatureOfAnUnknownSchemeDoesNotCountAndDoesNoHarm() {
        JsonObject envelope = (JsonObject) JsonReader.parse(repository.file("metadata/timestamp.json"));
        List<Json> more = new ArrayList<>(((JsonArray) field(envelope, "signatures")).elements());
        more.add(JsonObject.of(Map.of("keyid", new JsonString("later"), "sig", new JsonString("not even hex"))));
        repository.files.put("metadata/timestamp.json", with(envelope, "signatures", new JsonArray(more)));
        assertEquals(1, client().refresh().version());
    }

    // Missing, too long.

    @Test
    void aMissingFileIsRefused() {
        for (String path : List.of("metadata/timestamp.json", Role.SNAPSHOT.path(1), Role.TARGETS.path(1))) {
            byte[] honest = repository.file(path);
            repository.files.remove(path);
            assertRefused(Kind.MISSING);
            repository.files.put(path, honest);
        }
    }

    @Test
    void aFileBeyondItsBoundIsRefusedWhateverTheSourceSays() {
        for (Role role : List.of(Role.TIMESTAMP, Role.ROOT)) {
            String path = role == Role.ROOT ? Role.ROOT.path(2) : Role.TIMESTAMP.path(0);
            byte[] spaces = new byte[role.lengthMaxBytes() + 1];
            Arrays.fill(spaces, (byte) ' ');
            Optional<byte[]> honest = Optional.ofNullable(repository.files.put(path, spaces));
            assertRefused(Kind.TOO_LONG);
            honest.ifPresentOrElse(bytes -> repository.files.put(path, bytes), () -> repository.files.remove(path));
        }
    }

    @Test
    void aSnapshotLongerThanListedIsRefused() {
        byte[] honest = repository.file(Role.SNAPSHOT.path(1));
        repository.files.put(Role.SNAPSHOT.path(1), Arrays.copyOf(honest, honest.length + 1));
        assertRefused(Kind.TOO_LONG);
    }

    // Time.

    @ParameterizedTest
    @EnumSource(Role.class)
    void anExpiredRoleIsRefused(Role role) {
        repository.expires.put(role, clock.instant());
        publishAnew(role);
        assertRefused(Kind.EXPIRED);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aRoleInItsLastSecondIsAccepted(Role role) {
        repository.expires.put(role, clock.instant().plusSeconds(1));
        publishAnew(role);
        client().refresh();
    }

    @Test
    void aFrozenSourceIsRefusedWhenWhatItRepeatsExpires() {
        client().refresh();
        clock.turn(Duration.ofDays(29));
        client().refresh();
        clock.turn(Duration.ofDays(1));
        repository.expires.put(Role.ROOT, clock.instant().plus(Duration.ofDays(1)));
        repository.nextRoot(ROOT_KEY);
        assertRefused(Kind.FREEZE);
    }

    @Test
    void anExpiredRootOnTheWayIsNoObstacleButTheLastOneIs() {
        repository.expires.put(Role.ROOT, ForgedRepository.BIRTH.minus(Duration.ofDays(1)));
        repository.nextRoot(ROOT_KEY);
        assertRefused(Kind.EXPIRED);
        repository.expires.put(Role.ROOT, ForgedRepository.BIRTH.plus(Duration.ofDays(30)));
        repository.nextRoot(ROOT_KEY);
        assertEquals(3, client().refresh().rootVersion());
    }

    @Test
    void aClockSetBackToReviveExpiredMetadataIsRefused() {
        client().refresh();
        clock.turn(Duration.ofDays(3));
        client().refresh();
        clock.turn(Duration.ofHours(-23));
        client().refresh();
        clock.turn(Duration.ofHours(-2));
        assertRefused(Kind.CLOCK);
    }

    // Rollback.

    @Test
    void anOlderTimestampIsRefused() {
        byte[] old = repository.file("metadata/timestamp.json");
        repository.nextTimestamp();
        client().refresh();
        repository.files.put("metadata/timestamp.json", old);
        assertRefused(Kind.ROLLBACK);
    }

    @Test
    void aNewerTimestampThatNamesAnOlderSnapshotIsRefused() {
        MetaFile old = repository.snapshotFile;
        repository.nextSnapshot();
        client().refresh();
        repository.snapshotFile = old;
        repository.nextTimestamp();
        assertRefused(Kind.ROLLBACK);
    }

    @Test
    void aSnapshotThatListsOlderTargetsIsRefused() {
        MetaFile old = repository.listed.get("targets.json");
        repository.next();
        client().refresh();
        repository.listed.put("targets.json", Objects.requireNonNull(old));
        repository.nextSnapshot();
        assertRefused(Kind.ROLLBACK);
    }

    @Test
    void aSnapshotThatDropsAFileIsRefused() {
        repository.listed.put("acme.json", new MetaFile(1, OptionalLong.empty(), Optional.empty()));
        repository.nextSnapshot();
        client().refresh();
        repository.listed.remove("acme.json");
        repository.nextSnapshot();
        assertRefused(Kind.ROLLBACK);
    }

    @Test
    void aRollbackIsRefusedAlsoWhenARefreshWasInterruptedAfterTheTimestamp() {
        byte[] old = repository.file("metadata/timestamp.json");
        repository.nextSnapshot();
        byte[] snapshot = repository.file(Role.SNAPSHOT.path(2));
        repository.files.remove(Role.SNAPSHOT.path(2));
        assertRefused(Kind.MISSING);
        repository.files.put("metadata/timestamp.json", old);
        assertRefused(Kind.ROLLBACK);
        repository.timestamp();
        repository.files.put(Role.SNAPSHOT.path(2), snapshot);
        client().refresh();
    }

    @Test
    void aTimestampOfTheSameVersionWithOtherContentChangesNothing() {
        client().refresh();
        repository.targetsVersion++;
        repository.targets();
        repository.snapshotVersion++;
        repository.snapshot();
        repository.timestamp();
        assertEquals(1, client().refresh().version());
    }

    // Roots.

    @Test
    void aRootUnderTheNextNameWithTheOldVersionIsRefused() {
        repository.files.put(Role.ROOT.path(2), repository.rootBytes(1));
        assertRefused(Kind.ROLLBACK);
    }

    @Test
    void aRootThatSkipsAVersionIsRefused() {
        repository.rootVersion = 3;
        repository.files.put(Role.ROOT.path(2), ForgedRepository.sign(repository.signedRoot(), ROOT_KEY));
        assertRefused(Kind.WRONG_VERSION);
    }

    @Test
    void aRootSignedOnlyByItsOwnNewKeysIsRefused() {
        repository.hold(Role.ROOT, 1, STRANGER);
        repository.nextRoot(STRANGER);
        assertRefused(Kind.THRESHOLD);
    }

    @Test
    void aRootSignedOnlyByTheOldKeysIsRefused() {
        repository.hold(Role.ROOT, 1, STRANGER);
        repository.nextRoot(ROOT_KEY);
        assertRefused(Kind.THRESHOLD);
    }

    @Test
    void aChainOfTenRootsIsWalkedByAnAgentThatSleptThroughThem() {
        client().refresh();
        for (int rotation = 0; rotation < 10; rotation++) {
            SigningKey old = signer(Role.ROOT);
            SigningKey fresh = ForgedRepository.key(60 + rotation);
            repository.hold(Role.ROOT, 1, fresh);
            repository.nextRoot(old, fresh);
        }
        assertEquals(11, client().refresh().rootVersion());
        assertEquals(11, client().refresh().rootVersion());
    }

    @Test
    void aBrokenLinkInTheMiddleOfTheChainEndsTheWalkThere() {
        for (int rotation = 0; rotation < 4; rotation++) {
            SigningKey old = signer(Role.ROOT);
            SigningKey fresh = ForgedRepository.key(60 + rotation);
            repository.hold(Role.ROOT, 1, fresh);
            if (rotation == 2) {
                repository.nextRoot(fresh);
            } else {
                repository.nextRoot(old, fresh);
            }
        }
        assertRefused(Kind.THRESHOLD);
        assertEquals(OptionalLong.of(3), TrustedStore.open(directory).rootVersion());
    }

    @Test
    void noMoreThanTheBoundOfRootsIsWalkedInOneRun() {
        for (int version = 0; version < TufUpdate.ROOTS_PER_RUN_MAX + 3; version++) {
            repository.nextRoot(ROOT_KEY);
        }
        assertEquals(1 + TufUpdate.ROOTS_PER_RUN_MAX, client().refresh().rootVersion());
        assertEquals(4 + TufUpdate.ROOTS_PER_RUN_MAX, client().refresh().rootVersion());
    }

    @Test
    void theRootOfAnotherDeploymentIsNotPinnedOverOurs() {
        client().refresh();
        ForgedRepository other = new ForgedRepository();
        other.hold(Role.ROOT, 1, STRANGER);
        other.root();
        TufClient client = new TufClient(repository, TrustedStore.open(directory), clock);
        TrustException refusal = assertThrows(TrustException.class, () -> client.initialise(other.rootBytes(1)));
        assertEquals(Kind.WRONG_ROOT, refusal.kind());
        client.initialise(repository.rootBytes(1));
    }

    @Test
    void withoutAPinnedRootNothingIsTrusted() {
        TufClient client = new TufClient(repository, TrustedStore.open(directory), clock);
        assertEquals(
                Kind.MISSING,
                assertThrows(TrustException.class, client::refresh).kind());
        assertEquals(Optional.empty(), client.catalogue());
    }

    @Test
    void aRevokedKeysFilesAreNoLongerTrustedFromTheDisk() {
        client().refresh();
        repository.hold(Role.TARGETS, 1, STRANGER);
        repository.nextRoot(ROOT_KEY);
        assertRefused(Kind.THRESHOLD);
        assertEquals(Optional.empty(), new TufClient(repository, TrustedStore.open(directory), clock).catalogue());
    }

    // Fast-forward and its recovery.

    @Test
    void aFastForwardedTimestampIsRecoveredFromByRotatingItsKey() {
        long honest = repository.timestampVersion;
        repository.timestampVersion = Long.MAX_VALUE;
        repository.timestamp();
        client().refresh();
        repository.timestampVersion = honest + 1;
        repository.timestamp();
        assertRefused(Kind.ROLLBACK);
        repository.hold(Role.TIMESTAMP, 1, STRANGER);
        repository.nextRoot(ROOT_KEY);
        repository.timestamp();
        assertEquals(honest + 1, client().refresh().timestampVersion());
    }

    @Test
    void aFastForwardedSnapshotIsRecoveredFromByRotatingItsKeyAlsoWhenTheOldKeyStaysForTheTimestamp() {
        repository.snapshotVersion = 1_000_000;
        repository.snapshot();
        repository.nextTimestamp();
        client().refresh();
        repository.snapshotVersion = 2;
        repository.hold(Role.SNAPSHOT, 1, STRANGER);
        repository.nextRoot(ROOT_KEY);
        repository.snapshot();
        repository.nextTimestamp();
        client().refresh();
    }

    @Test
    void fastForwardedTargetsAreRecoveredFromByRotatingTheSnapshotKey() {
        repository.targetsVersion = 1_000_000;
        repository.targets();
        repository.nextSnapshot();
        client().refresh();
        repository.targetsVersion = 2;
        repository.targets();
        repository.hold(Role.SNAPSHOT, 1, STRANGER);
        repository.nextRoot(ROOT_KEY);
        repository.nextSnapshot();
        assertEquals(2, client().refresh().version());
    }

    @Test
    void aKeyAddedBesideTheOldOneIsARotationToo() {
        repository.timestampVersion = 500;
        repository.timestamp();
        client().refresh();
        repository.hold(Role.TIMESTAMP, 1, signer(Role.TIMESTAMP), STRANGER);
        repository.nextRoot(ROOT_KEY);
        repository.timestampVersion = 7;
        repository.timestamp();
        assertEquals(7, client().refresh().timestampVersion());
    }

    // Mix and match.

    @Test
    void aSnapshotOfAnotherVersionIsRefused() {
        byte[] old = repository.file(Role.SNAPSHOT.path(1));
        repository.nextSnapshot();
        repository.files.put(Role.SNAPSHOT.path(2), old);
        assertRefused(Kind.MIX_AND_MATCH);
    }

    @Test
    void targetsOfAnotherVersionAreRefused() {
        byte[] old = repository.file(Role.TARGETS.path(1));
        repository.add("acme/tool/1.0/any.json", "one".getBytes(UTF_8));
        repository.next();
        repository.files.put(Role.TARGETS.path(2), old);
        assertRefused(Kind.MIX_AND_MATCH);
    }

    @Test
    void anotherVersionIsRefusedAlsoWhereNoDigestIsListed() {
        repository.listed.put("targets.json", new MetaFile(2, OptionalLong.empty(), Optional.empty()));
        repository.files.put(Role.TARGETS.path(2), repository.file(Role.TARGETS.path(1)));
        repository.nextSnapshot();
        assertRefused(Kind.MIX_AND_MATCH);
    }

    @Test
    void genuinelySignedTargetsThatTheSnapshotDoesNotNameAreRefused() {
        repository.add("acme/tool/1.0/any.json", "good".getBytes(UTF_8));
        repository.next();
        repository.targets.clear();
        repository.add("acme/tool/6.6/any.json", "evil".getBytes(UTF_8));
        repository.targets();
        assertRefused(Kind.MIX_AND_MATCH);
    }

    // Targets and objects.

    @Test
    void aTargetOfAnotherLengthOrDigestIsRefused() {
        VerifiedFixture fixture = VerifiedFixture.release("1.0");
        repository.add(fixture.path(), fixture.bytes());
        repository.next();
        TufClient client = client();
        client.refresh();
        assertEquals(fixture.id(), client.manifest(fixture.id()).manifest().id());
        String location = TargetInfo.of(fixture.path(), fixture.bytes()).location();
        byte[] longer = Arrays.copyOf(fixture.bytes(), fixture.bytes().length + 1);
        byte[] shorter = Arrays.copyOf(fixture.bytes(), fixture.bytes().length - 1);
        byte[] other = fixture.bytes();
        other[other.length / 2] ^= 1;
        Map<Kind, byte[]> attacks = new LinkedHashMap<>();
        attacks.put(Kind.TOO_LONG, longer);
        attacks.put(Kind.MIX_AND_MATCH, shorter);
        attacks.forEach((kind, bytes) -> {
            repository.files.put(location, bytes);
            assertEquals(kind, refusal(client, fixture));
        });
        repository.files.put(location, other);
        assertEquals(Kind.MIX_AND_MATCH, refusal(client, fixture));
        repository.files.remove(location);
        assertEquals(Kind.MISSING, refusal(client, fixture));
    }

    @Test
    void aManifestListedUnderAnotherReleasesPathIsRefused() {
        VerifiedFixture one = VerifiedFixture.release("1.0");
        VerifiedFixture two = VerifiedFixture.release("2.0");
        repository.add(two.path(), one.bytes());
        repository.next();
        TufClient client = client();
        client.refresh();
        assertEquals(Kind.MALFORMED, refusal(client, two));
    }

    @Test
    void aReleaseThatIsNotListedIsMissing() {
        TufClient client = client();
        client.refresh();
        assertEquals(Kind.MISSING, refusal(client, VerifiedFixture.release("1.0")));
    }

    @Test
    void anExpiredCatalogueGivesNoManifest() {
        VerifiedFixture fixture = VerifiedFixture.release("1.0");
        repository.add(fixture.path(), fixture.bytes());
        repository.next();
        TufClient client = client();
        client.refresh();
        clock.turn(Duration.ofDays(31));
        assertEquals(Kind.EXPIRED, refusal(client, fixture));
    }

    @Test
    void anObjectWithAnotherDigestOrLengthIsRefused() {
        byte[] honest = "an object".getBytes(UTF_8);
        BlobRef blob = BlobRef.of(honest);
        String path = "objects/" + blob.sha256();
        TufClient client = client();
        repository.files.put(path, honest);
        assertEquals("an object", new String(client.object(blob, 100), UTF_8));
        repository.files.put(path, "An object".getBytes(UTF_8));
        assertThrows(TrustException.class, () -> client.object(blob, 100));
        repository.files.put(path, "an objec".getBytes(UTF_8));
        assertThrows(TrustException.class, () -> client.object(blob, 100));
        repository.files.put(path, "an object and more".getBytes(UTF_8));
        assertEquals(
                Kind.TOO_LONG,
                assertThrows(TrustException.class, () -> client.object(blob, 100))
                        .kind());
        assertEquals(
                Kind.TOO_LONG,
                assertThrows(TrustException.class, () -> client.object(blob, 8)).kind());
    }

    @Test
    void aMirrorThatLiesIsPassedOver() {
        ForgedRepository liar = new ForgedRepository();
        liar.signers.put(Role.TIMESTAMP, List.of(STRANGER));
        liar.nextTimestamp();
        repository.next();
        MetadataSource both = new MetadataSource() {
            @Override
            public Optional<byte[]> fetch(String relativePath, long lengthMax) {
                throw new AssertionError("the mirrors are asked");
            }

            @Override
            public List<MetadataSource> mirrors() {
                return List.of(liar, repository);
            }
        };
        TufClient client = new TufClient(both, TrustedStore.open(directory), clock);
        client.initialise(repository.rootBytes(1));
        assertEquals(2, client.refresh().version());
    }

    @Test
    void delegationsAreNotFollowedAndAPersonIsTold() {
        JsonObject signed =
                (JsonObject) field((JsonObject) JsonReader.parse(repository.file(Role.TARGETS.path(1))), "signed");
        TreeMap<String, Json> members = new TreeMap<>(signed.members());
        members.put(
                "delegations",
                JsonObject.of(Map.of(
                        "keys",
                        JsonObject.of(Map.of()),
                        "roles",
                        new JsonArray(List.of(JsonObject.of(Map.of("name", new JsonString("acme"))))))));
        repository.files.put(Role.TARGETS.path(1), ForgedRepository.sign(new JsonObject(members), TARGETS_KEY));
        relist(Role.TARGETS);
        List<String> warnings = client().refresh().warnings(ForgedRepository.BIRTH);
        assertTrue(warnings.stream().anyMatch(line -> line.contains("delegates to acme")), warnings.toString());
    }

    private static Kind refusal(TufClient client, VerifiedFixture fixture) {
        return assertThrows(TrustException.class, () -> client.manifest(fixture.id()))
                .kind();
    }

    private SigningKey signer(Role role) {
        return Objects.requireNonNull(repository.signers.get(role)).getFirst();
    }

    /** The role's file one version further, by whoever signs it now, and everything above it by honest hands. */
    private void publishAnew(Role role) {
        switch (role) {
            case ROOT -> {
                repository.rootVersion++;
                repository.root();
            }
            case TARGETS -> repository.next();
            case SNAPSHOT -> repository.nextSnapshot();
            case TIMESTAMP -> repository.nextTimestamp();
        }
    }

    private String newestPath(Role role) {
        return switch (role) {
            case ROOT -> Role.ROOT.path(repository.rootVersion);
            case TARGETS -> Role.TARGETS.path(repository.targetsVersion);
            case SNAPSHOT -> Role.SNAPSHOT.path(repository.snapshotVersion);
            case TIMESTAMP -> Role.TIMESTAMP.path(0);
        };
    }

    /** Makes the files above {@code role} describe what now stands in its place. */
    private void relist(Role role) {
        switch (role) {
            case ROOT, TIMESTAMP -> {}
            case TARGETS -> {
                repository.listed.put(
                        "targets.json",
                        MetaFile.of(repository.targetsVersion, repository.file(newestPath(Role.TARGETS))));
                repository.nextSnapshot();
            }
            case SNAPSHOT -> {
                repository.snapshotFile =
                        MetaFile.of(repository.snapshotVersion, repository.file(newestPath(Role.SNAPSHOT)));
                repository.nextTimestamp();
            }
        }
    }

    private static Json field(JsonObject object, String key) {
        Json value = object.members().get(key);
        if (value == null) {
            throw new AssertionError("no " + key);
        }
        return value;
    }

    private static byte[] with(JsonObject object, String key, Json value) {
        TreeMap<String, Json> members = new TreeMap<>(object.members());
        members.put(key, value);
        return CanonicalJson.encode(new JsonObject(members));
    }

    private static Json signature(String keyId, byte[] signature) {
        return JsonObject.of(Map.of(
                "keyid",
                new JsonString(keyId),
                "sig",
                new JsonString(HexFormat.of().formatHex(signature))));
    }
}
