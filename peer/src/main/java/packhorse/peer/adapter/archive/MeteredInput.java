package packhorse.peer.adapter.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import packhorse.core.content.BadContentException;

/**
 * A stream that gives no more than it is told it may. An archive's reader keeps in memory what the archive says is a header; this
 * stands below it and bounds what it can be made to keep.
 */
final class MeteredInput extends InputStream {
    private final InputStream in;
    private final long total;
    private final String overTotal;
    private long count;
    private long allowedTo = Long.MAX_VALUE;
    private String overAllowed = "";
    private long marked;
    private long tailFrom = Long.MAX_VALUE;
    private boolean tailHasBytes;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    /**
     * Meters a stream.
     *
     * @param total the most it may give at all
     * @param overTotal what to say when it gives more
     */
    MeteredInput(InputStream in, long total, String overTotal) {
        this.in = in;
        this.total = total;
        this.overTotal = overTotal;
    }

    /** From here it may give {@code bytes} more until it is told anew; {@code over} is said when it gives more. */
    void allow(long bytes, String over) {
        allowedTo = count + bytes;
        overAllowed = over;
        seen.reset();
    }

    void allowAll() {
        allowedTo = Long.MAX_VALUE;
    }

    /** What was read in portions under the last allowance. */
    byte[] seen() {
        return seen.toByteArray();
    }

    /** Bytes given so far. */
    long count() {
        return count;
    }

    /** Notes from now on whether a byte behind {@code position} is anything but zero. */
    void watchTail(long position) {
        tailFrom = position;
        tailHasBytes = false;
    }

    boolean tailHasBytes() {
        return tailHasBytes;
    }

    @Override
    public int read() throws IOException {
        int c = in.read();
        if (c >= 0) {
            counted(1);
            tailHasBytes |= c != 0 && count > tailFrom;
        }
        return c;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = in.read(buffer, offset, length);
        if (read > 0) {
            counted(read);
            if (allowedTo != Long.MAX_VALUE) {
                seen.write(buffer, offset, read);
            }
            for (long i = Math.max(0, tailFrom - (count - read)); i < read && !tailHasBytes; i++) {
                tailHasBytes = buffer[offset + (int) i] != 0;
            }
        }
        return read;
    }

    private void counted(int bytes) {
        count += bytes;
        if (count > total) {
            throw new BadContentException(overTotal);
        }
        if (count > allowedTo) {
            throw new BadContentException(overAllowed);
        }
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    @Override
    public boolean markSupported() {
        return in.markSupported();
    }

    @Override
    public void mark(int limit) {
        in.mark(limit);
        marked = count;
    }

    @Override
    public void reset() throws IOException {
        in.reset();
        count = marked;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
