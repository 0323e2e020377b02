package packhorse.peer.adapter.testing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import packhorse.peer.adapter.InstallDisk;

/**
 * Tears one write, the nth portion of content: its second half is something else. It either says so (EIO) or, as bad disks do, says
 * that all is well; then only reading back finds it.
 */
public final class TornDisk extends WatchedDisk {
    private final AtomicLong left;
    private final AtomicLong count = new AtomicLong();
    private final boolean silent;

    /** @param good how many portions go well before */
    public TornDisk(InstallDisk inner, long good, boolean silent) {
        super(inner);
        this.left = new AtomicLong(good);
        this.silent = silent;
    }

    /** Portions of content so far. */
    public long count() {
        return count.get();
    }

    private boolean torn() {
        count.incrementAndGet();
        return left.getAndDecrement() == 0;
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        inner.create(
                file,
                new FilterInputStream(bytes) {
                    private boolean tore;

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        if (tore && !silent) {
                            throw new FileSystemException(file.toString(), null, "Input/output error");
                        }
                        int got = super.read(buffer, offset, length);
                        if (got > 0 && torn()) {
                            tore = true;
                            for (int i = offset + got / 2; i < offset + got; i++) {
                                buffer[i] ^= (byte) 0xff;
                            }
                        }
                        return got;
                    }
                },
                mode,
                progress);
    }

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        return new WatchedWriter(inner.open(fileOrDevice)) {
            @Override
            public void write(ByteBuffer bytes, long at) throws IOException {
                if (!torn()) {
                    inner.write(bytes, at);
                    return;
                }
                byte[] all = new byte[bytes.remaining()];
                bytes.get(all);
                for (int i = all.length / 2; i < all.length; i++) {
                    all[i] ^= (byte) 0xff;
                }
                inner.write(ByteBuffer.wrap(all), at);
                if (!silent) {
                    throw new FileSystemException(fileOrDevice.toString(), null, "Input/output error");
                }
            }
        };
    }
}
