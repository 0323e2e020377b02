package packhorse.core.trust;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.trust.Metadata.MetaFile;

/** A repository in memory whose every file can be signed by whoever, say whatever, or be missing. */
final class ForgedRepository implements MetadataSource {
    static final Instant BIRTH = Instant.parse("2026-03-01T08:00:00Z");

    final Map<String, byte[]> files = new TreeMap<>();
    final List<String> asked = new ArrayList<>();
    final Map<Role, KeySet> named = new EnumMap<>(Role.class);
    final Map<Role, List<SigningKey>> signers = new EnumMap<>(Role.class);
    final Map<Role, Instant> expires = new EnumMap<>(Role.class);
    final TreeMap<String, MetaFile> listed = new TreeMap<>();
    final TreeMap<String, TargetInfo> targets = new TreeMap<>();
    long rootVersion = 1;
    long targetsVersion = 1;
    long snapshotVersion = 1;
    long timestampVersion = 1;
    MetaFile snapshotFile = new MetaFile(1, OptionalLong.empty(), Optional.empty());

    /** One key per role, everything at version 1 and valid for a month, nothing listed. */
    ForgedRepository() {
        hold(Role.ROOT, 1, key(1));
        hold(Role.TARGETS, 1, key(2));
        hold(Role.SNAPSHOT, 1, key(3));
        hold(Role.TIMESTAMP, 1, key(4));
        for (Role role : Role.values()) {
            expires.put(role, BIRTH.plus(Duration.ofDays(30)));
        }
        root();
        targets();
        snapshot();
        timestamp();
    }

    static SigningKey key(int number) {
        byte[] seed = new byte[SigningKey.SEED_BYTES];
        Arrays.fill(seed, (byte) number);
        return SigningKey.ofSeed(seed);
    }

    /** From the next root on, {@code role} has these keys; they sign from now on. */
    void hold(Role role, int threshold, SigningKey... keys) {
        named.put(role, KeySet.of(Arrays.stream(keys).map(SigningKey::publicKey).toList(), threshold));
        signers.put(role, List.of(keys));
    }

    byte[] rootBytes(long version) {
        return file(Role.ROOT.path(version));
    }

    byte[] file(String path) {
        byte[] bytes = files.get(path);
        if (bytes == null) {
            throw new AssertionError("no " + path);
        }
        return bytes;
    }

    void root() {
        put(Role.ROOT, rootVersion, signedRoot(), Role.ROOT.path(rootVersion));
    }

    JsonObject signedRoot() {
        return RootMetadata.write(rootVersion, expires(Role.ROOT), named);
    }

    /** The next root, signed by {@code keys}. */
    void nextRoot(SigningKey... keys) {
        rootVersion++;
        files.put(Role.ROOT.path(rootVersion), sign(signedRoot(), keys));
    }

    void add(String path, byte[] bytes) {
        TargetInfo target = TargetInfo.of(path, bytes);
        targets.put(path, target);
        files.put(target.location(), bytes);
    }

    void targets() {
        JsonObject signed = TargetsMetadata.next(
                TargetsMetadata.first(expires(Role.TARGETS)), targetsVersion, expires(Role.TARGETS), targets.values());
        put(Role.TARGETS, targetsVersion, signed, Role.TARGETS.path(targetsVersion));
        listed.put("targets.json", MetaFile.of(targetsVersion, file(Role.TARGETS.path(targetsVersion))));
    }

    void snapshot() {
        SnapshotMetadata snapshot = new SnapshotMetadata(snapshotVersion, expires(Role.SNAPSHOT), listed);
        put(Role.SNAPSHOT, snapshotVersion, snapshot.toJson(), Role.SNAPSHOT.path(snapshotVersion));
        snapshotFile = MetaFile.of(snapshotVersion, file(Role.SNAPSHOT.path(snapshotVersion)));
    }

    void timestamp() {
        TimestampMetadata timestamp = new TimestampMetadata(timestampVersion, expires(Role.TIMESTAMP), snapshotFile);
        put(Role.TIMESTAMP, timestampVersion, timestamp.toJson(), Role.TIMESTAMP.path(0));
    }

    /** A whole honest step: everything but the root one version further. */
    void next() {
        targetsVersion++;
        targets();
        nextSnapshot();
    }

    void nextSnapshot() {
        snapshotVersion++;
        snapshot();
        nextTimestamp();
    }

    void nextTimestamp() {
        timestampVersion++;
        timestamp();
    }

    private Instant expires(Role role) {
        return expires.getOrDefault(role, BIRTH);
    }

    private void put(Role role, long version, JsonObject signed, String path) {
        if (version < 0) {
            throw new AssertionError(version);
        }
        files.put(path, sign(signed, signers.getOrDefault(role, List.of()).toArray(SigningKey[]::new)));
    }

    static byte[] sign(JsonObject signed, SigningKey... keys) {
        Envelope envelope = Envelope.unsigned(signed, "forged");
        for (SigningKey key : keys) {
            envelope = envelope.signedBy(key);
        }
        return envelope.bytes();
    }

    @Override
    public Optional<byte[]> fetch(String relativePath, long lengthMax) {
        asked.add(relativePath);
        return Optional.ofNullable(files.get(relativePath));
    }

    @Override
    public String toString() {
        return "the forged repository";
    }
}
