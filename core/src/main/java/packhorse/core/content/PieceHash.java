package packhorse.core.content;

import java.util.Arrays;

/** A piece's two hashes: SHA-1 over its bytes (version 1) and the root of its blocks' SHA-256 tree (version 2). */
public final class PieceHash {
    private final byte[] sha1;
    private final byte[] root;

    /** Takes the arrays over. */
    PieceHash(byte[] sha1, byte[] root) {
        this.sha1 = sha1;
        this.root = root;
    }

    /** A copy of the 20 bytes of SHA-1. */
    public byte[] sha1() {
        return sha1.clone();
    }

    /** A copy of the 32 bytes of the tree's root. */
    public byte[] root() {
        return root.clone();
    }

    void copyTo(byte[] v1Pieces, byte[] layer, int index) {
        System.arraycopy(sha1, 0, v1Pieces, index * sha1.length, sha1.length);
        System.arraycopy(root, 0, layer, index * root.length, root.length);
    }

    boolean standsIn(byte[] v1Pieces, byte[] layer, int index) {
        return Arrays.equals(sha1, 0, sha1.length, v1Pieces, index * sha1.length, (index + 1) * sha1.length)
                && Arrays.equals(root, 0, root.length, layer, index * root.length, (index + 1) * root.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PieceHash that && Arrays.equals(sha1, that.sha1) && Arrays.equals(root, that.root);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(root);
    }
}
