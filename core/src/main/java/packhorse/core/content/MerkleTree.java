package packhorse.core.content;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The SHA-256 hash tree of BEP 52 over one file.
 *
 * <p>Leaves are the digests of 16 KiB blocks (the last block may be shorter). A parent is the digest of its two children. The
 * tree is balanced: it is filled with leaves of 32 zero bytes (not digests of zeros) up to a power of two. A piece is a
 * subtree; so a missing piece contributes the root of a subtree of zero leaves, and only files of more than one piece are
 * filled to whole pieces [1].
 *
 * <p>All arithmetic happens in the caller's array, a level on top of the one below: no allocation, O(leaves) digests.
 *
 * <p>[1] https://www.bittorrent.org/beps/bep_0052.html
 */
final class MerkleTree {
    /** BEP 52's block: the unit of transfer and of hashing. */
    static final int BLOCK_BYTES = 16 << 10;

    static final int HASH_BYTES = Sha256.LENGTH_BYTES;

    private MerkleTree() {}

    /** Blocks in {@code length} bytes. */
    static int blocks(int length) {
        return (length + BLOCK_BYTES - 1) / BLOCK_BYTES;
    }

    /** The smallest power of two that is at least {@code count}. */
    static int powerOfTwo(int count) {
        return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
    }

    /**
     * Reduces {@code count} hashes at the start of {@code hashes} to the root, in place, after filling them up to
     * {@code width} with {@code filler}. The root is left in the first 32 bytes.
     *
     * @param width a power of two, at least {@code count}; the array holds that many hashes
     */
    static void reduce(MessageDigest sha256, byte[] hashes, int count, int width, byte[] filler) {
        for (int i = count; i < width; i++) {
            System.arraycopy(filler, 0, hashes, i * HASH_BYTES, HASH_BYTES);
        }
        for (int level = width; level > 1; level /= 2) {
            for (int parent = 0; parent < level / 2; parent++) {
                sha256.update(hashes, parent * 2 * HASH_BYTES, 2 * HASH_BYTES);
                digestInto(sha256, hashes, parent * HASH_BYTES);
            }
        }
    }

    /** The root over a file's piece layer: {@code layer} holds one hash per piece; it is not changed. */
    static Sha256 rootOfLayer(byte[] layer, int pieceLength) {
        MessageDigest sha256 = Sha256.newDigest();
        int pieces = layer.length / HASH_BYTES;
        int width = powerOfTwo(pieces);
        byte[] hashes = Arrays.copyOf(layer, width * HASH_BYTES);
        reduce(sha256, hashes, pieces, width, emptyPiece(sha256, pieceLength));
        return Sha256.ofDigest(Arrays.copyOf(hashes, HASH_BYTES));
    }

    /** The root of a piece of zero leaves: what stands for each piece beyond the file's end. */
    private static byte[] emptyPiece(MessageDigest sha256, int pieceLength) {
        byte[] pair = new byte[2 * HASH_BYTES];
        for (int leaves = blocks(pieceLength); leaves > 1; leaves /= 2) {
            System.arraycopy(pair, 0, pair, HASH_BYTES, HASH_BYTES);
            sha256.update(pair);
            digestInto(sha256, pair, 0);
        }
        return Arrays.copyOf(pair, HASH_BYTES);
    }

    static void digestInto(MessageDigest digest, byte[] out, int offset) {
        try {
            digest.digest(out, offset, digest.getDigestLength());
        } catch (DigestException e) {
            throw new AssertionError("the array has room for a digest", e);
        }
    }
}
