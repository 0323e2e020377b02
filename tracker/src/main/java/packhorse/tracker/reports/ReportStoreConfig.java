package packhorse.tracker.reports;

/**
 * Bounds of the store.
 *
 * @param segmentBytes a file is closed when it has so many, and never written again
 * @param queueBytesMax reports that wait for the disk; who comes then is told to come again
 * @param batchBytesMax what is written and flushed at once
 */
public record ReportStoreConfig(long segmentBytes, long queueBytesMax, int batchBytesMax) {
    /** 64 MiB hold 400,000 reports; 64 MiB may wait, a second of a slow disk; 4 MiB at once, so that nobody waits long for others. */
    public static final ReportStoreConfig DEFAULT = new ReportStoreConfig(64L << 20, 64L << 20, 4 << 20);

    public ReportStoreConfig {
        if (segmentBytes < 1 || queueBytesMax < 1 || batchBytesMax < 1) {
            throw new IllegalArgumentException(
                    "bounds are positive: " + segmentBytes + ", " + queueBytesMax + ", " + batchBytesMax);
        }
    }
}
