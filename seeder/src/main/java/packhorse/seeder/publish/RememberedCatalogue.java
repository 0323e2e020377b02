package packhorse.seeder.publish;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import packhorse.core.OperationException;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.MetadataSource;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;

/**
 * A publisher's view of an origin's catalogue, remembered on disk between publishes so that an origin that shows an old one is
 * noticed. Publishes may run side by side with the same memory: each refresh takes its turn, for the moment it lasts.
 */
final class RememberedCatalogue {
    /** Within one process; between processes the lock file decides. */
    private static final ReentrantLock TURN = new ReentrantLock();

    private final Path memory;
    private final MetadataSource source;
    private final byte[] rootJson;
    private final InstantSource clock;

    /** @param memory a directory of its own */
    RememberedCatalogue(Path memory, MetadataSource source, byte[] rootJson, InstantSource clock) {
        this.memory = memory;
        this.source = source;
        this.rootJson = rootJson.clone();
        this.clock = clock;
    }

    MetadataSource source() {
        return source;
    }

    /** The catalogue as the origin shows it now, verified. */
    Catalogue refresh() {
        TURN.lock();
        try {
            Files.createDirectories(memory);
            try (FileChannel file = FileChannel.open(
                            memory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.lock()) {
                assert lock.isValid();
                TufClient client = new TufClient(source, TrustedStore.open(memory), clock);
                client.initialise(rootJson);
                return client.refresh();
            }
        } catch (IOException e) {
            throw new OperationException(
                    "cannot remember the catalogue in " + memory + ": " + e.getMessage()
                            + "; make the keys directory writable",
                    e);
        } finally {
            TURN.unlock();
        }
    }
}
