package packhorse.peer.adapter.archive;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import packhorse.core.content.BadContentException;

/**
 * One gzip member that is all of a file (RFC 1952). Readers differ in what they make of a second member or of garbage behind the
 * first; here both are refused.
 */
final class GzipMember extends InputStream {
    private static final int BUFFER_BYTES = 256 << 10;
    /** The reader keeps a member's name and comment in memory. */
    private static final int HEADER_BYTES_MAX = 70 << 10;

    private final MeteredInput packed;
    private final GzipCompressorInputStream member;
    private boolean done;

    GzipMember(InputStream in) throws IOException {
        this.packed = new MeteredInput(new BufferedInputStream(in, BUFFER_BYTES), Long.MAX_VALUE, "");
        packed.allow(HEADER_BYTES_MAX, "the gzip header is longer than " + HEADER_BYTES_MAX + " bytes");
        this.member = GzipCompressorInputStream.builder()
                .setInputStream(packed)
                .setDecompressConcatenated(false)
                .get();
        packed.allowAll();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (done) {
            return -1;
        }
        int count;
        try {
            count = member.read(buffer, offset, length);
        } catch (EOFException e) {
            throw new BadContentException("the gzip stream is cut off", e);
        }
        if (count < 0) {
            done = true;
            if (packed.read() >= 0) {
                throw new BadContentException("something follows the gzip member; pack it as one member");
            }
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        member.close();
    }
}
