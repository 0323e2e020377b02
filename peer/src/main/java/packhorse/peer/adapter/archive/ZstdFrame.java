package packhorse.peer.adapter.archive;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import packhorse.core.content.BadContentException;

/**
 * One zstd frame that is all of a file (RFC 8878). The library's own stream reads frame after frame as one, so that two readers may
 * see two contents; here whatever follows the first frame, a skippable one too, is refused.
 */
final class ZstdFrame extends InputStream {
    private static final int BUFFER_BYTES = 256 << 10;

    private final ReadableByteChannel channel;
    private final ZstdDecompressCtx context = new ZstdDecompressCtx();
    private final ByteBuffer packed = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private final ByteBuffer plain = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private boolean frameDone;

    ZstdFrame(ReadableByteChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!plain.hasRemaining()) {
            if (frameDone) {
                requireEnd();
                return -1;
            }
            refill();
        }
        int count = Math.min(length, plain.remaining());
        plain.get(buffer, offset, count);
        return count;
    }

    private void refill() throws IOException {
        boolean ended = false;
        if (!packed.hasRemaining()) {
            packed.clear();
            ended = channel.read(packed) < 0;
            packed.flip();
        }
        plain.clear();
        int before = packed.remaining();
        try {
            frameDone = context.decompressDirectByteBufferStream(plain, packed);
        } catch (ZstdException e) {
            throw new BadContentException("the zstd stream is damaged: " + e.getMessage(), e);
        } finally {
            plain.flip();
        }
        boolean stuck = packed.remaining() == before && !plain.hasRemaining();
        if (!frameDone && stuck) {
            throw new BadContentException(
                    ended ? "the zstd stream is cut off" : "the zstd stream is damaged: it neither ends nor goes on");
        }
    }

    private void requireEnd() throws IOException {
        if (!packed.hasRemaining()) {
            packed.clear();
            int read = channel.read(packed);
            packed.flip();
            if (read < 0) {
                return;
            }
        }
        throw new BadContentException("something follows the zstd frame; pack it as one frame");
    }

    @Override
    public void close() throws IOException {
        context.close();
        channel.close();
    }
}
