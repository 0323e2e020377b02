package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import packhorse.peer.adapter.InstallDisk;

/** Lets something happen right before the nth change that takes room: a new file or directory, a link, a write. */
public final class MomentDisk extends WatchedDisk {
    private final AtomicLong left;
    private final AtomicLong count = new AtomicLong();
    private final Happening happening;

    /** What happens. */
    public interface Happening {
        void now() throws IOException;
    }

    /** @param good how many changes come before it */
    public MomentDisk(InstallDisk inner, long good, Happening happening) {
        super(inner);
        this.left = new AtomicLong(good);
        this.happening = happening;
    }

    /** Changes that take room, so far. */
    public long count() {
        return count.get();
    }

    private void moment() throws IOException {
        count.incrementAndGet();
        if (left.getAndDecrement() == 0) {
            happening.now();
        }
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        moment();
        super.create(file, bytes, mode, progress);
    }

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        return new WatchedWriter(super.open(fileOrDevice)) {
            @Override
            public void write(ByteBuffer bytes, long at) throws IOException {
                moment();
                super.write(bytes, at);
            }
        };
    }

    @Override
    public void createDirectory(Path directory, int mode) throws IOException {
        moment();
        super.createDirectory(directory, mode);
    }

    @Override
    public void symlink(Path link, String target) throws IOException {
        moment();
        super.symlink(link, target);
    }

    @Override
    public void hardlink(Path link, Path existing) throws IOException {
        moment();
        super.hardlink(link, existing);
    }
}
