package packhorse.core.trust;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.UsageException;
import packhorse.core.content.SafePath;
import packhorse.core.content.Sha256;
import packhorse.core.json.Json.JsonObject;

/**
 * Metadata of offline keys on its way to be signed: it travels as a file, each key holder adds a signature, and when the
 * threshold is reached a {@link CatalogueWriter} publishes it. Immutable.
 */
public final class SigningRequest {
    private final Envelope envelope;

    private SigningRequest(Envelope envelope) {
        this.envelope = envelope;
    }

    /** Reads a request as {@link #bytes} wrote it, {@code where} for messages. */
    public static SigningRequest parse(byte[] bytes, String where) {
        return new SigningRequest(Envelope.parse(bytes, where));
    }

    static SigningRequest of(JsonObject signed, String where) {
        return new SigningRequest(Envelope.unsigned(signed, where));
    }

    /**
     * The next targets file with {@code additions}; empty when every one of them is listed with the same bytes.
     *
     * @throws UsageException when one is listed with other bytes: what was published stays what it was
     */
    static Optional<SigningRequest> addTargets(
            Envelope envelope, TargetsMetadata targets, Map<String, byte[]> additions, Instant expires) {
        List<TargetInfo> missing = new ArrayList<>();
        additions.forEach((path, bytes) -> {
            requirePath(path);
            TargetInfo addition = TargetInfo.of(path, bytes);
            Optional<TargetInfo> listed = targets.target(path);
            if (listed.isEmpty()) {
                Sha256 once = targets.retired().get(path);
                if (once != null && !once.equals(addition.sha256())) {
                    throw new UsageException(
                            path + " was published with another content and retired; give the new content"
                                    + " a new version");
                }
                missing.add(addition);
            } else if (!listed.get().describes(bytes)) {
                throw alreadyPublished(path);
            }
        });
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(next(envelope, targets, missing, expires));
    }

    /** The next targets file with {@code additions}, which may be none: then only its life is prolonged. */
    static SigningRequest next(
            Envelope envelope, TargetsMetadata targets, List<TargetInfo> additions, Instant expires) {
        long version = targets.version() + 1;
        return of(TargetsMetadata.next(envelope.signed(), version, expires, additions), Role.TARGETS.path(version));
    }

    /** The next targets file without those of {@code paths} that are listed; empty when none is. */
    static Optional<SigningRequest> retireTargets(
            Envelope envelope, TargetsMetadata targets, Set<String> paths, Instant expires) {
        List<TargetInfo> retired =
                paths.stream().flatMap(path -> targets.target(path).stream()).toList();
        long version = targets.version() + 1;
        return retired.isEmpty()
                ? Optional.empty()
                : Optional.of(of(
                        TargetsMetadata.without(envelope.signed(), version, expires, retired),
                        Role.TARGETS.path(version)));
    }

    private static void requirePath(String path) {
        try {
            SafePath.require(path);
        } catch (IllegalArgumentException e) {
            throw new UsageException("the target cannot be published: " + e.getMessage(), e);
        }
    }

    static UsageException alreadyPublished(String path) {
        return new UsageException(
                path + " is already published with another content; give the new content a new version");
    }

    /** The same request with one more signature. */
    public SigningRequest sign(SigningKey key) {
        return new SigningRequest(envelope.signedBy(key));
    }

    /** The same request with one more signature of each of them. */
    public SigningRequest sign(List<SigningKey> keys) {
        SigningRequest signed = this;
        for (SigningKey key : keys) {
            signed = signed.sign(key);
        }
        return signed;
    }

    /** How many different keys of {@code keys} have signed. */
    public int signatures(KeySet keys) {
        return keys.count(envelope.signers(keys));
    }

    /** Whether enough keys of {@code keys} have signed. */
    public boolean complete(KeySet keys) {
        return signatures(keys) >= keys.threshold();
    }

    /** A copy of the bytes in which it travels, and under which it is published. */
    public byte[] bytes() {
        return envelope.bytes();
    }
}
