package packhorse.core.trust;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Bundle;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.trust.TrustException.Kind;

/**
 * A client of a catalogue: pins a root once, brings itself up to date, and fetches what the catalogue lists, with proof.
 *
 * <p>The workflow itself is {@link TufUpdate}. A source's mirrors are tried in order until one verifies; what an earlier one
 * gave and was verified stays. Threads may share a client: one refreshes at a time, fetches run beside it against the
 * catalogue as it was.
 */
public final class TufClient {
    /** Manifests name everything large by digest, so a few KiB each; this bounds what a signed length can make us hold. */
    static final int MANIFEST_BYTES_MAX = ManifestCodec.BYTES_MAX;

    private final MetadataSource source;
    private final TrustedStore store;
    private final InstantSource clock;
    private final ReentrantLock refreshing = new ReentrantLock();
    private volatile @Nullable Catalogue current;

    public TufClient(MetadataSource source, TrustedStore store, InstantSource clock) {
        this.source = source;
        this.store = store;
        this.clock = clock;
    }

    /**
     * Pins the deployment's root. Does nothing when the store trusts this deployment already, at this version or a later
     * one.
     *
     * @throws TrustException when {@code rootJson} is no well-signed root, or the store trusts another deployment
     */
    public void initialise(byte[] rootJson) {
        refreshing.lock();
        try {
            if (rootJson.length > Role.ROOT.lengthMaxBytes()) {
                throw TrustException.tooLong("the trusted root", Role.ROOT.lengthMaxBytes());
            }
            Envelope envelope = Envelope.parse(rootJson, "the trusted root");
            RootMetadata root = RootMetadata.read(envelope);
            envelope.requireSigned(root.keySet(Role.ROOT), "its own root keys");
            OptionalLong pinned = store.rootVersion();
            if (pinned.isEmpty()) {
                store.putRoot(root.version(), rootJson);
            } else if (store.root(root.version())
                    .filter(bytes -> !Envelope.parse(bytes, "root").sameDocument(envelope))
                    .isPresent()) {
                throw new TrustException(
                        Kind.WRONG_ROOT,
                        store.directory() + " trusts the root of another deployment at version " + root.version()
                                + "; name the right root.json, or an empty data directory for this deployment");
            }
        } finally {
            refreshing.unlock();
        }
    }

    /**
     * Runs the client workflow.
     *
     * @throws TrustException what the first source was refused for, when none verifies; the catalogue stays as it was
     */
    public Catalogue refresh() {
        refreshing.lock();
        try {
            Instant start = clock.instant();
            Catalogue fresh = firstThatVerifies(mirror -> new TufUpdate(mirror, store, start).run());
            current = fresh;
            return fresh;
        } finally {
            refreshing.unlock();
        }
    }

    /** The catalogue of the last refresh, also one before this process started; it may have expired. */
    public Optional<Catalogue> catalogue() {
        Catalogue held = current;
        if (held != null) {
            return Optional.of(held);
        }
        refreshing.lock();
        try {
            Optional<Catalogue> stored = store.rootVersion().isEmpty() ? Optional.empty() : TufUpdate.held(store);
            stored.ifPresent(catalogue -> current = catalogue);
            return stored;
        } finally {
            refreshing.unlock();
        }
    }

    /**
     * Fetches the manifest of {@code id}.
     *
     * @throws TrustException when the catalogue does not list it, has expired, or no source gives the signed bytes
     */
    public VerifiedManifest manifest(ReleaseId id) {
        Catalogue catalogue = fresh();
        TargetInfo target = catalogue.require(id.targetPath(), id.toString());
        return firstThatVerifies(mirror -> catalogue.verifyManifest(id, target(mirror, target)));
    }

    /**
     * Fetches a bundle.
     *
     * @throws TrustException when the catalogue does not list it, has expired, or no source gives the signed bytes
     */
    public VerifiedBundle bundle(ReleaseName name, Version version) {
        Catalogue catalogue = fresh();
        String path = Bundle.targetPath(name, version);
        TargetInfo target = catalogue.require(path, "the bundle " + name + "@" + version);
        return firstThatVerifies(mirror -> catalogue.verifyBundle(path, target(mirror, target)));
    }

    /**
     * Fetches an object by digest; whoever signed the digest signed the bytes.
     *
     * @param lengthMax a longer one is refused before it is asked for
     */
    public byte[] object(BlobRef blob, long lengthMax) {
        String path = "objects/" + blob.sha256();
        if (blob.length() > lengthMax) {
            throw TrustException.tooLong(path, lengthMax);
        }
        return firstThatVerifies(mirror -> {
            byte[] bytes = require(mirror, path, blob.length());
            if (bytes.length != blob.length() || !Sha256.of(bytes).equals(blob.sha256())) {
                throw new TrustException(
                        Kind.MIX_AND_MATCH,
                        path + " from " + mirror + " is not the " + blob.length()
                                + " bytes with that digest; take another source");
            }
            return bytes;
        });
    }

    private Catalogue fresh() {
        Catalogue catalogue = catalogue()
                .orElseThrow(() -> new TrustException(
                        Kind.MISSING, store.directory() + " holds no catalogue yet; refresh it from a source first"));
        if (!clock.instant().isBefore(catalogue.expires())) {
            throw new TrustException(
                    Kind.EXPIRED,
                    catalogue + " expired at " + catalogue.expires() + "; refresh it from a source that is up to date");
        }
        return catalogue;
    }

    private static byte[] target(MetadataSource mirror, TargetInfo target) {
        if (target.length() > MANIFEST_BYTES_MAX) {
            throw TrustException.tooLong(target.path(), MANIFEST_BYTES_MAX);
        }
        return require(mirror, target.location(), target.length());
    }

    private static byte[] require(MetadataSource mirror, String path, long lengthMax) {
        return TufUpdate.fetch(mirror, path, lengthMax)
                .orElseThrow(() -> new TrustException(
                        Kind.MISSING, path + " is not at " + mirror + "; take another source, or publish it again"));
    }

    /** Asks one mirror after the other; when none will do, the first one's refusal is what the caller hears. */
    private <T> T firstThatVerifies(Function<MetadataSource, T> question) {
        List<MetadataSource> mirrors = source.mirrors();
        TrustException first = null;
        for (MetadataSource mirror : mirrors) {
            try {
                return question.apply(mirror);
            } catch (TrustException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first == null) {
            throw new UsageException("the catalogue has no source; name at least one URL");
        }
        throw first;
    }
}
