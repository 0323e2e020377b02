package packhorse.core.content;

import java.util.Optional;

/**
 * A file of content that one torrent carries: hybrid v1 and v2 (BEP 52), private, single file, named by the file's SHA-256.
 *
 * @param data the whole file's digest and length
 * @param pieceLength bytes per piece, {@link PieceLength#forContent} of the length
 * @param infoHash version 1 info-hash of the hybrid torrent
 * @param infoHashV2 version 2 info-hash of the hybrid torrent
 * @param piecesRoot root of the file's SHA-256 hash tree (BEP 52)
 * @param torrent the {@code .torrent} itself, with piece layers
 * @param openSwarm the v1-only sibling for other clients, where the release allows it
 */
public record Pack(
        BlobRef data,
        int pieceLength,
        InfoHash infoHash,
        Sha256 infoHashV2,
        Sha256 piecesRoot,
        BlobRef torrent,
        Optional<OpenSwarm> openSwarm) {
    /**
     * The v1-only public sibling torrent of a pack.
     *
     * @param infoHash its info-hash
     * @param torrent its {@code .torrent} without announce URL
     */
    public record OpenSwarm(InfoHash infoHash, BlobRef torrent) {}

    public Pack {
        if (pieceLength != PieceLength.forContent(data.length())) {
            throw new IllegalArgumentException("a pack of " + data.length() + " bytes has pieces of "
                    + PieceLength.forContent(data.length()) + " bytes, not " + pieceLength);
        }
    }

    /** Number of pieces; the last may be shorter. */
    public int pieceCount() {
        return Math.toIntExact((data.length() + pieceLength - 1) / pieceLength);
    }

    /** Length of piece {@code index} in bytes. */
    public int lengthOf(int index) {
        if (index < 0 || index >= pieceCount()) {
            throw new IndexOutOfBoundsException("piece " + index + " of " + pieceCount());
        }
        return (int) Math.min(pieceLength, data.length() - (long) index * pieceLength);
    }
}
