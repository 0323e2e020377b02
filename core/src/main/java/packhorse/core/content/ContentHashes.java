package packhorse.core.content;

import java.util.Arrays;
import java.util.List;

/** Everything that torrents and manifests say about content, made in one pass over it: whole digest, pieces, hash tree. */
public final class ContentHashes {
    private final Sha256 sha256;
    private final long length;
    private final int pieceLength;
    private final byte[] v1Pieces;
    private final byte[] pieceLayer;
    private final Sha256 piecesRoot;

    private ContentHashes(Sha256 sha256, long length, byte[] v1Pieces, byte[] pieceLayer) {
        this.sha256 = sha256;
        this.length = length;
        this.pieceLength = PieceLength.forContent(length);
        this.v1Pieces = v1Pieces;
        this.pieceLayer = pieceLayer;
        this.piecesRoot = MerkleTree.rootOfLayer(pieceLayer, pieceLength);
    }

    /**
     * Puts the parts together.
     *
     * @param whole digest of all bytes
     * @param length of all bytes
     * @param pieces every piece's hashes, in order, of pieces of {@link PieceLength#forContent} bytes
     * @throws IllegalArgumentException when the number of pieces is not the length's
     */
    public static ContentHashes assemble(Sha256 whole, long length, List<PieceHash> pieces) {
        requireCount(length, pieces.size());
        byte[] v1Pieces = new byte[pieces.size() * InfoHash.LENGTH_BYTES];
        byte[] layer = new byte[pieces.size() * Sha256.LENGTH_BYTES];
        for (int i = 0; i < pieces.size(); i++) {
            pieces.get(i).copyTo(v1Pieces, layer, i);
        }
        return new ContentHashes(whole, length, v1Pieces, layer);
    }

    /** From the two hash lists of a torrent; they are copied. */
    static ContentHashes ofLists(Sha256 whole, long length, byte[] v1Pieces, byte[] pieceLayer) {
        if (v1Pieces.length % InfoHash.LENGTH_BYTES != 0 || pieceLayer.length % Sha256.LENGTH_BYTES != 0) {
            throw new IllegalArgumentException("a hash list of " + v1Pieces.length + " and one of " + pieceLayer.length
                    + " bytes are not whole hashes");
        }
        requireCount(length, v1Pieces.length / InfoHash.LENGTH_BYTES);
        requireCount(length, pieceLayer.length / Sha256.LENGTH_BYTES);
        return new ContentHashes(whole, length, v1Pieces.clone(), pieceLayer.clone());
    }

    private static void requireCount(long length, int pieces) {
        if (pieces != pieceCount(length)) {
            throw new IllegalArgumentException(length + " bytes have " + pieceCount(length) + " pieces, not " + pieces);
        }
    }

    /** Pieces of content of {@code length} bytes. */
    public static int pieceCount(long length) {
        int pieceLength = PieceLength.forContent(length);
        return Math.toIntExact((length + pieceLength - 1) / pieceLength);
    }

    public Sha256 sha256() {
        return sha256;
    }

    public long length() {
        return length;
    }

    public BlobRef data() {
        return new BlobRef(sha256, length);
    }

    public int pieceLength() {
        return pieceLength;
    }

    public int pieceCount() {
        return v1Pieces.length / InfoHash.LENGTH_BYTES;
    }

    /** A copy of the version 1 hash list, 20 bytes a piece. */
    public byte[] v1Pieces() {
        return v1Pieces.clone();
    }

    /** A copy of the version 2 piece layer, 32 bytes a piece. */
    public byte[] pieceLayer() {
        return pieceLayer.clone();
    }

    /** The root of the whole file's hash tree. */
    public Sha256 piecesRoot() {
        return piecesRoot;
    }

    boolean pieceIs(int index, PieceHash hash) {
        return hash.standsIn(v1Pieces, pieceLayer, index);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContentHashes that
                && length == that.length
                && sha256.equals(that.sha256)
                && Arrays.equals(v1Pieces, that.v1Pieces)
                && Arrays.equals(pieceLayer, that.pieceLayer);
    }

    @Override
    public int hashCode() {
        return sha256.hashCode();
    }

    @Override
    public String toString() {
        return sha256 + " (" + length + " bytes, " + pieceCount() + " pieces)";
    }
}
