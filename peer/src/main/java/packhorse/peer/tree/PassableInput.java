package packhorse.peer.tree;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/**
 * A file as a stream, buffered, of which parts can be passed over without reading them. A tar reader skips a file by reading it;
 * told here that the next bytes are nobody's concern, it reads as many, but no disk is asked for them.
 */
public final class PassableInput extends InputStream {
    private static final int BUFFER_BYTES = 256 << 10;

    private final SeekableByteChannel channel;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private long position;
    private long passing;

    public PassableInput(SeekableByteChannel channel) throws IOException {
        this.channel = channel;
        this.size = channel.size();
        this.position = channel.position();
    }

    /**
     * The next {@code count} bytes that are read need not be the file's.
     *
     * @return the position behind them
     */
    public long passOver(long count) throws IOException {
        if (count > size - position) {
            throw new EOFException("the archive ends within a file");
        }
        passing = Math.max(0, count);
        return position + passing;
    }

    /** Bytes read or passed over so far. */
    public long position() {
        return position;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, size - position);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (passing > 0) {
            int passed = (int) Math.min(passing, length);
            passing -= passed;
            position += passed;
            if (passed <= buffer.remaining()) {
                buffer.position(buffer.position() + passed);
            } else {
                buffer.position(0).limit(0);
            }
            return passed;
        }
        if (!buffer.hasRemaining()) {
            channel.position(position);
            buffer.clear();
            int count = channel.read(buffer);
            buffer.flip();
            if (count < 0) {
                return -1;
            }
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(into, offset, count);
        position += count;
        return count;
    }
}
