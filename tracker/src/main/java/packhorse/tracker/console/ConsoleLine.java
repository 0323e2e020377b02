package packhorse.tracker.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.topology.EndpointId;
import packhorse.core.wire.WireSession;

/**
 * One console's session: how much is on its way to it, and whom it was not told of yet.
 *
 * <p>What is to be stored has a window: so much may be sent and not answered, and who comes beyond it waits. So a console that
 * stores slowly slows down the agents whose reports it has, and the queue of its session keeps room for everything else. Reports and
 * inventories have a window each: a flood of inventories delays no report. Safe for any thread.
 */
final class ConsoleLine {
    /** A permit is a kibibyte; half of the session's queue, so that leases and presence find room beside it. */
    private static final int REPORTS_KIB_MAX = 4 << 10;

    private static final int INVENTORIES_KIB_MAX = 2 << 10;

    /** Who waits longer for room tries again later; shorter than an agent's own patience. */
    private static final int ROOM_SECONDS_MAX = 5;

    /** Endpoints in one frame of presence: some 200 KiB. */
    private static final int PRESENCE_MAX = 4_000;

    final WireSession session;
    private final Semaphore reports = new Semaphore(REPORTS_KIB_MAX);
    private final Semaphore inventories = new Semaphore(INVENTORIES_KIB_MAX);

    /** Whether its last answer did not come in time; another console is asked first then. */
    volatile boolean late;

    volatile boolean closed;

    /** Certificates it was told of, by machine. Only the thread that keeps time. */
    final Map<EndpointId, String> machines = new HashMap<>();

    private final Object lock = new Object();

    // Both guarded by lock.
    private final Set<EndpointId> due = new HashSet<>();
    private boolean full = true;

    ConsoleLine(WireSession session) {
        this.session = session;
    }

    /** Room in a window, to be given back when the answer came or will not. */
    record Room(Semaphore window, int permits) {
        void release() {
            window.release(permits);
        }
    }

    /** Waits for room for reports of that many bytes; empty when there is none in time. */
    Optional<Room> roomForReports(int bytes) throws InterruptedException {
        return room(reports, REPORTS_KIB_MAX, bytes);
    }

    /** Waits for room for a part of an inventory; empty when there is none in time. */
    Optional<Room> roomForInventory(int bytes) throws InterruptedException {
        return room(inventories, INVENTORIES_KIB_MAX, bytes);
    }

    private static Optional<Room> room(Semaphore window, int most, int bytes) throws InterruptedException {
        // What is longer than the window has it to itself.
        int permits = Math.min(most, 1 + (bytes >> 10));
        return window.tryAcquire(permits, ROOM_SECONDS_MAX, TimeUnit.SECONDS)
                ? Optional.of(new Room(window, permits))
                : Optional.empty();
    }

    boolean send(Envelope.Builder message) {
        Envelope envelope = message.setVersion(FrameCodec.VERSION).build();
        return envelope.getSerializedSize() <= FrameCodec.FRAME_BYTES_MAX && session.send(envelope);
    }

    /** Something of these is other than this console was told. */
    void due(Collection<EndpointId> endpoints) {
        synchronized (lock) {
            due.addAll(endpoints);
        }
    }

    void due(EndpointId endpoint) {
        due(List.of(endpoint));
    }

    /** A frame of presence. */
    record Batch(boolean full, List<EndpointId> endpoints) {}

    /** The next frame's endpoints; empty when this console knows all. */
    Optional<Batch> next() {
        synchronized (lock) {
            if (due.isEmpty() && !full) {
                return Optional.empty();
            }
            List<EndpointId> some = new ArrayList<>(Math.min(due.size(), PRESENCE_MAX));
            for (Iterator<EndpointId> each = due.iterator(); each.hasNext() && some.size() < PRESENCE_MAX; ) {
                some.add(each.next());
                each.remove();
            }
            Batch batch = new Batch(full, some);
            full = false;
            return Optional.of(batch);
        }
    }

    /** The frame could not be sent. */
    void unsaid(Batch batch) {
        synchronized (lock) {
            full |= batch.full();
            due.addAll(batch.endpoints());
        }
    }
}
