package packhorse.peer.adapter.packages;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import packhorse.core.content.CodeClass;
import packhorse.peer.adapter.AdapterException;

/**
 * A package system's own locks on its database, held. They are record locks (fcntl), as Java's are, so its programs see ours and we
 * see theirs. Where a lock file is not there nobody can hold it.
 */
public final class HeldLocks implements AutoCloseable {
    private final List<FileChannel> held = new ArrayList<>();

    private HeldLocks() {}

    /**
     * Takes all of them, in this order.
     *
     * @throws AdapterException TRANSIENT while somebody else holds one
     */
    public static HeldLocks take(String system, List<Path> files) throws IOException {
        HeldLocks locks = new HeldLocks();
        try {
            for (Path file : files) {
                locks.hold(system, file);
            }
            return locks;
        } catch (IOException | RuntimeException e) {
            locks.close();
            throw e;
        }
    }

    private void hold(String system, Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        held.add(channel);
        boolean taken;
        try {
            taken = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            taken = false;
        }
        if (!taken) {
            throw new AdapterException(
                    CodeClass.TRANSIENT,
                    "another program uses " + system + " now (it holds " + file
                            + "); it will be tried again once that ended");
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : held) {
            channel.close();
        }
    }
}
