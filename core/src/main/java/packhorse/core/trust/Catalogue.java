package packhorse.core.trust;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import packhorse.core.content.Bundle;
import packhorse.core.content.BundleCodec;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.trust.TrustException.Kind;

/** What the key holders published, verified, as of one refresh. Immutable. */
public final class Catalogue {
    private final RootMetadata root;
    private final TimestampMetadata timestamp;
    private final SnapshotMetadata snapshot;
    private final TargetsMetadata targets;
    private final Envelope targetsEnvelope;

    Catalogue(
            RootMetadata root,
            TimestampMetadata timestamp,
            SnapshotMetadata snapshot,
            TargetsMetadata targets,
            Envelope targetsEnvelope) {
        this.root = root;
        this.timestamp = timestamp;
        this.snapshot = snapshot;
        this.targets = targets;
        this.targetsEnvelope = targetsEnvelope;
    }

    /** The version of what is listed; grows when something is published. */
    public long version() {
        return targets.version();
    }

    /** The version of the newest signing; grows by itself. */
    public long timestampVersion() {
        return timestamp.version();
    }

    public long rootVersion() {
        return root.version();
    }

    /** What is listed under {@code path}. */
    public Optional<TargetInfo> target(String path) {
        return targets.target(path);
    }

    /** Everything listed, by path. */
    public SortedMap<String, TargetInfo> targets() {
        return targets.targets();
    }

    /** What was listed once and is no more: the digests, by path. */
    public SortedMap<String, Sha256> retired() {
        return targets.retired();
    }

    /** Every release listed, in order; bundles and paths of later formats are left out. */
    public List<ReleaseId> releases() {
        return targets.targets().keySet().stream()
                .flatMap(path -> releaseAt(path).stream())
                .sorted()
                .toList();
    }

    private static Optional<ReleaseId> releaseAt(String path) {
        try {
            return Optional.of(ReleaseId.ofTargetPath(path));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The moment the first of the four roles ends; from then on nothing new is to be taken from this catalogue. */
    public Instant expires() {
        return Stream.of(root.expires(), timestamp.expires(), snapshot.expires(), targets.expires())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** The keys that may sign {@code role}. */
    public KeySet keys(Role role) {
        return root.keySet(role);
    }

    /** What a person should do before it is late, one line each. */
    public List<String> warnings(Instant now) {
        List<String> lines = new ArrayList<>();
        ExpiryWarning.of(root.expires(), targets.expires(), Lifetimes.DEFAULT, now)
                .forEach(warning -> lines.add(warning.toString()));
        if (!targets.delegatedRoles().isEmpty()) {
            lines.add("the catalogue delegates to " + String.join(", ", targets.delegatedRoles())
                    + ", which this version does not follow; what only they list is not seen");
        }
        return List.copyOf(lines);
    }

    /** Prepares the next version with {@code additions} (bytes by target path); empty when all of them are listed already. */
    public Optional<SigningRequest> stageTargets(Map<String, byte[]> additions, Lifetimes lifetimes, Instant now) {
        return SigningRequest.addTargets(targetsEnvelope, targets, additions, now.plus(lifetimes.targets()));
    }

    /**
     * Proves that {@code bytes}, from wherever, are the manifest of {@code id}.
     *
     * @throws TrustException when it is not listed, or the bytes are others
     */
    public VerifiedManifest verifyManifest(ReleaseId id, byte[] bytes) {
        TargetInfo target = require(id.targetPath(), id.toString());
        requireSame(target, bytes);
        Manifest manifest = decode(target.path(), () -> ManifestCodec.decode(bytes));
        if (!manifest.id().equals(id)) {
            throw misnamed(target.path(), manifest.id().toString());
        }
        return new VerifiedManifest(manifest, bytes);
    }

    /**
     * Proves that {@code bytes}, from wherever, are the bundle listed under {@code path}.
     *
     * @throws TrustException when it is not listed, or the bytes are others
     */
    public VerifiedBundle verifyBundle(String path, byte[] bytes) {
        TargetInfo target = require(path, path);
        requireSame(target, bytes);
        Bundle bundle = decode(path, () -> BundleCodec.decode(bytes));
        if (!bundle.targetPath().equals(path)) {
            throw misnamed(path, bundle.name() + "@" + bundle.version());
        }
        return new VerifiedBundle(bundle, bytes);
    }

    TargetInfo require(String path, String shown) {
        return target(path)
                .orElseThrow(() -> new TrustException(
                        Kind.MISSING,
                        shown + " is not in the catalogue (version " + version()
                                + "); `packhorse available` lists what is"));
    }

    private static void requireSame(TargetInfo target, byte[] bytes) {
        if (!target.describes(bytes)) {
            throw new TrustException(
                    Kind.MIX_AND_MATCH,
                    target.location() + " is not what the catalogue signed: " + bytes.length + " bytes, not the "
                            + target.length() + " with that digest; take another source");
        }
    }

    private static <T> T decode(String path, Supplier<T> decoder) {
        try {
            return decoder.get();
        } catch (IllegalArgumentException e) {
            throw new TrustException(
                    Kind.UNSUPPORTED,
                    path + " cannot be read: " + e.getMessage() + "; update Packhorse or publish it again",
                    e);
        }
    }

    private static TrustException misnamed(String path, String found) {
        return new TrustException(
                Kind.MALFORMED, path + " describes " + found + " instead; have its publisher publish it again");
    }

    @Override
    public String toString() {
        return "catalogue version " + version() + " (" + targets.targets().size() + " targets)";
    }
}
