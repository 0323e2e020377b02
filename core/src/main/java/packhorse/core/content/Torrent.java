package packhorse.core.content;

import java.util.Arrays;
import java.util.Optional;

/** A {@code .torrent} that {@link Torrents} made, with its info-hashes. */
public final class Torrent {
    private final byte[] bytes;
    private final InfoHash infoHash;
    private final Optional<Sha256> infoHashV2;

    Torrent(byte[] bytes, InfoHash infoHash, Optional<Sha256> infoHashV2) {
        this.bytes = bytes;
        this.infoHash = infoHash;
        this.infoHashV2 = infoHashV2;
    }

    /** A copy of the file's bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public BlobRef ref() {
        return BlobRef.of(bytes);
    }

    public InfoHash infoHash() {
        return infoHash;
    }

    /** The version 2 info-hash of a hybrid torrent; a v1-only one has none. */
    public Optional<Sha256> infoHashV2() {
        return infoHashV2;
    }

    boolean isExactly(byte[] other) {
        return Arrays.equals(bytes, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Torrent that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return infoHash.hashCode();
    }

    @Override
    public String toString() {
        return "torrent " + infoHash;
    }
}
