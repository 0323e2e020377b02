package packhorse.tracker.inventory;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.message.InventoryCodec;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.state.Inventory;
import packhorse.core.topology.EndpointId;

/**
 * Keeps the newest inventory of each endpoint in a file of its own: the revision in 8 bytes, then the whole, compressed. A difference is put on
 * when all its frames came and its base is what is here; otherwise the answer says what is here, and the endpoint sends what is missing. Only
 * the revisions are in memory. Safe for any thread.
 */
public final class InventoryShelf {
    private static final Logger LOG = LoggerFactory.getLogger(InventoryShelf.class);

    private static final String SUFFIX = ".inventory";

    /** A machine with everything has 3 MiB; what is longer is no inventory. */
    private static final int BYTES_MAX = 32 << 20;

    /** Endpoints that are in the middle of several frames; the one that waited longest begins anew. */
    private static final int UNDER_WAY_MAX = 64;

    private static final int TURNS = 256;

    private record UnderWay(long base, long revision, Inventory so, int bytes) {}

    private final Path directory;
    private final Map<EndpointId, Long> revisions = new ConcurrentHashMap<>();
    /** One endpoint's turn comes after the other; endpoints that share one wait for each other, which does no harm. */
    private final List<ReentrantLock> turns =
            Stream.generate(ReentrantLock::new).limit(TURNS).toList();

    private final Object lock = new Object();

    // Guarded by the lock.
    private final Map<EndpointId, UnderWay> underWay = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EndpointId, UnderWay> eldest) {
            return size() > UNDER_WAY_MAX;
        }
    };

    private InventoryShelf(Path directory) {
        this.directory = directory;
    }

    /** Where a tracker with that data directory keeps them. */
    private static Path directory(Path data) {
        return data.resolve("inventory");
    }

    /** Opens the shelf in a tracker's data directory; makes it where there is none. */
    public static InventoryShelf open(Path data) {
        InventoryShelf shelf = new InventoryShelf(directory(data));
        try {
            Files.createDirectories(shelf.directory);
            endpoints(shelf.directory).forEach(shelf::note);
        } catch (IOException e) {
            throw new OperationException(
                    shelf.directory + " cannot be read: " + e + "; mend the disk or its permissions", e);
        }
        return shelf;
    }

    private void note(EndpointId endpoint) {
        try (InputStream in = Files.newInputStream(file(directory, endpoint))) {
            byte[] revision = in.readNBytes(Long.BYTES);
            if (revision.length == Long.BYTES) {
                revisions.put(endpoint, ByteBuffer.wrap(revision).getLong());
            }
        } catch (IOException e) {
            LOG.warn("the inventory of {} cannot be read and is asked for again: {}", endpoint, e.toString());
        }
    }

    private static SortedSet<EndpointId> endpoints(Path directory) throws IOException {
        SortedSet<EndpointId> found = new TreeSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.matches("[0-9a-f]{32}\\.inventory")) {
                    found.add(EndpointId.parse(name.substring(0, name.length() - SUFFIX.length())));
                }
            }
        }
        return found;
    }

    private static Path file(Path directory, EndpointId endpoint) {
        return directory.resolve(endpoint + SUFFIX);
    }

    /** Up to which revision an endpoint's inventory is here, 0 for not at all. */
    public long revision(EndpointId endpoint) {
        return revisions.getOrDefault(endpoint, 0L);
    }

    /**
     * Takes one frame, and returns up to which revision the inventory is here now.
     *
     * @throws OperationException when it cannot be kept
     */
    public long take(EndpointId endpoint, InventoryDelta delta) {
        // An endpoint that comes back is heard while the last of its session before is still being written.
        ReentrantLock own = turns.get(Math.floorMod(endpoint.hashCode(), TURNS));
        own.lock();
        try {
            return put(endpoint, delta);
        } catch (IllegalArgumentException e) {
            forget(endpoint);
            LOG.warn("the inventory of {} is not taken: {}", endpoint, e.getMessage());
            return revision(endpoint);
        } finally {
            own.unlock();
        }
    }

    private long put(EndpointId endpoint, InventoryDelta delta) {
        UnderWay before = begun(endpoint, delta);
        if (before == null || delta.getRevision() == 0) {
            return revision(endpoint);
        }
        int bytes = Math.addExact(before.bytes(), delta.getSerializedSize());
        if (bytes > BYTES_MAX) {
            throw new IllegalArgumentException("it has more than " + BYTES_MAX + " bytes");
        }
        Inventory next = before.so().with(InventoryCodec.read(delta));
        if (delta.getMore()) {
            synchronized (lock) {
                underWay.put(endpoint, new UnderWay(delta.getBase(), delta.getRevision(), next, bytes));
            }
            return revision(endpoint);
        }
        forget(endpoint);
        keep(endpoint, delta.getRevision(), next);
        return delta.getRevision();
    }

    /** What the frame is put on: what came before of the same revision, or what is here; null where it belongs to neither. */
    private @Nullable UnderWay begun(EndpointId endpoint, InventoryDelta delta) {
        UnderWay before;
        synchronized (lock) {
            before = underWay.get(endpoint);
        }
        if (before != null && before.base() == delta.getBase() && before.revision() == delta.getRevision()) {
            return before;
        }
        if (delta.getBase() == 0) {
            return new UnderWay(0, delta.getRevision(), Inventory.EMPTY, 0);
        }
        if (delta.getBase() != revision(endpoint)) {
            return null;
        }
        return read(directory, endpoint)
                .map(here -> new UnderWay(delta.getBase(), delta.getRevision(), here, 0))
                .orElseGet(() -> {
                    // Damaged on disk: everything is wanted.
                    revisions.remove(endpoint);
                    return null;
                });
    }

    private void forget(EndpointId endpoint) {
        synchronized (lock) {
            underWay.remove(endpoint);
        }
    }

    private void keep(EndpointId endpoint, long revision, Inventory inventory) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(revision).array());
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            InventoryCodec.whole(revision, inventory).writeTo(zip);
        } catch (IOException e) {
            throw new AssertionError("memory does not fail to be written", e);
        }
        new DurableFiles().replace(file(directory, endpoint), out.toByteArray());
        revisions.put(endpoint, revision);
    }

    private static Optional<Inventory> read(Path directory, EndpointId endpoint) {
        try {
            byte[] bytes = Files.readAllBytes(file(directory, endpoint));
            if (bytes.length < Long.BYTES) {
                return Optional.empty();
            }
            try (InputStream in =
                    new GZIPInputStream(new ByteArrayInputStream(bytes, Long.BYTES, bytes.length - Long.BYTES))) {
                InventoryDelta whole = InventoryDelta.parseFrom(in.readNBytes(2 * BYTES_MAX));
                return Optional.of(Inventory.EMPTY.with(InventoryCodec.read(whole)));
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            LOG.warn("the inventory of {} was damaged on disk: {}", endpoint, e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("the inventory of {} cannot be read: {}", endpoint, e.toString());
            return Optional.empty();
        }
    }

    /** The endpoints whose inventories lie in a tracker's data directory; a tracker may run meanwhile. */
    public static SortedSet<EndpointId> endpointsIn(Path data) {
        try {
            return endpoints(directory(data));
        } catch (IOException e) {
            throw new UsageException(
                    directory(data) + ": there are no inventories; is " + data
                            + " the \"data\" directory of a tracker?",
                    e);
        }
    }

    /** The inventory of one endpoint in a tracker's data directory. */
    public static Optional<Inventory> inventoryIn(Path data, EndpointId endpoint) {
        return read(directory(data), endpoint);
    }
}
