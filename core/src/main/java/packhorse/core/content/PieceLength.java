package packhorse.core.content;

/**
 * How long a torrent's pieces are: 512 KiB up to 4 GiB of content, then doubling with it to at most 4 MiB. Small enough that
 * a lying peer spoils little, large enough that hash lists stay small (decision 0004).
 */
public final class PieceLength {
    public static final int SMALLEST = 512 << 10;
    public static final int LARGEST = 4 << 20;
    private static final long CONTENT_OF_SMALLEST_MAX = 4L << 30;

    private PieceLength() {}

    /** Bytes per piece for content of {@code length} bytes, a power of two. */
    public static int forContent(long length) {
        if (length < 1) {
            throw new IllegalArgumentException("content has at least 1 byte, not " + length);
        }
        int pieceLength = SMALLEST;
        for (long max = CONTENT_OF_SMALLEST_MAX; length > max && pieceLength < LARGEST; max *= 2) {
            pieceLength *= 2;
        }
        return pieceLength;
    }
}
