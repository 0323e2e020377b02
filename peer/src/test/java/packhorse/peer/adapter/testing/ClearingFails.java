package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import packhorse.peer.adapter.InstallDisk;

/** The first deletions right below one directory each end the process. */
public final class ClearingFails extends WatchedDisk {
    private final Path directory;
    private final AtomicInteger left;

    /** @param times how many do */
    public ClearingFails(InstallDisk inner, Path directory, int times) {
        super(inner);
        this.directory = directory;
        this.left = new AtomicInteger(times);
    }

    @Override
    public void delete(Path path) throws IOException {
        if (directory.equals(path.getParent()) && left.getAndDecrement() > 0) {
            throw new OutOfMemoryError("played");
        }
        super.delete(path);
    }
}
