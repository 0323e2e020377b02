package packhorse.core.content;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Hashes pieces, one after the other, both ways at once: SHA-1 for version 1 and the tree of 16 KiB blocks for version 2.
 *
 * <p>Each block passes through both digests while it is in the processor's cache. Digests and the array of leaves are made
 * once and used again; hashing a piece allocates its two results and nothing else. Not thread-safe: each thread has its own.
 */
public final class PieceHasher {
    private static final byte[] ZERO_LEAF = new byte[MerkleTree.HASH_BYTES];

    private final int pieceLength;
    private final MessageDigest sha1 = InfoHash.newDigest();
    private final MessageDigest sha256 = Sha256.newDigest();
    private final byte[] leaves;
    private int leafCount;
    private int blockFill;
    private int pieceFill;

    /** @param pieceLength a power of two of at least 16 KiB */
    public PieceHasher(int pieceLength) {
        if (pieceLength < MerkleTree.BLOCK_BYTES || Integer.bitCount(pieceLength) != 1) {
            throw new IllegalArgumentException("a piece length is a power of two from 16 KiB, not " + pieceLength);
        }
        this.pieceLength = pieceLength;
        this.leaves = new byte[MerkleTree.blocks(pieceLength) * MerkleTree.HASH_BYTES];
    }

    /**
     * Hashes one whole piece.
     *
     * @param onlyPiece whether the file has no other piece: its tree is then no larger than its blocks need
     */
    public PieceHash hash(byte[] buffer, int offset, int length, boolean onlyPiece) {
        if (pieceFill != 0) {
            throw new IllegalStateException("a piece is begun: " + pieceFill + " bytes");
        }
        update(buffer, offset, length);
        return finish(onlyPiece);
    }

    /** Takes the next bytes of a piece. */
    void update(byte[] buffer, int offset, int length) {
        if (length < 0 || length > pieceLength - pieceFill) {
            throw new IllegalArgumentException(
                    length + " bytes more than " + pieceFill + " do not fit a piece of " + pieceLength);
        }
        pieceFill += length;
        int at = offset;
        int left = length;
        while (left > 0) {
            int step = Math.min(left, MerkleTree.BLOCK_BYTES - blockFill);
            sha1.update(buffer, at, step);
            sha256.update(buffer, at, step);
            at += step;
            left -= step;
            blockFill += step;
            if (blockFill == MerkleTree.BLOCK_BYTES) {
                endBlock();
            }
        }
    }

    /** Bytes that the current piece can still take. */
    int room() {
        return pieceLength - pieceFill;
    }

    /** Ends the piece and makes ready for the next. */
    PieceHash finish(boolean onlyPiece) {
        if (pieceFill == 0) {
            throw new IllegalStateException("a piece has at least 1 byte");
        }
        if (blockFill > 0) {
            endBlock();
        }
        int width = onlyPiece ? MerkleTree.powerOfTwo(leafCount) : MerkleTree.blocks(pieceLength);
        MerkleTree.reduce(sha256, leaves, leafCount, width, ZERO_LEAF);
        leafCount = 0;
        pieceFill = 0;
        return new PieceHash(sha1.digest(), Arrays.copyOf(leaves, MerkleTree.HASH_BYTES));
    }

    private void endBlock() {
        MerkleTree.digestInto(sha256, leaves, leafCount * MerkleTree.HASH_BYTES);
        leafCount++;
        blockFill = 0;
    }
}
