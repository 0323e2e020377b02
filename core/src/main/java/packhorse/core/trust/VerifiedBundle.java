package packhorse.core.trust;

import packhorse.core.content.Bundle;
import packhorse.core.content.Sha256;

/** A list of releases whose bytes are the ones the catalogue signed. Only this package makes one. */
public final class VerifiedBundle {
    private final Bundle bundle;
    private final Sha256 digest;
    private final byte[] bytes;

    VerifiedBundle(Bundle bundle, byte[] bytes) {
        this.bundle = bundle;
        this.digest = Sha256.of(bytes);
        this.bytes = bytes.clone();
    }

    public Bundle bundle() {
        return bundle;
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
        return other instanceof VerifiedBundle that && digest.equals(that.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return bundle.name() + "@" + bundle.version();
    }
}
