package packhorse.core.trust;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;

/**
 * Keeps a second writer out of a directory, by a lock on the file {@code lock} in it, which ends with the process. Within one process a set says who is
 * there: the file lock cannot, since closing a second channel of the file would let go of the first one's lock.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final String NAME = "lock";
    /** Directories that this process holds. */
    private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

    private final Path held;
    private final FileChannel channel;

    private DirectoryLock(Path held, FileChannel channel) {
        this.held = held;
        this.channel = channel;
    }

    /**
     * Takes {@code directory}, which is made when it is not there.
     *
     * @param taken what is said of a directory that another writer holds, after its name: by whom, and the mend
     * @throws OperationException when another writer holds it
     */
    public static DirectoryLock take(Path directory, String taken) {
        try {
            Files.createDirectories(directory);
            Path real = directory.toRealPath();
            if (!TAKEN.add(real)) {
                throw new OperationException(directory + " " + taken);
            }
            boolean locked = false;
            try {
                FileChannel channel =
                        FileChannel.open(real.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                try {
                    locked = channel.tryLock() != null;
                } finally {
                    if (!locked) {
                        channel.close();
                    }
                }
                if (!locked) {
                    throw new OperationException(directory + " " + taken);
                }
                return new DirectoryLock(real, channel);
            } catch (OverlappingFileLockException e) {
                throw new OperationException(directory + " " + taken, e);
            } finally {
                if (!locked) {
                    TAKEN.remove(real);
                }
            }
        } catch (IOException e) {
            throw new OperationException(
                    directory.resolve(NAME) + " cannot be locked: " + DurableFiles.reason(e)
                            + "; mend the disk or its permissions",
                    e);
        }
    }

    /** Lets go; a second time does nothing. */
    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new OperationException(held + " cannot be unlocked: " + DurableFiles.reason(e), e);
        } finally {
            TAKEN.remove(held);
        }
    }
}
