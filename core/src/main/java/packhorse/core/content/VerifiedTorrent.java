package packhorse.core.content;

import java.util.Optional;

/** Proof that a torrent is the one a pack names. Only {@link Torrents#check} makes it; it then proves pieces. */
public final class VerifiedTorrent {
    private final Pack pack;
    private final ContentHashes hashes;
    private final Torrent torrent;

    VerifiedTorrent(Pack pack, ContentHashes hashes, Torrent torrent) {
        this.pack = pack;
        this.hashes = hashes;
        this.torrent = torrent;
    }

    public Pack pack() {
        return pack;
    }

    /** A copy of the {@code .torrent}'s bytes. */
    public byte[] bytes() {
        return torrent.bytes();
    }

    public Torrent torrent() {
        return torrent;
    }

    /** The hashes that the torrent holds. */
    public ContentHashes hashes() {
        return hashes;
    }

    /** The v1-only torrent, where the pack has an open swarm: it follows from this one, nobody has to fetch it. */
    public Optional<Torrent> sibling() {
        return pack.openSwarm().map(open -> Torrents.v1Only(hashes));
    }

    /** Whether these bytes are piece {@code index}, by both hash families. */
    public boolean pieceMatches(int index, byte[] buffer, int offset, int length) {
        return verify(index, buffer, offset, length).isPresent();
    }

    /** Proof that these bytes are piece {@code index}, or nothing when they are not. */
    public Optional<VerifiedPiece> verify(int index, byte[] buffer, int offset, int length) {
        if (length != pack.lengthOf(index)) {
            return Optional.empty();
        }
        PieceHash hash = new PieceHasher(pack.pieceLength()).hash(buffer, offset, length, pack.pieceCount() == 1);
        return hashes.pieceIs(index, hash) ? Optional.of(new VerifiedPiece(pack, index)) : Optional.empty();
    }
}
