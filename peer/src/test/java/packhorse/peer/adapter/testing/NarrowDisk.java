package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import packhorse.peer.adapter.InstallDisk;

/** A disk with room for a little, which counts the files that are made. */
public final class NarrowDisk extends WatchedDisk {
    private static final long ROOM = 32L << 20;

    private long created;

    public NarrowDisk() {
        super(InstallDisk.real());
    }

    /** How many files were made. */
    public long created() {
        return created;
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        created++;
        super.create(file, bytes, mode, progress);
    }

    @Override
    public long usableBytes(Path path) {
        return ROOM;
    }
}
