package packhorse.core.content;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes all hashes of content in one pass over its bytes, which may come in portions of any size. The length is known before:
 * it decides the piece length. Memory is 52 bytes a piece beside the hash objects. Not thread-safe; to use several cores, hash
 * pieces with a {@link PieceHasher} per thread and call {@link ContentHashes#assemble}.
 */
public final class ContentHasher {
    /** Steps of one block, so that each is hashed three times while it is in the processor's cache. */
    private static final int STEP_BYTES = MerkleTree.BLOCK_BYTES;

    private final long length;
    private final boolean onlyPiece;
    private final MessageDigest whole = Sha256.newDigest();
    private final PieceHasher piece;
    private final List<PieceHash> pieces;
    private long taken;

    /** @param length of the content that will come, at least 1 */
    public ContentHasher(long length) {
        this.length = length;
        int pieceLength = PieceLength.forContent(length);
        this.onlyPiece = length <= pieceLength;
        this.piece = new PieceHasher(pieceLength);
        this.pieces = new ArrayList<>(ContentHashes.pieceCount(length));
    }

    /** @throws IllegalStateException when there are more bytes than the length */
    public void update(byte[] buffer, int offset, int count) {
        if (count > length - taken) {
            throw new IllegalStateException("more bytes than the " + length + " that were announced");
        }
        int at = offset;
        int left = count;
        while (left > 0) {
            int step = Math.min(left, Math.min(STEP_BYTES, piece.room()));
            whole.update(buffer, at, step);
            piece.update(buffer, at, step);
            at += step;
            left -= step;
            taken += step;
            if (piece.room() == 0 || taken == length) {
                pieces.add(piece.finish(onlyPiece));
            }
        }
    }

    public void update(byte[] bytes) {
        update(bytes, 0, bytes.length);
    }

    /** Takes the buffer's remaining bytes. */
    public void update(ByteBuffer buffer) {
        if (buffer.hasArray()) {
            update(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
            buffer.position(buffer.limit());
            return;
        }
        byte[] portion = new byte[Math.min(STEP_BYTES, buffer.remaining())];
        while (buffer.hasRemaining()) {
            int step = Math.min(portion.length, buffer.remaining());
            buffer.get(portion, 0, step);
            update(portion, 0, step);
        }
    }

    /** @throws IllegalStateException when there were fewer bytes than the length */
    public ContentHashes finish() {
        if (taken != length) {
            throw new IllegalStateException(taken + " bytes came of the " + length + " that were announced");
        }
        return ContentHashes.assemble(Sha256.ofDigest(whole.digest()), length, pieces);
    }
}
