package packhorse.peer.adapter.deb;

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
import packhorse.peer.adapter.packages.InstallRoot;

/**
 * dpkg's two locks on its database, held: the one that front ends such as apt hold over several runs, and the one of a run. Both are
 * record locks (fcntl), as Java's are, so dpkg sees ours and we see its. Where a lock file is not there nobody can hold it.
 */
final class DpkgLock implements AutoCloseable {
    private final List<FileChannel> held = new ArrayList<>();

    private DpkgLock() {}

    /** @throws AdapterException TRANSIENT while somebody else holds one */
    static DpkgLock take(InstallRoot root) throws IOException {
        DpkgLock lock = new DpkgLock();
        try {
            for (String name : List.of("lock-frontend", "lock")) {
                lock.hold(root.at(DpkgDatabase.DIRECTORY + "/" + name));
            }
            return lock;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private void hold(Path file) throws IOException {
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
                    "another program uses dpkg now (it holds " + file + "); it will be tried again once that ended");
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : held) {
            channel.close();
        }
    }
}
