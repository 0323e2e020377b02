package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import packhorse.peer.adapter.InstallDisk;

/** Cannot flush, once: the nth force fails as a dying disk's does (EIO). */
public final class FailingForceDisk extends WatchedDisk {
    private final AtomicLong left;
    private final AtomicLong count = new AtomicLong();

    /** @param good how many go well before */
    public FailingForceDisk(InstallDisk inner, long good) {
        super(inner);
        this.left = new AtomicLong(good);
    }

    /** Flushes asked for so far. */
    public long count() {
        return count.get();
    }

    private void flush(Path path) throws IOException {
        count.incrementAndGet();
        if (left.getAndDecrement() == 0) {
            throw new FileSystemException(path.toString(), null, "Input/output error");
        }
    }

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        return new WatchedWriter(inner.open(fileOrDevice)) {
            @Override
            public void force() throws IOException {
                flush(fileOrDevice);
                inner.force();
            }
        };
    }

    @Override
    public void force(Path fileOrDirectory) throws IOException {
        flush(fileOrDirectory);
        super.force(fileOrDirectory);
    }

    @Override
    public void forceTree(Path directory) throws IOException {
        flush(directory);
        super.forceTree(directory);
    }
}
