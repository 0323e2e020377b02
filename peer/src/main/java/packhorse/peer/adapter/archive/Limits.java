package packhorse.peer.adapter.archive;

import java.nio.charset.StandardCharsets;
import packhorse.core.content.SafePath;
import packhorse.core.json.JsonFields;

/**
 * How much an archive may become. The signed size of the content times the ratio bounds the whole, so that a publisher who raises
 * nothing cannot fill a disk by mistake.
 *
 * @param ratio bytes unpacked for a byte of the archive, above {@link #RATIO_FREE_BYTES}; ordinary files reach 20, text 50, logs more
 * @param entries files, directories and links
 * @param depth levels of directories
 * @param bytes of all files together
 */
record Limits(long ratio, long entries, int depth, long bytes) {
    static final long RATIO_DEFAULT = 100;
    /** Below it a ratio says little: an empty tar of 10 KiB is 45 bytes of gzip. */
    static final long RATIO_FREE_BYTES = 1 << 20;

    static final long ENTRIES_DEFAULT = 20_000;
    /** The plan of an archive is kept in memory, and the installer's heap is small; a published tree is read as a stream. */
    static final long ENTRIES_MAX = 100_000;
    /** What {@link #memoryBytes} of all paths together may be: less than half of the installer's heap. */
    static final long MEMORY_BYTES_MAX = 48L << 20;
    /** Of a path, beside its letters: what it is, its digest, and its place among its neighbours. */
    private static final long MEMORY_BYTES_PER_PATH = 320;

    static final long RATIO_MAX = 100_000;
    /** A tebibyte in one archive is a mistake. */
    static final long BYTES_MAX = 1L << 40;

    static final Limits DEFAULT = new Limits(RATIO_DEFAULT, ENTRIES_DEFAULT, SafePath.DEPTH_MAX, BYTES_MAX);

    static Limits read(JsonFields fields) {
        Limits limits = new Limits(
                fields.has("ratio") ? fields.integer("ratio", 1, RATIO_MAX) : DEFAULT.ratio,
                fields.has("entries") ? fields.integer("entries", 1, ENTRIES_MAX) : DEFAULT.entries,
                fields.has("depth") ? (int) fields.integer("depth", 1, SafePath.DEPTH_MAX) : DEFAULT.depth,
                fields.has("bytes") ? fields.integer("bytes", 1, BYTES_MAX) : DEFAULT.bytes);
        fields.done();
        return limits;
    }

    /** What remembering a path costs at most, from its judgement to the list of what was written. */
    static long memoryBytes(String path) {
        return MEMORY_BYTES_PER_PATH + 3L * path.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What {@code packed} bytes of an archive may become at most. */
    long unpackedMax(long packed) {
        long byRatio = packed > bytes / ratio ? bytes : Math.max(RATIO_FREE_BYTES, packed * ratio);
        return Math.min(bytes, byRatio);
    }
}
