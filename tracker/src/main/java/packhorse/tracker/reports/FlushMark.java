package packhorse.tracker.reports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * How far a store is flushed, for readers in other processes.
 *
 * <p><b>Problem.</b> A record is whole in its file before the flush that makes it last. Who reads the file meanwhile would show a report
 * that was acknowledged to nobody, and that a power cut or a failed flush takes back.
 *
 * <p><b>Scheme.</b> The store writes the file {@code flushed}, 24 bytes in place: number of the segment, bytes of it that are flushed, CRC-32C of both.
 * It does so after each flush and before anybody is answered, so the mark is never ahead of the disk and never behind an
 * acknowledgement. It is not flushed itself: after a crash it may be behind, which hides reports until the next start of the tracker
 * flushes what is there and marks it. Where there is none, of an older store, all that is whole is shown.
 */
final class FlushMark implements AutoCloseable {
    private static final String NAME = "flushed";
    private static final int BYTES = 3 * Long.BYTES;

    /** A write in place may be seen half; it takes microseconds. */
    private static final int LOOKS_MAX = 1_000;

    private final FileChannel channel;

    /**
     * What is flushed: all segments before this one, and its first bytes.
     *
     * @param segment number of the last segment that has something flushed
     * @param bytes of that one
     */
    record Flushed(long segment, long bytes) {
        /** How many bytes of a segment are flushed. */
        long of(long number) {
            return number < segment ? Long.MAX_VALUE : number == segment ? bytes : 0;
        }
    }

    private FlushMark(FileChannel channel) {
        this.channel = channel;
    }

    /** Of the one store that writes there. */
    static FlushMark open(Path directory) throws IOException {
        return new FlushMark(
                FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    void set(Flushed now) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(BYTES).putLong(now.segment()).putLong(now.bytes());
        out.putLong(sum(out)).flip();
        long at = 0;
        while (out.hasRemaining()) {
            at += channel.write(out, at);
        }
    }

    /** The newest mark; empty where there is none, or it is damaged: then nobody can say more than what is whole. */
    static Optional<Flushed> read(Path directory) throws IOException {
        try (FileChannel in = FileChannel.open(directory.resolve(NAME), StandardOpenOption.READ)) {
            for (int look = 0; look < LOOKS_MAX; look++) {
                ByteBuffer bytes = ByteBuffer.allocate(BYTES);
                while (bytes.hasRemaining() && in.read(bytes, bytes.position()) >= 0) {}
                if (bytes.hasRemaining()) {
                    continue;
                }
                Flushed mark = new Flushed(bytes.getLong(0), bytes.getLong(Long.BYTES));
                if (bytes.getLong(2 * Long.BYTES) == sum(bytes)) {
                    return Optional.of(mark);
                }
            }
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static long sum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.duplicate().clear().limit(2 * Long.BYTES));
        return sum.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
