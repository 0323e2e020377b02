package packhorse.core.trust;

import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;

/** A release's description whose bytes are the ones the catalogue signed. Only this package makes one. */
public final class VerifiedManifest {
    private final Manifest manifest;
    private final Sha256 digest;
    private final byte[] bytes;

    VerifiedManifest(Manifest manifest, byte[] bytes) {
        this.manifest = manifest;
        this.digest = Sha256.of(bytes);
        this.bytes = bytes.clone();
    }

    public Manifest manifest() {
        return manifest;
    }

    /** The digest of the canonical bytes, by which others name it. */
    public Sha256 digest() {
        return digest;
    }

    /** A copy of the canonical bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifiedManifest that && digest.equals(that.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return manifest.id().toString();
    }
}
